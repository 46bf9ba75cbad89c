/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log's reader that keeps the RRD files: rows in, batches of samples out.
 *
 * Shape: points are made known by rrd_reader_point; rows come in the order of the log. The cursor is behind the last
 * row whose samples are all in their files: after a kill the rest comes again, and times already there are passed over.
 * Errors: never stops for a file: what goes wrong, and when it is over, is said in words.
 * Threads: one thread (librrd).
 */
#pragma once
#include "daemon/config.h"
#include "daemon/row.h"

struct rrd_reader;

/* begins: a trouble, or one more; else all is well again. */
typedef void rrd_say(void *context, bool begins, const char *words);

struct rrd_counts {
    uint64_t samples, repeated, future, passed_over;
};

/* root: STATE/rrd. replay_upto: rows up to it may have been written before: their times may be there already. */
int rrd_reader_new(const char *root, const struct config *config, int64_t cursor, int64_t replay_upto, rrd_say *say,
                   void *context, struct rrd_reader **ret);
void rrd_reader_free(struct rrd_reader *reader); /* without writing */
int rrd_reader_config(struct rrd_reader *reader, const struct config *config);
/* A point that is not graphed is passed over. period_s 0: not known yet. -EINVAL for names
 * outside the grammar. */
int rrd_reader_point(struct rrd_reader *reader, uint32_t number, const char *device, const char *part,
                     enum quantity quantity, double period_s);
/* turn_s: a clock that only goes forward. */
void rrd_reader_feed(struct rrd_reader *reader, const struct row *row, int64_t now_s, int64_t turn_s);
/* All files with samples up to flush_seq; 0: of those that are due what five turns share. Stops when it has spent
 * `most`: an update costs 1, a file that has to be made or looked at 50. Returns what it spent. */
size_t rrd_reader_flush(struct rrd_reader *reader, int64_t now_s, int64_t turn_s, int64_t flush_seq, size_t most);
bool rrd_reader_waits(const struct rrd_reader *reader, int64_t seq); /* samples of rows up to seq not in files yet */
int64_t rrd_reader_cursor(const struct rrd_reader *reader);
void rrd_reader_passed(struct rrd_reader *reader, int64_t seq); /* rows up to seq were read, some unreadable */
void rrd_reader_counts(const struct rrd_reader *reader, struct rrd_counts *ret);
