/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_register.h"

#include "drivers/arena.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct slot {
    struct record record;
    bool present; /* there is an open segment, in memory or in the file */
    bool dirty;   /* not yet in the file */
    bool named;   /* its number and name are in the file */
};

struct ledger_register {
    sqlite3 *db;
    uint32_t end;
    struct slot **entry; /* by number */
    void *by_point;      /* the present ones by device, part and quantity: tsearch(3) */
    struct arena *texts;
    void *by_text;
    bool dirty;
};

#define COLUMNS                                                                                                     \
    "number, device, part, quantity, room, serial, role, category, feed, phase, share, accuracy, rated_w, modulus," \
    " step, period_s, from_ms, to_ms"

void register_name(const struct record *record, enum quantity quantity, char *name)
{
    snprintf(name, REGISTER_NAME, "%s/%s/%s", record->device, record->part, quantity_row(quantity)->name);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Thousands of records share a few hundred texts: each is kept once, and for good. */
static const char *text_of(struct ledger_register *reg, const char *text)
{
    if (!text)
        return NULL;
    void *const *found = tfind(text, &reg->by_text, compare_texts);
    if (!found && !(found = tsearch(arena_strdup(reg->texts, text), &reg->by_text, compare_texts)))
        abort();
    return *found;
}

static void record_keep(struct ledger_register *reg, struct record *to, const struct record *from)
{
    *to = *from;
    to->device = text_of(reg, from->device);
    to->part = text_of(reg, from->part);
    to->room = text_of(reg, from->room ? from->room : "");
    to->serial = text_of(reg, from->serial);
    to->feed = text_of(reg, from->feed);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 0;
}

static bool same(const struct record *a, const struct record *b)
{
    return same_text(a->room, b->room ? b->room : "") && same_text(a->serial, b->serial) && a->role == b->role &&
           a->category == b->category && same_text(a->feed, b->feed) && a->phase == b->phase &&
           same_number(a->share, b->share) && same_number(a->accuracy, b->accuracy) &&
           same_number(a->rated_w, b->rated_w) && same_number(a->modulus, b->modulus) &&
           same_number(a->step, b->step) && same_number(a->period_s, b->period_s) && a->from_ms == b->from_ms &&
           a->to_ms == b->to_ms;
}

static struct slot *entry_at(struct ledger_register *reg, uint32_t number)
{
    if (number >= reg->end) {
        uint32_t end = number + 1;
        struct slot **all = realloc(reg->entry, end * sizeof *all);
        if (!all)
            abort();
        memset(all + reg->end, 0, (end - reg->end) * sizeof *all);
        reg->entry = all;
        reg->end = end;
    }
    if (!reg->entry[number]) {
        reg->entry[number] = calloc(1, sizeof(struct slot));
        if (!reg->entry[number])
            abort();
    }
    return reg->entry[number];
}

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

/* Columns in the order of COLUMNS; texts are the statement's. */
static void read_record(sqlite3_stmt *s, struct record *r)
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

static int compare_points(const void *x, const void *y)
{
    const struct record *a = &((const struct slot *)x)->record, *b = &((const struct slot *)y)->record;
    if (a->quantity != b->quantity)
        return a->quantity < b->quantity ? -1 : 1;
    int d = strcmp(a->device, b->device);
    return d ? d : strcmp(a->part, b->part);
}

static void index_entry(struct ledger_register *reg, struct slot *e)
{
    e->present = true;
    if (!tsearch(e, &reg->by_point, compare_points))
        abort();
}

int register_open(sqlite3 *db, struct ledger_register **ret)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(db, "SELECT " COLUMNS " FROM meter WHERE until_ms IS NULL ORDER BY id", &s);
    if (r)
        return r;
    struct ledger_register *reg = calloc(1, sizeof *reg);
    if (!reg)
        abort();
    reg->db = db;
    reg->texts = arena_new();
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct record record;
        read_record(s, &record);
        struct slot *e = entry_at(reg, record.number);
        if (e->present)
            (void)tdelete(e, &reg->by_point, compare_points);
        record_keep(reg, &e->record, &record);
        index_entry(reg, e);
        e->named = true;
    }
    r = ledger_file_error(db);
    sqlite3_finalize(s);
    if (r) {
        register_close(reg);
        return r;
    }
    *ret = reg;
    return 0;
}

void register_close(struct ledger_register *reg)
{
    if (!reg)
        return;
    while (reg->by_point)
        (void)tdelete(*(struct slot **)reg->by_point, &reg->by_point, compare_points);
    while (reg->by_text)
        (void)tdelete(*(char **)reg->by_text, &reg->by_text, compare_texts);
    for (uint32_t i = 0; i < reg->end; i++)
        free(reg->entry[i]);
    free(reg->entry);
    arena_free(reg->texts);
    free(reg);
}

static bool same_point(const struct record *a, const struct record *b)
{
    return a->quantity == b->quantity && !strcmp(a->device, b->device) && !strcmp(a->part, b->part);
}

static bool named_otherwise(const struct ledger_register *reg, const struct record *record)
{
    struct slot key = {.record = *record};
    return tfind(&key, &reg->by_point, compare_points) != NULL;
}

int register_define(struct ledger_register *reg, const struct record *record, bool *ret_replaced)
{
    struct slot *e = entry_at(reg, record->number);
    *ret_replaced = false;
    if (e->present) {
        const struct record *old = &e->record;
        if (!same_point(old, record))
            return -EEXIST;
        struct record now = *record;
        /* A device that has not been reached since the start has no serial to tell: it is the same until it differs. */
        if (!now.serial)
            now.serial = old->serial;
        if (same(old, &now))
            return 0;
        *ret_replaced = old->serial && record->serial && strcmp(old->serial, record->serial);
        record_keep(reg, &e->record, &now);
    } else if (named_otherwise(reg, record)) {
        return -EEXIST;
    } else {
        record_keep(reg, &e->record, record);
        index_entry(reg, e);
    }
    e->dirty = reg->dirty = true;
    return 0;
}

uint32_t register_find(const struct ledger_register *reg, const char *device, const char *part, enum quantity quantity)
{
    struct slot key = {.record = {.device = device, .part = part, .quantity = quantity}};
    struct slot *const *found = tfind(&key, &reg->by_point, compare_points);
    return found ? (*found)->record.number : 0;
}

const struct record *register_record(const struct ledger_register *reg, uint32_t number)
{
    return number < reg->end && reg->entry[number] && reg->entry[number]->present ? &reg->entry[number]->record : NULL;
}

uint32_t register_end(const struct ledger_register *reg)
{
    return reg->end;
}

bool register_dirty(const struct ledger_register *reg)
{
    return reg->dirty;
}

bool register_supersedes(const struct ledger_register *reg, const struct record *record)
{
    const struct slot *e = record->number < reg->end ? reg->entry[record->number] : NULL;
    return e && e->dirty && !same(&e->record, record);
}

static void bind_number(sqlite3_stmt *s, int column, double value)
{
    if (isnan(value))
        sqlite3_bind_null(s, column);
    else
        sqlite3_bind_double(s, column, value);
}

static int save_segment(sqlite3_stmt *s, const struct record *r, int64_t since_ms)
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

static int save_entry(sqlite3_stmt *const s[3], const struct slot *e, int64_t now_ms)
{
    char name[REGISTER_NAME];
    int r = 0;
    if (!e->named) {
        register_name(&e->record, e->record.quantity, name);
        sqlite3_bind_int64(s[0], 1, e->record.number);
        ledger_file_text(s[0], 2, name);
        r = ledger_file_done(s[0]);
    } else {
        sqlite3_bind_int64(s[1], 1, now_ms);
        sqlite3_bind_int64(s[1], 2, e->record.number);
        r = ledger_file_done(s[1]);
    }
    return r ? r : save_segment(s[2], &e->record, e->named ? now_ms : e->record.from_ms);
}

int register_save(struct ledger_register *reg, int64_t now_ms)
{
    static const char *const sql[3] = {
        "INSERT INTO point(number, name) VALUES(?, ?)",
        "UPDATE meter SET until_ms = ? WHERE number = ? AND until_ms IS NULL",
        "INSERT INTO meter(" COLUMNS ", since_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    };
    sqlite3_stmt *s[3] = {0};
    int r = 0;
    for (int i = 0; i < 3 && !r; i++)
        r = ledger_file_prepare(reg->db, sql[i], &s[i]);
    for (uint32_t i = 0; i < reg->end && !r; i++)
        if (reg->entry[i] && reg->entry[i]->dirty)
            r = save_entry(s, reg->entry[i], now_ms);
    for (int i = 0; i < 3; i++)
        sqlite3_finalize(s[i]);
    return r;
}

void register_saved(struct ledger_register *reg)
{
    for (uint32_t i = 0; i < reg->end; i++)
        if (reg->entry[i] && reg->entry[i]->dirty) {
            reg->entry[i]->dirty = false;
            reg->entry[i]->named = true;
        }
    reg->dirty = false;
}

static int each_segment(sqlite3 *db, const char *sql, register_segment_seen *seen, void *context)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(db, sql, &s);
    if (r)
        return r;
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct register_segment segment;
        read_record(s, &segment.record);
        segment.since_ms = sqlite3_column_int64(s, 18);
        segment.until_ms = sqlite3_column_type(s, 19) == SQLITE_NULL ? INT64_MAX : sqlite3_column_int64(s, 19);
        seen(context, &segment);
    }
    r = ledger_file_error(db);
    sqlite3_finalize(s);
    return r;
}

int register_segments(sqlite3 *db, register_segment_seen *seen, void *context)
{
    return each_segment(db, "SELECT " COLUMNS ", since_ms, until_ms FROM meter ORDER BY number, id", seen, context);
}

int register_changed(sqlite3 *db, register_segment_seen *seen, void *context)
{
    return each_segment(db,
                        "SELECT " COLUMNS ", since_ms, until_ms FROM meter WHERE number IN "
                        "(SELECT number FROM meter WHERE until_ms IS NOT NULL) ORDER BY number, id",
                        seen, context);
}
