/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account: counters, powers, gaps and clocks to bookings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/account.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

struct books {
    int64_t milli[BOOKING_KIND_COUNT], covered_ms, lowest;
};

static void put(void *context, const struct booking *b)
{
    struct books *books = context;
    assert_true(b->start_s % QUARTER_S == 0);
    assert_true(b->covered_ms >= 0 && b->covered_ms <= QUARTER_MS);
    books->milli[b->kind] += b->milli;
    books->covered_ms += b->covered_ms;
    if (b->milli < books->lowest)
        books->lowest = b->milli;
}

static int64_t total(const struct books *b)
{
    int64_t sum = 0;
    for (int k = 0; k < BOOKING_KIND_COUNT; k++)
        sum += b->milli[k];
    return sum;
}

/* One poll: seconds of the boot clock, counter in Wh, power in W. wall_s is the label's shift. */
struct poll {
    double s, counter, power;
    uint32_t uptime;
    int session;
    double wall_s;
};

#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* rows say only what they are about */

struct row {
    const char *name;
    double modulus, step, rated, period;
    double wh;     /* all kinds */
    double spread; /* of it */
    double covered_s;
    enum account_event last;
    struct poll poll[8]; /* ended by s < 0 */
};

#define END     \
    {           \
        .s = -1 \
    }
#define U16 6553600.0 /* 65536 x 0.1 kWh, in Wh */

static const struct row rows[] = {
    {"counter rises",
     0,
     1,
     30000,
     60,
     1500,
     0,
     180,
     ACCOUNT_NOTHING,
     {{0, 1000, NAN}, {60, 1500, NAN}, {120, 2000, NAN}, {180, 2500, NAN}, END}},
    {"trapezoid",
     0,
     0,
     NAN,
     60,
     (1000 + 2000) / 2.0 / 60,
     0,
     60,
     ACCOUNT_NOTHING,
     {{0, NAN, 1000}, {60, NAN, 2000}, END}},
    {"power gap is not bridged", 0, 0, NAN, 10, 0, 0, 0, ACCOUNT_NOTHING, {{0, NAN, 1000}, {40, NAN, 1000}, END}},
    {"power gap of three polls is",
     0,
     0,
     NAN,
     10,
     1000 * 30 / 3600.0,
     0,
     30,
     ACCOUNT_NOTHING,
     {{0, NAN, 1000}, {30, NAN, 1000}, END}},
    {"power gap is at most 15 min", 0, 0, NAN, 600, 0, 0, 0, ACCOUNT_NOTHING, {{0, NAN, 1000}, {901, NAN, 1000}, END}},
    {"counter over a gap: all energy, no time",
     0,
     1,
     30000,
     10,
     5000,
     5000,
     0,
     ACCOUNT_GAP,
     {{0, 1000, NAN}, {3600, 6000, NAN}, END}},
    {"uint16 of 0.1 kWh wraps at 30 kW",
     U16,
     100,
     30000,
     60,
     800,
     0,
     120,
     ACCOUNT_WRAP,
     {{0, 6552800, NAN}, {60, 6553000, NAN}, {120, 0, NAN}, END}},
    {"a display of six digits rolls over",
     1e9,
     1000,
     30000,
     60,
     2000,
     0,
     120,
     ACCOUNT_WRAP,
     {{0, 999998e3, NAN}, {60, 999999e3, NAN}, {120, 0, NAN}, END}},
    {"2^32 Wh wrap after 4.9 years at 100 kW",
     4294967296.0,
     1,
     100000,
     60,
     3200,
     0,
     120,
     ACCOUNT_WRAP,
     {{0, 4294965000.0, NAN}, {60, 4294966600.0, NAN}, {120, 904, NAN}, END}},
    {"below 95 % of the modulus it is no wrap",
     U16,
     100,
     30000,
     60,
     0,
     0,
     0,
     ACCOUNT_DOUBT,
     {{0, 0.94 * U16, NAN}, {60, 200, NAN}, END}},
    {"a wrap beyond rated power is a reset",
     U16,
     100,
     30000,
     60,
     500,
     0,
     60,
     ACCOUNT_RESET,
     {{0, 6300000, NAN}, {60, 100, NAN}, {120, 600, NAN}, END}},
    {"one lower reading is a glitch",
     0,
     1,
     30000,
     60,
     1000,
     0,
     120,
     ACCOUNT_GLITCH,
     {{0, 53700000, NAN}, {60, 0, NAN}, {120, 53701000, NAN}, END}},
    {"two lower ones are a reset",
     0,
     1,
     30000,
     60,
     300 + 400,
     0,
     120,
     ACCOUNT_NOTHING,
     {{0, 53700000, NAN}, {60, 10, NAN}, {120, 310, NAN}, {180, 710, NAN}, END}},
    {"a reboot makes one lower reading a reset",
     0,
     1,
     30000,
     60,
     300,
     0,
     60,
     ACCOUNT_NOTHING,
     {{0, 5000, NAN, 90000}, {60, 10, NAN, 20}, {120, 310, NAN, 80}, END}},
    {"uptime wraps after 497 days: no reboot",
     0,
     1,
     30000,
     60,
     600,
     0,
     120,
     ACCOUNT_NOTHING,
     {{0, 5000, NAN, 42949670}, {60, 5300, NAN, 58}, {120, 5600, NAN, 118}, END}},
    {"reset with power: the lost poll is integrated",
     0,
     0,
     30000,
     60,
     100 + 120,
     0,
     120,
     ACCOUNT_RESET,
     {{0, 5000, 6000}, {60, 10, 6000}, {120, 130, 6000}, END}},
    {"a jump beyond rated power is no energy",
     0,
     1,
     1000,
     60,
     10,
     0,
     120,
     ACCOUNT_NOTHING,
     {{0, 100, NAN}, {60, 53700100, NAN}, {120, 53700105, NAN}, {180, 53700110, NAN}, END}},
    {"counter silent, power good: the counter has the last word",
     0,
     0,
     30000,
     60,
     500,
     0,
     180,
     ACCOUNT_NOTHING,
     {{0, 1000, 6000}, {60, NAN, 6000}, {120, NAN, 6000}, {180, 1500, 6000}, END}},
    {"a coarse counter follows power between its steps",
     0,
     100,
     30000,
     60,
     50,
     0,
     180,
     ACCOUNT_NOTHING,
     {{0, 1000, 1000}, {60, 1000, 1000}, {120, 1000, 1000}, {180, 1000, 1000}, END}},
    {"power never leads a coarse counter by more than its step",
     0,
     100,
     30000,
     60,
     100,
     0,
     180,
     ACCOUNT_NOTHING,
     {{0, 1000, 9000}, {60, 1000, 9000}, {120, 1000, 9000}, {180, 1000, 9000}, END}},
    {"another session: differences by the wall clock",
     0,
     1,
     30000,
     60,
     500,
     0,
     60,
     ACCOUNT_NOTHING,
     {{1000, 1000, NAN}, {5, 1500, NAN, 0, 1, 1055}, END}},
    {"clock forward an hour: energy has its true length",
     0,
     0,
     NAN,
     60,
     100,
     0,
     60,
     ACCOUNT_NOTHING,
     {{0, NAN, 6000}, {60, NAN, 6000, 0, 0, 3600}, END}},
    {"clock back an hour: energy is exact",
     0,
     0,
     NAN,
     60,
     200,
     0,
     120,
     ACCOUNT_NOTHING,
     {{0, NAN, 6000}, {60, NAN, 6000, 0, 0, -3600}, {120, NAN, 6000, 0, 0, -3600}, END}},
    {"session after a clock set back: bounded, without time",
     0,
     1,
     30000,
     60,
     500,
     0,
     0,
     ACCOUNT_NOTHING,
     {{1000, 1000, NAN}, {5, 1500, NAN, 0, 1, 0}, END}},
};

static void run(const struct row *row)
{
    struct account account;
    struct account_limits limits = {row->modulus, row->step, account_most(row->rated, 5e6),
                                    row->period,  1000,      ACCOUNT_SIGNED};
    struct books books = {0};
    enum account_event event = ACCOUNT_NOTHING;
    account_init(&account);
    for (const struct poll *p = row->poll; p->s >= 0; p++) {
        struct account_sample sample = {
            .at = {p->session, (int64_t)(p->s * 1e6), T0 + (int64_t)((p->s + p->wall_s) * 1e3)},
            .counter = p->counter,
            .power = p->power,
            .uptime_s = p->uptime};
        event = account_step(&account, &limits, &sample, put, &books);
    }
    print_message("  %s: %g Wh, spread %g, %g s, event %d\n", row->name, (double)total(&books) / 1e3,
                  (double)books.milli[BOOKING_SPREAD] / 1e3, (double)books.covered_ms / 1e3, (int)event);
    assert_true(fabs((double)total(&books) / 1e3 - row->wh) <= 0.0011);
    assert_true(fabs((double)books.milli[BOOKING_SPREAD] / 1e3 - row->spread) <= 0.0011);
    assert_true(fabs((double)books.covered_ms / 1e3 - row->covered_s) <= 0.0011);
    assert_int_equal(event, row->last);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run(&rows[i]);
}

static void test_signs(void **state)
{
    (void)state;
    static const struct {
        enum account_sign sign;
        double p0, p1, wh;
    } signs[] = {
        {ACCOUNT_SIGNED, -1200, -1200, -20},    {ACCOUNT_POSITIVE, -1200, -1200, 0},
        {ACCOUNT_NEGATIVE, -1200, -1200, 20},   {ACCOUNT_SIGNED, 1200, -1200, 0},
        {ACCOUNT_POSITIVE, 1200, -1200, 5},     {ACCOUNT_NEGATIVE, 1200, -1200, 5},
        {ACCOUNT_POSITIVE, 3000, -1000, 18.75}, {ACCOUNT_NEGATIVE, 3000, -1000, 25.0 / 12},
    };
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        struct account account;
        struct account_limits limits = {.most = 5e6, .period_s = 60, .per_unit = 1000, .sign = signs[i].sign};
        struct books books = {0};
        account_init(&account);
        struct account_sample a = {.at = {0, 0, T0}, .counter = NAN, .power = signs[i].p0};
        struct account_sample b = {.at = {0, 60000000, T0 + 60000}, .counter = NAN, .power = signs[i].p1};
        account_step(&account, &limits, &a, put, &books);
        account_step(&account, &limits, &b, put, &books);
        assert_true(fabs((double)total(&books) / 1e3 - signs[i].wh) <= 0.0011);
    }
}

struct day {
    int64_t milli[200];
    int64_t first_s;
};

static void put_quarter(void *context, const struct booking *b)
{
    struct day *day = context;
    int64_t i = (b->start_s - day->first_s) / QUARTER_S;
    assert_true(i >= 0 && i < 200);
    day->milli[i] += b->milli;
}

static void test_split(void **state)
{
    (void)state;
    struct day day = {.first_s = T0 / 1000};
    booking_spread(1000000, T0 + 450000, T0 + 450000 + 9 * QUARTER_MS, BOOKING_SPREAD, false, put_quarter, &day);
    int64_t sum = 0;
    for (int i = 0; i < 200; i++)
        sum += day.milli[i];
    assert_int_equal(sum, 1000000);
    assert_int_equal(day.milli[0], 55555);
    assert_int_equal(day.milli[1], 111111);
    struct booking b = {0, 900, 600000, BOOKING_MEASURED}, rest;
    assert_false(booking_fit(&b, 300000, &rest));
    assert_true(booking_fit(&b, 600000, &rest));
    assert_int_equal(b.covered_ms, 300000);
    assert_int_equal(b.milli, 450);
    assert_int_equal(rest.milli, 450);
    assert_int_equal(rest.kind, BOOKING_CLOCK);
    assert_int_equal(rest.covered_ms, 0);
}

/* A simulated month: true energy rises; the counter is truncated to its step, wraps, is reset, goes silent; the clock
 * is stepped. What is booked stays within one step, and never falls. */
static void month(double step, double modulus, bool with_power, double bias)
{
    struct account account;
    struct account_limits limits = {modulus, step, account_most(20000, 5e6), 10, 1000, ACCOUNT_SIGNED};
    struct books books = {0};
    uint64_t random = 12345;
    double true_wh = 0, base = 0, wall = 0, power = 5000;
    account_init(&account);
    int64_t before = 0, polls = 30 * 8640;
    int silent = 0;
    for (int64_t i = 0; i < polls; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        double chance = (double)(random >> 11) / 9007199254740992.0;
        double next = 5000 + 4000 * sin((double)i / 1000);
        if (i)
            true_wh += (power + next) / 2 * 10 / 3600;
        power = next;
        if (i % 100000 == 99999)
            wall += i % 200000 == 99999 ? 1800 : -5400;
        if (i >= polls - 3) { /* the month ends with a good poll */
            silent = 0;
            chance = 0.5;
        }
        if (chance < 0.0005)
            silent = 3 + (int)(chance * 4e5);
        bool reset = i % 120000 == 60000;
        if (reset) {
            base = floor(true_wh / step) * step; /* on the step: nothing is lost by the reset itself */
            silent = 0;
        }
        if (silent && silent--)
            continue;
        double counter = floor((true_wh - base) / step) * step;
        if (modulus > 0)
            counter = fmod(counter, modulus);
        struct account_sample s = {.at = {0, i * 10000000, T0 + i * 10000 + (int64_t)(wall * 1e3)},
                                   .counter = chance > 0.9995 ? NAN : counter,
                                   .power = with_power ? power * bias : NAN,
                                   .uptime_s = (uint32_t)(i * 10 % 1200000 + 1)};
        account_step(&account, &limits, &s, put, &books);
        assert_true(total(&books) >= before);
        before = total(&books);
    }
    double error = (double)total(&books) / 1e3 - true_wh;
    print_message("  step %g modulus %g power %d x %g: error %g Wh of %g\n", step, modulus, with_power, bias, error,
                  true_wh);
    /* Each of the two resets may lose what flowed in its one poll when no power bridges it. */
    double lost = with_power ? 2 * fabs(bias - 1) * 9000 / 360 + 2 * step : 2 * (9000 / 360.0 + step);
    assert_true(fabs(error) <= step + lost + 1e-6);
    assert_true(books.lowest >= 0);
}

static void test_month(void **state)
{
    (void)state;
    month(1, 0, false, 1);
    month(1, 0, true, 1);
    month(100, 0, true, 1.02);
    month(1000, 0, true, 0.97);
    month(100, 655360, true, 1);
    month(0.1, 429496.7296, false, 1);
}

/* Without resets the bound is the counter's step alone. */
static void test_step_bound(void **state)
{
    (void)state;
    static const double steps[] = {0.001, 1, 100, 1000};
    for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
        for (int with_power = 0; with_power < 2; with_power++) {
            struct account account;
            struct account_limits limits = {0, steps[k], 25000, 10, 1000, ACCOUNT_SIGNED};
            struct books books = {0};
            double true_wh = 77.7, begin = true_wh;
            account_init(&account);
            for (int64_t i = 0; i < 50000; i++) {
                if (i)
                    true_wh += 7200 * 10 / 3600.0;
                if (i % 997 > 950)
                    continue;
                struct account_sample s = {.at = {0, i * 10000000, T0 + i * 10000},
                                           .counter = floor(true_wh / steps[k]) * steps[k],
                                           .power = with_power ? 7200 * 1.03 : NAN};
                account_step(&account, &limits, &s, put, &books);
                assert_true(fabs((double)total(&books) / 1e3 - (true_wh - begin)) <= steps[k] + 0.001 + 1e-6);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),  cmocka_unit_test(test_signs),      cmocka_unit_test(test_split),
        cmocka_unit_test(test_month), cmocka_unit_test(test_step_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
