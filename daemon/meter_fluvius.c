/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meter_fluvius.h"

#include "drivers/decimal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUARTER_S 900
#define HOUR_S    INT64_C(3600)
#define REGISTERS 8
#define COLUMNS   16

enum column { FROM_DATE, FROM_TIME, TO_DATE, TO_TIME, REGISTER, VOLUME, UNIT, STATUS, COLUMN_COUNT };
static const char *const names[COLUMN_COUNT] = {"Van (datum)", "Van (tijdstip)", "Tot (datum)", "Tot (tijdstip)",
                                                "Register",    "Volume",         "Eenheid",     "Validatiestatus"};

struct sum {
    int64_t quarter_s;
    double wh;
    bool known;
};

struct fluvius {
    struct place at;
    struct diag *diag;
    const char *wanted; /* "Afname", "Injectie" */
    size_t column[COLUMN_COUNT];
    size_t n_registers;
    struct {
        char name[40];
        int64_t last_s;
    } reg[REGISTERS];
    size_t n, room;
    struct sum *sum;
    struct meter_fluvius_counts counts;
};

bool meter_fluvius_head(const char *text)
{
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        text += 3;
    text += *text == '"';
    return !strncmp(text, names[FROM_DATE], strlen(names[FROM_DATE]));
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
    return (int64_t)timegm(&tm);
}

/* The last Sunday of a month of 31 days, 01:00 UTC: when summer time begins and ends. */
static int64_t change(int year, int month)
{
    time_t t = (time_t)utc(year, month, 31, 1, 0);
    struct tm tm;
    gmtime_r(&t, &tm);
    return (int64_t)t - tm.tm_wday * INT64_C(86400);
}

int64_t meter_fluvius_time(int year, int month, int day, int hour, int minute, bool later)
{
    int64_t local = utc(year, month, day, hour, minute), begins = change(year, 3), ends = change(year, 10);
    int64_t summer = local - 2 * HOUR_S, winter = local - HOUR_S;
    if (summer >= begins && summer < ends && !(later && winter >= ends))
        return summer;
    return winter;
}

static size_t split(char *line, char **cells)
{
    size_t n = 0;
    for (char *cell = line; cell && n < COLUMNS; n++) {
        char *end = strchr(cell, ';');
        if (end)
            *end++ = '\0';
        while (*cell == ' ' || *cell == '"' || *cell == '=')
            cell++;
        for (size_t k = strlen(cell); k && strchr(" \"\r", cell[k - 1]); k--)
            cell[k - 1] = '\0';
        cells[n] = cell;
        cell = end;
    }
    return n;
}

static int read_head(struct fluvius *f, char *line)
{
    char *cells[COLUMNS];
    size_t n = split(line, cells);
    for (int c = 0; c < COLUMN_COUNT; c++) {
        f->column[c] = n;
        for (size_t i = 0; i < n; i++)
            if (!strcmp(cells[i], names[c]))
                f->column[c] = i;
        if (f->column[c] == n) {
            diag_error(f->diag, f->at, "head", "no column '%s': expected Fluvius' quarter-hours", names[c]);
            return -EINVAL;
        }
    }
    return 0;
}

static int wrong(struct fluvius *f, enum column column, const char *text, const char *expected)
{
    f->at.col = (unsigned)f->column[column] + 1;
    diag_error(f->diag, f->at, names[column], "'%s', expected %s", text, expected);
    return -EINVAL;
}

static int read_time(struct fluvius *f, char **cells, int64_t *early, int64_t *late)
{
    int day, month, year, hour, minute, second, n = 0;
    const char *date = cells[f->column[FROM_DATE]], *time = cells[f->column[FROM_TIME]];
    if (sscanf(date, "%2d-%2d-%4d%n", &day, &month, &year, &n) != 3 || date[n] || year < 2000 || month < 1 ||
        month > 12 || day < 1 || day > 31)
        return wrong(f, FROM_DATE, date, "a day like 31-01-2026");
    n = 0;
    if (sscanf(time, "%2d:%2d:%2d%n", &hour, &minute, &second, &n) != 3 || time[n] || hour > 23 || minute > 59 ||
        second)
        return wrong(f, FROM_TIME, time, "a time like 08:15:00");
    if (minute % 15)
        return wrong(f, FROM_TIME, time, "the start of a quarter of an hour");
    *early = meter_fluvius_time(year, month, day, hour, minute, false);
    *late = meter_fluvius_time(year, month, day, hour, minute, true);
    return 0;
}

/* A day's or an hour's totals have the same head. */
static int check_length(struct fluvius *f, char **cells)
{
    int from_h, from_m, to_h, to_m;
    const char *to = cells[f->column[TO_TIME]];
    if (sscanf(cells[f->column[FROM_TIME]], "%2d:%2d", &from_h, &from_m) != 2 ||
        sscanf(to, "%2d:%2d", &to_h, &to_m) != 2 || (to_h * 60 + to_m - from_h * 60 - from_m + 2880) % 60 != 15)
        return wrong(f, TO_TIME, to,
                     "a quarter of an hour after its begin: export the quarter-hours (kwartiertotalen)");
    return 0;
}

static size_t find_register(struct fluvius *f, const char *name)
{
    size_t i = 0;
    while (i < f->n_registers && strcmp(f->reg[i].name, name))
        i++;
    if (i == f->n_registers && i < REGISTERS) {
        snprintf(f->reg[i].name, sizeof f->reg[i].name, "%s", name);
        f->reg[i].last_s = INT64_MIN;
        f->n_registers++;
    }
    return i;
}

static int read_volume(struct fluvius *f, char **cells, double *ret_wh, bool *ret_known)
{
    char *text = cells[f->column[VOLUME]], *comma = strchr(text, ',');
    struct decimal d;
    const char *end;
    *ret_wh = 0;
    *ret_known = *text != '\0';
    if (!*text)
        return 0;
    if (comma)
        *comma = '.';
    if (decimal_parse(text, &d, &end) < 0 || *end || d.mantissa < 0)
        return wrong(f, VOLUME, text, "a number that is not negative, like 0,125");
    if (strcmp(cells[f->column[UNIT]], "kWh"))
        return wrong(f, UNIT, cells[f->column[UNIT]], "kWh");
    *ret_wh = decimal_value(d) * 1e3;
    return 0;
}

static void keep(struct fluvius *f, struct sum sum)
{
    if (f->n == f->room) {
        f->room = f->room ? f->room * 2 : 1024;
        f->sum = realloc(f->sum, f->room * sizeof *f->sum);
        if (!f->sum)
            abort();
    }
    f->sum[f->n++] = sum;
}

static int read_row(struct fluvius *f, char *line)
{
    char *cells[COLUMNS];
    int64_t early, late;
    struct sum sum;
    size_t n = split(line, cells);
    for (int c = 0; c < COLUMN_COUNT; c++)
        if (f->column[c] >= n) {
            diag_error(f->diag, f->at, "row", "expected as many columns as the head has");
            return -EINVAL;
        }
    if (strncmp(cells[f->column[REGISTER]], f->wanted, strlen(f->wanted)))
        return 0;
    size_t reg = find_register(f, cells[f->column[REGISTER]]);
    if (reg == REGISTERS)
        return wrong(f, REGISTER, cells[f->column[REGISTER]], "at most 8 registers");
    int r = read_time(f, cells, &early, &late);
    r = r ? r : check_length(f, cells);
    r = r ? r : read_volume(f, cells, &sum.wh, &sum.known);
    if (r)
        return r;
    sum.quarter_s = early > f->reg[reg].last_s ? early : late;
    if (sum.quarter_s <= f->reg[reg].last_s)
        return wrong(f, FROM_TIME, cells[f->column[FROM_TIME]], "a later quarter than the register's one before");
    f->reg[reg].last_s = sum.quarter_s;
    f->counts.estimated += sum.known && !strcmp(cells[f->column[STATUS]], "Geschat");
    keep(f, sum);
    return 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x = ((const struct sum *)a)->quarter_s, y = ((const struct sum *)b)->quarter_s;
    return x < y ? -1 : x > y;
}

/* The registers of each quarter together. */
static void hand_over(struct fluvius *f, meter_fluvius_put *put, void *context)
{
    if (f->n)
        qsort(f->sum, f->n, sizeof *f->sum, compare);
    for (size_t i = 0; i < f->n;) {
        struct sum all = {.quarter_s = f->sum[i].quarter_s};
        for (; i < f->n && f->sum[i].quarter_s == all.quarter_s; i++) {
            all.wh += f->sum[i].wh;
            all.known |= f->sum[i].known;
        }
        f->counts.quarters += all.known;
        f->counts.empty += !all.known;
        if (all.known)
            put(context, all.quarter_s, all.wh);
    }
}

int meter_fluvius_parse(const char *file, char *text, bool fed_in, struct diag *diag, meter_fluvius_put *put,
                        void *context, struct meter_fluvius_counts *ret)
{
    struct fluvius f = {.at = {.file = file}, .diag = diag, .wanted = fed_in ? "Injectie" : "Afname"};
    size_t before = diag_errors(diag);
    bool head = false;
    if (!strncmp(text, "\xef\xbb\xbf", 3))
        text += 3;
    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        f.at.line++;
        f.at.col = 1;
        if (!line[strspn(line, " \r\t;")])
            continue;
        if (!head && read_head(&f, line))
            break;
        if (head)
            read_row(&f, line);
        head = true;
    }
    if (diag_errors(diag) == before && !f.n)
        diag_error(diag, (struct place){.file = file}, "rows", "none of a register '%s ...'", f.wanted);
    int r = diag_errors(diag) == before ? 0 : -EINVAL;
    if (!r) {
        hand_over(&f, put, context);
        *ret = f.counts;
    }
    free(f.sum);
    return r;
}
