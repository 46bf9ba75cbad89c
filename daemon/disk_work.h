/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the disk thread does: log, then ledger, then RRD, a turn a second.
 *
 * Shape: disk_obey for each order, then disk_work_turn. A turn is bounded: what is left over (rows after a crash,
 *        files to be flushed) is done by the next one, which then comes at once.
 * Errors: none stops it. What goes wrong is said by events, and again when it is over.
 * Threads: the disk thread; before its start and after its end the one that opened it.
 */
#pragma once
#include "daemon/disk_event.h"
#include "daemon/disk_order.h"
#include "daemon/ledger.h"
#include "daemon/log.h"
#include "daemon/rrd_reader.h"

/* KPIs of all scopes: figures.h; NULL: none. */
typedef int disk_figures(struct ledger *ledger, const struct config *config, int64_t now_s, struct kpi_result **ret,
                         size_t *ret_n);

struct disk_instant {
    int64_t wall_ms, boot_us;
};

enum disk_part { PART_LOG, PART_LOG_SIZE, PART_RRD, PART_LEDGER, PART_DEVICES, PART_NOTES, PART_COUNT };

struct disk_work {
    char *state;
    struct config *config; /* a reference */
    struct disk_box *box;
    struct log *log;
    struct ledger *ledger;
    struct rrd_reader *rrd;
    disk_figures *figures;
    int log_rrd, log_ledger;                        /* readers */
    int64_t ledger_fed, rrd_fed;                    /* seq */
    int64_t target[LOG_READERS];                    /* what history_done asks for, once it is written */
    int64_t mark[LOG_READERS], missed[LOG_READERS]; /* missed: up to there it was told of */
    int64_t synced_us, booked_us, trimmed_us, figured_us, aged_us, begun_us, dropped_said;
    bool points_new;              /* numbers that are not in the ledger yet */
    int64_t begun_ms;             /* transitions from then on go out by themselves */
    bool alerts_had[LOG_READERS]; /* those before */
    bool in_trouble[PART_COUNT];
    int64_t flush_seq;
    bool flushed; /* all tokens can be answered */
    size_t n_flush;
    uint64_t *flush; /* tokens */
};

int disk_work_open(struct disk_work *work, const char *state, const struct config *config, struct disk_box *box,
                   char *words, size_t size);
void disk_work_close(struct disk_work *work);
/* last: writes everything. True where the next turn has to come at once. */
bool disk_work_turn(struct disk_work *work, struct disk_instant now, bool last);
/* Tells those who asked for their files that these are written: after the turn's figures are told. */
void disk_work_answer(struct disk_work *work);
void disk_work_say(struct disk_work *work, enum disk_part part, bool begins, const char *words);
