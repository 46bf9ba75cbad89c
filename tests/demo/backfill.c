/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills a state directory with the past of a simulated scene: one sample each five minutes, of quality `estimated`,
 * so that graphs and reports have something to show at once. The names and roles are those that the daemon learnt:
 * STATE/devices must be there already, and nothing else.
 *
 * backfill CONFIG STATE SCENE.yaml BEGIN END      BEGIN, END: Unix seconds; BEGIN is the scene's `since`
 */
#include "daemon/bind.h"
#include "daemon/device_json.h"
#include "daemon/ledger.h"
#include "daemon/names.h"
#include "daemon/rrd_reader.h"
#include "tests/sim/history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define STEP_S 300

struct past {
    const char *state;
    struct config *config;
    struct names *names;
    struct live *live;
    struct ledger *ledger;
    struct rrd_reader *rrd;
    struct history *history;
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

/* Of outlets only what they took, of single phases only the current of a whole device: they are most of the points and
 * little of what one looks at first. */
static bool told(const char *part, enum quantity quantity)
{
    struct part parsed;
    if (part_parse(part, &parsed) < 0 || parsed.base == PB_BRANCH)
        return false;
    if (parsed.base == PB_OUTLET)
        return quantity == Q_ENERGY;
    return !parsed.phase || (quantity == Q_CURRENT && (parsed.base == PB_TOTAL || parsed.base == PB_INLET));
}

static void record(void *context, const struct record *record)
{
    struct past *past = context;
    struct record slow = *record;
    slow.period_s = STEP_S;
    if (ledger_define(past->ledger, &slow) < 0)
        fprintf(stderr, "backfill: %s/%s cannot be registered\n", record->device, record->part);
    if (told(record->part, record->quantity))
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

/* The points of a device, as far as the model has a truth for them. */
struct link {
    const struct live_point *point;
    size_t at; /* in the history's points, which keep their order */
};

struct linked {
    struct live_device *device;
    size_t n;
    struct link *link;
};

static void link_device(struct past *past, struct live_device *device, struct linked *ret)
{
    const struct history_point *points;
    size_t n = history_points(past->history, &points);
    ret->device = device;
    ret->link = calloc(device->n_bound + 1, sizeof *ret->link);
    for (size_t i = 0; i < device->n_bound; i++)
        for (size_t k = 0; device->bound[i] && told(device->bound[i]->part, device->bound[i]->quantity) && k < n; k++)
            if (!points[k].of_room && !strcmp(points[k].owner, device->config->id) &&
                !strcmp(points[k].part, device->bound[i]->part) &&
                !strcmp(points[k].quantity, quantity_row(device->bound[i]->quantity)->name)) {
                ret->link[ret->n++] = (struct link){device->bound[i], k};
                break;
            }
}

static int compare(const void *a, const void *b)
{
    const struct row_value *x = a, *y = b;
    return (x->point > y->point) - (x->point < y->point);
}

/* The rooms' energies each hour, each quarter of the last two days: what a window's figures should be. */
static void tell_truth(struct past *past, FILE *out, int64_t now_s)
{
    const struct history_point *points;
    size_t n = history_points(past->history, &points);
    for (size_t i = 0; i < n; i++)
        if (points[i].of_room && !strcmp(points[i].quantity, "energy"))
            fprintf(out, "{\"t\": %lld, \"point\": \"%s/kpi/%s\", \"energy_wh\": %.3f}\n", (long long)now_s,
                    points[i].owner, points[i].part, points[i].value);
}

/* What the device would have said at this time. */
static void put_device(struct past *past, const struct linked *linked, const struct history_point *points,
                       int64_t now_s, int64_t since_us)
{
    struct row *row = row_new(linked->n);
    row->seq = ++past->seq;
    row->session = 1;
    row->device = linked->device->number;
    row->wall_ms = now_s * 1000;
    row->boot_us = since_us;
    for (size_t i = 0; i < linked->n; i++)
        row->value[i] =
            (struct row_value){linked->link[i].point->number, QL_ESTIMATED, points[linked->link[i].at].counter};
    qsort(row->value, row->n, sizeof *row->value, compare);
    if (row->n) {
        ledger_feed(past->ledger, row);
        rrd_reader_feed(past->rrd, row, now_s, past->seq / 64);
    }
    row_free(row);
}

static int run(struct past *past, int64_t from_s, int64_t to_s)
{
    size_t n = past->live->n_devices;
    char path[400];
    snprintf(path, sizeof path, "%s/truth.ndjson", past->state);
    FILE *truth = fopen(path, "we");
    if (!truth)
        return -errno;
    struct linked *linked = calloc(n + 1, sizeof *linked);
    int r = 0;
    for (size_t i = 0; i < n; i++)
        link_device(past, past->live->device[i], &linked[i]);
    for (int64_t now_s = from_s; now_s <= to_s && r >= 0; now_s += STEP_S) {
        const struct history_point *points;
        history_points(past->history, &points);
        for (size_t i = 0; i < n; i++)
            put_device(past, &linked[i], points, now_s, (now_s - from_s + 1) * 1000000);
        if (now_s % 3600 == 0 || (now_s % 900 == 0 && to_s - now_s < 2 * 86400))
            tell_truth(past, truth, now_s);
        if ((now_s - from_s) / STEP_S % 288 == 0)
            r = ledger_commit(past->ledger);
        history_step(past->history, STEP_S);
    }
    rrd_reader_flush(past->rrd, to_s, INT64_MAX / 2, INT64_MAX, SIZE_MAX);
    for (size_t i = 0; i < n; i++)
        free(linked[i].link);
    free(linked);
    fclose(truth);
    return r < 0 ? r : ledger_commit(past->ledger);
}

static int open_all(struct past *past, const char *config, const char *scene, int64_t begin_s, struct diag *diag)
{
    char path[400];
    const char *dirs[] = {config};
    char *text = read_file(scene);
    int r = config_load(dirs, 1, getenv("CREDENTIALS_DIRECTORY"), NULL, diag, &past->config);
    if (!r)
        r = text ? history_open(scene, text, (double)begin_s, diag, &past->history) : -ENOENT;
    free(text);
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
    if (argc != 6) {
        fprintf(stderr, "usage: backfill CONFIG STATE SCENE.yaml BEGIN END\n");
        return 2;
    }
    int64_t from_s = atoll(argv[4]) / STEP_S * STEP_S, to_s = atoll(argv[5]);
    past.state = argv[2];
    int r = open_all(&past, argv[1], argv[3], from_s, diag);
    diag_print(diag, stderr);
    if (r >= 0)
        r = ledger_points(past.ledger, know, &past);
    if (r >= 0) {
        bind_all(&past);
        r = run(&past, from_s, to_s);
    }
    rrd_reader_free(past.rrd);
    ledger_close(past.ledger);
    history_close(past.history);
    live_free(past.live);
    names_free(past.names);
    config_unref(past.config);
    diag_free(diag);
    if (r < 0)
        fprintf(stderr, "backfill: %s\n", strerror(-r));
    return r < 0;
}
