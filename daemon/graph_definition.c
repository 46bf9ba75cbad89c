/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_definition.h"

#include "daemon/balance_share.h"
#include "drivers/quantity.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define AT(type, member) .offset = offsetof(struct type, member)

const char *const graph_scope_names[GRAPH_SCOPE_KINDS + 1] = {"site", "room", "rack", "device", NULL};
const char *const graph_kinds[] = {"pdu", "ups", "ats", "cooling", "meter", "heat-meter", "env", "entity", NULL};
static const char *const draw_names[] = {"line", "stack", "band", NULL};
static const char *const by_names[] = {"all", "room", "rack", "feed", "device", "point", NULL};
static const char *const every_names[] = {"step", "day", "month", NULL};
static const char *const combine_names[] = {"sum", "mean", NULL};
static const char *const limit_names[] = {"value", "rating", "ashrae-recommended", "ashrae-allowable", "sink", NULL};
static const char *const place_names[] = {"none", "rack-inlet", "rack-outlet", "supply", "return", "outdoor", NULL};
static const char *const phase_names[] = {"none", "l1", "l2", "l3", "n", "l1l2", "l2l3", "l3l1", NULL};

/* One name or a list of names of .arg: a mask. */
static int read_mask(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct field_items items;
    uint64_t mask = 0;
    if (field_texts(reader, field, node, &items) < 0)
        return -EINVAL;
    for (size_t i = 0; i < items.n; i++) {
        const struct yaml_node *one = node->kind == YAML_LIST ? node->item[i] : node;
        int choice;
        if (field_choice(reader, field, one, &choice) < 0)
            return -EINVAL;
        mask |= UINT64_C(1) << choice;
    }
    *(uint64_t *)into = mask;
    return 0;
}

static enum quantity quantity_of(struct field_reader *reader, const struct yaml_node *node, const char *text, bool kpi)
{
    enum quantity q = quantity_parse(text);
    bool right = q != Q_NONE && quantity_row(q)->graphed && kpi == (q >= Q_KPI_FIRST);
    if (!right)
        diag_error(reader->diag, node->at, node->key, "'%s' is no %s that is kept in RRD files", text,
                   kpi ? "KPI" : "quantity");
    return right ? q : Q_NONE;
}

static int read_quantities(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                           void *into)
{
    struct field_items items;
    uint64_t mask = 0;
    if (field_texts(reader, field, node, &items) < 0)
        return -EINVAL;
    for (size_t i = 0; i < items.n; i++) {
        enum quantity q = quantity_of(reader, node, ((const char **)items.item)[i], false);
        if (q == Q_NONE)
            return -EINVAL;
        mask |= UINT64_C(1) << q;
    }
    *(uint64_t *)into = mask;
    return 0;
}

static int read_kpi(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    const char *text;
    int r = field_text(reader, field, node, &text);
    if (r < 0)
        return r;
    enum quantity q = quantity_of(reader, node, text, true);
    *(enum quantity *)into = q;
    return q == Q_NONE ? -EINVAL : 0;
}

static int read_bases(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    const char *names[PB_COUNT + 1] = {0};
    struct field copy = *field;
    for (int i = 0; i < PB_COUNT; i++)
        names[i] = part_base_name((enum part_base)i);
    copy.arg = names;
    return read_mask(reader, &copy, node, into);
}

static const struct field text_fields[] = {
    {.name = "en", .read = field_text, AT(graph_text, in[GRAPH_EN]), .required = true, .help = "English"},
    {.name = "nl", .read = field_text, AT(graph_text, in[GRAPH_NL]), .help = "Dutch"},
    {.name = "fr", .read = field_text, AT(graph_text, in[GRAPH_FR]), .help = "French"},
    {0},
};

/* A text for all languages, or one each; what is missing is English. */
static int read_text(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct graph_text text = {0};
    int r = 0;
    if (node->kind == YAML_SCALAR)
        r = field_text(reader, field, node, &text.in[GRAPH_EN]);
    else
        r = field_read_map(reader, text_fields, node, &text);
    for (int i = GRAPH_EN; i < GRAPH_LANGUAGE_COUNT && !r; i++)
        if (!text.in[i])
            text.in[i] = text.in[GRAPH_EN];
    if (!r)
        *(struct graph_text *)into = text;
    return r;
}

static const struct field select_fields[] = {
    {.name = "quantity",
     .read = read_quantities,
     AT(graph_select, quantities),
     .required = true,
     .help = "quantities, like current"},
    {.name = "role", .read = read_mask, AT(graph_select, roles), .arg = role_names, .help = "what the part counts as"},
    {.name = "kind", .read = read_mask, AT(graph_select, kinds), .arg = graph_kinds, .help = "of the device: ups"},
    {.name = "phase",
     .read = read_mask,
     AT(graph_select, phases),
     .arg = phase_names,
     .help = "none: parts that are no phase"},
    {.name = "part", .read = read_bases, AT(graph_select, bases), .help = "bases of parts, like total or sensor"},
    {.name = "place",
     .read = field_choice,
     AT(graph_select, place),
     .arg = place_names,
     .initial = "none",
     .help = "where a sensor hangs"},
    {.name = "rated",
     .read = field_bool,
     AT(graph_select, rated),
     .initial = "no",
     .help = "only points with a breaker or a rating"},
    {.name = "own",
     .read = field_bool,
     AT(graph_select, own),
     .initial = "no",
     .help = "only parts that have a role of their own"},
    {0},
};

static const struct field series_fields[] = {
    {.name = "label", .read = read_text, AT(graph_series, label), .help = "in the legend; else the group's name"},
    {.name = "select", .read = field_sub, AT(graph_series, select), .arg = select_fields, .help = "which points"},
    {.name = "per",
     .read = field_sub,
     AT(graph_series, per),
     .arg = select_fields,
     .help = "divided by the sum of these"},
    {.name = "kpi", .read = read_kpi, AT(graph_series, kpi), .help = "a figure of the room or site, like it-power"},
    {.name = "balance",
     .read = field_choice,
     AT(graph_series, balance),
     .arg = balance_share_names,
     .initial = "none",
     .help = "a share of the energy balance"},
    {.name = "by",
     .read = field_choice,
     AT(graph_series, by),
     .arg = by_names,
     .initial = "all",
     .help = "one series each"},
    {.name = "combine",
     .read = field_choice,
     AT(graph_series, combine),
     .arg = combine_names,
     .initial = "sum",
     .help = "the points of one series"},
    {.name = "draw",
     .read = field_choice,
     AT(graph_series, draw),
     .arg = draw_names,
     .initial = "line",
     .help = "line, stack, or band from the lowest to the highest"},
    {.name = "percent", .read = field_bool, AT(graph_series, percent), .initial = "no", .help = "of the rating"},
    {.name = "right", .read = field_bool, AT(graph_series, right), .initial = "no", .help = "on the right axis"},
    {.name = "factor", .read = field_number, AT(graph_series, factor), .initial = "1", .help = "values are multiplied"},
    {.name = "most",
     .read = field_count,
     AT(graph_series, most),
     .initial = "0",
     .help = "only so many, those with the highest values"},
    {.name = "colour", .read = field_text, AT(graph_series, colour), .help = "of the palette"},
    {0},
};

static const struct field limit_fields[] = {
    {.name = "from",
     .read = field_choice,
     AT(graph_limit, from),
     .arg = limit_names,
     .initial = "value",
     .help = "the points' breakers, the room's ASHRAE class or heat sink"},
    {.name = "value", .read = field_number, AT(graph_limit, value), .initial = "0", .help = "in the axis' unit"},
    {.name = "label", .read = read_text, AT(graph_limit, label), .required = true, .help = "in the legend"},
    {.name = "colour", .read = field_text, AT(graph_limit, colour), .help = "of the palette"},
    {.name = "right", .read = field_bool, AT(graph_limit, right), .initial = "no", .help = "on the right axis"},
    {0},
};

static const struct field axis_fields[] = {
    {.name = "label", .read = read_text, AT(graph_axis, label), .help = "beside the axis, before the unit"},
    {.name = "unit", .read = field_text, AT(graph_axis, unit), .help = "base unit: W A V degC % Wh m3/h"},
    {.name = "low", .read = field_number, AT(graph_axis, low), .help = "where it begins; else by the data"},
    {.name = "high", .read = field_number, AT(graph_axis, high), .help = "where it ends; else by the data"},
    {0},
};

static const struct field definition_fields[] = {
    {.name = "title", .read = read_text, AT(graph_definition, title), .required = true, .help = "over the picture"},
    {.name = "scopes",
     .read = read_mask,
     AT(graph_definition, scopes),
     .arg = graph_scope_names,
     .required = true,
     .help = "what it can be drawn of: site room rack device"},
    {.name = "from", .read = field_text, AT(graph_definition, from), .initial = "-24h", .help = "span by itself"},
    {.name = "every",
     .read = field_choice,
     AT(graph_definition, every),
     .arg = every_names,
     .initial = "step",
     .help = "step: RRD files; day, month: the ledger"},
    {.name = "left",
     .read = field_sub,
     AT(graph_definition, left),
     .arg = axis_fields,
     .required = true,
     .help = "the axis"},
    {.name = "right", .read = field_sub, AT(graph_definition, right), .arg = axis_fields, .help = "a second axis"},
    {.name = "series",
     .read = field_list_of,
     AT(graph_definition, series),
     .arg = series_fields,
     .size = sizeof(struct graph_series),
     .required = true,
     .help = "what is drawn, from the bottom up"},
    {.name = "limits",
     .read = field_list_of,
     AT(graph_definition, limits),
     .arg = limit_fields,
     .size = sizeof(struct graph_limit),
     .help = "lines at fixed values"},
    {0},
};

static int check_series(struct field_reader *reader, const struct yaml_node *root, const struct graph_definition *d)
{
    const struct graph_series *series = d->series.item;
    int result = 0;
    for (size_t i = 0; i < d->series.n; i++) {
        const struct graph_series *s = &series[i];
        const struct yaml_node *node = yaml_get(root, "series")->item[i];
        int sources = (s->select.quantities != 0) + (s->kpi != Q_NONE) + (s->balance != BALANCE_NOTHING);
        const char *what = NULL;
        if (sources != 1)
            what = "expected one of select, kpi and balance";
        else if (d->every != GRAPH_EVERY_STEP && !s->balance)
            what = "days and months come from the ledger: expected balance";
        else if (s->right && !d->right.unit)
            what = "there is no right axis";
        else if (s->draw == GRAPH_BAND && !s->select.quantities)
            what = "a band is of points: expected select";
        else if (!isfinite(s->factor))
            what = "the factor is not a number";
        if (!what)
            continue;
        diag_error(reader->diag, node->at, "series", "%s", what);
        result = -EINVAL;
    }
    return result;
}

int graph_definition_read(struct field_reader *reader, const struct yaml_node *root, const char *name,
                          struct graph_definition *ret)
{
    struct graph_definition d = {.name = name};
    int64_t s;
    d.left.low = d.left.high = d.right.low = d.right.high = NAN;
    for (int i = 0; i < GRAPH_LANGUAGE_COUNT; i++)
        d.left.label.in[i] = d.right.label.in[i] = "";
    int r = field_read_map(reader, definition_fields, root, &d);
    if (!r)
        r = check_series(reader, root, &d);
    if (!r && (graph_time_parse(d.from, 0, &s) || s >= 0)) {
        diag_error(reader->diag, root->at, "from", "'%s': expected a span back from now, like -7d", d.from);
        r = -EINVAL;
    }
    if (!r && !d.left.unit) {
        diag_error(reader->diag, root->at, "left", "the unit is missing");
        r = -EINVAL;
    }
    if (!r)
        *ret = d;
    return r;
}
