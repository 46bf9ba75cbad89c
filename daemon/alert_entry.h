/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One alert as kept and sent: raised once, cleared once.
 *
 * Shape: id RULE.DEVICE-OR-ROOM.PART with '.' written '-' on wires where a dot is not possible.
 * Units: value and limit in the base unit of the point; NAN: none.
 * Source: contract F and G.
 */
#pragma once
#include "drivers/part.h"

#include <stdbool.h>
#include <stdint.h>

struct alert_entry {
    char id[120];
    char rule[ID_MAX + 1];
    char room[ID_MAX + 1], device[ID_MAX + 1]; /* "" for none */
    char point[120];                           /* "" for none */
    bool raised;                               /* else cleared */
    int priority;                              /* syslog: 2 crit, 3 err, 4 warning */
    double value, limit;
    char unit[12];
    int64_t since_ms; /* raised */
    int64_t at_ms;    /* this transition */
    char text[240];   /* for people, in their units */
};
