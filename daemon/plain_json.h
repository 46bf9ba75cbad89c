/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON as commands write it: jansson's layout, and its numbers as wire_text.h writes them, never with an exponent.
 *
 * Shape: indent 0 is one line. A new line ends it.
 */
#pragma once
#include <jansson.h>
#include <stdio.h>

void plain_json_put(FILE *out, const json_t *value, unsigned indent);
