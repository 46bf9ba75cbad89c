/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_raw.h"
#include "daemon/rule.h"
#include "drivers/decimal.h"
#include "drivers/unit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static void wrong(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *what)
{
    const struct yaml_node *child = yaml_get(node, key);
    diag_error(reader->diag, child ? child->at : node->at, key, "%s", what);
}

static bool pure_number(const char *text, double *ret)
{
    struct decimal number;
    const char *end;
    if (decimal_parse(text, &number, &end) < 0 || *end)
        return false;
    *ret = decimal_value(number);
    return true;
}

/* A number with its unit, whatever the unit measures; NULL: it is none. */
static const struct unit *any_unit(const char *text, struct decimal *ret)
{
    const char *end;
    return decimal_parse(text, ret, &end) == 0 ? unit_find(end + (*end == ' ')) : NULL;
}

static enum quantity quantity_of_point(const char *point)
{
    const char *slash = point ? strrchr(point, '/') : NULL;
    return slash ? quantity_parse(slash + 1) : Q_NONE;
}

/* A limit's unit must fit the quantity that the rule's point names. */
static double alert_limit(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *text,
                          const char *point)
{
    if (!text)
        return NAN;
    enum quantity q = quantity_of_point(point);
    double value;
    if (q != Q_NONE && !unit_parse_value(text, dimension_of(q), &value))
        return value;
    struct decimal number;
    bool pure = pure_number(text, &value);
    if (pure && (q == Q_NONE || dimension_of(q) == D_ONE || dimension_of(q) == D_STATE))
        return value;
    const struct unit *unit = q == Q_NONE && !pure ? any_unit(text, &number) : NULL;
    if (unit)
        return unit_to_base(unit, decimal_value(number));
    char what[160];
    snprintf(what, sizeof what, "'%s' is not a %s with its unit, like %s", text,
             q == Q_NONE ? "value" : dimension_name(dimension_of(q)),
             q == Q_NONE ? "24C" : dimension_example(dimension_of(q)));
    wrong(reader, node, key, what);
    return NAN;
}

/* Of a rule whose point does not say what it is: any unit; -1 for none. */
static double any_difference(const char *text)
{
    struct decimal number;
    const struct unit *unit = any_unit(text, &number);
    if (unit && unit->dimension == D_TEMPERATURE)
        unit = unit_find_as(unit->name, D_TEMPERATURE_DIFF);
    return unit ? unit_to_base(unit, decimal_value(number)) : -1;
}

/* A difference in the point's unit; a number alone is in its base unit. */
static double alert_hysteresis(struct field_reader *reader, const struct yaml_node *node, const char *text,
                               const char *point)
{
    enum dimension dimension = dimension_of(quantity_of_point(point));
    double value = 0;
    if (!text)
        return 0;
    if (dimension == D_TEMPERATURE)
        dimension = D_TEMPERATURE_DIFF;
    bool pure = pure_number(text, &value);
    if (!pure && dimension == D_NONE)
        value = any_difference(text);
    else if (!pure && unit_parse_value(text, dimension, &value) < 0)
        value = -1;
    if (value < 0)
        wrong(reader, node, "hysteresis", "expected a difference in the point's unit, like 100W or 2K, not negative");
    return value;
}

/* What it cannot be given would be left without a word. */
static void check_built_in(struct field_reader *reader, const struct yaml_node *node, const struct raw_alert *alert,
                           const struct rule_row *row)
{
    double value;
    const char *of_point[] = {"below", "hysteresis", row->limit > 0 ? NULL : "above"};
    for (size_t i = 0; i < sizeof of_point / sizeof of_point[0]; i++)
        if (of_point[i] && yaml_get(node, of_point[i]))
            wrong(reader, node, of_point[i],
                  row->limit > 0 ? "this rule takes above, hold and priority; a limit of the site's own needs point:"
                                 : "this rule takes hold and priority; a limit of the site's own needs point:");
    if (row->limit > 0 && alert->above && !pure_number(alert->above, &value) &&
        unit_parse_value(alert->above, D_PERCENT, &value) < 0)
        wrong(reader, node, "above", "expected a part of the breaker's rating, like 90%");
}

/* A rule without a point is a built-in one. */
static void check_rule(struct field_reader *reader, const struct yaml_node *node, const struct raw_alert *alert)
{
    const char *names[RULE_COUNT];
    enum rule rule = rule_parse(alert->name);
    if (alert->point)
        return;
    if (rule != RULE_COUNT) {
        check_built_in(reader, node, alert, rule_row(rule));
        return;
    }
    for (int i = 0; i < RULE_COUNT; i++)
        names[i] = rule_row((enum rule)i)->name;
    const char *near = field_nearest(alert->name, names, RULE_COUNT);
    diag_error(reader->diag, node->key_at, alert->name,
               "no built-in rule%s%s%s; one of the site's own needs point:", near ? ", did you mean '" : "",
               near ? near : "", near ? "'?" : "");
}

void config_resolve_alerts(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           struct config *config)
{
    const struct raw_alert *from = raw->alerts.item;
    const struct yaml_node *all = yaml_get(root, "alerts");
    config->n_alerts = raw->alerts.n;
    config->alert = arena_alloc(config->arena, config->n_alerts * sizeof *config->alert);
    for (size_t i = 0; i < config->n_alerts; i++) {
        const struct yaml_node *node = yaml_get(all, from[i].name);
        config->alert[i] = (struct alert_config){
            .name = from[i].name,
            .point = from[i].point,
            .above = alert_limit(reader, node, "above", from[i].above, from[i].point),
            .below = alert_limit(reader, node, "below", from[i].below, from[i].point),
            .hold_us = yaml_get(node, "hold") ? from[i].hold_us : -1,
            .hysteresis = alert_hysteresis(reader, node, from[i].hysteresis, from[i].point),
            .priority = yaml_get(node, "priority") ? from[i].priority : -1,
        };
        if (!id_valid(from[i].name))
            diag_error(reader->diag, node->key_at, from[i].name, "not a name: expected a-z, 0-9 and '-', at most 32");
        else
            check_rule(reader, node, &from[i]);
        if (from[i].point && !from[i].above && !from[i].below)
            wrong(reader, node, "above", "a rule on a point needs above: or below:");
    }
}
