/* SPDX-License-Identifier: GPL-3.0-or-later */
/* News to the service manager that never wait: sd_notify(3) blocks for ever when nobody reads its socket.
 *
 * Shape: as sd_notify: lines "READY=1", "STATUS=...", "WATCHDOG=1". What does not go at once is left out.
 * Threads: the loop's.
 * Source: sd_notify(3): one datagram to $NOTIFY_SOCKET, a path or an abstract name after '@'.
 */
#pragma once
#include <stdbool.h>

/* Whether it went; false too when there is no service manager. */
bool notify_send(const char *state);
