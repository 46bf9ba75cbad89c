/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the MQTT exit share: a loop that must not stand still, a broker, a site, an exit, a subscriber.
 *
 * Shape: rig_setup and rig_teardown are cmocka's; *state is a struct fixture.
 */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/mqtt.h"
#include "mqtt_broker.h"
#include "mqtt_site.h"

#include <systemd/sd-event.h>

#define VERSION "0.1.0"
#define T0      INT64_C(1700000000000)

struct fixture {
    struct broker broker;
    struct test_site site;
    struct mqtt_config config;
    char server[64];
    const struct mqtt_store *store;
    struct mqtt *mqtt;
    struct subscriber subscriber;
};

#define TREE   "wattwacht/be/stad/"
#define OUTLET TREE "device/leuven/pdu-a1/outlet-01/state"
#define ALERT  TREE "alert/overload-pdu-a1-outlet-01/state"
#define EVENT  TREE "event/alert"

extern sd_event *rig_loop;
extern int64_t rig_longest_gap_us; /* between two turns of the loop, since rig_reset_gap */

int64_t rig_now_us(void);
void rig_reset_gap(void);
int rig_start_loop(void);
void rig_stop_loop(void);

/* For what is only to come: a busy machine may take long, and nothing is measured by it. */
#define PATIENCE_S 60

/* Runs the loop until the condition holds. */
#define UNTIL(condition)                                                  \
    do {                                                                  \
        int64_t deadline_ = rig_now_us() + PATIENCE_S * INT64_C(1000000); \
        while (!(condition)) {                                            \
            if (rig_now_us() > deadline_)                                 \
                fail_msg("not within %d s: %s", PATIENCE_S, #condition);  \
            assert_true(sd_event_run(rig_loop, 20000) >= 0);              \
        }                                                                 \
    } while (0)

int rig_setup(void **state);
int rig_setup_tls(void **state);
int rig_teardown(void **state);
void rig_start(struct fixture *fixture);
void rig_poll_device(struct fixture *fixture, size_t device, double value, int64_t ts_ms);
/* All that was told is out. */
bool rig_connected(struct fixture *fixture);
struct alert_entry rig_alert(bool raised);
bool rig_heard_is(const struct subscriber *subscriber, const char *topic, const char *payload);
bool rig_heard_has(const struct subscriber *subscriber, const char *topic, const char *part);
bool rig_trouble_has(struct mqtt *mqtt, const char *part);
