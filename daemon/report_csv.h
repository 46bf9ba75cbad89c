/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The document as CSV: a line a number, for spreadsheets.
 *
 * Shape: section, row, member, value, unit, and of figures category, coverage, estimated, uncertainty (k = 2) and
 *        reason. In English RFC 4180: comma and point. In languages with a decimal comma columns are separated by
 *        semicolons behind a UTF-8 mark, as spreadsheets there read them. Values are in base units and full length.
 */
#pragma once
#include "daemon/language.h"

#include <jansson.h>
#include <stdio.h>

void report_csv(FILE *out, const json_t *document, struct language *language);
/* The EU's report: annex, symbol, field, title, value, unit, status, note. */
void report_csv_eu(FILE *out, const json_t *document, struct language *language);
/* One cell, quoted at need. */
void report_csv_cell(FILE *out, const char *text, char separator);
/* The language's separator; *ret_decimal ',' or '.'. */
char report_csv_separator(struct language *language, char *ret_decimal);
