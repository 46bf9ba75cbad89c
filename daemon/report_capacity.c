/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_capacity.h"

#include "daemon/people.h"
#include "daemon/report_looks.h"
#include "daemon/uncertainty.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writer {
    const struct report_source *source;
    const struct config *config;
    const struct capacity *c;
    json_t *findings;
};

static void put(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, report_number(value));
}

static void put_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, report_text(text));
}

/* Keys "peak_a", "peak_at" and so on. */
static void put_load(json_t *object, const struct track_load *load, const char *unit)
{
    char key[32];
    const struct {
        const char *name;
        double value;
    } row[] = {{"latest", load->latest}, {"mean", load->mean}, {"p95", load->p95}, {"peak", load->peak}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        snprintf(key, sizeof key, "%s_%s", row[i].name, unit);
        put(object, key, row[i].value);
    }
    json_object_set_new(object, "latest_at", report_time(load->latest_s));
    json_object_set_new(object, "peak_at", report_time(load->peak_s));
    put(object, "coverage", load->coverage);
    json_object_set_new(object, "means_of_s", json_integer(load->resolution_s));
}

static const char *rack_id(const struct writer *w, size_t rack)
{
    return rack == NO_INDEX ? NULL : w->config->rack[rack].id;
}

static const char *room_id(const struct writer *w, size_t room)
{
    return room == NO_INDEX ? NULL : w->config->room[room].id;
}

__attribute__((format(printf, 2, 3))) static void find(const struct writer *w, const char *format, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    json_array_append_new(w->findings, report_text(text));
}

static json_t *racks_of(const struct writer *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->c->n_racks; i++) {
        const struct capacity_rack *r = &w->c->rack[i];
        const struct rack_config *rc = &w->config->rack[r->rack];
        json_t *one = json_object();
        put_text(one, "rack", rc->id);
        put_text(one, "title", rc->title);
        put_text(one, "room", room_id(w, rc->room));
        json_object_set_new(one, "devices", json_integer(r->devices));
        put_load(one, &r->power, "w");
        put_text(one, "reason", isnan(r->power.peak) ? "its power was not recorded in this period" : NULL);
        json_array_append_new(list, one);
    }
    return list;
}

/* DEVICE/PART */
static const char *circuit_name(const struct live_point *point, char *name, size_t size)
{
    snprintf(name, size, "%.*s", (int)(strrchr(point->name, '/') - point->name), point->name);
    return name;
}

static json_t *circuits_of(const struct writer *w)
{
    char name[120];
    json_t *list = json_array();
    for (size_t i = 0; i < w->c->n_circuits; i++) {
        const struct capacity_circuit *k = &w->c->circuit[i];
        const struct live_point *p = k->point;
        json_t *one = json_object();
        put_text(one, "point", p->name);
        put_text(one, "circuit", circuit_name(p, name, sizeof name));
        put_text(one, "label", p->label);
        put_text(one, "room", p->room);
        put_text(one, "rack", p->rack);
        put_text(one, "feed", p->feed);
        put_text(one, "phase", phase_name(p->phase));
        put_load(one, &k->load, "a");
        put(one, "breaker_a", k->breaker);
        put(one, "limit_a", k->limit);
        put(one, "left_a", k->left);
        put(one, "peak_share", k->load.peak / k->breaker);
        put(one, "uncertainty_k2_a", k->load.peak * COVERAGE_FACTOR * uncertainty_of_class(p->accuracy));
        put_text(one, "reason", k->reason);
        if (k->left < 0)
            find(w, "%s passed its limit: %.1f A of a breaker of %.0f A", name, k->load.peak, k->breaker);
        json_array_append_new(list, one);
    }
    return list;
}

static const char *side_name(int side)
{
    return side ? "B" : "A";
}

static void find_failover(const struct writer *w, const struct capacity_failover *f)
{
    char at[40];
    people_time(at, sizeof at, f->load.peak_s * 1000);
    if (f->load.peak > f->rating)
        find(w, "If feed %s had failed on %s, %s would have carried %.1f A: more than its breaker of %.0f A",
             side_name(f->failed), at, f->breaker->name, f->load.peak, f->rating);
    else if (f->load.peak > f->limit)
        find(w, "If feed %s had failed on %s, %s would have carried %.1f A: above the limit of %.1f A",
             side_name(f->failed), at, f->breaker->name, f->load.peak, f->limit);
}

static json_t *failovers_of(const struct writer *w)
{
    json_t *list = json_array();
    size_t judged = 0, passed = 0;
    for (size_t i = 0; i < w->c->n_failovers; i++) {
        const struct capacity_failover *f = &w->c->failover[i];
        json_t *one = json_object();
        put_text(one, "rack", rack_id(w, f->rack));
        put_text(one, "room", room_id(w, w->config->rack[f->rack].room));
        put_text(one, "phase", phase_name(f->phase));
        put_text(one, "failed", side_name(f->failed));
        put_text(one, "stays", side_name(!f->failed));
        put_text(one, "point", f->breaker ? f->breaker->name : NULL);
        put_text(one, "device", f->breaker ? plant_device(w->source->plant, f->breaker)->id : NULL);
        put_load(one, &f->load, "a");
        put(one, "breaker_a", f->rating);
        put(one, "limit_a", f->limit);
        put(one, "left_a", f->limit - f->load.peak);
        bool told = !f->reason && !isnan(f->load.peak);
        judged += told;
        passed += told && f->load.peak > f->limit;
        json_object_set_new(one, "passes_at_peak", told ? json_boolean(f->load.peak > f->limit) : json_null());
        json_object_set_new(one, "passes_now",
                            told && !isnan(f->load.latest) ? json_boolean(f->load.latest > f->limit) : json_null());
        put_text(one, "reason", f->reason);
        if (told)
            find_failover(w, f);
        json_array_append_new(list, one);
    }
    if (judged && !passed)
        find(w,
             "Either feed could have failed at any quarter of an hour: no breaker of %zu would have passed its limit",
             judged);
    return list;
}

static json_t *phases_of(const struct writer *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->c->n_phases; i++) {
        const struct capacity_phases *p = &w->c->phases[i];
        json_t *one = json_object();
        put_text(one, "device", p->device ? p->device->config->id : NULL);
        put_text(one, "room", room_id(w, p->room));
        put_text(one, "feed", p->feed);
        put(one, "l1_a", p->amperes[0]);
        put(one, "l2_a", p->amperes[1]);
        put(one, "l3_a", p->amperes[2]);
        put(one, "imbalance_percent", p->imbalance);
        put(one, "neutral_a", p->neutral);
        put_text(one, "reason", p->unstated ? "the phase of one-phase devices is not stated (phase)" : NULL);
        if (!p->device || !isnan(p->imbalance)) /* of a one-phase device there is nothing to say */
            json_array_append_new(list, one);
        else
            json_decref(one);
        if (!p->device && !p->unstated && p->imbalance > CIRCUIT_UNEVEN)
            find(w, "Feed %s of %s is uneven: %.1f, %.1f and %.1f A on its phases", *p->feed ? p->feed : "-",
                 room_id(w, p->room) ? room_id(w, p->room) : "-", p->amperes[0], p->amperes[1], p->amperes[2]);
    }
    return list;
}

static json_t *ups_of(const struct writer *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->c->n_ups; i++) {
        const struct capacity_ups *u = &w->c->ups[i];
        json_t *one = json_object();
        put_text(one, "device", u->device->config->id);
        put_text(one, "room", room_id(w, u->device->config->room));
        put_text(one, "feed", u->device->config->feed);
        put(one, "rating_w", u->rating);
        put_load(one, &u->load, "w");
        put(one, "peak_percent", u->peak_percent);
        put(one, "left_w", u->left);
        put_text(one, "other", u->other);
        put(one, "after_failover_w", u->after_failover);
        put(one, "after_failover_percent", u->after_percent);
        put_text(one, "reason", u->reason);
        if (u->peak_percent > 100 * w->c->part)
            find(w, "%s carried %.0f %% of its rating at its peak", u->device->config->id, u->peak_percent);
        if (u->after_percent > 100)
            find(w, "If %s failed, %s would carry %.0f %% of its rating", u->other, u->device->config->id,
                 u->after_percent);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *fits_of(const struct writer *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->c->n_fits; i++) {
        const struct capacity_fit *f = &w->c->fit[i];
        json_t *one = json_object();
        put_text(one, "rack", rack_id(w, f->rack));
        put_text(one, "room", room_id(w, w->config->rack[f->rack].room));
        put(one, "more_w", f->watts);
        put(one, "one_phase_w", f->one_phase_watts);
        put_text(one, "phase", isnan(f->one_phase_watts) ? NULL : phase_name(f->phase));
        put(one, "w_per_a", f->watts_per_ampere);
        put_text(one, "reason", f->reason);
        if (f->assumed)
            report_assume(w->source, "w-per-a", f->watts_per_ampere, "W/A",
                          "230 V and a power factor of 0.95; assumption");
        json_array_append_new(list, one);
    }
    return list;
}

/* What is older than the files keep quarters for has only longer means: its peaks are flatter. */
static void find_resolution(const struct writer *w)
{
    int64_t most = 0;
    for (size_t i = 0; i < w->c->n_circuits; i++)
        most = w->c->circuit[i].load.resolution_s > most ? w->c->circuit[i].load.resolution_s : most;
    if (most > PAST_STEP)
        find(w, "Peaks are means of %.0f minutes: so long ago no shorter ones are kept", (double)most / 60);
}

static void say_missing(const struct writer *w)
{
    for (size_t i = 0; i < w->c->n_circuits; i++)
        if (w->c->circuit[i].reason)
            report_missing(w->source, "capacity", "%s: %s", plant_device(w->source->plant, w->c->circuit[i].point)->id,
                           w->c->circuit[i].reason);
    if (w->c->unrated_branches)
        report_missing(w->source, "capacity",
                       "%zu branches: the rating of their breakers is not stated (parts: breaker)",
                       w->c->unrated_branches);
    if (w->source->plant->unlearnt)
        report_missing(w->source, "capacity", "%zu devices were never read", w->source->plant->unlearnt);
}

int report_capacity(const struct report_source *source, json_t **ret)
{
    const struct capacity *c = report_looks_capacity(source);
    struct writer w = {source, source->config, c, json_array()};
    json_t *all = json_object();
    json_object_set_new(all, "from", report_time(c->from_s));
    json_object_set_new(all, "to", report_time(c->to_s));
    put(all, "part", c->part);
    json_object_set(all, "findings", w.findings);
    json_object_set_new(all, "failover", failovers_of(&w));
    json_object_set_new(all, "circuits", circuits_of(&w));
    json_object_set_new(all, "racks", racks_of(&w));
    json_object_set_new(all, "fits", fits_of(&w));
    json_object_set_new(all, "ups", ups_of(&w));
    json_object_set_new(all, "phases", phases_of(&w));
    find_resolution(&w);
    if (c->n_failovers)
        report_assume(source, "cords", 2, "", "all equipment on two feeds has two cords; assumption");
    report_assume(source, "breaker-part", c->part, "",
                  "of a breaker's rating for continuous load (alerts: feed-redundancy: above)");
    say_missing(&w);
    json_decref(w.findings);
    *ret = all;
    return 0;
}
