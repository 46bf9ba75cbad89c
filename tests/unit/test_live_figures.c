/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_figures: rooms and the site from powers as they are read, or the reason why there is none. */
#include "daemon/live_figures.h"
#include "near.h"

#include <string.h>

static struct live_meter live(const char *device, enum role role, int category, double power)
{
    return (struct live_meter){{.device = device,
                                .part = "total",
                                .role = role,
                                .category = category,
                                .quantity = Q_ENERGY,
                                .share = 1,
                                .accuracy = NAN},
                               power};
}

static void test_live(void **state)
{
    (void)state;
    struct live_ring ring = {0};
    struct heat_config heat = {.architecture = HA_CAC, .sink_supply = 50, .efficiency = 0.45};
    struct live_meter meters[] = {live("grid", ROLE_GRID, 0, 16000), live("pdu", ROLE_IT, 2, 10000)};
    struct live_room room = {.scope = {.id = "room", .complete = true},
                             .heat = &heat,
                             .meters = meters,
                             .n = 2,
                             .input = {NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
    struct kpi_result r[LIVE_RESULTS];
    struct live_part parts[2];
    int64_t s = 0;
    for (; s <= 600; s += 10) {
        meters[0].power = s < 300 ? 16000 : 30000;
        meters[1].power = s < 300 ? 10000 : 25000;
        assert_int_equal(live_figures_room(&ring, &room, s * 1000000, s, r, &parts[0]), LIVE_RESULTS);
    }
    /* 290 s at 16/10 kW, 10 s between, 300 s at 30/25 kW */
    near("ratio of sums, not mean of ratios", r[0].value, 13870.0 / 10575, 1e-9);
    near("coverage", r[0].coverage, 600.0 / 900, 1e-9);
    near("IT", r[1].value, 25000, 0);
    near("heat", r[2].value, 25000 * 0.92 * 0.95, 1e-6);
    assert_int_equal(r[1].category, 2);
    meters[1].power = NAN; /* silent: no IT power, and its time is not covered */
    live_figures_room(&ring, &room, s * 1000000, s, r, &parts[0]);
    assert_true(isnan(r[1].value));
    assert_string_equal(r[1].reason, "nothing from pdu now");
    near("coverage", r[0].coverage, 600.0 / 900, 1e-9);
    live_figures_room(&ring, &room, (s + 3600) * 1000000, s + 3600, r, &parts[0]);
    assert_true(isnan(r[0].value) && *r[0].reason);
    meters[1].power = 5000;
    live_figures_room(&ring, &room, (s + 3600) * 1000000, s + 3600, r, &parts[0]);
    parts[1] = parts[0];
    parts[1].id = "other";
    const struct live_part *const both[] = {&parts[0], &parts[1]};
    assert_int_equal(live_figures_sum("site", both, 2, s, r), LIVE_RESULTS);
    near("site", r[1].value, 10000, 0);
    near("site's COP", r[4].value, parts[0].delivered / parts[0].electric, 1e-9);
    for (int i = 0; i < LIVE_RESULTS; i++)
        assert_true(!isnan(r[i].value) || *r[i].reason);
    /* a room whose IT has not been read yet is missing, and not nought */
    room.n = 0;
    room.it_missing = true;
    room.scope.missing = "pdu-2";
    live_figures_room(&ring, &room, (s + 3610) * 1000000, s + 3610, r, &parts[1]);
    live_figures_sum("both", both, 2, s, r);
    assert_true(isnan(r[1].value));
    assert_string_equal(r[1].scope, "both");
    assert_string_equal(r[1].reason, "room: no reading yet from pdu-2");
}

/* Two meters at one grid: no ratio until the site says which; then the one that is read, when the better is silent. */
static void test_live_same(void **state)
{
    (void)state;
    struct heat_config heat = {.architecture = HA_NONE, .sink_supply = NAN, .efficiency = 0.45};
    struct live_meter meters[] = {live("main", ROLE_GRID, 0, 16000), live("own", ROLE_GRID, 0, 17000),
                                  live("pdu", ROLE_IT, 2, 10000)};
    struct live_room room = {.scope = {.id = "room", .complete = true},
                             .heat = &heat,
                             .meters = meters,
                             .n = 3,
                             .input = {NAN, NAN, NAN, NAN, NAN, NAN, NAN}};
    static const struct {
        const char *same_as;
        double own_accuracy, main_power, ratio;
        const char *reason;
    } said[] = {{NULL, 1, 16000, NAN, "main and own are both at the grid"},
                {"main", 1, 16000, 1.6, ""},
                {"main", 0.2, 16000, 1.7, ""},
                {"main", 1, NAN, 1.7, ""}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        struct live_ring ring = {0};
        struct kpi_result r[LIVE_RESULTS];
        struct live_part part;
        meters[0].power = said[i].main_power;
        meters[0].meter.accuracy = 0.5;
        meters[1].meter.accuracy = said[i].own_accuracy;
        meters[1].meter.same_as = said[i].same_as;
        for (int64_t s = 0; s <= 60; s += 10)
            live_figures_room(&ring, &room, s * 1000000, s, r, &part);
        near("ratio", r[0].value, said[i].ratio, 1e-9);
        assert_int_equal(strncmp(r[0].reason, said[i].reason, strlen(said[i].reason)), 0);
        near("IT stands by itself", r[1].value, 10000, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_live_same), cmocka_unit_test(test_live)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
