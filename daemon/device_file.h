/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STATE/devices/ID.json: what was learnt of a device, written whole or not at all.
 *
 * Errors: -errno; -EINVAL for an id outside the grammar; -EFBIG for a file over DEVICE_FILE_MAX, which is not ours.
 */
#pragma once
#include <stddef.h>

#define DEVICE_FILE_MAX (4u << 20) /* ten thousand points of 400 letters */

/* The text, freed by the caller; NULL: none, or not readable. */
char *device_file_read(const char *state, const char *id);
int device_file_write(const char *state, const char *id, const char *json);
