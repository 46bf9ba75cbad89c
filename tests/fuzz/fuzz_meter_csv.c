/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any file as a utility's quarter-hours: refused with words, or read into finite energies in the order of time. */
#include "daemon/meter_csv.h"
#include "daemon/meter_fluvius.h"
#include "tests/fuzz/once.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct last {
    int64_t quarter_s;
    size_t n;
};

static void one(void *context, int64_t quarter_s, double wh)
{
    struct last *last = context;
    if ((last->n && quarter_s <= last->quarter_s) || quarter_s % 900 || !isfinite(wh) || wh < 0)
        abort();
    *last = (struct last){quarter_s, last->n + 1};
}

static void fluvius(const uint8_t *data, size_t size, bool fed_in)
{
    struct diag *diag = diag_new();
    struct meter_fluvius_counts counts;
    struct last last = {0};
    char *text = calloc(1, size + 1);
    memcpy(text, data, size);
    int r = meter_fluvius_parse("x", text, fed_in, diag, one, &last, &counts);
    if (r < 0 ? last.n || !diag_errors(diag) : last.n != counts.quarters)
        abort();
    free(text);
    diag_free(diag);
}

static void plain(const uint8_t *data, size_t size)
{
    struct diag *diag = diag_new();
    struct meter_rows rows = {0};
    struct last last = {0};
    char *text = calloc(1, size + 1);
    memcpy(text, data, size);
    if (meter_csv_parse("x", text, diag, &rows) < 0 ? rows.n || !diag_errors(diag) : !rows.n)
        abort();
    for (size_t i = 0; i < rows.n; i++)
        one(&last, rows.row[i].quarter_s, rows.row[i].wh);
    meter_rows_free(&rows);
    free(text);
    diag_free(diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fluvius(data, size, false);
    fluvius(data, size, true);
    plain(data, size);
    return 0;
}
