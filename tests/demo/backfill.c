/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills a state directory with the past of a simulated scene: what its meters would have told each five minutes, taken
 * in by the daemon's own parts (flow, figures of the moment, ledger, RRD), so that graphs and reports have something to
 * show at once. No alert is raised of it. The names and roles are those that the daemon learnt: STATE/devices must be
 * there already, and nothing else. Two processes run the same past: one keeps the books, and both write files.
 *
 * backfill CONFIG STATE SCENE.yaml BEGIN END      BEGIN, END: Unix seconds; BEGIN is the scene's `since`
 */
#include "daemon/device_json.h"
#include "daemon/flow.h"
#include "daemon/kpi_now.h"
#include "daemon/ledger.h"
#include "daemon/names.h"
#include "daemon/rrd_reader.h"
#include "tests/sim/history.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_S   300
#define MINUTE_S 60
#define KEEP_S   (480 * STEP_S)

struct past {
    const char *state;
    struct config *config;
    struct names *names;
    struct live *live;
    struct alerts *alerts;
    struct watch *watch;
    struct flow *flow;
    struct kpi_now *figures;
    struct ledger *ledger;
    struct rrd_reader *rrd;
    struct history *history;
    int64_t seq, from_s;
    bool second; /* of two processes: without the ledger */
};

static uint32_t number(void *context, const char *name)
{
    return names_number(((struct past *)context)->names, name);
}

static void know(void *context, uint32_t number, const char *name)
{
    names_know(((struct past *)context)->names, number, name);
}

/* Which points get a graph of their past: of single phases only the current of a whole device, of outlets and branches
 * nothing. They are most of the points and little of what one looks at first. */
static bool graphed(const char *part, enum quantity quantity)
{
    struct part parsed;
    if (!strcmp(part, "kpi"))
        return true;
    if (part_parse(part, &parsed) < 0 || parsed.base == PB_BRANCH || parsed.base == PB_OUTLET)
        return false;
    return !parsed.phase || (quantity == Q_CURRENT && (parsed.base == PB_TOTAL || parsed.base == PB_INLET));
}

/* The books take about as long as a third of the files. */
static bool mine(const struct past *past, const struct record *record)
{
    unsigned sum = 0;
    for (const char *c = record->device; *c; c++)
        sum += (unsigned char)*c;
    for (const char *c = record->part; *c; c++)
        sum += (unsigned char)*c;
    return (sum % 3 != 0) == past->second;
}

static void record(void *context, const struct record *record)
{
    struct past *past = context;
    struct record slow = *record;
    slow.period_s = STEP_S;
    if (!past->second && ledger_define(past->ledger, &slow) < 0)
        fprintf(stderr, "backfill: %s/%s cannot be registered\n", record->device, record->part);
    if (mine(past, record) && graphed(record->part, record->quantity))
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

static struct shape *learnt(void *context, const char *device)
{
    const struct past *past = context;
    struct shape *shape = NULL;
    char path[400];
    snprintf(path, sizeof path, "%s/devices/%s.json", past->state, device);
    char *text = read_file(path);
    if (!text || device_json_read(text, &shape) < 0)
        fprintf(stderr, "backfill: %s was not learnt\n", device);
    free(text);
    return shape;
}

static void keep_shape(void *context, const char *device, const struct shape *shape)
{
    (void)context, (void)device, (void)shape;
}

static void raise_none(void *context, const struct alert_entry *entry)
{
    (void)context, (void)entry;
}

/* The figures are asked each minute, and kept each step. */
static void keep_row(void *context, struct row *row)
{
    struct past *past = context;
    int64_t now_s = row->wall_ms / 1000;
    if (now_s % STEP_S == 0) {
        row->seq = ++past->seq;
        row->session = 0; /* the daemon counts its runs from 1: another boot clock */
        if (!past->second)
            ledger_feed(past->ledger, row);
        rrd_reader_feed(past->rrd, row, now_s, now_s);
    }
    row_free(row);
}

/* Which of the history's points, which keep their order, is each of a device's. */
struct linked {
    struct live_device *device;
    size_t *at;
};

#define NO_TRUTH SIZE_MAX

static void link_device(struct past *past, struct live_device *device, struct linked *ret)
{
    const struct history_point *points;
    size_t n = history_points(past->history, &points);
    ret->device = device;
    ret->at = calloc(device->n_bound + 1, sizeof *ret->at);
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *point = device->bound[i];
        ret->at[i] = NO_TRUTH;
        for (size_t k = 0; point && k < n && ret->at[i] == NO_TRUTH; k++)
            if (!points[k].of_room && !strcmp(points[k].owner, device->config->id) &&
                !strcmp(points[k].part, point->part) &&
                !strcmp(points[k].quantity, quantity_row(point->quantity)->name))
                ret->at[i] = k;
    }
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

static struct moment moment_of(const struct past *past, int64_t now_s)
{
    return (struct moment){now_s * 1000, (now_s - past->from_s + 1) * 1000000};
}

/* What the device would have said at this time. */
static void poll_device(struct past *past, const struct linked *linked, const struct history_point *points,
                        struct moment now)
{
    struct answer *answer = answer_new(linked->device->number, ANSWER_VALUES, linked->device->n_bound);
    answer->wall_ms = now.wall_ms;
    answer->boot_us = now.boot_us;
    for (size_t i = 0; i < answer->n; i++)
        if (linked->at[i] != NO_TRUTH)
            answer->sample[i] = (struct sample){points[linked->at[i]].counter, QL_GOOD};
    linked->device->compared_us = now.boot_us; /* true values do not contradict each other */
    flow_answers(past->flow, answer, now);
}

/* Powers further than a minute apart make no power ratio: the values of a step hold until the next. */
static void step(struct past *past, const struct linked *linked, int64_t now_s)
{
    const struct history_point *points;
    history_points(past->history, &points);
    for (size_t i = 0; i < past->live->n_devices; i++)
        poll_device(past, &linked[i], points, moment_of(past, now_s));
    for (int64_t s = now_s; s < now_s + STEP_S; s += MINUTE_S)
        kpi_now_run(past->figures, past->live, past->flow, moment_of(past, s));
}

static int keep(struct past *past, int64_t now_s)
{
    rrd_reader_flush(past->rrd, now_s, now_s, INT64_MAX, SIZE_MAX);
    return past->second ? 0 : ledger_commit(past->ledger);
}

static int run(struct past *past, int64_t to_s, FILE *truth)
{
    size_t n = past->live->n_devices;
    struct linked *linked = calloc(n + 1, sizeof *linked);
    int r = 0;
    for (size_t i = 0; i < n; i++)
        link_device(past, past->live->device[i], &linked[i]);
    for (int64_t now_s = past->from_s; now_s <= to_s && r >= 0; now_s += STEP_S) {
        step(past, linked, now_s);
        if (truth && (now_s % 3600 == 0 || (now_s % 900 == 0 && to_s - now_s < 2 * 86400)))
            tell_truth(past, truth, now_s);
        if (now_s % KEEP_S == 0)
            r = keep(past, now_s);
        history_step(past->history, STEP_S);
    }
    for (size_t i = 0; i < n; i++)
        free(linked[i].at);
    free(linked);
    return r < 0 ? r : keep(past, to_s);
}

static int open_books(struct past *past, FILE **ret_truth)
{
    char path[400];
    snprintf(path, sizeof path, "%s/truth.ndjson", past->state);
    *ret_truth = fopen(path, "we");
    if (!*ret_truth)
        return -errno;
    snprintf(path, sizeof path, "%s/ledger.db", past->state);
    int r = ledger_open(path, true, &past->ledger);
    if (r < 0)
        return r;
    /* nobody else has this file yet, and what is half made is made again */
    sqlite3_exec(ledger_file(past->ledger), "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF", NULL, NULL,
                 NULL);
    return ledger_points(past->ledger, know, past);
}

/* In one of the two processes. */
static int fill(struct past *past, int64_t to_s)
{
    const struct flow_exits exits = {past, number, record, keep_row, keep_shape, NULL};
    FILE *truth = NULL;
    int r = past->second ? 0 : open_books(past, &truth);
    past->figures = kpi_now_new();
    past->alerts = alerts_new(raise_none, NULL, (struct moment){0}, INT64_MAX);
    past->watch = watch_new(past->live, past->alerts);
    past->flow = flow_new(past->live, past->watch, &exits);
    flow_clock(past->flow, true);
    if (r >= 0) {
        flow_config(past->flow, past->config, learnt);
        r = run(past, to_s, truth);
    }
    if (truth)
        fclose(truth);
    flow_free(past->flow);
    watch_free(past->watch);
    alerts_free(past->alerts);
    kpi_now_free(past->figures);
    ledger_close(past->ledger);
    return r;
}

static int open_all(struct past *past, const char *config, const char *scene, struct diag *diag)
{
    char path[400];
    const char *dirs[] = {config};
    char *text = read_file(scene);
    int r = config_load(dirs, 1, getenv("CREDENTIALS_DIRECTORY"), PROFILES_USED, NULL, diag, &past->config);
    if (!r)
        r = text ? history_open(scene, text, (double)past->from_s, diag, &past->history) : -ENOENT;
    free(text);
    snprintf(path, sizeof path, "%s/rrd", past->state);
    mkdir(path, 0750);
    if (!r)
        r = rrd_reader_new(path, past->config, 0, 0, say, NULL, &past->rrd);
    return r;
}

/* The second process ends with the first one. */
static int fill_by_two(struct past *past, int64_t to_s)
{
    int status = 0;
    pid_t first = getpid(), second = fork();
    if (second < 0)
        return -errno;
    past->second = second == 0;
    if (past->second && (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != first))
        return -ECHILD;
    int r = fill(past, to_s);
    if (!past->second && (waitpid(second, &status, 0) < 0 || status) && !r)
        r = -ECHILD;
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
    past.state = argv[2];
    past.from_s = atoll(argv[4]) / STEP_S * STEP_S;
    int r = open_all(&past, argv[1], argv[3], diag);
    diag_print(diag, stderr);
    if (r >= 0)
        r = fill_by_two(&past, atoll(argv[5]));
    rrd_reader_free(past.rrd);
    history_close(past.history);
    live_free(past.live);
    names_free(past.names);
    config_unref(past.config);
    diag_free(diag);
    if (r < 0)
        fprintf(stderr, "backfill: %s\n", strerror(-r));
    return r < 0;
}
