/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"
#include "snmp_cell.h"

#include <stdlib.h>
#include <string.h>

/* SNMPv2-MIB, RFC 3418 */
static const uint32_t sys_descr[] = {1, 3, 6, 1, 2, 1, 1, 1, 0};
static const uint32_t sys_object_id[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};
static const uint32_t sys_uptime[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
#define OID_OF(arcs) ((struct oid){sizeof arcs / sizeof arcs[0], arcs})

static void ask(struct arena *arena, struct snmp_asks *asks, struct oid name, bool under)
{
    for (size_t i = 0; i < asks->n; i++)
        if (asks->ask[i].under == under && oid_compare(asks->ask[i].name, name) == 0)
            return;
    asks->ask = arena_push(arena, asks->ask, &asks->n, sizeof *asks->ask);
    asks->ask[asks->n - 1] = (struct snmp_ask){name, under};
}

static void ask_test(struct arena *arena, struct snmp_asks *asks, const struct match_test *test)
{
    bool under = test->kind == MK_UNDER;
    if (under || test->kind == MK_EXISTS || test->kind == MK_ABSENT)
        for (size_t i = 0; i < test->oids.n; i++)
            ask(arena, asks, ((const struct oid *)test->oids.item)[i], under);
    if (test->kind == MK_VALUE && test->value.from.kind == REF_SCALAR)
        ask(arena, asks, test->value.from.oid, false);
}

struct snmp_asks snmp_ask_identity(struct arena *arena, const struct profile_set *set, const char *profile)
{
    struct snmp_asks asks = {0};
    ask(arena, &asks, OID_OF(sys_descr), false);
    ask(arena, &asks, OID_OF(sys_object_id), false);
    ask(arena, &asks, OID_OF(sys_uptime), false);
    for (size_t p = 0; p < profile_count(set); p++) {
        const struct profile *one = profile_at(set, p);
        if (one->modbus || one->mqtt || (profile && strcmp(one->name, profile) != 0))
            continue;
        for (size_t r = 0; r < one->n_rules; r++)
            for (size_t t = 0; t < one->rule[r].n; t++)
                ask_test(arena, &asks, &one->rule[r].test[t]);
    }
    return asks;
}

static bool is_there(const struct snmp_image *image, struct oid name)
{
    const struct snmp_value *value = snmp_image_get(image, name);
    return value && value->kind != SV_NONE;
}

static bool is_under(const struct snmp_image *image, struct oid name)
{
    struct oid found;
    const struct snmp_value *value;
    return snmp_image_next(image, name, &found, &value) && oid_under(found, name);
}

static size_t count_holding(struct cells *cells, const struct match_test *test)
{
    const struct snmp_row *row = cells->context;
    const struct snmp_value *id = snmp_image_get(row->image, OID_OF(sys_object_id));
    struct oid object = {0};
    size_t n = 0;
    if (id && id->kind == SV_OID)
        object = (struct oid){id->n, (const uint32_t *)(const void *)id->bytes};
    for (size_t i = 0; i < test->oids.n; i++) {
        struct oid name = ((const struct oid *)test->oids.item)[i];
        if (test->kind == MK_OBJECT_ID)
            n += object.n && oid_compare(object, name) == 0;
        else if (test->kind == MK_OBJECT_UNDER)
            n += object.n && oid_under(object, name);
        else if (test->kind == MK_UNDER)
            n += is_under(row->image, name);
        else
            n += is_there(row->image, name);
    }
    return n;
}

static bool test_holds(struct cells *cells, const struct match_test *test)
{
    const struct snmp_row *row = cells->context;
    const struct snmp_value *descr = snmp_image_get(row->image, OID_OF(sys_descr));
    const char *text = descr ? snmp_value_cell(cells->arena, descr).text : NULL;
    switch (test->kind) {
    case MK_OBJECT_ID:
    case MK_OBJECT_UNDER:
    case MK_UNDER: return count_holding(cells, test) > 0;
    case MK_EXISTS: return count_holding(cells, test) == test->oids.n;
    case MK_ABSENT: return count_holding(cells, test) == 0;
    case MK_DESCRIPTION: return text && regexec(test->like, text, 0, NULL, 0) == 0;
    case MK_NOT_DESCRIPTION: return !text || regexec(test->like, text, 0, NULL, 0) != 0;
    case MK_VALUE: return condition_holds(cells, &test->value);
    case MK_SUNSPEC:
    case MK_IDENT: break;
    }
    return false;
}

static const char *why_test(struct arena *arena, const struct match_test *test)
{
    const char *oid = test->oids.n ? oid_text(arena, *(const struct oid *)test->oids.item) : "";
    switch (test->kind) {
    case MK_OBJECT_ID: return arena_printf(arena, "sysObjectID is %s%s", oid, test->oids.n > 1 ? " or alike" : "");
    case MK_OBJECT_UNDER: return arena_printf(arena, "sysObjectID is under %s", oid);
    case MK_UNDER: return arena_printf(arena, "it has objects under %s", oid);
    case MK_EXISTS: return arena_printf(arena, "it has %s", oid);
    case MK_ABSENT: return arena_printf(arena, "it has no %s", oid);
    case MK_DESCRIPTION: return arena_printf(arena, "sysDescr is like '%s'", test->text);
    case MK_NOT_DESCRIPTION: return arena_printf(arena, "sysDescr is not like '%s'", test->text);
    case MK_VALUE:
        return test->value.from.kind == REF_SCALAR
                   ? arena_printf(arena, "%s fits", oid_text(arena, test->value.from.oid))
                   : "a value fits";
    case MK_SUNSPEC:
    case MK_IDENT: break;
    }
    return "";
}

static bool rule_holds(struct cells *cells, const struct match_rule *rule, const char **ret_why)
{
    const char *why = NULL;
    for (size_t t = 0; t < rule->n; t++) {
        if (!test_holds(cells, &rule->test[t]))
            return false;
        const char *words = why_test(cells->arena, &rule->test[t]);
        why = why ? arena_printf(cells->arena, "%s, %s", why, words) : words;
    }
    *ret_why = why;
    return rule->n > 0;
}

static int by_priority(const void *left, const void *right)
{
    const struct profile *a = *(const struct profile *const *)left, *b = *(const struct profile *const *)right;
    if (a->priority != b->priority)
        return a->priority > b->priority ? -1 : 1;
    return strcmp(a->name, b->name);
}

const struct profile *profile_match_snmp(struct arena *arena, const struct profile_set *set,
                                         const struct snmp_image *image, const char **ret_why)
{
    size_t n = profile_count(set);
    const struct profile **order = arena_alloc(arena, n * sizeof *order);
    struct snmp_row row = {.image = image};
    static const struct device_setup nothing;
    for (size_t i = 0; i < n; i++)
        order[i] = profile_at(set, i);
    qsort(order, n, sizeof *order, by_priority);
    for (size_t i = 0; i < n; i++) {
        struct cells cells = {
            .arena = arena, .profile = order[i], .setup = &nothing, .get = snmp_row_cell, .context = &row};
        for (size_t r = 0; !order[i]->modbus && r < order[i]->n_rules; r++)
            if (rule_holds(&cells, &order[i]->rule[r], ret_why))
                return order[i];
    }
    return NULL;
}

static void ask_ref(struct arena *arena, struct snmp_asks *asks, const struct table_def *table, const struct ref *ref)
{
    if (ref->kind == REF_SCALAR)
        ask(arena, asks, ref->oid, false);
    else if (ref->kind == REF_COLUMN && table)
        ask(arena, asks, oid_join(arena, table->entry, &ref->column, 1), true);
    else if (ref->kind == REF_JOIN && table)
        ask(arena, asks, oid_join(arena, table->join[ref->number].entry, &ref->column, 1), true);
}

static void ask_point(struct arena *arena, struct snmp_asks *asks, const struct table_def *table,
                      const struct point_def *p)
{
    const struct select *selects[] = {&p->chain, &p->part, &p->phase, &p->unit};
    ask_ref(arena, asks, table, &p->from);
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++)
        ask_ref(arena, asks, table, &selects[i]->from);
    for (size_t i = 0; i < p->number.n; i++)
        ask_ref(arena, asks, table, &((const struct select *)p->number.item)[i].from);
    for (size_t i = 0; i < p->scale.n; i++)
        ask_ref(arena, asks, table, &p->scale.item[i].from);
    for (size_t i = 0; i < p->when.n; i++)
        ask_ref(arena, asks, table, &p->when.item[i].from);
    for (size_t i = 0; i < p->valid.n; i++)
        ask_ref(arena, asks, table, &p->valid.item[i].from);
    for (size_t i = 0; i < p->label.n; i++)
        for (size_t k = 0; k < p->label.item[i].n; k++)
            ask_ref(arena, asks, table, &p->label.item[i].piece[k].from);
}

/* An identity is asked as an object, or as the first row below a column. */
static void ask_who(struct arena *arena, struct snmp_asks *asks, const struct field_items *selects)
{
    for (size_t i = 0; i < selects->n; i++) {
        const struct ref *ref = &((const struct select *)selects->item)[i].from;
        if (ref->kind == REF_SCALAR)
            ask(arena, asks, ref->oid, ref->oid.id[ref->oid.n - 1] != 0);
    }
}

struct snmp_asks snmp_ask_discovery(struct arena *arena, const struct profile *profile)
{
    struct snmp_asks asks = {0};
    ask(arena, &asks, OID_OF(sys_uptime), false);
    ask(arena, &asks, OID_OF(sys_descr), false);
    ask(arena, &asks, OID_OF(sys_object_id), false);
    for (size_t i = 0; i < profile->n_included; i++) {
        const struct profile *one = profile->included[i];
        ask_who(arena, &asks, &one->identity.vendor);
        ask_who(arena, &asks, &one->identity.model);
        ask_who(arena, &asks, &one->identity.serial);
        ask_who(arena, &asks, &one->identity.firmware);
        for (size_t t = 0; t < one->n_tables; t++) {
            const struct table_def *table = &one->table[t];
            for (size_t p = 0; p < table->n_points; p++)
                ask_point(arena, &asks, table, &table->point[p]);
            for (size_t j = 0; j < table->n_joins; j++)
                for (size_t k = 0; k < table->join[j].index.n; k++)
                    ask_ref(arena, &asks, table, &((const struct join_part *)table->join[j].index.item)[k].from);
        }
    }
    return asks;
}
