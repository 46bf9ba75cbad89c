/* SPDX-License-Identifier: GPL-3.0-or-later */
/* recording of tests/sim: walks as text. */
#include "tests/sim/recording.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void lines_become_objects(void **state)
{
    (void)state;
    static const struct {
        const char *line, *value;
        size_t n;
    } rows[] = {
        {"1.3.6.1|2|-1", "\x02\x01\xff", 3},
        {"1.3.6.1|2|-1\r\n", "\x02\x01\xff", 3},
        {"1.3.6.1|4|a|b",
         "\x04\x03"
         "a|b",
         5},
        {"1.3.6.1|4|", "\x04\x00", 2},
        {"1.3.6.1|4x|00ff41", "\x04\x03\x00\xff\x41", 5},
        {"1.3.6.1|4e|a\\nb\\\\\\x41",
         "\x04\x05"
         "a\nb\\A",
         7},
        {"1.3.6.1|5|", "\x05\x00", 2},
        {"1.3.6.1|6|1.3.6.1.4", "\x06\x04\x2b\x06\x01\x04", 6},
        {"1.3.6.1|6|.1.3.6", "\x06\x02\x2b\x06", 4},
        {"1.3.6.1|64|10.0.0.1", "\x40\x04\x0a\x00\x00\x01", 6},
        {"1.3.6.1|64x|0a000001", "\x40\x04\x0a\x00\x00\x01", 6},
        {"1.3.6.1|65|4294967295", "\x41\x05\x00\xff\xff\xff\xff", 7},
        {"1.3.6.1|64|<private>", "\x40\x04\x00\x00\x00\x00", 6},
        {"1.3.6.1|2:numeric|min=1,max=2,initial=2,wrap=1", "\x02\x01\x02", 3},
        {"1.3.6.1|4:writecache|value=a,b",
         "\x04\x03"
         "a,b",
         5},
        {"1.3.6.1|66|7", "\x42\x01\x07", 3},
        {"1.3.6.1|70|18446744073709551615", "\x46\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff", 11},
        {"\n\n1.3.6.1|2|1\n1.3.6.1|2|2\n", "\x02\x01\x01", 3},
    };
    static const uint32_t id[] = {1, 3, 6, 1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image *image = image_new();
        unsigned line = 0;
        assert_int_equal(recording_parse(rows[i].line, strlen(rows[i].line), image, &line), 0);
        const struct object *object = image_find(image, id, 4);
        assert_non_null(object);
        assert_int_equal(object->length, rows[i].n);
        assert_memory_equal(object->value, rows[i].value, rows[i].n);
        image_free(image);
    }
}

static void nonsense_has_a_line(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "1.3.6.1|2|1\nnothing",    "1.3.6.1|2|1\n1.3.6.1.2|2|x", "1.3.6.1|2|1\n1.3.6.1.2|2y|1", "1.3.6.1|2|1\nx|2|1",
        "1.3.6.1|2|1\n1.3.6|4x|0", "1.3.6.1|2|1\n1.3.6|99|0",    "1.3.6.1|2|1\n1.3.6|64|one"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct image *image = image_new();
        unsigned line = 0;
        assert_int_equal(recording_parse(rows[i], strlen(rows[i]), image, &line), -EBADMSG);
        assert_int_equal(line, 2);
        image_free(image);
    }
}

static void order_is_made(void **state)
{
    (void)state;
    static const char text[] = "1.3.6.1.10|2|3\n1.3.6.1.9|2|2\n1.3.6.1.2.5|2|1\n";
    struct image *image = image_new();
    unsigned line = 0;
    assert_int_equal(recording_parse(text, sizeof text - 1, image, &line), 0);
    assert_int_equal(image_count(image), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(image_at(image, i)->value[2], i + 1);
    image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_become_objects),
        cmocka_unit_test(nonsense_has_a_line),
        cmocka_unit_test(order_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
