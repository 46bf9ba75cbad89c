/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills a state directory with the past of a simulated scene: one sample each five minutes, of quality `estimated`,
 * so that graphs and reports have something to show at once. The names and roles are those that the daemon learnt:
 * STATE/devices must be there already, and nothing else.
 *
 * backfill CONFIG STATE SCENE.yaml
 */
#include "daemon/bind.h"
#include "daemon/device_json.h"
#include "daemon/ledger.h"
#include "daemon/names.h"
#include "daemon/rrd_reader.h"
#include "tests/sim/site.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define STEP_S 300

struct past {
    const char *state;
    struct config *config;
    struct names *names;
    struct live *live;
    struct ledger *ledger;
    struct rrd_reader *rrd;
    struct scene *scene;
    struct site *site;
    int64_t seq;
};

static uint32_t number(void *context, const char *name)
{
    return names_number(((struct past *)context)->names, name);
}

static void know(void *context, uint32_t number, const char *name)
{
    names_know(((struct past *)context)->names, number, name);
}

static void record(void *context, const struct record *record)
{
    struct past *past = context;
    struct record slow = *record;
    slow.period_s = STEP_S;
    if (ledger_define(past->ledger, &slow) < 0)
        fprintf(stderr, "backfill: %s/%s cannot be registered\n", record->device, record->part);
    rrd_reader_point(past->rrd, record->number, record->device, record->part, record->quantity, STEP_S);
}

static void say(void *context, bool begins, const char *words)
{
    (void)context;
    if (begins)
        fprintf(stderr, "backfill: %s\n", words);
}

static char *read_file(const char *path)
{
    size_t size = 0;
    char *text = NULL;
    FILE *f = fopen(path, "re");
    if (!f || getdelim(&text, &size, '\0', f) < 0) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

static void bind_all(struct past *past)
{
    struct binder binder = {past->live, number, record, past};
    past->live->config = past->config;
    for (size_t i = 0; i < past->config->n_devices; i++) {
        struct live_device *device = live_device_add(past->live, past->config->device[i].setup->number);
        struct shape *shape;
        char path[400];
        device->config = &past->config->device[i];
        snprintf(path, sizeof path, "%s/devices/%s.json", past->state, device->config->id);
        char *text = read_file(path);
        if (text && device_json_read(text, &shape) >= 0) {
            bind_device(&binder, device, shape);
            shape_unref(shape);
        } else {
            fprintf(stderr, "backfill: %s was not learnt\n", device->config->id);
        }
        free(text);
    }
}

static double truth_of(const struct truth *truth, size_t n, const struct live_point *point, double start)
{
    const char *quantity = quantity_row(point->quantity)->name;
    for (size_t i = 0; i < n; i++)
        if (!strcmp(truth[i].part, point->part) && !strcmp(truth[i].quantity, quantity))
            return truth[i].value + (point->quantity == Q_ENERGY && !strcmp(point->part, "total") ? start : 0);
    return NAN;
}

static int compare(const void *a, const void *b)
{
    const struct row_value *x = a, *y = b;
    return (x->point > y->point) - (x->point < y->point);
}

/* What the device would have said at this time; only what the model has a truth for. */
static void put_device(struct past *past, const struct live_device *device, int64_t now_s, int64_t since_us)
{
    struct truth truth[TRUTH_MAX];
    const struct unit *unit = site_unit(past->site, device->config->id);
    size_t n = unit ? site_truth(past->site, unit, truth) : 0;
    struct row *row = row_new(device->n_bound);
    row->seq = ++past->seq;
    row->session = 1;
    row->device = device->number;
    row->wall_ms = now_s * 1000;
    row->boot_us = since_us;
    row->n = 0;
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *point = device->bound[i];
        double value = point && n ? truth_of(truth, n, point, unit->energy) : NAN;
        if (!isnan(value))
            row->value[row->n++] = (struct row_value){point->number, QL_ESTIMATED, value};
    }
    qsort(row->value, row->n, sizeof *row->value, compare);
    if (row->n) {
        ledger_feed(past->ledger, row);
        rrd_reader_feed(past->rrd, row, now_s, past->seq / 64);
    }
    row_free(row);
}

static int run(struct past *past, int64_t from_s, int64_t to_s)
{
    for (int64_t now_s = from_s; now_s <= to_s; now_s += STEP_S) {
        for (size_t i = 0; i < past->live->n_devices; i++)
            put_device(past, past->live->device[i], now_s, (now_s - from_s + 1) * 1000000);
        if ((now_s - from_s) / STEP_S % 288 == 0 && ledger_commit(past->ledger) < 0)
            return -EIO;
        site_step(past->site, STEP_S);
    }
    rrd_reader_flush(past->rrd, to_s, INT64_MAX / 2, INT64_MAX, SIZE_MAX);
    return ledger_commit(past->ledger);
}

static int open_all(struct past *past, const char *config, const char *scene, struct diag *diag)
{
    char path[400];
    const char *dirs[] = {config};
    time_t now = time(NULL) / STEP_S * STEP_S;
    char *text = read_file(scene);
    int r = config_load(dirs, 1, NULL, NULL, diag, &past->config);
    if (r < 0 || !text) {
        free(text);
        return -EINVAL;
    }
    r = scene_load(scene, text, strlen(text), (double)now, diag, &past->scene);
    free(text);
    if (r < 0)
        return r;
    past->scene->start -= (double)past->scene->history / 1e6;
    int64_t history = past->scene->history;
    past->scene->history = 0;
    r = site_new(past->scene, 0, diag, &past->site);
    past->scene->history = history;
    snprintf(path, sizeof path, "%s/ledger.db", past->state);
    if (!r)
        r = ledger_open(path, true, &past->ledger);
    snprintf(path, sizeof path, "%s/rrd", past->state);
    mkdir(path, 0750);
    if (!r)
        r = rrd_reader_new(path, past->config, 0, 0, say, NULL, &past->rrd);
    return r;
}

int main(int argc, char **argv)
{
    struct past past = {.names = names_new(), .live = live_new()};
    struct diag *diag = diag_new();
    if (argc != 4) {
        fprintf(stderr, "usage: backfill CONFIG STATE SCENE.yaml\n");
        return 2;
    }
    past.state = argv[2];
    setenv("TZ", "UTC", 1);
    int r = open_all(&past, argv[1], argv[3], diag);
    diag_print(diag, stderr);
    if (r >= 0)
        r = ledger_points(past.ledger, know, &past);
    if (r >= 0) {
        int64_t from_s = (int64_t)past.scene->start / STEP_S * STEP_S;
        bind_all(&past);
        r = run(&past, from_s, from_s + past.scene->history / 1000000);
    }
    rrd_reader_free(past.rrd);
    ledger_close(past.ledger);
    site_free(past.site);
    scene_free(past.scene);
    live_free(past.live);
    names_free(past.names);
    config_unref(past.config);
    diag_free(diag);
    if (r < 0)
        fprintf(stderr, "backfill: %s\n", strerror(-r));
    return r < 0;
}
