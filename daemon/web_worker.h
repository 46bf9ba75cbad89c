/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child of the page's process that does what may wait or break: this program again, spoken to in frames.
 *
 * Shape: a frame is its length in four bytes (host order), then so many bytes. The child reads frames on fd 0 and
 * writes them on fd 1, one socket. It ends when its parent does. Errors: -errno; -EAGAIN: the child reads too slowly.
 * Owner: `said` takes the bytes (for free()); NULL with the reason when the child has ended: then only worker_free.
 * Threads: the loop's.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define WORKER_FRAME_MAX (256u * 1024 * 1024) /* a million points */

typedef struct sd_event sd_event;

struct worker;

typedef void worker_said(void *context, char *bytes, size_t n);

/* argv[0] is replaced by this program's own path. */
int worker_new(sd_event *loop, char *const *argv, worker_said *said, void *context, struct worker **ret);
void worker_free(struct worker *worker); /* ends the child */
int worker_tell(struct worker *worker, const void *bytes, size_t n);

/* For the child: one frame. 0; -EPIPE: the parent is gone. timeout_ms -1: for ever; -ETIMEDOUT. */
int worker_hear(int timeout_ms, char **ret_bytes, size_t *ret_n);
int worker_say(const void *bytes, size_t n);
