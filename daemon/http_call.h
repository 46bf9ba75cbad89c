/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request and its answer, apart from the wire it came by.
 *
 * Shape: http_call_refused as soon as the head is there, http_call_run once the body is; both fill the answer.
 * Owner: body and path are the caller's; out is the caller's stream.
 * Source: contract E.
 */
#pragma once
#include "daemon/http_service.h"

#include <stdbool.h>

#define HTTP_BODY_MAX (1024 * 1024)

struct http_call {
    const struct http_service *service;
    const char *method, *path;
    const char *(*argument)(void *context, const char *name); /* of the query; NULL: not given */
    void *context;
    bool local;     /* came by a unix socket */
    size_t lengths; /* how many headers tell a length of the body: two make it ambiguous */
    const char *body;
    size_t n_body; /* or told by the head */

    FILE *out;
    unsigned status;
    const char *type, *allow;
    bool close;       /* no further request on this connection */
    bool wants_flush; /* nothing written yet: http_call_flushed after the flush */
};

/* True when the head alone says no; the answer is written. */
bool http_call_refused(struct http_call *call);
void http_call_run(struct http_call *call);
void http_call_flushed(struct http_call *call, bool done);
/* Starts the answer anew with an error. */
void http_call_error(struct http_call *call, unsigned status, const char *what);

/* POST bodies. */
void http_post_silence(struct http_call *call);
void http_post_reading(struct http_call *call);
void http_post_import(struct http_call *call);
