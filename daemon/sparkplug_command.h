/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an Edge Node is told: commands and the state of its primary host.
 *
 * Shape: of an NCMD the one command there is, to be born again; other metrics are none of ours. Of a STATE whether the
 *        host is there, and since when.
 * Errors: -EBADMSG for what is no payload or no STATE, -EMSGSIZE for more than SPARKPLUG_COMMAND_MAX bytes.
 * Threads: any; pure.
 * Source: Sparkplug 3.0 sections 5.14 (Node Control/Rebirth), 4.2.6 and 6.4.25 (STATE); the text ONLINE or OFFLINE of
 *         2.2 hosts, which came under another topic, is no STATE.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPARKPLUG_REBIRTH     "Node Control/Rebirth"
#define SPARKPLUG_COMMAND_MAX 65536 /* decoded it may take a hundred times as much */

int sparkplug_command_decode(const void *bytes, size_t n, bool *ret_rebirth);

struct sparkplug_host_state {
    bool online;
    int64_t ts_ms;
};

int sparkplug_host_decode(const void *bytes, size_t n, struct sparkplug_host_state *ret);
/* Does it change what is known? Only what is not older does; known NULL: nothing is known. */
bool sparkplug_host_newer(const struct sparkplug_host_state *known, const struct sparkplug_host_state *told);
