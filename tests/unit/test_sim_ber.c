/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ber, image and snmp_pdu of tests/sim: bytes by hand, by X.690 and RFC 3416. */
#include "tests/sim/snmp_pdu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void integers_are_shortest(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t value;
        const char *bytes;
        size_t n;
    } rows[] = {
        {"zero", 0, "\x02\x01\x00", 3},
        {"one byte", 127, "\x02\x01\x7f", 3},
        {"sign needs a byte", 128, "\x02\x02\x00\x80", 4},
        {"minus one", -1, "\x02\x01\xff", 3},
        {"least byte", -128, "\x02\x01\x80", 3},
        {"below", -129, "\x02\x02\xff\x7f", 4},
        {"31 bits", 2147483647, "\x02\x04\x7f\xff\xff\xff", 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t buffer[16];
        struct ber_writer w = ber_writer(buffer, sizeof buffer);
        ber_put_integer(&w, BER_INTEGER, rows[i].value);
        assert_int_equal(ber_length(&w), rows[i].n);
        assert_memory_equal(w.p, rows[i].bytes, rows[i].n);
        struct ber_reader r = ber_reader(w.p, rows[i].n);
        assert_int_equal(ber_integer(&r), rows[i].value);
        assert_false(r.bad);
    }
}

static void unsigned_stay_positive(void **state)
{
    (void)state;
    uint8_t buffer[16];
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    ber_put_unsigned(&w, BER_COUNTER64, UINT64_MAX);
    assert_int_equal(ber_length(&w), 11);
    assert_memory_equal(w.p, "\x46\x09\x00\xff\xff\xff\xff\xff\xff\xff\xff", 11);
}

static void oids_survive(void **state)
{
    (void)state;
    static const uint32_t ids[] = {1, 3, 6, 1, 4, 1, 13742, 6, 4294967295u, 0, 127, 128};
    uint8_t buffer[64];
    uint32_t back[BER_OID_MAX];
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    ber_put_oid(&w, ids, 12);
    struct ber_reader r = ber_reader(w.p, ber_length(&w));
    assert_int_equal(ber_oid(&r, back), 12);
    assert_memory_equal(back, ids, sizeof ids);
    assert_memory_equal(w.p + 2, "\x2b\x06\x01\x04\x01\xeb\x2e", 7);
}

static void readers_stop_at_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t n;
    } rows[] = {
        {"empty", "", 0},
        {"tag alone", "\x02", 1},
        {"too long", "\x02\x05\x01", 3},
        {"no length", "\x02\x80\x01", 3},
        {"length of five bytes", "\x02\x85\x01\x01\x01\x01\x01", 7},
        {"other tag", "\x04\x01\x01", 3},
        {"no content", "\x02\x00", 2},
        {"nine bytes", "\x02\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01", 11},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ber_reader r = ber_reader(rows[i].bytes, rows[i].n);
        assert_int_equal(ber_integer(&r), 0);
        assert_true(r.bad);
    }
}

static void a_full_writer_latches(void **state)
{
    (void)state;
    uint8_t buffer[4];
    struct ber_writer w = ber_writer(buffer, sizeof buffer);
    ber_put_octets(&w, BER_OCTETS, "abcdef", 6);
    assert_true(w.full);
    ber_put_integer(&w, BER_INTEGER, 1);
    assert_true(w.full);
}

static struct image *sample(void)
{
    struct image *image = image_new();
    image_begin(image);
    image_integer(image, BER_GAUGE32, 3, "1.3.6.1.2.%u", 10u);
    image_integer(image, BER_INTEGER, 1, "1.3.6.1.2.2");
    image_integer(image, BER_COUNTER64, 5, "1.3.6.1.2.3");
    image_text(image, "first", "1.3.6.1.4.1");
    image_text(image, "second", "1.3.6.1.4.1");
    image_end(image);
    return image;
}

static void objects_come_in_order(void **state)
{
    (void)state;
    struct image *image = sample();
    static const uint32_t start[] = {1, 3, 6, 1, 2, 2}, last[] = {1, 3, 6, 1, 4, 1};
    assert_int_equal(image_count(image), 4);
    const struct object *next = image_next(image, start, 6);
    assert_int_equal(next->id[5], 3);
    assert_int_equal(image_next(image, next->id, next->n)->id[5], 10);
    assert_null(image_next(image, last, 6));
    assert_memory_equal(image_find(image, last, 6)->value,
                        "\x04\x05"
                        "first",
                        7);
    image_free(image);
}

/* GET or the like for one OID below 1.3.6.1, request id 7. */
static size_t ask(struct image *image, int version, uint8_t type, uint8_t a, uint8_t b, int repetitions, uint8_t *out,
                  size_t size, unsigned long *writes)
{
    uint8_t request[64];
    const uint32_t id[] = {1, 3, 6, 1, a, b};
    struct ber_writer w = ber_writer(request, sizeof request);
    ber_put_octets(&w, BER_NULL, NULL, 0);
    ber_put_oid(&w, id, 6);
    ber_put_head(&w, BER_SEQUENCE, 0);
    ber_put_head(&w, BER_SEQUENCE, 0);
    ber_put_integer(&w, BER_INTEGER, repetitions);
    ber_put_integer(&w, BER_INTEGER, 0);
    ber_put_integer(&w, BER_INTEGER, 7);
    ber_put_head(&w, type, 0);
    struct pdu_rules rules = {.image = image, .version = version, .budget = size, .writes = writes};
    struct ber_writer answer = ber_writer(out, size);
    if (pdu_answer(&rules, (struct ber_bytes){w.p, ber_length(&w)}, &answer) < 0 || answer.full)
        return 0;
    memmove(out, answer.p, ber_length(&answer));
    return ber_length(&answer);
}

static void requests_are_answered(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int version;
        uint8_t type, a, b;
        int status, index;
        const char *value; /* what stands at the end */
        size_t n;
    } rows[] = {
        {"get", 2, BER_GET, 2, 2, 0, 0, "\x02\x01\x01", 3},
        {"get, no such instance", 2, BER_GET, 2, 9, 0, 0, "\x81\x00", 2},
        {"get, no such object", 2, BER_GET, 9, 9, 0, 0, "\x80\x00", 2},
        {"get of version 1 that is not there", 1, BER_GET, 9, 9, 2, 1, "\x05\x00", 2},
        {"next", 2, BER_NEXT, 2, 3, 0, 0, "\x42\x01\x03", 3},
        {"next of version 1 skips 64 bits", 1, BER_NEXT, 2, 2, 0, 0, "\x42\x01\x03", 3},
        {"next at the end", 2, BER_NEXT, 4, 1, 0, 0, "\x82\x00", 2},
        {"set", 2, BER_SET, 2, 2, 6, 1, "\x05\x00", 2},
        {"set of version 1", 1, BER_SET, 2, 2, 2, 1, "\x05\x00", 2},
    };
    struct image *image = sample();
    unsigned long writes = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[200];
        size_t n = ask(image, rows[i].version, rows[i].type, rows[i].a, rows[i].b, 0, out, sizeof out, &writes);
        struct ber_reader all = ber_reader(out, n), r = ber_enter(&all, BER_RESPONSE);
        assert_int_equal(ber_integer(&r), 7);
        assert_int_equal(ber_integer(&r), rows[i].status);
        assert_int_equal(ber_integer(&r), rows[i].index);
        assert_false(r.bad);
        assert_memory_equal(out + n - rows[i].n, rows[i].value, rows[i].n);
    }
    assert_int_equal(writes, 2);
    image_free(image);
}

static void bulk_fills_what_fits(void **state)
{
    (void)state;
    struct image *image = sample();
    unsigned long writes = 0;
    uint8_t out[200];
    size_t n = ask(image, 2, BER_BULK, 2, 1, 3, out, sizeof out, &writes);
    struct ber_reader all = ber_reader(out, n), r = ber_enter(&all, BER_RESPONSE);
    ber_integer(&r), ber_integer(&r), ber_integer(&r);
    struct ber_reader list = ber_enter(&r, BER_SEQUENCE);
    int count = 0;
    for (; list.p < list.end && !list.bad; count++)
        ber_any(&list);
    assert_int_equal(count, 3);
    /* so little room that one answer fits at most */
    n = ask(image, 2, BER_BULK, 2, 1, 3, out, 56, &writes);
    all = ber_reader(out, n), r = ber_enter(&all, BER_RESPONSE);
    ber_integer(&r), ber_integer(&r), ber_integer(&r);
    list = ber_enter(&r, BER_SEQUENCE);
    ber_any(&list);
    assert_false(list.bad);
    assert_ptr_equal(list.p, list.end);
    assert_int_equal(ask(image, 1, BER_BULK, 2, 1, 3, out, sizeof out, &writes), 0);
    image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_shortest), cmocka_unit_test(unsigned_stay_positive),
        cmocka_unit_test(oids_survive),          cmocka_unit_test(readers_stop_at_the_end),
        cmocka_unit_test(a_full_writer_latches), cmocka_unit_test(objects_come_in_order),
        cmocka_unit_test(requests_are_answered), cmocka_unit_test(bulk_fills_what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
