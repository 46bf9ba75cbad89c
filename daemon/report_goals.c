/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_goals.h"

#include "daemon/report_value.h"

#include <math.h>

static const char *figure_value(const json_t *target, const json_t *row, const char *key, struct language *l)
{
    double value = report_double(row, key);
    return isnan(value) ? "" : report_value(l, value, report_string(target, "unit"), (double)NAN);
}

static void target_rows(struct page *page, const json_t *target, struct language *l)
{
    const json_t *goals = json_object_get(target, "goals");
    for (size_t i = 0; i < json_array_size(goals); i++) {
        const json_t *g = json_array_get(goals, i);
        const char *measured = figure_value(target, g, "value", l), *ahead = figure_value(target, g, "forecast", l);
        const char *cells[] = {i ? "" : report_string(target, "title"),
                               i ? "" : language_say(l, report_string(target, "kpi")),
                               i ? "" : figure_value(target, target, "baseline", l),
                               i ? "" : figure_value(target, target, "now", l),
                               report_words(l, "%d", (int)report_double(g, "year")),
                               figure_value(target, g, "goal", l),
                               *measured ? measured : ahead,
                               language_say(l, report_string(g, "assessment")),
                               i ? "" : report_string(target, "first_step")};
        page_row(page, cells);
    }
}

void report_goals_page(struct page *page, const json_t *document, struct language *l)
{
    static const char *const titles[] = {
        "Goal",       "Figure",    ">Baseline", ">Last twelve months", ">Year", ">Goal", ">Measured or forecast",
        "Assessment", "First step"};
    const json_t *targets = json_object_get(document, "targets");
    const char *said[sizeof titles / sizeof titles[0] + 1] = {NULL};
    if (!json_array_size(targets))
        return;
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        said[i] =
            *titles[i] == '>' ? report_words(l, ">%s", language_say(l, titles[i] + 1)) : language_say(l, titles[i]);
    page_heading(page, language_say(l, "Goals of the action plan"));
    page_table(page, said);
    for (size_t i = 0; i < json_array_size(targets); i++)
        target_rows(page, json_array_get(targets, i), l);
}
