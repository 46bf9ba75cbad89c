/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recorded walk as an image: OID|TAG|VALUE a line.
 *
 * Shape: split at the first two '|' alone; TAG is the BER tag in decimal, 'x' behind it: VALUE is hexadecimal, 'e': it
 *        has backslash escapes. Any order, the first of equal OIDs counts, CRLF and blank lines are allowed. ':MODULE'
 * behind TAG: the value that the module begins with. Errors: -EBADMSG with *ret_line the line; -errno of the file.
 */
#pragma once
#include "image.h"

int recording_load(const char *path, struct image *image, unsigned *ret_line);
int recording_parse(const char *text, size_t n, struct image *image, unsigned *ret_line);
