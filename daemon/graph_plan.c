/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_plan.h"

#include "daemon/balance_share.h"
#include "daemon/climate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct making {
    struct arena *arena;
    const struct graph_set *set;
    const struct site_points *site;
    const struct graph_request *request;
    struct graph_plan *plan;
    size_t members;
};

const char *graph_unit(const char *unit)
{
    static const char *const words[][2] = {{"degC", "°C"}, {"m3/h", "m³/h"}, {"1", ""}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!strcmp(words[i][0], unit))
            return words[i][1];
    return unit;
}

static const char *words_in(const struct making *m, const struct graph_text *text)
{
    const char *words = text->in[m->request->language];
    return words ? words : "";
}

static struct graph_trace *push_trace(struct making *m, const struct graph_series *s, size_t series, const char *label)
{
    struct graph_plan *plan = m->plan;
    plan->trace = arena_push(m->arena, plan->trace, &plan->n, sizeof *plan->trace);
    struct graph_trace *trace = &plan->trace[plan->n - 1];
    *trace = (struct graph_trace){.label = label,
                                  .unit = s->right ? plan->right.unit : plan->left.unit,
                                  .colour = s->colour,
                                  .draw = s->draw,
                                  .combine = s->combine,
                                  .balance = s->balance,
                                  .right = s->right,
                                  .most = s->most,
                                  .series = series,
                                  .factor = s->factor};
    return trace;
}

static int add_member(struct making *m, struct graph_member **member, size_t *n, const struct live_point *point,
                      double factor)
{
    struct graph_member new = {.quantity = point->quantity, .factor = factor, .to_s = INT64_MAX};
    const char *owner = point->scope;
    if (!owner) {
        const struct device_config *device = m->site->live->device[point->device]->config;
        owner = device->id;
        new.from_s = device->from_ms / 1000;
        new.to_s = device->to_ms / 1000;
    }
    if (m->members++ >= GRAPH_MEMBERS_MAX || rrd_plan_path(owner, point->part, new.path) < 0)
        return -E2BIG;
    *member = arena_push(m->arena, *member, n, sizeof new);
    (*member)[*n - 1] = new;
    return 0;
}

static struct graph_trace *find_trace(struct graph_plan *plan, size_t series, const struct graph_group *group)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->trace[i].series == series && (!group->key || !strcmp(plan->trace[i].key, group->key)))
            return &plan->trace[i];
    return NULL;
}

/* The trace of this group among those of the series, or a new one. */
static struct graph_trace *trace_of(struct making *m, const struct graph_series *s, size_t series,
                                    const struct graph_group *group)
{
    const char *own = words_in(m, &s->label), *label = own;
    struct graph_trace *trace = find_trace(m->plan, series, group);
    if (trace)
        return trace;
    if (group->name)
        label = *own ? arena_printf(m->arena, "%s: %s", group->name, own) : group->name;
    trace = push_trace(m, s, series, label);
    trace->key = group->key;
    return trace;
}

static double factor_of(const struct graph_series *s, const struct live_point *point)
{
    if (s->percent)
        return point->rating > 0 ? 100 / point->rating : (double)NAN;
    /* what belongs to the room of it, where it counts in the room's balance */
    return point->role != ROLE_NONE && point->share > 0 && dimension_of(point->quantity) == D_POWER ? point->share : 1;
}

static int plan_select(struct making *m, const struct graph_series *s, size_t series)
{
    size_t n, n_per = 0;
    const struct live_point **points = graph_select(m->arena, m->site, &m->plan->view, &s->select, &n), **per = NULL;
    struct graph_group group;
    int r = 0;
    if (s->per.quantities)
        per = graph_select(m->arena, m->site, &m->plan->view, &s->per, &n_per);
    for (size_t i = 0; i < n && !r; i++) {
        graph_group_of(m->arena, m->site, points[i], s->by, m->request->language, &group);
        if (s->by == GRAPH_BY_POINT && s->select.quantities & (s->select.quantities - 1)) /* more than one */
            group.name = arena_printf(m->arena, "%s %s", group.name, quantity_row(points[i]->quantity)->name);
        struct graph_trace *trace = trace_of(m, s, series, &group);
        r = add_member(m, &trace->member, &trace->n, points[i], factor_of(s, points[i]));
    }
    for (size_t i = 0; i < n_per && !r; i++) {
        graph_group_of(m->arena, m->site, per[i], s->by, m->request->language, &group);
        struct graph_trace *trace = find_trace(m->plan, series, &group);
        if (trace)
            r = add_member(m, &trace->per, &trace->n_per, per[i], 1);
    }
    return r;
}

/* A quotient needs both sides. */
static void drop_halves(struct graph_plan *plan, const struct graph_series *series)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->n; i++)
        if (!series[plan->trace[i].series].per.quantities || plan->trace[i].n_per)
            plan->trace[n++] = plan->trace[i];
    plan->n = n;
}

static int plan_kpi(struct making *m, const struct graph_series *s, size_t series)
{
    char name[GRAPH_NAME_MAX];
    snprintf(name, sizeof name, "%s/kpi/%s", m->plan->view.id, quantity_row(s->kpi)->name);
    const struct live_point *point = live_find(m->site->live, name);
    if (!point)
        return 0;
    struct graph_trace *trace = push_trace(m, s, series, words_in(m, &s->label));
    return add_member(m, &trace->member, &trace->n, point, 1);
}

static void add_rule(struct making *m, const char *label, double value, const char *colour, bool right)
{
    struct graph_plan *plan = m->plan;
    for (size_t i = 0; i < plan->n_rules; i++)
        if (plan->rule[i].value == value && plan->rule[i].right == right && !strcmp(plan->rule[i].label, label))
            return;
    plan->rule = arena_push(m->arena, plan->rule, &plan->n_rules, sizeof *plan->rule);
    plan->rule[plan->n_rules - 1] = (struct graph_rule){label, colour, value, right};
}

static void add_range(struct making *m, const struct graph_limit *limit, double low, double high)
{
    const char *label =
        arena_printf(m->arena, "%s %g..%g %s", words_in(m, &limit->label), low, high, graph_unit(m->plan->left.unit));
    add_rule(m, label, low, limit->colour, limit->right);
    add_rule(m, label, high, limit->colour, limit->right);
}

/* Of one room: a site with rooms of several classes shows them all. */
static void room_limit(struct making *m, const struct graph_limit *limit, const struct room_config *room)
{
    const struct envelope envelope = envelope_of(room->ashrae, room->altitude);
    const struct graph_axis *axis = limit->right ? &m->plan->right : &m->plan->left;
    if (limit->from == GRAPH_LIMIT_RECOMMENDED)
        add_range(m, limit, envelope.recommended_low, envelope.recommended_high);
    else if (limit->from == GRAPH_LIMIT_ALLOWABLE)
        add_range(m, limit, envelope.allowable_low, envelope.allowable_high);
    else if (limit->from == GRAPH_LIMIT_SINK && !isnan(room->heat.sink_supply))
        add_rule(m,
                 arena_printf(m->arena, "%s %g %s", words_in(m, &limit->label), room->heat.sink_supply,
                              graph_unit(axis->unit)),
                 room->heat.sink_supply, limit->colour, limit->right);
}

static void rating_limit(struct making *m, const struct graph_limit *limit, const struct graph_definition *d)
{
    const struct graph_series *series = d->series.item;
    for (size_t i = 0; i < d->series.n; i++) {
        size_t n;
        const struct live_point **points = graph_select(m->arena, m->site, &m->plan->view, &series[i].select, &n);
        for (size_t k = 0; series[i].select.quantities && k < n; k++)
            if (points[k]->rating > 0)
                add_rule(m,
                         arena_printf(m->arena, "%s %g %s", words_in(m, &limit->label), points[k]->rating,
                                      graph_unit(m->plan->left.unit)),
                         points[k]->rating, limit->colour, limit->right);
    }
}

static void plan_limits(struct making *m, const struct graph_definition *d)
{
    const struct graph_limit *limits = d->limits.item;
    const struct config *config = m->site->config;
    for (size_t i = 0; i < d->limits.n; i++) {
        if (limits[i].from == GRAPH_LIMIT_VALUE)
            add_rule(m, words_in(m, &limits[i].label), limits[i].value, limits[i].colour, limits[i].right);
        else if (limits[i].from == GRAPH_LIMIT_RATING)
            rating_limit(m, &limits[i], d);
        for (size_t k = 0; k < config->n_rooms; k++)
            if (m->plan->view.kind == GRAPH_SITE || m->plan->view.room == k)
                room_limit(m, &limits[i], &config->room[k]);
    }
}

static int plan_definition(struct making *m, const struct graph_definition *d, char why[GRAPH_WORDS])
{
    struct graph_plan *plan = m->plan;
    const struct graph_series *series = d->series.item;
    int r = 0;
    if (!(d->scopes >> plan->view.kind & 1)) {
        snprintf(why, GRAPH_WORDS, "%s is not drawn of a %s", d->name, graph_scope_names[plan->view.kind]);
        return -EINVAL;
    }
    plan->title = words_in(m, &d->title);
    plan->every = d->every;
    plan->left = d->left;
    plan->right = d->right;
    plan->n_series = d->series.n;
    for (size_t i = 0; i < d->series.n && !r; i++) {
        if (series[i].balance != BALANCE_NOTHING)
            push_trace(m, &series[i], i, words_in(m, &series[i].label));
        else if (series[i].kpi != Q_NONE)
            r = plan_kpi(m, &series[i], i);
        else
            r = plan_select(m, &series[i], i);
    }
    drop_halves(plan, series);
    if (!r)
        plan_limits(m, d);
    return r;
}

/* Any point: its average with the lowest and highest beside it. */
static int plan_point(struct making *m, char why[GRAPH_WORDS])
{
    static const struct graph_series series = {.draw = GRAPH_BAND, .factor = 1};
    static const char *const breakers[] = {"Breaker or rating", "Automaat of nominaal", "Disjoncteur ou nominal"};
    struct graph_plan *plan = m->plan;
    const struct live_point *point = live_find(m->site->live, m->request->what);
    if (!point || point->gone) {
        snprintf(why, GRAPH_WORDS, "'%s': no graph and no point of this name", m->request->what);
        return -ENOENT;
    }
    const struct quantity_row *row = quantity_row(point->quantity);
    if (!row->graphed) {
        snprintf(why, GRAPH_WORDS, "%s is not kept in RRD files: its energies are in energy-day and in reports",
                 point->name);
        return -EINVAL;
    }
    plan->left.unit = *row->unit ? row->unit : "1";
    plan->title = *point->label ? arena_printf(m->arena, "%s %s", point->name, point->label) : point->name;
    plan->n_series = 1;
    struct graph_trace *trace = push_trace(m, &series, 0, row->name);
    if (point->rating > 0)
        add_rule(m,
                 arena_printf(m->arena, "%s %g %s", breakers[m->request->language], point->rating,
                              graph_unit(plan->left.unit)),
                 point->rating, "red", false);
    return add_member(m, &trace->member, &trace->n, point, 1);
}

static bool wants_place(const struct graph_definition *d)
{
    const struct graph_series *series = d ? d->series.item : NULL;
    return d && d->series.n && series[0].select.place != PLACE_NONE;
}

int graph_plan_make(struct arena *arena, const struct graph_set *set, const struct site_points *site,
                    const struct graph_request *request, struct graph_plan *ret, char why[GRAPH_WORDS])
{
    struct graph_plan plan = {.what = request->what};
    struct making m = {.arena = arena, .set = set, .site = site, .request = request, .plan = &plan};
    const struct graph_definition *d = graph_set_find(set, request->what);
    plan.left.low = plan.left.high = plan.right.low = plan.right.high = NAN;
    for (int i = 0; i < GRAPH_LANGUAGE_COUNT; i++)
        plan.left.label.in[i] = plan.right.label.in[i] = "";
    int r = graph_view_find(site, d ? request->scope : "site", &plan.view, why);
    if (!r)
        r = d ? plan_definition(&m, d, why) : plan_point(&m, why);
    if (r == -E2BIG)
        snprintf(why, GRAPH_WORDS, "%s of %s: more than %d points, choose a room or a rack", plan.what, plan.view.id,
                 GRAPH_MEMBERS_MAX);
    if (r)
        return r;
    if (!plan.n) {
        snprintf(why, GRAPH_WORDS, "%s: nothing in %s is what it draws%s", plan.what, plan.view.id,
                 wants_place(d) ? "; sensors tell their place by `parts: {sensor-01: {place: rack-inlet}}`" : "");
        return -ENODATA;
    }
    *ret = plan;
    return 0;
}
