/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer of the page as bytes with its heads.
 *
 * Shape: fill it, then web_answer_send; an answer whose ETag the reader has already becomes 304.
 * Owner: web_answer_send takes the bytes.
 */
#pragma once
#include "daemon/web_site.h"

#include <microhttpd.h>

enum web_policy {
    POLICY_PAGE,    /* this host alone, no inline script or style */
    POLICY_DRAWING, /* a picture or report: no script at all; its own style */
};

struct web_answer {
    unsigned status;
    const char *type;
    enum web_policy policy;
    size_t n;
    char *bytes; /* malloc */
    int keep_s;  /* Cache-Control; 0: ask again each time, -1: never keep, INT_MAX: for ever */
    const char *allow;
    char cookie[2][80]; /* "" for none */
    char location[400];
    char file[120]; /* offered for saving under this name; "" */
    bool ask_who;   /* 401 */
};

enum MHD_Result web_answer_send(struct MHD_Connection *connection, struct web_answer *answer);
/* A page of words, or the error object where JSON was asked. */
void web_answer_words(struct web_answer *answer, const struct web_site *site, const struct web_world *world, bool json,
                      unsigned status, const char *words);
/* A page out of its view, finished with the frame. */
void web_answer_page(struct web_answer *answer, const struct web_site *site, const struct web_world *world,
                     const char *template, json_t *view);
