/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_cell.h"
#include "value_op.h"

#include <math.h>
#include <string.h>

#define PARTS_MAX (sizeof((struct snmp_row *)0)->part / sizeof(struct index_part))

static size_t length_of(const struct index_def *def, const struct oid *suffix, size_t at)
{
    size_t left = suffix->n - at;
    switch (def->kind) {
    case IX_INT: return 1;
    case IX_TEXT:
    case IX_OID: return left ? (size_t)suffix->id[at] + 1 : 1;
    case IX_OCTETS: return def->octets;
    case IX_IMPLIED:
    case IX_REST: return left;
    }
    return 1;
}

bool snmp_row_split(struct snmp_row *row, const struct table_def *table, struct oid suffix)
{
    size_t at = 0;
    if (table->n_index > PARTS_MAX)
        return false;
    for (size_t i = 0; i < table->n_index; i++) {
        size_t n = length_of(&table->index[i], &suffix, at);
        if (at >= suffix.n || n > suffix.n - at)
            return false;
        row->part[i] = (struct index_part){at, n};
        at += n;
    }
    if (suffix.n - at > 1 || (suffix.n - at == 1 && suffix.id[at] != 0))
        return false;
    row->table = table;
    row->suffix = suffix;
    return true;
}

static struct oid entry_column(struct arena *arena, struct oid entry, uint32_t column)
{
    return oid_join(arena, entry, &column, 1);
}

static struct oid join_name(struct arena *arena, const struct snmp_row *row, const struct ref *ref)
{
    const struct join_def *join = &row->table->join[ref->number];
    struct oid name = entry_column(arena, join->entry, ref->column);
    for (size_t i = 0; i < join->index.n; i++) {
        const struct join_part *part = (const struct join_part *)join->index.item + i;
        if (part->from.kind == REF_NONE) {
            name = oid_join(arena, name, &part->constant, 1);
        } else if (part->from.kind == REF_INDEX) {
            const struct index_part *own = &row->part[part->from.number];
            name = oid_join(arena, name, row->suffix.id + own->first, own->n);
        } else {
            struct oid from = snmp_row_name(arena, row, &part->from);
            const struct snmp_value *value = from.n ? snmp_image_get(row->image, from) : NULL;
            double number = value ? snmp_value_number(value, false, D_NONE) : NAN;
            if (!(number >= 0 && number <= UINT32_MAX))
                return (struct oid){0};
            uint32_t arc = (uint32_t)number;
            name = oid_join(arena, name, &arc, 1);
        }
    }
    return name;
}

struct oid snmp_row_name(struct arena *arena, const struct snmp_row *row, const struct ref *ref)
{
    switch (ref->kind) {
    case REF_SCALAR: return ref->oid;
    case REF_COLUMN: {
        struct oid name = entry_column(arena, row->table->entry, ref->column);
        return oid_join(arena, name, row->suffix.id, row->suffix.n);
    }
    case REF_JOIN: return join_name(arena, row, ref);
    case REF_NONE:
    case REF_INDEX:
    case REF_PARAM:
    case REF_MESSAGE:
    case REF_REGISTER: break;
    }
    return (struct oid){0};
}

/* Arcs of a text index as text; other long indexes with dots. */
static struct cell index_cell(struct arena *arena, const struct snmp_row *row, size_t number)
{
    const struct index_def *def = &row->table->index[number];
    const struct index_part *part = &row->part[number];
    const uint32_t *arc = row->suffix.id + part->first;
    size_t n = part->n;
    if (def->kind == IX_INT)
        return cell_of_number(arena, arc[0]);
    if (def->kind == IX_TEXT || def->kind == IX_OID) {
        arc++;
        n--;
    }
    if (def->kind == IX_OID || def->kind == IX_REST || def->kind == IX_OCTETS)
        return cell_of_text(oid_text(arena, (struct oid){n, arc}));
    char *text = arena_alloc(arena, n + 1);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)(arc[i] > 31 && arc[i] < 127 ? arc[i] : '?');
    return cell_of_text(text);
}

struct cell snmp_value_cell(struct arena *arena, const struct snmp_value *value)
{
    switch (value->kind) {
    case SV_NONE: break;
    case SV_INT:
    case SV_UINT:
    case SV_REAL: return cell_of_number(arena, snmp_value_number(value, false, D_NONE));
    case SV_BYTES: {
        size_t n = value->n;
        while (n && (!value->bytes[n - 1] || value->bytes[n - 1] == ' '))
            n--;
        return cell_of_text(arena_strndup(arena, (const char *)value->bytes, n));
    }
    case SV_OID:
        return cell_of_text(oid_text(arena, (struct oid){value->n, (const uint32_t *)(const void *)value->bytes}));
    }
    return cell_of_text(NULL);
}

struct cell snmp_row_cell(const struct cells *cells, const struct ref *ref)
{
    const struct snmp_row *row = cells->context;
    if (ref->kind == REF_INDEX)
        return index_cell(cells->arena, row, ref->number);
    struct oid name = snmp_row_name(cells->arena, row, ref);
    const struct snmp_value *value = name.n ? snmp_image_get(row->image, name) : NULL;
    return value ? snmp_value_cell(cells->arena, value) : cell_of_text(NULL);
}

double snmp_value_number(const struct snmp_value *value, bool with_unit, enum dimension dimension)
{
    switch (value->kind) {
    case SV_INT: return (double)value->i;
    case SV_UINT: return (double)value->u;
    case SV_REAL: return value->real;
    case SV_BYTES: return value_of_text(value->bytes, value->n, with_unit, dimension);
    case SV_NONE:
    case SV_OID: break;
    }
    return NAN;
}
