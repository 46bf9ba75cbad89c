/* SPDX-License-Identifier: GPL-3.0-or-later */
/* row: round trip, size, strictness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/row.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct row *sample_row(size_t n)
{
    struct row *row = row_new(n);
    row->uptime_s = 4000000000u;
    for (size_t i = 0; i < n; i++)
        row->value[i] = (struct row_value){(uint32_t)(i * 3 + 1), QL_GOOD, 230.1 + (double)i};
    return row;
}

static void test_round_trip(void **state)
{
    (void)state;
    struct row *row = sample_row(9), *back = NULL;
    row->value[1] = (struct row_value){4, QL_SILENT, NAN};
    row->value[2] = (struct row_value){7, QL_ESTIMATED, -0.0};
    row->value[3] = (struct row_value){10, QL_SENTINEL, 65535};
    row->value[4] = (struct row_value){13, QL_GOOD, 1e300};
    row->value[5] = (struct row_value){16, QL_GOOD, INFINITY};
    row->value[8] = (struct row_value){UINT32_MAX, QL_STALE, NAN};
    uint8_t bytes[256];
    size_t n = row_encode(row, bytes, sizeof bytes);
    assert_int_equal(row_decode(bytes, n, &back), 0);
    assert_int_equal(back->n, 9);
    assert_int_equal(back->uptime_s, 4000000000u);
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(back->value[i].point, row->value[i].point);
    assert_true(back->value[0].value == 230.1);
    assert_int_equal(back->value[1].quality, QL_SILENT);
    assert_true(isnan(back->value[1].value));
    assert_true(signbit(back->value[2].value) && back->value[2].value == 0);
    assert_int_equal(back->value[3].quality, QL_SENTINEL);
    assert_true(isnan(back->value[3].value));
    assert_true(back->value[4].value == 1e300);
    assert_int_equal(back->value[5].quality, QL_IMPLAUSIBLE);
    assert_int_equal(back->value[8].quality, QL_STALE);
    row_free(back);
    row_free(row);
}

static void test_size(void **state)
{
    (void)state;
    struct row *row = sample_row(200);
    uint8_t bytes[4096], small[10];
    size_t n = row_encode(row, bytes, sizeof bytes);
    assert_in_range(n, 200 * 10, 200 * 10 + 16);
    memset(small, 0xee, sizeof small);
    assert_int_equal(row_encode(row, small, 4), n);
    assert_memory_equal(small, bytes, 4);
    assert_int_equal(small[4], 0xee);
    assert_int_equal(row_encode(row, NULL, 0), n);
    row_free(row);
}

static const struct {
    const char *name;
    size_t n;
    uint8_t bytes[16];
} bad[] = {
    {"empty", 0, {0}},
    {"another version", 3, {2, 0, 0}},
    {"no count", 2, {1, 0}},
    {"something behind", 4, {1, 0, 0, 0}},
    {"count without values", 3, {1, 0, 1}},
    {"count past the end", 7, {1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f}},
    {"long form of zero", 4, {1, 0x80, 0, 0}},
    {"count over 32 bits", 8, {1, 0xff, 0xff, 0xff, 0xff, 0x1f, 0, 0}},
    {"no such quality", 5, {1, 0, 1, 1, QL_COUNT}},
    {"value cut off", 8, {1, 0, 1, 1, QL_GOOD, 0, 0, 0}},
    {"infinite value", 13, {1, 0, 1, 1, QL_GOOD, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f}},
    {"point over 32 bits", 11, {1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, QL_SILENT, 0, QL_SILENT}},
};

static void test_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct row *row = NULL;
        print_message("  %s\n", bad[i].name);
        assert_int_equal(row_decode(bad[i].bytes, bad[i].n, &row), -EBADMSG);
        assert_null(row);
    }
}

/* Whatever is accepted is what row_encode writes: bytes in, the same bytes out. */
static void test_random(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252ull;
    uint8_t bytes[400], again[400];
    struct row *good = sample_row(20);
    size_t n = row_encode(good, bytes, sizeof bytes), accepted = 0;
    row_free(good);
    for (int round = 0; round < 200000; round++) {
        uint8_t tried[400];
        struct row *row = NULL;
        memcpy(tried, bytes, n);
        for (int k = 0; k < 1 + round % 3; k++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            tried[(x >> 8) % n] = (uint8_t)x;
        }
        size_t length = round % 4 ? n : (x >> 16) % (n + 1);
        if (row_decode(tried, length, &row) < 0)
            continue;
        accepted++;
        assert_int_equal(row_encode(row, again, sizeof again), length);
        assert_memory_equal(tried, again, length);
        row_free(row);
    }
    assert_true(accepted > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_size),
                                       cmocka_unit_test(test_strict), cmocka_unit_test(test_random)};
    return cmocka_run_group_tests_name("row", tests, NULL, NULL);
}
