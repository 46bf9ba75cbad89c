/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ledger with a year of quarters of an hour of many meters, and the truth of it, for bench.py.
 *
 * year STATE METERS DAYS: makes STATE/ledger.db from 2025-01-01 UTC. Meters m000 (grid), m001 and m002 (the UPS's input
 * and output), m003 (cooling), all others IT. Prints the true energies in Wh.
 */
#include "daemon/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0     INT64_C(1735689600) /* 2025-01-01T00:00:00Z */
#define METERS 2000

static double count[METERS];
static char name[METERS][8];

static enum role role_of(int i)
{
    static const enum role first[] = {ROLE_GRID, ROLE_UPS_IN, ROLE_UPS_OUT, ROLE_COOLING};
    return i < 4 ? first[i] : ROLE_IT;
}

static int define(struct ledger *ledger, int i)
{
    snprintf(name[i], sizeof name[i], "m%03d", i);
    struct record r = {.number = (uint32_t)i + 1,
                       .device = i == 2 ? name[1] : name[i],
                       .part = i == 1   ? "input"
                               : i == 2 ? "output"
                                        : "total",
                       .quantity = Q_ENERGY,
                       .room = "r",
                       .role = role_of(i),
                       .category = role_of(i) == ROLE_IT ? 2 : role_of(i) == ROLE_UPS_OUT,
                       .share = 1,
                       .accuracy = 1,
                       .rated_w = 1e7,
                       .period_s = 900,
                       .to_ms = INT64_MAX};
    return ledger_define(ledger, &r);
}

/* The load of one meter: a day's and a week's swing, each meter its own. */
static double watts(int i, int64_t s)
{
    double day = sin((double)(s % 86400) / 86400 * 6.283), week = (s / 86400) % 7 < 5 ? 1 : 0.8;
    return (200 + i % 17 * 20) * (1 + 0.2 * day) * week;
}

static void step(int n, int64_t s)
{
    double it = 0;
    for (int i = 4; i < n; i++) {
        double w = watts(i, s);
        it += w;
        count[i] += w / 4;
    }
    double cooling = 0.25 * it, ups = it * 1.01, in = ups * 1.05;
    count[2] += ups / 4;
    count[1] += in / 4;
    count[3] += cooling / 4;
    count[0] += (in + cooling) * 1.01 / 4;
}

static int feed(struct ledger *ledger, int n, int64_t s, int64_t seq)
{
    struct row *row = row_new((size_t)n);
    row->seq = seq;
    row->wall_ms = s * 1000;
    row->boot_us = (s - T0 + 900) * 1000000;
    row->n = (size_t)n;
    for (int i = 0; i < n; i++)
        row->value[i] = (struct row_value){(uint32_t)i + 1, QL_GOOD, count[i]};
    int r = ledger_feed(ledger, row);
    row_free(row);
    return r;
}

int main(int argc, char **argv)
{
    struct ledger *ledger;
    char path[400];
    int n = argc == 4 ? atoi(argv[2]) : 0, days = argc == 4 ? atoi(argv[3]) : 0;
    if (n < 5 || n > METERS || days < 1) {
        fprintf(stderr, "usage: year STATE METERS DAYS\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/ledger.db", argv[1]);
    int r = ledger_open(path, true, &ledger);
    for (int i = 0; i < n && !r; i++)
        r = define(ledger, i);
    int64_t end = T0 + days * INT64_C(86400), seq = 1;
    r = r ? r : feed(ledger, n, T0, seq);
    for (int64_t s = T0; s < end && !r; s += 900) {
        step(n, s);
        r = feed(ledger, n, s + 900, ++seq);
        if (!r && seq % 1920 == 0)
            r = ledger_commit(ledger);
    }
    if (!r)
        r = ledger_commit(ledger);
    if (r) {
        fprintf(stderr, "year: %s\n", strerror(-r));
        return 1;
    }
    double it = 0;
    for (int i = 4; i < n; i++)
        it += count[i];
    printf("{\"total_wh\": %.6f, \"it_wh\": %.6f, \"cooling_wh\": %.6f}\n", count[0], it, count[3]);
    ledger_close(ledger);
    return 0;
}
