/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One RRD file: made, brought to its plan with its history, set aside where it is damaged or not ours, updated.
 *
 * Errors: -errno with words that name the file; -EAGAIN: another process has it locked, try again; -ENOSPC.
 * Threads: one thread for all RRD files of a process: librrd's locks are the process's.
 * Source: librrd 1.7.2, measured: rrd_create_r overwrites, r2 with no_overwrite does not; errors stay until cleared;
 *         a create that is killed leaves NAME.rrdXXXXXX.
 */
#pragma once
#include "daemon/rrd_head.h"

#define RRD_WORDS 240

enum rrd_outcome { RRD_AS_IT_WAS, RRD_CREATED, RRD_MIGRATED, RRD_REPLACED, RRD_OUTCOME_COUNT };

/* Makes the file fit the plan; a new one begins at begin_s. *ret_plan: its data sources in their order. words: what was
 * done, where something was. */
int rrd_file_ready(const char *root, const char *path, const struct rrd_plan *wanted, int64_t begin_s, int64_t now_s,
                   struct rrd_plan *ret_plan, int64_t *ret_last_s, enum rrd_outcome *ret, char words[RRD_WORDS]);
/* "TIME:value:value..." with ascending times; those that the file has already are passed over. */
int rrd_file_update(const char *root, const char *path, int n, const char **sample, char words[RRD_WORDS]);
/* Removes what killed creations left below root. Returns how many. */
unsigned rrd_file_sweep(const char *root);
