/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unit, decimal, quantity and oid: numbers as written to base units, exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/oid.h"
#include "drivers/unit.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *text;
    enum dimension dimension;
    double value; /* NAN: refused */
} rows[] = {
    {"10s", D_TIME, 10},
    {"10 s", D_TIME, 10},
    {"1.5m", D_TIME, 90},
    {"3.5kW", D_POWER, 3500},
    {"0.1kWh", D_ENERGY, 100},
    {"1GJ", D_ENERGY, 1e9 / 3600},
    {"68F", D_TEMPERATURE, 20},
    {"300K", D_TEMPERATURE, 26.85},
    {"9F", D_TEMPERATURE_DIFF, 5},
    {"60l/min", D_FLOW, 3.6},
    {"0.167kg/kWh", D_CARBON_FACTOR, 0.167},
    {"16A", D_CURRENT, 16},
    {"-5C", D_TEMPERATURE, -5},
    {"3,5kW", D_POWER, NAN},
    {"3.5", D_POWER, NAN},
    {"3.5A", D_POWER, NAN},
    {"nanW", D_POWER, NAN},
    {"infW", D_POWER, NAN},
    {"010W", D_POWER, NAN},
    {"0x10W", D_POWER, NAN},
    {"1.W", D_POWER, NAN},
    {".5W", D_POWER, NAN},
    {"1.2.3W", D_POWER, NAN},
    {"10  s", D_TIME, NAN},
    {"1234567890123456789W", D_POWER, NAN},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = -1;
        int r = unit_parse_value(rows[i].text, rows[i].dimension, &value);
        print_message("  %s\n", rows[i].text);
        if (isnan(rows[i].value)) {
            assert_true(r < 0);
            assert_true(fabs(value + 1) <= 0); /* untouched on failure */
        } else {
            assert_int_equal(r, 0);
            assert_true(fabs(value - rows[i].value) <= 1e-12 * fmax(1, fabs(rows[i].value)));
        }
    }
}

static void test_exact(void **state)
{
    (void)state;
    struct decimal tenth = {1, -1};
    /* 49 * 0.1 is 4.9000000000000004 in binary: the decimal way is exact */
    assert_true(fabs(decimal_scale(49, tenth) - 4.9) <= 0);
    assert_true(fabs(decimal_scale(35128, (struct decimal){1, 2}) - 3512800) <= 0);
    struct decimal product = decimal_mul((struct decimal){25, -2}, (struct decimal){4, 3});
    assert_true(fabs(decimal_value(product) - 1000) <= 0);
    assert_true(fabs(decimal_value(decimal_mul((struct decimal){INT64_MAX / 2, 0}, (struct decimal){100, 0})) /
                         ((double)(INT64_MAX / 2) * 100) -
                     1) < 1e-15);
}

static void test_quantities(void **state)
{
    (void)state;
    for (int i = Q_NONE + 1; i < Q_COUNT; i++) {
        const struct quantity_row *row = quantity_row((enum quantity)i);
        assert_true(*row->name && strlen(row->name) <= 19); /* librrd's limit */
        assert_int_equal(quantity_parse(row->name), i);
        assert_true(*row->metric);
        assert_true(row->low < row->high);
    }
    assert_int_equal(quantity_parse("wattage"), Q_NONE);
}

static const struct {
    const char *text;
    bool good;
} oids[] = {
    {"1.3.6.1.2.1.1.1.0", true},
    {".1.3.6", true},
    {"0", true},
    {"1.3.4294967295", true},
    {"1.3.4294967296", false},
    {"", false},
    {"1..3", false},
    {"1.3.", false},
    {"1.3.a", false},
    {"iso.3.6", false},
    {"1.-3", false},
};

static void test_oids(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof oids / sizeof oids[0]; i++) {
        struct oid oid;
        print_message("  %s\n", oids[i].text);
        assert_int_equal(oid_read(arena, oids[i].text, &oid) == 0, oids[i].good);
        if (oids[i].good)
            assert_string_equal(oid_text(arena, oid), oids[i].text + (*oids[i].text == '.'));
    }
    struct oid a, b, c;
    oid_read(arena, "1.3.6", &a);
    oid_read(arena, "1.3.6.1", &b);
    oid_read(arena, "1.3.10", &c);
    assert_true(oid_compare(a, b) < 0 && oid_compare(b, c) < 0 && oid_compare(c, a) > 0 && oid_compare(b, b) == 0);
    assert_true(oid_under(b, a) && oid_under(a, a) && !oid_under(a, b) && !oid_under(c, a));
    assert_int_equal(oid_compare(oid_join(arena, a, (uint32_t[]){1}, 1), b), 0);
    char small[4];
    assert_int_equal(oid_format(b, small, sizeof small), 7); /* cut, but the full length is told */
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_values), cmocka_unit_test(test_exact),
                                       cmocka_unit_test(test_quantities), cmocka_unit_test(test_oids)};
    return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
