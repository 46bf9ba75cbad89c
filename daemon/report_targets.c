/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_targets.h"

#include "daemon/calendar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NOW_LEAST  0.90 /* of the last twelve months must be covered, or a season passes for a year; assumption */
#define YEAR_LEAST 0.90

struct seen {
    double value, coverage;
    char reason[200];
};

/* Whether less is better. */
static bool falls(enum quantity kpi)
{
    static const enum quantity up[] = {Q_K_DCIE,
                                       Q_K_REF,
                                       Q_K_ERF,
                                       Q_K_CER,
                                       Q_K_HEAT_POWER,
                                       Q_K_HEAT_ENERGY,
                                       Q_K_HEAT_COP,
                                       Q_K_HEAT_DELIVERED,
                                       Q_K_HEAT_TEMPERATURE};
    for (size_t i = 0; i < sizeof up / sizeof up[0]; i++)
        if (up[i] == kpi)
            return false;
    return true;
}

static int look(const struct report_source *s, const char *room, enum quantity kpi, int64_t from_s, int64_t to_s,
                struct seen *ret)
{
    struct kpi_window w;
    struct kpi_scope scope;
    struct kpi_result all[KPI_RESULTS];
    *ret = (struct seen){.value = NAN, .reason = "this figure is not kept over years"};
    int r = figures_site_window(s->figures, room, from_s, to_s, &w, &scope);
    if (r)
        return r;
    ret->coverage = w.covered;
    size_t n = kpi_of_window(&scope, &w, KPI_DAY, all);
    kpi = kpi == Q_K_PUE ? Q_K_IPUE : kpi;
    for (size_t i = 0; i < n; i++)
        if (all[i].id == kpi) {
            ret->value = all[i].value;
            snprintf(ret->reason, sizeof ret->reason, "%s", all[i].reason);
        }
    if (!isnan(ret->value) && ret->coverage < NOW_LEAST) {
        snprintf(ret->reason, sizeof ret->reason, "only %.1f %% of the twelve months is covered", 100 * ret->coverage);
        ret->value = NAN;
    }
    return 0;
}

static int64_t year_start(unsigned year)
{
    struct tm tm = {.tm_year = (int)year - 1900, .tm_mday = 1, .tm_isdst = -1};
    return (int64_t)mktime(&tm);
}

struct course {
    const struct report_source *source;
    const struct target_config *target;
    const char *room;
    struct seen baseline, now;
    int64_t now_from, now_to;
};

static double forecast(const struct course *c, unsigned year)
{
    double base = (double)year_start(c->target->baseline_year) + 182.5 * 86400;
    double here = (double)(c->now_from + c->now_to) / 2, there = (double)year_start(year) + 182.5 * 86400;
    if (!(here > base + 30 * 86400.0)) /* the same months twice are no course */
        return NAN;
    return c->now.value + (c->now.value - c->baseline.value) * (there - here) / (here - base);
}

static bool reached(const struct target_config *t, double value, double goal)
{
    return falls(t->kpi) ? value <= goal : value >= goal;
}

static int add_goal(const struct course *c, int years, json_t *goals)
{
    const struct report_source *s = c->source;
    unsigned year = c->target->baseline_year + (unsigned)years + 1;
    double goal = c->target->goal[years], ahead = NAN;
    int64_t from = year_start(year), to = year_start(year + 1), end = s->to_s < s->now_s ? s->to_s : s->now_s;
    struct seen seen = {.value = NAN, .reason = ""};
    const char *assessment = "open", *how = "";
    int r = 0;
    if (isnan(goal))
        return 0;
    if (to <= end) { /* over: judged by what was measured */
        r = look(s, c->room, c->target->kpi, from, to, &seen);
        assessment = isnan(seen.value) ? "unknown" : reached(c->target, seen.value, goal) ? "met" : "missed";
        how = isnan(seen.value) ? seen.reason : "the calendar year";
    } else {
        ahead = forecast(c, year);
        if (!isnan(ahead))
            assessment = reached(c->target, ahead, goal) ? "on course" : "off course";
        how = isnan(ahead) ? "no course is known yet"
                           : "a straight line from the baseline through the last twelve months";
    }
    json_t *one = json_object();
    json_object_set_new(one, "year", json_integer(year));
    json_object_set_new(one, "goal", report_number(goal));
    json_object_set_new(one, "value", report_number(seen.value));
    json_object_set_new(one, "forecast", report_number(ahead));
    json_object_set_new(one, "assessment", json_string(assessment));
    json_object_set_new(one, "how", report_text(how));
    json_array_append_new(goals, one);
    return r;
}

static int see(struct course *c)
{
    const struct report_source *s = c->source;
    const struct target_config *t = c->target;
    int r = 0;
    c->now_to = s->to_s < s->now_s ? s->to_s : s->now_s / QUARTER_S * QUARTER_S;
    c->now_from = calendar_start(SPAN_MONTH, c->now_to - 1, -11);
    c->baseline = (struct seen){.value = t->baseline, .coverage = NAN};
    if (isnan(t->baseline))
        r = look(s, c->room, t->kpi, year_start(t->baseline_year), year_start(t->baseline_year + 1), &c->baseline);
    return r ? r : look(s, c->room, t->kpi, c->now_from, c->now_to, &c->now);
}

/* The part of the way to the last goal that is behind; NAN. */
static double progress(const struct course *c)
{
    double goal = NAN;
    for (int i = 0; i < TARGET_YEARS; i++)
        goal = isnan(c->target->goal[i]) ? goal : c->target->goal[i];
    double way = goal - c->baseline.value;
    return fabs(way) > 0 ? (c->now.value - c->baseline.value) / way : (double)NAN;
}

static int add_target(const struct report_source *s, const struct room_config *room, const struct target_config *t,
                      json_t *list)
{
    struct course c = {.source = s, .target = t, .room = room->id};
    json_t *one = json_object(), *goals = json_array();
    int r = see(&c);
    for (int i = 0; i < TARGET_YEARS && !r; i++)
        r = add_goal(&c, i, goals);
    const char *reason = isnan(c.now.value) ? c.now.reason : isnan(c.baseline.value) ? c.baseline.reason : NULL;
    json_object_set_new(one, "room", report_text(room->id));
    json_object_set_new(one, "target", report_text(t->id));
    json_object_set_new(one, "title", report_text(t->title));
    json_object_set_new(one, "kpi", json_string(quantity_row(t->kpi)->name));
    json_object_set_new(one, "unit", json_string(quantity_row(t->kpi)->unit));
    json_object_set_new(one, "baseline_year", json_integer(t->baseline_year));
    json_object_set_new(one, "baseline", report_number(c.baseline.value));
    json_object_set_new(one, "baseline_source", json_string(isnan(t->baseline) ? "measured" : "entered"));
    json_object_set_new(one, "now", report_number(c.now.value));
    json_object_set_new(one, "now_from", report_time(c.now_from));
    json_object_set_new(one, "now_to", report_time(c.now_to));
    json_object_set_new(one, "progress", report_number(progress(&c)));
    json_object_set_new(one, "first_step", report_text(t->first_step));
    json_object_set_new(one, "reason", report_text(reason));
    json_object_set_new(one, "goals", goals);
    json_array_append_new(list, one);
    if (reason)
        report_missing(s, "targets", "%s: %s", t->id, reason);
    return r;
}

int report_targets(const struct report_source *source, json_t **ret)
{
    json_t *list = json_array();
    int r = 0;
    for (size_t i = 0; i < source->config->n_rooms && !r; i++) {
        const struct room_config *room = &source->config->room[i];
        for (size_t k = 0; k < room->n_targets && report_covers(source, i) && !r; k++)
            r = add_target(source, room, &room->target[k], list);
    }
    if (r)
        json_decref(list);
    else
        *ret = list;
    return r;
}
