/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_segment.h"

#include <math.h>
#include <string.h>

static const char *column_text(sqlite3_stmt *s, int column)
{
    return (const char *)sqlite3_column_text(s, column);
}

static double column_number(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

static enum role role_of(const char *name)
{
    for (int i = 0; role_names[i]; i++)
        if (!strcmp(role_names[i], name))
            return (enum role)i;
    return ROLE_NONE;
}

void segment_read(sqlite3_stmt *s, struct record *r)
{
    *r = (struct record){
        .number = (uint32_t)sqlite3_column_int64(s, 0),
        .device = column_text(s, 1),
        .part = column_text(s, 2),
        .quantity = quantity_parse(column_text(s, 3)),
        .room = column_text(s, 4),
        .serial = column_text(s, 5),
        .role = role_of(column_text(s, 6)),
        .category = sqlite3_column_int(s, 7),
        .feed = column_text(s, 8),
        .phase = (enum phase)sqlite3_column_int(s, 9),
        .share = sqlite3_column_double(s, 10),
        .accuracy = column_number(s, 11),
        .rated_w = column_number(s, 12),
        .modulus = sqlite3_column_double(s, 13),
        .step = sqlite3_column_double(s, 14),
        .period_s = sqlite3_column_double(s, 15),
        .from_ms = sqlite3_column_int64(s, 16),
        .to_ms = sqlite3_column_int64(s, 17),
    };
}

static void bind_number(sqlite3_stmt *s, int column, double value)
{
    if (isnan(value))
        sqlite3_bind_null(s, column);
    else
        sqlite3_bind_double(s, column, value);
}

int segment_save(sqlite3_stmt *s, const struct record *r, int64_t since_ms)
{
    sqlite3_bind_int64(s, 1, r->number);
    ledger_file_text(s, 2, r->device);
    ledger_file_text(s, 3, r->part);
    ledger_file_text(s, 4, quantity_row(r->quantity)->name);
    ledger_file_text(s, 5, r->room);
    ledger_file_text(s, 6, r->serial);
    ledger_file_text(s, 7, role_names[r->role]);
    sqlite3_bind_int(s, 8, r->category);
    ledger_file_text(s, 9, r->feed);
    sqlite3_bind_int(s, 10, (int)r->phase);
    sqlite3_bind_double(s, 11, r->share);
    bind_number(s, 12, r->accuracy);
    bind_number(s, 13, r->rated_w);
    sqlite3_bind_double(s, 14, r->modulus);
    sqlite3_bind_double(s, 15, r->step);
    sqlite3_bind_double(s, 16, r->period_s);
    sqlite3_bind_int64(s, 17, r->from_ms);
    sqlite3_bind_int64(s, 18, r->to_ms);
    sqlite3_bind_int64(s, 19, since_ms);
    return ledger_file_done(s);
}
