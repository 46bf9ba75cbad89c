/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_document.h"

#include "daemon/report_kpis.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct report_section report_sections[] = {
    {"kpis", report_kpis},
    {NULL, NULL},
};

struct gathered {
    struct report_source source;
    struct kpi_window window;
    struct kpi_scope scope;
    struct kpi_result figure[2 * KPI_RESULTS];
};

static int find_scope(struct report_source *s, const char *scope)
{
    s->scope = scope;
    if (!strcmp(scope, "site"))
        return 0;
    for (size_t i = 0; i < s->config->n_rooms; i++)
        if (!strcmp(s->config->room[i].id, scope)) {
            s->room = &s->config->room[i];
            return 0;
        }
    return -ENOENT;
}

/* A PUE is a figure of twelve months; of any other period it is told why there is none. */
static void add_pue(struct gathered *g)
{
    struct report_source *s = &g->source;
    struct kpi_result *pue = &g->figure[s->n_figures];
    bool year = s->to_s - s->from_s >= 365 * INT64_C(86400);
    s->n_figures += kpi_of_window(&g->scope, &g->window, KPI_TWELVE_MONTHS, pue);
    if (year && s->closed)
        return;
    pue->value = pue->uncertainty = pue->estimated = NAN;
    pue->category = 0;
    snprintf(pue->name, sizeof pue->name, "PUE");
    snprintf(pue->warnings, sizeof pue->warnings, "%s", "");
    snprintf(pue->reason, sizeof pue->reason, "%s",
             year ? "the twelve months are not over: see ipue" : "a PUE is a figure of twelve months: see ipue");
}

static int gather(struct gathered *g)
{
    struct report_source *s = &g->source;
    int r = figures_site_window(s->figures, s->scope, s->from_s, s->to_s, &g->window, &g->scope);
    if (r)
        return r;
    if (s->from_s >= s->now_s)
        g->scope.reason = "the period begins in the future";
    s->n_meters = figures_site_meters(s->figures, &s->meter);
    s->window = &g->window;
    s->kpi_scope = &g->scope;
    s->figure = g->figure;
    s->n_figures = kpi_of_window(&g->scope, &g->window, KPI_DAY, g->figure);
    add_pue(g);
    return 0;
}

static json_t *period_of(const struct report_source *s)
{
    json_t *period = json_object();
    json_object_set_new(period, "from", report_time(s->from_s));
    json_object_set_new(period, "to", report_time(s->to_s));
    json_object_set_new(period, "timezone", report_text(s->config->timezone));
    json_object_set_new(period, "closed", json_boolean(s->closed));
    return period;
}

static json_t *failed(int r)
{
    json_t *json = json_object();
    json_object_set_new(json, "reason", report_text(strerror(-r)));
    return json;
}

static json_t *write_sections(const struct report_source *s)
{
    json_t *document = json_object();
    json_object_set_new(document, "schema", json_integer(1));
    json_object_set_new(document, "site", report_text(s->config->site));
    json_object_set_new(document, "scope", report_text(s->scope));
    json_object_set_new(document, "title", report_text(s->room ? s->room->title : s->config->title));
    json_object_set_new(document, "created", report_time(s->now_s));
    json_object_set_new(document, "period", period_of(s));
    for (const struct report_section *section = report_sections; section->key; section++) {
        json_t *part = NULL;
        int r = section->build(s, &part);
        json_object_set_new(document, section->key, r ? failed(r) : part);
        if (r)
            report_missing(s, section->key, "%s", strerror(-r));
    }
    json_object_set(document, "missing", s->missing);
    return document;
}

int report_build(const struct report_request *request, json_t **ret)
{
    struct ledger *none = NULL;
    struct gathered *g = calloc(1, sizeof *g);
    if (!g)
        abort();
    struct report_source *s = &g->source;
    *s = (struct report_source){.config = request->config,
                                .ledger = request->ledger,
                                .state = request->state,
                                .from_s = request->from_s,
                                .to_s = request->to_s,
                                .now_s = request->now_s,
                                .closed = request->to_s <= request->now_s,
                                .missing = json_array()};
    int r = find_scope(s, request->scope);
    if (!r && !s->ledger) {
        r = ledger_open(":memory:", true, &none);
        s->ledger = none;
        report_missing(s, "ledger", "%s", request->no_ledger ? request->no_ledger : "there is none");
    }
    r = r ? r : figures_site_open(s->ledger, s->config, s->now_s, &s->figures);
    if (!r)
        r = gather(g);
    if (!r)
        *ret = write_sections(s);
    figures_site_close(s->figures);
    ledger_close(none);
    json_decref(s->missing);
    free(g);
    return r;
}
