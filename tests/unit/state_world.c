/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state_world.h"

#include "daemon/device_file.h"
#include "daemon/device_json.h"
#include "daemon/rrd_file.h"

#include <ftw.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define STEP 300

static const struct rrd_span spans[] = {{STEP, 86400}, {900, 90 * 86400}, {3600, 400 * 86400}};

struct world *world_new(void)
{
    struct world *w = calloc(1, sizeof *w);
    char path[100];
    assert_non_null(w);
    strcpy(w->state, "/tmp/wattwacht-state-XXXXXX");
    assert_non_null(mkdtemp(w->state));
    snprintf(path, sizeof path, "%s/devices", w->state);
    assert_int_equal(mkdir(path, 0750), 0);
    snprintf(path, sizeof path, "%s/rrd", w->state);
    assert_int_equal(mkdir(path, 0750), 0);
    w->setup = calloc(1, sizeof *w->setup);
    w->setup->every_us = STEP * INT64_C(1000000);
    struct heat_config no_heat = {.sink_supply = NAN,
                                  .sink_return = NAN,
                                  .air_flow_fixed = NAN,
                                  .efficiency = 0.45,
                                  .demand_space = NAN,
                                  .demand_dhw = NAN,
                                  .investment = {NAN, NAN, NAN, 0}};
    w->room[0] = (struct room_config){.id = "stad", .title = "Stad", .complete = true, .heat = no_heat};
    w->room[1] = (struct room_config){.id = "gent", .title = "Gent", .complete = true, .heat = no_heat};
    w->room[2] = (struct room_config){.id = "brugge", .title = "Brugge", .complete = true, .heat = no_heat};
    for (size_t i = 0; i < 4; i++) {
        static const char *const racks[] = {"r1", "r2", "r3", "r4"};
        w->rack[i] = (struct rack_config){.id = racks[i], .title = racks[i], .room = i / 2};
    }
    w->config = (struct config){
        .site = "leuven",
        .title = "Leuven",
        .timezone = "UTC",
        .room = w->room,
        .n_rooms = 1,
        .rack = w->rack,
        .n_racks = 4,
        .device = w->device,
        .factors = {
            .electricity = 0.16749, .gas = 0.182, .price_electricity = 220, .price_gas = 80, .price_heat = NAN}};
    assert_int_equal(ledger_open(":memory:", true, &w->ledger), 0);
    return w;
}

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

void world_free(struct world *w)
{
    nftw(w->state, gone, 8, FTW_DEPTH | FTW_PHYS);
    ledger_close(w->ledger);
    shape_unref(w->shape);
    free(w->setup);
    free(w);
}

struct device_config *world_device(struct world *w, const char *id, enum role role, size_t rack, const char *feed,
                                   double breaker)
{
    assert_true(w->config.n_devices < WORLD_DEVICES);
    struct device_config *d = &w->device[w->config.n_devices];
    *d = (struct device_config){.id = id,
                                .room = rack == NO_INDEX ? 0 : w->rack[rack].room,
                                .rack = rack,
                                .setup = w->setup,
                                .role = role,
                                .feed = feed,
                                .breaker = breaker,
                                .class_pct = 1,
                                .share = 1,
                                .to_ms = INT64_MAX,
                                .part = w->part[w->config.n_devices],
                                .chain = NO_INDEX};
    w->config.n_devices++;
    return d;
}

struct part_config *world_place(struct world *w, struct device_config *device, const char *part, enum location place)
{
    (void)w;
    assert_true(device->n_parts < WORLD_PARTS);
    struct part_config *p = &device->part[device->n_parts++];
    *p = (struct part_config){.part = part, .breaker = NAN, .place = place, .height = NAN, .accuracy = NAN};
    return p;
}

struct point_shape *world_point(struct world *w, const char *part, enum quantity quantity)
{
    if (!w->shape)
        w->shape = shape_new();
    struct point_shape *p = shape_add(w->shape);
    snprintf(p->part, sizeof p->part, "%s", part);
    p->quantity = quantity;
    return p;
}

void world_learnt(struct world *w, const char *kind)
{
    w->shape->identity.profile = "world";
    w->shape->identity.kind = kind;
    char *text = device_json_write(w->shape);
    assert_int_equal(device_file_write(w->state, w->device[w->config.n_devices - 1].id, text), 0);
    free(text);
    shape_unref(w->shape);
    w->shape = NULL;
}

/* "TIME:value:..." of all sources at t. */
static char *sample(const struct world_source *sources, size_t n, int64_t t)
{
    char text[400];
    int at = snprintf(text, sizeof text, "%lld", (long long)t);
    for (size_t i = 0; i < n; i++) {
        double v = sources[i].value(t, sources[i].context);
        at += snprintf(text + at, sizeof text - (size_t)at, isnan(v) ? ":U" : ":%.9g", v);
    }
    return strdup(text);
}

void world_record(struct world *w, const char *device, const char *part, const struct world_source *sources, size_t n,
                  int64_t from_s, int64_t to_s)
{
    char root[100], folder[160], path[RRD_PATH_MAX], words[RRD_WORDS];
    struct rrd_plan plan, got;
    int64_t last;
    enum rrd_outcome outcome;
    snprintf(root, sizeof root, "%s/rrd", w->state);
    snprintf(folder, sizeof folder, "%s/%s", root, device);
    mkdir(folder, 0750);
    assert_int_equal(rrd_plan_path(device, part, path), 0);
    assert_int_equal(rrd_plan_archives(STEP, spans, 3, &plan), 0);
    for (size_t i = 0; i < n; i++)
        assert_true(rrd_plan_add(&plan, sources[i].quantity, STEP) >= 0);
    assert_int_equal(rrd_file_ready(root, path, &plan, from_s, from_s, &got, &last, &outcome, words), 0);
    size_t count = 0, most = (size_t)((to_s - from_s) / STEP);
    const char **samples = calloc(most + 1, sizeof *samples);
    for (int64_t t = from_s + STEP; t <= to_s; t += STEP)
        samples[count++] = sample(sources, n, t);
    assert_int_equal(rrd_file_update(root, path, (int)count, samples, words), 0);
    for (size_t i = 0; i < count; i++)
        free((void *)(uintptr_t)samples[i]);
    free(samples);
}

double world_constant(int64_t t, const void *context)
{
    (void)t;
    return *(const double *)context;
}
