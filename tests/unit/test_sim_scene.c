/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scene, fault, site, site_run and history of tests/sim: what a file may say, and what comes of it. */
#include "tests/sim/history.h"
#include "tests/sim/site.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROOM "rooms: {leuven: {model: server-room-dx, it: 12kW}}\n"

static int load(const char *text, struct diag *diag, struct scene **scene)
{
    return scene_load("scene.yaml", text, strlen(text), 1e9, diag, scene);
}

static void wrong_scenes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"seed: 1\n", "agents"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: gent, snmp: {}}}\n", "room"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven}}\n", "snmp or modbus"},
        {ROOM "agents: {a: {room: leuven, snmp: {}}}\n", "device or recording"},
        {ROOM "agents: {a: {recording: x.snmprec, modbus: {}}}\n", "SNMP alone"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, phases: 2, snmp: {}}}\n", "1 or 3"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, outlets: 49, snmp: {}}}\n", "at most 48"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, snmp: {version: 3, auth: md5, auth-key: short}}}\n",
         "8 characters"},
        {ROOM "agents: {a: {device: eastron-sdm630, room: leuven, modbus: {unit: 248}}}\n", "1 to 247"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, snmp: {}}}\nfaults: [{agent: a, kind: gloom}]\n", "gloom"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, snmp: {}}}\nfaults: [{agent: b, kind: silence}]\n",
         "an agent"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, snmp: {}}}\nfaults: [{room: leuven, kind: silence}]\n",
         "to a room"},
        {ROOM "agents: {a: {device: apc-rpdu2, room: leuven, snmp: {}}}\nstart: yesterday\n", "no time"},
        {ROOM "agents: {A: {device: apc-rpdu2, room: leuven, snmp: {}}}\n", "not a name"},
        {"rooms: {x: {model: barn}}\nagents: {}\n", "barn"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diag *diag = diag_new();
        struct scene *scene = NULL;
        assert_int_equal(load(rows[i].text, diag, &scene), -EINVAL);
        assert_null(scene);
        if (!diag_first(diag) || !strstr(diag_first(diag), rows[i].says))
            fail_msg("%s%s", rows[i].text, diag_first(diag));
        diag_free(diag);
    }
}

static void faults_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum fault_kind kind;
        double amount;
    } rows[] = {
        {"silence", FAULT_SILENCE, 0},  {"loss=30%", FAULT_LOSS, 0.3},   {"loss=0.5", FAULT_LOSS, 0.5},
        {"late=3s", FAULT_LATE, 3},     {"late=50ms", FAULT_LATE, 0.05}, {"late", FAULT_LATE, 3},
        {"scale=10", FAULT_SCALE, 10},  {"scale=0.1", FAULT_SCALE, 0.1}, {"exception=11", FAULT_EXCEPTION, 11},
        {"feed-fail=1", FAULT_FEED, 1}, {"boots-back", FAULT_BOOTS, 0},
    };
    static const char *const wrong[] = {"", "silent", "silenc", "scale=", "scale=ten", "late=3h", "loss=30%%"};
    struct fault fault;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(fault_parse(rows[i].text, &fault), 0);
        assert_int_equal(fault.kind, rows[i].kind);
        assert_true(fabs(fault.amount - rows[i].amount) < 1e-12);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(fault_parse(wrong[i], &fault), -EINVAL);
}

static struct site *open_site(const char *text, struct scene **scene)
{
    struct diag *diag = diag_new();
    struct site *site = NULL;
    assert_int_equal(load(text, diag, scene), 0);
    assert_int_equal(site_new(*scene, 1000000, diag, &site), 0);
    diag_free(diag);
    return site;
}

static void racks_are_given_in_order(void **state)
{
    (void)state;
    struct scene *scene;
    struct site *site = open_site(ROOM "agents:\n"
                                       "  a1: {device: apc-rpdu2, room: leuven, feed: A, snmp: {}}\n"
                                       "  b1: {device: apc-rpdu2, room: leuven, feed: B, snmp: {}}\n"
                                       "  a5: {device: apc-rpdu2, room: leuven, feed: A, rack: 5, snmp: {}}\n"
                                       "  a6: {device: apc-rpdu2, room: leuven, feed: A, snmp: {}}\n"
                                       "  b2: {device: apc-rpdu2, room: leuven, feed: B, snmp: {}}\n",
                                  &scene);
    static const unsigned racks[] = {1, 1, 5, 6, 2};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(site->unit[i].meter->setup.rack, racks[i]);
    assert_int_equal(model_room(site->model, "leuven")->n_racks, 6);
    site_free(site);
    scene_free(scene);
}

static void values_follow_the_steps(void **state)
{
    (void)state;
    static const uint32_t uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
    struct scene *scene;
    struct site *site = open_site(ROOM "start: 2026-01-01T00:00:00Z\nhistory: 1d\nagents:\n"
                                       "  a: {device: apc-rpdu2, room: leuven, outlets: 8, snmp: {}}\n"
                                       "  m: {device: eastron-sdm630, room: leuven, modbus: {}}\n",
                                  &scene);
    struct unit *a = site_unit(site, "a"), *m = site_unit(site, "m");
    assert_null(site_unit(site, "z"));
    assert_true(fabs(model_now(site->model) - 1767225600) < 1e-6);
    assert_true(model_room(site->model, "leuven")->grid.e > 24 * 12000);
    site_refresh(site, a, 1000000);
    const struct object *object = image_find(a->image, uptime, 9);
    assert_int_equal(object->tag, BER_TICKS);
    uint8_t last = object->value[object->length - 1];
    site_refresh(site, a, 1100000); /* the same step: kept */
    assert_int_equal(object->value[object->length - 1], last);
    site_step(site, 1);
    site_refresh(site, a, 1100000);
    assert_int_equal(object->value[object->length - 1], last + 10);
    uint16_t word[2];
    site_refresh(site, m, 1100000);
    assert_int_equal(registers_read(m->registers, SPACE_INPUT, 52, 2, word), 0);
    assert_true(word[0] > 0x4400); /* more than 512 W */
    site_free(site);
    scene_free(scene);
}

static void resets_begin_at_nothing(void **state)
{
    (void)state;
    struct scene *scene;
    struct site *site =
        open_site(ROOM "agents:\n  a: {device: apc-rpdu2, room: leuven, energy: 5kWh, snmp: {}}\n", &scene);
    struct unit *a = site_unit(site, "a");
    site_step(site, 3600);
    site_fault(site, a, NULL, -1, (struct fault){FAULT_RESET, 0}, true, 2000000);
    assert_true(a->energy == 0);
    assert_non_null(a->zero);
    assert_int_equal(a->agent.setup.boots, 6);
    assert_int_equal(a->ticks, 0);
    site_fault(site, a, NULL, -1, (struct fault){FAULT_BOOTS, 0}, true, 3000000);
    assert_int_equal(a->agent.setup.boots, 4);
    uint8_t engine = a->agent.setup.engine[a->agent.setup.engine_length - 1];
    site_fault(site, a, NULL, -1, (struct fault){FAULT_ENGINE, 0}, true, 3000000);
    assert_int_not_equal(a->agent.setup.engine[a->agent.setup.engine_length - 1], engine);
    site_free(site);
    scene_free(scene);
}

static void loss_is_by_chance(void **state)
{
    (void)state;
    struct scene *scene;
    struct site *site = open_site(ROOM "agents:\n  a: {device: apc-rpdu2, room: leuven, snmp: {}}\n", &scene);
    struct unit *a = site_unit(site, "a");
    int lost = 0;
    assert_false(site_mute(a));
    site_fault(site, a, NULL, -1, (struct fault){FAULT_LOSS, 0.3}, true, 0);
    for (int i = 0; i < 2000; i++)
        lost += site_mute(a);
    assert_in_range(lost, 500, 700);
    site_fault(site, a, NULL, -1, (struct fault){FAULT_LOSS, 0.3}, false, 0);
    assert_false(site_mute(a));
    site_free(site);
    scene_free(scene);
}

static void a_silent_feed_is_silent(void **state)
{
    (void)state;
    struct scene *scene;
    struct site *site = open_site(ROOM "agents:\n  a: {device: apc-rpdu2, room: leuven, feed: A, snmp: {}}\n"
                                       "  b: {device: apc-rpdu2, room: leuven, feed: B, snmp: {}}\n",
                                  &scene);
    struct room *room = model_room(site->model, "leuven");
    site_fault(site, NULL, room, FEED_A, (struct fault){FAULT_FEED, 1}, true, 0);
    assert_true(site_mute(site_unit(site, "a")));
    assert_false(site_mute(site_unit(site, "b")));
    site_fault(site, NULL, room, FEED_A, (struct fault){FAULT_FEED, 1}, false, 0);
    assert_false(site_mute(site_unit(site, "a")));
    site_free(site);
    scene_free(scene);
}

static double energy_of(struct history *history, double *ret_counter)
{
    const struct history_point *point;
    size_t n = history_points(history, &point);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(point[i].owner, "a") && !strcmp(point[i].part, "total") && !strcmp(point[i].quantity, "energy")) {
            *ret_counter = point[i].counter;
            return point[i].value;
        }
    return NAN;
}

/* What a back-fill saw last is what a simulation that began then starts with. */
static void history_continues(void **state)
{
    (void)state;
    static const char text[] = ROOM "start: 2026-01-02T00:00:00Z\nsince: 2026-01-01T00:00:00Z\nagents:\n"
                                    "  a: {device: apc-rpdu2, room: leuven, energy: 7kWh, snmp: {}}\n";
    struct diag *diag = diag_new();
    struct history *history = NULL;
    struct scene *scene;
    struct truth list[TRUTH_MAX];
    double counter = 0, energy = 0;
    assert_int_equal(history_open("x", text, 1767225600, diag, &history), 0);
    while (history_now(history) < 1767312000)
        history_step(history, 300);
    double last = energy_of(history, &counter);
    assert_true(fabs(counter - last - 7000) < 1e-6);
    const struct history_point *point;
    for (size_t i = 0, n = history_points(history, &point); i < n; i++)
        if (!point[i].of_room && !strcmp(point[i].part, "outlet-01") && !strcmp(point[i].quantity, "energy"))
            assert_true(fabs(point[i].counter - point[i].value - 7000.0 / 24) < 1e-6); /* of as many outlets */
        else if (!point[i].of_room && !strstr(point[i].quantity, "energy"))
            assert_true(point[i].counter == point[i].value);
    history_close(history);
    struct site *site = open_site(text, &scene);
    size_t n = site_truth(site, site_unit(site, "a"), list);
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i].part, "total") && !strcmp(list[i].quantity, "energy"))
            energy = list[i].value;
    assert_true(energy == last && energy > 10000);
    site_free(site);
    scene_free(scene);
    assert_int_equal(history_open("x", "agents: 5", 0, diag, &history), -EINVAL);
    diag_free(diag);
}

/* The two rooms that guide every default: their meters see all that enters. */
static void the_rooms_add_up(void **state)
{
    (void)state;
    static const char *const files[] = {"leuven", "district09"};
    const char *source = getenv("WATTWACHT_SOURCE");
    for (size_t f = 0; f < 2; f++) {
        char path[4096], text[20000];
        snprintf(path, sizeof path, "%s/tests/sim/%s.yaml", source ? source : ".", files[f]);
        FILE *file = fopen(path, "re");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        struct scene *scene;
        struct site *site = open_site(text, &scene);
        double it = 0;
        site_step(site, 7200);
        for (size_t i = 0; i < site->n; i++) {
            struct view view;
            meter_view(site->unit[i].meter, 0, &view);
            it += site->unit[i].meter->setup.load == LOAD_PDU ? view.load.e : 0;
        }
        struct room *room = model_room_at(site->model, 0);
        assert_true(fabs(it - room->ups_out.e) < 1e-6 * it);
        site_free(site);
        scene_free(scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_scenes_are_refused), cmocka_unit_test(faults_are_read),
        cmocka_unit_test(racks_are_given_in_order), cmocka_unit_test(values_follow_the_steps),
        cmocka_unit_test(resets_begin_at_nothing),  cmocka_unit_test(loss_is_by_chance),
        cmocka_unit_test(a_silent_feed_is_silent),  cmocka_unit_test(history_continues),
        cmocka_unit_test(the_rooms_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
