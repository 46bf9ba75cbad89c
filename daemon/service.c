/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/service.h"

#include "daemon/device_json.h"
#include "daemon/journal.h"
#include "drivers/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-event.h>

/* No alert while everything is asked for the first time: two polls of the usual period. */
#define GRACE_US (15 * 1000000LL)

static uint32_t point_number(void *context, const char *name)
{
    return names_number(((struct service *)context)->names, name);
}

static void keep_record(void *context, const struct record *record)
{
    disk_point(((struct service *)context)->disk, record);
}

static void keep_row(void *context, struct row *row)
{
    disk_row(((struct service *)context)->disk, row);
}

static void keep_device(struct service *service, const char *device, const struct shape *shape,
                        const struct manners *manners)
{
    char *text = device_json_write_with(shape, manners);
    if (text)
        disk_device_write(service->disk, device, text);
    free(text);
}

/* Said once, and kept: the next run asks it so from the start. */
static void keep_manners(void *context, const struct live_device *device)
{
    char text[200];
    if (!device->shape)
        return;
    keep_device(context, device->config->id, device->shape, &device->manners);
    manners_words(&device->manners, text, sizeof text);
    journal_line(LOG_INFO, "%s: its agent is asked as it can stand: %s", device->config->id,
                 *text ? text : "as its profile says");
}

static void keep_shape(void *context, const char *device, const struct shape *shape)
{
    struct service *service = context;
    const struct live_device *live = live_device(service->live, device);
    keep_device(service, device, shape, live ? &live->manners : &(struct manners){0});
    const char *vendor = shape->identity.vendor, *model = shape->identity.model;
    journal_line(LOG_INFO, "%s: %s%s%s%sprofile %s (%s), %zu points", device, vendor ? vendor : "",
                 vendor && model ? " " : "", model ? model : "", vendor || model ? ", " : "", shape->identity.profile,
                 shape->identity.why ? shape->identity.why : "configured", shape->n);
    for (size_t i = 0; i < shape->n_notes; i++)
        journal_line(LOG_NOTICE, "%s: %s", device, shape->note[i]);
}

/* What was learnt before the last stop: so a silent device's points exist from the start. */
static struct shape *learnt_shape(void *context, const char *device)
{
    struct service *service = context;
    struct shape *shape = NULL;
    char *text = disk_device_read(service->disk, device);
    if (text && device_json_read(text, &shape) < 0)
        journal_line(LOG_WARNING, "%s: what was kept of it cannot be read and is learnt anew", device);
    struct live_device *live = text ? live_device(service->live, device) : NULL;
    if (live)
        live->manners = device_json_manners(text);
    free(text);
    return shape;
}

static void know_name(void *context, uint32_t number, const char *name)
{
    names_know(((struct service *)context)->names, number, name);
}

static void emit_alert(void *context, const struct alert_entry *entry)
{
    disk_alert(((struct service *)context)->disk, entry);
}

static void restore_alert(void *context, const struct alert_entry *entry)
{
    alerts_restore(((struct service *)context)->alerts, entry);
}

static void restore_silence(void *context, const char *target, int64_t until_ms, const char *reason)
{
    alerts_silence(((struct service *)context)->alerts, target, until_ms, reason);
}

static void tell_alert(struct service *service, const struct alert_entry *entry)
{
    enum rule rule = rule_parse(entry->rule);
    journal_alert(entry, service->config->site, rule_row(rule == RULE_COUNT ? RULE_THRESHOLD : rule)->message_id);
    flow_alert(service->flow, entry);
}

/* Each part of the disk side has troubles of its own; told apart by its name. */
static uint64_t trouble_subject(const char *what)
{
    uint64_t subject = 0;
    for (; *what; what++)
        subject = subject * 31 + (unsigned char)*what;
    return subject;
}

static void take_event(struct service *service, struct disk_event *event)
{
    switch (event->kind) {
    case DISK_ALERT_KEPT: tell_alert(service, &event->alert); break;
    case DISK_KPIS: flow_kpis(service->flow, event->kpi, event->n_kpis, moment_now()); break;
    case DISK_TROUBLE:
        journal_line(event->trouble ? LOG_ERR : LOG_NOTICE, "%s: %s", event->what, event->words);
        watch_trouble(service->watch, RULE_DISK, trouble_subject(event->what), event->what,
                      event->trouble ? event->words : NULL, moment_now());
        break;
    case DISK_FLUSHED: http_flushed(service->http, event->token); break;
    case DISK_NOTICE: journal_line(LOG_INFO, "%s", event->words); break;
    case DISK_HISTORY: service_history(service, event); break;
    }
}

static int on_disk(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct service *service = context;
    (void)source, (void)fd, (void)events;
    for (struct disk_event *e = disk_take(service->disk), *next; e; e = next) {
        next = e->next;
        take_event(service, e);
        disk_event_free(e);
    }
    return 0;
}

static int on_inbox(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct service *service = context;
    (void)source, (void)fd, (void)events;
    flow_answers(service->flow, inbox_take(service->inbox), moment_now());
    return 0;
}

static void restore_reading(void *context, const char *account, int64_t at_s, double register_wh)
{
    struct service *service = context;
    last_readings_know(service->readings, account, at_s, register_wh);
}

static int open_disk(struct service *service)
{
    struct diag *diag = diag_new();
    int r = disk_open(service->options.state, service->config, diag, &service->disk);
    for (size_t i = 0; diag_line(diag, i); i++)
        journal_line(r < 0 ? LOG_ERR : LOG_WARNING, "%s", diag_line(diag, i));
    diag_free(diag);
    if (r < 0)
        return r;
    r = disk_points(service->disk, know_name, service);
    if (!r)
        r = disk_active_alerts(service->disk, restore_alert, service);
    if (r >= 0)
        r = disk_silences(service->disk, moment_now().wall_ms, restore_silence, service);
    if (r >= 0)
        r = disk_readings(service->disk, restore_reading, service);
    return r < 0 ? r : 0;
}

int service_new(const struct service_options *options, struct config *config, struct service **ret)
{
    struct service *service = calloc(1, sizeof *service);
    if (!service)
        return -ENOMEM;
    service->options = *options;
    service->config = config_ref(config);
    service->names = names_new();
    service->live = live_new();
    service->live->started_ms = moment_now().wall_ms;
    service->alerts = alerts_new(emit_alert, service, moment_now(), GRACE_US);
    service->readings = last_readings_new();
    service->watch = watch_new(service->live, service->alerts);
    service->clock.built_ms = (int64_t)WATTWACHT_BUILT * 1000;
    service->clock.sane = true;
    struct flow_exits exits = {service, point_number, keep_record, keep_row, keep_shape, keep_manners};
    service->flow = flow_new(service->live, service->watch, &exits);
    service->inbox = inbox_new();
    service->figures = kpi_now_new();
    int r = sd_event_default(&service->loop);
    if (r >= 0)
        r = open_disk(service);
    if (r >= 0)
        r = sd_event_add_io(service->loop, NULL, inbox_fd(service->inbox), EPOLLIN, on_inbox, service);
    if (r >= 0)
        r = sd_event_add_io(service->loop, NULL, disk_fd(service->disk), EPOLLIN, on_disk, service);
    if (r >= 0) {
        /* what each point is goes to the disk before it begins to read what the last run left in the log */
        flow_config(service->flow, config, learnt_shape);
        r = disk_start(service->disk);
    }
    if (r < 0) {
        service_free(service);
        return r;
    }
    *ret = service;
    return 0;
}

void service_free(struct service *service)
{
    if (!service)
        return;
    service_reload_join(service);
    for (size_t i = 0; i < 3; i++)
        if (service->driver_self[i])
            service->driver[i]->stop(service->driver_self[i]);
    service_stop_exits(service);
    if (service->disk) {
        flow_answers(service->flow, inbox_take(service->inbox), moment_now());
        disk_stop(service->disk);
    }
    inbox_free(service->inbox);
    flow_free(service->flow);
    watch_free(service->watch);
    alerts_free(service->alerts);
    last_readings_free(service->readings);
    kpi_now_free(service->figures);
    live_free(service->live);
    names_free(service->names);
    config_unref(service->config);
    sd_event_unref(service->loop);
    free(service->shown);
    free(service);
}

int service_start_drivers(struct service *service)
{
    service->driver[0] = &driver_snmp;
    service->driver[1] = &driver_modbus;
    service->driver[2] = &driver_mqtt;
    for (size_t i = 0; i < 3; i++) {
        int r = service->driver[i]->start(service->loop, service->inbox, &service->driver_self[i]);
        if (r < 0) {
            journal_line(LOG_ERR, "the %s driver does not start: %s", service->driver[i]->name, strerror(-r));
            return r;
        }
    }
    for (size_t i = 0; i < service->config->n_devices; i++)
        service_add_device(service, &service->config->device[i]);
    return 0;
}

/* `auto` is resolved once: what was found before the last stop is kept while that profile exists. */
static void pin_profile(struct service *service, struct device_setup *setup)
{
    uint32_t index = live_index(service->live, setup->number);
    const struct shape *shape = index == NO_DEVICE ? NULL : service->live->device[index]->shape;
    const char *name = shape ? shape->identity.profile : NULL;
    if (index != NO_DEVICE)
        setup->manners = service->live->device[index]->manners;
    if (name && !strcmp(setup->profile, "auto") && profile_find(setup->profiles, name))
        setup->profile = arena_strdup(setup->arena, name);
    const struct profile *profile = profile_find(setup->profiles, setup->profile);
    if (profile && profile_every_us(profile) > setup->every_us)
        setup->every_us = profile_every_us(profile);
}

static unsigned driver_of(const struct device_setup *setup)
{
    return setup->is_mqtt ? 2 : setup->is_modbus ? 1 : 0;
}

void service_add_device(struct service *service, struct device_config *device)
{
    if (device->chain != NO_INDEX)
        return; /* read by the chain it belongs to */
    pin_profile(service, device->setup);
    unsigned i = driver_of(device->setup);
    int r = service->driver[i]->add(service->driver_self[i], device->setup);
    if (r < 0)
        journal_line(LOG_ERR, "%s: cannot be polled: %s", device->id, strerror(-r));
}

void service_remove_device(struct service *service, const struct device_config *device)
{
    unsigned i = driver_of(device->setup);
    if (device->chain == NO_INDEX)
        service->driver[i]->remove(service->driver_self[i], device->setup->number);
}
