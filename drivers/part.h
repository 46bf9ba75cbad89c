/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names: ids of sites, rooms, racks and devices, and parts of devices.
 *
 * Shape: id `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`; part `[unit-N-]BASE[-PHASE]`, built from the device's stable index;
 *        NN has at least two digits. The first unit of a chain has no prefix.
 * Errors: -EINVAL.
 * Source: contract B.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define ID_MAX   32
#define PART_MAX 48 /* with the NUL */

enum part_base {
    PB_TOTAL,
    PB_INLET,
    PB_OUTLET,
    PB_BRANCH,
    PB_INPUT,
    PB_OUTPUT,
    PB_BYPASS,
    PB_BATTERY,
    PB_SOURCE,
    PB_SENSOR,
    PB_LOOP,
    PB_AIR,
    PB_FAN,
    PB_COMPRESSOR,
    PB_SYSTEM,
    PB_COUNT
};

enum phase { PH_NONE, PH_L1, PH_L2, PH_L3, PH_N, PH_L1L2, PH_L2L3, PH_L3L1, PH_COUNT };

struct part {
    unsigned unit; /* 1 or 0: the first */
    enum part_base base;
    unsigned number; /* 0 where the base has none */
    enum phase phase;
};

bool id_valid(const char *id);    /* the grammar only */
bool id_reserved(const char *id); /* site, kpi, unit-... */
int part_parse(const char *text, struct part *ret);
int part_format(const struct part *part, char ret[PART_MAX]);
bool part_base_numbered(enum part_base base);
const char *part_base_name(enum part_base base);
int part_base_parse(const char *name);
const char *phase_name(enum phase phase); /* "" for none */
int phase_parse(const char *name);
