/* SPDX-License-Identifier: GPL-3.0-or-later */
/* driver mqtt, with mqtt_inlet, mqtt_listen, mqtt_ear and mqtt_link, against a real mosquitto: what is published
 * becomes readings, and what happens when the broker goes, refuses or comes late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drivers/driver.h"
#include "drivers/profile.h"
#include "mqtt_broker.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What waits inside the library when a connection ends, it forgets to free (see mqtt_window.h). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libpaho-mqtt3as";
}

struct fixture {
    struct broker broker;
    struct profile_set *profiles;
    struct inbox *inbox;
    void *driver;
    char server[64];
    struct shape *shape[4];
    struct answer *last[4]; /* by device */
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int begin(void **state, bool tls)
{
    char dir[500];
    const char *source = getenv("WATTWACHT_SOURCE"), *dirs[] = {dir};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct diag *diag = diag_new();
    broker_prepare(&fixture->broker, tls);
    broker_start(&fixture->broker);
    snprintf(dir, sizeof dir, "%s/conf.d/profiles", source ? source : ".");
    int r = profile_set_load(dirs, 1, diag, &fixture->profiles);
    diag_free(diag);
    fixture->inbox = inbox_new();
    if (r == 0)
        r = driver_mqtt.start(NULL, fixture->inbox, &fixture->driver);
    snprintf(fixture->server, sizeof fixture->server, "%s:%u", tls ? "mqtts://localhost" : "mqtt://127.0.0.1",
             fixture->broker.port);
    *state = fixture;
    return r;
}

static int setup(void **state)
{
    return begin(state, false);
}

static int setup_tls(void **state)
{
    return begin(state, true);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    driver_mqtt.stop(fixture->driver);
    for (size_t i = 0; i < 4; i++) {
        shape_unref(fixture->shape[i]);
        answer_free(fixture->last[i]);
    }
    inbox_free(fixture->inbox);
    profile_set_unref(fixture->profiles);
    broker_done(&fixture->broker);
    free(fixture);
    return 0;
}

static void add_as(struct fixture *fixture, uint32_t number, const char *profile, const char *topic, const char *user,
                   const char *password, const char *ca)
{
    struct device_setup *setup = setup_new();
    setup->number = number;
    setup->id = arena_printf(setup->arena, "device-%u", number);
    setup->profiles = profile_set_ref(fixture->profiles);
    setup->profile = profile;
    setup->is_mqtt = true;
    setup->every_us = 200000;
    setup->mqtt = (struct mqtt_setup){.server = fixture->server,
                                      .user = user,
                                      .password = password,
                                      .ca = ca ? arena_strdup(setup->arena, ca) : NULL,
                                      .client_id = "wattwacht-test-source",
                                      .version = 3,
                                      .topic = arena_strdup(setup->arena, topic),
                                      .stale_us = 3000000};
    assert_int_equal(driver_mqtt.add(fixture->driver, setup), 0);
    setup_unref(setup);
}

static void add(struct fixture *fixture, uint32_t number, const char *profile, const char *topic)
{
    add_as(fixture, number, profile, topic, "reader", "lezer", NULL);
}

static void take(struct fixture *fixture)
{
    struct pollfd fd = {.fd = inbox_fd(fixture->inbox), .events = POLLIN};
    if (poll(&fd, 1, 20) <= 0)
        return;
    for (struct answer *answer = inbox_take(fixture->inbox), *next; answer; answer = next) {
        next = answer->next;
        assert_in_range(answer->device, 0, 3);
        if (answer->kind == ANSWER_SHAPE) {
            shape_unref(fixture->shape[answer->device]);
            fixture->shape[answer->device] = shape_ref(answer->shape);
            answer_free(answer);
            continue;
        }
        answer_free(fixture->last[answer->device]);
        fixture->last[answer->device] = answer;
    }
}

#define PATIENCE_S 60

#define UNTIL(condition)                                                 \
    do {                                                                 \
        int64_t deadline_ = now_us() + PATIENCE_S * INT64_C(1000000);    \
        while (!(condition)) {                                           \
            if (now_us() > deadline_)                                    \
                fail_msg("not within %d s: %s", PATIENCE_S, #condition); \
            take(fixture);                                               \
        }                                                                \
    } while (0)

static bool reads(const struct fixture *fixture, uint32_t device, const char *part, enum quantity quantity,
                  double value)
{
    const struct answer *answer = fixture->last[device];
    const struct shape *shape = fixture->shape[device];
    if (!answer || answer->kind != ANSWER_VALUES || !shape || shape->n != answer->n)
        return false;
    for (size_t i = 0; i < shape->n; i++)
        if (!strcmp(shape->point[i].part, part) && shape->point[i].quantity == quantity)
            return answer->sample[i].quality == QL_GOOD && fabs(answer->sample[i].value - value) < 1e-9;
    return false;
}

static bool fails(const struct fixture *fixture, uint32_t device, enum fault fault, const char *words)
{
    const struct answer *answer = fixture->last[device];
    return answer && answer->kind == ANSWER_FAILED && answer->fault == fault && strstr(answer->words, words);
}

/* Two devices on one connection; one that was published before we came, and one later. */
static void test_readings(void **state)
{
    struct fixture *fixture = *state;
    broker_publish(&fixture->broker, "homeassistant/a/site/device/r/pdu/status", "online", true);
    add(fixture, 1, "zigbee2mqtt-plug", "homeassistant/plug-1");
    add(fixture, 2, "wattwachtd", "homeassistant/a/site/device/r/pdu");
    UNTIL(fails(fixture, 1, FAULT_SILENT, "nothing was published on homeassistant/plug-1"));
    broker_publish(&fixture->broker, "homeassistant/plug-1", "{\"power\":42.5,\"energy\":1.5,\"state\":\"ON\"}", false);
    UNTIL(reads(fixture, 1, "total", Q_ACTIVE_POWER, 42.5));
    assert_true(reads(fixture, 1, "total", Q_ENERGY, 1500));
    assert_true(reads(fixture, 1, "outlet-01", Q_STATE, 1));
    broker_publish(&fixture->broker, "homeassistant/a/site/device/r/pdu/outlet-07/state",
                   "{\"active_power\":7,\"q\":\"good\"}", false);
    UNTIL(reads(fixture, 2, "outlet-07", Q_ACTIVE_POWER, 7));
    broker_publish(&fixture->broker, "homeassistant/plug-1", "{\"power\":\"unknown\"}", false);
    UNTIL(fixture->shape[1]->n_notes == 1);
    assert_non_null(strstr(fixture->shape[1]->note[0], "expected a number"));
    assert_false(reads(fixture, 1, "total", Q_ACTIVE_POWER, 0));
    broker_publish(&fixture->broker, "homeassistant/a/site/device/r/pdu/status", "offline", true);
    UNTIL(fails(fixture, 2, FAULT_SILENT, "says 'offline'"));
    UNTIL(fails(fixture, 1, FAULT_SILENT, "nothing new on homeassistant/plug-1 for 3 s"));
    driver_mqtt.remove(fixture->driver, 2);
    /* one that comes later on the same connection gets what the broker keeps, too */
    add(fixture, 3, "wattwachtd", "homeassistant/a/site/device/r/pdu");
    UNTIL(fails(fixture, 3, FAULT_SILENT, "says 'offline'"));
}

static void test_broker_goes(void **state)
{
    struct fixture *fixture = *state;
    add(fixture, 1, "shelly-gen1", "homeassistant/em");
    UNTIL(fails(fixture, 1, FAULT_SILENT, "nothing was published"));
    broker_publish(&fixture->broker, "homeassistant/em/emeter/0/power", "12.5", false);
    UNTIL(reads(fixture, 1, "branch-01", Q_ACTIVE_POWER, 12.5));
    broker_stop(&fixture->broker, SIGKILL);
    UNTIL(fails(fixture, 1, FAULT_GATEWAY, "nothing listens on port"));
    broker_start(&fixture->broker);
    UNTIL(fails(fixture, 1, FAULT_SILENT, "nothing new on homeassistant/em"));
    broker_publish(&fixture->broker, "homeassistant/em/emeter/0/power", "13", false);
    UNTIL(reads(fixture, 1, "branch-01", Q_ACTIVE_POWER, 13));
}

static void test_refused(void **state)
{
    struct fixture *fixture = *state;
    add_as(fixture, 1, "shelly-gen1", "homeassistant/em", "reader", "fout", NULL);
    UNTIL(fails(fixture, 1, FAULT_GATEWAY, "code 5"));
    assert_null(strstr(fixture->last[1]->words, "fout"));
    add(fixture, 2, "shelly-gen1", "homeassistant/em"); /* another user is another connection */
    UNTIL(fails(fixture, 2, FAULT_SILENT, "nothing was published"));
}

static void test_tls(void **state)
{
    struct fixture *fixture = *state;
    char ca[128], other[128];
    snprintf(ca, sizeof ca, "%s/ca.crt", fixture->broker.dir);
    snprintf(other, sizeof other, "%s/other.crt", fixture->broker.dir);
    add_as(fixture, 1, "shelly-gen1", "homeassistant/em", "reader", "lezer", ca);
    add_as(fixture, 2, "shelly-gen1", "homeassistant/em", "reader", "lezer", other);
    UNTIL(fails(fixture, 1, FAULT_SILENT, "nothing was published"));
    UNTIL(fails(fixture, 2, FAULT_GATEWAY, "certificate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_readings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broker_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tls, setup_tls, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
