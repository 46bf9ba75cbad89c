/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_layout.h"

#include "daemon/report_value.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct layout layouts[] = {
    {"prices", "How the price of the heat comes about",
     {{"room", "Room", "name"}, {"name", "Figure", "text"}, {"formula", "Formula", "text"}, {"value", ">Value", "value"}}, 0},
    {"operands", "Operands", {{"name", "Operand", "text"}, {"value", ">Value", "value"}}, 0},
    {"terms", "What entered is the sum of",
     {{"sign", "", "name"}, {"role", "Counts as", "text"}, {"value", ">Energy", "value"},
      {"uncertainty_k2", ">± (k = 2)", "Wh"}, {"meters", ">Meters", "count"}}, 0},
    {"trace", "Meters and their quarters of an hour",
     {{"device", "Meter", "name"}, {"part", "Part", "name"}, {"as", "Counts as", "text"},
      {"value", ">Energy", "value"}, {"weight", ">Weight", ""}, {"accuracy", ">Limit of error", "%"},
      {"quarters", ">Quarters", "count"}, {"measured", ">Measured", "count"}, {"estimated", ">Estimated", "count"},
      {"spread", ">Spread", "count"}, {"manual", ">Manual", "count"}, {"correction", ">Corrections", "count"}}, 0},
    {"members", "What it is the sum of",
     {{"title", "Room", "name"}, {"total_wh", ">Entered", "Wh"}, {"share", ">of what entered", "share"},
      {"it_wh", ">IT", "Wh"}, {"name", "Figure", "name"}, {"ratio", ">Value", ""}, {"uncertainty_k2", ">±", ""},
      {"coverage", ">Coverage", "share"}, {"reason", "Why not", "text"}}, 0},
    {"heat.rooms", "Heat that could be recovered",
     {{"room", "Room", "name"}, {"basis", "Basis", "text"}, {"power_w", ">Power, mean", "W"},
      {"power_low_w", ">at least", "W"}, {"power_high_w", ">at most", "W"}, {"energy_wh", ">Heat", "Wh"},
      {"temperature", ">Temperature", "degC"}, {"cop", ">COP", ""}, {"delivered_wh", ">Delivered by a heat pump", "Wh"},
      {"electric_wh", ">Its electricity", "Wh"}}, 0},
    {"heat.year", "What a year of it is worth",
     {{"used_wh", "Heat used", "Wh"}, {"electric_wh", "Electricity of the heat pump", "Wh"},
      {"utilisation", "Used of what is delivered", "share"}, {"demand_covered", "Demand covered", "share"},
      {"co2_gross_kg", "CO2 of gas avoided", "kg"}, {"co2_net_kg", "CO2 net of the heat pump's electricity", "kg"},
      {"homes", "Homes heated", "count"}, {"gas_saved_eur", "Gas saved", "EUR"},
      {"electricity_eur", "Electricity of the heat pump, cost", "EUR"}, {"saved_eur", "Saved", "EUR"},
      {"note", "Reckoned for", "text"}}, 0},
    {"heat.year", "What the heat costs, and when it has paid",
     {{"investment_eur", "Investment", "EUR"}, {"capital_eur", "Interest and repayment a year", "EUR"},
      {"maintenance_eur", "Maintenance a year", "EUR"}, {"lcoh_eur_mwh", "Price of the heat (LCOH)", "EUR/MWh"},
      {"lcoh_low_eur_mwh", "at least", "EUR/MWh"}, {"lcoh_high_eur_mwh", "at most", "EUR/MWh"},
      {"lcoh_reason", "No price of the heat", "text"}, {"payback_years", "Paid back by the gas saved", "years"},
      {"payback_low_years", "at least", "years"}, {"payback_high_years", "at most", "years"},
      {"payback_with_cooling_years", "and by the cooling no longer needed", "years"},
      {"payback_sold_years", "Paid back by the heat sold", "years"}, {"payback_reason", "No payback", "text"}}, 0},
    {"heat.prices", "What the heat of each room costs",
     {{"room", "Room", "name"}, {"used_wh", ">Heat used", "Wh"}, {"investment_eur", ">Investment", "EUR"},
      {"lcoh_eur_mwh", ">LCOH", "EUR/MWh"}, {"lcoh_low_eur_mwh", ">at least", "EUR/MWh"},
      {"lcoh_high_eur_mwh", ">at most", "EUR/MWh"}, {"payback_years", ">Paid back by the gas saved", "years"},
      {"payback_sold_years", ">by the heat sold", "years"}, {"payback_reason", "Why not", "text"}}, 0},
    {"money", "Money and emissions",
     {{"bought_wh", "Electricity bought", "Wh"}, {"day_wh", "of it by day", "Wh"},
      {"night_wh", "of it by night and at weekends", "Wh"}, {"energy_eur", "Cost of the energy", "EUR"},
      {"day_eur", "of it by day", "EUR"}, {"night_eur", "of it by night and at weekends", "EUR"},
      {"capacity_eur", "Cost of the capacity", "EUR"}, {"it_eur", "for IT", "EUR"},
      {"overhead_eur", "for all that is not IT", "EUR"}, {"heat_sold_eur", "Heat sold", "EUR"},
      {"co2_kg", "CO2", "kg"}}, 0},
    {"peaks", "Peaks", {{"mean_w", "Mean of the months' highest quarter-hours", "W"}, {"basis", "Metered as", "text"}}, 0},
    {"peaks.months", NULL,
     {{"from", "Month", "month"}, {"power_w", ">Highest quarter-hour", "W"}, {"at", "When", "time"},
      {"by", "Largest racks then", "text"}, {"coverage", ">Coverage", "share"}}, 0},
    {"benchmarks", "Beside the limits of the German EnEfG, which bind nobody elsewhere",
     {{"rule", "Rule", "name"}, {"for", "For", "text"}, {"from", "From", "date"}, {"kpi", "Figure", "text"},
      {"at_most", ">At most", ""}, {"at_least", ">At least", ""}, {"value", ">Value", ""}, {"met", "Met", "text"}}, 0},
    {"eu.fields", "Delegated Regulation (EU) 2024/1364",
     {{"annex", "Annex", "name"}, {"symbol", "Symbol", "name"}, {"title", "Field", "text"}, {"value", ">Value", "value"},
      {"status", "Status", "text"}, {"note", "Note", "text"}}, 0},
    {"capacity.failover", "If one feed fails: the tightest breakers at the highest quarter of an hour",
     {{"rack", "Rack", "name"}, {"phase", "Phase", "name"}, {"failed", "Feed that fails", "name"},
      {"device", "Breaker that stays", "name"}, {"latest_a", ">Now", "A"}, {"p95_a", ">95 % of the time below", "A"},
      {"peak_a", ">Highest", "A"}, {"peak_at", "When", "time"}, {"limit_a", ">Limit", "A"}, {"left_a", ">Left", "A"},
      {"reason", "Why not", "text"}}, 12},
    {"capacity.fits", "Where more would fit, after a failure too",
     {{"rack", "Rack", "name"}, {"more_w", ">Over its phases", "W"}, {"one_phase_w", ">On one phase", "W"},
      {"phase", "Phase", "name"}, {"reason", "Why not", "text"}}, 0},
    {"capacity.racks", "Racks: power in quarters of an hour",
     {{"rack", "Rack", "name"}, {"title", "Name", "name"}, {"latest_w", ">Now", "W"}, {"mean_w", ">Mean", "W"},
      {"peak_w", ">Highest", "W"}, {"peak_at", "When", "time"}, {"coverage", ">Coverage", "share"},
      {"reason", "Why not", "text"}}, 0},
    {"capacity.circuits", "Breakers: the fullest",
     {{"circuit", "Breaker", "name"}, {"feed", "Feed", "name"}, {"latest_a", ">Now", "A"}, {"peak_a", ">Highest", "A"},
      {"peak_at", "When", "time"}, {"breaker_a", ">Rating", "A"}, {"limit_a", ">Limit", "A"}, {"left_a", ">Left", "A"},
      {"reason", "Why not", "text"}}, 8},
    {"capacity.ups", "UPS",
     {{"device", "UPS", "name"}, {"rating_w", ">Rating", "W"}, {"latest_w", ">Now", "W"}, {"peak_w", ">Highest", "W"},
      {"peak_at", "When", "time"}, {"peak_percent", ">of its rating", "%"}, {"left_w", ">Left", "W"},
      {"after_failover_percent", ">if the other fails", "%"}, {"reason", "Remarks", "text"}}, 0},
    {"capacity.phases", "Phases, means",
     {{"device", "Meter", "name"}, {"feed", "Feed", "name"}, {"l1_a", ">L1", "A"}, {"l2_a", ">L2", "A"},
      {"l3_a", ">L3", "A"}, {"imbalance_percent", ">Uneven", "%"}, {"neutral_a", ">Neutral", "A"},
      {"reason", "Remarks", "text"}}, 16},
    {"climate.rooms", "Climate of the room",
     {{"room", "Room", "name"}, {"class", "Class", "name"}, {"inlet_c", ">Inlets, mean", "degC"},
      {"supply_c", ">Supply", "degC"}, {"return_c", ">Return", "degC"}, {"rci_high", ">RCI high", "%"},
      {"rci_low", ">RCI low", "%"}, {"rti", ">RTI", "%"}, {"shi", ">SHI", ""}, {"coverage", ">Coverage", "share"},
      {"reason", "Remarks", "text"}}, 0},
    {"climate.hot_spots", "Hot spots",
     {{"point", "Sensor", "name"}, {"rack", "Rack", "name"}, {"mean_c", ">Mean", "degC"},
      {"above_mean_k", ">above the inlets' mean", "K"}, {"p95_c", ">95 % of the time below", "degC"},
      {"most_c", ">Highest", "degC"}, {"hot", ">Too warm", "share"}}, 12},
    {"climate.racks", "Racks: inlets",
     {{"rack", "Rack", "name"}, {"inlets", ">Sensors", "count"}, {"inlet_c", ">Inlets, mean", "degC"},
      {"outlet_c", ">Outlets, mean", "degC"}, {"spread_k", ">Top over bottom", "K"}, {"rci_high", ">RCI high", "%"},
      {"rci_low", ">RCI low", "%"}, {"shi", ">SHI", ""}}, 0},
    {"climate.sensors", "Sensors: the warmest inlets",
     {{"point", "Sensor", "name"}, {"place", "Place", "text"}, {"least_c", ">Lowest", "degC"}, {"mean_c", ">Mean", "degC"},
      {"most_c", ">Highest", "degC"}, {"recommended", ">Recommended", "share"}, {"allowable", ">Allowable", "share"},
      {"dew_point_c", ">Dew point", "degC"}, {"rate_hour_k", ">Change in an hour", "K"},
      {"coverage", ">Coverage", "share"}}, 12},
    {"meters", "Meters",
     {{"device", "Meter", "name"}, {"part", "Part", "name"}, {"room", "Room", "name"}, {"as", "Counts as", "text"},
      {"value", ">Energy", "value"}, {"share", ">Share", "share"}, {"accuracy", ">Limit of error", "%"},
      {"coverage", ">Coverage", "share"}, {"estimated", ">Estimated", "share"}, {"note", "Note", "text"}}, 0},
    {NULL, NULL, {{NULL, NULL, NULL}}, 0},
};
/* clang-format on */

const json_t *layout_find(const json_t *document, const char *path)
{
    char key[64];
    while (document && *path) {
        size_t n = strcspn(path, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, path);
        document = json_object_get(document, key);
        path += n + (path[n] == '.');
    }
    return document;
}

static bool has_value(const json_t *value)
{
    return value && !json_is_null(value) && !(json_is_string(value) && !*json_string_value(value));
}

/* A member's own unit, where its column says so. */
static const char *unit_of(const json_t *object, const struct layout_column *column)
{
    return strcmp(column->unit, "value") ? column->unit : report_string(object, "unit");
}

static const char *cell(struct language *l, const json_t *object, const struct layout_column *column)
{
    const json_t *value = json_object_get(object, column->key);
    return has_value(value) ? report_member(l, value, unit_of(object, column)) : "";
}

static const char *title_of(struct language *l, const char *title)
{
    return *title == '>' ? report_words(l, ">%s", language_say(l, title + 1)) : language_say(l, title);
}

static void add_list(struct page *page, const json_t *list, const struct layout *layout, struct language *l)
{
    const struct layout_column *used[LAYOUT_COLUMNS];
    const char *titles[LAYOUT_COLUMNS + 1], *cells[LAYOUT_COLUMNS];
    size_t n = 0, rows = json_array_size(list);
    for (const struct layout_column *c = layout->column; c < layout->column + LAYOUT_COLUMNS && c->key; c++) {
        bool any = false;
        for (size_t i = 0; i < rows; i++)
            any |= has_value(json_object_get(json_array_get(list, i), c->key));
        if (any) {
            titles[n] = title_of(l, c->title);
            used[n++] = c;
        }
    }
    titles[n] = NULL;
    if (!n)
        return;
    page_table(page, titles);
    for (size_t i = 0; i < rows && (!layout->most || i < layout->most); i++) {
        for (size_t k = 0; k < n; k++)
            cells[k] = cell(l, json_array_get(list, i), used[k]);
        page_row(page, cells);
    }
}

static void add_object(struct page *page, const json_t *object, const struct layout *layout, struct language *l)
{
    static const char *const titles[] = {"", ">", NULL};
    bool begun = false;
    for (const struct layout_column *c = layout->column; c < layout->column + LAYOUT_COLUMNS && c->key; c++) {
        const char *text = cell(l, object, c);
        if (!*text)
            continue;
        if (!begun)
            page_table(page, titles);
        begun = true;
        const char *cells[] = {language_say(l, *c->title == '>' ? c->title + 1 : c->title), text};
        page_row(page, cells);
    }
}

void layout_section(struct page *page, const json_t *document, const char *section, struct language *l)
{
    size_t length = strlen(section);
    for (const struct layout *layout = layouts; layout->path; layout++) {
        if (strncmp(layout->path, section, length) || (layout->path[length] && layout->path[length] != '.'))
            continue;
        const json_t *found = layout_find(document, layout->path);
        if (!found || json_is_null(found) || (json_is_array(found) && !json_array_size(found)))
            continue;
        if (layout->title)
            page_heading(page, language_say(l, layout->title));
        if (json_is_array(found))
            add_list(page, found, layout, l);
        else
            add_object(page, found, layout, l);
    }
}
