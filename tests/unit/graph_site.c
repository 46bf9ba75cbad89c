/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph_site.h"

#include "daemon/rrd_file.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char site_yaml[] =
    "site: {name: test, title: Test, timezone: Europe/Brussels}\n"
    "rrd: {spans: \"10s/2h 1m/2d 1h/400d\"}\n"
    "rooms:\n"
    "  r1: {title: Room one, ashrae: A2, boundary: {complete: yes}}\n"
    "  r2: {title: Room two, ashrae: A1}\n"
    "groups: {one: {title: Only one, rooms: [r1]}, other: {rooms: [r2]}}\n"
    "racks: {k1: {room: r1, title: Rack one}, k2: {room: r1}, r2: {room: r1, title: Rack like a room}}\n"
    "devices:\n"
    "  pdu-a: {room: r1, rack: k1, profile: apc-rpdu2, address: 127.0.0.1, role: it, feed: A, breaker: 16A,\n"
    "          parts: {sensor-01: {place: rack-inlet}}}\n"
    "  pdu-b: {room: r1, rack: k1, profile: apc-rpdu2, address: 127.0.0.2, role: it, feed: B, breaker: 32A}\n"
    "  ac: {room: r1, profile: eastron-sdm630, address: \"127.0.0.3:502\", modbus: {unit: 1}, role: cooling}\n"
    "  never: {room: r1, profile: apc-rpdu2, address: 127.0.0.4, role: it}\n";

#define POINT(part, quantity) "{\"part\": \"" part "\", \"quantity\": \"" quantity "\", \"aspect\": \"\"}"
#define DEVICE(kind, points) \
    "{\"schema\": 1, \"profile\": \"p\", \"version\": 1, \"kind\": \"" kind "\", \"points\": [" points "]}"
static const char pdu_json[] = DEVICE("pdu", POINT("total", "active_power") "," POINT("total", "energy") "," POINT(
                                                 "total-l1", "current") "," POINT("sensor-01", "temperature"));
static const char ac_json[] = DEVICE("meter", POINT("total", "active_power"));

struct graph_fixture graph_site;

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

void graph_site_path(char *buffer, size_t size, const char *name)
{
    snprintf(buffer, size, "%s/%s", graph_site.state, name);
}

/* A value each 10 s, NAN where there is none; `from` of the steps on. */
static void fill(const char *path, enum quantity quantity, int from, double (*value)(int step))
{
    static const struct rrd_span spans[] = {{10, 7200}, {60, 2 * 86400}, {3600, 400 * 86400}};
    struct rrd_plan plan, made;
    int64_t last;
    enum rrd_outcome outcome;
    char root[100], words[RRD_WORDS], text[GRAPH_SITE_STEPS][48];
    const char *sample[GRAPH_SITE_STEPS];
    int n = 0;
    graph_site_path(root, sizeof root, "rrd");
    assert_int_equal(rrd_plan_archives(10, spans, 3, &plan), 0);
    assert_true(rrd_plan_add(&plan, quantity, 10) >= 0);
    assert_int_equal(rrd_file_ready(root, path, &plan, graph_site.begin + from * 10, graph_site.begin, &made, &last,
                                    &outcome, words),
                     0);
    for (int i = from; i < GRAPH_SITE_STEPS; i++) {
        double v = value(i);
        sample[n] = text[n];
        snprintf(text[n++], sizeof text[0], isnan(v) ? "%lld:U" : "%lld:%.10g",
                 (long long)(graph_site.begin + (i + 1) * 10), v);
    }
    assert_int_equal(rrd_file_update(root, path, n, sample, words), 0);
}

static double steady(int step)
{
    (void)step;
    return 1000;
}

static double silent_for_a_while(int step)
{
    return step >= 90 && step < 120 ? (double)NAN : 500;
}

static double cooling(int step)
{
    (void)step;
    return 300;
}

static double warm(int step)
{
    return step == 60 ? 30 : 24;
}

int graph_site_set_up(void **state)
{
    (void)state;
    char path[200];
    snprintf(graph_site.dir, sizeof graph_site.dir, "/tmp/graph-XXXXXX");
    assert_non_null(mkdtemp(graph_site.dir));
    snprintf(graph_site.conf, sizeof graph_site.conf, "%s/conf.d", graph_site.dir);
    snprintf(graph_site.state, sizeof graph_site.state, "%s/state", graph_site.dir);
    graph_site.dirs[0] = graph_site.conf;
    mkdir(graph_site.conf, 0755);
    mkdir(graph_site.state, 0755);
    graph_site_path(path, sizeof path, "devices");
    mkdir(path, 0755);
    graph_site_path(path, sizeof path, "rrd");
    mkdir(path, 0755);
    snprintf(path, sizeof path, "%s/10-site.yaml", graph_site.conf);
    write_text(path, site_yaml);
    graph_site_path(path, sizeof path, "devices/pdu-a.json");
    write_text(path, pdu_json);
    graph_site_path(path, sizeof path, "devices/pdu-b.json");
    write_text(path, pdu_json);
    graph_site_path(path, sizeof path, "devices/ac.json");
    write_text(path, ac_json);
    graph_site.begin = (int64_t)time(NULL) / 600 * 600 - GRAPH_SITE_STEPS * 10;
    fill("pdu-a/total.rrd", Q_ACTIVE_POWER, 0, steady);
    fill("pdu-b/total.rrd", Q_ACTIVE_POWER, 30, silent_for_a_while);
    fill("ac/total.rrd", Q_ACTIVE_POWER, 0, cooling);
    fill("pdu-a/sensor-01.rrd", Q_TEMPERATURE, 0, warm);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

int graph_site_tear_down(void **state)
{
    (void)state;
    return nftw(graph_site.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
