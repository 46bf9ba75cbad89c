/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The open accounts: which points feed which account, each account's machine, and the quarters not yet in the file.
 *
 * Shape: an account is named DEVICE/PART/energy (energy_export, heat_energy, cooling_energy, volume) or
 *        ROOM/kpi/heat-energy, and joined of the counter and the power of that part. It takes the number of its counter
 *        point when that is known at its first reading, else one from BOOKS_FIRST up; a name keeps its number.
 *        Negative power goes to energy_export where the part counts export, else it lowers the account.
 *        books_save writes quarters, day totals and machines inside the caller's transaction; books_saved when it held.
 * Owner: the file and the register belong to the ledger.
 */
#pragma once
#include "daemon/booking.h"
#include "daemon/ledger_notice.h"
#include "daemon/ledger_register.h"
#include "daemon/row.h"

#define BOOKS_FIRST UINT32_C(0x40000000)

struct ledger_books;

int books_open(sqlite3 *db, const struct ledger_register *reg, struct ledger_books **ret);
void books_close(struct ledger_books *books);
/* The point was defined, or defined anew; replaced: by another meter. */
int books_define(struct ledger_books *books, uint32_t number, bool replaced);
void books_feed(struct ledger_books *books, const struct row *row);
bool books_dirty(const struct ledger_books *books);
int books_save(struct ledger_books *books);
void books_saved(struct ledger_books *books);
/* What was noticed while booking since it was last taken. */
struct ledger_notices *books_notices(struct ledger_books *books);

/* The account's number by its name, 0 for none. */
uint32_t books_find(const struct ledger_books *books, const char *name);
/* Its number, and a new one at need (written at the next save). */
uint32_t books_account(struct ledger_books *books, const char *name, uint32_t preferred);
/* Each account's number in turn, from *turn 0; 0 after the last. */
uint32_t books_next(const struct ledger_books *books, size_t *turn);
/* The record of the meter behind an account, with the account's own quantity; false: none is registered. */
bool books_record(const struct ledger_books *books, uint32_t account, struct record *ret);
