/* SPDX-License-Identifier: GPL-3.0-or-later */
/* modbus_ident: who a unit says it is, from bytes. */
#include "drivers/modbus_ident.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *name;
    size_t n;
    uint8_t pdu[40];
    int result; /* of decode: the next object, 0 at the end */
    const char *words;
} rows[] = {
    /* the example of section 6.21: "Company identification", code "Product code XX", "V2.11", shortened */
    {"three objects at once",
     22,
     {0x2B, 0x0E, 1, 1, 0, 0, 3, 0, 4, 'A', 'c', 'm', 'e', 1, 2, 'M', '1', 2, 3, 'V', '2', '1'},
     0,
     "Acme M1 V21"},
    {"more follows", 13, {0x2B, 0x0E, 1, 1, 0xFF, 1, 1, 0, 4, 'A', 'c', 'm', 'e'}, 1, "Acme"},
    {"an object of its own", 11, {0x2B, 0x0E, 2, 2, 0, 0, 1, 0x80, 2, 'x', 'y'}, 0, ""},
    {"bytes that are no letters", 12, {0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 3, 'A', 7, ' '}, 0, "A?"},
    {"no object", 7, {0x2B, 0x0E, 1, 1, 0, 0, 0}, 0, ""},
    {"an object beyond the end", 12, {0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 9, 'A', 'c', 'm'}, -EBADMSG, ""},
    {"bytes behind the end", 12, {0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 2, 'A', 'c', 'm'}, -EBADMSG, ""},
    {"another MEI type", 7, {0x2B, 0x0D, 1, 1, 0, 0, 0}, -EBADMSG, ""},
    {"another function", 7, {0x03, 0x0E, 1, 1, 0, 0, 0}, -EBADMSG, ""},
    {"an exception", 2, {0xAB, 1}, -EBADMSG, ""},
    {"cut in its head", 4, {0x2B, 0x0E, 1, 1}, -EBADMSG, ""},
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct modbus_ident ident = {0};
        char words[320];
        print_message("  %s\n", rows[i].name);
        assert_int_equal(modbus_ident_decode(&ident, rows[i].pdu, rows[i].n), rows[i].result);
        assert_int_equal(modbus_ident_words(&ident, words, sizeof words), *rows[i].words != '\0');
        assert_string_equal(words, rows[i].words);
        assert_int_equal(ident.known, rows[i].result >= 0);
    }
}

/* A serial line tells no length: it must follow from any beginning of the answer. */
static void test_size_of_a_beginning(void **state)
{
    (void)state;
    for (size_t k = 0; k < rows[0].n; k++)
        assert_int_equal(modbus_ident_size(rows[0].pdu, k), 0 + (k >= 19 ? 22 : 0));
    assert_int_equal(modbus_ident_size(rows[0].pdu, rows[0].n), 22);
    const uint8_t refused[] = {0xAB}, endless[] = {0x2B, 0x0E, 1, 1, 0, 0, 9, 0, 255};
    assert_int_equal(modbus_ident_size(refused, 1), 2);
    assert_int_equal(modbus_ident_size(endless, sizeof endless), -EBADMSG);
}

static void test_question(void **state)
{
    (void)state;
    uint8_t ask[MODBUS_IDENT_ASK];
    const uint8_t expected[] = {0x2B, 0x0E, 2, 4};
    modbus_ident_encode(ML_REGULAR, MI_NAME, ask);
    assert_memory_equal(ask, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_answers), cmocka_unit_test(test_size_of_a_beginning),
                                       cmocka_unit_test(test_question)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
