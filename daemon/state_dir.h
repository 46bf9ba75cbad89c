/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state directory: made, and held by one daemon at a time.
 *
 * Shape: STATE/lock carries a lock of the system's as long as its holder lives, and the holder's number for people.
 * Errors: -EBUSY: another one holds it; words say who.
 */
#pragma once
#include <stddef.h>

/* Makes STATE and the folders in it where they are missing, and takes the lock: *ret_fd, closed to give it back.
 */
int state_dir_take(const char *state, int *ret_fd, char *words, size_t size);
/* Makes what was renamed in it outlive the machine. */
int state_dir_sync(const char *directory);
