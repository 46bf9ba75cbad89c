/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What breakers, feeds, phases and UPSs carried in a window, what was left, and what would have been if a feed had
 * failed: from the means of quarters of an hour.
 *
 * Shape: currents are those of whole devices and of branches with a breaker of their own. Sums of several devices are
 * of the same quarter, never sums of separate peaks. Latest: the last quarter known, at most two hours old. Failover
 * stands on the rule that the live alert uses (circuit.h), as if all equipment had two cords. Units: A, W, VA, %; NAN:
 * not known, and `reason` says why. Times are starts of quarters, 0: none. Owner: capacity_free; points and ids are the
 * plant's. Threads: one thread (librrd).
 */
#pragma once
#include "daemon/circuit.h"
#include "daemon/track.h"

struct capacity_circuit {
    const struct live_point *point;
    struct track_load load;
    double breaker, limit, left; /* left: at the peak */
    const char *reason;          /* constant text; NULL */
};

/* A rack's phase while one feed is gone. */
struct capacity_failover {
    size_t rack;
    enum phase phase;
    int failed;                       /* 0 A, 1 B */
    const struct live_point *breaker; /* that comes nearest to its limit */
    double rating, limit;
    struct track_load load; /* on that breaker, after the failure */
    const char *reason;
};

struct capacity_fit {
    size_t rack;
    double watts;           /* more, evenly over its phases, after any failover and at the peak */
    double one_phase_watts; /* on its emptiest phase */
    enum phase phase;       /* that one */
    double watts_per_ampere;
    bool assumed; /* watts_per_ampere is not measured */
    const char *reason;
};

struct capacity_phases {
    const struct live_device *device; /* NULL: all IT devices of a room's feed */
    size_t room;
    const char *feed;
    double amperes[3]; /* means of the window */
    double imbalance, neutral;
    unsigned unstated; /* one-phase devices whose phase is not stated: not in the sums */
};

struct capacity_ups {
    const struct live_device *device;
    double rating;                        /* W */
    struct track_load load;               /* W at its output */
    double peak_percent, left;            /* left: W up to its rating */
    double after_failover, after_percent; /* W with the other feed's load on it at the worst quarter; NAN: not a pair */
    const char *other;                    /* device that fails; NULL */
    const char *reason;
};

struct capacity_rack {
    size_t rack;
    struct track_load power; /* W of its IT devices */
    unsigned devices;
};

struct capacity {
    double part;
    int64_t from_s, to_s;
    size_t n_circuits, n_failovers, n_fits, n_phases, n_ups, n_racks, unrated_branches;
    struct capacity_circuit *circuit;   /* tightest first */
    struct capacity_failover *failover; /* tightest first */
    struct capacity_fit *fit;           /* roomiest first */
    struct capacity_phases *phases;
    struct capacity_ups *ups;
    struct capacity_rack *rack;
};

struct capacity *capacity_new(double part, int64_t from_s, int64_t to_s);
void capacity_free(struct capacity *capacity);
/* One more, zeroed; the array may move. */
void *capacity_push(void *array, size_t *n, size_t size);
