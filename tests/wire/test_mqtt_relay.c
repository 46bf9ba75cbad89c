/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mqtt_relay, mqtt_past and mqtt_session against a real mosquitto and a log that the test holds in its hand: what is
 * fetched, told, and ticked off. */
#include "mqtt_rig.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 4000
#define HISTORY  TREE "history/leuven/pdu-a1/outlet-01"

/* The log: row i has the number i + 1. */
static struct {
    int64_t wall_ms[ROWS_MAX];
    double value[ROWS_MAX];
    int64_t n, cursor, mark, missed;
    size_t most; /* asked for, and not answered */
    unsigned asked, marks;
    char name[32];
} store;

static void store_reader(void *context, const char *name, bool wanted)
{
    (void)context;
    if (wanted)
        snprintf(store.name, sizeof store.name, "%s", name);
}

static void store_mark(void *context, const char *name)
{
    (void)context;
    assert_string_equal(name, store.name);
    store.mark = store.n;
    store.marks++;
}

static void store_ask(void *context, const char *name, size_t most)
{
    (void)context;
    assert_string_equal(name, store.name);
    store.most = most;
    store.asked++;
}

static void store_done(void *context, const char *name, int64_t seq)
{
    (void)context;
    assert_string_equal(name, store.name);
    seq = seq == INT64_MAX ? store.mark : seq;
    assert_true(seq <= store.n);
    store.cursor = seq > store.cursor ? seq : store.cursor;
}

static char *store_noted(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static void store_note(void *context, const char *name, const char *json)
{
    (void)context;
    (void)name;
    (void)json;
}

static const struct mqtt_store the_store = {NULL,       store_reader, store_mark, store_ask,
                                            store_done, store_noted,  store_note};

static struct row *row_of(int64_t i)
{
    struct row *row = row_new(2);
    row->seq = i + 1;
    row->device = 1;
    row->wall_ms = store.wall_ms[i];
    row->value[0] = (struct row_value){1, QL_GOOD, store.value[i]};
    row->value[1] = (struct row_value){2, QL_GOOD, store.value[i]};
    return row;
}

/* Answers what was asked, as the disk thread would. Always true: for UNTIL. */
static bool serve(struct fixture *fixture)
{
    struct mqtt_rows rows = {.upto = store.cursor, .missed = store.missed};
    struct row **last = &rows.row;
    if (store.most == 0)
        return true;
    for (int64_t i = store.cursor; i < store.n && (size_t)(i - store.cursor) < store.most; i++) {
        *last = row_of(i);
        rows.upto = i + 1;
        last = &(*last)->next;
    }
    rows.reached = rows.upto >= store.mark;
    store.missed = 0;
    store.most = 0;
    assert_true(mqtt_history(fixture->mqtt, store.name, &rows));
    assert_null(rows.row);
    return true;
}

/* A poll goes to the log, then to the broker. */
static void poll_once(struct fixture *fixture)
{
    int64_t i = store.n++;
    assert_true(i < ROWS_MAX);
    store.wall_ms[i] = T0 + i * 1000;
    store.value[i] = (double)i;
    rig_poll_device(fixture, 0, store.value[i], store.wall_ms[i]);
}

static int setup(void **state)
{
    memset(&store, 0, sizeof store);
    int r = rig_setup(state);
    ((struct fixture *)*state)->store = &the_store;
    return r;
}

static bool behind(struct fixture *fixture)
{
    struct mqtt_relay_stats stats;
    serve(fixture);
    mqtt_history_stats(fixture->mqtt, &stats);
    return stats.behind;
}

static uint64_t told(struct fixture *fixture)
{
    struct mqtt_relay_stats stats;
    mqtt_history_stats(fixture->mqtt, &stats);
    return stats.told;
}

/* The samples of the last history message: their number, and the time of the last one. */
static size_t samples(const struct subscriber *subscriber, const char **ret_ts)
{
    const struct heard *heard = subscriber_heard(subscriber, HISTORY);
    static char ts[64];
    if (!heard)
        return 0;
    json_t *root = json_loads(heard->payload, 0, NULL), *list = json_object_get(root, "samples");
    size_t n = json_array_size(list);
    snprintf(ts, sizeof ts, "%s", json_string_value(json_object_get(json_array_get(list, n ? n - 1 : 0), "ts")));
    json_decref(root);
    *ret_ts = ts;
    return n;
}

static void test_after_an_outage(void **state)
{
    struct fixture *fixture = *state;
    const char *ts = "";
    rig_start(fixture);
    poll_once(fixture);
    UNTIL(rig_connected(fixture) && !behind(fixture));
    assert_int_equal(store.cursor, 1);
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(mqtt_sink.trouble(fixture->mqtt));
    for (int i = 0; i < 30; i++)
        poll_once(fixture);
    assert_int_equal(store.cursor, 1); /* nobody has heard of them */
    store.missed = 5;                  /* as if the log had given some up */
    uint64_t before = told(fixture);
    broker_start(&fixture->broker);
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    UNTIL(!behind(fixture) && samples(&fixture->subscriber, &ts) > 0 && strcmp(ts, "2023-11-14T22:13:50.000Z") == 0);
    assert_int_equal(store.cursor, 31);
    assert_int_equal(told(fixture) - before, 30);
    assert_int_equal(subscriber_heard(&fixture->subscriber, HISTORY)->qos, 1);
    assert_false(subscriber_heard(&fixture->subscriber, HISTORY)->retained);
    assert_true(rig_heard_has(&fixture->subscriber, OUTLET, "\"voltage\":30"));
    struct mqtt_relay_stats stats;
    mqtt_history_stats(fixture->mqtt, &stats);
    assert_int_equal(stats.missed, 5);
    assert_int_equal(samples(&fixture->subscriber, &ts), 30); /* one message */
}

/* A state that a newer one overtook in the outbox never went out: the beat finds that, and it is fetched. */
static void test_overtaken(void **state)
{
    struct fixture *fixture = *state;
    struct mqtt_wire_stats stats;
    const char *ts = "";
    rig_start(fixture);
    poll_once(fixture);
    UNTIL(rig_connected(fixture) && !behind(fixture));
    subscriber_start(&fixture->subscriber, rig_loop, &fixture->broker);
    unsigned asked = store.asked;
    broker_signal(&fixture->broker, SIGSTOP);
    /* polls in one turn of the loop: the thread cannot keep up */
    for (int i = 0; i < 2000; i++)
        poll_once(fixture);
    mqtt_stats(fixture->mqtt, &stats);
    assert_true(stats.outbox.overtaken > 0);
    broker_signal(&fixture->broker, SIGCONT);
    assert_int_equal(store.cursor, 1);
    UNTIL(serve(fixture) && store.asked > asked);
    UNTIL(!behind(fixture) && samples(&fixture->subscriber, &ts) > 0 && strcmp(ts, "2023-11-14T22:46:40.000Z") == 0);
    assert_int_equal(store.cursor, 2001);
    assert_true(told(fixture) >= 2000);
    print_message("  %llu of 2000 states overtaken, all fetched\n", (unsigned long long)stats.outbox.overtaken);
}

/* An answer to what a connection asked that is gone is not the next one's. */
static void test_late_answer(void **state)
{
    struct fixture *fixture = *state;
    rig_start(fixture);
    poll_once(fixture);
    UNTIL(store.most > 0);
    struct mqtt_rows late = {.row = row_of(0), .upto = 1, .reached = true};
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(mqtt_sink.trouble(fixture->mqtt));
    for (int i = 0; i < 3; i++)
        poll_once(fixture);
    unsigned asked = store.asked;
    broker_start(&fixture->broker);
    UNTIL(store.asked > asked);
    assert_true(mqtt_history(fixture->mqtt, store.name, &late)); /* the first one's */
    assert_non_null(late.row);
    row_free(late.row);
    assert_int_equal(store.cursor, 0);
    UNTIL(!behind(fixture));
    assert_int_equal(store.cursor, 4);
    assert_int_equal(told(fixture), 4);
    struct mqtt_rows other = {.upto = 9};
    assert_false(mqtt_history(fixture->mqtt, "mqtt-0", &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_after_an_outage, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_overtaken, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_late_answer, setup, rig_teardown),
    };
    if (rig_start_loop() < 0)
        return 1;
    int failed = cmocka_run_group_tests_name("mqtt_relay", tests, NULL, NULL);
    rig_stop_loop();
    return failed;
}
