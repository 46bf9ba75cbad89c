/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/watch.h"

#include "daemon/climate.h"
#include "daemon/feeds.h"
#include "daemon/people.h"
#include "daemon/watch_contradiction.h"
#include "daemon/watch_threshold.h"
#include "drivers/inbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below the limit by this part of it before a load alert is cleared. */
#define LOAD_HYSTERESIS 0.05
/* Below the edge of an envelope by this much, K. */
#define CLIMATE_HYSTERESIS 0.5
/* So long a replaced device stays in the list of alerts: someone should have seen it the next day. */
#define REPLACED_US (24 * 3600 * 1000000LL)

struct watch {
    struct live *live;
    struct alerts *alerts;
    const struct config *config;
    double limit[RULE_COUNT];
    int priority[RULE_COUNT];
    int64_t hold_us[RULE_COUNT];
};

struct watch *watch_new(struct live *live, struct alerts *alerts)
{
    struct watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        abort();
    watch->live = live;
    watch->alerts = alerts;
    return watch;
}

void watch_free(struct watch *watch)
{
    free(watch);
}

void watch_config(struct watch *watch, const struct config *config)
{
    watch->config = config;
    for (int i = 0; i < RULE_COUNT; i++) {
        watch->limit[i] = rule_row((enum rule)i)->limit;
        watch->priority[i] = -1;
        watch->hold_us[i] = -1;
    }
    for (size_t i = 0; i < config->n_alerts; i++) {
        const struct alert_config *a = &config->alert[i];
        enum rule rule = rule_parse(a->name);
        if (rule == RULE_COUNT || a->point)
            continue;
        if (!isnan(a->above))
            watch->limit[rule] = a->above;
        watch->priority[rule] = a->priority;
        watch->hold_us[rule] = a->hold_us;
    }
}

static struct observation observe(const struct watch *watch, enum rule rule, uint64_t subject)
{
    return (struct observation){.rule = rule,
                                .subject = subject,
                                .priority = watch->priority[rule],
                                .hold_us = watch->hold_us[rule],
                                .value = NAN,
                                .limit = NAN,
                                .unit = ""};
}

static bool worth(const struct watch *watch, const struct observation *o)
{
    return o->verdict == VERDICT_BAD || alerts_known(watch->alerts, alert_key(o->rule, o->subject));
}

static void about_point(struct observation *o, const struct watch *watch, const struct live_point *point)
{
    o->room = point->room;
    o->device = point->device == NO_DEVICE ? NULL : watch->live->device[point->device]->config->id;
    o->part = point->part;
    o->point = point->name;
    o->value = point->value;
    o->unit = quantity_row(point->quantity)->unit;
}

static const char *label_of(const struct live_point *point)
{
    return *point->label ? point->label : point->part;
}

static enum alert_verdict above(double value, double limit, double hysteresis)
{
    return value > limit ? VERDICT_BAD : value > limit - hysteresis ? VERDICT_BETWEEN : VERDICT_GOOD;
}

static void watch_implausible(struct watch *watch, const struct live_point *point, double raw, struct moment now)
{
    char text[240], value[40];
    struct observation o = observe(watch, RULE_IMPLAUSIBLE, point->number);
    o.verdict = point->quality == QL_IMPLAUSIBLE ? VERDICT_BAD : VERDICT_GOOD;
    if (!worth(watch, &o))
        return;
    about_point(&o, watch, point);
    o.value = raw;
    snprintf(text, sizeof text,
             o.verdict == VERDICT_BAD ? "%s says %s, which is not possible: check the profile's scale"
                                      : "%s is possible again: %s",
             point->name, people_value(value, sizeof value, point->quantity, raw));
    o.text = text;
    alerts_observe(watch->alerts, &o, now);
}

static void watch_breaker(struct watch *watch, const struct live_point *point, struct moment now)
{
    char text[240], value[40], rating[40];
    if (point->quantity != Q_CURRENT || !(point->rating > 0) || !quality_has_value(point->quality))
        return;
    struct observation o = observe(watch, RULE_BREAKER_LOAD, point->number);
    o.limit = watch->limit[RULE_BREAKER_LOAD] / 100 * point->rating;
    o.verdict = above(fabs(point->value), o.limit, LOAD_HYSTERESIS * o.limit);
    if (!worth(watch, &o))
        return;
    about_point(&o, watch, point);
    snprintf(text, sizeof text, "%s (%s) carries %s, %.0f %% of its breaker of %s", point->name, label_of(point),
             people_value(value, sizeof value, Q_CURRENT, point->value), fabs(point->value) / point->rating * 100,
             people_value(rating, sizeof rating, Q_CURRENT, point->rating));
    o.text = text;
    alerts_observe(watch->alerts, &o, now);
}

static enum location place_of(const struct watch *watch, const struct live_point *point)
{
    const struct device_config *dc = watch->live->device[point->device]->config;
    for (size_t i = 0; i < dc->n_parts; i++)
        if (!strcmp(dc->part[i].part, point->part))
            return dc->part[i].place;
    return PLACE_NONE;
}

static void envelope_rule(struct watch *watch, enum rule rule, const struct live_point *point, double low, double high,
                          const char *range, struct moment now)
{
    char text[240];
    struct observation o = observe(watch, rule, point->number);
    double outside = fmax(point->value - high, low - point->value);
    o.verdict = above(outside, 0, CLIMATE_HYSTERESIS);
    if (!worth(watch, &o))
        return;
    about_point(&o, watch, point);
    o.limit = point->value - high > low - point->value ? high : low;
    snprintf(text, sizeof text, "inlet %s (%s) is at %.1f degC; %s is %.0f to %.0f degC", point->name, label_of(point),
             point->value, range, low, high);
    o.text = text;
    alerts_observe(watch->alerts, &o, now);
}

static void watch_inlet(struct watch *watch, const struct live_point *point, struct moment now)
{
    if (point->quantity != Q_TEMPERATURE || !quality_has_value(point->quality) || !*point->room ||
        place_of(watch, point) != PLACE_RACK_INLET)
        return;
    const struct room_config *room = &watch->config->room[watch->live->device[point->device]->config->room];
    const struct envelope e = envelope_of(room->ashrae, room->altitude);
    envelope_rule(watch, RULE_INLET_ALLOWABLE, point, e.allowable_low, e.allowable_high, "allowable", now);
    envelope_rule(watch, RULE_INLET_RECOMMENDED, point, e.recommended_low, e.recommended_high, "recommended", now);
}

static const char *state_name(const struct live_point *point)
{
    char number[24];
    snprintf(number, sizeof number, "%.0f", point->value);
    for (const char *const *s = point->states; s && s[0] && s[1]; s += 2)
        if (!strcmp(s[0], number))
            return s[1];
    return "";
}

static void watch_battery(struct watch *watch, const struct live_point *point, struct moment now)
{
    char text[240];
    if (point->quantity != Q_STATE || !quality_has_value(point->quality) || strcmp(point->part, "output") != 0)
        return;
    struct observation o = observe(watch, RULE_UPS_ON_BATTERY, point->number);
    o.verdict = strcmp(state_name(point), "on-battery") ? VERDICT_GOOD : VERDICT_BAD;
    if (!worth(watch, &o))
        return;
    about_point(&o, watch, point);
    snprintf(text, sizeof text,
             o.verdict == VERDICT_BAD ? "%s feeds from its battery" : "%s feeds from the mains again", o.device);
    o.text = text;
    alerts_observe(watch->alerts, &o, now);
}

static void device_rule(struct watch *watch, enum rule rule, const struct live_device *device, bool bad,
                        const char *text, uint64_t cause, struct moment now)
{
    struct observation o = observe(watch, rule, device->number);
    o.verdict = bad ? VERDICT_BAD : VERDICT_GOOD;
    if (!worth(watch, &o))
        return;
    const struct device_config *dc = device->config;
    o.device = dc->id;
    o.room = dc->room == NO_INDEX ? NULL : watch->config->room[dc->room].id;
    o.text = text;
    o.cause = cause;
    alerts_observe(watch->alerts, &o, now);
}

/* A line's number is that of the first device on it. */
static uint64_t line_of(const struct watch *watch, const struct live_device *device)
{
    const char *line = device->config->setup->address.line;
    for (size_t i = 0; line && i < watch->live->n_devices; i++) {
        const struct device_config *dc = watch->live->device[i]->config;
        if (dc && dc->setup->address.line && !strcmp(dc->setup->address.line, line))
            return watch->live->device[i]->number;
    }
    return device->number;
}

static void watch_line(struct watch *watch, const struct live_device *device, const char *text, struct moment now)
{
    struct observation o = observe(watch, RULE_GATEWAY_SILENT, line_of(watch, device));
    o.verdict = text ? VERDICT_BAD : VERDICT_GOOD;
    if (!worth(watch, &o))
        return;
    const struct device_config *dc = device->config;
    o.room = dc->room == NO_INDEX ? NULL : watch->config->room[dc->room].id;
    o.device = watch->live->device[live_index(watch->live, (uint32_t)o.subject)]->config->id;
    o.text = text ? text : "the line answers again";
    alerts_observe(watch->alerts, &o, now);
}

void watch_polled(struct watch *watch, struct live_device *device, struct moment now)
{
    char text[240];
    snprintf(text, sizeof text, "%s answers again", device->config->id);
    device_rule(watch, RULE_DEVICE_SILENT, device, false, text, 0, now);
    device_rule(watch, RULE_DEVICE_FAULT, device, false, text, 0, now);
    if (device->config->setup->is_modbus)
        watch_line(watch, device, NULL, now);
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *point = device->bound[i];
        if (!point || point->gone)
            continue;
        watch_implausible(watch, point, point->raw, now);
        watch_breaker(watch, point, now);
        watch_inlet(watch, point, now);
        watch_battery(watch, point, now);
        watch_threshold_point(watch->alerts, watch->live, point, now);
    }
    size_t room = device->config->room;
    watch_contradictions(watch->alerts, device, room == NO_INDEX ? NULL : watch->config->room[room].id, now);
}

void watch_failed(struct watch *watch, const struct live_device *device, struct moment now)
{
    char text[240], since[40];
    enum fault fault = (enum fault)device->fault;
    bool told = fault == FAULT_AUTH || fault == FAULT_UNKNOWN || fault == FAULT_ENGINE || fault == FAULT_PROTOCOL;
    uint64_t cause = 0;
    if (device->state != LIVE_OFFLINE)
        return;
    if (fault == FAULT_GATEWAY) {
        watch_line(watch, device, device->words, now);
        cause = alert_key(RULE_GATEWAY_SILENT, line_of(watch, device));
    }
    people_time(since, sizeof since, device->silent_since_ms);
    if (told)
        snprintf(text, sizeof text, "%s: %s", device->config->id, device->words);
    else
        snprintf(text, sizeof text, "%s does not answer since %s: %s", device->config->id, since, device->words);
    device_rule(watch, told ? RULE_DEVICE_FAULT : RULE_DEVICE_SILENT, device, true, text, cause, now);
}

void watch_replaced(struct watch *watch, const struct live_device *device, const char *before, const char *after,
                    struct moment now)
{
    char text[240];
    snprintf(text, sizeof text, "%s has serial %s now, %s before: its meters begin a new segment", device->config->id,
             after, before);
    device_rule(watch, RULE_DEVICE_REPLACED, device, true, text, 0, now);
}

void watch_kpis(struct watch *watch, const struct kpi_result *results, size_t n, struct moment now)
{
    char name[120];
    for (size_t i = 0; i < n; i++) {
        if (i && results[i].id == results[i - 1].id && !strcmp(results[i].scope, results[i - 1].scope))
            continue; /* its longer window: the point has the first one's value */
        snprintf(name, sizeof name, "%s/kpi/%s", results[i].scope, quantity_row(results[i].id)->name);
        const struct live_point *point = live_find(watch->live, name);
        if (point)
            watch_threshold_kpi(watch->alerts, watch->live, point, &results[i], watch->priority[RULE_KPI_LIMIT],
                                watch->hold_us[RULE_KPI_LIMIT], now);
    }
}

static void watch_feeds(struct watch *watch, struct moment now)
{
    struct feed_sum *sums;
    size_t n = feeds_sum(watch->live, watch->limit[RULE_FEED_REDUNDANCY] / 100, &sums);
    for (size_t i = 0; i < n; i++) {
        char text[240];
        struct observation o = observe(watch, RULE_FEED_REDUNDANCY, sums[i].subject);
        o.verdict = above(sums[i].amperes_a, sums[i].limit_a, LOAD_HYSTERESIS * sums[i].limit_a);
        if (worth(watch, &o)) {
            o.room = sums[i].room;
            o.device = sums[i].rack;
            o.part = phase_name(sums[i].phase);
            o.value = sums[i].amperes_a;
            o.limit = sums[i].limit_a;
            o.unit = "A";
            snprintf(text, sizeof text,
                     "rack %s, phase %s: feeds carry %.1f A together; if one fails the other's breaker of %.0f A has "
                     "more than %.1f A",
                     sums[i].rack, *o.part ? o.part : "l1", sums[i].sum_a, sums[i].breaker_a, sums[i].limit_a);
            o.text = text;
            alerts_observe(watch->alerts, &o, now);
        }
    }
    free(sums);
}

/* An alert about a moment, not about a state, ends by itself. */
static void end_replaced(struct watch *watch, struct moment now)
{
    for (size_t i = 0; i < watch->live->n_devices; i++) {
        struct live_device *device = watch->live->device[i];
        if (device->config && device->replaced_us && now.boot_us - device->replaced_us > REPLACED_US) {
            device->replaced_us = 0;
            device_rule(watch, RULE_DEVICE_REPLACED, device, false, "a day has passed", 0, now);
        }
    }
}

void watch_tick(struct watch *watch, struct moment now)
{
    watch_feeds(watch, now);
    end_replaced(watch, now);
    alerts_tick(watch->alerts, now);
}

void watch_trouble(struct watch *watch, enum rule rule, uint64_t subject, const char *part, const char *words,
                   struct moment now)
{
    struct observation o = observe(watch, rule, subject);
    o.verdict = words ? VERDICT_BAD : VERDICT_GOOD;
    o.part = part;
    o.text = words ? words : "well again";
    if (worth(watch, &o))
        alerts_observe(watch->alerts, &o, now);
}
