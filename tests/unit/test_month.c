/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A month of two rooms through the ledger into the report, against the truth: with gaps, a reset, a restart, and a
 * clock that steps. Where counters are good, energies are the truth within one counter step a meter and edge. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/report_document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0     INT64_C(1767225600) /* 2026-01-01T00:00:00Z */
#define DAY    INT64_C(86400)
#define DAYS   30
#define PERIOD 60
#define HOUR   INT64_C(3600)

static struct room_config rooms[] = {{.id = "stad", .title = "Stad", .complete = true},
                                     {.id = "gent", .title = "Gent", .complete = true}};

/* base W, its day's swing, what one step of its counter is. */
static const struct meter {
    const char *device, *part;
    size_t room;
    enum role role;
    int category;
    double base, swing, step;
} meters[] = {
    {"ups-s", "input", 0, ROLE_UPS_IN, 0, 9975, 0, 1},      {"ups-s", "output", 0, ROLE_UPS_OUT, 1, 9500, 0, 1},
    {"pdu-1", "total", 0, ROLE_IT, 2, 3000, 300, 100},      {"pdu-2", "total", 0, ROLE_IT, 2, 3000, -300, 100},
    {"pdu-3", "total", 0, ROLE_IT, 2, 3500, 0, 100},        {"ac-s", "total", 0, ROLE_COOLING, 0, 2500, 800, 10},
    {"grid-g", "total", 1, ROLE_GRID, 0, 80000, 4000, 100}, {"pdu-g", "total", 1, ROLE_IT, 2, 60000, 0, 1},
    {"ac-g", "total", 1, ROLE_COOLING, 0, 15000, 4000, 10},
};
#define METERS (sizeof meters / sizeof meters[0])

/* The integral of the power since T0, Wh. */
static double truth(const struct meter *m, double s)
{
    double day = 6.283185307179586 / (double)DAY;
    return (m->base * s + m->swing / day * (1 - cos(day * s))) / 3600;
}

struct clocks {
    int64_t step_s;  /* wall less true time */
    int64_t session; /* begins anew at */
    int64_t begun_s;
};

/* Gaps, a restart of the daemon, and a clock half an hour ahead for a day. */
static bool silent(const char *device, int64_t s)
{
    bool gap = !strcmp(device, "pdu-2") && s >= 5 * DAY + 2 * HOUR && s < 5 * DAY + 8 * HOUR;
    return gap || (s >= 20 * DAY && s < 20 * DAY + 600);
}

static struct clocks clocks_at(int64_t s)
{
    struct clocks c = {s >= 15 * DAY && s < 16 * DAY ? 1800 : 0, s >= 20 * DAY ? 2 : 1, s >= 20 * DAY ? 20 * DAY : 0};
    return c;
}

#define RESET_S (10 * DAY + 12 * HOUR + 30) /* between two polls: what flowed since the last one is lost */

static double shown(const struct meter *m, int64_t s)
{
    double wh = truth(m, (double)s);
    if (!strcmp(m->device, "pdu-3") && s >= RESET_S)
        wh -= truth(m, (double)RESET_S);
    return floor(wh / m->step) * m->step;
}

static void poll(struct ledger *ledger, size_t i, int64_t s, int64_t *seq)
{
    struct clocks c = clocks_at(s);
    struct row *row = row_new(1);
    row->seq = ++*seq;
    row->session = (uint32_t)c.session;
    row->wall_ms = (T0 + s + c.step_s) * 1000;
    row->boot_us = (s - c.begun_s + 100) * 1000000;
    row->uptime_s = (uint32_t)(!strcmp(meters[i].device, "pdu-3") && s >= RESET_S ? s - RESET_S + 1 : s + 1000);
    row->n = 1;
    row->value[0] = (struct row_value){(uint32_t)i + 1, QL_GOOD, shown(&meters[i], s)};
    assert_int_equal(ledger_feed(ledger, row), 0);
    row_free(row);
}

static void define(struct ledger *ledger, struct config *config, struct device_config *devices)
{
    for (size_t i = 0; i < METERS; i++) {
        const struct meter *m = &meters[i];
        struct record r = {.number = (uint32_t)i + 1,
                           .device = m->device,
                           .part = m->part,
                           .quantity = Q_ENERGY,
                           .room = rooms[m->room].id,
                           .role = m->role,
                           .category = m->category,
                           .share = 1,
                           .accuracy = 1,
                           .rated_w = 2 * m->base + 1e4,
                           .step = m->step,
                           .period_s = PERIOD,
                           .to_ms = INT64_MAX};
        assert_int_equal(ledger_define(ledger, &r), 0);
        devices[config->n_devices++] =
            (struct device_config){.id = m->device, .room = m->room, .role = m->role, .to_ms = INT64_MAX, .share = 1};
    }
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/* True energy of a role in a room, and what its counters leave open: a step at each edge, and what a reset lost. */
static double of_role(size_t room, enum role role, double *ret_open)
{
    double wh = 0;
    for (size_t i = 0; i < METERS; i++)
        if (meters[i].room == room && meters[i].role == role) {
            wh += truth(&meters[i], DAYS * (double)DAY);
            *ret_open += 2 * meters[i].step;
            if (!strcmp(meters[i].device, "pdu-3"))
                *ret_open += meters[i].base * 2 * PERIOD / 3600 + 2 * meters[i].step;
        }
    return wh;
}

static void near(const char *what, double value, double wanted, double tolerance)
{
    tolerance += 1e-6 * fabs(wanted);
    print_message("  %-28s %14.3f  true %14.3f  open %.3f\n", what, value, wanted, tolerance);
    assert_true(fabs(value - wanted) <= tolerance);
}

static void compare(struct ledger *ledger, const struct config *config, size_t room)
{
    struct report_request request = {.config = config,
                                     .ledger = ledger,
                                     .scope = rooms[room].id,
                                     .from_s = T0,
                                     .to_s = T0 + DAYS * DAY,
                                     .now_s = T0 + 40 * DAY};
    json_t *d = NULL;
    double it_open = 0, cooling_open = 0, total_open = 0;
    assert_int_equal(report_build(&request, &d), 0);
    const json_t *energy = json_object_get(d, "energy"), *kpi = json_array_get(json_object_get(d, "kpis"), 0);
    double it = of_role(room, ROLE_IT, &it_open), cooling = of_role(room, ROLE_COOLING, &cooling_open);
    double total = room ? of_role(room, ROLE_GRID, &total_open) : of_role(room, ROLE_UPS_IN, &total_open) + cooling;
    near("IT", number(energy, "it_wh"), it, it_open);
    near("cooling", number(energy, "cooling_wh"), cooling, cooling_open);
    near("total", number(energy, "total_wh"), total, total_open + cooling_open);
    assert_string_equal(json_string_value(json_object_get(kpi, "id")), "ipue");
    near("iPUE", number(kpi, "value"), total / it, number(kpi, "uncertainty_k2"));
    double coverage = number(kpi, "coverage");
    assert_true(coverage > (room ? 0.99 : 0.98) && coverage < 1);
    double rows = 0;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(json_object_get(d, "series"), "rows"), i, row) rows += number(row, "it_wh");
    near("sum of the days", rows, number(energy, "it_wh"), 1e-3);
    json_decref(d);
}

static void test_month(void **state)
{
    (void)state;
    static struct device_config devices[METERS];
    struct config config = {
        .site = "s", .title = "S", .timezone = "UTC", .room = rooms, .n_rooms = 2, .device = devices};
    struct ledger *ledger;
    int64_t seq = 0;
    setenv("TZ", "UTC", 1);
    assert_int_equal(ledger_open(":memory:", true, &ledger), 0);
    define(ledger, &config, devices);
    for (int64_t s = 0; s <= DAYS * DAY + PERIOD; s += PERIOD)
        for (size_t i = 0; i < METERS; i++)
            if (!silent(meters[i].device, s))
                poll(ledger, i, s, &seq);
    assert_int_equal(ledger_commit(ledger), 0);
    for (size_t room = 0; room < 2; room++)
        compare(ledger, &config, room);
    ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_month)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
