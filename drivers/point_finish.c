/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "point_list.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGREE 0.005 /* half a per cent: two readings of one value in one walk */

/* What a transformer's or a pulse ratio changes; voltage, temperature and power factor it does not. */
static bool is_scaled_by_ratio(enum quantity q)
{
    switch (dimension_of(q)) {
    case D_POWER:
    case D_APPARENT_POWER:
    case D_REACTIVE_POWER:
    case D_ENERGY:
    case D_APPARENT_ENERGY:
    case D_REACTIVE_ENERGY:
    case D_CURRENT:
    case D_FLOW:
    case D_VOLUME: return true;
    case D_NONE:
    case D_ONE:
    case D_TIME:
    case D_VOLTAGE:
    case D_FREQUENCY:
    case D_PERCENT:
    case D_TEMPERATURE:
    case D_TEMPERATURE_DIFF:
    case D_PRESSURE:
    case D_SPEED:
    case D_STATE:
    case D_CARBON_FACTOR:
    case D_PRICE:
    case D_MONEY:
    case D_WATER_RATIO:
    case D_SIZE:
    case D_COUNT: break;
    }
    return false;
}

static const struct part_setup *setup_of_part(const struct device_setup *setup, const struct part *part)
{
    char name[PART_MAX];
    if (part_format(part, name) < 0)
        return NULL;
    for (size_t i = 0; i < setup->n_parts; i++)
        if (!strcmp(setup->part[i].part, name))
            return &setup->part[i];
    return NULL;
}

/* A meter that was connected the other way round: what it calls import is export. */
static void invert(struct candidate *c, struct decimal *ratio)
{
    if (c->quantity == Q_ENERGY)
        c->quantity = Q_ENERGY_EXPORT;
    else if (c->quantity == Q_ENERGY_EXPORT)
        c->quantity = Q_ENERGY;
    else if (c->quantity == Q_ACTIVE_POWER || c->quantity == Q_REACTIVE_POWER || c->quantity == Q_POWER_FACTOR ||
             c->quantity == Q_HEAT_POWER || c->quantity == Q_COOLING_POWER)
        ratio->mantissa = -ratio->mantissa;
}

static void apply_setup(struct point_list *list, struct candidate *c)
{
    const struct part_setup *site = setup_of_part(list->setup, &c->part);
    struct decimal ratio = DECIMAL_ONE;
    if (site) {
        const struct unit *unit = site->unit ? unit_find_as(site->unit, dimension_of(c->quantity)) : NULL;
        c->unit = unit ? unit : c->unit;
        c->label = site->label ? site->label : c->label;
        c->left_out = site->ignore;
        if (site->scale.mantissa && is_scaled_by_ratio(c->quantity))
            ratio = site->scale;
        if (site->invert)
            invert(c, &ratio);
    }
    if (c->def)
        c->op = value_op_make(c->def, c->k, c->over, c->unit, ratio);
}

static int aspect_of(const struct candidate *c)
{
    return c->computed ? c->computed->aspect : c->def->aspect;
}

static int by_number(unsigned long a, unsigned long b)
{
    return a < b ? -1 : a > b;
}

/* By name; several sources of one name stay in the order of the profile. */
static int by_name(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    unsigned au = a->part.unit > 1 ? a->part.unit : 1, bu = b->part.unit > 1 ? b->part.unit : 1;
    int r = by_number(au, bu);
    r = r ? r : by_number(a->part.base, b->part.base);
    r = r ? r : by_number(a->part.number, b->part.number);
    r = r ? r : by_number(a->part.phase, b->part.phase);
    r = r ? r : by_number(a->quantity, b->quantity);
    r = r ? r : by_number((unsigned)aspect_of(a), (unsigned)aspect_of(b));
    return r ? r : by_number(a->order, b->order);
}

static bool same_part(const struct part *a, const struct part *b)
{
    return (a->unit > 1 ? a->unit : 1) == (b->unit > 1 ? b->unit : 1) && a->base == b->base && a->number == b->number &&
           a->phase == b->phase;
}

static bool same_name(const struct candidate *a, const struct candidate *b)
{
    return same_part(&a->part, &b->part) && a->quantity == b->quantity && aspect_of(a) == aspect_of(b);
}

/* The part's name, its tail behind the last '-' open to anything when the pattern ends in a star. */
static bool part_matches(const struct part *part, const char *pattern)
{
    char name[PART_MAX];
    struct part alone = *part;
    alone.unit = 0;
    if (part_format(&alone, name) < 0)
        return false;
    size_t n = strlen(pattern);
    if (!n || pattern[n - 1] != '*')
        return !strcmp(name, pattern);
    return !strncmp(name, pattern, n - 1) && name[n - 1] && !strchr(name + n - 1, '-');
}

static bool find_operands(struct point_list *list, struct candidate *c, unsigned unit)
{
    const struct computed_def *def = c->computed;
    for (size_t k = 0; k < def->n; k++) {
        size_t before = c->n_operands;
        for (size_t i = 0; def->operand[k].part && i + 1 < list->n; i++) {
            const struct candidate *from = &list->item[i];
            if (from->left_out || aspect_of(from) != A_VALUE || (from->part.unit > 1 ? from->part.unit : 1) != unit ||
                strcmp(quantity_row(from->quantity)->name, def->operand[k].quantity) != 0 ||
                !part_matches(&from->part, def->operand[k].part))
                continue;
            c->operand = arena_push(list->arena, c->operand, &c->n_operands, sizeof *c->operand);
            c->operand[c->n_operands - 1] = from->order;
        }
        if (!def->operand[k].part) {
            c->operand = arena_push(list->arena, c->operand, &c->n_operands, sizeof *c->operand);
            c->operand[c->n_operands - 1] = SIZE_MAX;
        }
        if (c->n_operands == before)
            return false;
    }
    return true;
}

/* For each unit of the chain that does not tell it itself. */
static void add_computed(struct point_list *list, const struct computed_def *def, unsigned unit)
{
    struct candidate wanted = {.computed = def, .quantity = (enum quantity)def->quantity};
    if (part_parse(def->part, &wanted.part) < 0)
        return;
    wanted.part.unit = unit;
    for (size_t i = 0; i < list->n; i++)
        if (same_name(&list->item[i], &wanted))
            return;
    struct candidate *c = point_list_add(list, NULL);
    size_t order = c->order;
    *c = wanted;
    c->order = order;
    c->raw = NAN;
    if (!find_operands(list, c, unit))
        list->n--;
}

static void compute_all(struct point_list *list)
{
    unsigned units[256], n_units = 0;
    for (size_t i = 0; i < list->n; i++) {
        unsigned unit = list->item[i].part.unit > 1 ? list->item[i].part.unit : 1, k = 0;
        while (k < n_units && units[k] != unit)
            k++;
        if (k == n_units && n_units < 256)
            units[n_units++] = unit;
    }
    for (size_t p = 0; p < list->profile->n_included; p++)
        for (size_t d = 0; d < list->profile->included[p]->n_computed; d++)
            for (unsigned k = 0; k < n_units; k++)
                add_computed(list, &list->profile->included[p]->computed[d], units[k]);
}

/* Operands were noted by their order, since sorting moves candidates. */
static void find_places(struct point_list *list)
{
    size_t highest = 0;
    for (size_t i = 0; i < list->n; i++)
        highest = list->item[i].order > highest ? list->item[i].order : highest;
    size_t *place = arena_alloc(list->arena, (highest + 1) * sizeof *place);
    for (size_t i = 0; i < list->n; i++)
        place[list->item[i].order] = i;
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = 0; k < list->item[i].n_operands; k++)
            if (list->item[i].operand[k] != SIZE_MAX)
                list->item[i].operand[k] = place[list->item[i].operand[k]];
}

static uint32_t device_of(struct point_list *list, unsigned unit)
{
    const struct device_setup *setup = list->setup;
    for (size_t i = 0; i < setup->n_units; i++)
        if (setup->unit_number[i] == unit)
            for (size_t d = 1; d < list->n_devices; d++)
                if (list->device[d].unit == unit)
                    return (uint32_t)d;
    return 0;
}

static void begin_devices(struct point_list *list)
{
    const struct device_setup *setup = list->setup;
    list->n_devices = 1 + setup->n_units;
    list->device = arena_alloc(list->arena, list->n_devices * sizeof *list->device);
    for (size_t d = 0; d < list->n_devices; d++) {
        struct point_device *device = &list->device[d];
        device->number = d ? setup->unit_device[d - 1] : setup->number;
        device->unit = d ? setup->unit_number[d - 1] : 0;
        device->shape = shape_new();
    }
}

static double rating_of(const struct point_list *list, size_t i)
{
    for (size_t k = i; k < list->n && same_part(&list->item[k].part, &list->item[i].part) &&
                       list->item[k].quantity == list->item[i].quantity;
         k++)
        if (!list->item[k].computed && aspect_of(&list->item[k]) == A_RATING) {
            struct sample sample = value_op_sample(&list->item[k].op, list->item[k].raw);
            return sample.quality == QL_GOOD ? sample.value : NAN;
        }
    return NAN;
}

static const char *copied(struct arena *arena, const char *text)
{
    return text ? arena_strdup(arena, text) : NULL;
}

static const char *const *copied_states(struct arena *arena, const char **pair)
{
    size_t n = 0;
    while (pair && pair[n])
        n++;
    if (!pair)
        return NULL;
    const char **own = arena_alloc(arena, (n + 1) * sizeof *own);
    for (size_t i = 0; i < n; i++)
        own[i] = arena_strdup(arena, pair[i]);
    return own;
}

/* A coarser object of the same value, 1 % for 1.4 %, would only contradict. */
static bool agree(const struct candidate *a, const struct candidate *b)
{
    struct sample x = value_op_sample(&a->op, a->raw), y = value_op_sample(&b->op, b->raw);
    return isnan(a->raw) || isnan(b->raw) || fabs(x.value - y.value) <= AGREE * fabs(x.value);
}

static void add_point(struct point_list *list, size_t i)
{
    struct candidate *c = &list->item[i];
    struct point_device *device = &list->device[c->device];
    struct shape *shape = device->shape;
    struct part part = c->part;
    if (device->unit)
        part.unit = 0; /* a device of its own has no prefix */
    c->point = (uint32_t)shape->n;
    struct point_shape *point = shape_add(shape);
    part_format(&part, point->part);
    point->quantity = c->quantity;
    point->aspect = (enum aspect)aspect_of(c);
    point->computed = c->computed != NULL;
    shape->label[c->point] = copied(shape->arena, c->label);
    point->source = copied(shape->arena, c->source ? c->source : "");
    if (aspect_of(c) == A_VALUE)
        point->rating = rating_of(list, i);
    if (!c->def)
        return;
    double factor = fabs(c->op.times / c->op.over);
    point->states = copied_states(shape->arena, c->def->states);
    point->modulus = c->def->modulus * factor;
    point->step = c->integral ? factor : 0;
    point->refresh = (double)c->def->refresh_us / 1e6;
    const char *also = NULL;
    for (size_t k = i + 1; k < list->n && same_name(&list->item[k], c); k++)
        if (!list->item[k].computed && list->item[k].def != c->def && agree(c, &list->item[k]))
            also = also ? arena_printf(shape->arena, "%s %s", also, list->item[k].source)
                        : arena_strdup(shape->arena, list->item[k].source);
    point->also = also;
}

/* Of several sources of one name the first is the point. */
static void leave_out_others(struct point_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        for (size_t k = i + 1; !list->item[i].left_out && k < list->n && same_name(&list->item[i], &list->item[k]);
             k++) {
            list->item[k].left_out = true;
            if (list->item[k].def == list->item[i].def)
                point_list_note(list, arena_printf(list->arena, "%s at %s: the name is taken by %s",
                                                   quantity_row(list->item[k].quantity)->name, list->item[k].source,
                                                   list->item[i].source));
        }
}

static void place_points(struct point_list *list)
{
    size_t *count = arena_alloc(list->arena, list->n_devices * sizeof *count);
    for (size_t i = 0; i < list->n; i++) {
        struct candidate *c = &list->item[i];
        c->device = device_of(list, c->part.unit > 1 ? c->part.unit : 1);
        count[c->device] += !c->left_out;
    }
    for (size_t d = 0; d < list->n_devices; d++)
        shape_reserve(list->device[d].shape, count[d]);
    for (size_t i = 0; i < list->n; i++)
        if (!list->item[i].left_out)
            add_point(list, i);
}

void point_list_finish(struct point_list *list, const char *why)
{
    for (size_t i = 0; i < list->n; i++)
        apply_setup(list, &list->item[i]);
    if (list->n) {
        qsort(list->item, list->n, sizeof *list->item, by_name);
        leave_out_others(list); /* before anything is added up */
        compute_all(list);
        qsort(list->item, list->n, sizeof *list->item, by_name);
        find_places(list);
    }
    begin_devices(list);
    place_points(list);
    for (size_t d = 0; d < list->n_devices; d++) {
        struct shape *shape = list->device[d].shape;
        shape->identity.profile = arena_strdup(shape->arena, list->profile->name);
        shape->identity.version = list->profile->version;
        shape->identity.why = arena_strdup(shape->arena, why ? why : "named by the site");
        for (size_t i = 0; d == 0 && i < list->n_notes; i++)
            shape_note(shape, "%s", list->note[i]);
    }
}
