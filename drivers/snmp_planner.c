/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "point_list.h"
#include "profile_head.h"
#include "snmp_decode.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t sys_uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0}; /* SNMPv2-MIB, RFC 3418 */

/* An object to ask, and who wants its number in the plan. */
struct need {
    struct oid name;
    uint32_t *where;
};

struct work {
    struct arena *scratch; /* drafts, and all that the finished plan can do without */
    struct snmp_decode decode;
    struct point_list list;
    const struct snmp_image *image;
    size_t n_rows, n_needs;
    struct snmp_row *row; /* one a candidate, by handle */
    struct need *need;
    struct seen_words seen;
};

static void add_row(struct work *work, const struct snmp_row *row, struct candidate *c)
{
    work->row = arena_push(work->scratch, work->row, &work->n_rows, sizeof *row);
    work->row[work->n_rows - 1] = *row;
    c->handle = work->n_rows - 1;
}

static void try_point(struct work *work, struct cells *cells, struct snmp_row *row, const struct point_def *def,
                      struct oid name, const struct snmp_value *value)
{
    double raw = snmp_decode_number(value, def->take, def->text_unit, dimension_of((enum quantity)def->quantity));
    if (isnan(raw))
        return;
    struct value_op bare = value_op_make(def, DECIMAL_ONE, 1, NULL, DECIMAL_ONE);
    if (def->drop_na && value_op_sample(&bare, raw).quality == QL_SENTINEL)
        return;
    struct candidate *c = point_list_resolve(&work->list, cells, def, oid_text(work->scratch, name));
    if (!c)
        return;
    c->raw = raw;
    c->integral = value->kind == SV_INT || value->kind == SV_UINT;
    if (def->text_unit)
        c->unit = NULL; /* the text says it, and the number is in the base unit already */
    add_row(work, row, c);
}

static void plan_column(struct work *work, struct cells *cells, const struct table_def *table,
                        const struct point_def *def)
{
    struct oid column = oid_join(work->scratch, table->entry, &def->from.column, 1), name = column;
    const struct snmp_value *value;
    while (snmp_image_next(work->image, name, &name, &value) && oid_under(name, column)) {
        struct snmp_row row = {.image = work->image};
        cells->context = &row;
        struct oid suffix = {name.n - column.n, name.id + column.n};
        if (value->kind != SV_NONE && snmp_row_split(&row, table, suffix))
            try_point(work, cells, &row, def, name, value);
    }
}

static bool has_quantity(const struct work *work, const struct table_def *table, int quantity)
{
    for (size_t i = 0; i < work->list.n; i++) {
        const struct point_def *def = work->list.item[i].def;
        if (def >= table->point && def < table->point + table->n_points &&
            (quantity == Q_NONE || def->quantity == quantity))
            return true;
    }
    return false;
}

/* Somebody was told already why it is not there. */
static bool is_explained(const struct point_list *list, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < list->n_notes; i++)
        if (!strncmp(list->note[i], name, n) && list->note[i][n] == ':')
            return true;
    return false;
}

/* Columns that the table of this device lacks: said once, and asked again with each discovery only. */
static void note_absent(struct work *work, const struct table_def *table)
{
    const char *absent = NULL;
    if (!table->entry.n || !has_quantity(work, table, Q_NONE))
        return;
    for (size_t p = 0; p < table->n_points; p++) {
        const struct point_def *def = &table->point[p];
        const char *name = quantity_row((enum quantity)def->quantity)->name;
        if (def->aspect != A_VALUE || def->ignore || has_quantity(work, table, def->quantity) ||
            is_explained(&work->list, name) || (absent && strstr(absent, name)))
            continue;
        absent = absent ? arena_printf(work->scratch, "%s, %s", absent, name) : name;
    }
    if (absent)
        point_list_note(&work->list,
                        arena_printf(work->scratch, "not told by this device: %s of its %s", absent, table->name));
}

static void plan_profile(struct work *work, const struct profile *profile)
{
    struct cells cells = {.arena = work->scratch, .profile = profile, .setup = work->list.setup, .get = snmp_row_cell};
    cells.seen = &work->seen;
    for (size_t t = 0; t < profile->n_tables; t++) {
        const struct table_def *table = &profile->table[t];
        for (size_t p = 0; p < table->n_points; p++) {
            const struct point_def *def = &table->point[p];
            if (def->from.kind == REF_COLUMN) {
                plan_column(work, &cells, table, def);
                continue;
            }
            struct snmp_row row = {.image = work->image, .table = table};
            const struct snmp_value *value = snmp_image_get(work->image, def->from.oid);
            cells.context = &row;
            if (value && value->kind != SV_NONE)
                try_point(work, &cells, &row, def, def->from.oid, value);
        }
        note_absent(work, table);
    }
}

static void need(struct work *work, struct oid name, uint32_t *where)
{
    work->need = arena_push(work->scratch, work->need, &work->n_needs, sizeof *work->need);
    work->need[work->n_needs - 1] = (struct need){name, where};
}

/* A validity column that the agent does not have asks nothing. */
static void plan_valid(struct work *work, const struct snmp_row *row, const struct point_def *def, struct snmp_op *op)
{
    struct snmp_valid *valid = arena_alloc(work->scratch, def->valid.n * sizeof *valid);
    for (size_t i = 0; i < def->valid.n; i++) {
        const struct condition *condition = &def->valid.item[i];
        struct oid name = snmp_row_name(work->scratch, row, &condition->from);
        const struct snmp_value *value = name.n ? snmp_image_get(work->image, name) : NULL;
        if (!value || value->kind == SV_NONE)
            continue;
        struct snmp_valid *own = &valid[op->n_valid++];
        *own = (struct snmp_valid){0, condition};
        need(work, name, &own->value);
    }
    op->valid = valid;
}

static void plan_decode(struct work *work)
{
    struct snmp_decode *decode = &work->decode;
    struct point_list *list = &work->list;
    decode->op = arena_alloc(work->scratch, list->n * sizeof *decode->op);
    for (size_t i = 0; i < list->n; i++) {
        const struct candidate *c = &list->item[i];
        if (c->left_out || c->computed)
            continue;
        const struct snmp_row *row = &work->row[c->handle];
        struct snmp_op *op = &decode->op[decode->n_ops++];
        *op = (struct snmp_op){.device = c->device,
                               .point = c->point,
                               .op = c->op,
                               .with_unit = c->def->text_unit,
                               .take = c->def->take,
                               .dimension = dimension_of(c->quantity)};
        plan_valid(work, row, c->def, op);
        need(work, snmp_row_name(work->scratch, row, &c->def->from), &op->value);
    }
    decode->computes = point_list_computes(list, work->scratch);
}

static int by_oid(const void *left, const void *right)
{
    return oid_compare(((const struct need *)left)->name, ((const struct need *)right)->name);
}

/* Each object once, in the order of OIDs, sysUpTime first. */
static void number_asks(struct work *work)
{
    struct snmp_decode *decode = &work->decode;
    decode->ask = arena_alloc(work->scratch, (work->n_needs + 1) * sizeof *decode->ask);
    decode->ask[decode->n++] = (struct oid){sizeof sys_uptime / sizeof sys_uptime[0], sys_uptime};
    if (work->n_needs)
        qsort(work->need, work->n_needs, sizeof *work->need, by_oid);
    for (size_t i = 0; i < work->n_needs; i++) {
        if (i == 0 || oid_compare(work->need[i].name, work->need[i - 1].name) != 0)
            decode->ask[decode->n++] = work->need[i].name;
        *work->need[i].where = (uint32_t)(decode->n - 1);
    }
}

/* The object itself; or in the column of that name the row of the unit, counted from 1 or from 0; or the first row. */
static const struct snmp_value *who_value(struct work *work, struct oid name, unsigned unit)
{
    const struct snmp_value *value = snmp_image_get(work->image, name);
    struct oid found = name;
    if (value && value->kind != SV_NONE)
        return value;
    for (int less = 0; unit && less < 2; less++) {
        uint32_t arc = unit - (uint32_t)less;
        struct oid row = oid_join(work->scratch, name, &arc, 1);
        if (snmp_image_get(work->image, row))
            return snmp_image_get(work->image, row);
        if (snmp_image_next(work->image, row, &found, &value) && oid_under(found, row))
            return value;
    }
    found = name;
    return !unit && snmp_image_next(work->image, name, &found, &value) && oid_under(found, name) ? value : NULL;
}

static const char *who(struct work *work, const struct field_items *selects, const struct shape *shape, unsigned unit)
{
    for (size_t i = 0; i < selects->n; i++) {
        struct select select = ((const struct select *)selects->item)[i];
        const struct snmp_value *value = select.from.kind == REF_SCALAR ? who_value(work, select.from.oid, unit) : NULL;
        struct snmp_image *one = snmp_image_new();
        struct snmp_row row = {.image = one};
        struct cells cells = {.arena = work->scratch,
                              .profile = work->list.profile,
                              .setup = work->list.setup,
                              .get = snmp_row_cell,
                              .context = &row};
        if (value)
            snmp_image_put(one, select.from.oid, *value);
        const char *word = select_word(&cells, &select);
        snmp_image_free(one);
        if (word && strspn(word, " .-") != strlen(word))
            return arena_strdup(shape->arena, word);
    }
    return NULL;
}

static void identify(struct work *work)
{
    const struct profile *profile = work->list.profile;
    for (size_t d = 0; d < work->list.n_devices; d++) {
        const struct point_device *device = &work->list.device[d];
        struct identity *identity = &device->shape->identity;
        identity->kind = profile_kinds[profile->kind];
        for (size_t p = 0; p < profile->n_included; p++) {
            const struct identity_def *def = &profile->included[p]->identity;
            if (!identity->vendor)
                identity->vendor = who(work, &def->vendor, device->shape, device->unit);
            if (!identity->model)
                identity->model = who(work, &def->model, device->shape, device->unit);
            if (!identity->serial)
                identity->serial = who(work, &def->serial, device->shape, device->unit);
            if (!identity->firmware)
                identity->firmware = who(work, &def->firmware, device->shape, device->unit);
        }
        if (!identity->vendor && strcmp(profile->vendor, "generic") != 0)
            identity->vendor = arena_strdup(device->shape->arena, profile->vendor);
    }
}

static struct snmp_plan *make_plan(struct work *work)
{
    size_t n = work->list.n_devices;
    struct snmp_plan *plan = calloc(1, sizeof *plan + n * sizeof plan->device[0]);
    if (!plan)
        abort(); /* as the arena */
    plan->decode = snmp_decode_take(&work->decode);
    plan->n = plan->decode->n;
    plan->ask = plan->decode->ask;
    plan->n_devices = n;
    for (size_t d = 0; d < n; d++) {
        const struct point_device *device = &work->list.device[d];
        plan->device[d] =
            (struct snmp_plan_device){device->number, device->unit ? device->unit : 1, shape_finish(device->shape)};
    }
    return plan;
}

int snmp_plan_new(const struct profile *profile, const struct device_setup *setup, const struct snmp_image *image,
                  const char *why, struct snmp_plan **ret)
{
    struct arena *scratch = arena_new();
    struct work work = {.scratch = scratch,
                        .decode = {.profile = profile},
                        .image = image,
                        .list = {.arena = scratch, .profile = profile, .setup = setup}};
    for (size_t i = 0; i < profile->n_included; i++)
        plan_profile(&work, profile->included[i]);
    if (!work.list.n && !setup->once) {
        arena_free(scratch);
        return -ENODATA;
    }
    if (!work.list.n)
        point_list_note(&work.list, "it has no value that its profile knows");
    point_list_finish(&work.list, why);
    plan_decode(&work);
    number_asks(&work);
    identify(&work);
    struct snmp_plan *plan = make_plan(&work);
    arena_free(scratch);
    plan->bulk = profile->snmp.bulk;
    plan->max_varbinds = profile->snmp.max_varbinds;
    plan->repetitions = profile->snmp.repetitions;
    *ret = plan;
    return 0;
}

void snmp_plan_free(struct snmp_plan *plan)
{
    if (!plan)
        return;
    for (size_t d = 0; d < plan->n_devices; d++)
        shape_unref(plan->device[d].shape);
    snmp_decode_drop(plan->decode);
    free(plan);
}

void snmp_plan_decode(const struct snmp_plan *plan, const struct snmp_value *values, struct answer **answers)
{
    snmp_decode_run(plan->decode, values, answers);
    for (size_t d = 0; d < plan->n_devices; d++)
        answers[d]->uptime_s = values[0].kind == SV_UINT ? (uint32_t)(values[0].u / 100) : 0; /* TimeTicks */
}
