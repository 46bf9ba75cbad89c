/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_cell.h"
#include "mqtt_plan.h"

#include <string.h>

struct filters {
    struct arena *arena;
    const char *base;
    size_t n;
    const char **item;
};

static void want(struct filters *filters, const char *text)
{
    const char *filter = mqtt_topic_of(filters->arena, filters->base, text);
    for (size_t i = 0; i < filters->n; i++)
        if (!strcmp(filters->item[i], filter))
            return;
    filters->item = arena_push(filters->arena, filters->item, &filters->n, sizeof *filters->item);
    filters->item[filters->n - 1] = filter;
}

static void want_ref(struct filters *filters, const struct ref *ref)
{
    if (ref->kind == REF_MESSAGE && ref->message.topic)
        want(filters, ref->message.topic);
}

static void want_selects(struct filters *filters, const struct field_items *selects)
{
    for (size_t i = 0; i < selects->n; i++)
        want_ref(filters, &((const struct select *)selects->item)[i].from);
}

static void want_conditions(struct filters *filters, const struct condition_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        want_ref(filters, &list->item[i].from);
}

static void want_point(struct filters *filters, const struct point_def *p)
{
    const struct select *selects[] = {&p->chain, &p->part, &p->phase, &p->unit};
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++)
        want_ref(filters, &selects[i]->from);
    want_selects(filters, &p->number);
    want_ref(filters, &p->from);
    want_conditions(filters, &p->when);
    want_conditions(filters, &p->valid);
    for (size_t i = 0; i < p->scale.n; i++)
        want_ref(filters, &p->scale.item[i].from);
    for (size_t i = 0; i < p->label.n; i++)
        for (size_t k = 0; k < p->label.item[i].n; k++)
            want_ref(filters, &p->label.item[i].piece[k].from);
}

size_t mqtt_plan_filters(struct arena *arena, const struct profile *profile, const struct device_setup *setup,
                         const char ***ret)
{
    struct filters filters = {.arena = arena, .base = setup->mqtt.topic};
    for (size_t i = 0; i < profile->n_included; i++) {
        const struct profile *one = profile->included[i];
        want_selects(&filters, &one->identity.vendor);
        want_selects(&filters, &one->identity.model);
        want_selects(&filters, &one->identity.serial);
        want_selects(&filters, &one->identity.firmware);
        want_selects(&filters, &one->messages.status);
        for (size_t t = 0; t < one->n_tables; t++) {
            if (one->table[t].topic)
                want(&filters, one->table[t].topic);
            for (size_t p = 0; p < one->table[t].n_points; p++)
                want_point(&filters, &one->table[t].point[p]);
        }
    }
    *ret = filters.item;
    return filters.n;
}
