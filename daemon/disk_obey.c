/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_obey.h"

#include "daemon/device_file.h"
#include "daemon/ledger_alerts.h"
#include "daemon/ledger_manual.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAST_ALERTS 1000

static void obey_row(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)log_append(work->log, order->row, now.wall_ms); /* one from the future is counted there */
    order->row = NULL;
}

static void obey_point(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    const struct record *record = order->record;
    char words[240];
    (void)now;
    int r = ledger_define(work->ledger, record);
    if (r < 0) {
        snprintf(words, sizeof words, "point %s/%s/%s: %s", record->device, record->part,
                 quantity_row(record->quantity)->name, strerror(-r));
        disk_work_say(work, PART_LEDGER, true, words);
    }
    (void)rrd_reader_point(work->rrd, record->number, record->device, record->part, record->quantity, record->period_s);
    work->points_new = true;
}

static void obey_config(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    struct config *before = work->config;
    (void)now;
    work->config = order->config;
    order->config = NULL;
    log_limit(work->log, &(struct log_limits){work->config->log_size, work->config->log_age_us / 1000});
    (void)rrd_reader_config(work->rrd, work->config); /* spans were checked with the configuration */
    config_unref(before);
}

static void obey_alert(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    char words[240];
    (void)now;
    int r = ledger_alert(work->ledger, order->alert);
    if (r < 0) {
        snprintf(words, sizeof words, "ledger.db: an alert cannot be kept: %s", strerror(-r));
        disk_work_say(work, PART_LEDGER, true, words);
    }
    /* that the disk is full is worth saying although it cannot be written */
    struct disk_event *event = disk_event_new(DISK_ALERT_KEPT);
    event->alert = *order->alert;
    disk_box_put(work->box, event);
}

static void refused(struct disk_work *work, const char *what, const char *name, int r)
{
    char words[240];
    snprintf(words, sizeof words, "%s %s: %s", what, name,
             r == -ENOENT   ? "no such manual meter"
             : r == -EINVAL ? "not later or lower than what is there, or no number"
                            : strerror(-r));
    disk_work_say(work, PART_LEDGER, true, words);
}

static void obey_silence(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)now;
    int r = ledger_silence(work->ledger, order->name, order->at, order->text);
    if (r < 0)
        refused(work, "silence", order->name, r);
}

static void obey_reading(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    struct record meter;
    (void)now;
    bool known = ledger_meter(work->ledger, order->name, &meter);
    int r = known ? ledger_reading(work->ledger, &meter, order->at, order->value) : -ENOENT;
    if (r < 0)
        refused(work, "meter reading of", order->name, r);
}

static void obey_import(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    struct record meter;
    (void)now;
    bool known = ledger_meter(work->ledger, order->name, &meter);
    int r = known ? ledger_import(work->ledger, &meter, order->n, order->quarter_s, order->wh) : -ENOENT;
    if (r < 0)
        refused(work, "quarter-hours of", order->name, r);
}

static void obey_device(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    char words[240];
    (void)now;
    int r = device_file_write(work->state, order->name, order->text);
    snprintf(words, sizeof words, "devices/%s.json: %s", order->name, r < 0 ? strerror(-r) : "written again");
    disk_work_say(work, PART_DEVICES, r < 0, words);
}

static void obey_note(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    char words[240];
    (void)now;
    int r = state_file_write(work->state, "mqtt", order->name, order->text);
    snprintf(words, sizeof words, "mqtt/%s.json: %s", order->name, r < 0 ? strerror(-r) : "written again");
    disk_work_say(work, PART_NOTES, r < 0, words);
}

static void obey_flush(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)now;
    uint64_t *grown = reallocarray(work->flush, work->n_flush + 1, sizeof *grown);
    if (!grown)
        abort();
    work->flush = grown;
    work->flush[work->n_flush++] = order->token;
    work->flush_seq = 0; /* what this turn writes too */
}

static void obey_reader(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)now;
    int reader = log_reader(work->log, order->name, false);
    if (reader < 0 || order->wanted)
        return;
    log_forget(work->log, reader);
    work->mark[reader] = work->target[reader] = work->missed[reader] = 0;
}

/* Rows that get their numbers in this turn included. */
static int64_t so_far(const struct disk_work *work)
{
    struct log_stats stats;
    log_stats(work->log, &stats);
    return stats.newest + stats.waiting;
}

static void obey_history_mark(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)now;
    int reader = log_reader(work->log, order->name, false);
    if (reader >= 0)
        work->mark[reader] = so_far(work);
}

static int keep_alert(void *context, const struct alert_entry *entry)
{
    struct disk_event *event = context;
    event->past_alert = reallocarray(event->past_alert, event->n_alerts + 1, sizeof *entry);
    if (!event->past_alert)
        abort();
    event->past_alert[event->n_alerts++] = *entry;
    return event->n_alerts < PAST_ALERTS ? 0 : -E2BIG;
}

/* A run that was killed while a view was away took the transitions with it that waited for that. */
static void add_alerts(struct disk_work *work, struct disk_event *event, int reader)
{
    if (!event->row || work->alerts_had[reader] || event->row->wall_ms >= work->begun_ms)
        return;
    (void)ledger_alert_history(work->ledger, event->row->wall_ms, work->begun_ms, keep_alert, event);
    for (size_t i = 0, k = event->n_alerts; i + 1 < k; i++, k--) { /* the newest came first */
        struct alert_entry other = event->past_alert[k - 1];
        event->past_alert[k - 1] = event->past_alert[i];
        event->past_alert[i] = other;
    }
}

static void obey_history(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)now;
    int reader = log_reader(work->log, order->name, false);
    struct disk_event *event = disk_event_new(DISK_HISTORY);
    snprintf(event->what, sizeof event->what, "%s", order->name);
    if (reader >= 0) {
        struct log_stats stats;
        log_stats(work->log, &stats);
        int64_t cursor = log_cursor(work->log, reader), first = stats.oldest ? stats.oldest : stats.newest + 1;
        if (cursor < work->target[reader])
            cursor = work->target[reader]; /* done, and written with this turn's rows */
        event->upto = cursor;
        int64_t from = cursor > work->missed[reader] ? cursor : work->missed[reader];
        event->missed = from < first - 1 ? first - 1 - from : 0;
        work->missed[reader] = first - 1;
        int r = log_read(work->log, cursor, (size_t)order->at, &event->row, &event->upto);
        if ((r >= 0 || r == -EUCLEAN) && !event->row && event->upto < stats.newest)
            event->upto = stats.newest; /* given up by the log, or behind a damaged page: all of it */
        event->reached = event->upto >= work->mark[reader];
        add_alerts(work, event, reader);
    }
    disk_box_put(work->box, event);
}

static void obey_history_done(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    (void)now;
    int reader = log_reader(work->log, order->name, false);
    if (reader < 0)
        return;
    int64_t seq = order->at == INT64_MAX ? work->mark[reader] : order->at;
    int64_t newest = so_far(work);
    seq = seq < newest ? seq : newest;
    if (seq > work->target[reader])
        work->target[reader] = seq;
    work->alerts_had[reader] = true;
}

static void (*const obey[])(struct disk_work *work, struct disk_order *order, struct disk_instant now) = {
    [ORDER_ROW] = obey_row,
    [ORDER_POINT] = obey_point,
    [ORDER_CONFIG] = obey_config,
    [ORDER_ALERT] = obey_alert,
    [ORDER_SILENCE] = obey_silence,
    [ORDER_READING] = obey_reading,
    [ORDER_IMPORT] = obey_import,
    [ORDER_DEVICE] = obey_device,
    [ORDER_NOTE] = obey_note,
    [ORDER_FLUSH] = obey_flush,
    [ORDER_READER] = obey_reader,
    [ORDER_HISTORY] = obey_history,
    [ORDER_HISTORY_MARK] = obey_history_mark,
    [ORDER_HISTORY_DONE] = obey_history_done,
};

void disk_obey(struct disk_work *work, struct disk_order *order, struct disk_instant now)
{
    obey[order->kind](work, order, now);
    disk_order_free(order);
}
