/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "point_list.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct candidate *point_list_add(struct point_list *list, const struct point_def *def)
{
    list->item = arena_push(list->arena, list->item, &list->n, sizeof *list->item);
    struct candidate *c = &list->item[list->n - 1];
    *c = (struct candidate){.def = def, .k = DECIMAL_ONE, .over = 1, .raw = NAN, .order = list->n};
    return c;
}

void point_list_note(struct point_list *list, const char *words)
{
    for (size_t i = 0; i < list->n_notes; i++)
        if (!strcmp(list->note[i], words))
            return;
    list->note = arena_push(list->arena, list->note, &list->n_notes, sizeof *list->note);
    list->note[list->n_notes - 1] = arena_strdup(list->arena, words);
}

void point_list_note_missing(struct point_list *list, const struct cells *cells, const struct point_def *def)
{
    if (cells->missing)
        point_list_note(list, arena_printf(list->arena, "%s: the site must say params: {%s: ...}: %s",
                                           quantity_row((enum quantity)def->quantity)->name, cells->missing->name,
                                           cells->missing->help));
}

static bool resolve_part(struct cells *cells, const struct point_def *def, struct part *ret)
{
    struct part part = {0};
    int64_t number;
    const char *word = select_word(cells, &def->part);
    if (!word)
        return false;
    int base = part_base_parse(word);
    if (base >= 0)
        part.base = (enum part_base)base;
    else if (part_parse(word, &part) < 0)
        return false;
    int64_t sum = 0;
    for (size_t i = 0; i < def->number.n; i++) {
        if (!select_number(cells, (const struct select *)def->number.item + i, &number))
            return false;
        sum += number;
    }
    if (def->number.n && (sum < 1 || sum > UINT32_MAX))
        return false;
    if (def->number.n)
        part.number = (unsigned)sum;
    if (select_given(&def->phase)) {
        word = select_word(cells, &def->phase);
        int phase = word && *word && strcmp(word, "none") != 0 ? phase_parse(word) : PH_NONE;
        if (!word || phase < 0)
            return false;
        part.phase = (enum phase)phase;
    }
    if (select_given(&def->chain)) {
        if (!select_number(cells, &def->chain, &number) || number < 1 || number > UINT32_MAX)
            return false;
        part.unit = (unsigned)number;
    }
    *ret = part;
    return true;
}

static bool resolve_unit(struct point_list *list, struct cells *cells, const struct point_def *def,
                         const struct unit **ret)
{
    enum dimension dimension = dimension_of((enum quantity)def->quantity);
    if (!select_given(&def->unit))
        return true;
    const char *word = select_word(cells, &def->unit);
    *ret = word ? unit_find_as(word, dimension) : NULL;
    if (!word && !cells->missing)
        point_list_note(list, arena_printf(list->arena, "%s: the device does not tell its unit",
                                           quantity_row((enum quantity)def->quantity)->name));
    if (word && !*ret)
        point_list_note(list, arena_printf(list->arena, "%s: the unit '%s' does not measure %s",
                                           quantity_row((enum quantity)def->quantity)->name, word,
                                           dimension_name(dimension)));
    return *ret != NULL;
}

struct candidate *point_list_resolve(struct point_list *list, struct cells *cells, const struct point_def *def,
                                     const char *source)
{
    struct candidate c = {0};
    cells->missing = NULL;
    if (def->ignore || !conditions_hold(cells, &def->when))
        goto none;
    if (!resolve_part(cells, def, &c.part) || !resolve_unit(list, cells, def, &c.unit) ||
        !scale_factor(cells, &def->scale, &c.k, &c.over))
        goto none;
    struct candidate *new = point_list_add(list, def);
    new->part = c.part;
    new->unit = c.unit;
    new->k = c.k;
    new->over = c.over;
    new->quantity = (enum quantity)def->quantity;
    new->label = label_of(cells, &def->label);
    new->source = source;
    return new;
none:
    point_list_note_missing(list, cells, def);
    return NULL;
}

/* In the order of the profile, so that one may stand on another. */
static int by_order(const void *left, const void *right)
{
    const struct compute_op *a = left, *b = right;
    return a->order < b->order ? -1 : a->order > b->order;
}

struct compute_ops point_list_computes(const struct point_list *list, struct arena *arena)
{
    struct compute_ops ops = {0};
    for (size_t i = 0; i < list->n; i++) {
        const struct candidate *c = &list->item[i];
        if (!c->computed || c->left_out)
            continue;
        ops.item = arena_push(arena, ops.item, &ops.n, sizeof *ops.item);
        uint32_t *operand = arena_alloc(arena, c->n_operands * sizeof *operand);
        double *factor = arena_alloc(arena, c->n_operands * sizeof *factor);
        for (size_t k = 0; k < c->n_operands; k++) {
            bool constant = c->operand[k] == SIZE_MAX;
            operand[k] = constant ? UINT32_MAX : list->item[c->operand[k]].point;
            factor[k] = constant ? c->computed->operand[k].factor : 0;
        }
        ops.item[ops.n - 1] = (struct compute_op){
            c->device, c->point, c->computed->op, c->order, (uint32_t)c->n_operands, operand, factor};
    }
    if (ops.n)
        qsort(ops.item, ops.n, sizeof *ops.item, by_order);
    return ops;
}

void compute_sample(const struct compute_op *op, struct sample *samples)
{
    bool adds = op->op == CP_SUM || op->op == CP_MEAN || op->op == CP_DIFFERENCE;
    double value = adds ? 0 : 1;
    for (uint32_t i = 0; i < op->n; i++) {
        double x = op->factor[i];
        if (op->operand[i] != UINT32_MAX) {
            struct sample from = samples[op->operand[i]];
            if (!quality_has_value(from.quality)) {
                samples[op->point] = (struct sample){NAN, from.quality};
                return;
            }
            x = from.value;
        }
        if (op->op == CP_DIFFERENCE && i > 0)
            value -= x;
        else if (adds)
            value += x;
        else if (op->op == CP_PRODUCT || i == 0)
            value *= x;
        else
            value /= x;
    }
    if (op->op == CP_MEAN)
        value /= op->n;
    /* no load: 0 W by 0 VA is no power factor at all */
    samples[op->point] = isfinite(value) ? (struct sample){value, QL_GOOD} : (struct sample){NAN, QL_SENTINEL};
}
