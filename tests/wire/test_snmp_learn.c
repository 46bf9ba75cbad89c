/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the SNMP driver learns of an agent: what it is, how much it can answer at once, when it has changed; and walks:
 * snmp_discovery, snmp_poll, snmp_walk. */
#include "drivers/snmp_walk.h"
#include "drivers/timers.h"
#include "snmp_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

#define OUTLET_POWER "1.3.6.1.4.1.32473.1.2.1.4."

static void too_big_is_asked_in_smaller_pieces_at_once(void **state)
{
    (void)state;
    struct bench b = open_bench(24);
    b.script->too_big = 12;
    add_device(&b);
    for (int i = 0; i < 3; i++) {
        struct answer *a = rig_values(b.rig, 1); /* never a failure */
        assert_true(rig_value(b.rig, a, "outlet-24", Q_ACTIVE_POWER) == 2400);
        answer_free(a);
    }
    b.script->most = 0;
    answer_free(rig_values(b.rig, 1));
    answer_free(rig_values(b.rig, 1));
    assert_in_range(b.script->most, 5, 12); /* remembered, and no smaller than it must be */
    close_bench(&b);
}

static void silence_to_large_requests_is_learnt(void **state)
{
    (void)state;
    struct bench b = open_bench(12);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    b.script->silent_above = 8;
    struct answer *a;
    unsigned failures = 0;
    for (;; failures++) {
        a = rig_next(b.rig, 1, RIG_WAIT_US);
        if (a->kind == ANSWER_VALUES)
            break;
        answer_free(a);
        assert_true(failures < 8);
    }
    assert_true(failures >= 2);
    assert_true(rig_value(b.rig, a, "outlet-12", Q_ACTIVE_POWER) == 1200);
    answer_free(a);
    for (int i = 0; i < 3; i++)
        answer_free(rig_values(b.rig, 1));
    close_bench(&b);
}

static void one_harmful_object_is_found_and_left_out(void **state)
{
    (void)state;
    for (int poison = 0; poison < 2; poison++) {
        struct bench b = open_bench(8);
        add_device(&b);
        answer_free(rig_values(b.rig, 1));
        struct script_object *o = script_find(b.script, OUTLET_POWER "5");
        o->poison = poison;
        o->mute = !poison;
        struct answer *a;
        for (unsigned failures = 0;; failures++) {
            a = rig_next(b.rig, 1, RIG_WAIT_US);
            if (a->kind == ANSWER_VALUES && isnan(rig_value(b.rig, a, "outlet-05", Q_ACTIVE_POWER)))
                break;
            answer_free(a);
            assert_true(failures < 12);
        }
        assert_true(rig_value(b.rig, a, "outlet-06", Q_ACTIVE_POWER) == 600);
        answer_free(a);
        b.script->most = 0;
        for (int i = 0; i < 3; i++)
            answer_free(rig_values(b.rig, 1));
        assert_true(b.script->most >= 16); /* the others together again */
        close_bench(&b);
    }
}

static void without_getbulk(void **state)
{
    (void)state;
    struct bench b = open_bench(6);
    b.script->fault = SF_NO_BULK;
    add_device(&b);
    struct answer *a = rig_values(b.rig, 1);
    assert_true(rig_value(b.rig, a, "outlet-06", Q_ACTIVE_POWER) == 600);
    answer_free(a);
    assert_true(b.script->bulks > 0);
    close_bench(&b);

    b = open_bench(6); /* the profile says so: not even tried, and four objects a request */
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->profile = "test-plain";
    rig_add(b.rig, s);
    a = rig_values(b.rig, 1);
    assert_true(rig_value(b.rig, a, "outlet-06", Q_ACTIVE_POWER) == 600);
    answer_free(a);
    assert_int_equal(b.script->bulks, 0);
    assert_true(b.script->most <= 4);
    close_bench(&b);
}

/* Told with the values; and a setup that knows it does not try again what cannot be. */
static void what_was_learnt_is_told_and_used_again(void **state)
{
    (void)state;
    struct bench b = open_bench(24);
    b.script->too_big = 12;
    b.script->fault = SF_NO_BULK;
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    struct answer *a = rig_values(b.rig, 1);
    struct manners learnt = a->manners;
    answer_free(a);
    assert_true(learnt.no_bulk);
    assert_false(learnt.version_1);
    assert_in_range(learnt.varbinds, 5, 12);
    close_bench(&b);

    b = open_bench(24);
    b.script->too_big = 12;
    b.script->fault = SF_NO_BULK;
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->manners = learnt;
    rig_add(b.rig, s);
    a = rig_values(b.rig, 1);
    assert_true(rig_value(b.rig, a, "outlet-24", Q_ACTIVE_POWER) == 2400);
    assert_true(manners_equal(&a->manners, &learnt));
    answer_free(a);
    assert_int_equal(b.script->bulks, 0);
    assert_true(b.script->most <= 12);
    close_bench(&b);
}

static void version_1_alone(void **state)
{
    (void)state;
    struct bench b = open_bench(6);
    b.script->only_v1 = true;
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->snmp.older = true;
    rig_add(b.rig, s);
    struct answer *a = rig_next(b.rig, 1, RIG_WAIT_US);
    while (a->kind == ANSWER_FAILED) { /* the first attempt is in version 2 alone */
        assert_int_equal(a->fault, FAULT_SILENT);
        answer_free(a);
        a = rig_next(b.rig, 1, RIG_WAIT_US);
    }
    assert_true(rig_value(b.rig, a, "outlet-06", Q_ACTIVE_POWER) == 600);
    assert_true(a->manners.version_1);
    assert_false(a->manners.no_bulk);
    struct manners learnt = a->manners;
    answer_free(a);
    close_bench(&b);

    b = open_bench(6); /* known: no failure before it */
    b.script->only_v1 = true;
    s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->manners = learnt;
    rig_add(b.rig, s);
    answer_free(rig_values(b.rig, 1));
    close_bench(&b);
}

static void endless_walks_end(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    b.script->fault = SF_ENDLESS;
    add_device(&b);
    struct answer *a = rig_values(b.rig, 1);
    assert_true(rig_value(b.rig, a, "total", Q_ACTIVE_POWER) == 1140);
    answer_free(a);
    close_bench(&b);
}

static void closed_port_is_refused_at_once(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    script_close(b.script);
    struct answer *a = rig_failure(b.rig, 1, FAULT_REFUSED);
    assert_true(a->latency_us < 50000); /* not the timeout of 120 ms */
    assert_non_null(strstr(a->words, "no SNMP agent listens"));
    answer_free(a);
    script_open(b.script);
    do
        a = rig_next(b.rig, 1, RIG_WAIT_US);
    while (a->kind != ANSWER_VALUES && (answer_free(a), true));
    answer_free(a);
    close_bench(&b);
}

static void restart_of_the_agent_leads_to_a_new_discovery(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    add_device(&b);
    answer_free(rig_values(b.rig, 1));
    answer_free(rig_values(b.rig, 1));
    assert_int_equal(b.rig->shape[1]->n, 2 + 2 * 2);
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    b.script->uptime_offset = -(t.tv_sec * 100) + 1; /* it has just started, with one outlet more */
    script_add(b.script, "1.3.6.1.4.1.32473.1.2.1.1.3", TAG_INTEGER, 3, NULL);
    script_add(b.script, "1.3.6.1.4.1.32473.1.2.1.2.3", TAG_TEXT, 0, "Outlet 3");
    script_add(b.script, "1.3.6.1.4.1.32473.1.2.1.3.3", TAG_INTEGER, 3, NULL);
    script_add(b.script, OUTLET_POWER "3", TAG_GAUGE, 3, NULL);
    for (int i = 0; b.rig->shape[1]->n == 6; i++) {
        assert_true(i < 10);
        answer_free(rig_values(b.rig, 1)); /* polls go on meanwhile */
    }
    assert_int_equal(b.rig->shape[1]->n, 2 + 2 * 3);
    close_bench(&b);
}

static void automatic_profile(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->profile = "auto";
    rig_add(b.rig, s);
    answer_free(rig_values(b.rig, 1));
    assert_string_equal(b.rig->shape[1]->identity.profile, "test-pdu");
    struct script *other = script_new(b.rig->loop, false);
    script_add(other, "1.3.6.1.2.1.1.1.0", TAG_TEXT, 0, "A toaster");
    script_add(other, "1.3.6.1.2.1.1.2.0", TAG_OID, 0, "1.3.6.1.4.1.32473.99");
    s = rig_setup(b.rig, 2, NULL, other->port);
    s->profile = "auto";
    rig_add(b.rig, s);
    struct answer *a = rig_failure(b.rig, 2, FAULT_UNKNOWN);
    assert_non_null(strstr(a->words, "A toaster"));
    assert_non_null(strstr(a->words, "1.3.6.1.4.1.32473.99"));
    answer_free(a);
    script_free(other);
    close_bench(&b);
}

static void a_chain_answers_for_each_of_its_devices(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    static unsigned unit_number[] = {2};
    static uint32_t unit_device[] = {5};
    script_add(b.script, "1.3.6.1.4.1.32473.1.2.1.5.1", TAG_INTEGER, 1, NULL);
    script_add(b.script, "1.3.6.1.4.1.32473.1.2.1.5.2", TAG_INTEGER, 2, NULL);
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->profile = "test-chain";
    s->n_units = 1;
    s->unit_number = unit_number;
    s->unit_device = unit_device;
    rig_add(b.rig, s);
    struct answer *first = rig_values(b.rig, 1), *second = rig_values(b.rig, 5);
    assert_true(rig_value(b.rig, first, "outlet-01", Q_ACTIVE_POWER) == 100);
    assert_true(rig_value(b.rig, second, "outlet-02", Q_ACTIVE_POWER) == 200);
    assert_int_equal(first->wall_ms, second->wall_ms);
    answer_free(first);
    answer_free(second);
    b.script->fault = SF_SILENT;
    answer_free(rig_failure(b.rig, 1, FAULT_SILENT));
    answer_free(rig_failure(b.rig, 5, FAULT_SILENT)); /* it stands and falls with the first */
    close_bench(&b);
}

static void once(void **state)
{
    (void)state;
    struct bench b = open_bench(2);
    struct device_setup *s = rig_setup(b.rig, 1, NULL, b.script->port);
    s->once = true;
    s->every_us = 0;
    rig_add(b.rig, s);
    answer_free(rig_values(b.rig, 1));
    unsigned requests = b.script->requests;
    rig_run(b.rig, 300000);
    assert_int_equal(b.script->requests, requests);
    assert_null(inbox_take(b.rig->inbox));
    b.script->fault = SF_SILENT;
    s = rig_setup(b.rig, 2, NULL, b.script->port);
    s->once = true;
    rig_add(b.rig, s);
    answer_free(rig_failure(b.rig, 2, FAULT_SILENT));
    rig_run(b.rig, 300000);
    assert_null(inbox_take(b.rig->inbox));
    close_bench(&b);
}

static void removed_in_the_middle_of_a_poll(void **state)
{
    (void)state;
    struct bench b = open_bench(4);
    for (int i = 0; i < 40; i++) {
        add_device(&b); /* replaces the one before, at any point of its start */
        rig_run(b.rig, i * 700);
    }
    driver_snmp.remove(b.rig->driver, 1);
    for (struct answer *a = inbox_take(b.rig->inbox), *next; a; a = next) {
        next = a->next;
        answer_free(a);
    }
    rig_run(b.rig, 300000);
    assert_null(inbox_take(b.rig->inbox));
    close_bench(&b);
}

/* ---- walks ---- */

struct walked {
    enum fault fault;
    size_t n;
    bool over;
    char words[200];
};

static void on_walked(void *user, enum fault fault, const char *words, const struct snmp_image *image)
{
    struct walked *w = user;
    struct oid name = {0};
    const struct snmp_value *value;
    w->fault = fault;
    snprintf(w->words, sizeof(w->words), "%s", words);
    for (w->n = 0; snmp_image_next(image, name, &name, &value); w->n++)
        ;
    w->over = true;
}

static struct walked walk(struct bench *b, const char *root)
{
    struct walked w = {.over = false};
    uint32_t ids[OID_MAX];
    struct oid from = {.id = ids};
    struct device_setup *s = rig_setup(b->rig, 7, NULL, b->script->port);
    if (root)
        assert_int_equal(oid_parse(root, ids, &from.n), 0);
    assert_int_equal(snmp_walk_start(b->rig->loop, s, &from, root ? 1 : 0, on_walked, &w, NULL), 0);
    setup_unref(s);
    for (int64_t end = boot_us() + 60000000; !w.over && boot_us() < end;)
        sd_event_run(b->rig->loop, 100000);
    assert_true(w.over);
    return w;
}

static void walks(void **state)
{
    (void)state;
    struct bench b = open_bench(24);
    struct walked w = walk(&b, "1.3.6.1");
    assert_int_equal(w.fault, FAULT_NONE);
    assert_int_equal(w.n, 3 + 2 + 4 * 24);
    w = walk(&b, "1.3.6.1.4.1.32473.1.2.1.4");
    assert_int_equal(w.n, 24);
    w = walk(&b, NULL);
    assert_int_equal(w.n, 3);
    b.script->fault = SF_ENDLESS;
    b.script->requests = 0;
    w = walk(&b, "1.3.6.1.4.1.32473.1.2");
    assert_int_equal(w.fault, FAULT_PROTOCOL);
    assert_true(b.script->requests < 10); /* at the first row that comes again */
    assert_non_null(strstr(w.words, "cut"));
    b.script->fault = SF_RISING; /* forward for ever: 20,000 rows, then no more */
    w = walk(&b, "1.3.6.1.4.1.32473.1.2");
    assert_int_equal(w.fault, FAULT_PROTOCOL);
    assert_in_range(w.n, 19000, 20000);
    b.script->fault = SF_SILENT;
    w = walk(&b, "1.3.6.1");
    assert_int_equal(w.fault, FAULT_SILENT);
    close_bench(&b);
}

static void library_leaves_no_files(void **state)
{
    (void)state;
    assert_int_not_equal(access("/var/lib/snmp/wattwacht.conf", F_OK), 0);
    assert_string_equal(getenv("MIBS"), "");
    assert_string_equal(getenv("SNMP_PERSISTENT_DIR"), "/dev/null/none");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_big_is_asked_in_smaller_pieces_at_once),
        cmocka_unit_test(silence_to_large_requests_is_learnt),
        cmocka_unit_test(one_harmful_object_is_found_and_left_out),
        cmocka_unit_test(without_getbulk),
        cmocka_unit_test(what_was_learnt_is_told_and_used_again),
        cmocka_unit_test(version_1_alone),
        cmocka_unit_test(endless_walks_end),
        cmocka_unit_test(closed_port_is_refused_at_once),
        cmocka_unit_test(restart_of_the_agent_leads_to_a_new_discovery),
        cmocka_unit_test(automatic_profile),
        cmocka_unit_test(a_chain_answers_for_each_of_its_devices),
        cmocka_unit_test(once),
        cmocka_unit_test(removed_in_the_middle_of_a_poll),
        cmocka_unit_test(walks),
        cmocka_unit_test(library_leaves_no_files),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
