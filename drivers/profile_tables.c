/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_tables.h"
#include "part.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const transforms[] = {"none", "invert", "absolute", "four-quadrant", "first-bit", NULL};

#define POINT(key, reader, member, words)                                                        \
    {                                                                                            \
        .name = key, .read = reader, .offset = offsetof(struct point_def, member), .help = words \
    }

/* Keys that a table hands on to its points, a point to its cases. */
#define INHERITED                                                                                                      \
    POINT("chain", profile_select_field, chain, "number of the unit of a chain, 1 for the first"),                     \
        POINT("part", profile_select_field, part, "the part: its base, or whole like output-l1"),                      \
        POINT("number", profile_selects_field, number, "number of the part; several are added up"),                    \
        POINT("phase", profile_select_field, phase, "l1 l2 l3 n l1l2 l2l3 l3l1"),                                      \
        POINT("address-plus", profile_ref_field, plus, "a param that is added to the address"),                        \
        POINT("label", profile_labels_field, label, "what the device calls the part; the first that is not empty"),    \
        POINT("when", profile_conditions_field, when, "rows and points that exist, decided at discovery"),             \
        POINT("valid", profile_conditions_field, valid, "asked with every poll: is there a value"),                    \
        POINT("quantity", profile_quantity_field, quantity, "what it measures"),                                       \
        POINT("aspect", profile_aspect_field, aspect, "peak, average, minimum, maximum, setpoint, rating, threshold"), \
        POINT("unit", profile_select_field, unit, "unit of the scaled number"),                                        \
        POINT("scale", profile_scales_field, scale, "factor, or a list of factors"),                                   \
        POINT("offset", field_number, offset, "added after the scale, in the unit"),                                   \
        POINT("na", profile_numbers_field, na, "raw numbers that mean no value"),                                      \
        POINT("negative-na", field_bool, negative_na, "any negative raw number means no value"),                       \
        POINT("drop-na", field_bool, drop_na, "no value at discovery: the device has no such point"),                  \
        POINT("take", profile_pattern_field, take, "of a longer text only the first group of this expression"),        \
        POINT("text-unit", field_bool, text_unit, "the value is a text of a number and its unit"),                     \
        POINT("range", profile_range_field, range, "outside is not plausible: [lowest, highest] in the base unit"),    \
        POINT("mask", field_integer, mask, "these bits of the raw number only, moved down"),                           \
        {.name = "transform",                                                                                          \
         .read = field_choice,                                                                                         \
         .offset = offsetof(struct point_def, transform),                                                              \
         .arg = transforms,                                                                                            \
         .help = "a function of the raw number"},                                                                      \
        POINT("modulus", field_number, modulus, "raw number at which a counter starts again"),                         \
        POINT("refresh", field_duration, refresh_us, "the value changes at least so often"),                           \
        POINT("states", profile_states_field, states, "names of a state's numbers")

const struct field profile_point_keys[] = {
    POINT("by", profile_ref_field, by, "what chooses between the cases"),
    POINT("cases", field_node, cases, "keys that hold where `by` is this word"),
    POINT("from", profile_ref_field, from, "where the value is"),
    INHERITED,
    {0},
};

static const char *const index_kinds[] = {"int", "text", "implied", "octets", "oid", "rest"};

/* NAME[/KIND]; octets with their number behind. */
static int read_index(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    struct table_def *table = into;
    for (size_t i = 0; node->kind == YAML_LIST && i < node->n; i++) {
        const struct yaml_node *item = node->item[i];
        struct index_def def = {.kind = IX_INT};
        const char *slash = item->kind == YAML_SCALAR ? strchr(item->text, '/') : "";
        bool good = item->kind == YAML_SCALAR && *item->text;
        size_t length = slash ? (size_t)(slash - item->text) : good ? strlen(item->text) : 0;
        for (int k = 0; good && slash && k <= IX_REST; k++) {
            size_t n = strlen(index_kinds[k]);
            if (strncmp(slash + 1, index_kinds[k], n) != 0)
                continue;
            def.kind = (enum index_kind)k;
            def.octets = (unsigned)strtoul(slash + 1 + n, NULL, 10);
            good = k == IX_OCTETS ? def.octets > 0 && def.octets < 65 : !slash[1 + n];
            slash = NULL;
        }
        if (!good || slash) {
            diag_error(reader->diag, item->at, item->key,
                       "expected NAME or NAME/KIND with int, text, implied, octetsN, oid or rest");
            return -EINVAL;
        }
        def.name = arena_strndup(reader->arena, item->text, length);
        table->index = arena_push(reader->arena, table->index, &table->n_index, sizeof def);
        table->index[i] = def;
    }
    if (node->kind == YAML_LIST)
        return 0;
    diag_error(reader->diag, node->at, node->key, "expected the parts of the index, like [unit, outlet]");
    return -EINVAL;
}

static int read_join_index(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                           void *into)
{
    (void)field;
    struct field_items *items = into;
    *items = (struct field_items){node->n, arena_alloc(reader->arena, node->n * sizeof(struct join_part))};
    for (size_t i = 0; i < node->n; i++) {
        struct join_part *part = (struct join_part *)items->item + i;
        const struct yaml_node *item = node->item[i];
        double number;
        if (item->kind == YAML_SCALAR && word_number(item->text, &number) && number >= 0 && number <= UINT32_MAX) {
            part->constant = (uint32_t)number;
            continue;
        }
        bool bare = item->kind == YAML_SCALAR && !strchr(item->text, '.');
        const char *text = bare ? arena_printf(reader->arena, "index.%s", item->text) : item->text;
        if (item->kind != YAML_SCALAR || ref_parse(reader, item, text, &part->from) < 0)
            return -EINVAL;
    }
    return 0;
}

static int read_joins(struct field_reader *reader, const struct yaml_node *node, struct table_def *table)
{
    static const struct field keys[] = {{.name = "entry",
                                         .read = field_oid,
                                         .offset = offsetof(struct join_def, entry),
                                         .required = true,
                                         .help = "OID of the joined table's entry"},
                                        {.name = "index",
                                         .read = read_join_index,
                                         .offset = offsetof(struct join_def, index),
                                         .required = true,
                                         .help = "its index, made of parts of this table's index, columns and numbers"},
                                        {0}};
    struct profile_context *context = reader->context;
    int result = node->kind == YAML_MAP ? 0 : -EINVAL;
    if (result < 0)
        diag_error(reader->diag, node->at, node->key, "expected a map of joined tables");
    for (size_t i = 0; result == 0 && i < node->n; i++) {
        table->join = arena_push(reader->arena, table->join, &table->n_joins, sizeof *table->join);
        struct join_def *join = &table->join[i];
        join->name = arena_strdup(reader->arena, node->item[i]->key);
        result = field_read_map(reader, keys, node->item[i], join);
        context->join = arena_push(reader->arena, context->join, &context->n_joins, sizeof *context->join);
        context->join[i] = join->name;
    }
    return result;
}

static int complain(struct field_reader *reader, const struct point_def *point, const char *key, const char *words)
{
    diag_error(reader->diag, point->at, key, "%s", words);
    return -EINVAL;
}

static int check_unit(struct field_reader *reader, const struct point_def *point)
{
    enum dimension dimension = dimension_of((enum quantity)point->quantity);
    const char *unit = point->unit.text;
    if (dimension == D_STATE)
        return point->states ? 0 : complain(reader, point, "states", "missing: a state needs the names of its numbers");
    if (unit && !unit_find_as(unit, dimension)) {
        diag_error(reader->diag, point->at, "unit", "'%s' does not measure %s (%s), expected a unit as in %s", unit,
                   quantity_row((enum quantity)point->quantity)->name, dimension_name(dimension),
                   dimension_example(dimension));
        return -EINVAL;
    }
    bool needed = dimension != D_ONE && !unit && !point->unit.from.kind && !point->text_unit;
    return needed ? complain(reader, point, "unit", "missing: the unit of the scaled number") : 0;
}

static int check_part(struct field_reader *reader, const struct point_def *point)
{
    struct part part;
    const char *text = point->part.text;
    if (point->part.from.kind)
        return 0;
    if (!text)
        return complain(reader, point, "part", "missing: the part that the value belongs to");
    int base = part_base_parse(text);
    if (base < 0 && part_parse(text, &part) < 0)
        return complain(reader, point, "part", "not a part, expected one like total, inlet-1 or output-l1");
    if (base >= 0 && part_base_numbered((enum part_base)base) && !point->number.n)
        return complain(reader, point, "number", "missing: this part needs a number");
    if (point->phase.text && phase_parse(point->phase.text) < 0)
        return complain(reader, point, "phase", "expected one of: l1 l2 l3 n l1l2 l2l3 l3l1");
    return 0;
}

static int check_point(struct field_reader *reader, const struct table_def *table, const struct point_def *point)
{
    const struct profile_context *context = reader->context;
    enum ref_kind expected = context->mqtt     ? REF_MESSAGE
                             : context->modbus ? REF_REGISTER
                             : table->entry.n  ? REF_COLUMN
                                               : REF_SCALAR;
    if (point->from.kind == REF_NONE)
        return complain(reader, point, "from", "missing: where the value is");
    if (point->from.kind != expected)
        return complain(reader, point, "from",
                        expected == REF_COLUMN    ? "expected a column of this table, like .5"
                        : expected == REF_MESSAGE ? "expected a field of a message, like ./status#/power"
                                                  : "expected a whole OID");
    if (point->quantity == Q_NONE)
        return complain(reader, point, "quantity", "missing: what the value measures");
    for (size_t i = 0; i < point->number.n; i++) {
        const struct select *number = (const struct select *)point->number.item + i;
        double value;
        if (number->text && !word_number(number->text, &value))
            return complain(reader, point, "number", "expected a number, or a source");
    }
    int r = check_unit(reader, point);
    return check_part(reader, point) < 0 ? -EINVAL : r;
}

/* Asked with every poll, so numbers only. */
static int check_valid(struct field_reader *reader, const struct point_def *point)
{
    for (size_t i = 0; i < point->valid.n; i++) {
        const struct condition *c = &point->valid.item[i];
        bool words = c->test == TEST_LIKE;
        for (size_t k = 0; k < c->n && c->test != TEST_PRESENT; k++)
            words = words || isnan(c->number[k]);
        if (words || c->from.kind == REF_INDEX || c->from.kind == REF_PARAM)
            return complain(reader, point, "valid", "expected a source that is polled, tested by numbers");
    }
    return 0;
}

static int keep_point(struct field_reader *reader, struct table_def *table, const struct point_def *point)
{
    int r = check_point(reader, table, point);
    if (check_valid(reader, point) < 0)
        r = -EINVAL;
    table->point = arena_push(reader->arena, table->point, &table->n_points, sizeof *point);
    table->point[table->n_points - 1] = *point;
    table->point[table->n_points - 1].cases = NULL;
    return r;
}

static int read_cases(struct field_reader *reader, struct table_def *table, const struct point_def *point)
{
    const struct profile_context *context = reader->context;
    const struct yaml_node *cases = point->cases;
    int result = 0;
    if (cases->kind == YAML_SCALAR && context->sets && context->sets->kind == YAML_MAP) {
        const struct yaml_node *set = yaml_get(context->sets, cases->text);
        cases = set ? set : cases;
    }
    if (cases->kind != YAML_MAP || !point->by.kind)
        return complain(reader, point, "cases", "expected `by: SOURCE` and `cases: {WORD: {keys}}`");
    for (size_t i = 0; i < cases->n; i++) {
        const struct yaml_node *one = cases->item[i];
        struct point_def own = *point;
        own.at = one->key_at;
        struct condition condition = {.from = point->by, .test = TEST_IN, .n = 1};
        condition.word = ARENA_NEW(reader->arena, const char *);
        condition.number = ARENA_NEW(reader->arena, double);
        *condition.word = arena_strdup(reader->arena, one->key);
        if (!word_number(one->key, condition.number))
            *condition.number = NAN;
        size_t length = strlen(one->key);
        if (length > 2 && one->key[0] == '/' && one->key[length - 1] == '/') {
            condition.test = TEST_LIKE;
            condition.like = pattern_read(reader, one, arena_strndup(reader->arena, one->key + 1, length - 2));
        }
        struct condition *all = arena_alloc(reader->arena, (own.when.n + 1) * sizeof *all);
        if (own.when.n)
            memcpy(all, own.when.item, own.when.n * sizeof *all);
        all[own.when.n++] = condition;
        own.when.item = all;
        if (field_read_map(reader, profile_point_keys + 2, one, &own) < 0 || keep_point(reader, table, &own) < 0)
            result = -EINVAL;
    }
    return result;
}

int profile_read_points(struct field_reader *reader, const struct yaml_node *node, struct table_def *table)
{
    int result = 0;
    if (node->kind != YAML_LIST) {
        diag_error(reader->diag, node->at, node->key, "expected a list of points");
        return -EINVAL;
    }
    for (size_t i = 0; i < node->n; i++) {
        struct point_def point = table->inherit;
        point.at = node->item[i]->at;
        int r = field_read_map(reader, profile_point_keys, node->item[i], &point);
        if (r == 0)
            r = point.cases ? read_cases(reader, table, &point) : keep_point(reader, table, &point);
        if (r < 0)
            result = r;
    }
    return result;
}

/* As many + as there are parts of the index, each a level of its own. */
static int check_topic(struct field_reader *reader, const struct yaml_node *node, const struct table_def *table)
{
    const struct profile_context *context = reader->context;
    size_t n = 0;
    bool good = !table->topic == !context->mqtt;
    for (const char *p = table->topic ? table->topic : ""; *p; p++) {
        n += *p == '+';
        if (*p == '#' || (*p == '+' && (p == table->topic || p[-1] != '/' || (p[1] && p[1] != '/'))))
            good = false;
    }
    if (good && (!table->topic || n == table->n_index))
        return 0;
    diag_error(reader->diag, node->at, "topic",
               context->mqtt ? "expected a topic like ./+/state, with a + for each part of the index"
                             : "only messages have topics");
    return -EINVAL;
}

#define INHERIT_OFFSET(f) ((f)->offset + offsetof(struct table_def, inherit))

int profile_read_table(struct field_reader *reader, const struct yaml_node *node, struct table_def *ret)
{
    struct {
        struct table_def table;
        const struct yaml_node *joins, *points;
    } raw = {.table = *ret};
    struct profile_context *context = reader->context;
    struct field keys[40] = {
        {.name = "entry", .read = field_oid, .offset = offsetof(struct table_def, entry), .help = "OID of the entry"},
        {.name = "index", .read = read_index, .offset = 0, .help = "parts of the index"},
        {.name = "joins",
         .read = field_node,
         .offset = (size_t)((char *)&raw.joins - (char *)&raw),
         .help = "tables whose rows belong to this one's"},
        {.name = "topic",
         .read = field_text,
         .offset = offsetof(struct table_def, topic),
         .help = "MQTT: topics of the rows, a + for each part of the index"},
        {.name = "sunspec",
         .read = profile_numbers_field,
         .offset = offsetof(struct table_def, models),
         .help = "SunSpec models whose registers these are"},
        {.name = "points",
         .read = field_node,
         .offset = (size_t)((char *)&raw.points - (char *)&raw),
         .required = true,
         .help = "the values"},
    };
    size_t n = 6;
    for (const struct field *f = profile_point_keys + 3; f->name; f++) {
        keys[n] = *f;
        keys[n++].offset = INHERIT_OFFSET(f);
    }
    /* Index and joins come first: what the other keys refer to. */
    context->n_index = context->n_joins = 0;
    const struct yaml_node *index = node->kind == YAML_MAP ? yaml_get(node, "index") : NULL;
    if (index && read_index(reader, NULL, index, &raw.table) < 0)
        return -EINVAL;
    context->index = arena_alloc(reader->arena, raw.table.n_index * sizeof *context->index);
    for (; context->n_index < raw.table.n_index; context->n_index++)
        context->index[context->n_index] = raw.table.index[context->n_index].name;
    keys[1].read = field_node; /* read already */
    keys[1].offset = (size_t)((char *)&raw.joins - (char *)&raw);
    const struct yaml_node *joins = node->kind == YAML_MAP ? yaml_get(node, "joins") : NULL;
    if (joins && read_joins(reader, joins, &raw.table) < 0)
        return -EINVAL;
    int r = field_read_map(reader, keys, node, &raw);
    if (r == 0)
        r = check_topic(reader, node, &raw.table);
    if (r == 0)
        r = profile_read_points(reader, raw.points, &raw.table);
    context->n_index = context->n_joins = 0;
    *ret = raw.table;
    return r;
}
