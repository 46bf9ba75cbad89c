/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/snmp_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

/* An agent as a list of objects: 1.3.6.1.COLUMN.ROW, answered by the letter of RFC 3416. */
struct agent {
    const unsigned (*object)[2];
    size_t n;
    bool v1, bulk_breaks, rises, stands_still;
    unsigned most; /* varbinds in an answer, 0: any; more is cut off a GETBULK, tooBig to others */
    unsigned requests, bulks;
};

static const oid *after(struct agent *a, const struct snmp_name *from, oid room[6])
{
    static const oid head[] = {1, 3, 6, 1};
    memcpy(room, head, sizeof(head));
    for (size_t i = 0; i < a->n; i++) {
        room[4] = a->object[i][0];
        room[5] = a->object[i][1];
        if (snmp_name_compare((struct snmp_name){room, 6}, *from) > 0)
            return room;
    }
    return NULL;
}

static void add(netsnmp_pdu *pdu, const oid *name, size_t n, u_char type)
{
    long value = (long)name[n - 1];
    snmp_pdu_add_variable(pdu, name, n, type, &value, type == ASN_INTEGER ? sizeof(value) : 0);
}

static netsnmp_pdu *answer_get(struct agent *a, const struct snmp_request *r)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    pdu->errstat = pdu->errindex = 0; /* the library begins with -1 */
    for (size_t i = 0; i < r->n; i++) {
        bool there = false;
        for (size_t k = 0; k < a->n; k++)
            there = there ||
                    (r->name[i].n == 6 && r->name[i].id[4] == a->object[k][0] && r->name[i].id[5] == a->object[k][1]);
        if (!there && a->v1 && !pdu->errstat) {
            pdu->errstat = SNMP_ERR_NOSUCHNAME;
            pdu->errindex = (long)i + 1;
        }
        add(pdu, r->name[i].id, r->name[i].n, there ? ASN_INTEGER : SNMP_NOSUCHINSTANCE);
    }
    return pdu;
}

static netsnmp_pdu *answer_next(struct agent *a, const struct snmp_request *r)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    pdu->errstat = pdu->errindex = 0; /* the library begins with -1 */
    oid at[SNMP_VARBINDS_MAX][6], room[6];
    size_t rows = r->command == SNMP_MSG_GETBULK ? r->repetitions : 1, n = 0;
    struct snmp_name from[SNMP_VARBINDS_MAX];
    memcpy(from, r->name, r->n * sizeof(*from));
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < r->n; i++, n++) {
            const oid *next = a->stands_still && from[i].n == 6 ? from[i].id : after(a, &from[i], room);
            if (a->most && n >= a->most && r->command == SNMP_MSG_GETBULK)
                return pdu;
            if (a->rises && from[i].n == 6) {
                memcpy(room, from[i].id, sizeof(room));
                room[5]++;
                next = room;
            }
            if (!next && a->v1) {
                pdu->errstat = SNMP_ERR_NOSUCHNAME;
                pdu->errindex = (long)i + 1;
            }
            if (!next) {
                add(pdu, from[i].id, from[i].n, SNMP_ENDOFMIBVIEW);
                continue;
            }
            memmove(at[i], next, sizeof(room));
            from[i] = (struct snmp_name){at[i], 6};
            add(pdu, at[i], 6, ASN_INTEGER);
        }
    }
    return pdu;
}

static void serve(struct agent *a, struct snmp_scan *scan)
{
    const struct snmp_request *r;
    while ((r = snmp_scan_next(scan))) {
        netsnmp_pdu *pdu;
        assert_true(a->requests++ < 30000);
        a->bulks += r->command == SNMP_MSG_GETBULK;
        if (r->command == SNMP_MSG_GETBULK && a->bulk_breaks) {
            if (!snmp_scan_lost(scan))
                return;
            continue;
        }
        pdu = r->command == SNMP_MSG_GET ? answer_get(a, r) : answer_next(a, r);
        if (a->most && r->n > a->most) {
            pdu->errstat = SNMP_ERR_TOOBIG;
            pdu->errindex = 0;
        }
        snmp_scan_take(scan, pdu);
        snmp_free_pdu(pdu);
    }
}

/* Columns 1 to 5; 3 is sparse, 5 empty; 9 stands behind. */
static const unsigned table[][2] = {{1, 1}, {1, 2}, {1, 3}, {1, 4}, {2, 1}, {2, 2}, {2, 3},
                                    {2, 4}, {3, 2}, {4, 1}, {4, 2}, {4, 3}, {4, 4}, {9, 1}};
#define TABLE (sizeof(table) / sizeof(*table))

static const uint32_t roots[][6] = {{1, 3, 6, 1, 1}, {1, 3, 6, 1, 2},    {1, 3, 6, 1, 3},   {1, 3, 6, 1, 4},
                                    {1, 3, 6, 1, 5}, {1, 3, 6, 1, 9, 1}, {1, 3, 6, 1, 9, 7}};

static void finds_all_however_the_agent_answers(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct agent agent;
        int version;
        size_t cut, most_requests;
    } rows[] = {
        {"GETBULK", {table, TABLE, .most = 0}, 2, 0, 8},
        {"GETBULK, answers cut after 7", {table, TABLE, .most = 7}, 2, 0, 12},
        {"SNMPv1", {table, TABLE, .v1 = true}, 1, 0, 20},
        {"no answer to GETBULK", {table, TABLE, .bulk_breaks = true}, 2, 0, 30},
        {"one varbind at a time", {table, TABLE, .v1 = true, .most = 1}, 1, 0, 40},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct agent agent = rows[i].agent;
        struct snmp_ask ask[7];
        struct snmp_asks asks = {7, ask};
        struct snmp_image *image = snmp_image_new();
        for (size_t k = 0; k < 7; k++)
            ask[k] = (struct snmp_ask){{k < 5 ? 5 : 6, roots[k]}, k < 5}; /* the last two are exact; 9.7 is not there */
        struct snmp_scan *scan = snmp_scan_new(&asks, false, snmp_limits_unknown(rows[i].version), image);
        serve(&agent, scan);
        if (snmp_scan_found(scan) != TABLE || snmp_scan_cut(scan) != rows[i].cut ||
            agent.requests > rows[i].most_requests)
            fail_msg("%s: %zu found, %u requests", rows[i].name, snmp_scan_found(scan), agent.requests);
        assert_non_null(snmp_image_get(image, (struct oid){6, (const uint32_t[]){1, 3, 6, 1, 3, 2}}));
        assert_true((agent.bulks > 0) == (rows[i].version != 1));
        assert_int_equal(snmp_scan_limits(scan).bulk, rows[i].version != 1 && !agent.bulk_breaks);
        snmp_scan_free(scan);
        snmp_image_free(image);
    }
}

static void endless_walks_are_cut(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct agent agent;
        size_t least, most;
    } rows[] = {
        {"the same row again", {table, TABLE, .stands_still = true}, 1, 1},
        {"row after row for ever", {table, TABLE, .rises = true}, 20000, 20000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct agent agent = rows[i].agent;
        struct snmp_ask ask = {{5, roots[1]}, true};
        struct snmp_asks asks = {1, &ask};
        struct snmp_image *image = snmp_image_new();
        struct snmp_scan *scan = snmp_scan_new(&asks, false, snmp_limits_unknown(2), image);
        serve(&agent, scan);
        assert_int_equal(snmp_scan_cut(scan), 1);
        assert_in_range(snmp_scan_found(scan), rows[i].least, rows[i].most);
        snmp_scan_free(scan);
        snmp_image_free(image);
    }
}

static void silence_is_noticed_after_few_requests(void **state)
{
    (void)state;
    struct snmp_ask ask[7];
    struct snmp_asks asks = {7, ask};
    struct snmp_image *image = snmp_image_new();
    for (size_t k = 0; k < 7; k++)
        ask[k] = (struct snmp_ask){{k < 5 ? 5 : 6, roots[k]}, k < 5};
    struct snmp_scan *scan = snmp_scan_new(&asks, false, snmp_limits_unknown(2), image);
    unsigned requests = 0;
    do
        requests++;
    while (snmp_scan_next(scan) && snmp_scan_lost(scan));
    assert_in_range(requests, 2, 7);
    snmp_scan_free(scan);
    snmp_image_free(image);
}

static void first_only_asks_each_once(void **state)
{
    (void)state;
    struct agent agent = {table, TABLE, .most = 0};
    struct snmp_ask ask[2] = {{{5, roots[0]}, true}, {{5, roots[4]}, true}};
    struct snmp_asks asks = {2, ask};
    struct snmp_image *image = snmp_image_new();
    struct snmp_scan *scan = snmp_scan_new(&asks, true, snmp_limits_unknown(2), image);
    serve(&agent, scan);
    assert_int_equal(snmp_scan_found(scan), 1); /* 5 is empty: what lies behind it does not count */
    assert_int_equal(agent.requests, 1);
    snmp_scan_free(scan);
    snmp_image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_all_however_the_agent_answers),
        cmocka_unit_test(endless_walks_are_cut),
        cmocka_unit_test(silence_is_noticed_after_few_requests),
        cmocka_unit_test(first_only_asks_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
