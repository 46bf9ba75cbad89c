/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real snmpd for tests, on a free loopback port, with a directory of its own for its configuration and state.
 *
 * Shape: new writes the files, start returns when the agent says that it is up, stop ends it by its process id.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct snmpd {
    char dir[64];
    uint16_t port;
    pid_t pid;
};

/* False where there is no snmpd on this machine. */
bool snmpd_available(void);
void snmpd_new(struct snmpd *agent);
/* engine_id: hexadecimal; boots: what it counts from at this start (it adds 1); 0: goes on from its own state. */
void snmpd_start(struct snmpd *agent, const char *engine_id, unsigned boots);
void snmpd_stop(struct snmpd *agent);
void snmpd_free(struct snmpd *agent);
