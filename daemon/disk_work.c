/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_work.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYNC_US    (5 * 1000000LL) /* a power cut costs this much */
#define TRIM_US    (10 * 1000000LL)
#define BOOKS_US   (60 * 1000000LL)
#define FIGURES_US (60 * 1000000LL) /* made of what is booked, so in the same turn */
#define FIRST_US   (10 * 1000000LL) /* after the start: by then devices have answered */
#define DAY_US     (86400 * 1000000LL)
#define UNASKED_US (600 * 1000000LL) /* by then every exit has asked for its reader */
/* A turn's share, so that the log is written each second all the same: 2,000 rows, or 400 files, are 0.2 s. */
#define ROWS_A_TURN    2000
#define UPDATES_A_TURN 400

static const char *const part_names[PART_COUNT] = {"log", "log-size", "rrd", "ledger", "devices", "mqtt"};

void disk_work_say(struct disk_work *work, enum disk_part part, bool begins, const char *words)
{
    /* each RRD file has its own words; of the others the first of a kind is enough */
    if (begins == work->in_trouble[part] && part != PART_RRD)
        return;
    work->in_trouble[part] = begins;
    struct disk_event *event = disk_event_new(DISK_TROUBLE);
    event->trouble = begins;
    snprintf(event->what, sizeof event->what, "%s", part_names[part]);
    snprintf(event->words, sizeof event->words, "%s", words);
    disk_box_put(work->box, event);
}

static void outcome(struct disk_work *work, enum disk_part part, int r, const char *what, const char *why)
{
    char words[240];
    if (r < 0)
        snprintf(words, sizeof words, "%s: %s", what, why ? why : strerror(-r));
    else
        snprintf(words, sizeof words, "%s is written again", what);
    disk_work_say(work, part, r < 0, words);
}

static void say_rrd(void *context, bool begins, const char *words)
{
    disk_work_say(context, PART_RRD, begins, words);
}

static struct log_limits limits_of(const struct config *config)
{
    return (struct log_limits){config->log_size, config->log_age_us / 1000};
}

/* DEVICE/PART/QUANTITY as the ledger remembers it: rows of it may wait in the log before anybody names it again. */
static void know_point(void *context, uint32_t number, const char *name)
{
    char device[ID_MAX + 1], part[PART_MAX], quantity[24];
    struct disk_work *work = context;
    if (sscanf(name, "%32[^/]/%47[^/]/%23[^/]", device, part, quantity) != 3)
        return;
    enum quantity q = quantity_parse(quantity);
    if (q != Q_NONE)
        (void)rrd_reader_point(work->rrd, number, device, part, q, 0);
}

/* A damaged log costs what was not yet read from it; it must not keep the daemon from starting. */
static int open_log(struct disk_work *work, const char *path, char *words, size_t size)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct log_limits limits = limits_of(work->config);
    int64_t booked = ledger_cursor(work->ledger);
    int r = log_open(path, &limits, booked, &work->log);
    if (r == -EUCLEAN) {
        for (int i = 0; i < 3; i++) {
            char from[PATH_MAX], to[PATH_MAX + 40];
            snprintf(from, sizeof from, "%s%s", path, ends[i]);
            snprintf(to, sizeof to, "%s.bad-%lld%s", path, (long long)time(NULL), ends[i]);
            (void)rename(from, to);
        }
        r = log_open(path, &limits, booked, &work->log);
        if (r >= 0)
            disk_work_say(work, PART_LOG, true, "log.db: damaged; set aside and begun anew");
    }
    if (r < 0)
        snprintf(words, size, "%s: %s", path, r == -EPROTO ? "written by a newer version of wattwacht" : strerror(-r));
    return r;
}

int disk_work_open(struct disk_work *work, const char *state, const struct config *config, struct disk_box *box,
                   char *words, size_t size)
{
    char path[PATH_MAX];
    struct log_stats stats;
    memset(work, 0, sizeof *work);
    work->state = strdup(state);
    work->config = config_ref((struct config *)config);
    work->box = box;
    snprintf(path, sizeof path, "%s/ledger.db", state);
    int r = ledger_open(path, true, &work->ledger);
    if (r < 0) {
        snprintf(words, size, "%s: %s", path, ledger_words(r));
        return r;
    }
    snprintf(path, sizeof path, "%s/log.db", state);
    r = open_log(work, path, words, size);
    if (r < 0)
        return r;
    work->log_rrd = log_reader(work->log, "rrd", true);
    work->log_ledger = log_reader(work->log, "ledger", true);
    if (work->log_rrd < 0 || work->log_ledger < 0)
        return work->log_rrd < 0 ? work->log_rrd : work->log_ledger;
    log_stats(work->log, &stats);
    work->ledger_fed = ledger_cursor(work->ledger);
    work->rrd_fed = log_cursor(work->log, work->log_rrd);
    snprintf(path, sizeof path, "%s/rrd", state);
    r = rrd_reader_new(path, config, work->rrd_fed, stats.newest, say_rrd, work, &work->rrd);
    if (r >= 0)
        r = ledger_points(work->ledger, know_point, work);
    if (r < 0)
        snprintf(words, size, "%s: %s", path, strerror(-r));
    return r;
}

void disk_work_close(struct disk_work *work)
{
    rrd_reader_free(work->rrd);
    log_close(work->log);
    ledger_close(work->ledger);
    if (work->config)
        config_unref(work->config);
    free(work->flush);
    free(work->state);
    memset(work, 0, sizeof *work);
}

static void feed_ledger(struct disk_work *work, const struct row *row)
{
    int r = ledger_feed(work->ledger, row);
    if (r < 0)
        outcome(work, PART_LEDGER, r, "ledger.db", NULL);
    work->ledger_fed = row->seq;
}

static void feed_rrd(struct disk_work *work, const struct row *row, struct disk_instant now)
{
    rrd_reader_feed(work->rrd, row, now.wall_ms / 1000, now.boot_us / 1000000);
    work->rrd_fed = row->seq;
}

/* Rows just written go on from memory to a reader that has had all before them. */
static void hand_on(struct disk_work *work, struct row *rows, struct disk_instant now)
{
    for (struct row *row = rows, *next; row; row = next) {
        next = row->next;
        if (work->ledger_fed >= row->seq - 1)
            feed_ledger(work, row);
        if (work->rrd_fed >= row->seq - 1)
            feed_rrd(work, row, now);
        row_free(row);
    }
}

static void write_log(struct disk_work *work, struct disk_instant now)
{
    struct row *rows;
    int r = 0;
    if (work->points_new) {
        /* a row must not outlive the names of its numbers */
        r = ledger_commit(work->ledger);
        outcome(work, PART_LEDGER, r, "ledger.db", NULL);
        if (r < 0)
            return;
        work->points_new = false;
    }
    r = log_commit(work->log, &rows);
    outcome(work, PART_LOG, r, "log.db", r < 0 ? log_words(work->log) : NULL);
    if (r < 0)
        return;
    for (int i = 0; i < LOG_READERS; i++)
        if (work->target[i]) {
            log_advance(work->log, i, work->target[i]);
            work->target[i] = 0;
        }
    hand_on(work, rows, now);
}

/* What a reader has not had, a share a turn. True where more is left. */
static bool catch_up(struct disk_work *work, int64_t *fed, bool rrd, struct disk_instant now)
{
    struct log_stats stats;
    struct row *rows = NULL;
    int64_t seen = *fed;
    log_stats(work->log, &stats);
    if (*fed >= stats.newest)
        return false;
    int r = log_read(work->log, *fed, ROWS_A_TURN, &rows, &seen);
    if (r < 0) {
        outcome(work, PART_LOG, r, "log.db: rows cannot be read", log_words(work->log));
        if (r != -EUCLEAN)
            return false;
        seen = stats.newest; /* what lies behind a damaged page is lost: go on with what comes */
    }
    for (struct row *row = rows, *next; row; row = next) {
        next = row->next;
        if (rrd)
            feed_rrd(work, row, now);
        else
            feed_ledger(work, row);
        row_free(row);
    }
    *fed = seen > *fed ? seen : stats.newest;
    return *fed < stats.newest;
}

static void notice(void *context, const struct ledger_notice *noticed)
{
    struct disk_work *work = context;
    struct disk_event *event = disk_event_new(DISK_NOTICE);
    ledger_notice_words(noticed, event->words, sizeof event->words);
    disk_box_put(work->box, event);
}

static void keep(struct disk_work *work, struct disk_instant now)
{
    if (now.boot_us - work->synced_us < SYNC_US)
        return;
    work->synced_us = now.boot_us;
    log_advance(work->log, work->log_rrd, rrd_reader_cursor(work->rrd));
    int r = log_sync(work->log);
    /* busy: a reader holds the WAL, the next one does it */
    if (r < 0 && r != -EBUSY)
        outcome(work, PART_LOG, r, "log.db", log_words(work->log));
}

/* Until then the rows stay in the log, so that a crash costs nothing; each account is written once a minute instead of
 * at each poll, which is a third of what the disk thread does. */
static void book(struct disk_work *work, struct disk_instant now)
{
    if (now.boot_us - work->booked_us < BOOKS_US)
        return;
    work->booked_us = now.boot_us;
    int r = ledger_commit(work->ledger);
    outcome(work, PART_LEDGER, r, "ledger.db", NULL);
    if (r >= 0)
        log_advance(work->log, work->log_ledger, work->ledger_fed);
}

static void trim(struct disk_work *work, struct disk_instant now)
{
    struct log_stats stats;
    char words[160];
    if (now.boot_us - work->trimmed_us < TRIM_US)
        return;
    work->trimmed_us = now.boot_us;
    if (now.boot_us - work->begun_us > UNASKED_US)
        log_forget_unasked(work->log);
    int r = log_trim(work->log, now.wall_ms);
    if (r < 0)
        outcome(work, PART_LOG, r, "log.db", log_words(work->log));
    log_stats(work->log, &stats);
    snprintf(words, sizeof words,
             "%" PRId64 " rows given up before every reader had them: the log is at its size or age",
             stats.dropped - work->dropped_said);
    disk_work_say(work, PART_LOG_SIZE, stats.dropped > work->dropped_said, words);
    work->dropped_said = stats.dropped;
}

static bool write_files(struct disk_work *work, struct disk_instant now, bool last)
{
    struct log_stats stats;
    log_stats(work->log, &stats);
    if (work->n_flush && !work->flush_seq)
        work->flush_seq = stats.newest ? stats.newest : 1;
    int64_t upto = last ? INT64_MAX : work->flush_seq;
    size_t n = rrd_reader_flush(work->rrd, now.wall_ms / 1000, now.boot_us / 1000000, upto, UPDATES_A_TURN);
    rrd_reader_passed(work->rrd, work->rrd_fed);
    bool more = n >= UPDATES_A_TURN;
    if (!work->n_flush)
        return more;
    if (work->rrd_fed < stats.newest || (more && rrd_reader_waits(work->rrd, work->flush_seq)))
        return true;
    log_advance(work->log, work->log_rrd, rrd_reader_cursor(work->rrd)); /* who asked sees at once how far it is */
    work->flushed = true;
    return more;
}

void disk_work_answer(struct disk_work *work)
{
    for (size_t i = 0; i < work->n_flush && work->flushed; i++) {
        struct disk_event *event = disk_event_new(DISK_FLUSHED);
        event->token = work->flush[i];
        disk_box_put(work->box, event);
    }
    if (!work->flushed)
        return;
    work->flushed = false;
    work->n_flush = 0;
    work->flush_seq = 0;
}

/* Once a day: quarters older than they have to be kept. */
static void let_go(struct disk_work *work, struct disk_instant now)
{
    if (work->aged_us && now.boot_us - work->aged_us < DAY_US)
        return;
    work->aged_us = now.boot_us;
    outcome(work, PART_LEDGER, ledger_trim(work->ledger, now.wall_ms / 1000), "ledger.db", NULL);
}

static void figure(struct disk_work *work, struct disk_instant now)
{
    struct kpi_result *results = NULL;
    size_t n = 0;
    if (!work->figures || now.boot_us - work->figured_us < FIGURES_US)
        return;
    work->figured_us = now.boot_us;
    let_go(work, now);
    int r = work->figures(work->ledger, work->config, now.wall_ms / 1000, &results, &n);
    if (r < 0) {
        outcome(work, PART_LEDGER, r, "figures", NULL);
        return;
    }
    struct disk_event *event = disk_event_new(DISK_KPIS);
    event->kpi = results;
    event->n_kpis = n;
    disk_box_put(work->box, event);
}

bool disk_work_turn(struct disk_work *work, struct disk_instant now, bool last)
{
    if (!work->begun_us) {
        work->begun_us = now.boot_us;
        work->begun_ms = now.wall_ms;
        work->figured_us = now.boot_us - FIGURES_US + FIRST_US;
        work->booked_us = now.boot_us - BOOKS_US + FIRST_US;
    }
    write_log(work, now);
    bool more = catch_up(work, &work->ledger_fed, false, now);
    ledger_notices(work->ledger, notice, work);
    more = catch_up(work, &work->rrd_fed, true, now) || more;
    more = write_files(work, now, last) || more;
    if (last)
        work->synced_us = work->booked_us = work->trimmed_us = 0;
    keep(work, now);
    book(work, now);
    trim(work, now);
    if (!last)
        figure(work, now);
    return more;
}
