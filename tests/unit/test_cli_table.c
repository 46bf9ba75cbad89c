/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cli_table: columns that stand below each other, and nothing that a terminal obeys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/cli_table.h"

#include <stdlib.h>
#include <string.h>

static char *text_of(const struct table *table)
{
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    table_print(table, out);
    fclose(out);
    return text;
}

static void test_aligned(void **state)
{
    (void)state;
    static const char *const titles[] = {"POINT", ">VALUE", "NOTHING", "LABEL", NULL};
    struct table *table = table_new(titles);
    const char *cells[] = {"a", "1.5 kW", "", "caf\xc3\xa9", "longer-name", "12.25 kW", NULL, "", "b", "-", "", "x"};
    for (size_t i = 0; i < 12; i++)
        table_text(table, cells[i]);
    char *text = text_of(table);
    assert_string_equal(text, "POINT           VALUE  LABEL\n"
                              "a              1.5 kW  caf\xc3\xa9\n"
                              "longer-name  12.25 kW\n"
                              "b                   -  x\n");
    free(text);
    table_free(table);
}

static void test_tame(void **state)
{
    (void)state;
    static const char *const titles[] = {"LABEL", NULL};
    struct table *table = table_new(titles);
    table_text(table, "\033[2Jgone\n\x7f");
    table_text(table, "\xc2\x9b"
                      "31m caf\xc3\xa9"); /* a control of eight bits */
    char *text = text_of(table);
    assert_string_equal(text, "LABEL\n?[2Jgone??\n??31m caf\xc3\xa9\n");
    free(text);
    table_free(table);
}

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(table_width(""), 0);
    assert_int_equal(table_width("abc"), 3);
    assert_int_equal(table_width("caf\xc3\xa9"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_aligned), cmocka_unit_test(test_tame),
                                       cmocka_unit_test(test_width)};
    return cmocka_run_group_tests_name("cli_table", tests, NULL, NULL);
}
