/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/snmp_poll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

/* sysUpTime.0, then 1.3.6.1.4.1.32473.1.N */
struct bench {
    struct arena *arena;
    struct snmp_plan *plan;
    struct snmp_poll *poll;
};

static struct bench open_bench(size_t n)
{
    struct bench b = {.arena = arena_new()};
    b.plan = ARENA_NEW(b.arena, struct snmp_plan);
    struct oid *ask = arena_alloc(b.arena, n * sizeof(*ask));
    b.plan->n = n;
    b.plan->ask = ask;
    oid_read(b.arena, "1.3.6.1.2.1.1.3.0", &ask[0]);
    for (size_t i = 1; i < n; i++) {
        char text[64];
        snprintf(text, sizeof(text), "1.3.6.1.4.1.32473.1.%zu", i);
        oid_read(b.arena, text, &ask[i]);
    }
    b.poll = snmp_poll_new(b.plan);
    return b;
}

static void close_bench(struct bench *b)
{
    snmp_poll_free(b->poll);
    arena_free(b->arena);
}

static netsnmp_pdu *reply_to(const struct snmp_request *r, long errstat, long errindex)
{
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_RESPONSE);
    pdu->errstat = errstat;
    pdu->errindex = errindex;
    for (size_t i = 0; i < r->n; i++) {
        oid last = r->name[i].id[r->name[i].n - 1];
        if (last == 3) {
            snmp_pdu_add_variable(pdu, r->name[i].id, r->name[i].n, ASN_OCTET_STR, "some text", 9);
        } else {
            long value = (long)last;
            snmp_pdu_add_variable(pdu, r->name[i].id, r->name[i].n, ASN_INTEGER, &value, sizeof(value));
        }
    }
    return pdu;
}

static enum snmp_take take(struct bench *b, const struct snmp_request *r, long errstat, long errindex)
{
    const char *words = NULL;
    netsnmp_pdu *pdu = reply_to(r, errstat, errindex);
    enum snmp_take t = snmp_poll_take(b->poll, pdu, &words);
    snmp_free_pdu(pdu); /* values must not point into it */
    assert_true((t == SNMP_GO_ON) == (words == NULL));
    return t;
}

static void values_outlive_their_replies(void **state)
{
    (void)state;
    struct bench b = open_bench(100);
    const struct snmp_request *r;
    unsigned requests = 0;
    snmp_poll_begin(b.poll, false, false);
    while ((r = snmp_poll_next(b.poll))) {
        assert_int_equal(take(&b, r, 0, 0), SNMP_GO_ON);
        requests++;
    }
    assert_int_equal(requests, 2);
    const struct snmp_value *v = snmp_poll_values(b.poll);
    for (size_t i = 1; i < 100; i++) {
        if (i == 3) {
            assert_int_equal(v[i].kind, SV_BYTES);
            assert_memory_equal(v[i].bytes, "some text", 9);
        } else {
            assert_int_equal(v[i].kind, SV_INT);
            assert_int_equal(v[i].i, i);
        }
    }
    close_bench(&b);
}

static void careful_asks_uptime_alone_first(void **state)
{
    (void)state;
    struct bench b = open_bench(10);
    snmp_poll_begin(b.poll, true, false);
    const struct snmp_request *r = snmp_poll_next(b.poll);
    assert_int_equal(r->n, 1);
    assert_int_equal(r->name[0].n, 9);
    assert_int_equal(take(&b, r, SNMP_ERR_NOSUCHNAME, 1), SNMP_GO_ON); /* an error is a sign of life */
    assert_int_equal(snmp_poll_next(b.poll)->n, 10);
    close_bench(&b);
}

static void silence_teaches_only_after_a_sign_of_life(void **state)
{
    (void)state;
    struct bench b = open_bench(10);
    snmp_poll_begin(b.poll, false, false);
    snmp_poll_next(b.poll);
    assert_false(snmp_poll_lost(b.poll, false, false));
    snmp_poll_begin(b.poll, true, false);
    snmp_poll_next(b.poll);
    assert_false(snmp_poll_lost(b.poll, false, false)); /* dead, not choosy */
    assert_int_equal(snmp_poll_limit(b.poll), SNMP_BATCH_DEFAULT);
    snmp_poll_begin(b.poll, true, false);
    take(&b, snmp_poll_next(b.poll), 0, 0);
    snmp_poll_next(b.poll);
    assert_true(snmp_poll_lost(b.poll, false, false));
    assert_int_equal(snmp_poll_limit(b.poll), 5);
    close_bench(&b);
}

static void errors_of_agents(void **state)
{
    (void)state;
    const struct {
        const char *name;
        long errstat, errindex;
        enum snmp_take take;
        size_t next; /* objects in the request behind it */
    } rows[] = {
        {"tooBig: half", SNMP_ERR_TOOBIG, 0, SNMP_GO_ON, 5},
        {"noSuchName: without that one", SNMP_ERR_NOSUCHNAME, 4, SNMP_GO_ON, 9},
        {"genErr with an index: without that one", SNMP_ERR_GENERR, 10, SNMP_GO_ON, 9},
        {"genErr without: half", SNMP_ERR_GENERR, 0, SNMP_GO_ON, 5},
        {"an index that is nonsense: half", SNMP_ERR_NOSUCHNAME, 11, SNMP_GO_ON, 5},
        {"authorizationError: over", SNMP_ERR_AUTHORIZATIONERROR, 0, SNMP_FORBIDDEN, 0},
        {"noAccess to one: without it", SNMP_ERR_NOACCESS, 2, SNMP_GO_ON, 9},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct bench b = open_bench(10);
        snmp_poll_begin(b.poll, false, false);
        enum snmp_take got = take(&b, snmp_poll_next(b.poll), rows[i].errstat, rows[i].errindex);
        if (got != rows[i].take || (rows[i].next && snmp_poll_next(b.poll)->n != rows[i].next))
            fail_msg("%s", rows[i].name);
        close_bench(&b);
    }
}

static void lessons_go_to_the_next_plan(void **state)
{
    (void)state;
    struct bench b = open_bench(10), c = open_bench(12);
    snmp_poll_begin(b.poll, false, false);
    take(&b, snmp_poll_next(b.poll), SNMP_ERR_TOOBIG, 0);
    snmp_poll_carry(c.poll, b.poll);
    assert_int_equal(snmp_poll_limit(c.poll), 5);
    close_bench(&b);
    close_bench(&c);
}

static void vanished_objects_are_counted_once(void **state)
{
    (void)state;
    struct bench b = open_bench(4);
    unsigned vanished = 0;
    for (int poll = 0; poll < 6; poll++) {
        const struct snmp_request *r;
        snmp_poll_begin(b.poll, false, false);
        while ((r = snmp_poll_next(b.poll)))
            take(&b, r, r->n == 4 ? SNMP_ERR_NOSUCHNAME : 0, r->n == 4 ? 2 : 0);
        vanished += snmp_poll_vanished(b.poll);
    }
    assert_int_equal(vanished, 1);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_outlive_their_replies),
        cmocka_unit_test(careful_asks_uptime_alone_first),
        cmocka_unit_test(silence_teaches_only_after_a_sign_of_life),
        cmocka_unit_test(errors_of_agents),
        cmocka_unit_test(lessons_go_to_the_next_plan),
        cmocka_unit_test(vanished_objects_are_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
