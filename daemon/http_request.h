/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests between libmicrohttpd and http_call.h: bodies gathered, answers sent, and those that wait for a flush.
 *
 * Shape: an entry is what a listener gives its server as closure. A flush serves everybody who waits; one that ended
 *        less than two seconds ago serves at once; one that takes ten seconds is answered 503.
 * Owner: requests_free after every listener is closed; requests_release before one is.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/http_service.h"

#include <microhttpd.h>

typedef struct sd_event sd_event;

struct requests;

struct entry {
    struct requests *requests;
    bool local; /* a unix socket */
};

/* turn: gives every server a turn. */
int requests_new(sd_event *loop, const struct http_service *service, void (*turn)(void *user), void *user,
                 struct requests **ret);
void requests_free(struct requests *requests);
void requests_flushed(struct requests *requests, uint64_t token);
void requests_release(struct requests *requests, bool done);

/* libmicrohttpd's, with an entry as closure. */
enum MHD_Result requests_handle(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                const char *version, const char *bytes, size_t *n, void **context);
void requests_completed(void *user, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code);
