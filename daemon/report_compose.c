/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_compose.h"

#include "daemon/report_findings.h"
#include "daemon/report_goals.h"
#include "daemon/report_layout.h"
#include "daemon/report_offer_page.h"
#include "daemon/report_value.h"

#include <math.h>
#include <stdio.h>
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
    const char *line = report_words(l, "%s %s", language_say(l, report_string(kpi, "name")),
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

/* Name, value, and behind it its uncertainty or a word. */
static void card(struct page *page, struct language *l, const char *name, double value, const char *unit, double u,
                 const char *word)
{
    const char *note =
        isnan(u) ? word : report_words(l, "± %s%s%s", report_value(l, u, unit, u), *word ? " · " : "", word);
    const char *cells[] = {language_say(l, name), report_value(l, value, unit, u), note};
    if (!isnan(value))
        page_row(page, cells);
}

/* Where the rooms' heat is known from, if that is one thing. */
static const char *basis_of(const json_t *rooms)
{
    const char *first = report_string(json_array_get(rooms, 0), "basis");
    for (size_t i = 1; i < json_array_size(rooms); i++)
        if (strcmp(report_string(json_array_get(rooms, i), "basis"), first) != 0)
            return "measured in part";
    return first;
}

static void compose_cards(struct page *page, const json_t *document, struct language *l)
{
    const json_t *energy = json_object_get(document, "energy"), *heat = json_object_get(document, "heat");
    const json_t *pue = kpi_of(document, "pue"), *it = kpi_of(document, "it-energy"),
                 *all = kpi_of(document, "total-energy");
    if (isnan(report_double(pue, "value")))
        pue = kpi_of(document, "ipue");
    const char *basis = basis_of(json_object_get(heat, "rooms"));
    page_cards(page);
    card(page, l, report_string(pue, "name"), report_double(pue, "value"), "", report_double(pue, "uncertainty_k2"),
         report_words(l, "%s %s", language_say(l, "category"), language_number(l, report_double(pue, "category"), 0)));
    card(page, l, "Entered", report_double(energy, "total_wh"), "Wh", report_double(all, "uncertainty_k2"), "");
    card(page, l, "IT", report_double(energy, "it_wh"), "Wh", report_double(it, "uncertainty_k2"), "");
    card(page, l, "Recoverable heat", report_double(heat, "energy_wh"), "Wh", (double)NAN, language_say(l, basis));
}

/* What a bar or a point of the series is called: the hour, the day of the month, the month. */
static const char *label_of(const json_t *row, const char *step, struct language *l)
{
    struct tm tm = day_of(report_seconds(row, "from"));
    if (!strcmp(step, "hour"))
        return report_words(l, "%d h", tm.tm_hour);
    return strcmp(step, "month") ? report_words(l, "%d", tm.tm_mday) : language_month(l, tm.tm_mon);
}

static void chart_of(struct page *page, const json_t *rows, const char *const *labels, const char *title,
                     const char *const (*series)[2], enum chart_kind kind, const char *unit, double divisor,
                     double base, struct language *l)
{
    size_t n = json_array_size(rows);
    double *values = malloc((n + 1) * sizeof *values);
    if (!values)
        abort();
    page_chart(page, kind, language_say(l, title), unit, divisor, base, labels, n);
    for (; (*series)[0]; series++) {
        for (size_t i = 0; i < n; i++)
            values[i] = report_double(json_array_get(rows, i), (*series)[1]);
        page_series(page, language_say(l, (*series)[0]), values);
    }
    free(values);
}

static void compose_charts(struct page *page, const json_t *document, struct language *l)
{
    static const char *const energies[][2] = {{"IT", "it_wh"},
                                              {"Cooling", "cooling_wh"},
                                              {"Losses", "losses_wh"},
                                              {"Lighting", "lighting_wh"},
                                              {"Other", "other_wh"},
                                              {"Not metered", "unmetered_wh"},
                                              {NULL, NULL}};
    static const char *const ratio[][2] = {{"Entered / IT", "ratio"}, {NULL, NULL}};
    static const char *const heat[][2] = {
        {"Recoverable, measured", "heat_w"}, {"Delivered", "heat_out_w"}, {NULL, NULL}};
    static const char *const titles[][3] = {{"hour", "Energy by hour", "Entered over IT by hour"},
                                            {"day", "Energy by day", "Entered over IT by day"},
                                            {"month", "Energy by month", "Entered over IT by month"}};
    const json_t *series = json_object_get(document, "series"), *rows = json_object_get(series, "rows");
    const char *step = report_string(series, "step");
    size_t n = json_array_size(rows), t = !strcmp(step, "hour") ? 0 : !strcmp(step, "day") ? 1 : 2;
    const char **labels = calloc(n + 1, sizeof *labels);
    if (!labels)
        abort();
    for (size_t i = 0; i < n; i++)
        labels[i] = label_of(json_array_get(rows, i), step, l);
    chart_of(page, rows, labels, titles[t][1], energies, CHART_STACK, "kWh", 1e3, 0, l);
    chart_of(page, rows, labels, titles[t][2], ratio, CHART_LINE, "", 1, 1, l);
    chart_of(page, rows, labels, "Heat: mean power", heat, CHART_LINE, "kW", 1e3, 0, l);
    free(labels);
}

/* Of a difference of meters: what it may be off by, and when that is all of it. */
static const char *difference_note(const json_t *energy, const char *key, double value, struct language *l)
{
    char name[60];
    snprintf(name, sizeof name, "%.*s_uncertainty_k2", (int)(strlen(key) - strlen("_wh")), key);
    double u = report_double(energy, name);
    if (isnan(u))
        return "";
    const char *text = report_words(l, "± %s", report_value(l, u, "Wh", (double)NAN));
    return fabs(value) > u ? text
                           : report_words(l, "%s: %s", text, language_say(l, "the meters cannot tell it from none"));
}

static void energy_row(struct page *page, const json_t *energy, const char *title, const char *key, double entered,
                       struct language *l)
{
    double value = report_double(energy, key);
    const char *reason = report_string(json_object_get(energy, "reasons"), key);
    if (isnan(value) ? !*reason : !(fabs(value) > 0))
        return; /* most rooms have no sun, no generator, no fuel */
    const char *cells[] = {language_say(l, title), report_value(l, value, "Wh", (double)NAN),
                           isnan(value) || !(entered > 0) ? "" : report_value(l, value / entered, "share", (double)NAN),
                           isnan(value) ? language_say(l, reason) : difference_note(energy, key, value, l)};
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
            or_dash(report_double(k, "coverage"), "share", l),
            or_dash(report_double(k, "estimated"), "share", l),
            *reason && warning ? report_words(l, "%s; %s", reason, language_say(l, warning))
            : warning          ? language_say(l, warning)
                               : reason,
        };
        if (!isnan(value)) /* the others are told with what is missing */
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

#define MISSING_EACH 4 /* rows of one subject: the document has them all */

/* How many of the rows before i have its subject; *ret_all: how many in all. */
static size_t nth_of(const json_t *missing, size_t i, size_t *ret_all)
{
    const char *what = report_string(json_array_get(missing, i), "what");
    size_t before = 0;
    *ret_all = 0;
    for (size_t k = 0; k < json_array_size(missing); k++)
        if (!strcmp(report_string(json_array_get(missing, k), "what"), what)) {
            before += k < i;
            (*ret_all)++;
        }
    return before;
}

static void missing_row(struct page *page, const json_t *document, const json_t *missing, size_t i, struct language *l)
{
    const json_t *m = json_array_get(missing, i), *kpi = kpi_of(document, report_string(m, "what"));
    size_t all, nth = nth_of(missing, i, &all);
    const char *what = nth ? "" : language_say(l, report_string(kpi ? kpi : m, kpi ? "name" : "what"));
    const char *why = language_say(l, report_string(m, "why"));
    if (nth == MISSING_EACH && all > MISSING_EACH + 1)
        why = language_say(l, report_words(l, "and %zu more", all - MISSING_EACH));
    const char *cells[] = {what, why};
    if (nth <= MISSING_EACH)
        page_row(page, cells);
}

static void compose_missing(struct page *page, const json_t *document, struct language *l)
{
    const json_t *missing = json_object_get(document, "missing");
    const char *titles[] = {language_say(l, "Missing"), language_say(l, "Why"), NULL};
    if (!json_array_size(missing))
        return;
    page_heading(page, language_say(l, "What is missing"));
    page_table(page, titles);
    for (size_t i = 0; i < json_array_size(missing); i++)
        missing_row(page, document, missing, i, l);
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
    report_offer_page(page, json_object_get(document, "offer"), l);
    page_heading(page, language_say(l, "Formula"));
    page_words(page, report_words(l, "%s = %s", language_say(l, report_string(kpi, "name")),
                                  language_say(l, report_string(document, "formula"))));
    page_words(
        page, report_words(l, "%s: %s", language_say(l, "Source"), language_say(l, report_string(document, "source"))));
    layout_section(page, document, "prices", l);
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
    static const struct {
        const char *key, *findings; /* title of its findings; NULL: it has none */
    } sections[] = {{"money", NULL},
                    {"peaks", NULL},
                    {"heat", NULL},
                    {"targets", NULL},
                    {"benchmarks", NULL},
                    {"advice", NULL},
                    {"capacity", "Capacity and resilience"},
                    {"climate", "Climate"},
                    {"meters", NULL}};
    struct page *page = page_new();
    if (json_object_get(document, "formula")) {
        compose_explanation(page, document, l);
        return page;
    }
    compose_head(page, document, l);
    compose_cards(page, document, l);
    compose_energy(page, document, l);
    layout_section(page, document, "members", l);
    compose_charts(page, document, l);
    compose_kpis(page, document, l);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (sections[i].findings)
            report_findings(page, document, sections[i].key, sections[i].findings, l);
        if (!strcmp(sections[i].key, "advice"))
            report_advice_page(page, document, l);
        else if (!strcmp(sections[i].key, "targets"))
            report_goals_page(page, document, l);
        else
            layout_section(page, document, sections[i].key, l);
    }
    compose_assumed(page, document, l);
    compose_missing(page, document, l);
    page_foot(page, report_words(l, "%s wattwacht " WATTWACHT_VERSION ", %s", language_say(l, "Report by"),
                                 language_date(l, report_seconds(document, "created"), 1)));
    return page;
}
