/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A utility's quarter-hours from a CSV file.
 *
 * Shape: a head names the columns: `time` (RFC 3339, the start of the quarter, with Z or an offset) and `wh`, `kwh` or
 *        `kw` (mean power); others are passed over. Columns are separated by comma, semicolon or tab; where it is not
 *        the comma, decimals may have one. A UTF-8 mark and CRLF are taken as they come.
 *        Fluvius' export is known by its head (meter_fluvius.h).
 * Units: Wh.
 * Errors: -EINVAL with file:line:column in diag; the whole file or nothing.
 */
#pragma once
#include "drivers/diag.h"

#include <stddef.h>
#include <stdint.h>

struct meter_row {
    int64_t quarter_s;
    double wh;
};

struct meter_rows {
    size_t n;
    struct meter_row *row;   /* ascending */
    size_t estimated, empty; /* as Fluvius tells */
};

/* fed_in: of Fluvius' registers those of energy fed into the grid. */
int meter_csv_read(const char *path, bool fed_in, struct diag *diag, struct meter_rows *ret);
int meter_csv_parse(const char *file, char *text, struct diag *diag, struct meter_rows *ret); /* text is cut up */
void meter_rows_free(struct meter_rows *rows);
