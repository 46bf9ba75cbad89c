/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What still waits inside the library when a connection ends, it forgets to free (see mqtt_window.h). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libpaho-mqtt3as";
}

static int64_t last_tick_us;
static sd_event_source *tick;
sd_event *rig_loop;
int64_t rig_longest_gap_us;

int64_t rig_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int on_tick(sd_event_source *source, uint64_t at, void *context)
{
    (void)context;
    int64_t now = rig_now_us();
    if (now - last_tick_us > rig_longest_gap_us)
        rig_longest_gap_us = now - last_tick_us;
    last_tick_us = now;
    (void)at;
    sd_event_source_set_time_relative(source, 5000);
    return sd_event_source_set_enabled(source, SD_EVENT_ON);
}

void rig_reset_gap(void)
{
    last_tick_us = rig_now_us();
    rig_longest_gap_us = 0;
}

int rig_start_loop(void)
{
    int rc = sd_event_new(&rig_loop);
    return rc < 0 ? rc : sd_event_add_time_relative(rig_loop, &tick, CLOCK_MONOTONIC, 5000, 1000, on_tick, NULL);
}

void rig_stop_loop(void)
{
    sd_event_source_disable_unref(tick);
    sd_event_unref(rig_loop);
}

bool rig_heard_is(const struct subscriber *subscriber, const char *topic, const char *payload)
{
    const struct heard *heard = subscriber_heard(subscriber, topic);
    return heard && strcmp(heard->payload, payload) == 0;
}

bool rig_heard_has(const struct subscriber *subscriber, const char *topic, const char *part)
{
    const struct heard *heard = subscriber_heard(subscriber, topic);
    return heard && strstr(heard->payload, part);
}

bool rig_trouble_has(struct mqtt *mqtt, const char *part)
{
    const char *words = mqtt_sink.trouble(mqtt);
    return words && strstr(words, part);
}

static void rig_configure(struct fixture *fixture, const char *place)
{
    snprintf(fixture->server, sizeof fixture->server, "%s:%u", place, fixture->broker.port);
    fixture->config = (struct mqtt_config){.server = fixture->server,
                                           .user = "wattwacht",
                                           .password = "geheim",
                                           .prefix = "wattwacht/be",
                                           .version = 3,
                                           .native = true};
}

void rig_start(struct fixture *fixture)
{
    assert_int_equal(
        mqtt_start(rig_loop, &fixture->config, fixture->site.live, fixture->store, VERSION, &fixture->mqtt), 0);
}

void rig_poll_device(struct fixture *fixture, size_t device, double value, int64_t ts_ms)
{
    const struct live_point *points[8];
    bool first = fixture->site.live->device[device]->state != LIVE_ONLINE;
    size_t n = test_site_poll(&fixture->site, device, value, ts_ms, points, 8);
    if (first)
        mqtt_sink.device(fixture->mqtt, fixture->site.live->device[device]);
    mqtt_sink.polled(fixture->mqtt, fixture->site.live->device[device], points, n);
}

bool rig_connected(struct fixture *fixture)
{
    struct mqtt_wire_stats stats;
    mqtt_stats(fixture->mqtt, &stats);
    return stats.connects > 0 && stats.outbox.messages == 0 && stats.under_way == 0 && stats.sent >= 5;
}

struct alert_entry rig_alert(bool raised)
{
    struct alert_entry entry = {.id = "overload.pdu-a1.outlet-01",
                                .rule = "overload",
                                .room = "leuven",
                                .device = "pdu-a1",
                                .point = "pdu-a1/outlet-01/active_power",
                                .raised = raised,
                                .priority = 4,
                                .value = 3600,
                                .limit = 3500,
                                .unit = "W",
                                .since_ms = T0,
                                .at_ms = raised ? T0 : T0 + 5000,
                                .text = "Outlet 1 draws 3.6 kW"};
    return entry;
}

int rig_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    broker_prepare(&fixture->broker, false);
    broker_start(&fixture->broker);
    test_site_make(&fixture->site);
    rig_configure(fixture, "mqtt://127.0.0.1");
    *state = fixture;
    return 0;
}

int rig_teardown(void **state)
{
    struct fixture *fixture = *state;
    mqtt_stop(fixture->mqtt);
    if (fixture->subscriber.pid)
        subscriber_stop(&fixture->subscriber);
    broker_done(&fixture->broker);
    test_site_done(&fixture->site);
    free(fixture);
    return 0;
}

int rig_setup_tls(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    broker_prepare(&fixture->broker, true);
    broker_start(&fixture->broker);
    test_site_make(&fixture->site);
    rig_configure(fixture, "mqtts://localhost");
    *state = fixture;
    return 0;
}
