/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flow with bind, live, check, watch, watch_threshold, feeds, climate, manners and device_json: answers in; readings,
 * rows, records and alerts out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/device_json.h"
#include "daemon/flow.h"
#include "daemon/names.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define S 1000000LL

static const char text[] =
    "site: {name: s}\n"
    "rooms: {r: {ashrae: A1}}\n"
    "racks: {k: {room: r}}\n"
    "alerts: {hot: {point: '*/sensor-01/temperature', above: 40C}, breaker-load: {above: 90, hold: 0s},\n"
    "  pue-high: {point: '*/kpi/*pue', above: 1.45, hysteresis: 0.02}, pue-worse: {point: 'r/kpi/ipue', above: 1.6},\n"
    "  it-low: {point: 'r/kpi/it-power', below: 1kW}, kpi-limit: {priority: err}}\n"
    "devices:\n"
    "  a: {room: r, rack: k, address: h1, role: it, feed: A, breaker: 16A, parts: {sensor-01: {place: rack-inlet}}}\n"
    "  b: {room: r, rack: k, address: h2, role: it, feed: B, breaker: 16A}\n";

struct world {
    char dir[40];
    struct config *config;
    struct names *names;
    struct live *live;
    struct alerts *alerts;
    struct watch *watch;
    struct flow *flow;
    struct row *last_row;
    unsigned rows, records, learnt, taught, told_devices;
    struct record account; /* last record with role it */
    char raised[400];
    double heard[64];
    size_t n_heard;
    struct alert_entry last;
};

static uint32_t number(void *context, const char *name)
{
    return names_number(((struct world *)context)->names, name);
}

static void record(void *context, const struct record *record)
{
    struct world *w = context;
    w->records++;
    if (record->role == ROLE_IT && record->quantity == Q_ACTIVE_POWER)
        w->account = *record;
}

static void row(void *context, struct row *row)
{
    struct world *w = context;
    row_free(w->last_row);
    w->last_row = row;
    w->rows++;
}

static void learnt(void *context, const char *device, const struct shape *shape)
{
    (void)device, (void)shape;
    ((struct world *)context)->learnt++;
}

static void heard(void *context, const struct alert_entry *entry)
{
    struct world *w = context;
    size_t n = strlen(w->raised);
    w->last = *entry;
    snprintf(w->raised + n, sizeof w->raised - n, "%c%s ", entry->raised ? '+' : '-', entry->id);
}

static void told(void *self, const struct live_device *device)
{
    (void)device;
    ((struct world *)self)->told_devices++;
}

static void heard_kpis(void *self, const struct kpi_result *results, size_t n)
{
    struct world *w = self;
    for (size_t i = 0; i < n && w->n_heard < 64; i++)
        w->heard[w->n_heard++] = results[i].value;
}

static const struct sink ear = {.name = "ear", .device = told, .kpis = heard_kpis};

static struct moment at(int64_t second)
{
    return (struct moment){1770000000000LL + second * 1000, 5000 * S + second * S};
}

static void taught(void *context, const struct live_device *device)
{
    struct world *w = context;
    assert_non_null(device->config);
    w->taught++;
}

static int build(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char path[64];
    snprintf(w->dir, sizeof w->dir, "/tmp/test_flow.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(path, sizeof path, "%s/a.yaml", w->dir);
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    struct diag *diag = diag_new();
    const char *dirs[] = {w->dir};
    int r = config_load(dirs, 1, NULL, PROFILES_USED, NULL, diag, &w->config);
    diag_print(diag, stderr);
    diag_free(diag);
    unlink(path);
    rmdir(w->dir);
    assert_int_equal(r, 0);
    w->names = names_new();
    w->live = live_new();
    w->alerts = alerts_new(heard, w, at(-100), 0);
    w->watch = watch_new(w->live, w->alerts);
    struct flow_exits exits = {w, number, record, row, learnt, taught};
    w->flow = flow_new(w->live, w->watch, &exits);
    flow_add_sink(w->flow, &ear, w);
    flow_clock(w->flow, true);
    flow_config(w->flow, w->config, NULL);
    *state = w;
    return 0;
}

static int demolish(void **state)
{
    struct world *w = *state;
    flow_free(w->flow);
    watch_free(w->watch);
    alerts_free(w->alerts);
    live_free(w->live);
    names_free(w->names);
    config_unref(w->config);
    row_free(w->last_row);
    free(w);
    return 0;
}

static const struct {
    const char *part;
    enum quantity quantity;
    enum aspect aspect;
} points[] = {{"total", Q_ACTIVE_POWER, A_VALUE},
              {"total", Q_CURRENT, A_VALUE},
              {"total", Q_ACTIVE_POWER, A_PEAK},
              {"sensor-01", Q_TEMPERATURE, A_VALUE}};
#define N (sizeof points / sizeof points[0])

static struct shape *make_shape(const char *serial)
{
    struct shape *shape = shape_new();
    shape->identity =
        (struct identity){.profile = "p", .version = 1, .kind = "pdu", .serial = arena_strdup(shape->arena, serial)};
    for (size_t i = 0; i < N; i++) {
        struct point_shape *p = shape_add(shape);
        snprintf(p->part, sizeof p->part, "%s", points[i].part);
        p->quantity = points[i].quantity;
        p->aspect = points[i].aspect;
    }
    return shape;
}

static void send_shape(struct world *w, uint32_t device, const char *serial, int64_t second)
{
    struct answer *a = answer_new(device, ANSWER_SHAPE, 0);
    a->shape = make_shape(serial);
    flow_answers(w->flow, a, at(second));
}

static void send(struct world *w, uint32_t device, double power, double current, double temperature, int64_t second)
{
    const double values[N] = {power, current, 9999, temperature};
    struct answer *a = answer_new(device, ANSWER_VALUES, N);
    a->wall_ms = at(second).wall_ms;
    a->boot_us = at(second).boot_us;
    for (size_t i = 0; i < N; i++)
        a->sample[i] = (struct sample){values[i], QL_GOOD};
    flow_answers(w->flow, a, at(second));
    alerts_tick(w->alerts, at(second));
}

static void lose(struct world *w, uint32_t device, int64_t second)
{
    struct answer *a = answer_failed(device, FAULT_SILENT, "timed out");
    a->wall_ms = at(second).wall_ms;
    a->boot_us = at(second).boot_us;
    flow_answers(w->flow, a, at(second));
}

static void test_values(void **state)
{
    struct world *w = *state;
    send_shape(w, 0, "S1", 0);
    assert_int_equal(w->learnt, 1);
    assert_string_equal(w->account.device, "a");
    assert_int_equal(w->account.category, 2); /* IT measured at the PDU's inlet */
    assert_float_equal(w->account.rated_w, 16 * 230, 0);
    send(w, 0, 1140, 4.9, 22, 1);
    const struct live_point *p = live_find(w->live, "a/total/active_power");
    assert_float_equal(p->value, 1140, 0);
    assert_int_equal(p->quality, QL_GOOD);
    assert_string_equal(p->rack, "k");
    assert_string_equal(p->feed, "A");
    assert_float_equal(live_find(w->live, "a/total/current")->rating, 16, 0);
    assert_int_equal(w->rows, 1);
    assert_int_equal(w->last_row->n, 3); /* the peak is no point */
    assert_true(w->last_row->value[0].point < w->last_row->value[1].point);
    assert_int_equal(live_device(w->live, "a")->state, LIVE_ONLINE);
    send_shape(w, 0, "S1", 2);
    assert_int_equal(w->learnt, 1); /* nothing new */
}

static void test_implausible(void **state)
{
    struct world *w = *state;
    send_shape(w, 0, "S1", 0);
    send(w, 0, 1140, 490, 22, 1); /* ten times too much for its breaker's magnet */
    const struct live_point *p = live_find(w->live, "a/total/current");
    assert_int_equal(p->quality, QL_IMPLAUSIBLE);
    assert_true(isnan(p->value));
    assert_float_equal(p->raw, 490, 0);
    send(w, 0, 1140, 490, 22, 70);
    assert_string_equal(w->raised, "+implausible.a.total ");
    send(w, 0, 1140, 4.9, 22, 80);
    assert_string_equal(w->raised, "+implausible.a.total -implausible.a.total ");
}

static void test_silence(void **state)
{
    struct world *w = *state;
    send_shape(w, 0, "S1", 0);
    send(w, 0, 1140, 4.9, 22, 1);
    lose(w, 0, 11);
    assert_int_equal(live_device(w->live, "a")->state, LIVE_ONLINE); /* one lost answer is no outage */
    assert_int_equal(w->rows, 1);
    lose(w, 0, 21);
    assert_int_equal(live_device(w->live, "a")->state, LIVE_OFFLINE);
    assert_int_equal(w->rows, 2);
    assert_int_equal(w->last_row->value[0].quality, QL_SILENT);
    lose(w, 0, 31);
    assert_int_equal(w->rows, 2); /* silence is told once */
    assert_string_equal(w->raised, "+device-silent.a ");
    send(w, 0, 1140, 4.9, 22, 41);
    assert_string_equal(w->raised, "+device-silent.a -device-silent.a ");
    assert_int_equal(live_device(w->live, "a")->failures, 3);
}

static void test_rules(void **state)
{
    struct world *w = *state;
    send_shape(w, 0, "S1", 0);
    send_shape(w, 1, "S2", 0);
    send(w, 0, 3000, 15, 41, 1); /* above 90 % of 16 A, above the site's threshold and what A1 allows */
    send(w, 0, 3000, 15, 41, 62);
    assert_non_null(strstr(w->raised, "+breaker-load.a.total "));
    assert_non_null(strstr(w->raised, "+hot.a.sensor-01 "));
    assert_non_null(strstr(w->raised, "+inlet-allowable.a.sensor-01 "));
    send(w, 1, 500, 2, 22, 62);
    watch_tick(w->watch, at(62));
    watch_tick(w->watch, at(363));
    assert_non_null(strstr(w->raised, "+feed-redundancy.k.l1 ")); /* 15 + 2 > 0.8 * 16 */
    assert_null(strstr(w->raised, "inlet-allowable.b"));          /* not said to hang at an inlet */
}

static void test_replaced(void **state)
{
    struct world *w = *state;
    send_shape(w, 0, "S1", 0);
    send(w, 0, 1140, 4.9, 22, 1);
    send_shape(w, 0, "S9", 2);
    assert_string_equal(w->raised, "+device-replaced.a ");
    assert_int_equal(w->learnt, 2);
}

static void test_clock(void **state)
{
    struct world *w = *state;
    send_shape(w, 0, "S1", 0);
    flow_clock(w->flow, false);
    send(w, 0, 1140, 4.9, 22, 1);
    assert_int_equal(w->rows, 0); /* shown, not stored */
    assert_float_equal(live_find(w->live, "a/total/active_power")->value, 1140, 0);
}

static void test_kpis(void **state)
{
    struct world *w = *state;
    struct kpi_result results[] = {
        {.scope = "r", .id = Q_K_IPUE, .value = 1.4, .name = "iPUE2"},
        {.scope = "r", .id = Q_K_IPUE, .value = 1.5, .name = "iPUE2"}, /* its second window */
        {.scope = "r", .id = Q_K_PUE, .value = NAN, .name = "PUE2"},
        {.scope = "site", .id = Q_K_IPUE, .value = 1.3, .name = "iPUE2"},
    };
    size_t n;
    flow_kpis(w->flow, results, 4, at(60));
    flow_kpis(w->flow, results, 4, at(120));
    flow_last_kpis(w->flow, &n);
    assert_int_equal(n, 4);
    assert_int_equal(w->n_heard, 6); /* a sink has one place for each id: its reading's */
    assert_float_equal(w->heard[0], 1.4, 0);
    assert_true(isnan(w->heard[1]));
    assert_float_equal(w->heard[2], 1.3, 0);
    assert_int_equal(w->rows, 4);
    assert_float_equal(live_find(w->live, "r/kpi/ipue")->value, 1.4, 0);
    assert_int_equal(live_find(w->live, "r/kpi/pue")->quality, QL_SILENT);
    assert_float_equal(live_find(w->live, "site/kpi/ipue")->value, 1.3, 0);
}

/* A group that a reload takes away leaves no figure behind. */
static void test_scopes(void **state)
{
    struct world *w = *state;
    size_t rooms[] = {0};
    struct group_config group = {"g", "G", 1, rooms};
    struct config with = *w->config;
    with.group = &group;
    with.n_groups = 1;
    flow_config(w->flow, &with, NULL);
    const struct live_point *point = live_find(w->live, "g/kpi/it-power");
    assert_true(point && !point->gone && !*point->room);
    assert_string_equal(live_find(w->live, "r/kpi/it-power")->room, "r");
    flow_config(w->flow, w->config, NULL);
    assert_true(live_find(w->live, "g/kpi/it-power")->gone && !live_find(w->live, "r/kpi/it-power")->gone);
}

static void figure(struct world *w, const struct kpi_result *results, size_t n, int64_t second)
{
    flow_kpis(w->flow, results, n, at(second));
    watch_tick(w->watch, at(second));
}

/* One limit by a GLOB over figures, a second on one of them, a lower one: each raised once and cleared once. */
static void test_kpi_limit(void **state)
{
    struct world *w = *state;
    struct kpi_result results[] = {
        {.scope = "r", .id = Q_K_IPUE, .value = 1.5, .name = "iPUE2", .coverage = 0.97},
        {.scope = "r", .id = Q_K_IPUE, .value = 1.9, .name = "iPUE2", .coverage = 0.5}, /* its longer window */
        {.scope = "r", .id = Q_K_PUE, .value = NAN, .name = "PUE2"},
        {.scope = "r", .id = Q_K_IT_POWER, .value = 900, .name = "IT power", .coverage = NAN},
        {.scope = "site", .id = Q_K_IPUE, .value = 1.3, .name = "iPUE2", .coverage = 1},
    };
    results[0].coverage = 0.1; /* just begun: no alarm yet */
    figure(w, results, 3, 30);
    assert_string_equal(w->raised, "");
    results[0].coverage = 0.97;
    figure(w, results, 5, 60);
    figure(w, results, 5, 120);
    assert_string_equal(w->raised, "+kpi-limit.r.ipue +kpi-limit.r.it-power ");
    assert_int_equal(w->last.priority, 3);
    assert_string_equal(w->last.rule, "kpi-limit");
    assert_string_equal(w->last.text,
                        "r/kpi/it-power is 900.0 W, below the limit of 1.00 kW (it-low: IT power, 100 % covered)");
    results[0].value = 1.7;
    results[3].value = 1200;
    w->raised[0] = '\0';
    figure(w, results, 5, 180);
    assert_string_equal(w->raised, "+kpi-limit.r.ipue-pue-worse -kpi-limit.r.it-power ");
    results[0].value = 1.44; /* within, but not by the hysteresis of the first */
    w->raised[0] = '\0';
    figure(w, results, 5, 240);
    assert_string_equal(w->raised, "-kpi-limit.r.ipue-pue-worse ");
    results[0].value = 1.4;
    figure(w, results, 5, 300);
    assert_non_null(strstr(w->raised, "-kpi-limit.r.ipue "));
    results[0].value = NAN; /* no figure is no alarm */
    figure(w, results, 5, 360);
    assert_non_null(strstr(w->raised, "-kpi-limit.r.ipue "));
}

/* What the agent does not stand is told once, not with every poll. */
static void test_manners(void **state)
{
    struct world *w = *state;
    static const unsigned most[] = {0, 8, 8, 4, 4};
    static const unsigned told[] = {0, 1, 1, 2, 2};
    send_shape(w, 0, "S1", 0);
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        struct answer *a = answer_new(0, ANSWER_VALUES, N);
        a->manners = (struct manners){.varbinds = most[i], .no_bulk = most[i] > 0};
        flow_answers(w->flow, a, at((int64_t)i));
        assert_int_equal(w->taught, told[i]);
    }
    assert_int_equal(w->live->device[0]->manners.varbinds, 4);
}

static void test_kept_manners(void **state)
{
    (void)state;
    static const struct {
        struct manners manners;
        const char *words;
    } rows[] = {
        {{0}, ""},
        {{.varbinds = 8}, "at most 8 objects at once"},
        {{.varbinds = 1, .no_bulk = true, .repetitions = 2}, "at most 1 object at once, no GETBULK"},
        {{.repetitions = 2, .version_1 = true}, "at most 2 rows at once, only SNMPv1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct shape *shape = make_shape("S1"), *again;
        char *json = device_json_write_with(shape, &rows[i].manners), words[200];
        struct manners read = device_json_manners(json);
        assert_true(manners_equal(&read, &rows[i].manners));
        assert_int_equal(device_json_read(json, &again), 0);
        assert_string_equal(manners_words(&rows[i].manners, words, sizeof words), rows[i].words);
        shape_unref(again);
        shape_unref(shape);
        free(json);
    }
    struct manners nonsense = device_json_manners("{\"manners\": {\"varbinds\": -3, \"no_bulk\": 1}}");
    assert_true(manners_equal(&nonsense, &(struct manners){0}));
}

static void test_kept_shape(void **state)
{
    (void)state;
    struct shape *shape = make_shape("S1"), *again;
    static const char *const states[] = {"2", "on-battery", NULL, NULL};
    shape->label[0] = "Rack \xff"; /* no UTF-8 */
    shape->point[1].states = states;
    shape->point[1].rating = 16;
    char *json = device_json_write(shape);
    assert_non_null(json);
    assert_int_equal(device_json_read(json, &again), 0);
    assert_int_equal(again->n, N);
    assert_null(again->label[0]);
    assert_string_equal(again->point[1].states[1], "on-battery");
    assert_float_equal(again->point[1].rating, 16, 0);
    assert_true(isnan(again->point[0].rating));
    assert_string_equal(again->identity.serial, "S1");
    shape_unref(again);
    assert_true(device_json_read("{\"schema\": 9, \"points\": []}", &again) < 0);
    assert_true(device_json_read("not json", &again) < 0);
    free(json);
    shape_unref(shape);
}

int main(void)
{
#define WORLD(test) cmocka_unit_test_setup_teardown(test, build, demolish)
    const struct CMUnitTest tests[] = {
        WORLD(test_values),
        WORLD(test_implausible),
        WORLD(test_silence),
        WORLD(test_rules),
        WORLD(test_replaced),
        WORLD(test_clock),
        WORLD(test_kpis),
        WORLD(test_scopes),
        WORLD(test_kpi_limit),
        WORLD(test_manners),
        cmocka_unit_test(test_kept_manners),
        cmocka_unit_test(test_kept_shape),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
