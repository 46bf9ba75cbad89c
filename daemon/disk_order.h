/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the loop asks of the disk thread: orders in the order in which they were given.
 *
 * Shape: rows and points wait for the thread's next turn, all else wakes it.
 * Owner: an order owns what it points to; disk_order_free frees it, and what its taker has not taken out of it.
 * Threads: the loop puts, the disk thread takes.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/config.h"
#include "daemon/record.h"
#include "daemon/row.h"

enum disk_order_kind {
    ORDER_ROW,
    ORDER_POINT,
    ORDER_CONFIG,
    ORDER_ALERT,
    ORDER_SILENCE,
    ORDER_READING,
    ORDER_IMPORT,
    ORDER_DEVICE,
    ORDER_NOTE,
    ORDER_FLUSH,
    ORDER_READER,
    ORDER_HISTORY_MARK,
    ORDER_HISTORY,
    ORDER_HISTORY_DONE
};

struct disk_order {
    struct disk_order *next;
    enum disk_order_kind kind;
    bool wanted;           /* READER */
    struct row *row;       /* ROW */
    struct config *config; /* CONFIG: a reference */
    struct record *record; /* POINT: with its texts */
    struct alert_entry *alert;
    char *name,
        *text;  /* SILENCE: target, reason; READING, IMPORT: source; DEVICE, NOTE: id, JSON; READER, HISTORY...: name */
    int64_t at; /* SILENCE: until, ms; READING: s; HISTORY: rows at most; HISTORY_DONE: seq */
    double value;   /* READING: Wh */
    uint64_t token; /* FLUSH */
    size_t n;       /* IMPORT */
    int64_t *quarter_s;
    double *wh;
};

struct disk_orders;

struct disk_orders *disk_orders_new(void);
void disk_orders_free(struct disk_orders *orders);
struct disk_order *disk_order_new(enum disk_order_kind kind);
void disk_order_free(struct disk_order *order);
struct record *disk_record_copy(const struct record *record); /* one block, for free() */

void disk_orders_put(struct disk_orders *orders, struct disk_order *order);
void disk_orders_stop(struct disk_orders *orders);
/* All that waits, linked by next. Waits for an order that wakes, or until boot_us; *ret_stop: this is the last time. */
struct disk_order *disk_orders_take(struct disk_orders *orders, int64_t boot_us, bool *ret_stop);
