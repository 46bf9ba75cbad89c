/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STATE/FOLDER/ID.json: a small file, written whole or not at all.
 *
 * Errors: -errno; -EINVAL for an id outside the grammar; -EFBIG for a file over STATE_FILE_MAX, which is not ours.
 */
#pragma once
#include <stddef.h>

#define STATE_FILE_MAX (4u << 20) /* ten thousand points of 400 letters */

/* The text, freed by the caller; NULL: none, or not readable. */
char *state_file_read(const char *state, const char *folder, const char *id);
int state_file_write(const char *state, const char *folder, const char *id, const char *json);
