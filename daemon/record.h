/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the disk side has to know of a point: where its values go and what they count as.
 *
 * Shape: one record a point; a changed record replaces the older one of the same number, the register of meters keeps
 *        both with their dates.
 * Units: base units; NAN where unknown.
 * Owner: texts are borrowed for the call; who keeps a record copies it.
 */
#pragma once
#include "daemon/role.h"
#include "drivers/part.h"
#include "drivers/quantity.h"

#include <stdint.h>

struct record {
    uint32_t number;
    const char *device, *part; /* DEVICE and PART of the point's name; a room's KPIs: ROOM, "kpi" */
    enum quantity quantity;
    const char *room;   /* "" for none */
    const char *serial; /* of the device; NULL: unknown. Another one begins a new segment of the register */
    enum role role;     /* of the part; ROLE_NONE: in no balance */
    int category;       /* PUE category that IT energy measured here allows: 1 2 3; 0: none */
    const char *feed;   /* NULL */
    enum phase phase;
    double share;           /* 0..1 */
    double accuracy;        /* limit of error in % of reading; NAN */
    double rated_w;         /* most power that can flow through it; NAN */
    double modulus;         /* where a counter wraps; 0: unknown */
    double step;            /* resolution; 0: unknown */
    double period_s;        /* of its polls */
    int64_t from_ms, to_ms; /* in service */
};
