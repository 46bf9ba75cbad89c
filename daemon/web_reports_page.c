/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_page.h"

#include "daemon/calendar.h"
#include "daemon/scope.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MONTHS 13

static void month_text(char text[16], int64_t now_s, int offset)
{
    time_t t = (time_t)calendar_start(SPAN_MONTH, now_s, offset);
    struct tm tm;
    strftime(text, 16, "%Y-%m", localtime_r(&t, &tm));
}

/* The period asked, or the last closed month. */
static const char *period_of(const struct web_world *world, const struct web_query *query, char text[64])
{
    char month[16];
    month_text(month, world->now_ms / 1000, -1);
    snprintf(text, 64, "%s", *query->period ? query->period : month);
    return text;
}

static const char *scope_of(const struct web_query *query)
{
    return *query->scope ? query->scope : "site";
}

static void put_downloads(const struct web_world *world, const struct web_query *query, const char *period,
                          json_t *view)
{
    static const struct {
        const char *format, *title;
    } rows[] = {{"html", "Report"}, {"csv", "CSV"}, {"json", "JSON"}, {"eu", "EU 2024/1364"}, {"text", "Text"}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *one = web_add(list, json_object());
        web_put_text(one, "format", rows[i].format);
        web_put_text(one, "title", web_say(world, rows[i].title));
        web_put_words(one, "href", "/report?scope=%s&period=%s&format=%s&lang=%s%s", scope_of(query), period,
                      rows[i].format, world->language, i ? "&download=1" : "");
    }
    web_put(view, "downloads", list);
}

int web_reports_page(const struct web_world *world, const struct web_query *query, json_t *view)
{
    char period[64], text[16];
    int64_t from, to;
    struct scope scope;
    if (*query->scope && scope_find(world->config, query->scope, &scope)) {
        web_put_text(view, "error", "there is no room or group of this name");
        return -ENOENT;
    }
    period_of(world, query, period);
    if (calendar_parse(period, &from, &to) < 0) {
        web_put_text(view, "error", "expected a period like 2026, 2026-10, 2026-W40 or 2026-10-01/2026-10-15");
        return -EINVAL;
    }
    json_t *scopes = json_array(), *periods = json_array();
    web_put_scopes(world, scope_of(query), scopes);
    for (int i = 0; i < MONTHS; i++) {
        month_text(text, world->now_ms / 1000, -i);
        web_choice(periods, text, text, period);
    }
    for (int i = 0; i < 3; i++) {
        time_t t = (time_t)calendar_start(SPAN_YEAR, world->now_ms / 1000, -i);
        struct tm tm;
        strftime(text, sizeof text, "%Y", localtime_r(&t, &tm));
        web_choice(periods, text, text, period);
    }
    web_put(view, "scopes", scopes);
    web_put(view, "periods", periods);
    web_put_text(view, "period", period);
    web_put_text(view, "scope_id", scope_of(query));
    put_downloads(world, query, period, view);
    return 0;
}

void web_reports_asks(const struct web_world *world, const struct web_query *query, json_t *asks)
{
    char period[64];
    json_t *ask = web_add(asks, json_object());
    web_put_text(ask, "do", "document");
    web_put_text(ask, "scope", scope_of(query));
    web_put_text(ask, "period", period_of(world, query, period));
    web_put(ask, "fresh", json_integer(60));
}

/* A figure of the document, in the shape of the API's. */
static json_t *figure_of(const struct web_world *world, const json_t *kpi)
{
    json_t *like = json_copy((json_t *)kpi);
    json_object_set_new(like, "scope", json_string("report"));
    json_object_set(like, "uncertainty", json_object_get(kpi, "uncertainty_k2"));
    json_t *figure = web_figure(world, like);
    json_decref(like);
    if (*web_text(kpi, "inputs"))
        web_put_text(figure, "inputs", web_text(kpi, "inputs"));
    return figure;
}

static void put_energy(const struct web_world *world, const json_t *document, json_t *view)
{
    static const struct {
        const char *key, *title;
        bool seldom; /* told only where there is any */
    } rows[] = {{"total_wh", "Entered", false},        {"it_wh", "IT", false},
                {"cooling_wh", "Cooling", false},      {"cooling_bought_wh", "Cooling bought", true},
                {"losses_wh", "Losses", false},        {"lighting_wh", "Lighting", true},
                {"other_wh", "Other", true},           {"heat_pump_wh", "Heat pump", true},
                {"unmetered_wh", "Not metered", false}};
    const json_t *energy = json_object_get(document, "energy");
    json_t *list = json_array();
    double total = web_number(energy, "total_wh");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double wh = web_number(energy, rows[i].key);
        char number[48];
        if (isnan(wh) || (rows[i].seldom && wh == 0))
            continue;
        json_t *row = web_add(list, json_object());
        web_put_text(row, "title", web_say(world, rows[i].title));
        web_put(row, "value", web_value(world, rows[i].key, Q_ENERGY, wh, NULL));
        web_put(row, "bar", web_live_bar("", wh / total, NULL));
        web_put_words(row, "share", "%s %%", web_digits(world, number, 100 * wh / total, 1));
    }
    web_put(view, "energy", list);
}

void web_reports_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view)
{
    const json_t *document = json_object_get(json_array_get(answers, 0), "document"), *one;
    json_t *figures = json_array(), *missing = json_array();
    size_t i;
    (void)query;
    json_array_foreach(json_object_get(document, "kpis"), i, one)
    {
        if (!strcmp(web_text(one, "id"), "ipue"))
            web_put(view, "ipue", figure_of(world, one));
        else if (!strcmp(web_text(one, "id"), "pue"))
            web_put(view, "pue", figure_of(world, one));
        web_add(figures, figure_of(world, one));
    }
    json_array_foreach(json_object_get(document, "missing"), i, one)
    {
        json_t *row = web_add(missing, json_object());
        web_put_text(row, "what", web_say(world, web_text(one, "what")));
        web_put_text(row, "why", web_say(world, web_text(one, "why")));
    }
    web_put(view, "figures", figures);
    web_put(view, "has_missing", json_boolean(json_array_size(missing) > 0));
    web_put(view, "missing", missing);
    web_put(view, "closed", json_boolean(json_is_true(json_object_get(json_object_get(document, "period"), "closed"))));
    put_energy(world, document, view);
    const char *error = web_text(json_array_get(answers, 0), "error");
    if (!document)
        web_put_text(view, "books_error", web_say(world, *error ? error : "the figures were not ready in time"));
}
