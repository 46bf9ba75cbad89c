/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name_table and hash: published vectors, and many names that are all found again; numbered: grows and keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/name_table.h"
#include "daemon/numbered.h"
#include "drivers/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Source: draft-eastlake-fnv-17 appendix C, 64-bit FNV-1a, and its form with a NUL behind. */
static void test_vectors(void **state)
{
    (void)state;
    assert_true(hash_bytes(HASH_BEGIN, "", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(hash_bytes(HASH_BEGIN, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash_bytes(HASH_BEGIN, "foobar", 6) == UINT64_C(0x85944171f73967e8));
    assert_true(hash_text(HASH_BEGIN, "foobar") == hash_bytes(HASH_BEGIN, "foobar", 7));
    assert_true(hash_text(hash_text(HASH_BEGIN, "foo"), "bar") != hash_text(HASH_BEGIN, "foobar"));
}

static void test_many(void **state)
{
    (void)state;
    enum { MANY = 5000 };
    static char name[MANY][40];
    struct name_table table = {0};
    assert_int_equal(name_table_find(&table, "x"), NAME_TABLE_NONE);
    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(name[i], sizeof name[i], "pdu-%u/outlet-%02u/active_power", i / 48, i % 48);
        assert_int_equal(name_table_put(&table, name[i], i * 3), i * 3);
    }
    assert_int_equal(name_table_put(&table, "pdu-0/outlet-07/active_power", 99), 21); /* it has one already */
    assert_int_equal(table.n, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        char again[40];
        strcpy(again, name[i]);
        assert_int_equal(name_table_find(&table, again), i * 3);
    }
    assert_int_equal(name_table_find(&table, "pdu-0/outlet-48/active_power"), NAME_TABLE_NONE);
    name_table_done(&table);
    assert_int_equal(name_table_find(&table, name[0]), NAME_TABLE_NONE);
}

/* Beyond its room it grows: what was there stays, what is new is zero. */
static void test_numbered(void **state)
{
    size_t room = 0;
    uint32_t *table = NULL;
    (void)state;
    for (uint32_t i = 0; i < 5000; i += 7) {
        table = numbered_reach(table, &room, i, sizeof *table);
        assert_true(i < room);
        table[i] = i + 1;
    }
    for (uint32_t i = 0; i < room; i++)
        assert_int_equal(table[i], i < 5000 && i % 7 == 0 ? i + 1 : 0);
    uint32_t *same = numbered_reach(table, &room, 4998, sizeof *table);
    assert_ptr_equal(same, table);
    free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vectors), cmocka_unit_test(test_many),
                                       cmocka_unit_test(test_numbered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
