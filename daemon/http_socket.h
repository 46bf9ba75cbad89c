/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening sockets: a path or an address and port to a descriptor.
 *
 * Shape: a unix socket has mode 0660 from its first moment; one that nobody listens on any more is replaced.
 * Errors: -errno with words: -EADDRINUSE where somebody listens, -EEXIST where the path is no socket.
 * Owner: the descriptor is the caller's: non-blocking, close-on-exec.
 */
#pragma once
#include <stdint.h>

int http_socket_unix(const char *path, int *ret_fd, char words[240]);
/* host: an IPv4 or IPv6 address, localhost, or * for all. Never asks a resolver. */
int http_socket_tcp(const char *host, uint16_t port, int *ret_fd, char words[240]);
