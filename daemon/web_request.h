/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of the page between libmicrohttpd and what answers them: pages, pictures, reports, live values, files.
 *
 * Shape: GET and HEAD alone. A request that waits for the ledger or a picture is suspended and answered when all it
 *        needs is there. Every answer carries a Content-Security-Policy that lets in this host alone, without inline
 *        script or style; each has an ETag.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/web_site.h"

#include <microhttpd.h>

/* libmicrohttpd's, with a web_site as closure. */
enum MHD_Result web_request_handle(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                   const char *version, const char *bytes, size_t *n, void **context);
void web_request_completed(void *user, struct MHD_Connection *connection, void **context,
                           enum MHD_RequestTerminationCode code);
