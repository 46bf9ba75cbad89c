/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rrd_rig.h"

#include <ftw.h>
#include <math.h>
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char rig_root[64];
char rig_said[4000];
unsigned rig_begun, rig_ended;
const struct rrd_span rig_spans[3] = {{10, 3600}, {60, 7200}, {600, 86400}};

static void say(void *context, bool begins, const char *words)
{
    (void)context;
    *(begins ? &rig_begun : &rig_ended) += 1;
    strncat(rig_said, words, sizeof rig_said - strlen(rig_said) - 2);
    strcat(rig_said, "\n");
}

static int gone(const char *name, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(name);
}

int rig_remove(const char *path)
{
    return nftw(path, gone, 8, FTW_DEPTH | FTW_PHYS);
}

int rig_setup(void **state)
{
    (void)state;
    strcpy(rig_root, "/tmp/wattwacht-rrd-XXXXXX");
    rig_said[0] = '\0';
    rig_begun = rig_ended = 0;
    return mkdtemp(rig_root) ? 0 : -1;
}

int rig_teardown(void **state)
{
    (void)state;
    return rig_remove(rig_root);
}

char *rig_in_root(const char *path)
{
    static char full[200];
    snprintf(full, sizeof full, "%s/%s", rig_root, path);
    return full;
}

double rig_at(const char *path, const char *function, const char *source, unsigned long step, int64_t t)
{
    time_t start = (time_t)t - (time_t)step, end = (time_t)t - 1;
    unsigned long got = step, n;
    char **names;
    rrd_value_t *data;
    double value = NAN;
    rrd_clear_error();
    assert_int_equal(rrd_fetch_r(rig_in_root(path), function, &start, &end, &got, &n, &names, &data), 0);
    assert_int_equal(got, step);
    for (unsigned long i = 0; i < n; i++) {
        if (!strcmp(names[i], source))
            value = data[(unsigned long)((t - (int64_t)step - start) / (int64_t)step) * n + i];
        rrd_freemem(names[i]);
    }
    rrd_freemem(names);
    rrd_freemem(data);
    return value;
}

static struct config config_of(int64_t step, struct rrd_span *span, size_t n)
{
    return (struct config){.rrd_step_s = step, .span = span, .n_spans = n};
}

struct rrd_reader *rig_reader(int64_t cursor)
{
    struct rrd_span copy[3];
    memcpy(copy, rig_spans, sizeof copy);
    struct config config = config_of(10, copy, 3);
    struct rrd_reader *reader = NULL;
    assert_int_equal(rrd_reader_new(rig_root, &config, cursor, cursor, say, NULL, &reader), 0);
    return reader;
}

void rig_feed(struct rrd_reader *reader, int64_t seq, int64_t wall_ms, uint32_t first, size_t n, const double *value)
{
    struct row *row = row_new(n);
    row->seq = seq;
    row->wall_ms = wall_ms;
    for (size_t i = 0; i < n; i++)
        row->value[i] = (struct row_value){first + (uint32_t)i, isnan(value[i]) ? QL_SILENT : QL_GOOD, value[i]};
    rrd_reader_feed(reader, row, wall_ms / 1000, wall_ms / 1000);
    row_free(row);
}

void rig_points(struct rrd_reader *reader)
{
    assert_int_equal(rrd_reader_point(reader, 1, "pdu-a1", "total", Q_ACTIVE_POWER, 10), 0);
    assert_int_equal(rrd_reader_point(reader, 2, "pdu-a1", "total", Q_CURRENT, 10), 0);
    assert_int_equal(rrd_reader_point(reader, 3, "pdu-a1", "total", Q_ENERGY, 10), 0);
    assert_int_equal(rrd_reader_point(reader, 4, "pdu-a1", "outlet-01", Q_ACTIVE_POWER, 10), 0);
}

void rig_poll(struct rrd_reader *reader, int64_t i)
{
    double power = 1000 + (double)i * 0.125;
    rig_feed(reader, i + 1, (RIG_T0 + i * 10) * 1000LL + 3000 + (i * 37 % 700), 1, 4,
             (double[]){power, i % 10 == 5 ? NAN : power / 230, 1e6 + (double)i, -power});
}

void rig_fill(int n)
{
    struct rrd_reader *reader = rig_reader(0);
    rig_points(reader);
    for (int64_t i = 1; i <= n; i++)
        rig_poll(reader, i);
    rrd_reader_flush(reader, RIG_T0 + n * 10, RIG_T0 + n * 10, INT64_MAX, 100);
    rrd_reader_free(reader);
}
