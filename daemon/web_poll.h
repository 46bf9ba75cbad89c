/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the daemon every few seconds, once for all viewers, and keeps what it told.
 *
 * Shape: a child asks (web_child.h), so that nothing here waits for the daemon; it is started anew when it ends.
 * Owner: the model is the poll's.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/web_model.h"

typedef struct sd_event sd_event;

struct web_poll;

/* argv of the child, NULL-ended; borrowed. told: after every change of the model. */
int web_poll_new(sd_event *loop, char *const *argv, void (*told)(void *context), void *context, struct web_poll **ret);
void web_poll_free(struct web_poll *poll);
const struct web_model *web_poll_model(const struct web_poll *poll);
/* Has the daemon bring its files to this moment; at most once in a few seconds. */
void web_poll_flush(struct web_poll *poll);
