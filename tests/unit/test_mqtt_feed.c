/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_feed, mqtt_plan, mqtt_topics and mqtt_cell: one device that publishes, by a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/mqtt_feed.h"
#include "drivers/profile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define S    INT64_C(1000000)
#define WALL INT64_C(1700000000000000)

struct world {
    struct device_setup *setup;
    struct mqtt_feed *feed;
    int64_t now; /* boot */
    struct answer *shape, *answer;
    struct shape *known; /* the last that was told */
};

static void begin(struct world *world, const char *profile, const char *topic)
{
    char dir[500];
    const char *source = getenv("WATTWACHT_SOURCE"), *dirs[] = {dir};
    struct diag *diag = diag_new();
    *world = (struct world){.setup = setup_new(), .now = 1000 * S};
    snprintf(dir, sizeof dir, "%s/conf.d/profiles/%s.yaml", source ? source : ".", profile);
    assert_int_equal(profile_set_load(dirs, 1, diag, &world->setup->profiles), 0);
    diag_free(diag);
    world->setup->profile = profile;
    world->setup->number = 7;
    world->setup->every_us = 10 * S;
    world->setup->mqtt.topic = topic;
    world->feed = mqtt_feed_new(world->setup, (struct mqtt_moment){world->now, WALL});
}

static void end(struct world *world)
{
    answer_free(world->shape);
    answer_free(world->answer);
    shape_unref(world->known);
    mqtt_feed_free(world->feed);
    setup_unref(world->setup);
}

static void say(struct world *world, const char *topic, const char *payload, bool retained)
{
    struct mqtt_moment now = {world->now, WALL + world->now};
    assert_true(mqtt_feed_heard(world->feed, topic, payload, strlen(payload), retained, now));
}

static void poll_at(struct world *world, int64_t seconds, const char *trouble)
{
    world->now += seconds * S;
    answer_free(world->shape);
    answer_free(world->answer);
    mqtt_feed_poll(world->feed, trouble, (struct mqtt_moment){world->now, WALL + world->now}, &world->shape,
                   &world->answer);
    if (world->shape) {
        shape_unref(world->known);
        world->known = shape_ref(world->shape->shape);
    }
}

static struct sample sample_of(const struct world *world, const char *part, enum quantity quantity)
{
    const struct shape *known = world->known;
    for (size_t i = 0; i < known->n; i++)
        if (!strcmp(known->point[i].part, part) && known->point[i].quantity == quantity)
            return world->answer->sample[i];
    fail_msg("no point %s/%s", part, quantity_row(quantity)->name);
    return (struct sample){0};
}

static void expect_failure(const struct world *world, enum fault fault, const char *words)
{
    assert_non_null(world->answer);
    assert_int_equal(world->answer->kind, ANSWER_FAILED);
    print_message("  %s\n", world->answer->words);
    assert_int_equal(world->answer->fault, fault);
    assert_non_null(strstr(world->answer->words, words));
}

static void test_tasmota(void **state)
{
    struct world world;
    const char *const *filter;
    (void)state;
    begin(&world, "tasmota-energy", "plug-1");
    assert_int_equal(mqtt_feed_filters(world.feed, &filter), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(!strncmp(filter[i], "tele/plug-1/", 12));
    poll_at(&world, 5, NULL);
    assert_null(world.answer); /* the first message may still come */
    assert_false(mqtt_feed_heard(world.feed, "tele/plug-2/SENSOR", "{}", 2, false, (struct mqtt_moment){0, 0}));
    say(&world, "tele/plug-1/SENSOR", "{\"ENERGY\":{\"Power\":116,\"Total\":3.185}}", false);
    poll_at(&world, 5, NULL);
    assert_int_equal(world.shape->kind, ANSWER_SHAPE);
    assert_string_equal(world.shape->shape->identity.profile, "tasmota-energy");
    struct sample power = sample_of(&world, "total", Q_ACTIVE_POWER);
    assert_true(power.quality == QL_GOOD && fabs(power.value - 116) <= 0);
    assert_true(fabs(sample_of(&world, "total", Q_ENERGY).value - 3185) < 1e-9);
    struct shape *first = shape_ref(world.shape->shape);
    /* a field more is a new shape; a field less is none, and no value */
    say(&world, "tele/plug-1/SENSOR", "{\"ENERGY\":{\"Power\":120,\"Voltage\":231}}", false);
    poll_at(&world, 10, NULL);
    assert_non_null(world.shape);
    assert_int_equal(world.shape->shape->n, first->n + 1);
    assert_int_equal(sample_of(&world, "total", Q_ENERGY).quality, QL_SENTINEL);
    assert_true(fabs(sample_of(&world, "total", Q_VOLTAGE).value - 231) <= 0);
    shape_unref(first);
    poll_at(&world, 10, NULL);
    assert_null(world.shape);
    assert_int_equal(world.answer->kind, ANSWER_VALUES);
    /* offline, by its last will */
    say(&world, "tele/plug-1/LWT", "Offline", true);
    poll_at(&world, 1, NULL);
    expect_failure(&world, FAULT_SILENT, "tele/plug-1/LWT says 'Offline'");
    say(&world, "tele/plug-1/LWT", "Online", false);
    poll_at(&world, 1, NULL);
    assert_int_equal(world.answer->kind, ANSWER_VALUES);
    end(&world);
}

/* JSON of wrong types: bad readings and words once, never a zero. */
static void test_wrong_types(void **state)
{
    static const struct {
        const char *payload;
        enum quality quality;
        const char *words;
    } rows[] = {
        {"{\"power\":\"abc\"}", QL_IMPLAUSIBLE, "zigbee2mqtt/plug#/power is a text 'abc', expected a number"},
        {"{\"power\":[1]}", QL_IMPLAUSIBLE, "is a list or map, expected a number"},
        {"{\"power\":true}", QL_IMPLAUSIBLE, "is true or false, expected a number"},
        {"{\"power\":{\"x\":1}}", QL_IMPLAUSIBLE, "is a list or map"},
        {"power", QL_IMPLAUSIBLE, "is no JSON"},
        {"{\"power\":1e9}", QL_GOOD, NULL}, /* a number: whether it can be is for who knows the breaker */
        {"{\"power\":null}", QL_SENTINEL, NULL},
        {"{\"energy\":1}", QL_SENTINEL, NULL},
        {"{\"power\":\"12.5\"}", QL_GOOD, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world world;
        print_message("  %s\n", rows[i].payload);
        begin(&world, "zigbee2mqtt-plug", "zigbee2mqtt/plug");
        say(&world, "zigbee2mqtt/plug", "{\"power\":42}", false);
        poll_at(&world, 1, NULL);
        assert_int_equal(sample_of(&world, "total", Q_ACTIVE_POWER).quality, QL_GOOD);
        assert_int_equal(world.shape->shape->n_notes, 0);
        say(&world, "zigbee2mqtt/plug", rows[i].payload, false);
        poll_at(&world, 1, NULL);
        struct sample sample = sample_of(&world, "total", Q_ACTIVE_POWER);
        assert_int_equal(sample.quality, rows[i].quality);
        assert_true(isnan(sample.value) == (rows[i].quality != QL_GOOD));
        if (rows[i].words) {
            assert_int_equal(world.shape->shape->n_notes, 1);
            assert_non_null(strstr(world.shape->shape->note[0], rows[i].words));
            struct answer *kept = world.shape;
            world.shape = NULL;
            poll_at(&world, 1, NULL); /* said once */
            assert_null(world.shape);
            world.shape = kept;
        }
        end(&world);
    }
}

static void test_states(void **state)
{
    static const struct {
        const char *payload;
        enum quality quality;
        double value;
    } rows[] = {{"{\"state\":\"ON\"}", QL_GOOD, 1},     {"{\"state\":\"off\"}", QL_GOOD, 0},
                {"{\"state\":true}", QL_GOOD, 1},       {"{\"state\":\"melted\"}", QL_IMPLAUSIBLE, NAN},
                {"{\"state\":null}", QL_SENTINEL, NAN}, {"{\"state\":1}", QL_GOOD, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world world;
        begin(&world, "zigbee2mqtt-plug", "z/plug");
        say(&world, "z/plug", rows[i].payload, false);
        poll_at(&world, 1, NULL);
        struct sample sample = sample_of(&world, "outlet-01", Q_STATE);
        assert_int_equal(sample.quality, rows[i].quality);
        assert_true(isnan(rows[i].value) ? isnan(sample.value) : fabs(sample.value - rows[i].value) <= 0);
        end(&world);
    }
}

static void test_silence(void **state)
{
    struct world world;
    (void)state;
    begin(&world, "shelly-gen1", "shellies/em");
    poll_at(&world, 10, "broker b:1883: nothing listens");
    expect_failure(&world, FAULT_GATEWAY, "nothing listens");
    poll_at(&world, 10, NULL);
    assert_null(world.answer);
    poll_at(&world, 300, NULL);
    expect_failure(&world, FAULT_SILENT, "nothing was published on shellies/em");
    say(&world, "shellies/em/emeter/0/power", "1000.5", false);
    poll_at(&world, 1, NULL);
    assert_int_equal(world.answer->kind, ANSWER_VALUES);
    /* the broker goes: what is not old stays good */
    poll_at(&world, 60, "broker b:1883: nothing listens");
    assert_int_equal(sample_of(&world, "branch-01", Q_ACTIVE_POWER).quality, QL_GOOD);
    say(&world, "shellies/em/emeter/1/power", "5", false);
    poll_at(&world, 241, NULL);
    assert_int_equal(sample_of(&world, "branch-01", Q_ACTIVE_POWER).quality, QL_STALE);
    assert_int_equal(sample_of(&world, "branch-02", Q_ACTIVE_POWER).quality, QL_GOOD);
    assert_int_equal(sample_of(&world, "total", Q_ACTIVE_POWER).quality, QL_STALE); /* their sum */
    poll_at(&world, 100, NULL);
    expect_failure(&world, FAULT_SILENT, "nothing new on shellies/em for 300 s");
    poll_at(&world, 10, "broker b:1883: gone");
    expect_failure(&world, FAULT_GATEWAY, "gone");
    end(&world);
}

/* What the broker kept is of unknown age, unless the message says when it was made. */
static void test_retained(void **state)
{
    struct world world;
    char text[200];
    (void)state;
    begin(&world, "zigbee2mqtt-plug", "z/plug");
    say(&world, "z/plug", "{\"power\":42}", true);
    poll_at(&world, 1, NULL);
    expect_failure(&world, FAULT_SILENT, "nothing new on z/plug");
    assert_non_null(world.shape); /* but what it has is known */
    say(&world, "z/plug", "{\"power\":43}", false);
    poll_at(&world, 1, NULL);
    assert_int_equal(world.answer->kind, ANSWER_VALUES);
    end(&world);

    begin(&world, "wattwachtd", "wattwacht/gent/device/zaal/pdu");
    world.setup->mqtt.stale_us = 60 * S;
    say(&world, "wattwacht/gent/device/zaal/pdu/status", "online", true);
    /* WALL + 1000 s is 2023-11-14T22:30:00Z */
    snprintf(text, sizeof text, "{\"ts\":\"2023-11-14T22:29:%02d.000Z\",\"active_power\":99,\"voltage\":null}", 30);
    say(&world, "wattwacht/gent/device/zaal/pdu/outlet-07/state", text, true);
    poll_at(&world, 0, NULL);
    struct sample power = sample_of(&world, "outlet-07", Q_ACTIVE_POWER);
    assert_true(power.quality == QL_GOOD && fabs(power.value - 99) <= 0);
    assert_int_equal(sample_of(&world, "outlet-07", Q_VOLTAGE).quality, QL_SENTINEL);
    poll_at(&world, 29, NULL);
    assert_int_equal(world.answer->kind, ANSWER_VALUES);
    poll_at(&world, 2, NULL);
    expect_failure(&world, FAULT_SILENT, "for 60 s");
    say(&world, "wattwacht/gent/device/zaal/pdu/status", "offline", false);
    poll_at(&world, 1, NULL);
    expect_failure(&world, FAULT_SILENT, "wattwacht/gent/device/zaal/pdu/status says 'offline'");
    end(&world);
}

static void test_nothing_of_it(void **state)
{
    struct world world;
    (void)state;
    begin(&world, "zigbee2mqtt-plug", "z/plug");
    say(&world, "z/plug", "{\"colour\":\"blue\"}", false);
    poll_at(&world, 1000, NULL);
    expect_failure(&world, FAULT_PROTOCOL, "what is published on z/plug has nothing of profile zigbee2mqtt-plug");
    mqtt_feed_free(world.feed);
    world.setup->profile = "apc-rpdu2"; /* not there */
    world.feed = mqtt_feed_new(world.setup, (struct mqtt_moment){world.now, WALL});
    poll_at(&world, 1, NULL);
    expect_failure(&world, FAULT_UNKNOWN, "needs the name of a profile");
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasmota), cmocka_unit_test(test_wrong_types), cmocka_unit_test(test_states),
        cmocka_unit_test(test_silence), cmocka_unit_test(test_retained),    cmocka_unit_test(test_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
