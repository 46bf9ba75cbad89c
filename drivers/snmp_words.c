/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_words.h"

#include "profile_types.h"

static void put(struct arena *arena, struct snmp_asks *list, struct oid name, bool under)
{
    list->ask = arena_push(arena, list->ask, &list->n, sizeof *list->ask);
    list->ask[list->n - 1] = (struct snmp_ask){name, under};
}

static void put_ref(struct arena *arena, struct snmp_asks *list, const struct table_def *table, const struct ref *ref)
{
    if (ref->kind == REF_SCALAR)
        put(arena, list, ref->oid, ref->oid.id[ref->oid.n - 1] != 0);
    else if (ref->kind == REF_COLUMN && table)
        put(arena, list, oid_join(arena, table->entry, &ref->column, 1), true);
    else if (ref->kind == REF_JOIN && table)
        put(arena, list, oid_join(arena, table->join[ref->number].entry, &ref->column, 1), true);
}

static void put_selects(struct arena *arena, struct snmp_asks *list, const struct field_items *selects)
{
    for (size_t i = 0; i < selects->n; i++)
        put_ref(arena, list, NULL, &((const struct select *)selects->item)[i].from);
}

static void put_point(struct arena *arena, struct snmp_words *words, const struct table_def *table,
                      const struct point_def *p)
{
    const struct ref *const refs[] = {&p->from, &p->by, &p->chain.from, &p->part.from, &p->phase.from, &p->unit.from};
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++)
        put_ref(arena, &words->needed, table, refs[i]);
    for (size_t i = 0; i < p->number.n; i++)
        put_ref(arena, &words->needed, table, &((const struct select *)p->number.item)[i].from);
    for (size_t i = 0; i < p->scale.n; i++)
        put_ref(arena, &words->needed, table, &p->scale.item[i].from);
    for (size_t i = 0; i < p->when.n; i++)
        put_ref(arena, &words->needed, table, &p->when.item[i].from);
    for (size_t i = 0; i < p->valid.n; i++)
        put_ref(arena, &words->needed, table, &p->valid.item[i].from);
    for (size_t i = 0; i < p->label.n; i++)
        for (size_t k = 0; k < p->label.item[i].n; k++)
            put_ref(arena, &words->names, table, &p->label.item[i].piece[k].from);
}

static void put_rules(struct arena *arena, struct snmp_words *words, const struct profile *profile)
{
    for (size_t r = 0; r < profile->n_rules; r++)
        for (size_t t = 0; t < profile->rule[r].n; t++)
            if (profile->rule[r].test[t].kind == MK_VALUE)
                put_ref(arena, &words->needed, NULL, &profile->rule[r].test[t].value.from);
}

struct snmp_words snmp_words_of(struct arena *arena, const struct profile *profile)
{
    struct snmp_words words = {0};
    for (size_t i = 0; i < profile->n_included; i++) {
        const struct profile *one = profile->included[i];
        put_rules(arena, &words, one);
        put_selects(arena, &words.needed, &one->identity.vendor);
        put_selects(arena, &words.needed, &one->identity.model);
        put_selects(arena, &words.needed, &one->identity.firmware);
        put_selects(arena, &words.serials, &one->identity.serial);
        for (size_t t = 0; t < one->n_tables; t++) {
            const struct table_def *table = &one->table[t];
            for (size_t p = 0; p < table->n_points; p++)
                put_point(arena, &words, table, &table->point[p]);
            for (size_t j = 0; j < table->n_joins; j++)
                for (size_t k = 0; k < table->join[j].index.n; k++)
                    put_ref(arena, &words.needed, table,
                            &((const struct join_part *)table->join[j].index.item)[k].from);
        }
    }
    return words;
}

bool snmp_words_has(const struct snmp_asks *list, struct oid name)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->ask[i].under ? oid_under(name, list->ask[i].name) : oid_compare(name, list->ask[i].name) == 0)
            return true;
    return false;
}
