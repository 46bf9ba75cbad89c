/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/meter_csv.h"

#include "daemon/meter_fluvius.h"
#include "daemon/wire_text.h"
#include "drivers/decimal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QUARTER_S 900
#define FILE_MAX  (8 * 1024 * 1024) /* ten years of lines of 24 bytes */
#define NO_COLUMN SIZE_MAX

static const struct {
    const char *name;
    double to_wh; /* of a quarter of an hour */
} energies[] = {{"wh", 1}, {"kwh", 1000}, {"mwh", 1e6}, {"kw", 250}, {"w", 0.25}};

struct csv {
    struct place at;
    struct diag *diag;
    char separator;
    size_t time, energy; /* columns */
    double to_wh;
};

/* The next field of a line, its blanks and quotes taken off; NULL at the end. */
static char *next_field(char **line, char separator)
{
    char *field = *line;
    if (!field)
        return NULL;
    char *end = strchr(field, separator);
    *line = end ? end + 1 : NULL;
    if (end)
        *end = '\0';
    while (*field == ' ' || *field == '"')
        field++;
    for (size_t n = strlen(field); n && strchr(" \"\r", field[n - 1]); n--)
        field[n - 1] = '\0';
    return field;
}

static int read_head(struct csv *csv, char *line)
{
    csv->separator = strchr(line, ';') ? ';' : strchr(line, '\t') ? '\t' : ',';
    csv->time = csv->energy = NO_COLUMN;
    size_t column = 0;
    for (char *field = next_field(&line, csv->separator); field; field = next_field(&line, csv->separator), column++) {
        if (!strcasecmp(field, "time"))
            csv->time = column;
        for (size_t i = 0; i < sizeof energies / sizeof energies[0]; i++)
            if (!strcasecmp(field, energies[i].name)) {
                csv->energy = column;
                csv->to_wh = energies[i].to_wh;
            }
    }
    if (csv->time == NO_COLUMN || csv->energy == NO_COLUMN) {
        diag_error(csv->diag, csv->at, "head", "expected the columns time and one of wh, kwh, mwh, kw, w");
        return -EINVAL;
    }
    return 0;
}

static int read_energy(const struct csv *csv, char *field, double *ret_wh)
{
    struct decimal d;
    const char *end;
    char *comma = csv->separator != ',' ? strchr(field, ',') : NULL;
    if (comma)
        *comma = '.';
    if (decimal_parse(field, &d, &end) < 0 || *end || d.mantissa < 0)
        return -EINVAL;
    *ret_wh = decimal_value(d) * csv->to_wh;
    return 0;
}

static int read_row(struct csv *csv, char *line, struct meter_row *ret)
{
    int64_t ms = -1;
    bool has_time = false, has_energy = false;
    size_t column = 0;
    for (char *field = next_field(&line, csv->separator); field; field = next_field(&line, csv->separator), column++) {
        csv->at.col = (unsigned)column + 1;
        if (column == csv->time) {
            has_time = wire_time_parse(field, &ms) == 0 && ms % (QUARTER_S * 1000) == 0;
            if (!has_time)
                diag_error(csv->diag, csv->at, "time", "'%s', expected the start of a quarter of an hour, like %s",
                           field, "2026-01-31T08:15:00+01:00");
        }
        if (column == csv->energy) {
            has_energy = read_energy(csv, field, &ret->wh) == 0;
            if (!has_energy)
                diag_error(csv->diag, csv->at, "energy", "'%s', expected a number that is not negative", field);
        }
    }
    ret->quarter_s = ms / 1000;
    if (column <= csv->time || column <= csv->energy)
        diag_error(csv->diag, csv->at, "row", "expected as many columns as the head has");
    return has_time && has_energy ? 0 : -EINVAL;
}

static void push(struct meter_rows *rows, struct meter_row row)
{
    if ((rows->n & (rows->n - 1)) == 0) { /* a power of two: full */
        rows->row = realloc(rows->row, (rows->n ? rows->n * 2 : 1) * sizeof *rows->row);
        if (!rows->row)
            abort();
    }
    rows->row[rows->n++] = row;
}

static void keep(struct csv *csv, struct meter_rows *rows, struct meter_row row)
{
    csv->at.col = 1;
    if (rows->n && row.quarter_s <= rows->row[rows->n - 1].quarter_s)
        diag_error(csv->diag, csv->at, "time", "expected a later quarter than the one before");
    else
        push(rows, row);
}

static void put_fluvius(void *context, int64_t quarter_s, double wh)
{
    push(context, (struct meter_row){quarter_s, wh});
}

static int parse_fluvius(const char *file, char *text, bool fed_in, struct diag *diag, struct meter_rows *ret)
{
    struct meter_rows rows = {0};
    struct meter_fluvius_counts counts;
    int r = meter_fluvius_parse(file, text, fed_in, diag, put_fluvius, &rows, &counts);
    if (!r && !rows.n) {
        diag_error(diag, (struct place){.file = file}, "rows", "no volume in any of them");
        r = -EINVAL;
    }
    if (r) {
        meter_rows_free(&rows);
        return r;
    }
    rows.estimated = counts.estimated;
    rows.empty = counts.empty;
    *ret = rows;
    return 0;
}

int meter_csv_parse(const char *file, char *text, struct diag *diag, struct meter_rows *ret)
{
    struct csv csv = {.at = {.file = file}, .diag = diag};
    struct meter_rows rows = {0};
    bool head = false;
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        text += 3;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        csv.at.line++;
        csv.at.col = 1;
        if (!line[strspn(line, " \r\t")])
            continue;
        struct meter_row row = {0};
        if (!head) {
            head = true;
            if (read_head(&csv, line) < 0)
                break;
        } else if (read_row(&csv, line, &row) == 0) {
            keep(&csv, &rows, row);
        }
    }
    if (!diag_errors(diag) && !rows.n)
        diag_error(diag, (struct place){.file = file}, "rows", "none, expected at least one quarter of an hour");
    if (diag_errors(diag)) {
        meter_rows_free(&rows);
        return -EINVAL;
    }
    *ret = rows;
    return 0;
}

int meter_csv_read(const char *path, bool fed_in, struct diag *diag, struct meter_rows *ret)
{
    bool is_stdin = !strcmp(path, "-");
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    char *text = file ? malloc(FILE_MAX + 1) : NULL;
    size_t n = text ? fread(text, 1, FILE_MAX, file) : 0;
    int r = 0;
    if (!file || ferror(file)) {
        r = -errno;
        diag_error(diag, (struct place){.file = path}, NULL, "%s", strerror(-r));
    } else if (!text || n == FILE_MAX) {
        r = -EFBIG;
        diag_error(diag, (struct place){.file = path}, "file", "larger than 8 MiB");
    } else {
        text[n] = '\0';
        r = meter_fluvius_head(text) ? parse_fluvius(path, text, fed_in, diag, ret)
                                     : meter_csv_parse(path, text, diag, ret);
    }
    free(text);
    if (file && !is_stdin)
        fclose(file);
    return r;
}

void meter_rows_free(struct meter_rows *rows)
{
    free(rows->row);
    *rows = (struct meter_rows){0};
}
