/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_findings.h"

#include "daemon/report_value.h"

#include <math.h>

void report_findings(struct page *page, const json_t *document, const char *section, const char *title,
                     struct language *l)
{
    const json_t *findings = json_object_get(json_object_get(document, section), "findings");
    if (!json_array_size(findings))
        return;
    page_heading(page, language_say(l, title));
    for (size_t i = 0; i < json_array_size(findings); i++)
        page_words(page, language_say(l, json_string_value(json_array_get(findings, i))));
}

static const char *value_of(const json_t *saves, const char *key, const char *unit, struct language *l)
{
    double value = report_double(saves, key);
    return isnan(value) ? "" : report_value(l, value, unit, (double)NAN);
}

static void add_row(struct page *page, const json_t *a, size_t number, struct language *l)
{
    const json_t *saves = json_object_get(a, "saves");
    double low = report_double(saves, "low_wh"), high = report_double(saves, "high_wh");
    const char *range = !(high > low) ? ""
                                      : report_words(l, "%s – %s", report_value(l, low, "Wh", (double)NAN),
                                                     report_value(l, high, "Wh", (double)NAN));
    const char *cells[] = {report_words(l, "%zu. %s", number, language_say(l, report_string(a, "title"))),
                           report_string(a, "room"),
                           value_of(saves, "wh", "Wh", l),
                           value_of(saves, "heat_wh", "Wh", l),
                           range,
                           value_of(saves, "eur", "EUR", l),
                           value_of(saves, "co2_kg", "kg", l)};
    page_row(page, cells);
}

static const char *sentence(struct language *l, const char *text)
{
    return *text ? report_words(l, "%s.", language_say(l, text)) : "";
}

void report_advice_page(struct page *page, const json_t *document, struct language *l)
{
    const json_t *advice = json_object_get(document, "advice");
    size_t n = json_array_size(advice);
    const char *titles[] = {language_say(l, "Advice"),
                            language_say(l, "Room"),
                            report_words(l, ">%s", language_say(l, "Electricity saved")),
                            report_words(l, ">%s", language_say(l, "Heat given")),
                            report_words(l, ">%s", language_say(l, "Range")),
                            report_words(l, ">%s", language_say(l, "Saved")),
                            ">CO2",
                            NULL};
    if (!n)
        return;
    page_heading(page, language_say(l, "Advice, with what it would save in a year"));
    page_table(page, titles);
    for (size_t i = 0; i < n; i++)
        add_row(page, json_array_get(advice, i), i + 1, l);
    for (size_t i = 0; i < n; i++) {
        const json_t *a = json_array_get(advice, i);
        const char *caution = report_string(a, "caution");
        page_words(page,
                   report_words(l, "%zu. %s %s %s", i + 1, sentence(l, report_string(a, "text")),
                                sentence(l, report_string(a, "ground")), *caution ? language_say(l, caution) : ""));
    }
}
