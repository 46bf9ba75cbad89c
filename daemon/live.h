/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The latest value of every point, with what people need to know of it. Written by flow, read by all that leaves.
 *
 * Shape: points are dense and in the order of their first sight in this process; `number` is the one for ever.
 *        A point of a device that is gone from the configuration has `gone` set and is shown nowhere.
 * Units: base units; times in ms since 1970 and us of the boot clock.
 * Threads: the loop's thread only.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/name_table.h"
#include "drivers/manners.h"
#include "drivers/shape.h"

#include <stdint.h>

#define POINT_NAME_MAX (ID_MAX + PART_MAX + 24)

/* In the narrowest members that hold what they are: there are tens of thousands. */
struct live_point {
    const char *name;               /* DEVICE/PART/QUANTITY, ROOM/kpi/ID */
    const char *part;               /* its own text */
    const char *scope;              /* KPI: room id or "site"; else NULL */
    const char *label;              /* of the part; "" */
    const char *room, *rack, *feed; /* ids; "" */
    const char *const *states;
    uint32_t number;
    uint32_t device; /* index into live.device; NO_DEVICE: a room's or the site's KPI */
    enum quantity quantity : 16;
    enum phase phase : 8;
    enum role role : 8;
    enum quality quality : 8;
    int8_t category; /* PUE category that IT energy measured here allows; 0: none */
    bool gone;
    double share, accuracy; /* 0..1 of it is the room's; limit of error in %, NAN */
    double rating;          /* breaker or rated value; NAN */
    double value;           /* NAN unless the quality has a value */
    double raw;             /* as told, also where it is implausible: for words */
    int64_t ts_ms;          /* of the poll that gave this value */
    int64_t changed_us;     /* boot clock of the last different value */
    double refresh_s;
};

enum live_state { LIVE_STARTING, LIVE_ONLINE, LIVE_OFFLINE };

struct live_device {
    const struct device_config *config; /* NULL: gone */
    uint32_t number;
    enum live_state state;
    struct shape *shape;
    size_t n_bound; /* == shape->n: point of each sample, NULL where it is not kept (a peak, a rating) */
    struct live_point **bound;
    int64_t last_ok_ms, last_poll_ms;
    int64_t silent_since_ms;
    uint64_t polls, failures;
    unsigned failures_in_row;
    int64_t latency_us;
    int64_t late_us[64]; /* ring of the last polls, for the 99th percentile */
    unsigned n_late;
    int64_t compared_us;         /* boot clock of the last look for contradictions */
    struct energy_watch *energy; /* private to watch_contradiction.c; NULL: not looked for yet */
    int64_t replaced_us;         /* boot clock when another serial was seen; 0: no */
    struct manners manners;      /* what its agent does not stand, as last learnt */
    int fault;                   /* enum fault of the last failure */
    char words[200];             /* of the last failure */
};

#define NO_DEVICE UINT32_MAX

struct live {
    size_t n_points, n_devices;
    struct live_point **point;
    struct live_device **device;
    const struct config *config;
    int64_t started_ms;
    struct name_table names; /* to the index of the point */
};

struct live *live_new(void);
void live_free(struct live *live);
struct live_point *live_add(struct live *live, const char *name); /* zeroed but for name and part; names are unique */
struct live_device *live_device_add(struct live *live, uint32_t number);
uint32_t live_index(const struct live *live, uint32_t number); /* of a device by its number; NO_DEVICE */

struct live_point *live_find(const struct live *live, const char *name);
struct live_device *live_device(const struct live *live, const char *id);
int64_t live_late_p99_us(const struct live_device *device);
/* GLOB over point names: fnmatch(3) without special meaning of '/'. */
bool live_match(const struct live_point *point, const char *glob);
