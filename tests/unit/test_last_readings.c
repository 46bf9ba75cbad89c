/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/last_readings.h"

#include <errno.h>

static const struct {
    const char *name, *source;
    bool water;
    int64_t at_s;
    double value;
    const char *words; /* NULL: taken */
} rows[] = {
    {"the first of a meter", "gas", false, 1000, 5e3, NULL},
    {"later and higher than what was kept", "grid", false, 2000, 2000e3, NULL},
    {"at the same time", "grid", false, 2000, 2001e3,
     "at: expected a time after the last reading's, 1970-01-01T00:33:20.000Z"},
    {"earlier", "grid", false, 1999, 2001e3, "at: expected a time after the last reading's, 1970-01-01T00:33:20.000Z"},
    {"lower", "grid", false, 3000, 1999.5e3,
     "value: lower than the last reading, 2000 kWh: a register does not count down"},
    {"the refused one is forgotten", "grid", false, 2500, 2000e3, NULL},
    {"of a name that begins alike", "grid-2", false, 10, 1, NULL},
    {"water", "water", true, 3000, 872.5,
     "value: lower than the last reading, 873.5 m3: a register does not count down"},
};

static void test_take(void **state)
{
    (void)state;
    struct last_readings *readings = last_readings_new();
    last_readings_know(readings, "grid/meter/energy", 1500, 1234.5e3);
    last_readings_know(readings, "water", 2000, 873.5);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char words[240] = "";
        print_message("  %s\n", rows[i].name);
        int r = last_readings_take(readings, rows[i].source, rows[i].water, rows[i].at_s, rows[i].value, words);
        assert_int_equal(r, rows[i].words ? -EINVAL : 0);
        assert_string_equal(words, rows[i].words ? rows[i].words : "");
    }
    last_readings_free(readings);
    last_readings_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_take)};
    return cmocka_run_group_tests_name("last_readings", tests, NULL, NULL);
}
