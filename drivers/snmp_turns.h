/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much may be in flight at once: a pending varbind takes 1.1 kB in the library, and an outage makes all pending.
 *
 * Shape: take begins at once, or when those before have ended, oldest first. Pure.
 * Owner: a turn is the caller's memory, zeroed at first; end it before it goes.
 */
#pragma once
#include <stdbool.h>

/* 36 MB in the library at most. */
#define SNMP_TURNS_MAX 32768

struct snmp_turn {
    struct snmp_turn *next; /* among those that wait */
    unsigned weight;        /* varbinds */
    bool waiting, held;
    void (*begin)(struct snmp_turn *turn);
};

struct snmp_turns {
    unsigned most, held;
    struct snmp_turn *first, *last;
};

/* Calls begin from within, where there is room. */
void snmp_turn_take(struct snmp_turns *turns, struct snmp_turn *turn, unsigned weight);
/* Done, or given up; lets others begin. Nothing happens to a turn that was not taken. */
void snmp_turn_end(struct snmp_turns *turns, struct snmp_turn *turn);
