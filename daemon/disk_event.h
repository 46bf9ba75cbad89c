/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the disk thread tells the loop: events in the order in which they came, behind a descriptor.
 *
 * Owner: events pass to who takes them; disk_event_free frees one.
 * Threads: the disk thread puts, the loop takes.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/kpi.h"
#include "daemon/row.h"

enum disk_event_kind { DISK_ALERT_KEPT, DISK_KPIS, DISK_TROUBLE, DISK_FLUSHED, DISK_HISTORY, DISK_NOTICE };

struct disk_event {
    struct disk_event *next;
    enum disk_event_kind kind;
    struct alert_entry alert; /* DISK_ALERT_KEPT: may go out now */
    size_t n_kpis;
    struct kpi_result *kpi; /* DISK_KPIS: of all scopes */
    bool trouble;           /* DISK_TROUBLE: begins, or ends */
    char what[24];          /* "log" "rrd" "ledger" "devices": which part; DISK_HISTORY: the reader */
    char words[240];        /* DISK_NOTICE: what a meter did */
    uint64_t token;         /* DISK_FLUSHED */
    struct row *row;        /* DISK_HISTORY: oldest first; NULL: there are none yet */
    int64_t upto;           /* DISK_HISTORY: to be given to disk_history_done */
    bool reached;           /* DISK_HISTORY: upto is at the mark, or past it */
    size_t n_alerts; /* DISK_HISTORY: transitions of an earlier run, from its first row's time on; oldest first */
    struct alert_entry *past_alert;
    int64_t missed; /* DISK_HISTORY: rows before these that the log gave up; each told once */
};

struct disk_box;

struct disk_box *disk_box_new(void);
void disk_box_free(struct disk_box *box);
int disk_box_fd(const struct disk_box *box);
struct disk_event *disk_event_new(enum disk_event_kind kind);
void disk_event_free(struct disk_event *event);
void disk_box_put(struct disk_box *box, struct disk_event *event);
/* All that waits, linked by next; NULL: none. Resets the descriptor. */
struct disk_event *disk_box_take(struct disk_box *box);
