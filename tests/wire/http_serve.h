/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A loop in a thread of its own, for tests that talk to it by sockets from outside.
 *
 * Threads: open runs in the new thread before serve_start returns; close at its end.
 */
#pragma once
#include <stddef.h>

typedef struct sd_event sd_event;

struct serve;

struct serve *serve_start(void (*open)(sd_event *loop, void *user), void (*close)(void *user), void *user);
void serve_stop(struct serve *serve);

/* A client socket, blocking, that gives up after 10 s. path NULL: 127.0.0.1:port. */
int client_connect(const char *path, unsigned short port);
/* Sends a text and reads until the peer closes or a whole answer came. Returns bytes read; answer is NUL-ended. */
size_t client_ask(int fd, const char *text, size_t n, char *answer, size_t size);
/* The status of an answer; 0: none. */
int client_status(const char *answer);
