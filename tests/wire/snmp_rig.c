/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_rig.h"

#include "drivers/timers.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

struct rig *rig_new(void)
{
    struct rig *rig = calloc(1, sizeof(*rig));
    char dir[4096];
    const char *dirs[] = {dir}, *source = getenv("WATTWACHT_SOURCE");
    struct diag *diag = diag_new();
    assert_non_null(rig);
    snprintf(dir, sizeof(dir), "%s/tests/wire/profiles", source ? source : ".");
    if (profile_set_load(dirs, 1, diag, &rig->profiles) < 0)
        fail_msg("%s", diag_first(diag));
    diag_free(diag);
    assert_true(sd_event_new(&rig->loop) >= 0);
    rig->inbox = inbox_new();
    assert_int_equal(driver_snmp.start(rig->loop, rig->inbox, &rig->driver), 0);
    return rig;
}

void rig_free(struct rig *rig)
{
    driver_snmp.stop(rig->driver);
    for (struct answer *a = rig->waiting, *next; a; a = next) {
        next = a->next;
        answer_free(a);
    }
    for (size_t i = 0; i < 8; i++) {
        if (rig->shape[i])
            shape_unref(rig->shape[i]);
    }
    inbox_free(rig->inbox);
    profile_set_unref(rig->profiles);
    sd_event_unref(rig->loop);
    free(rig);
}

struct device_setup *rig_setup(struct rig *rig, uint32_t number, const char *host, uint16_t port)
{
    struct device_setup *s = setup_new();
    s->number = number;
    s->id = arena_printf(s->arena, "device-%u", number);
    s->profiles = profile_set_ref(rig->profiles);
    s->profile = "test-pdu";
    s->address.host = arena_strdup(s->arena, host ? host : "127.0.0.1");
    s->address.text = arena_printf(s->arena, "%s:%u", s->address.host, (unsigned)port);
    s->address.port = port;
    s->snmp.version = 2;
    s->snmp.community = "public";
    s->every_us = 200000;
    s->timeout_us = 60000;
    s->names_resolve = true;
    return s;
}

void rig_add(struct rig *rig, struct device_setup *setup)
{
    assert_int_equal(driver_snmp.add(rig->driver, setup), 0);
    setup_unref(setup);
}

static void take(struct rig *rig)
{
    struct answer **end = &rig->waiting;
    while (*end)
        end = &(*end)->next;
    *end = inbox_take(rig->inbox);
}

static struct answer *find(struct rig *rig, uint32_t device)
{
    for (struct answer **at = &rig->waiting; *at;) {
        struct answer *a = *at;
        if (a->device != device) {
            at = &a->next;
            continue;
        }
        *at = a->next;
        a->next = NULL;
        if (a->kind != ANSWER_SHAPE)
            return a;
        assert_true(device < 8);
        if (rig->shape[device])
            shape_unref(rig->shape[device]);
        rig->shape[device] = shape_ref(a->shape);
        answer_free(a);
    }
    return NULL;
}

struct answer *rig_next(struct rig *rig, uint32_t device, int64_t within_us)
{
    int64_t end = boot_us() + within_us;
    for (;;) {
        take(rig);
        struct answer *a = find(rig, device);
        if (a)
            return a;
        int64_t left = end - boot_us();
        if (left <= 0)
            fail_msg("device %u: no answer in time", device);
        assert_true(sd_event_run(rig->loop, (uint64_t)left) >= 0);
    }
}

void rig_run(struct rig *rig, int64_t us)
{
    int64_t end = boot_us() + us;
    for (int64_t left; (left = end - boot_us()) > 0;)
        assert_true(sd_event_run(rig->loop, (uint64_t)left) >= 0);
}

struct answer *rig_values(struct rig *rig, uint32_t device)
{
    struct answer *a = rig_next(rig, device, RIG_WAIT_US);
    if (a->kind != ANSWER_VALUES)
        fail_msg("device %u failed: %s", device, a->words);
    return a;
}

struct answer *rig_failure(struct rig *rig, uint32_t device, enum fault fault)
{
    for (int64_t end = boot_us() + RIG_WAIT_US; boot_us() < end;) {
        struct answer *a = rig_next(rig, device, RIG_WAIT_US);
        if (a->kind == ANSWER_FAILED) {
            if (a->fault != fault)
                fail_msg("device %u: fault %d, not %d: %s", device, a->fault, fault, a->words);
            return a;
        }
        answer_free(a);
    }
    fail_msg("device %u does not fail", device);
    return NULL;
}

static size_t point(struct rig *rig, const struct answer *answer, const char *part, enum quantity quantity)
{
    const struct shape *shape = rig->shape[answer->device];
    assert_non_null(shape);
    for (size_t i = 0; i < shape->n; i++) {
        if (strcmp(shape->point[i].part, part) == 0 && shape->point[i].quantity == quantity)
            return i;
    }
    fail_msg("no point %s/%s", part, quantity_row(quantity)->name);
    return 0;
}

double rig_value(struct rig *rig, const struct answer *answer, const char *part, enum quantity quantity)
{
    size_t i = point(rig, answer, part, quantity);
    assert_true(i < answer->n);
    return answer->sample[i].quality == QL_GOOD ? answer->sample[i].value : NAN;
}

enum quality rig_quality(struct rig *rig, const struct answer *answer, const char *part, enum quantity quantity)
{
    return answer->sample[point(rig, answer, part, quantity)].quality;
}

struct bench open_bench(unsigned outlets)
{
    struct bench b = {.rig = rig_new()};
    b.script = script_new(b.rig->loop, false);
    script_add_pdu(b.script, "1.3.6.1.4.1.32473.1", outlets);
    return b;
}

void close_bench(struct bench *b)
{
    assert_int_equal(b->script->writes, 0);
    script_free(b->script);
    rig_free(b->rig);
}

void add_device(struct bench *b)
{
    rig_add(b->rig, rig_setup(b->rig, 1, NULL, b->script->port));
}
