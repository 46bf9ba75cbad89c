/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TCP connection to a gateway within a time: names, IPv6 and every address of a name.
 *
 * Shape: the descriptor is non-blocking, with TCP_NODELAY and keep-alive.
 * Errors: -errno of the last address tried; -ETIMEDOUT; -ENOENT where the name has no address, *ret_why says
 *         why; -ECANCELED.
 * Threads: the line's.
 */
#pragma once
#include "modbus_wait.h"
#include "setup.h"

#define MODBUS_DIAL_PORT 502 /* IANA mbap */

int modbus_dial(const struct address *address, bool names, int64_t bound_us, const struct modbus_stop *stop,
                int *ret_fd, const char **ret_why);
