/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_rig.h"

#include "daemon/ledger.h"

#include <ftw.h>
#include <math.h>
#include <poll.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS 60000

char rig_state[64];
struct config *rig_config;
static struct rrd_span spans[] = {{10, 86400}, {60, 7 * 86400}};

static struct disk_event *waiting; /* taken, not looked at yet */

static void forget_events(void)
{
    for (struct disk_event *next; waiting; waiting = next) {
        next = waiting->next;
        disk_event_free(waiting);
    }
}

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

struct config *rig_config_new(uint64_t log_size)
{
    struct config *c = calloc(1, sizeof *c);
    c->refs = 1000; /* never freed by the disk: the arena's are not ours */
    c->site = "test";
    c->log_size = log_size;
    c->log_age_us = 7 * 86400 * 1000000LL;
    c->rrd_step_s = RIG_STEP_S;
    c->span = spans;
    c->n_spans = 2;
    return c;
}

int rig_setup(void **state)
{
    (void)state;
    strcpy(rig_state, "/tmp/wattwacht-disk-XXXXXX");
    rig_config = rig_config_new(64 << 20);
    return mkdtemp(rig_state) ? 0 : -1;
}

int rig_teardown(void **state)
{
    (void)state;
    forget_events();
    free(rig_config);
    return nftw(rig_state, gone, 8, FTW_DEPTH | FTW_PHYS);
}

const char *rig_in_state(const char *path)
{
    static char full[200];
    snprintf(full, sizeof full, "%s/%s", rig_state, path);
    return full;
}

int64_t rig_now_s(void)
{
    return time(NULL);
}

int64_t rig_start_s(int n)
{
    return rig_now_s() / RIG_STEP_S * RIG_STEP_S - 60 - n * RIG_STEP_S;
}

struct disk *rig_open(void)
{
    struct diag *diag = diag_new();
    struct disk *disk = NULL;
    int r = disk_open(rig_state, rig_config, diag, &disk);
    if (r < 0)
        diag_print(diag, stderr);
    diag_free(diag);
    assert_int_equal(r, 0);
    return disk;
}

static void define(struct disk *disk, uint32_t number, enum quantity quantity)
{
    struct record record = {.number = number,
                            .device = "pdu-a1",
                            .part = "total",
                            .quantity = quantity,
                            .room = "room",
                            .serial = "S1",
                            .role = ROLE_IT,
                            .category = 2,
                            .share = 1,
                            .accuracy = NAN,
                            .rated_w = 4e4,
                            .period_s = RIG_STEP_S,
                            .to_ms = INT64_MAX};
    disk_point(disk, &record);
}

void rig_points(struct disk *disk)
{
    define(disk, 1, Q_ACTIVE_POWER);
    define(disk, 2, Q_ENERGY);
}

struct row *rig_row(int64_t start_s, int64_t i)
{
    struct row *row = row_new(2);
    row->device = 1;
    row->wall_ms = (start_s + i * RIG_STEP_S) * 1000;
    row->boot_us = 1000000000 + i * RIG_STEP_S * 1000000;
    row->value[0] = (struct row_value){1, QL_GOOD, 3600};
    row->value[1] = (struct row_value){2, QL_GOOD, 5000 + 10 * (double)i};
    return row;
}

void rig_rows(struct disk *disk, int64_t start_s, int from, int to)
{
    for (int i = from; i < to; i++)
        disk_row(disk, rig_row(start_s, i));
}

struct disk_event *rig_await(struct disk *disk, enum disk_event_kind kind)
{
    for (;;) {
        while (waiting) {
            struct disk_event *event = waiting;
            waiting = event->next;
            if (event->kind == kind)
                return event;
            disk_event_free(event);
        }
        struct pollfd fd = {disk_fd(disk), POLLIN, 0};
        if (poll(&fd, 1, PATIENCE_MS) <= 0)
            return NULL;
        waiting = disk_take(disk);
    }
}

void rig_flush(struct disk *disk, uint64_t token)
{
    disk_flush(disk, token);
    struct disk_event *event = rig_await(disk, DISK_FLUSHED);
    assert_non_null(event);
    assert_int_equal(event->token, token);
    disk_event_free(event);
}

double rig_power_at(int64_t t)
{
    time_t start = (time_t)t - RIG_STEP_S, end = (time_t)t - 1;
    unsigned long step = RIG_STEP_S, n;
    char **names;
    rrd_value_t *data;
    rrd_clear_error();
    assert_int_equal(
        rrd_fetch_r(rig_in_state("rrd/pdu-a1/total.rrd"), "AVERAGE", &start, &end, &step, &n, &names, &data), 0);
    assert_int_equal(n, 1);
    double value = data[(t - RIG_STEP_S - start) / RIG_STEP_S];
    rrd_freemem(names[0]);
    rrd_freemem(names);
    rrd_freemem(data);
    return value;
}

static int add_flowed(void *context, const struct flowed *flowed)
{
    *(double *)context += flowed->wh;
    return 0;
}

double rig_booked_wh(void)
{
    struct ledger *ledger = NULL;
    double wh = 0;
    assert_int_equal(ledger_open(rig_in_state("ledger.db"), false, &ledger), 0);
    assert_int_equal(ledger_sum(ledger, 0, 0, (rig_now_s() / 900 + 8) * 900, add_flowed, &wh), 0);
    ledger_close(ledger);
    return wh;
}
