/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers on their way out of a simulated device: at once or late, whole or cut.
 *
 * Shape: `send` puts bytes on the wire of `target`; a late answer whose target is gone by then is dropped by `send`
 *        itself, which finds the target by number.
 * Owner: late answers free themselves; port_send_forget drops those of an owner.
 */
#pragma once
#include "site.h"

#include <sys/socket.h>
#include <systemd/sd-event.h>

struct late;
typedef void port_sender(void *owner, uint64_t target, const struct sockaddr_storage *to, const uint8_t *bytes,
                         size_t n);

struct outlet {
    sd_event *event;
    port_sender *send;
    void *owner;
    struct late *late; /* waiting */
};

void port_send(struct outlet *outlet, const struct unit *unit, uint64_t target, const struct sockaddr_storage *to,
               const uint8_t *bytes, size_t n);
void port_send_forget(struct outlet *outlet);
/* us on the clock of sysUpTime and of engine times. */
int64_t port_now(sd_event *event);
/* host and port of a socket into text as a configuration writes them. */
int port_name(int fd, char *text, size_t size);
int port_socket(const char *host, unsigned number, int type, int *ret_fd);
