/* SPDX-License-Identifier: GPL-3.0-or-later */
/* climate, moist_air, air_index: envelopes, dew points, and how the air of a room is led. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/air_index.h"
#include "daemon/moist_air.h"
#include "near.h"

#include <math.h>

static void test_moist_air(void **state)
{
    (void)state;
    static const double dew[][3] = {
        {20, 50, 9.255}, {24, 45, 11.330}, {27, 60, 18.571}, {18, 70, 12.444}, {27, 8, -10.110}};
    for (size_t i = 0; i < sizeof dew / sizeof dew[0]; i++) {
        near("dew point", moist_air_dew_point(dew[i][0], dew[i][1]), dew[i][2], 6e-4);
        near("there and back", moist_air_humidity(dew[i][0], moist_air_dew_point(dew[i][0], dew[i][1])), dew[i][1],
             1e-9);
    }
    static const double humidity[][3] = {{27, 15, 47.8}, {18, 15, 82.6}, {18, -9, 15.1}, {27, -9, 8.7}};
    for (size_t i = 0; i < sizeof humidity / sizeof humidity[0]; i++)
        near("humidity", moist_air_humidity(humidity[i][0], humidity[i][1]), humidity[i][2], 0.06);
    near("wet bulb", moist_air_wet_bulb(20, 50), 13.699, 6e-4);
    near("dry air has no dew point", moist_air_dew_point(20, 0), NAN, 0);
    near("above saturation", moist_air_dew_point(20, 101), NAN, 0);
    near("unknown", moist_air_dew_point(20, NAN), NAN, 0);
    near("beyond the fit", moist_air_wet_bulb(20, 3), NAN, 0);
}

static void test_zones(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum ashrae class_;
        double celsius, humidity;
        enum climate_zone zone;
        enum climate_side recommended, allowable;
    } rows[] = {
        {"middle", ASHRAE_A1, 22, 45, CLIMATE_RECOMMENDED, CLIMATE_FITS, CLIMATE_FITS},
        {"edge", ASHRAE_A1, 27, 40, CLIMATE_RECOMMENDED, CLIMATE_FITS, CLIMATE_FITS},
        {"warm", ASHRAE_A1, 28, 40, CLIMATE_ALLOWABLE, CLIMATE_HOT, CLIMATE_FITS},
        {"too warm for A1", ASHRAE_A1, 33, 30, CLIMATE_OUTSIDE, CLIMATE_HOT, CLIMATE_HOT},
        {"not for A2", ASHRAE_A2, 33, 30, CLIMATE_ALLOWABLE, CLIMATE_HOT, CLIMATE_FITS},
        {"A4 up to 45", ASHRAE_A4, 44, 20, CLIMATE_ALLOWABLE, CLIMATE_HOT, CLIMATE_FITS},
        {"H1 is narrow", ASHRAE_H1, 24, 40, CLIMATE_ALLOWABLE, CLIMATE_HOT, CLIMATE_FITS},
        {"H1 at 26", ASHRAE_H1, 26, 40, CLIMATE_OUTSIDE, CLIMATE_HOT, CLIMATE_HOT},
        {"cold", ASHRAE_A1, 16, 50, CLIMATE_ALLOWABLE, CLIMATE_COLD, CLIMATE_FITS},
        {"too cold", ASHRAE_A1, 14, 50, CLIMATE_OUTSIDE, CLIMATE_COLD, CLIMATE_COLD},
        {"at 18 degC 70 % binds before 15 degC", ASHRAE_A1, 18, 71, CLIMATE_ALLOWABLE, CLIMATE_HUMID, CLIMATE_FITS},
        {"at 27 degC the dew point binds", ASHRAE_A1, 27, 49, CLIMATE_ALLOWABLE, CLIMATE_HUMID, CLIMATE_FITS},
        {"dry: dew point -9", ASHRAE_A1, 27, 8.6, CLIMATE_ALLOWABLE, CLIMATE_DRY, CLIMATE_FITS},
        {"dry: 8 % binds above -12", ASHRAE_A1, 27, 7.9, CLIMATE_OUTSIDE, CLIMATE_DRY, CLIMATE_DRY},
        {"no vapour at all", ASHRAE_A1, 22, 0, CLIMATE_OUTSIDE, CLIMATE_DRY, CLIMATE_DRY},
        {"humidity not measured", ASHRAE_A1, 22, NAN, CLIMATE_RECOMMENDED, CLIMATE_FITS, CLIMATE_FITS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct envelope e = envelope_of(rows[i].class_, 0);
        print_message("  %s\n", rows[i].name);
        assert_int_equal(climate_zone(&e, rows[i].celsius, rows[i].humidity), rows[i].zone);
        assert_int_equal(climate_side(&e.recommended, rows[i].celsius, rows[i].humidity), rows[i].recommended);
        assert_int_equal(climate_side(&e.allowable, rows[i].celsius, rows[i].humidity), rows[i].allowable);
    }
}

/* The table of the 5th edition: a class allows what the one before it allows. */
static void test_classes(void **state)
{
    (void)state;
    static const double dry_bulb[ASHRAE_COUNT][4] = {
        {18, 27, 15, 32}, {18, 27, 10, 35}, {18, 27, 5, 40}, {18, 27, 5, 45}, {18, 22, 5, 25}};
    static const double dew[ASHRAE_COUNT] = {17, 21, 24, 24, 17}, humidity[ASHRAE_COUNT] = {80, 80, 85, 90, 80};
    for (int c = 0; c < ASHRAE_COUNT; c++) {
        const struct envelope envelope = envelope_of((enum ashrae)c, 0), *e = &envelope;
        near("recommended", e->recommended_low, dry_bulb[c][0], 0);
        near("recommended", e->recommended_high, dry_bulb[c][1], 0);
        near("allowable", e->allowable_low, dry_bulb[c][2], 0);
        near("allowable", e->allowable_high, dry_bulb[c][3], 0);
        near("box", e->recommended.low + e->recommended.high, dry_bulb[c][0] + dry_bulb[c][1], 0);
        near("box", e->allowable.low + e->allowable.high, dry_bulb[c][2] + dry_bulb[c][3], 0);
        near("dew point", e->allowable.dew_high, dew[c], 0);
        near("dew point", e->allowable.dew_low, -12, 0);
        near("humidity", e->allowable.humidity_high, humidity[c], 0);
        near("recommended dew points", e->recommended.dew_low + e->recommended.dew_high, -9 + 15, 0);
    }
}

/* 1 K for each 300 m (A1, A2), 175 m (A3), 125 m (A4) above 900 m. */
static void test_altitude(void **state)
{
    (void)state;
    static const struct {
        enum ashrae class_;
        double altitude, allowable, recommended;
    } rows[] = {
        {ASHRAE_A1, 0, 32, 27},    {ASHRAE_A1, 55, 32, 27},   {ASHRAE_A1, 900, 32, 27},
        {ASHRAE_A1, 1200, 31, 27}, {ASHRAE_A2, 1500, 33, 27}, {ASHRAE_A3, 900 + 4 * 175, 36, 27},
        {ASHRAE_A4, 1400, 41, 27}, {ASHRAE_A1, 2400, 27, 27}, {ASHRAE_A1, 3000, 25, 25},
        {ASHRAE_H1, 1200, 24, 22}, {ASHRAE_A1, -3, 32, 27},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct envelope e = envelope_of(rows[i].class_, rows[i].altitude);
        near("allowable", e.allowable_high, rows[i].allowable, 1e-12);
        near("recommended", e.recommended_high, rows[i].recommended, 1e-12);
        near("box", e.allowable.high, rows[i].allowable, 1e-12);
        near("box", e.recommended.high, rows[i].recommended, 1e-12);
        near("low stays", e.allowable_low, envelope_of(rows[i].class_, 0).allowable_low, 0);
    }
    const struct envelope sea = envelope_of(ASHRAE_A1, 0), hill = envelope_of(ASHRAE_A1, 1500);
    assert_int_equal(climate_zone(&sea, 31, 30), CLIMATE_ALLOWABLE);
    assert_int_equal(climate_zone(&hill, 31, 30), CLIMATE_OUTSIDE);
}

static void test_rci(void **state)
{
    (void)state;
    const struct envelope sea = envelope_of(ASHRAE_A1, 0), *a1 = &sea;
    struct envelope class_2 = {
        .recommended_low = 18, .recommended_high = 27, .allowable_low = 15, .allowable_high = 35};
    struct air_rci hot = {0}, cold = {0}, none = {0};
    for (int i = 0; i < 2; i++) {
        air_rci_add(&hot, &class_2, 30);
        air_rci_add(&cold, a1, 16);
        air_rci_add(&none, a1, NAN);
    }
    near("RCI_HI of 30, 30", air_rci_high(&hot, &class_2), 62.5, 1e-9);
    near("RCI_LO of 30, 30", air_rci_low(&hot, &class_2), 100, 0);
    near("RCI_LO of 16, 16", air_rci_low(&cold, a1), 33.33, 5e-3);
    near("RCI_HI of 16, 16", air_rci_high(&cold, a1), 100, 0);
    near("nothing measured", air_rci_high(&none, a1), NAN, 0);
    assert_int_equal(none.n, 0);
}

static void test_rti_shi(void **state)
{
    (void)state;
    near("bypass", air_rti(26, 18, 12), 66.666666667, 1e-6);
    near("balanced", air_rti(30, 18, 12), 100, 1e-9);
    near("recirculation", air_rti(32, 18, 12), 116.66666667, 1e-6);
    near("no rise", air_rti(32, 18, 0), NAN, 0);
    struct air_shi shi = {0};
    near("nothing", air_shi(&shi), NAN, 0);
    air_shi_add(&shi, 1, 18, 20, 32);
    near("one rack", air_shi(&shi), 2.0 / 14, 1e-12);
    air_shi_add(&shi, 3, 18, 24, 36); /* three times the air */
    near("flow-weighted", air_shi(&shi), (2 + 3 * 6) / (14 + 3 * 18.0), 1e-12);
    air_shi_add(&shi, 1, 18, NAN, 36);
    near("a sensor missing changes nothing", air_shi(&shi), (2 + 3 * 6) / (14 + 3 * 18.0), 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_moist_air), cmocka_unit_test(test_zones),
                                       cmocka_unit_test(test_classes),   cmocka_unit_test(test_rci),
                                       cmocka_unit_test(test_altitude),  cmocka_unit_test(test_rti_shi)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
