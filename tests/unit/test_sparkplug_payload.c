/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sparkplug_payload: bytes as protoc --encode writes them from the same values by the field numbers of the
 * specification. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sparkplug_payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1700000000000)

static void assert_hex(const uint8_t *bytes, size_t n, const char *expected)
{
    char *hex = calloc(2 * n + 1, 1);
    for (size_t i = 0; i < n; i++)
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    assert_string_equal(hex, expected);
    free(hex);
}

static const struct {
    const char *name;
    struct sparkplug_metric metric;
    const char *hex; /* of the metric, behind the payload's time and before its seq */
} rows[] = {
    {"everything",
     {.name = "outlet-01/power",
      .alias = 7,
      .ts_ms = T0 - 1000,
      .type = SPARKPLUG_DOUBLE,
      .historical = true,
      .real = 230.5,
      .quality = SPARKPLUG_STALE,
      .n_properties = 2,
      .property = {{"engUnit", "W", 0}, {"engHigh", NULL, 3680}}},
     "125f0a0f6f75746c65742d30312f706f77657210071898c895ffbc31200a28014a360a07656e67556e69740a07656e67486967680a0751756"
     "1"
     "6c6974791205080c420157120b080a310000000000c0ac401205080318f403690000000000d06c40"},
    {"null, by its alias, without a datatype",
     {.alias = 8, .ts_ms = T0, .untyped = true, .null = true, .quality = SPARKPLUG_UNSAID, .type = SPARKPLUG_DOUBLE},
     "120b10081880d095ffbc313801"},
    {"a negative number is two's complement",
     {.name = "n", .ts_ms = T0, .type = SPARKPLUG_INT64, .whole = -5, .quality = SPARKPLUG_UNSAID},
     "12170a016e1880d095ffbc31200458fbffffffffffffffff01"},
    {"false is said",
     {.name = "b", .ts_ms = T0, .type = SPARKPLUG_BOOLEAN, .on = false, .quality = SPARKPLUG_UNSAID},
     "120e0a01621880d095ffbc31200b7000"},
    {"what is no UTF-8 is mended",
     {.name = "s",
      .ts_ms = T0,
      .type = SPARKPLUG_STRING,
      .text = "a\xff"
              "b",
      .quality = SPARKPLUG_UNSAID},
     "12110a01731880d095ffbc31200c7a03613f62"},
};

static void test_metrics(void **state)
{
    struct sparkplug_payload *payload = sparkplug_payload_new();
    char whole[4096] = "0880d095ffbc31";
    size_t size;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expected[1024];
        print_message("  %s\n", rows[i].name);
        sparkplug_payload_begin(payload);
        sparkplug_payload_add(payload, &rows[i].metric);
        assert_int_equal(sparkplug_payload_count(payload), 1);
        snprintf(expected, sizeof expected, "0880d095ffbc31%s18ff01", rows[i].hex);
        const uint8_t *bytes = sparkplug_payload_pack(payload, T0, 255, &size);
        assert_hex(bytes, size, expected);
        snprintf(whole + strlen(whole), sizeof whole - strlen(whole), "%s", rows[i].hex);
    }
    sparkplug_payload_begin(payload);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        sparkplug_payload_add(payload, &rows[i].metric);
    snprintf(whole + strlen(whole), sizeof whole - strlen(whole), "1800"); /* 0 too is said */
    const uint8_t *bytes = sparkplug_payload_pack(payload, T0, 0, &size);
    assert_hex(bytes, size, whole);
    sparkplug_payload_free(payload);
}

static void test_empty(void **state)
{
    struct sparkplug_payload *payload = sparkplug_payload_new();
    size_t size;
    (void)state;
    sparkplug_payload_begin(payload);
    const uint8_t *bytes = sparkplug_payload_pack(payload, T0, 1, &size);
    assert_hex(bytes, size, "0880d095ffbc311801"); /* a DDEATH */
    sparkplug_payload_free(payload);
    sparkplug_payload_free(NULL);
}

static void test_many(void **state)
{
    struct sparkplug_payload *payload = sparkplug_payload_new();
    struct sparkplug_metric metric = {
        .name = "bdSeq", .ts_ms = T0, .type = SPARKPLUG_INT64, .whole = 3, .quality = SPARKPLUG_UNSAID};
    size_t size;
    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        sparkplug_payload_add(payload, &metric);
    (void)sparkplug_payload_pack(payload, T0, 0, &size);
    assert_int_equal(size, 7 + 1000 * 20 + 2);
    sparkplug_payload_begin(payload);
    sparkplug_payload_add(payload, &metric);
    const uint8_t *bytes = sparkplug_payload_pack(payload, T0, 0, &size);
    /* as an independent client decodes it */
    assert_hex(bytes, size, "0880d095ffbc3112120a0562645365711880d095ffbc31200458031800");
    sparkplug_payload_free(payload);
}

static void test_death(void **state)
{
    uint8_t bytes[SPARKPLUG_DEATH_MAX];
    (void)state;
    size_t size = sparkplug_payload_death(bytes, 3, T0);
    assert_hex(bytes, size, "0880d095ffbc3112120a0562645365711880d095ffbc3120045803");
    assert_true(sparkplug_payload_death(bytes, 255, INT64_MAX) <= sizeof bytes);
    assert_true(sparkplug_payload_death(bytes, 255, -1) <= sizeof bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_death),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
