/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The register of points and meters: numbers for ever, and what each meter counted as, segment by segment.
 *
 * Shape: a point's number and name are written once. A changed record (serial, role, room, ...) closes the segment at
 *        the time given and opens another; nothing is ever overwritten. register_save writes inside the caller's
 *        transaction, register_saved is called when that held.
 * Errors: -EEXIST when a number or a name comes with another name or number.
 * Owner: records are copied.
 */
#pragma once
#include "daemon/ledger_file.h"
#include "daemon/record.h"

struct ledger_register;

int register_open(sqlite3 *db, struct ledger_register **ret);
void register_close(struct ledger_register *reg);
/* *ret_replaced: the same point, another serial. */
int register_define(struct ledger_register *reg, const struct record *record, bool *ret_replaced);
/* The open segment of a point; false: there is none. Its texts live as long as the register. */
bool register_record(const struct ledger_register *reg, uint32_t number, struct record *ret);
/* The number of a point, or 0. */
uint32_t register_find(const struct ledger_register *reg, const char *device, const char *part, enum quantity quantity);
/* Numbers are below this. */
uint32_t register_end(const struct ledger_register *reg);
bool register_dirty(const struct ledger_register *reg);
/* This record differs from one that is not in the file yet: save first, or its segment is lost. */
bool register_supersedes(const struct ledger_register *reg, const struct record *record);
int register_save(struct ledger_register *reg, int64_t now_ms);
void register_saved(struct ledger_register *reg);
/* DEVICE/PART/QUANTITY into name, which has REGISTER_NAME bytes. */
#define REGISTER_NAME 128
void register_name(const struct record *record, enum quantity quantity, char *name);

/* Every segment, oldest first: what the ten-year register of measuring points is printed from. */
struct register_segment {
    struct record record;
    int64_t since_ms, until_ms; /* until INT64_MAX: open */
};
typedef void register_segment_seen(void *context, const struct register_segment *segment);
int register_segments(sqlite3 *db, register_segment_seen *seen, void *context);
/* Those of points that have more than one. */
int register_changed(sqlite3 *db, register_segment_seen *seen, void *context);
