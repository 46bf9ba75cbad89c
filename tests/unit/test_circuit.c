/* SPDX-License-Identifier: GPL-3.0-or-later */
/* circuit: breakers, phases, pairs of feeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/circuit.h"
#include "near.h"

#include <math.h>

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

static void test_failover(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct circuit_feed stays;
        double failed;
        size_t worst;
        double amperes, limit;
    } rows[] = {
        {"40 % + 40 %", {1, {6.4}, {16}}, 6.4, 0, 12.8, 12.8},
        {"unequal feeds are fine as long as the sum passes", {1, {1}, {16}}, 11, 0, 12, 12.8},
        {"too much together", {1, {7}, {16}}, 6, 0, 13, 12.8},
        {"the breaker that stays counts", {1, {9}, {32}}, 9, 0, 18, 25.6},
        {"two breakers share by what they have", {2, {8, 2}, {16, 16}}, 5, 0, 12, 12.8},
        {"the weaker one is nearer to its limit", {2, {6, 4}, {32, 10}}, 5, 1, 6, 8},
        {"an idle feed takes all", {1, {0}, {16}}, 11, 0, 11, 12.8},
        {"two idle breakers share evenly", {2, {0, 0}, {16, 32}}, 10, 0, 5, 12.8},
        {"a breaker without rating", {1, {5}, {NAN}}, 5, SIZE_MAX, 0, 0},
        {"one silent", {2, {5, NAN}, {16, 16}}, 5, SIZE_MAX, 0, 0},
        {"the failed one unknown", {1, {5}, {16}}, NAN, SIZE_MAX, 0, 0},
        {"no feed stays", {0, {0}, {0}}, 5, SIZE_MAX, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double amperes = 0, limit = 0;
        size_t worst = circuit_failover(&rows[i].stays, rows[i].failed, CIRCUIT_PART, &amperes, &limit);
        print_message("  %s\n", rows[i].name);
        assert_true(worst == rows[i].worst);
        near("amperes", amperes, rows[i].amperes, 1e-9);
        near("limit", limit, rows[i].limit, 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_limits), cmocka_unit_test(test_phases),
                                       cmocka_unit_test(test_failover)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
