/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to addresses, off the loop: the system's resolver blocks, so a thread waits for it.
 *
 * Shape: a question is answered once, from the loop, unless it is cancelled. Numbers need no question: resolve_numeric.
 * Errors: -ENOENT no such name, -EAGAIN no answer from the name servers.
 * Owner: a question belongs to the resolver until it is answered or cancelled.
 * Threads: all functions in the loop's thread. The thread ends by itself; resolver_free does not wait for it.
 */
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sd_event sd_event;

#define RESOLVE_MAX 4 /* addresses of one name that are kept, in the system's order (RFC 6724) */

struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
};

#define ENDPOINT_TEXT_MAX 72 /* [v6%scope]:port */

struct resolver;
struct question;
typedef void resolved(void *user, int error, const struct endpoint *endpoint, size_t n);

int resolver_new(sd_event *loop, struct resolver **ret);
void resolver_free(struct resolver *resolver);
/* -ENOMEM; the answer never comes before this returns. */
int resolve(struct resolver *resolver, const char *host, uint16_t port, resolved *done, void *user,
            struct question **ret);
void resolve_cancel(struct question *question);

/* False where the host is a name. An IPv6 scope (fe80::1%eth0) is understood. */
bool resolve_numeric(const char *host, uint16_t port, struct endpoint *ret);
void endpoint_format(const struct endpoint *endpoint, char ret[ENDPOINT_TEXT_MAX]);
socklen_t endpoint_size(const struct endpoint *endpoint);
