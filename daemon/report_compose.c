/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_compose.h"

#include "daemon/report_layout.h"
#include "daemon/report_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const json_t *kpi_of(const json_t *document, const char *id)
{
    const json_t *kpis = json_object_get(document, "kpis");
    for (size_t i = 0; i < json_array_size(kpis); i++)
        if (!strcmp(report_string(json_array_get(kpis, i), "id"), id))
            return json_array_get(kpis, i);
    return NULL;
}

static struct tm day_of(int64_t s)
{
    time_t t = (time_t)s;
    struct tm tm;
    localtime_r(&t, &tm);
    return tm;
}

/* A month and a year by their name, any other period by its edges. */
static const char *period_words(const json_t *document, struct language *l)
{
    const json_t *period = json_object_get(document, "period");
    int64_t from = report_seconds(period, "from"), to = report_seconds(period, "to");
    struct tm first = day_of(from), after = day_of(to);
    bool midnight = !first.tm_hour && !first.tm_min && !after.tm_hour && !after.tm_min;
    int months = (after.tm_year - first.tm_year) * 12 + after.tm_mon - first.tm_mon;
    if (midnight && first.tm_mday == 1 && after.tm_mday == 1 && months == 1)
        return report_words(l, "%s %d", language_month(l, first.tm_mon), first.tm_year + 1900);
    if (midnight && first.tm_mday == 1 && after.tm_mday == 1 && months == 12 && first.tm_mon == 0)
        return report_words(l, "%d", first.tm_year + 1900);
    return report_words(l, "%s – %s", language_date(l, from, !midnight),
                        language_date(l, midnight ? to - 1 : to, !midnight));
}

const char *report_headline(const json_t *document, struct language *l)
{
    const char *title = report_string(document, "title");
    return report_words(l, "%s · %s", *title ? title : report_string(document, "scope"), period_words(document, l));
}

/* "iPUE2 1.31 ± 0.02 · category 2 · coverage 100.0 % · estimated 0.0 %" */
static const char *kpi_line(const json_t *kpi, struct language *l)
{
    const char *line = report_words(l, "%s %s", report_string(kpi, "name"),
                                    report_value_u(l, report_double(kpi, "value"), report_string(kpi, "unit"),
                                                   report_double(kpi, "uncertainty_k2")));
    if (json_is_number(json_object_get(kpi, "category")))
        line = report_words(l, "%s · %s %d", line, language_say(l, "category"), (int)report_double(kpi, "category"));
    line = report_words(l, "%s · %s %s", line, language_say(l, "coverage"),
                        report_value(l, report_double(kpi, "coverage"), "share", (double)NAN));
    return report_words(l, "%s · %s %s", line, language_say(l, "estimated"),
                        report_value(l, report_double(kpi, "estimated"), "share", (double)NAN));
}

static void compose_head(struct page *page, const json_t *document, struct language *l)
{
    const json_t *period = json_object_get(document, "period");
    const json_t *pue = kpi_of(document, "pue");
    if (isnan(report_double(pue, "value")))
        pue = kpi_of(document, "ipue");
    page_title(page, report_headline(document, l));
    page_words(page,
               report_words(l, "%s %s – %s, %s", language_say(l, "Energy report"),
                            language_date(l, report_seconds(period, "from"), 1),
                            language_date(l, report_seconds(period, "to"), 1), report_string(period, "timezone")));
    if (!json_is_true(json_object_get(period, "closed")))
        page_note(page, language_say(l, "The period is not over: these figures are provisional."));
    if (pue && !isnan(report_double(pue, "value")))
        page_words(page, kpi_line(pue, l));
    else if (pue)
        page_note(page,
                  report_words(l, "%s: %s", language_say(l, "No PUE"), language_say(l, report_string(pue, "reason"))));
}

static void energy_row(struct page *page, const json_t *energy, const char *title, const char *key, double entered,
                       struct language *l)
{
    double value = report_double(energy, key);
    const char *reason = report_string(json_object_get(energy, "reasons"), key);
    if (isnan(value) && !*reason)
        return;
    const char *cells[] = {language_say(l, title), report_value(l, value, "Wh", (double)NAN),
                           isnan(value) || !(entered > 0) ? "" : report_value(l, value / entered, "share", (double)NAN),
                           language_say(l, isnan(value) ? reason : "")};
    page_row(page, cells);
}

static void compose_energy(struct page *page, const json_t *document, struct language *l)
{
    static const struct {
        const char *title, *key;
    } rows[] = {{"Entered", "total_wh"},
                {"IT", "it_wh"},
                {"Cooling", "cooling_wh"},
                {"Cooling bought", "cooling_bought_wh"},
                {"Losses of the UPS", "ups_losses_wh"},
                {"Losses of the distribution", "distribution_losses_wh"},
                {"Lighting", "lighting_wh"},
                {"Other", "other_wh"},
                {"Heat pump", "heat_pump_wh"},
                {"Not metered", "unmetered_wh"},
                {"Solar", "solar_wh"},
                {"Generator", "generator_wh"},
                {"Exported", "export_wh"},
                {"Fuel", "fuel_wh"},
                {"Heat delivered", "heat_out_wh"},
                {"Heat removed by the cooling", "heat_removed_wh"}};
    const json_t *energy = json_object_get(document, "energy");
    const char *titles[] = {"", report_words(l, ">%s", language_say(l, "Energy")),
                            report_words(l, ">%s", language_say(l, "of what entered")), "", NULL};
    double entered = report_double(energy, "total_wh");
    page_heading(page, language_say(l, "Energy"));
    page_table(page, titles);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        energy_row(page, energy, rows[i].title, rows[i].key, entered, l);
    const json_t *warnings = json_object_get(energy, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++)
        page_note(page, language_say(l, json_string_value(json_array_get(warnings, i))));
}

static const char *or_dash(double value, const char *unit, struct language *l)
{
    return isnan(value) ? "" : report_value(l, value, unit, (double)NAN);
}

static void compose_kpis(struct page *page, const json_t *document, struct language *l)
{
    const json_t *kpis = json_object_get(document, "kpis");
    const char *titles[] = {language_say(l, "Figure"),
                            report_words(l, ">%s", language_say(l, "Value")),
                            report_words(l, ">%s", language_say(l, "Category")),
                            report_words(l, ">%s", language_say(l, "Coverage")),
                            report_words(l, ">%s", language_say(l, "Estimated")),
                            language_say(l, "Remarks"),
                            NULL};
    page_heading(page, language_say(l, "Figures"));
    page_table(page, titles);
    for (size_t i = 0; i < json_array_size(kpis); i++) {
        const json_t *k = json_array_get(kpis, i);
        double value = report_double(k, "value");
        const char *reason = language_say(l, report_string(k, "reason"));
        const char *warning = json_string_value(json_array_get(json_object_get(k, "warnings"), 0));
        const char *cells[] = {
            language_say(l, report_string(k, "name")),
            report_value_u(l, value, report_string(k, "unit"), report_double(k, "uncertainty_k2")),
            or_dash(report_double(k, "category"), "count", l),
            isnan(value) ? "" : or_dash(report_double(k, "coverage"), "share", l),
            isnan(value) ? "" : or_dash(report_double(k, "estimated"), "share", l),
            *reason && warning ? report_words(l, "%s; %s", reason, language_say(l, warning))
            : warning          ? language_say(l, warning)
                               : reason,
        };
        page_row(page, cells);
    }
    page_words(page, language_say(l, "± is the expanded uncertainty (k = 2)."));
}

static void assumed_row(struct page *page, const json_t *a, struct language *l)
{
    const char *cells[] = {language_say(l, report_string(a, "key")),
                           report_value(l, report_double(a, "value"), report_string(a, "unit"), (double)NAN),
                           language_say(l, report_string(a, "source"))};
    page_row(page, cells);
}

static void compose_assumed(struct page *page, const json_t *document, struct language *l)
{
    const json_t *assumed = json_object_get(document, "assumed");
    const char *titles[] = {language_say(l, "Assumed"), report_words(l, ">%s", language_say(l, "Value")),
                            language_say(l, "Source"), NULL};
    if (!json_array_size(assumed))
        return;
    page_heading(page, language_say(l, "What is assumed"));
    page_table(page, titles);
    for (size_t i = 0; i < json_array_size(assumed); i++)
        assumed_row(page, json_array_get(assumed, i), l);
}

static void compose_missing(struct page *page, const json_t *document, struct language *l)
{
    const json_t *missing = json_object_get(document, "missing");
    const char *titles[] = {language_say(l, "Missing"), language_say(l, "Why"), NULL};
    if (!json_array_size(missing))
        return;
    page_heading(page, language_say(l, "What is missing"));
    page_table(page, titles);
    for (size_t i = 0; i < json_array_size(missing); i++) {
        const json_t *m = json_array_get(missing, i);
        const char *cells[] = {language_say(l, report_string(m, "what")), language_say(l, report_string(m, "why"))};
        page_row(page, cells);
    }
}

static void compose_explanation(struct page *page, const json_t *document, struct language *l)
{
    const json_t *kpi = json_object_get(document, "kpi"), *notes = json_object_get(document, "notes");
    const json_t *warnings = json_object_get(kpi, "warnings");
    page_title(page, report_headline(document, l));
    page_words(page, kpi_line(kpi, l));
    if (*report_string(kpi, "reason"))
        page_note(page, language_say(l, report_string(kpi, "reason")));
    for (size_t i = 0; i < json_array_size(warnings); i++)
        page_note(page, language_say(l, json_string_value(json_array_get(warnings, i))));
    page_heading(page, language_say(l, "Formula"));
    page_words(page, report_words(l, "%s = %s", report_string(kpi, "name"),
                                  language_say(l, report_string(document, "formula"))));
    page_words(page, report_words(l, "%s: %s", language_say(l, "Source"), report_string(document, "source")));
    layout_section(page, document, "operands", l);
    layout_section(page, document, "terms", l);
    layout_section(page, document, "trace", l);
    compose_assumed(page, document, l);
    page_heading(page, language_say(l, "Notes"));
    for (size_t i = 0; i < json_array_size(notes); i++)
        page_words(page, language_say(l, json_string_value(json_array_get(notes, i))));
}

struct page *report_compose(const json_t *document, struct language *l)
{
    static const char *const sections[] = {"heat",     "peaks",   "money",  "targets", "benchmarks",
                                           "capacity", "climate", "advice", "meters"};
    struct page *page = page_new();
    if (json_object_get(document, "formula")) {
        compose_explanation(page, document, l);
        return page;
    }
    compose_head(page, document, l);
    compose_energy(page, document, l);
    compose_kpis(page, document, l);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        layout_section(page, document, sections[i], l);
    compose_assumed(page, document, l);
    compose_missing(page, document, l);
    return page;
}
