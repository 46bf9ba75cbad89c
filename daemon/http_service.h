/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What HTTP asks of the daemon behind it: its view, and what the command line may have done.
 *
 * Errors: functions that return int give -EINVAL, -ENOENT or another error, with words for people.
 * Threads: called in the loop's thread; never wait.
 */
#pragma once
#include "daemon/http_view.h"

struct http_service {
    void *self;
    void (*view)(void *self, struct http_view *ret);
    int (*silence)(void *self, const char *target, int64_t duration_us, const char *reason, char words[240]);
    int (*reading)(void *self, const char *source, int64_t at_ms, double register_wh, char words[240]);
    int (*import)(void *self, const char *source, size_t n, const int64_t *quarter_s, const double *wh,
                  char words[240]);
    void (*flush)(void *self, uint64_t token); /* http_flushed follows with the same token */
};
