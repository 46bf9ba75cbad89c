/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_register.h"

#include "daemon/ledger_segment.h"
#include "daemon/numbered.h"
#include "drivers/arena.h"
#include "drivers/hash.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the points of one part have in common, nearly always. */
struct terms {
    const char *device, *part, *room, *serial, *feed;
    enum role role;
    int category;
    enum phase phase;
    double share, accuracy, rated_w, period_s;
    int64_t from_ms, to_ms;
};

struct slot {
    const struct terms *terms; /* NULL: there is no open segment, neither in memory nor in the file */
    double modulus, step;
    enum quantity quantity;
    bool dirty; /* not yet in the file */
    bool named; /* its number and name are in the file */
};

struct ledger_register {
    sqlite3 *db;
    uint32_t end;
    size_t room;
    struct slot *slot; /* by number */
    size_t n_index, room_index;
    uint32_t *index; /* numbers by device, part and quantity, in open addressing; 0: free */
    struct arena *arena;
    void *by_text;
    const struct terms *latest;
    bool dirty;
};

#define INDEX_FIRST 256

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
    if (!found && !(found = tsearch(arena_strdup(reg->arena, text), &reg->by_text, compare_texts)))
        abort();
    return *found;
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

/* Points of a part come one after the other. */
static const struct terms *terms_of(struct ledger_register *reg, const struct record *r)
{
    const struct terms *latest = reg->latest;
    struct terms now = {.device = text_of(reg, r->device),
                        .part = text_of(reg, r->part),
                        .room = text_of(reg, r->room ? r->room : ""),
                        .serial = text_of(reg, r->serial),
                        .feed = text_of(reg, r->feed),
                        .role = r->role,
                        .category = r->category,
                        .phase = r->phase,
                        .share = r->share,
                        .accuracy = r->accuracy,
                        .rated_w = r->rated_w,
                        .period_s = r->period_s,
                        .from_ms = r->from_ms,
                        .to_ms = r->to_ms};
    if (latest && latest->device == now.device && latest->part == now.part && latest->room == now.room &&
        latest->serial == now.serial && latest->feed == now.feed && latest->role == now.role &&
        latest->category == now.category && latest->phase == now.phase && same_number(latest->share, now.share) &&
        same_number(latest->accuracy, now.accuracy) && same_number(latest->rated_w, now.rated_w) &&
        same_number(latest->period_s, now.period_s) && latest->from_ms == now.from_ms && latest->to_ms == now.to_ms)
        return latest;
    return reg->latest = arena_memdup(reg->arena, &now, sizeof now);
}

static struct record record_at(const struct ledger_register *reg, uint32_t number)
{
    const struct slot *slot = &reg->slot[number];
    const struct terms *terms = slot->terms;
    return (struct record){.number = number,
                           .device = terms->device,
                           .part = terms->part,
                           .quantity = slot->quantity,
                           .room = terms->room,
                           .serial = terms->serial,
                           .role = terms->role,
                           .category = terms->category,
                           .feed = terms->feed,
                           .phase = terms->phase,
                           .share = terms->share,
                           .accuracy = terms->accuracy,
                           .rated_w = terms->rated_w,
                           .modulus = slot->modulus,
                           .step = slot->step,
                           .period_s = terms->period_s,
                           .from_ms = terms->from_ms,
                           .to_ms = terms->to_ms};
}

static struct slot *slot_at(struct ledger_register *reg, uint32_t number)
{
    reg->slot = numbered_reach(reg->slot, &reg->room, number, sizeof *reg->slot);
    if (number >= reg->end)
        reg->end = number + 1;
    return &reg->slot[number];
}

static bool is_open(const struct ledger_register *reg, uint32_t number)
{
    return number < reg->end && reg->slot[number].terms;
}

/* Where the number of a point stands, or would. */
static uint32_t *index_of(const struct ledger_register *reg, const char *device, const char *part,
                          enum quantity quantity)
{
    uint64_t hash = hash_text(hash_text(HASH_BEGIN + (uint64_t)quantity, device), part);
    size_t i = (hash ^ hash >> 32) & (reg->room_index - 1);
    for (; reg->index[i]; i = (i + 1) & (reg->room_index - 1)) {
        const struct slot *slot = &reg->slot[reg->index[i]];
        if (slot->quantity == quantity && !strcmp(slot->terms->part, part) && !strcmp(slot->terms->device, device))
            break;
    }
    return &reg->index[i];
}

static void index_point(struct ledger_register *reg, uint32_t number)
{
    if ((reg->n_index + 1) * 4 > reg->room_index * 3) {
        uint32_t *before = reg->index;
        size_t room = reg->room_index;
        reg->room_index = room ? 2 * room : INDEX_FIRST;
        reg->index = calloc(reg->room_index, sizeof *reg->index);
        if (!reg->index)
            abort();
        reg->n_index = 0;
        for (size_t i = 0; i < room; i++)
            if (before[i])
                index_point(reg, before[i]);
        free(before);
    }
    const struct slot *slot = &reg->slot[number];
    uint32_t *at = index_of(reg, slot->terms->device, slot->terms->part, slot->quantity);
    reg->n_index += !*at;
    *at = *at ? *at : number;
}

/* Of a point that stands in the register, or is new in it. */
static struct slot *keep(struct ledger_register *reg, const struct record *record)
{
    struct slot *slot = slot_at(reg, record->number);
    bool known = slot->terms != NULL;
    slot->terms = terms_of(reg, record);
    slot->modulus = record->modulus;
    slot->step = record->step;
    slot->quantity = record->quantity;
    if (!known)
        index_point(reg, record->number);
    return slot;
}

int register_open(sqlite3 *db, struct ledger_register **ret)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(db, "SELECT " SEGMENT_COLUMNS " FROM meter WHERE until_ms IS NULL ORDER BY id", &s);
    if (r)
        return r;
    struct ledger_register *reg = calloc(1, sizeof *reg);
    if (!reg)
        abort();
    reg->db = db;
    reg->arena = arena_new();
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct record record;
        segment_read(s, &record);
        keep(reg, &record)->named = true;
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
    while (reg->by_text)
        (void)tdelete(*(char **)reg->by_text, &reg->by_text, compare_texts);
    free(reg->slot);
    free(reg->index);
    arena_free(reg->arena);
    free(reg);
}

static bool same_point(const struct record *a, const struct record *b)
{
    return a->quantity == b->quantity && !strcmp(a->device, b->device) && !strcmp(a->part, b->part);
}

int register_define(struct ledger_register *reg, const struct record *record, bool *ret_replaced)
{
    *ret_replaced = false;
    if (is_open(reg, record->number)) {
        struct record old = record_at(reg, record->number), now = *record;
        if (!same_point(&old, record))
            return -EEXIST;
        /* A device that has not been reached since the start has no serial to tell: it is the same until it differs. */
        if (!now.serial)
            now.serial = old.serial;
        if (same(&old, &now))
            return 0;
        *ret_replaced = old.serial && record->serial && strcmp(old.serial, record->serial);
        keep(reg, &now)->dirty = true;
    } else if (register_find(reg, record->device, record->part, record->quantity)) {
        return -EEXIST;
    } else {
        keep(reg, record)->dirty = true;
    }
    reg->dirty = true;
    return 0;
}

uint32_t register_find(const struct ledger_register *reg, const char *device, const char *part, enum quantity quantity)
{
    return reg->room_index ? *index_of(reg, device, part, quantity) : 0;
}

bool register_record(const struct ledger_register *reg, uint32_t number, struct record *ret)
{
    if (!is_open(reg, number))
        return false;
    *ret = record_at(reg, number);
    return true;
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
    if (!is_open(reg, record->number) || !reg->slot[record->number].dirty)
        return false;
    struct record kept = record_at(reg, record->number);
    return !same(&kept, record);
}

static int save_record(sqlite3_stmt *const s[3], const struct record *record, bool named, int64_t now_ms)
{
    char name[REGISTER_NAME];
    int r = 0;
    if (!named) {
        register_name(record, record->quantity, name);
        sqlite3_bind_int64(s[0], 1, record->number);
        ledger_file_text(s[0], 2, name);
        r = ledger_file_done(s[0]);
    } else {
        sqlite3_bind_int64(s[1], 1, now_ms);
        sqlite3_bind_int64(s[1], 2, record->number);
        r = ledger_file_done(s[1]);
    }
    return r ? r : segment_save(s[2], record, named ? now_ms : record->from_ms);
}

int register_save(struct ledger_register *reg, int64_t now_ms)
{
    static const char *const sql[3] = {
        "INSERT INTO point(number, name) VALUES(?, ?)",
        "UPDATE meter SET until_ms = ? WHERE number = ? AND until_ms IS NULL",
        "INSERT INTO meter(" SEGMENT_COLUMNS ", since_ms) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    };
    sqlite3_stmt *s[3] = {0};
    int r = 0;
    for (int i = 0; i < 3 && !r; i++)
        r = ledger_file_prepare(reg->db, sql[i], &s[i]);
    for (uint32_t i = 0; i < reg->end && !r; i++)
        if (reg->slot[i].dirty) {
            struct record record = record_at(reg, i);
            r = save_record(s, &record, reg->slot[i].named, now_ms);
        }
    for (int i = 0; i < 3; i++)
        sqlite3_finalize(s[i]);
    return r;
}

void register_saved(struct ledger_register *reg)
{
    for (uint32_t i = 0; i < reg->end; i++)
        if (reg->slot[i].dirty) {
            reg->slot[i].dirty = false;
            reg->slot[i].named = true;
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
        segment_read(s, &segment.record);
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
    return each_segment(db, "SELECT " SEGMENT_COLUMNS ", since_ms, until_ms FROM meter ORDER BY number, id", seen,
                        context);
}

int register_changed(sqlite3 *db, register_segment_seen *seen, void *context)
{
    return each_segment(db,
                        "SELECT " SEGMENT_COLUMNS ", since_ms, until_ms FROM meter WHERE number IN "
                        "(SELECT number FROM meter WHERE until_ms IS NOT NULL) ORDER BY number, id",
                        seen, context);
}
