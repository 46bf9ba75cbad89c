/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon: all parts and how they are joined. Only main.c and the service_*.c files see this.
 *
 * Shape: drivers -> inbox -> flow -> disk, MQTT, HTTP, rules; disk -> figures -> flow.
 * Owner: service_free frees all, in the order that lets nothing call what is gone.
 * Threads: the loop's, except where a part's header says otherwise.
 */
#pragma once
#include "daemon/clock.h"
#include "daemon/disk.h"
#include "daemon/flow.h"
#include "daemon/http.h"
#include "daemon/kpi_now.h"
#include "daemon/last_readings.h"
#include "daemon/mqtt.h"
#include "daemon/names.h"
#include "drivers/driver.h"

struct service_options {
    const char *const *dirs;
    size_t n_dirs;
    const char *state, *credentials;
};

struct service {
    sd_event *loop;
    struct service_options options;
    struct config *config;
    struct inbox *inbox;
    const struct driver *driver[3]; /* SNMP, Modbus, MQTT */
    void *driver_self[3];
    struct names *names;
    struct live *live;
    struct alerts *alerts;
    struct watch *watch;
    struct flow *flow;
    struct disk *disk;
    struct last_readings *readings;
    size_t n_mqtt;
    struct mqtt **mqtt;
    struct mqtt_store log_for_mqtt; /* borrowed by mqtt */
    struct http *http;
    struct http_service behind_http; /* borrowed by http */
    struct kpi_now *figures;
    struct clock_state clock;
    char clock_words[240];
    struct reload *reload; /* one under way; NULL */
    uint64_t slow_turns, ticks;
    int64_t watchdog_us, fed_us; /* INT64_MAX: nobody watches */
    bool disk_fresh, stopping;
    char told[120]; /* the last status */
    size_t n_shown; /* entries for the view of HTTP */
    const struct alert_entry **shown;
    char trouble[240];
};

int service_new(const struct service_options *options, struct config *config, struct service **ret);
void service_free(struct service *service);
/* Once a second: clock, rules, figures, watchdog. */
int service_start_ticks(struct service *service);
int service_start_drivers(struct service *service);
void service_add_device(struct service *service, struct device_config *device);
void service_remove_device(struct service *service, const struct device_config *device);
int service_start_exits(struct service *service);
int service_reload_exits(struct service *service);
void service_stop_exits(struct service *service);
/* Rows of the log for a view that an outage kept from them. */
void service_history(struct service *service, struct disk_event *event);
/* SIGHUP: reads the configuration off the loop, then takes it over; a wrong one leaves all as it is. */
void service_reload(struct service *service);
void service_reload_join(struct service *service); /* at the end: waits for the reader */
extern const struct http_service service_http;     /* self is set by a copy */
