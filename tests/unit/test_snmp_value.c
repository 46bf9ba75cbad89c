/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/snmp_value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

static struct snmp_value read_as(u_char type, const void *value, size_t n, uint32_t room[OID_MAX])
{
    static netsnmp_variable_list *v;
    static uint8_t copy[512];
    snmp_free_varbind(v);
    v = NULL;
    const oid name[] = {1, 3, 6};
    assert_non_null(snmp_varlist_add_variable(&v, name, 3, type, value, n));
    struct snmp_value r = snmp_value_read(v, room);
    if (r.kind == SV_BYTES) {
        memcpy(copy, r.bytes, r.n);
        r.bytes = copy;
    }
    snmp_free_varbind(v);
    v = NULL;
    return r;
}

static void integers(void **state)
{
    (void)state;
    uint32_t room[OID_MAX];
    const struct {
        const char *name;
        u_char type;
        long in;
        enum snmp_kind kind;
        int64_t i;
        uint64_t u;
    } rows[] = {
        {"INTEGER", ASN_INTEGER, 49, SV_INT, 49, 0},
        {"INTEGER -1", ASN_INTEGER, -1, SV_INT, -1, 0},
        {"INTEGER sent unsigned", ASN_INTEGER, 4294967295L, SV_INT, 4294967295L, 0},
        {"Counter32", ASN_COUNTER, 4294967295L, SV_UINT, 0, 4294967295u},
        {"Gauge32", ASN_GAUGE, 7, SV_UINT, 0, 7},
        {"TimeTicks", ASN_TIMETICKS, 12345, SV_UINT, 0, 12345},
    };
    for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++) {
        struct snmp_value v = read_as(rows[k].type, &rows[k].in, sizeof(long), room);
        if (v.kind != rows[k].kind || v.i != rows[k].i || v.u != rows[k].u)
            fail_msg("%s", rows[k].name);
    }
    struct counter64 c = {.high = 2, .low = 5};
    struct snmp_value v = read_as(ASN_COUNTER64, &c, sizeof(c), room);
    assert_int_equal(v.kind, SV_UINT);
    assert_true(v.u == (UINT64_C(2) << 32 | 5));
}

static void reals_texts_names(void **state)
{
    (void)state;
    uint32_t room[OID_MAX];
    float f = 2.5f, nan_ = NAN;
    struct snmp_value v = read_as(ASN_OPAQUE_FLOAT, &f, sizeof(f), room);
    assert_int_equal(v.kind, SV_REAL);
    assert_true(v.real == 2.5);
    assert_int_equal(read_as(ASN_OPAQUE_FLOAT, &nan_, sizeof(nan_), room).kind, SV_NONE);
    v = read_as(ASN_OCTET_STR, "4.75 A", 6, room);
    assert_int_equal(v.kind, SV_BYTES);
    assert_int_equal(v.n, 6);
    assert_memory_equal(v.bytes, "4.75 A", 6);
    const oid id[] = {1, 3, 6, 1, 4, 1, 318, 1, 3, 4, 6};
    v = read_as(ASN_OBJECT_ID, id, sizeof(id), room);
    assert_int_equal(v.kind, SV_OID);
    assert_int_equal(v.n, 11);
    assert_int_equal(((const uint32_t *)(const void *)v.bytes)[6], 318);
}

static void exceptions_are_no_value(void **state)
{
    (void)state;
    uint32_t room[OID_MAX];
    const u_char types[] = {ASN_NULL, SNMP_NOSUCHOBJECT, SNMP_NOSUCHINSTANCE, SNMP_ENDOFMIBVIEW};
    for (size_t k = 0; k < sizeof(types); k++)
        assert_int_equal(read_as(types[k], NULL, 0, room).kind, SV_NONE);
}

static const oid a[] = {1, 3, 6, 1}, b[] = {1, 3, 6, 2}, c[] = {1, 3, 6, 2, 0};

static netsnmp_pdu *reply_with(const struct snmp_name *name, size_t n)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    for (size_t i = 0; i < n; i++)
        snmp_pdu_add_variable(pdu, name[i].id, name[i].n, ASN_NULL, NULL, 0);
    return pdu;
}

static void replies_are_held_against_their_request(void **state)
{
    (void)state;
    const struct snmp_request request = {.command = SNMP_MSG_GET, .n = 2, .name = {{a, 4}, {b, 4}}};
    const struct {
        const char *name;
        size_t n;
        struct snmp_name got[3];
        bool right;
    } rows[] = {
        {"as asked", 2, {{a, 4}, {b, 4}}, true},
        {"another object", 2, {{a, 4}, {c, 5}}, false},
        {"a shorter one", 2, {{a, 4}, {b, 3}}, false},
        {"other order", 2, {{b, 4}, {a, 4}}, false},
        {"too few", 1, {{a, 4}}, false},
        {"none", 0, {{a, 4}}, false},
        {"too many", 3, {{a, 4}, {b, 4}, {c, 5}}, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        netsnmp_pdu *pdu = reply_with(rows[i].got, rows[i].n);
        if ((snmp_reply_wrong(&request, pdu) == NULL) != rows[i].right)
            fail_msg("%s", rows[i].name);
        snmp_free_pdu(pdu);
    }
}

static void culprit(void **state)
{
    (void)state;
    const struct snmp_request request = {.command = SNMP_MSG_GET, .n = 2, .name = {{a, 4}, {b, 4}}};
    const long rows[][2] = {{0, -1}, {1, 0}, {2, 1}, {3, -1}, {-5, -1}}; /* error index, object */
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        netsnmp_pdu *pdu = reply_with(request.name, 2);
        pdu->errindex = rows[i][0];
        assert_int_equal(snmp_reply_culprit(&request, pdu), rows[i][1]);
        snmp_free_pdu(pdu);
    }
}

static void uptime(void **state)
{
    (void)state;
    const struct {
        const char *name;
        uint32_t before, now;
        int64_t elapsed_us;
        bool reset;
    } rows[] = {
        {"runs on", 1000, 2000, 10000000, false},
        {"stands still", 1000, 1000, 10000000, false},
        {"started anew", 8640000, 500, 10000000, true},
        {"started anew, after a day of silence", 8640000, 500, INT64_C(86400000000), true},
        {"over the end after 497 days", 4294967000u, 704, 10000000, false},
        {"started anew just before the end", 4294000000u, 300, 10000000, true},
        {"over the end during an hour of silence", 4294967000u, 359704, INT64_C(3600000000), false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        if (snmp_uptime_reset(rows[i].before, rows[i].now, rows[i].elapsed_us) != rows[i].reset)
            fail_msg("%s", rows[i].name);
    }
}

static void names(void **state)
{
    (void)state;
    assert_true(snmp_name_compare((struct snmp_name){a, 4}, (struct snmp_name){b, 4}) < 0);
    assert_true(snmp_name_compare((struct snmp_name){c, 5}, (struct snmp_name){b, 4}) > 0);
    assert_int_equal(snmp_name_compare((struct snmp_name){a, 4}, (struct snmp_name){a, 4}), 0);
    assert_true(snmp_name_under((struct snmp_name){c, 5}, (struct snmp_name){b, 4}));
    assert_false(snmp_name_under((struct snmp_name){b, 4}, (struct snmp_name){c, 5}));
    assert_string_equal(snmp_error_words(SNMP_ERR_TOOBIG), "its answer would be too big");
    assert_string_equal(snmp_error_words(99), "it reports an error of an unknown kind");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers),
        cmocka_unit_test(reals_texts_names),
        cmocka_unit_test(exceptions_are_no_value),
        cmocka_unit_test(replies_are_held_against_their_request),
        cmocka_unit_test(culprit),
        cmocka_unit_test(uptime),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
