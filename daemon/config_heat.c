/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_heat.h"
#include "drivers/decimal.h"
#include "drivers/unit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define YEARS_MOST       100

#define AT(type, member) .offset = offsetof(struct type, member)

static void wrong(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *what)
{
    const struct yaml_node *child = yaml_get(node, key);
    diag_error(reader->diag, child ? child->at : node->at, key, "%s", what);
}

static int complain(struct field_reader *reader, const struct yaml_node *node, const char *expected)
{
    diag_error(reader->diag, node->at, node->key, "%s", expected);
    return -EINVAL;
}

/* A point's name, or a fixed value with its unit where the text begins with a digit. */
int config_point(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    int r = field_text(reader, field, node, into);
    if (r < 0)
        return r;
    double value;
    unsigned slashes = 0;
    for (const char *p = node->text; *p; p++)
        slashes += *p == '/';
    if (!unit_parse_value(node->text, D_FLOW, &value))
        return strcmp(field->name, "flow") ? complain(reader, node, "expected a point, DEVICE/PART/QUANTITY") : 0;
    const char *quantity = strrchr(node->text, '/');
    if (slashes != 2 || quantity_parse(quantity + 1) == Q_NONE)
        return complain(reader, node, "expected a point, DEVICE/PART/QUANTITY, like heat-1/loop-1/temperature_supply");
    return 0;
}

/* clang-format off */
static const char *const architecture_names[] = {"none", "dx_open",  "crah_open", "cac",      "hac",
                                                 "rdhx", "d2c_cpu",  "d2c_full",  "immersion", NULL};

static const struct field water_fields[] = {
    {.name = "flow", .read = config_point, .offset = 0, .help = "point, or a fixed flow like 12m3/h"},
    {.name = "supply", .read = config_point, .offset = sizeof(char *), .help = "point of the colder water"},
    {.name = "return", .read = config_point, .offset = 2 * sizeof(char *), .help = "point of the warmer water"},
    {0},
};

static const struct field air_fields[] = {
    {.name = "flow", .read = config_point, AT(raw_air, flow), .help = "point, or a fixed flow like 5000m3/h"},
    {.name = "hot", .read = config_point, AT(raw_air, hot), .help = "point of the warm air"},
    {.name = "cold", .read = config_point, AT(raw_air, cold), .help = "point of the cold air"},
    {0},
};

static const struct field sink_fields[] = {
    {.name = "supply", .read = field_value, .offset = 0, .dimension = D_TEMPERATURE, .help = "warm side of the heat's user"},
    {.name = "return", .read = field_value, .offset = sizeof(double), .dimension = D_TEMPERATURE,
     .help = "cold side of the heat's user"},
    {0},
};

static const struct field demand_fields[] = {
    {.name = "space", .read = field_value, .offset = 0, .dimension = D_ENERGY, .help = "space heating a year"},
    {.name = "dhw", .read = field_value, .offset = sizeof(double), .dimension = D_ENERGY, .help = "hot water a year"},
    {0},
};

static const struct field investment_fields[] = {
    {.name = "cost", .read = field_value, AT(heat_investment, cost), .dimension = D_MONEY, .required = true,
     .help = "heat pump, pipes and all, once, like 45000EUR"},
    {.name = "years", .read = field_count, AT(heat_investment, years), .required = true, .help = "years that it is to serve, like 15"},
    {.name = "rate", .read = field_value, AT(heat_investment, rate), .dimension = D_PERCENT, .required = true,
     .help = "interest a year, like 5%"},
    {.name = "maintenance", .read = field_value, AT(heat_investment, maintenance), .dimension = D_PERCENT,
     .required = true, .help = "part of the cost that it takes each year, like 2%"},
    {0},
};

const struct field config_heat_fields[] = {
    {.name = "architecture", .read = field_choice, AT(raw_heat, architecture), .arg = architecture_names,
     .help = "how the room is cooled: it bounds what can be captured"},
    {.name = "water", .read = field_sub, AT(raw_heat, water), .arg = water_fields, .help = "the water loop's points"},
    {.name = "air", .read = field_sub, AT(raw_heat, air), .arg = air_fields, .help = "the air's points"},
    {.name = "fluid", .read = field_text, AT(raw_heat, fluid), .initial = "water",
     .help = "water, or meg-30 mpg-30: mass per cent of ethylene or propylene glycol"},
    {.name = "sink", .read = field_sub, AT(raw_heat, sink), .arg = sink_fields, .help = "temperatures of the heat's user"},
    {.name = "efficiency", .read = field_number, AT(raw_heat, efficiency), .initial = "0.45",
     .help = "heat pump, part of Carnot"},
    {.name = "demand", .read = field_sub, AT(raw_heat, demand), .arg = demand_fields, .help = "heat wanted nearby"},
    {.name = "investment", .read = field_sub, AT(raw_heat, investment), .arg = investment_fields,
     .help = "what giving the heat away costs: then the report tells the price of the heat (LCOH) and the payback"},
    {0},
};

/* clang-format on */

/* "meg-30" -> ethylene glycol, 30 % by mass. */
static bool parse_fluid(const char *text, struct heat_config *heat)
{
    static const char *const names[] = {"water", "meg-", "mpg-"};
    struct decimal percent;
    const char *end;
    if (!text || !strcmp(text, names[0])) {
        heat->fluid = FLUID_WATER;
        return true;
    }
    for (int i = 1; i < 3; i++) {
        if (strncmp(text, names[i], 4) != 0 || decimal_parse(text + 4, &percent, &end) < 0 || *end)
            continue;
        heat->fluid = (enum heat_fluid)i;
        heat->fluid_fraction = decimal_value(percent) / 100;
        return heat->fluid_fraction > 0 && heat->fluid_fraction <= 0.6; /* range of Melinder's fit */
    }
    return false;
}

static struct heat_investment investment_of(struct field_reader *reader, const struct yaml_node *node,
                                            const struct heat_investment *raw)
{
    struct heat_investment none = {NAN, NAN, NAN, 0}, stated = *raw;
    stated.maintenance /= 100;
    stated.rate /= 100;
    if (!node)
        return none;
    if (!(stated.cost > 0))
        wrong(reader, node, "cost", "expected an amount above 0, like 45000EUR");
    if (!stated.years || stated.years > YEARS_MOST)
        wrong(reader, node, "years", "expected 1 to 100 years");
    if (!(stated.rate >= 0 && stated.rate < 1))
        wrong(reader, node, "rate", "expected 0% to 100%");
    if (!(stated.maintenance >= 0 && stated.maintenance < 1))
        wrong(reader, node, "maintenance", "expected 0% to 100%");
    return stated;
}

void config_heat(struct field_reader *reader, const struct yaml_node *here, const struct raw_heat *raw,
                 struct heat_config *heat)
{
    const struct yaml_node *sink = yaml_get(here, "sink"), *demand = yaml_get(here, "demand");
    *heat = (struct heat_config){
        .architecture = (enum heat_architecture)raw->architecture,
        .water_flow = raw->water.flow,
        .water_supply = raw->water.supply,
        .water_return = raw->water.return_,
        .air_flow = raw->air.flow,
        .air_hot = raw->air.hot,
        .air_cold = raw->air.cold,
        .air_flow_fixed = NAN,
        .sink_supply = yaml_get(sink, "supply") ? raw->sink.supply : NAN,
        .sink_return = yaml_get(sink, "return") ? raw->sink.return_ : NAN,
        .efficiency = raw->efficiency,
        .demand_space = yaml_get(demand, "space") ? raw->demand.space : NAN,
        .demand_dhw = yaml_get(demand, "dhw") ? raw->demand.dhw : NAN,
        .investment = investment_of(reader, yaml_get(here, "investment"), &raw->investment),
    };
    if (raw->air.flow && !unit_parse_value(raw->air.flow, D_FLOW, &heat->air_flow_fixed))
        heat->air_flow = NULL;
    if (!parse_fluid(raw->fluid, heat))
        wrong(reader, here, "fluid", "expected water, or meg-30 or mpg-30: glycol with its mass per cent, at most 60");
    if (raw->efficiency <= 0 || raw->efficiency > 1)
        wrong(reader, here, "efficiency", "expected a part of Carnot between 0 and 1, like 0.45");
    if (heat->sink_supply <= heat->sink_return)
        wrong(reader, sink, "supply", "must be warmer than return");
}
