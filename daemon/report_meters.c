/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_meters.h"

#include "daemon/ledger_register.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Why the balance passes a meter over. */
static const char *passed_over(const struct balance_meter *m, char text[80])
{
    if (m->used)
        return NULL;
    if (m->instead) {
        snprintf(text, 80, "%s measures the same and counts", m->instead);
        return text;
    }
    if (m->role == ROLE_IT && m->quantity == Q_ENERGY)
        return "the same energy is counted by other meters";
    return "its role counts another quantity";
}

static double base(const struct figures_meter *m)
{
    return m->paired.whole * (m->meter.weight > 0 && m->meter.used ? m->meter.weight : m->meter.share);
}

/* What the register saw of one meter within the period. */
struct changes {
    bool any;
    enum quantity quantity;
    enum role role;
    char serial[64], room[ID_MAX + 1];
    json_t *list;
};

struct search {
    const struct report_source *source;
    struct changes *changes; /* of each meter */
};

static void add_change(struct changes *c, const struct register_segment *now, const char *what, const char *from,
                       const char *to)
{
    if (!strcmp(from, to))
        return;
    json_t *one = json_object();
    json_object_set_new(one, "at", report_time(now->since_ms / 1000));
    json_object_set_new(one, "what", json_string(what));
    json_object_set_new(one, "from", report_text(from));
    json_object_set_new(one, "to", report_text(to));
    json_array_append_new(c->list, one);
}

static bool same_flow(const struct record *r, const struct balance_meter *m)
{
    bool electric = r->quantity == Q_ACTIVE_POWER || r->quantity == Q_ENERGY;
    return !strcmp(r->device, m->device) && !strcmp(r->part, m->part) &&
           (r->quantity == m->quantity || (m->quantity == Q_ENERGY && electric));
}

static void see_change(const struct report_source *source, struct changes *c, const struct register_segment *segment)
{
    const struct record *r = &segment->record;
    const char *serial = r->serial ? r->serial : "";
    int64_t since_s = segment->since_ms / 1000;
    if (c->any && r->quantity != c->quantity)
        return;
    if (c->any && since_s > source->from_s && since_s < source->to_s) {
        if (*c->serial && *serial)
            add_change(c, segment, "serial", c->serial, serial);
        add_change(c, segment, "role", role_names[c->role], role_names[r->role]);
        add_change(c, segment, "room", c->room, r->room);
    }
    c->any = true;
    c->quantity = r->quantity;
    c->role = r->role;
    snprintf(c->serial, sizeof c->serial, "%s", serial);
    snprintf(c->room, sizeof c->room, "%s", r->room);
}

static void see_segment(void *context, const struct register_segment *segment)
{
    struct search *search = context;
    for (size_t i = 0; i < search->source->n_meters; i++)
        if (same_flow(&segment->record, &search->source->meter[i].meter))
            see_change(search->source, &search->changes[i], segment);
}

static json_t *meter_of(const struct report_source *s, const struct figures_meter *m)
{
    const struct balance_meter *b = &m->meter;
    json_t *one = json_object();
    double length = (double)(s->window->to_s - s->window->from_s) * 1e3;
    double whole = m->paired.whole;
    char text[80];
    json_object_set_new(one, "device", report_text(b->device));
    json_object_set_new(one, "part", report_text(b->part));
    json_object_set_new(one, "room", report_text(m->room));
    json_object_set_new(one, "role", json_string(role_names[b->role]));
    json_object_set_new(one, "as", json_string(b->removed ? "heat removed" : role_names[b->as]));
    json_object_set_new(one, "used", json_boolean(b->used));
    json_object_set_new(one, "needed", json_boolean(m->paired.needed));
    json_object_set_new(one, "quantity", json_string(quantity_row(b->quantity)->name));
    json_object_set_new(one, "unit", json_string(b->quantity == Q_VOLUME && b->weight <= 1 ? "m3" : "Wh"));
    json_object_set_new(one, "value", report_number(m->paired.covered_ms || fabs(whole) > 0 ? base(m) : (double)NAN));
    json_object_set_new(one, "paired", report_number(m->paired.paired * b->weight));
    json_object_set_new(one, "weight", report_number(b->used ? b->weight : (double)NAN));
    json_object_set_new(one, "share", b->share < 1 ? report_number(b->share) : json_null());
    json_object_set_new(one, "category", b->category ? json_integer(b->category) : json_null());
    json_object_set_new(one, "accuracy", report_number(b->accuracy));
    json_object_set_new(one, "coverage",
                        report_number(length > 0 ? fmin(1, (double)m->paired.covered_ms / length) : (double)NAN));
    json_object_set_new(one, "estimated",
                        report_number(fabs(whole) > 0 ? m->paired.whole_estimated / whole : (double)NAN));
    json_object_set_new(
        one, "note",
        report_text(b->assumed && !m->paired.account ? "a constant of the configuration" : passed_over(b, text)));
    return one;
}

/* Another serial within the period, where nothing else has to be said: the page shows it too. */
static void note_replaced(json_t *meter, const json_t *changes)
{
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *one = json_array_get(changes, i);
        if (!strcmp(json_string_value(json_object_get(one, "what")), "serial") &&
            json_is_null(json_object_get(meter, "note")))
            json_object_set_new(meter, "note",
                                json_sprintf("replaced: serial %s, then %s",
                                             json_string_value(json_object_get(one, "from")),
                                             json_string_value(json_object_get(one, "to"))));
    }
}

int report_meters(const struct report_source *source, json_t **ret)
{
    struct search search = {source, calloc(source->n_meters + 1, sizeof *search.changes)};
    json_t *list = json_array();
    if (!search.changes)
        abort();
    for (size_t i = 0; i < source->n_meters; i++)
        search.changes[i].list = json_array();
    int r = register_segments(ledger_file(source->ledger), see_segment, &search);
    for (size_t i = 0; i < source->n_meters; i++) {
        const struct figures_meter *m = &source->meter[i];
        if (m->meter.heat || (!m->meter.used && !(fabs(m->paired.whole) > 0))) {
            json_decref(search.changes[i].list);
            continue;
        }
        json_t *one = meter_of(source, m);
        note_replaced(one, search.changes[i].list);
        json_object_set_new(one, "changes", search.changes[i].list);
        json_array_append_new(list, one);
        if (m->meter.used && m->paired.account && !m->paired.covered_ms && source->from_s < source->now_s)
            report_missing(source, m->meter.device, "nothing from it in this period");
    }
    free(search.changes);
    if (r)
        json_decref(list);
    else
        *ret = list;
    return r;
}
