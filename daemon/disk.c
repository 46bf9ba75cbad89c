/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk.h"

#include "daemon/device_file.h"
#include "daemon/disk_obey.h"
#include "daemon/figures.h"
#include "daemon/ledger_alerts.h"
#include "daemon/state_dir.h"
#include "drivers/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURN_US 1000000LL /* committed every second */
/* Half of the unit's TimeoutStopSec: what a slow disk has not taken by then stays in the log. */
#define FINISH_US 30000000LL

struct disk {
    struct disk_work work; /* the thread's, once it runs */
    struct disk_box *box;
    struct disk_orders *orders;
    int lock_fd;
    uint32_t session;
    bool running;
    pthread_t thread;
    pthread_mutex_t lock; /* of stats */
    struct disk_stats stats;
};

static struct disk_instant instant(void)
{
    struct timespec wall, boot;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return (struct disk_instant){(int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
                                 (int64_t)boot.tv_sec * 1000000 + boot.tv_nsec / 1000};
}

static void tell_stats(struct disk *disk, int64_t boot_us)
{
    struct log_stats log;
    struct rrd_counts rrd;
    struct disk_work *work = &disk->work;
    log_stats(work->log, &log);
    rrd_reader_counts(work->rrd, &rrd);
    int64_t booked = ledger_last_wall_ms(work->ledger);
    pthread_mutex_lock(&disk->lock);
    disk->stats = (struct disk_stats){
        .log_rows = log.rows,
        .log_bytes = log.bytes,
        .rrd = {log.newest - log_cursor(work->log, work->log_rrd)},
        .ledger = {log.newest - work->ledger_fed > 0 ? log.newest - work->ledger_fed : 0},
        .mqtt = {log_behind(work->log, "mqtt")},
        .dropped_rows = log.dropped,
        .future_rows = log.future,
        .repeated = (int64_t)rrd.repeated,
        .heartbeat_us = boot_us,
        .last_wall_ms = booked > log.wall_ms ? booked : log.wall_ms,
    };
    pthread_mutex_unlock(&disk->lock);
}

static void turn(struct disk *disk, struct disk_order *orders, bool last, bool *ret_more)
{
    struct disk_instant now = instant();
    for (struct disk_order *order = orders, *next; order; order = next) {
        next = order->next;
        disk_obey(&disk->work, order, now);
    }
    *ret_more = disk_work_turn(&disk->work, now, last);
    tell_stats(disk, instant().boot_us);
    disk_work_answer(&disk->work);
}

static void finish(struct disk *disk)
{
    bool more = true, stop;
    for (int64_t begin = instant().boot_us; more && instant().boot_us - begin < FINISH_US;)
        turn(disk, disk_orders_take(disk->orders, 0, &stop), true, &more);
}

static void *run(void *context)
{
    struct disk *disk = context;
    int64_t due = instant().boot_us;
    bool stop = false, more = false;
    while (!stop) {
        struct disk_order *orders = disk_orders_take(disk->orders, more ? 0 : due, &stop);
        turn(disk, orders, false, &more);
        int64_t now = instant().boot_us;
        if (now >= due)
            due = now + TURN_US - (now - due) % TURN_US;
    }
    finish(disk);
    return NULL;
}

static int fail(struct disk *disk, struct diag *diag, const char *state, const char *words, int r)
{
    diag_error(diag, (struct place){state, 0, 0}, "state", "%s", words);
    disk_stop(disk);
    return r;
}

int disk_open(const char *state, const struct config *config, struct diag *diag, struct disk **ret)
{
    char words[240] = "out of memory";
    struct disk *disk = calloc(1, sizeof *disk);
    if (!disk)
        return -ENOMEM;
    disk->lock_fd = -1;
    pthread_mutex_init(&disk->lock, NULL);
    disk->box = disk_box_new();
    disk->orders = disk_orders_new();
    if (!disk->box || !disk->orders)
        return fail(disk, diag, state, words, -ENOMEM);
    int r = state_dir_take(state, &disk->lock_fd, words, sizeof words);
    if (r >= 0)
        r = disk_work_open(&disk->work, state, config, disk->box, words, sizeof words);
    if (r < 0)
        return fail(disk, diag, state, words, r);
    disk->work.figures = figures_run;
    disk->session = log_session(disk->work.log);
    tell_stats(disk, instant().boot_us);
    *ret = disk;
    return 0;
}

int disk_points(struct disk *disk, ledger_point_seen *seen, void *context)
{
    return ledger_points(disk->work.ledger, seen, context);
}

struct alert_context {
    disk_alert_seen *seen;
    void *context;
};

static int one_alert(void *context, const struct alert_entry *entry)
{
    const struct alert_context *c = context;
    c->seen(c->context, entry);
    return 0;
}

int disk_active_alerts(struct disk *disk, disk_alert_seen *seen, void *context)
{
    struct alert_context c = {seen, context};
    return ledger_alerts_active(disk->work.ledger, one_alert, &c);
}

struct silence_context {
    disk_silence_seen *seen;
    void *context;
};

static int one_silence(void *context, const char *target, int64_t until_ms, const char *reason)
{
    const struct silence_context *c = context;
    c->seen(c->context, target, until_ms, reason);
    return 0;
}

int disk_silences(struct disk *disk, int64_t now_ms, disk_silence_seen *seen, void *context)
{
    struct silence_context c = {seen, context};
    return ledger_silences(disk->work.ledger, now_ms, one_silence, &c);
}

int disk_readings(struct disk *disk, ledger_reading_seen *seen, void *context)
{
    return ledger_readings(disk->work.ledger, seen, context);
}

char *disk_device_read(struct disk *disk, const char *id)
{
    return device_file_read(disk->work.state, id);
}

char *disk_note_read(struct disk *disk, const char *name)
{
    return state_file_read(disk->work.state, "mqtt", name);
}

uint32_t disk_session(const struct disk *disk)
{
    return disk->session;
}

int disk_start(struct disk *disk)
{
    int r = thread_begin(&disk->thread, "disk", 0, run, disk);
    disk->running = r == 0;
    return r;
}

void disk_stop(struct disk *disk)
{
    if (!disk)
        return;
    if (disk->running) {
        disk_orders_stop(disk->orders);
        pthread_join(disk->thread, NULL);
    } else if (disk->work.rrd) {
        finish(disk);
    }
    disk_work_close(&disk->work);
    disk_orders_free(disk->orders);
    disk_box_free(disk->box);
    if (disk->lock_fd >= 0)
        close(disk->lock_fd);
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}

int disk_fd(const struct disk *disk)
{
    return disk_box_fd(disk->box);
}

struct disk_event *disk_take(struct disk *disk)
{
    return disk_box_take(disk->box);
}

void disk_stats(struct disk *disk, struct disk_stats *ret)
{
    pthread_mutex_lock(&disk->lock);
    *ret = disk->stats;
    pthread_mutex_unlock(&disk->lock);
}

static char *copy(const char *text)
{
    char *copied = strdup(text ? text : "");
    if (!copied)
        abort();
    return copied;
}

void disk_config(struct disk *disk, const struct config *config)
{
    struct disk_order *order = disk_order_new(ORDER_CONFIG);
    order->config = config_ref((struct config *)config);
    disk_orders_put(disk->orders, order);
}

void disk_point(struct disk *disk, const struct record *record)
{
    struct disk_order *order = disk_order_new(ORDER_POINT);
    order->record = disk_record_copy(record);
    disk_orders_put(disk->orders, order);
}

void disk_row(struct disk *disk, struct row *row)
{
    struct disk_order *order = disk_order_new(ORDER_ROW);
    order->row = row;
    disk_orders_put(disk->orders, order);
}

void disk_alert(struct disk *disk, const struct alert_entry *entry)
{
    struct disk_order *order = disk_order_new(ORDER_ALERT);
    order->alert = malloc(sizeof *entry);
    if (!order->alert)
        abort();
    *order->alert = *entry;
    disk_orders_put(disk->orders, order);
}

void disk_silence(struct disk *disk, const char *target, int64_t until_ms, const char *reason)
{
    struct disk_order *order = disk_order_new(ORDER_SILENCE);
    order->name = copy(target);
    order->text = copy(reason);
    order->at = until_ms;
    disk_orders_put(disk->orders, order);
}

void disk_reading(struct disk *disk, const char *source, int64_t at_s, double register_wh)
{
    struct disk_order *order = disk_order_new(ORDER_READING);
    order->name = copy(source);
    order->at = at_s;
    order->value = register_wh;
    disk_orders_put(disk->orders, order);
}

static void *copy_array(const void *array, size_t n, size_t size)
{
    void *copied = reallocarray(NULL, n ? n : 1, size);
    if (!copied)
        abort();
    return memcpy(copied, array, n * size);
}

void disk_import(struct disk *disk, const char *source, size_t n, const int64_t *quarter_s, const double *wh)
{
    struct disk_order *order = disk_order_new(ORDER_IMPORT);
    order->name = copy(source);
    order->n = n;
    order->quarter_s = copy_array(quarter_s, n, sizeof *quarter_s);
    order->wh = copy_array(wh, n, sizeof *wh);
    disk_orders_put(disk->orders, order);
}

void disk_device_write(struct disk *disk, const char *id, const char *json)
{
    struct disk_order *order = disk_order_new(ORDER_DEVICE);
    order->name = copy(id);
    order->text = copy(json);
    disk_orders_put(disk->orders, order);
}

void disk_note_write(struct disk *disk, const char *name, const char *json)
{
    struct disk_order *order = disk_order_new(ORDER_NOTE);
    order->name = copy(name);
    order->text = copy(json);
    disk_orders_put(disk->orders, order);
}

void disk_flush(struct disk *disk, uint64_t token)
{
    struct disk_order *order = disk_order_new(ORDER_FLUSH);
    order->token = token;
    disk_orders_put(disk->orders, order);
}

void disk_reader(struct disk *disk, const char *name, bool wanted)
{
    struct disk_order *order = disk_order_new(ORDER_READER);
    order->name = copy(name);
    order->wanted = wanted;
    disk_orders_put(disk->orders, order);
}

void disk_history_mark(struct disk *disk, const char *name)
{
    struct disk_order *order = disk_order_new(ORDER_HISTORY_MARK);
    order->name = copy(name);
    disk_orders_put(disk->orders, order);
}

void disk_history(struct disk *disk, const char *name, size_t most)
{
    struct disk_order *order = disk_order_new(ORDER_HISTORY);
    order->name = copy(name);
    order->at = (int64_t)most;
    disk_orders_put(disk->orders, order);
}

void disk_history_done(struct disk *disk, const char *name, int64_t seq)
{
    struct disk_order *order = disk_order_new(ORDER_HISTORY_DONE);
    order->name = copy(name);
    order->at = seq;
    disk_orders_put(disk->orders, order);
}
