/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The energy ledger: what flowed, per account and quarter of an hour, for ten years; and what must not be lost with it:
 * the numbers of points, the register of meters, alerts and silences.
 *
 * Shape: STATE/ledger.db, SQLite in rollback mode (a reader without write right can open it). An account is the point
 *        DEVICE/PART/energy (energy_export, heat_energy, cooling_energy, volume), whether counted by the device or
 *        integrated from its power.
 * Units: integer mWh (volume: cm3) a quarter; quarters start at UTC multiples of 900 s; covered in seconds, at most 900.
 * Errors: -errno; -EPROTO for a database of a newer schema. A full disk gives -ENOSPC and loses nothing already booked.
 * Threads: one thread (the disk thread, or a command).
 */
#pragma once
#include "daemon/record.h"
#include "daemon/row.h"

struct ledger;

enum booking_kind { BOOKING_MEASURED, BOOKING_ESTIMATED, BOOKING_CORRECTION, BOOKING_CLOCK, BOOKING_MANUAL, BOOKING_KIND_COUNT };

int ledger_open(const char *path, bool write, struct ledger **ret);
void ledger_close(struct ledger *ledger);

/* Point numbers by name, the same for ever; a new name gets the next number. */
typedef void ledger_point_seen(void *context, uint32_t number, const char *name);
int ledger_points(struct ledger *ledger, ledger_point_seen *seen, void *context);
int ledger_define(struct ledger *ledger, const struct record *record);

/* Books a row. Rows come in the order of the log; *cursor of the last one booked is committed with the bookings. */
int ledger_feed(struct ledger *ledger, const struct row *row);
/* Writes what was booked since, and the cursor, in one transaction. */
int ledger_commit(struct ledger *ledger);
int64_t ledger_cursor(const struct ledger *ledger);

/* What flowed through one account in [from, to), both multiples of 900 s. */
struct flowed {
    uint32_t account;
    const struct record *record; /* as registered now; NULL: no longer */
    double wh;                   /* all kinds together */
    double estimated_wh;         /* of it */
    int64_t covered_s;
};
typedef int ledger_flowed_seen(void *context, const struct flowed *flowed);
/* The open quarter is included. account 0: all. */
int ledger_sum(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_flowed_seen *seen,
               void *context);
/* Each quarter of one account. */
struct quarter {
    int64_t start_s;
    int64_t mwh;
    int32_t covered_s;
    enum booking_kind kind;
};
typedef int ledger_quarter_seen(void *context, const struct quarter *quarter);
int ledger_quarters(struct ledger *ledger, uint32_t account, int64_t from_s, int64_t to_s, ledger_quarter_seen *seen,
                    void *context);

/* Manual meters: a register reading at a time, or a quarter-hour's energy from the utility. */
int ledger_reading(struct ledger *ledger, const struct record *record, int64_t at_s, double register_wh);
int ledger_import(struct ledger *ledger, const struct record *record, int64_t quarter_s, double wh);
