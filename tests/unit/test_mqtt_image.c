/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_image: JSON pointers, topics and filters, what is kept. mqtt_time: times with a zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/mqtt_image.h"
#include "drivers/mqtt_time.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The document of RFC 6901 section 5, and what meters send. */
#define DOCUMENT                                                                                                \
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"m~n\":8,\"on\":true,\"none\":null,\"t\":\"12.5\"," \
    "\"big\":18446744073709551615,\"deep\":{\"er\":{\"x\":-3.5e2}}}"

static const struct {
    const char *pointer;
    enum mqtt_kind kind;
    double number;
} values[] = {
    {"/foo/0", MV_TEXT, NAN},
    {"/foo", MV_COMPOUND, NAN},
    {"/foo/2", MV_MISSING, NAN},
    {"/foo/x", MV_MISSING, NAN},
    {"/", MV_NUMBER, 0},
    {"/a~1b", MV_NUMBER, 1},
    {"/c%d", MV_NUMBER, 2},
    {"/m~0n", MV_NUMBER, 8},
    {"/on", MV_BOOLEAN, 1},
    {"/none", MV_NULL, NAN},
    {"/t", MV_TEXT, NAN},
    {"/big", MV_NUMBER, 0x1p64},
    {"/deep/er/x", MV_NUMBER, -350},
    {"/deep/er", MV_COMPOUND, NAN},
    {"/t/x", MV_MISSING, NAN},
    {"", MV_COMPOUND, NAN},
};

static void test_pointers(void **state)
{
    struct mqtt_image *image = mqtt_image_new();
    (void)state;
    assert_true(mqtt_image_put(image, "a", DOCUMENT, strlen(DOCUMENT), false, 5));
    const struct mqtt_heard *heard = mqtt_image_get(image, "a");
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        print_message("  %s\n", values[i].pointer);
        struct mqtt_value value = mqtt_value_now(heard, values[i].pointer);
        assert_int_equal(value.kind, values[i].kind);
        if (!isnan(values[i].number))
            assert_true(fabs(value.number - values[i].number) <= 0);
    }
    assert_string_equal(mqtt_value_now(heard, "/foo/1").text, "baz");
    assert_string_equal(mqtt_value_now(heard, NULL).text, DOCUMENT);
    mqtt_image_free(image);
}

static const struct {
    const char *payload;
    bool json;
} payloads[] = {
    {"{\"power\":1}", true}, {" [1]", true},    {"{\"power\":1", false},      {"12.5", false},
    {"online", false},       {"\xff{}", false}, {"{\"power\":1e999}", false}, {"{\"a\":\"\xff\"}", false},
};

static void test_payloads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        struct mqtt_image *image = mqtt_image_new();
        print_message("  %s\n", payloads[i].payload);
        mqtt_image_put(image, "a", payloads[i].payload, strlen(payloads[i].payload), false, 0);
        const struct mqtt_heard *heard = mqtt_image_get(image, "a");
        assert_int_equal(heard->last != NULL, payloads[i].json);
        assert_string_equal(heard->text, payloads[i].payload);
        assert_int_equal(mqtt_value_now(heard, "/power").kind,
                         payloads[i].json ? (i == 0 ? MV_NUMBER : MV_MISSING) : MV_NO_JSON);
        mqtt_image_free(image);
    }
}

static bool put(struct mqtt_image *image, const char *topic, const char *payload)
{
    return mqtt_image_put(image, topic, payload, strlen(payload), false, 0);
}

/* A field that was there once is a point for ever; a message without it says nothing of it. */
static void test_ever(void **state)
{
    struct mqtt_image *image = mqtt_image_new();
    (void)state;
    assert_true(put(image, "a", "{\"power\":1,\"x\":{\"y\":null}}"));
    assert_false(put(image, "a", "{\"power\":2,\"x\":{\"y\":null}}"));
    assert_true(put(image, "a", "{\"energy\":5}"));
    const struct mqtt_heard *heard = mqtt_image_get(image, "a");
    assert_int_equal(mqtt_value_now(heard, "/power").kind, MV_MISSING);
    assert_int_equal(mqtt_value_ever(heard, "/power").kind, MV_NUMBER);
    assert_int_equal(mqtt_value_ever(heard, "/x/y").kind, MV_NULL);
    assert_false(put(image, "a", "{\"x\":{\"y\":7}}"));
    assert_int_equal(mqtt_value_ever(heard, "/x/y").kind, MV_NUMBER);
    assert_false(put(image, "a", "")); /* cleared: nothing new is said */
    assert_int_equal(mqtt_value_now(mqtt_image_get(image, "a"), "/x/y").kind, MV_NUMBER);
    assert_true(put(image, "b", "1"));
    assert_int_equal(mqtt_image_count(image), 2);
    assert_null(mqtt_image_get(image, "c"));
    mqtt_image_free(image);
}

static void test_too_much(void **state)
{
    struct mqtt_image *image = mqtt_image_new();
    char *large = calloc(1, MQTT_IMAGE_PAYLOAD + 2), topic[20];
    (void)state;
    memset(large, '1', MQTT_IMAGE_PAYLOAD + 1);
    assert_false(put(image, "large", large));
    assert_non_null(strstr(mqtt_image_trouble(image), "large: a message of over 1 MiB"));
    for (size_t i = 0; i <= MQTT_IMAGE_TOPICS; i++) {
        snprintf(topic, sizeof topic, "t/%zu", i);
        assert_int_equal(put(image, topic, "1"), i < MQTT_IMAGE_TOPICS);
    }
    assert_int_equal(mqtt_image_count(image), MQTT_IMAGE_TOPICS);
    assert_non_null(strstr(mqtt_image_trouble(image), "more than 4096 topics"));
    free(large);
    mqtt_image_free(image);
}

static const struct {
    const char *filter, *topic;
    bool matches;
    const char *first;
} filters[] = {
    {"a/+/state", "a/outlet-01/state", true, "outlet-01"},
    {"a/+/state", "a/b/c/state", false, NULL},
    {"a/+/+", "a/b/c", true, "b"},
    {"a/+", "a/", true, ""},
    {"a/+", "a", false, NULL},
    {"a/#", "a", true, NULL},
    {"a/#", "a/b/c", true, NULL},
    {"#", "a/b", true, NULL},
    {"#", "$SYS/x", false, NULL},
    {"+/x", "$SYS/x", false, NULL},
    {"a/b", "a/bc", false, NULL},
    {"a/b", "a/b/c", false, NULL},
};

static void test_filters(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        const char *level[1];
        size_t length[1];
        print_message("  %s %s\n", filters[i].filter, filters[i].topic);
        assert_int_equal(mqtt_filter_matches(filters[i].filter, filters[i].topic, level, length, 1),
                         filters[i].matches);
        if (filters[i].first) {
            assert_int_equal(length[0], strlen(filters[i].first));
            assert_memory_equal(level[0], filters[i].first, length[0]);
        }
    }
}

static const struct {
    const char *text;
    int64_t ms; /* -1: none */
} times[] = {
    {"2023-11-14T22:13:20.123Z", 1700000000123},
    {"2023-11-14T23:13:20+01:00", 1700000000000},
    {"2023-11-14 22:13:20Z", 1700000000000},
    {"2023-11-14T22:13:20", -1}, /* no zone: which? */
    {"2023-11-14T22:13:20.5-00:30", 1700001800500},
    {"2023-11-14", -1},
    {"2023-11-14T22:13:20+0100", -1},
    {"yesterday", -1},
    {"", -1},
};

static void test_times(void **state)
{
    int64_t ms;
    (void)state;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        print_message("  %s\n", times[i].text);
        ms = -1;
        assert_int_equal(mqtt_time_parse(times[i].text, &ms) == 0, times[i].ms >= 0);
        assert_int_equal(ms, times[i].ms);
    }
    assert_true(mqtt_time_number(1700000000, &ms) && ms == 1700000000000);
    assert_true(mqtt_time_number(1700000000123, &ms) && ms == 1700000000123);
    assert_false(mqtt_time_number(42, &ms));
    assert_false(mqtt_time_number(NAN, &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pointers), cmocka_unit_test(test_payloads), cmocka_unit_test(test_ever),
        cmocka_unit_test(test_too_much), cmocka_unit_test(test_filters),  cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
