/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wires of a site: a UDP socket for each SNMP agent, a line for each Modbus address.
 *
 * Shape: one event loop serves all. Faults of silence, loss, delay and damage are done here.
 * Errors: -errno.
 * Owner: ports free themselves with port_free; open ones are kept in a list by the caller.
 * Threads: that of the event loop alone.
 */
#pragma once
#include "site.h"

#include <systemd/sd-event.h>

struct port;

/* What every port needs. Lives longer than they do. */
struct port_base {
    sd_event *event;
    struct site *site;
};

int port_open_snmp(struct port_base *base, struct unit *unit, const char *host, struct port **ret);
/* Units of one line; the first says host, port, mode or terminal. */
int port_open_modbus(struct port_base *base, struct unit *const *units, size_t n, const char *host, struct port **ret);
void port_free(struct port *port);
const char *port_address(const struct port *port); /* as wattwacht's configuration takes it */
