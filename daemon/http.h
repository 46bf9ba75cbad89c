/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP exit: contract E on unix sockets and TCP, inside the loop.
 *
 * Shape: http_start opens every listener, then the loop serves them; http_listen after a reload keeps equal listeners
 *        and opens and closes the others; http_flushed answers those who wait for a flush.
 *        POST serves the command line, so it is there on unix sockets alone.
 * Errors: a listener that cannot be opened: -errno with words, and nothing is changed.
 * Owner: the service is borrowed until http_stop.
 * Owner: the service is copied.
 * Threads: the loop's; never waits.
 * Source: contract E; libmicrohttpd 0.9.75, external epoll mode.
 */
#pragma once
#include "daemon/http_service.h"

typedef struct sd_event sd_event;

struct http;

int http_start(sd_event *loop, size_t n, const struct http_config *listen, const struct http_service *service,
               struct http **ret, char words[240]);
int http_listen(struct http *http, size_t n, const struct http_config *listen, char words[240]);
void http_flushed(struct http *http, uint64_t token);
void http_stop(struct http *http);
/* Where TCP listener i of those configured listens: for a port of 0. */
uint16_t http_port(const struct http *http, size_t i);
