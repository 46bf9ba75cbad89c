/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has which SNMPv3 engine ID. The library keeps one list of users and engine times a process, so two agents with
 * one engine ID would use each other's keys and clocks; and it never forgets a user by itself.
 *
 * Errors: -EEXIST another agent has this engine ID; -EKEYREJECTED the same agent and user with other keys.
 * Owner: an entry is the caller's memory; the address is borrowed while it is joined. The last to leave an engine takes
 *        its user and its clock out of the library.
 * Source: net-snmp 5.9.3, snmpusm.c and lcd_time.c; RFC 3411 section 5 (SnmpEngineID, 5 to 32 octets).
 */
#pragma once
#include "snmp_keys.h"

#define SNMP_ENGINE_MAX 32

struct snmp_engine {
    struct snmp_engine *next;
    bool joined;
    size_t n;
    uint8_t id[SNMP_ENGINE_MAX];
    const char *address, *user;
    enum snmp_auth auth;
    enum snmp_priv priv;
    const struct snmp_key *auth_key, *priv_key;
};

struct snmp_engines {
    struct snmp_engine *first;
};

/* *ret_other: on an error, the entry in the way. */
int snmp_engines_join(struct snmp_engines *engines, struct snmp_engine *entry, const struct snmp_engine **ret_other);
void snmp_engines_leave(struct snmp_engines *engines, struct snmp_engine *entry);
/* Its clock ran backwards: learn it anew with the next exchange. */
void snmp_engine_forget_time(struct snmp_engine *entry);
