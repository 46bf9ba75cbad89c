/* SPDX-License-Identifier: GPL-3.0-or-later */
/* circuit: breakers, phases, pairs of feeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/circuit.h"

#include <math.h>

static void near(const char *name, double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance) && !(isnan(value) && isnan(wanted)))
        print_message("  %s: %.9g, wanted %.9g\n", name, value, wanted);
    assert_true(fabs(value - wanted) <= tolerance || (isnan(value) && isnan(wanted)));
}

static void test_limits(void **state)
{
    (void)state;
    near("16 A", circuit_limit(16, CIRCUIT_PART), 12.8, 1e-12);
    near("16 A of two feeds", circuit_limit(16, CIRCUIT_PART) / 2, 6.4, 1e-12);
    near("32 A", circuit_limit(32, CIRCUIT_PART), 25.6, 1e-12);
    near("32 A of two feeds", circuit_limit(32, CIRCUIT_PART) / 2, 12.8, 1e-12);
    near("32 A, three phases, 400 V", circuit_three_phase(400, 32), 22.2e3, 50);
    near("of it 80 %", circuit_three_phase(400, circuit_limit(32, CIRCUIT_PART)), 17.7e3, 50);
    near("of two feeds", circuit_three_phase(400, circuit_limit(32, CIRCUIT_PART)) / 2, 8.9e3, 50);
    near("left", circuit_room(10, 16, CIRCUIT_PART), 2.8, 1e-12);
    near("over", circuit_room(14, 16, CIRCUIT_PART), -1.2, 1e-12);
    near("no rating, no room", circuit_room(14, NAN, CIRCUIT_PART), NAN, 0);
}

static void test_phases(void **state)
{
    (void)state;
    const double uneven[] = {45, 38, 52}, even[] = {10, 10, 10}, slight[] = {0.2, 0.4, 0.1}, unknown[] = {1, NAN, 1};
    const double nearly[] = {1.0, 1.4, 1.2};
    near("45/38/52", circuit_imbalance(uneven), 15.6, 0.06);
    near("its neutral", circuit_neutral(uneven), 12.1, 0.03);
    near("its power", circuit_three_phase(415, 45), 32.3e3, 50);
    near("its fullest phase", 100 * uneven[2] / 63, 82.5, 0.05);
    near("even", circuit_imbalance(even), 0, 0);
    near("even has no neutral", circuit_neutral(even), 0, 0);
    near("below 0.5 A", circuit_imbalance(slight), 0, 0);
    near("deviates by less than 0.5 A", circuit_imbalance(nearly), 0, 0);
    near("unknown stays so", circuit_imbalance(unknown), NAN, 0);
    near("unknown stays so", circuit_neutral(unknown), NAN, 0);
}

static void test_pairs(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct circuit_pair pair;
        int failed;
        double limit;
        int passes;
    } rows[] = {
        {"40 % + 40 %", {{6.4, 6.4}, {16, 16}}, 0, 12.8, 0},
        {"unequal feeds are fine as long as the sum passes", {{11, 1}, {16, 16}}, 0, 12.8, 0},
        {"too much together", {{7, 6}, {16, 16}}, 1, 12.8, 1},
        {"the stronger breaker stays", {{9, 9}, {16, 32}}, 0, 25.6, 0},
        {"the weaker breaker stays", {{9, 9}, {16, 32}}, 1, 12.8, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double limit, sum = circuit_survivor(&rows[i].pair, rows[i].failed, CIRCUIT_PART, &limit);
        near(rows[i].name, limit, rows[i].limit, 1e-12);
        assert_int_equal(sum > limit + 1e-9, rows[i].passes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits), cmocka_unit_test(test_phases),
                                       cmocka_unit_test(test_pairs)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
