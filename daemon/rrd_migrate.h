/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `wattwacht rrd migrate`: every RRD file brought to the configuration's step and spans, with its history, at once.
 *
 * Shape: a line a file to `out`: what was done, or what is wrong with it. The daemon does the same for each file when
 * it next writes it; this is for doing it while the daemon stands still. Errors: -EBUSY while a daemon has the state;
 * else the first file's error, after all have been tried.
 */
#pragma once
#include "daemon/config.h"

#include <stdio.h>

int rrd_migrate(const char *state, const struct config *config, FILE *out);
