/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sources of a profile as an agent's objects: the row of a table, its index taken apart, rows of joined tables.
 *
 * Owner: names and words lie in the arena of the cells.
 */
#pragma once
#include "cell.h"
#include "snmp_plan.h"

struct index_part {
    size_t first, n; /* arcs of the suffix, length arc included */
};

struct snmp_row {
    const struct snmp_image *image;
    const struct table_def *table; /* NULL: none, only whole OIDs */
    struct oid suffix;
    struct index_part part[16];
};

/* Takes the suffix apart as the table's index says. One 0 too many at the end is let pass: some agents append it. */
bool snmp_row_split(struct snmp_row *row, const struct table_def *table, struct oid suffix);
/* The object that a source names at this row; n 0 where it names none (index, param). */
struct oid snmp_row_name(struct arena *arena, const struct snmp_row *row, const struct ref *ref);
/* cells.get with a struct snmp_row as context. */
struct cell snmp_row_cell(const struct cells *cells, const struct ref *ref);
struct cell snmp_value_cell(struct arena *arena, const struct snmp_value *value);
double snmp_value_number(const struct snmp_value *value, bool with_unit, enum dimension dimension);
