/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_offer_page.h"

#include "daemon/report_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *key, *title, *unit;
} facts[] = {
    {"year_wh", "Heat a year, as it comes", "Wh"},
    {"power_w", "Mean power", "W"},
    {"power_low_w", "at least", "W"},
    {"power_high_w", "at most", "W"},
    {"power_most_w", "Highest power of a quarter-hour", "W"},
    {"power_95_w", "Power that is there 95 % of the time", "W"},
    {"availability", "Time at half the mean power or more", "share"},
    {"temperature", "Temperature, mean", "degC"},
    {"temperature_low", "Temperature, lowest", "degC"},
    {"temperature_high", "Temperature, highest", "degC"},
    {"exergy", "Exergy of it", "share"},
    {"grade", "Use", "text"},
    {"sink_supply", "Supply of the network asked for", "degC"},
    {"sink_return", "Return of the network", "degC"},
    {"cop", "COP of a heat pump to it", ""},
    {"delivered_w", "Mean power behind the heat pump", "W"},
    {"delivered_year_wh", "Heat a year behind the heat pump", "Wh"},
    {"electric_year_wh", "Its electricity a year", "Wh"},
    {"coverage", "Time that was metered", "share"},
    {"used_year_wh", "Heat used a year", "Wh"},
    {"investment_eur", "Investment", "EUR"},
    {"maintenance_eur", "Maintenance a year", "EUR"},
    {"lcoh_eur_mwh", "Price of the heat (LCOH)", "EUR/MWh"},
    {"lcoh_low_eur_mwh", "at least", "EUR/MWh"},
    {"lcoh_high_eur_mwh", "at most", "EUR/MWh"},
    {"lcoh_reason", "No price of the heat", "text"},
    {"price_heat_eur_mwh", "Price paid for heat", "EUR/MWh"},
    {"payback_years", "Paid back by the gas saved", "years"},
    {"payback_with_cooling_years", "and by the cooling no longer needed", "years"},
    {"payback_sold_years", "Paid back by the heat sold", "years"},
    {"payback_reason", "No payback", "text"},
};

static void facts_of(struct page *page, const json_t *offer, struct language *l)
{
    static const char *const titles[] = {"", ">", NULL};
    page_table(page, titles);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const json_t *value = json_object_get(offer, facts[i].key);
        const char *cells[] = {language_say(l, facts[i].title), report_member(l, value, facts[i].unit)};
        if (value && !json_is_null(value))
            page_row(page, cells);
    }
}

static void profile_of(struct page *page, const json_t *months, struct language *l)
{
    static const char *const series[][2] = {{"Mean", "power_w"}, {"Highest", "most_w"}, {"Lowest", "least_w"}};
    size_t n = json_array_size(months);
    const char **labels = calloc(n + 1, sizeof *labels);
    double *values = calloc(n + 1, sizeof *values);
    if (!labels || !values)
        abort();
    for (size_t i = 0; i < n; i++) {
        time_t t = (time_t)report_seconds(json_array_get(months, i), "from");
        struct tm tm;
        localtime_r(&t, &tm);
        labels[i] = language_month(l, tm.tm_mon);
    }
    page_chart(page, CHART_LINE, language_say(l, "Power over the year"), "kW", 1e3, 0, labels, n);
    for (size_t k = 0; k < 3; k++) {
        for (size_t i = 0; i < n; i++)
            values[i] = report_double(json_array_get(months, i), series[k][1]);
        page_series(page, language_say(l, series[k][0]), values);
    }
    free(values);
    free(labels);
}

static void months_of(struct page *page, const json_t *months, struct language *l)
{
    const char *titles[] = {language_say(l, "Month"),
                            report_words(l, ">%s", language_say(l, "Mean")),
                            report_words(l, ">%s", language_say(l, "Highest")),
                            report_words(l, ">%s", language_say(l, "Lowest")),
                            report_words(l, ">%s", language_say(l, "Coverage")),
                            NULL};
    page_table(page, titles);
    for (size_t i = 0; i < json_array_size(months); i++) {
        const json_t *m = json_array_get(months, i);
        const char *cells[] = {report_member(l, json_object_get(m, "from"), "month"),
                               report_value(l, report_double(m, "power_w"), "W", (double)NAN),
                               report_value(l, report_double(m, "most_w"), "W", (double)NAN),
                               report_value(l, report_double(m, "least_w"), "W", (double)NAN),
                               report_value(l, report_double(m, "coverage"), "share", (double)NAN)};
        page_row(page, cells);
    }
}

void report_offer_page(struct page *page, const json_t *offers, struct language *l)
{
    for (size_t i = 0; i < json_array_size(offers); i++) {
        const json_t *offer = json_array_get(offers, i), *months = json_object_get(offer, "months");
        page_heading(page, report_words(l, "%s: %s", language_say(l, "Heat offer"), report_string(offer, "title")));
        if (*report_string(offer, "reason"))
            page_note(page, language_say(l, report_string(offer, "reason")));
        if (isnan(report_double(offer, "power_w")))
            continue;
        page_words(page,
                   report_words(l, "%s: %s", language_say(l, "Basis"), language_say(l, report_string(offer, "basis"))));
        facts_of(page, offer, l);
        if (json_array_size(months) > 1)
            profile_of(page, months, l);
        months_of(page, months, l);
    }
}
