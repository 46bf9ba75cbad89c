/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_plan.h"

#include "drivers/unit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* What an operator enters for reports: the EU's fields and the goals of an action plan. */
#define AT(type, member) .offset = offsetof(struct type, member)

/* clang-format off */
const struct field config_eu_fields[] = {
    {.name = "year", .read = field_count, AT(eu_config, year), .initial = "0", .help = "calendar year of the yearly figures below"},
    {.name = "name", .read = field_text, AT(eu_config, name), .help = "I 1(a): name of the data centre"},
    {.name = "owner", .read = field_text, AT(eu_config, owner), .help = "I 1(b): owner"},
    {.name = "operator", .read = field_text, AT(eu_config, operator), .help = "I 1(b): operator"},
    {.name = "contacts", .read = field_text, AT(eu_config, contacts), .help = "I 1(b): their contacts"},
    {.name = "lau", .read = field_text, AT(eu_config, lau), .help = "I 1(c): LAU code of the municipality, in quotes"},
    {.name = "type", .read = field_text, AT(eu_config, type), .help = "I 1(d): enterprise, colocation or co-hosting"},
    {.name = "structure", .read = field_text, AT(eu_config, structure), .help = "I 1(d): structure or group-of-structures"},
    {.name = "since", .read = field_text, AT(eu_config, since), .help = "I 1(e): year and month of entry into operation, like \"2015-03\""},
    {.name = "redundancy-high-voltage", .read = field_text, AT(eu_config, redundancy_high), .help = "I 2(a): N, N+1, 2N"},
    {.name = "redundancy-low-voltage", .read = field_text, AT(eu_config, redundancy_low), .help = "I 2(a): N, N+1, 2N"},
    {.name = "redundancy-rack", .read = field_text, AT(eu_config, redundancy_rack), .help = "I 2(a): N, N+1, 2N"},
    {.name = "cooling-redundancy-room", .read = field_text, AT(eu_config, cooling_room), .help = "I 2(b): N, N+1, 2N"},
    {.name = "cooling-redundancy-rack", .read = field_text, AT(eu_config, cooling_rack), .help = "I 2(b): N, N+1, 2N"},
    {.name = "it-power", .read = field_value, AT(eu_config, it_power), .dimension = D_POWER, .help = "II 1(a): installed (nominal) IT power demand"},
    {.name = "floor-area", .read = field_number, AT(eu_config, floor_area), .help = "II 1(b): total floor area, m2"},
    {.name = "computer-room-area", .read = field_number, AT(eu_config, room_area), .help = "II 1(c): computer room floor area, m2"},
    {.name = "grid-functions", .read = field_text, AT(eu_config, grid_functions), .help = "II 1(f): functions provided to the grid, or none"},
    {.name = "grid-battery", .read = field_value, AT(eu_config, grid_battery), .dimension = D_POWER, .help = "II 1(g): battery capacity offered to the grid"},
    {.name = "water", .read = field_number, AT(eu_config, water), .help = "II 1(h): total water input of the year, m3, where no meter counts it"},
    {.name = "water-potable", .read = field_number, AT(eu_config, water_potable), .help = "II 1(i): potable water input of the year, m3"},
    {.name = "intake-setpoint", .read = field_value, AT(eu_config, intake_setpoint), .dimension = D_TEMPERATURE, .help = "II 1(l): average set point of the intake air"},
    {.name = "refrigerants", .read = field_text, AT(eu_config, refrigerants), .help = "II 1(m): refrigerants, like \"R-410A, R-32\""},
    {.name = "cooling-degree-days", .read = field_number, AT(eu_config, degree_days), .help = "II 1(n): cooling degree days of the year, base 21 degC; measured where a sensor hangs outdoor"},
    {.name = "renewable-guarantees", .read = field_value, AT(eu_config, guarantees), .dimension = D_ENERGY, .help = "II 1(p): guarantees of origin bought and retired"},
    {.name = "renewable-purchase", .read = field_value, AT(eu_config, purchase), .dimension = D_ENERGY, .help = "II 1(q): by power purchase agreements"},
    {.name = "renewable-on-site", .read = field_value, AT(eu_config, on_site), .dimension = D_ENERGY, .help = "II 1(r): made on site with its guarantees retired"},
    {.name = "server-capacity", .read = field_number, AT(eu_config, servers), .help = "II 2(a): sum of SERT active-state performance"},
    {.name = "server-capacity-share", .read = field_value, AT(eu_config, servers_area), .dimension = D_PERCENT, .help = "II 2(a): part of the floor area that it covers"},
    {.name = "storage-capacity", .read = field_number, AT(eu_config, storage), .help = "II 2(b): raw SSD and HDD capacity, PB"},
    {.name = "bandwidth-in", .read = field_number, AT(eu_config, bandwidth_in), .help = "II 3(a): provisioned incoming bandwidth, GB/s"},
    {.name = "bandwidth-out", .read = field_number, AT(eu_config, bandwidth_out), .help = "II 3(b): provisioned outgoing bandwidth, GB/s"},
    {.name = "traffic-in", .read = field_number, AT(eu_config, traffic_in), .help = "II 3(c): incoming data traffic of the year, EB"},
    {.name = "traffic-out", .read = field_number, AT(eu_config, traffic_out), .help = "II 3(d): outgoing data traffic of the year, EB"},
    {0},
};

static const struct field baseline_fields[] = {
    {.name = "year", .read = field_count, AT(raw_target, baseline.year), .required = true, .help = "calendar year that the goals are counted from"},
    {.name = "value", .read = field_text, AT(raw_target, baseline.value), .help = "its value, with a unit where the figure has one; default: out of the ledger"},
    {0},
};

static const struct field goal_fields[] = {
    {.name = "one-year", .read = field_text, AT(raw_target, goal[0]), .help = "goal for the first year after the baseline"},
    {.name = "two-years", .read = field_text, AT(raw_target, goal[1]), .help = "for the second year"},
    {.name = "three-years", .read = field_text, AT(raw_target, goal[2]), .help = "for the third year"},
    {0},
};

const struct field config_target_fields[] = {
    {.name = "title", .read = field_text, AT(raw_target, title), .help = "the goal in words"},
    {.name = "kpi", .read = field_text, AT(raw_target, kpi), .required = true, .help = "a figure: ipue, cue, wue, erf, total-energy, ..."},
    {.name = "baseline", .read = field_sub, .offset = 0, .arg = baseline_fields, .required = true, .help = "where it begins"},
    {.name = "goals", .read = field_sub, .offset = 0, .arg = goal_fields, .required = true, .help = "values to reach, in the figure's unit"},
    {.name = "first-step", .read = field_text, AT(raw_target, first_step), .help = "what is done first"},
    {0},
};
/* clang-format on */

static void complain(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *expected)
{
    const struct yaml_node *child = yaml_get(node, key);
    diag_error(reader->diag, child ? child->at : node->at, key, "%s", expected);
}

static void check_word(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *text,
                       const char *const *names, const char *expected)
{
    for (; text && *names; names++)
        if (!strcmp(*names, text))
            return;
    if (text)
        complain(reader, node, key, expected);
}

static bool is_number(const struct field *field)
{
    return field->read == field_number || field->read == field_value;
}

/* What is not stated is not zero. */
const struct eu_config *config_eu(struct field_reader *reader, const struct yaml_node *node,
                                  const struct eu_config *raw)
{
    struct eu_config *eu = arena_memdup(reader->arena, raw, sizeof *raw);
    if (!node)
        return NULL;
    for (const struct field *f = config_eu_fields; f->name; f++)
        if (is_number(f) && !yaml_get(node, f->name))
            *(double *)(void *)((char *)eu + f->offset) = NAN;
    static const char *const types[] = {"enterprise", "colocation", "co-hosting", NULL};
    static const char *const structures[] = {"structure", "group-of-structures", NULL};
    check_word(reader, node, "type", eu->type, types, "expected enterprise, colocation or co-hosting");
    check_word(reader, node, "structure", eu->structure, structures, "expected structure or group-of-structures");
    return eu;
}

/* A value in the figure's unit: plain for a ratio, with its unit else. */
static double goal_value(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *text,
                         enum quantity kpi)
{
    enum dimension d = dimension_of(kpi);
    struct decimal plain;
    const char *end;
    double value;
    if (!text || kpi == Q_NONE)
        return NAN;
    bool ratio = d == D_ONE || d == D_NONE || d == D_CARBON_FACTOR || d == D_WATER_RATIO;
    if (!unit_parse_value(text, d, &value))
        return value;
    if (ratio && decimal_parse(text, &plain, &end) >= 0 && !*end)
        return decimal_value(plain);
    char expected[120];
    snprintf(expected, sizeof expected, "expected a value of %s, like %s", quantity_row(kpi)->name,
             ratio ? "1.45" : dimension_example(d));
    complain(reader, node, key, expected);
    return NAN;
}

static void resolve_target(struct field_reader *reader, const struct yaml_node *node, const struct raw_target *raw,
                           struct target_config *target)
{
    static const char *const keys[TARGET_YEARS] = {"one-year", "two-years", "three-years"};
    const struct yaml_node *goals = yaml_get(node, "goals"), *baseline = yaml_get(node, "baseline");
    enum quantity kpi = raw->kpi ? quantity_parse(raw->kpi) : Q_NONE;
    if (raw->kpi && kpi < Q_KPI_FIRST) {
        complain(reader, node, "kpi", "expected a figure like ipue, cue, wue, erf or total-energy");
        kpi = Q_NONE;
    }
    *target = (struct target_config){.id = raw->id,
                                     .title = raw->title ? raw->title : raw->id,
                                     .first_step = raw->first_step,
                                     .kpi = kpi,
                                     .baseline_year = raw->baseline.year};
    if (baseline && (raw->baseline.year < 2000 || raw->baseline.year > 2100))
        complain(reader, baseline, "year", "expected a year like 2025");
    target->baseline = baseline ? goal_value(reader, baseline, "value", raw->baseline.value, kpi) : (double)NAN;
    bool any = false;
    for (int i = 0; i < TARGET_YEARS; i++) {
        target->goal[i] = goals ? goal_value(reader, goals, keys[i], raw->goal[i], kpi) : (double)NAN;
        any |= raw->goal[i] != NULL;
    }
    if (goals && !any)
        complain(reader, node, "goals", "expected one-year, two-years or three-years");
}

size_t config_targets(struct field_reader *reader, const struct yaml_node *node, const struct field_items *raw,
                      struct target_config **ret)
{
    const struct raw_target *from = raw->item;
    *ret = arena_alloc(reader->arena, raw->n * sizeof **ret);
    for (size_t i = 0; i < raw->n; i++)
        resolve_target(reader, node && i < node->n ? node->item[i] : node, &from[i], &(*ret)[i]);
    return raw->n;
}
