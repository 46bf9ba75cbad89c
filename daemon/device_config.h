/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the configuration says of devices, their parts, and meters without a wire.
 *
 * Units: A, m, W, %; share 0..1; times in milliseconds since 1970; NAN: not stated.
 * Owner: texts live in the configuration's arena; setups are counted, so that they outlive a reload.
 * Source: contract C.
 */
#pragma once
#include "daemon/role.h"
#include "daemon/room_config.h"
#include "drivers/part.h"
#include "drivers/setup.h"

#define NO_INDEX SIZE_MAX

struct part_config {
    const char *part;
    enum role role; /* ROLE_NONE: the device's */
    const char *label, *feed;
    enum phase phase;
    double breaker; /* A; NAN */
    enum location place;
    double height;   /* m; NAN */
    double accuracy; /* % of reading; NAN */
};

struct device_config {
    const char *id;
    size_t room, rack;          /* NO_INDEX: none */
    struct device_setup *setup; /* setup->number is the device's number: equal ids keep it across reloads */
    enum role role;
    const char *feed, *same_as; /* same_as: the device or source that measures the same; NULL */
    enum phase phase;
    double breaker;                /* A; NAN */
    double class_pct;              /* limit of error at full load, with the transformer's; NAN */
    const char *class_, *ct_class; /* as written: what a low load makes of them; NULL */
    double share;                  /* 0..1 of it that belongs to the room */
    int64_t from_ms, to_ms;        /* in service; 0 / INT64_MAX */
    size_t n_parts;
    struct part_config *part;
    size_t chain; /* index of the device whose unit it is; NO_INDEX */
    unsigned unit;
};

struct source_config {
    const char *id;
    size_t room;
    enum role role;
    double constant;     /* W; NAN: by readings */
    double accuracy;     /* %; NAN */
    const char *same_as; /* the device that measures the same; NULL */
};
