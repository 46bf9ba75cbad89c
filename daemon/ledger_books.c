/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_books.h"

#include "daemon/account.h"
#include "daemon/ledger_cells.h"
#include "daemon/ledger_flow.h"

#include <errno.h>
#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct book {
    uint32_t number;
    uint32_t index; /* in books->book */
    char *name;
    bool in_file;            /* its number and name are */
    bool wired;              /* points feed it */
    bool dirty;              /* machine or cells differ from the file */
    uint32_t counter, power; /* points; 0: none */
    const struct flow_kind *flow;
    struct account_limits limits;
    struct account machine;
    struct cells cells;
    uint32_t turn; /* of the row at hand, counted from 1; 0: none */
};

/* An account that the row at hand touches. */
struct turn {
    struct book *book;
    struct account_sample sample;
};

struct wire {
    uint32_t book[2]; /* index + 1, 0: none; active power feeds energy and export */
};

struct ledger_books {
    sqlite3 *db;
    const struct ledger_register *reg;
    size_t n, n_wires, n_turns, room_turns;
    struct book **book;
    void *by_name, *by_number; /* of the same books: tsearch(3) */
    struct wire *wire;         /* by point */
    struct turn *turn;
    uint32_t next;
    bool dirty;
    struct ledger_notices notices;
    sqlite3_stmt *load;
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct book *)a)->name, ((const struct book *)b)->name);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = ((const struct book *)a)->number, y = ((const struct book *)b)->number;
    return (x > y) - (x < y);
}

static struct book *add(struct ledger_books *books, const char *name, uint32_t number, bool in_file)
{
    if ((books->n & (books->n + 1)) == 0) {
        size_t room = (books->n + 1) * 2;
        books->book = realloc(books->book, room * sizeof *books->book);
    }
    struct book *b = calloc(1, sizeof *b);
    if (!b || !books->book || !(b->name = strdup(name)))
        abort();
    b->number = number;
    b->in_file = in_file;
    account_init(&b->machine);
    b->index = (uint32_t)books->n;
    books->book[books->n++] = b;
    if (!tsearch(b, &books->by_name, compare_names) || !tsearch(b, &books->by_number, compare_numbers))
        abort();
    if (number >= books->next)
        books->next = number + 1;
    return b;
}

static int load(struct ledger_books *books)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(books->db,
                                "SELECT a.number, a.name, m.version, m.state FROM account a"
                                " LEFT JOIN machine m ON m.account = a.number ORDER BY a.number",
                                &s);
    if (r)
        return r;
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct book *b =
            add(books, (const char *)sqlite3_column_text(s, 1), (uint32_t)sqlite3_column_int64(s, 0), true);
        /* An older machine is begun anew: its counter is read again at the first poll. */
        if (sqlite3_column_int(s, 2) == ACCOUNT_VERSION && sqlite3_column_bytes(s, 3) == (int)sizeof b->machine)
            memcpy(&b->machine, sqlite3_column_blob(s, 3), sizeof b->machine);
    }
    r = ledger_file_error(books->db);
    sqlite3_finalize(s);
    return r;
}

int books_open(sqlite3 *db, const struct ledger_register *reg, struct ledger_books **ret)
{
    struct ledger_books *books = calloc(1, sizeof *books);
    struct record record;
    if (!books)
        abort();
    books->db = db;
    books->reg = reg;
    books->next = BOOKS_FIRST;
    int r = cells_prepare(db, &books->load);
    if (!r)
        r = load(books);
    for (uint32_t i = 0; i < register_end(reg) && !r; i++)
        if (register_record(reg, i, &record))
            r = books_define(books, i, false);
    if (r) {
        books_close(books);
        return r;
    }
    *ret = books;
    return 0;
}

void books_close(struct ledger_books *books)
{
    if (!books)
        return;
    while (books->by_name)
        (void)tdelete(*(struct book **)books->by_name, &books->by_name, compare_names);
    while (books->by_number)
        (void)tdelete(*(struct book **)books->by_number, &books->by_number, compare_numbers);
    for (size_t i = 0; i < books->n; i++) {
        cells_done(&books->book[i]->cells);
        free(books->book[i]->name);
        free(books->book[i]);
    }
    sqlite3_finalize(books->load);
    free(books->book);
    free(books->turn);
    free(books->wire);
    free(books);
}

static struct book *find(const struct ledger_books *books, const char *name)
{
    char copy[REGISTER_NAME];
    struct book key = {.name = copy};
    snprintf(copy, sizeof copy, "%s", name);
    struct book *const *found = tfind(&key, &books->by_name, compare_names);
    return found ? *found : NULL;
}

static struct book *by_number(const struct ledger_books *books, uint32_t number)
{
    struct book key = {.number = number};
    struct book *const *found = tfind(&key, &books->by_number, compare_numbers);
    return found ? *found : NULL;
}

uint32_t books_find(const struct ledger_books *books, const char *name)
{
    const struct book *b = find(books, name);
    return b ? b->number : 0;
}

uint32_t books_account(struct ledger_books *books, const char *name, uint32_t preferred)
{
    struct book *b = find(books, name);
    if (!b) {
        bool taken = !preferred || by_number(books, preferred);
        b = add(books, name, taken ? books->next : preferred, false);
        books->dirty = b->dirty = true;
    }
    return b->number;
}

static void set_limits(const struct ledger_books *books, struct book *b, uint32_t point, bool export_beside)
{
    const struct flow_kind *f = b->flow;
    struct record of_point;
    if (!point || !register_record(books->reg, point, &of_point))
        return;
    const struct record *record = &of_point;
    /* A rating in W says nothing about water. */
    double rated = f->account == Q_VOLUME ? NAN : record->rated_w;
    bool counted = record->quantity == f->counter;
    b->limits.most = account_most(rated, f->ceiling);
    b->limits.per_unit = f->per_unit;
    b->limits.period_s = record->period_s > 0 ? record->period_s : 10; /* the default of every */
    if (counted) {
        b->limits.modulus = record->modulus;
        b->limits.step = record->step;
    }
    b->limits.sign = f->export ? ACCOUNT_NEGATIVE : export_beside ? ACCOUNT_POSITIVE : ACCOUNT_SIGNED;
}

static void wire(struct ledger_books *books, uint32_t point, uint32_t index)
{
    if (point >= books->n_wires) {
        size_t n = (size_t)point + point / 4 + 16;
        books->wire = realloc(books->wire, n * sizeof *books->wire);
        if (!books->wire)
            abort();
        memset(books->wire + books->n_wires, 0, (n - books->n_wires) * sizeof *books->wire);
        books->n_wires = n;
    }
    struct wire *w = &books->wire[point];
    size_t i = w->book[0] && w->book[0] != index + 1;
    if (!w->book[i])
        w->book[i] = index + 1;
}

/* The number of the point with the same device and part and another quantity; 0: none. */
static uint32_t sibling(const struct ledger_books *books, const struct record *record, enum quantity quantity)
{
    return quantity == Q_NONE ? 0 : register_find(books->reg, record->device, record->part, quantity);
}

static void join(struct ledger_books *books, const struct record *record, const struct flow_kind *f, bool replaced)
{
    char name[REGISTER_NAME];
    uint32_t counter = sibling(books, record, f->counter), power = sibling(books, record, f->power);
    if (f->export && !counter)
        return;
    register_name(record, f->account, name);
    uint32_t number = books_account(books, name, counter);
    struct book *b = by_number(books, number);
    uint32_t index = b->index;
    b->flow = f;
    b->counter = counter;
    b->power = power;
    b->wired = true;
    bool beside = f->counter == Q_ENERGY && sibling(books, record, Q_ENERGY_EXPORT);
    set_limits(books, b, power, beside);
    set_limits(books, b, counter, beside);
    if (replaced)
        account_replaced(&b->machine);
    if (counter)
        wire(books, counter, index);
    if (power)
        wire(books, power, index);
}

int books_define(struct ledger_books *books, uint32_t number, bool replaced)
{
    struct record of_point;
    const struct record *record = &of_point;
    if (!register_record(books->reg, number, &of_point))
        return -ENOENT;
    for (size_t i = 0; i < n_flow_kinds; i++) {
        const struct flow_kind *f = &flow_kinds[i];
        bool counter = record->quantity == f->counter, power = record->quantity == f->power;
        if (counter || power)
            join(books, record, f, replaced && counter);
        else if (record->quantity == Q_ENERGY_EXPORT && f->counter == Q_ENERGY &&
                 sibling(books, record, Q_ACTIVE_POWER))
            join(books, record, f, false); /* export is counted now: the other account's sign changes */
    }
    return 0;
}

uint32_t books_next(const struct ledger_books *books, size_t *turn)
{
    return *turn < books->n ? books->book[(*turn)++]->number : 0;
}

bool books_record(const struct ledger_books *books, uint32_t account, struct record *ret)
{
    const struct book *b = by_number(books, account);
    if (!b || !b->wired || !register_record(books->reg, b->counter ? b->counter : b->power, ret))
        return false;
    ret->number = account;
    ret->quantity = b->flow->account;
    return true;
}

struct putting {
    struct ledger_books *books;
    struct book *book;
};

static void put(void *context, const struct booking *booking)
{
    struct putting *p = context;
    cells_put(&p->book->cells, p->books->load, p->book->number, booking);
    p->book->dirty = p->books->dirty = true;
}

static struct account_sample *sample_of(struct ledger_books *books, struct book *b, const struct row *row)
{
    if (b->turn)
        return &books->turn[b->turn - 1].sample;
    if (books->n_turns == books->room_turns) {
        books->room_turns = books->room_turns ? 2 * books->room_turns : 32;
        books->turn = realloc(books->turn, books->room_turns * sizeof *books->turn);
        if (!books->turn)
            abort();
    }
    struct turn *turn = &books->turn[books->n_turns++];
    *turn = (struct turn){b, {.at = {row->session, row->boot_us, row->wall_ms}, .counter = NAN, .power = NAN}};
    turn->sample.uptime_s = row->uptime_s;
    b->turn = (uint32_t)books->n_turns;
    return &turn->sample;
}

static void collect(struct ledger_books *books, const struct row *row, const struct row_value *v)
{
    const struct wire *w = &books->wire[v->point];
    for (size_t i = 0; i < 2 && w->book[i]; i++) {
        struct book *b = books->book[w->book[i] - 1];
        struct account_sample *sample = sample_of(books, b, row);
        if (v->point == b->counter)
            sample->counter = v->value;
        else
            sample->power = v->value;
        sample->estimated |= v->quality == QL_ESTIMATED;
    }
}

void books_feed(struct ledger_books *books, const struct row *row)
{
    books->n_turns = 0;
    for (size_t i = 0; i < row->n; i++)
        if (row->value[i].point < books->n_wires && quality_has_value(row->value[i].quality) &&
            isfinite(row->value[i].value))
            collect(books, row, &row->value[i]);
    for (size_t i = 0; i < books->n_turns; i++) {
        struct book *b = books->turn[i].book;
        struct putting putting = {books, b};
        b->turn = 0;
        enum account_event event = account_step(&b->machine, &b->limits, &books->turn[i].sample, put, &putting);
        ledger_notice_add(&books->notices, event, b->name);
        b->dirty = books->dirty = true;
    }
}

bool books_dirty(const struct ledger_books *books)
{
    return books->dirty;
}

struct ledger_notices *books_notices(struct ledger_books *books)
{
    return &books->notices;
}

static int save_book(const struct book *b, sqlite3_stmt *account, sqlite3_stmt *machine, struct cells_writer *writer)
{
    int r = 0;
    if (!b->in_file) {
        sqlite3_bind_int64(account, 1, b->number);
        ledger_file_text(account, 2, b->name);
        r = ledger_file_done(account);
    }
    if (!r && b->wired) {
        sqlite3_bind_int64(machine, 1, b->number);
        sqlite3_bind_int(machine, 2, ACCOUNT_VERSION);
        sqlite3_bind_blob(machine, 3, &b->machine, sizeof b->machine, SQLITE_STATIC);
        r = ledger_file_done(machine);
    }
    return r ? r : cells_save(&b->cells, writer, b->number);
}

int books_save(struct ledger_books *books)
{
    sqlite3_stmt *account = NULL, *machine = NULL;
    struct cells_writer writer = {0};
    int r = ledger_file_prepare(books->db, "INSERT INTO account(number, name) VALUES(?, ?)", &account);
    if (!r)
        r = ledger_file_prepare(books->db, "INSERT OR REPLACE INTO machine(account, version, state) VALUES(?, ?, ?)",
                                &machine);
    if (!r)
        r = cells_writer_open(books->db, &writer);
    for (size_t i = 0; i < books->n && !r; i++)
        if (books->book[i]->dirty)
            r = save_book(books->book[i], account, machine, &writer);
    sqlite3_finalize(account);
    sqlite3_finalize(machine);
    cells_writer_close(&writer);
    return r;
}

void books_saved(struct ledger_books *books)
{
    for (size_t i = 0; i < books->n; i++)
        if (books->book[i]->dirty) {
            books->book[i]->dirty = false;
            books->book[i]->in_file = true;
            cells_saved(&books->book[i]->cells);
        }
    books->dirty = false;
}
