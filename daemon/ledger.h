/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The energy ledger: what flowed, per account and quarter of an hour, for ten years; and what must not be lost with it:
 * the numbers of points, the register of meters, alerts and silences.
 *
 * Shape: STATE/ledger.db, SQLite in rollback mode (a reader without write right can open it). An account is named as
 *        the point DEVICE/PART/energy (energy_export, heat_energy, cooling_energy, volume) or ROOM/kpi/heat-energy,
 *        whether counted by the device or integrated from its power; its rules are account.h's.
 *        Bookings live in memory until ledger_commit, which writes them, the accounts' machines and the cursor at once:
 *        after a crash the rows behind the cursor are fed again and give the same bookings.
 *        A new point is written by the next ledger_commit: commit before a row that carries its number is kept.
 * Units: integer mWh (volume: cm3) a quarter; quarters start at UTC multiples of 900 s; at most 900 s covered.
 * Errors: -errno; -EPROTO for a database of a newer schema. A full disk gives -ENOSPC and loses nothing: what could not
 *         be written stays in memory and goes with the next commit.
 * Threads: one thread (the disk thread, or a command).
 */
#pragma once
#include "daemon/booking.h"
#include "daemon/ledger_notice.h"
#include "daemon/record.h"
#include "daemon/row.h"

#include <stdbool.h>

struct ledger;
struct sqlite3;

int ledger_open(const char *path, bool write, struct ledger **ret);
/* Why it was not opened, for people. */
const char *ledger_words(int error);
/* Commits what it can. */
void ledger_close(struct ledger *ledger);

/* Point numbers by name, the same for ever; a new name gets the next number. */
typedef void ledger_point_seen(void *context, uint32_t number, const char *name);
int ledger_points(struct ledger *ledger, ledger_point_seen *seen, void *context);
/* -EEXIST: the number or the name is another's. */
int ledger_define(struct ledger *ledger, const struct record *record);

/* Books a row. Rows come in the order of the log; *cursor of the last one booked is committed with the bookings. */
int ledger_feed(struct ledger *ledger, const struct row *row);
/* Writes what was booked since, and the cursor, in one transaction. */
int ledger_commit(struct ledger *ledger);
/* Many reads between the two see one state of the file and lock it once. Nothing is written meanwhile, and a writer in
 * another process waits: for the daemon's own turns, not for a report. */
int ledger_hold(struct ledger *ledger);
void ledger_release(struct ledger *ledger);
int64_t ledger_cursor(const struct ledger *ledger);
int64_t ledger_last_wall_ms(const struct ledger *ledger); /* of the newest row booked; 0: none ever */

/* Tells what was noticed while booking since the last call: ledger_notice.h. */
void ledger_notices(struct ledger *ledger, ledger_noticed *noticed, void *context);

/* What flowed through one account in [from, to), both multiples of 900 s. */
struct flowed {
    uint32_t account;
    const struct record *record; /* as registered now, with the account's quantity; NULL: no longer */
    double wh;                   /* all kinds together; m3 of a volume */
    double estimated_wh;         /* of it */
    int64_t covered_s;
};
/* What is told lives for the call. */
typedef int ledger_flowed_seen(void *context, const struct flowed *flowed);
/* The open quarter is included. account 0: all. */
int ledger_sum(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_flowed_seen *seen,
               void *context);
/* Each quarter of one account, a row a kind. */
struct quarter {
    int64_t start_s;
    int64_t mwh;
    int32_t covered_s;
    enum booking_kind kind;
};
typedef int ledger_quarter_seen(void *context, const struct quarter *quarter);
int ledger_quarters(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_quarter_seen *seen,
                    void *context);
/* Each whole UTC day of one account. */
struct ledger_day {
    int64_t start_s, mwh, estimated_mwh, covered_ms;
};
typedef int ledger_day_seen(void *context, const struct ledger_day *day);
int ledger_days(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_day_seen *seen,
                void *context);
/* Day totals are a cache: this makes them anew from the quarters. */
int ledger_rebuild_days(struct ledger *ledger);

/* The record of a device's meter: its energy, or what else it counts. False: none. */
bool ledger_meter(const struct ledger *ledger, const char *device, struct record *ret);
/* An account by its name; 0: none. */
uint32_t ledger_account(const struct ledger *ledger, const char *name);
/* Thousandths a base unit: 1000 for Wh, 1e6 for m3. */
double ledger_per_unit(enum quantity quantity);
/* Lets go of quarters older than ten years (EU 2024/1364: records are kept at least as long). */
int ledger_trim(struct ledger *ledger, int64_t now_s);
/* The file, for alerts, manual meters and backups. */
struct sqlite3 *ledger_file(const struct ledger *ledger);
/* The number of the account of a manual meter, which is new at need. */
uint32_t ledger_manual_account(struct ledger *ledger, const struct record *record);
