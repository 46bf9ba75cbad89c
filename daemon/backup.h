/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `wattwacht backup FILE`: the state directory in one archive, while the daemon runs.
 *
 * Shape: FILE.tar, .tar.gz or .tar.zst with ledger.db (one moment's copy), rrd/DEVICE/PART.rrd and devices/ID.json,
 * below wattwacht/; whole or not at all. The log is not in it: what it holds is in the ledger within seconds. Errors:
 * -errno with words to `out`; -EINVAL for another ending; -ENOENT where there is no state. Owner: reads only, apart
 * from FILE and FILE.ledger-XXXXXX beside it, which it removes. Source: SQLite's backup API holds its read lock for 0.3
 * s with ten years of 50 points, measured; librrd refuses a locked file at once, so the daemon tries again while a file
 * is copied.
 */
#pragma once
#include <stdio.h>

int backup_write(const char *state, const char *file, FILE *out);
