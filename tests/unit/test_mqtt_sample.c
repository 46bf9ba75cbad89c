/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_sample, and with it mqtt_past: rows of the log as contract F's history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt_sample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1700000000000)

static struct live_point power = {.number = 3, .quantity = Q_ACTIVE_POWER};
static struct live_point current = {.number = 9, .quantity = Q_CURRENT};
static const struct live_point *const points[] = {&power, &current};
static const struct mqtt_points part = {"outlet-01", 2, points};

static struct row *make(int64_t second, size_t n, const struct row_value *values)
{
    struct row *row = row_new(n);
    row->wall_ms = T0 + second * 1000;
    memcpy(row->value, values, n * sizeof *values);
    return row;
}

static char *text_of(bool (*write)(FILE *out, const struct row *const *rows, size_t n, size_t *at),
                     const struct row *const *rows, size_t n, size_t *at, bool *ret_any)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    *ret_any = write(out, rows, n, at);
    fclose(out);
    return text;
}

static bool write_part(FILE *out, const struct row *const *rows, size_t n, size_t *at)
{
    return mqtt_sample_part(out, &part, rows, n, at);
}

static bool write_kpi(FILE *out, const struct row *const *rows, size_t n, size_t *at)
{
    return mqtt_sample_kpi(out, &power, rows, n, at);
}

static void test_samples(void **state)
{
    static const struct row_value good[] = {{1, QL_GOOD, 5}, {3, QL_GOOD, 230.1}, {9, QL_GOOD, 1.5}};
    static const struct row_value bad[] = {{3, QL_ESTIMATED, 2}, {9, QL_IMPLAUSIBLE, NAN}};
    static const struct row_value half[] = {{9, QL_GOOD, 3}};
    static const struct row_value others[] = {{1, QL_GOOD, 5}, {200, QL_GOOD, 6}};
    const struct row *rows[] = {make(0, 3, good), make(1, 2, bad), make(2, 2, others), make(3, 1, half)};
    size_t at = 0;
    bool any;
    (void)state;
    char *text = text_of(write_part, rows, 4, &at, &any);
    assert_true(any);
    assert_int_equal(at, 4);
    assert_string_equal(
        text, "{\"samples\":["
              "{\"ts\":\"2023-11-14T22:13:20.000Z\",\"q\":\"good\",\"active_power\":230.1,\"current\":1.5},"
              "{\"ts\":\"2023-11-14T22:13:21.000Z\",\"q\":\"implausible\",\"active_power\":2,\"current\":null,"
              "\"bad\":{\"current\":\"implausible\"}},"
              "{\"ts\":\"2023-11-14T22:13:23.000Z\",\"q\":\"good\",\"current\":3}]}");
    free(text);
    at = 2;
    text = text_of(write_part, rows, 3, &at, &any);
    assert_false(any);
    assert_int_equal(at, 3);
    assert_string_equal(text, "");
    free(text);
    at = 0;
    text = text_of(write_kpi, rows, 4, &at, &any);
    assert_true(any);
    assert_string_equal(text, "{\"samples\":[{\"ts\":\"2023-11-14T22:13:20.000Z\",\"q\":\"good\",\"value\":230.1},"
                              "{\"ts\":\"2023-11-14T22:13:21.000Z\",\"q\":\"estimated\",\"value\":2}]}");
    free(text);
    for (size_t i = 0; i < 4; i++)
        row_free((struct row *)rows[i]);
}

/* A long outage comes in messages that a broker takes. */
static void test_portions(void **state)
{
    enum { ROWS = 2 * MQTT_SAMPLES + 1 };
    static const struct row_value good[] = {{3, QL_GOOD, 1}};
    const struct row *rows[ROWS];
    size_t at = 0, messages = 0;
    bool any = true;
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = make((int64_t)i, 1, good);
    for (; at < ROWS; messages++) {
        char *text = text_of(write_part, rows, ROWS, &at, &any);
        assert_true(any);
        assert_true(strlen(text) < 10000);
        free(text);
    }
    assert_int_equal(messages, 3);
    for (size_t i = 0; i < ROWS; i++)
        row_free((struct row *)rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_portions),
    };
    return cmocka_run_group_tests_name("mqtt_sample", tests, NULL, NULL);
}
