/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/plain_json.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *given, *put;
} rows[] = {
    {"small", "{\"a\": 5.6e-5}", "{\"a\": 0.000056}\n"},
    {"small and negative", "[-2.5e-7, 1e-05]", "[-0.00000025, 0.00001]\n"},
    {"large", "[1e15, 2.5e20]", "[1000000000000000, 250000000000000000000]\n"},
    {"others as they are", "[1, -1, 0.5, 1310.0, null, true]", "[1, -1, 0.5, 1310.0, null, true]\n"},
    {"15 digits", "[0.10000000000000001, 100.318237304688]", "[0.1, 100.318237304688]\n"},
    {"what looks like a number in a text", "{\"1e-5\": \"2e-7 \\\" 3e-9\\\\\"}",
     "{\"1e-5\": \"2e-7 \\\" 3e-9\\\\\"}\n"},
    {"a number alone", "3e-5", "0.00003\n"},
};

static void test_put(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text;
        size_t n;
        FILE *out = open_memstream(&text, &n);
        json_t *value = json_loads(rows[i].given, JSON_DECODE_ANY, NULL);
        print_message("  %s\n", rows[i].name);
        assert_non_null(value);
        plain_json_put(out, value, 0);
        fclose(out);
        assert_string_equal(text, rows[i].put);
        json_decref(value);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_put)};
    return cmocka_run_group_tests_name("plain_json", tests, NULL, NULL);
}
