/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/journal.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static int start_http(struct service *service)
{
    char words[240] = "";
    service->behind_http = service_http;
    service->behind_http.self = service;
    int r = http_start(service->loop, service->config->n_http, service->config->http, &service->behind_http,
                       &service->http, words);
    if (r < 0)
        journal_line(LOG_ERR, "http: %s", words);
    return r;
}

static void store_reader(void *context, const char *name, bool wanted)
{
    disk_reader(((struct service *)context)->disk, name, wanted);
}

static void store_mark(void *context, const char *name)
{
    disk_history_mark(((struct service *)context)->disk, name);
}

static void store_ask(void *context, const char *name, size_t most)
{
    disk_history(((struct service *)context)->disk, name, most);
}

static void store_done(void *context, const char *name, int64_t seq)
{
    disk_history_done(((struct service *)context)->disk, name, seq);
}

static char *store_noted(void *context, const char *name)
{
    return disk_note_read(((struct service *)context)->disk, name);
}

static void store_note(void *context, const char *name, const char *json)
{
    disk_note_write(((struct service *)context)->disk, name, json);
}

void service_history(struct service *service, struct disk_event *event)
{
    struct mqtt_rows rows = {event->row,    event->upto,     event->reached,
                             event->missed, event->n_alerts, event->past_alert};
    for (size_t i = 0; i < service->n_mqtt; i++) {
        if (!mqtt_history(service->mqtt[i], event->what, &rows))
            continue;
        event->row = rows.row;
        if (rows.missed > 0)
            journal_line(LOG_WARNING,
                         "mqtt: broker %s was away for longer than the log keeps: %lld polls will not be told",
                         service->config->mqtt[i].server, (long long)rows.missed);
        return;
    }
}

/* What was raised before the broker came: its state, not an event. */
static void tell_known(void *context, const struct alert_entry *entry, const char *silenced)
{
    (void)silenced;
    mqtt_sink.alert(context, entry, false);
}

static int add_mqtt(struct service *service, const struct mqtt_config *config)
{
    struct mqtt *mqtt;
    int r = mqtt_start(service->loop, config, service->live, &service->log_for_mqtt, WATTWACHT_VERSION, &mqtt);
    if (r < 0) {
        journal_line(LOG_ERR, "mqtt: %s: %s", config->server, strerror(-r));
        return r;
    }
    service->mqtt = realloc(service->mqtt, (service->n_mqtt + 1) * sizeof(struct mqtt *));
    if (!service->mqtt)
        abort();
    service->mqtt[service->n_mqtt++] = mqtt;
    flow_add_sink(service->flow, &mqtt_sink, mqtt);
    alerts_each(service->alerts, moment_now(), tell_known, mqtt);
    return 0;
}

int service_start_exits(struct service *service)
{
    int r = start_http(service);
    service->log_for_mqtt =
        (struct mqtt_store){service, store_reader, store_mark, store_ask, store_done, store_noted, store_note};
    for (size_t i = 0; i < service->config->n_mqtt && r >= 0; i++)
        r = add_mqtt(service, &service->config->mqtt[i]);
    return r;
}

/* Brokers are kept by their place in the configuration: a connection stays unless what it rests on has changed. */
int service_reload_exits(struct service *service)
{
    char words[240] = "";
    const struct config *config = service->config;
    int result = http_listen(service->http, config->n_http, config->http, words);
    if (result < 0)
        journal_line(LOG_ERR, "http: %s", words);
    flow_remove_sinks(service->flow);
    size_t before = service->n_mqtt;
    service->n_mqtt = 0;
    for (size_t i = 0; i < before; i++) {
        struct mqtt *mqtt = service->mqtt[i];
        if (i < config->n_mqtt && mqtt_reload(mqtt, &config->mqtt[i]) >= 0) {
            service->mqtt[service->n_mqtt++] = mqtt;
            flow_add_sink(service->flow, &mqtt_sink, mqtt);
        } else {
            mqtt_stop(mqtt);
        }
    }
    for (size_t i = before; i < config->n_mqtt; i++)
        if (add_mqtt(service, &config->mqtt[i]) < 0)
            result = -EIO;
    return result;
}

void service_stop_exits(struct service *service)
{
    flow_remove_sinks(service->flow);
    for (size_t i = 0; i < service->n_mqtt; i++)
        mqtt_stop(service->mqtt[i]);
    free(service->mqtt);
    service->mqtt = NULL;
    service->n_mqtt = 0;
    http_stop(service->http);
    service->http = NULL;
}
