/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the MQTT exit stands, against a broker that somebody else has started.
 *
 * publish live PORT QOS UPDATES SECONDS   point updates a second, six to a state, ten bursts a second; prints what a
 *                                         burst left waiting at most, states overtaken, CPU a point update
 * publish outage PORT STATE HOURS         fills a log with 100 readings a second while nobody listens on the port, says
 *                                         "filled", waits for a line, and prints how long it took to tell all of
 *                                         it, and by how much the loop was late before and meanwhile
 */
#include "daemon/disk.h"
#include "daemon/mqtt.h"
#include "mqtt_site.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <time.h>

#define POINTS_MAX 20000
#define BURST_US   100000
#define TICK_US    10000

static struct test_site site;
static struct mqtt *mqtt;
static struct disk *disk;
static sd_event *loop;
static const struct live_point *points[POINTS_MAX];

static int64_t now_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1e6 * (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void poll_all(double value)
{
    size_t n = test_site_poll(&site, 0, value, now_us(CLOCK_REALTIME) / 1000, points, POINTS_MAX);
    mqtt_sink.polled(mqtt, site.live->device[0], points, n);
}

static int start(const char *port, unsigned qos, const struct mqtt_store *store)
{
    static char server[64];
    snprintf(server, sizeof server, "mqtt://127.0.0.1:%s", port);
    struct mqtt_config config = {.server = server, .prefix = "bench", .version = 3, .qos = qos, .native = true};
    return mqtt_start(loop, &config, site.live, store, "bench", &mqtt);
}

static int live(const char *port, unsigned qos, unsigned updates, int seconds)
{
    struct mqtt_wire_stats stats, before;
    size_t most = 0;
    test_site_outlets(&site, updates / 10 / 6);
    test_site_poll(&site, 0, 0, 1, points, POINTS_MAX);
    if (start(port, qos, NULL) < 0)
        return 1;
    do {
        sd_event_run(loop, 10000);
        mqtt_stats(mqtt, &stats);
    } while (stats.sent < updates / 10 / 6 || stats.outbox.messages > 0);
    before = stats;
    double cpu = cpu_us();
    int64_t begin = now_us(CLOCK_MONOTONIC), due = begin;
    unsigned bursts = 0;
    for (; bursts < (unsigned)seconds * 10; bursts++, due += BURST_US) {
        while (now_us(CLOCK_MONOTONIC) < due)
            sd_event_run(loop, (uint64_t)(due - now_us(CLOCK_MONOTONIC)));
        mqtt_stats(mqtt, &stats);
        if (bursts > 0 && stats.outbox.messages > most)
            most = stats.outbox.messages;
        poll_all(230.123 + bursts);
    }
    do {
        sd_event_run(loop, 1000);
        mqtt_stats(mqtt, &stats);
    } while (stats.outbox.messages > 0 || stats.under_way > 0);
    printf("%zu %llu %.3f %.0f\n", most, (unsigned long long)(stats.outbox.overtaken - before.outbox.overtaken),
           (cpu_us() - cpu) / (double)bursts / (double)(updates / 10),
           (double)bursts * (updates / 10) * 1e6 / (double)(now_us(CLOCK_MONOTONIC) - begin));
    mqtt_stop(mqtt);
    return 0;
}

static void reader(void *context, const char *name, bool wanted)
{
    disk_reader(context, name, wanted);
}

static void mark(void *context, const char *name)
{
    disk_history_mark(context, name);
}

static void ask(void *context, const char *name, size_t most)
{
    disk_history(context, name, most);
}

static void done(void *context, const char *name, int64_t seq)
{
    disk_history_done(context, name, seq);
}

static char *noted(void *context, const char *name)
{
    (void)context;
    (void)name;
    return NULL;
}

static void note(void *context, const char *name, const char *json)
{
    (void)context;
    (void)name;
    (void)json;
}

static uint64_t flushed;

static int on_disk(sd_event_source *source, int fd, uint32_t events, void *context)
{
    (void)source;
    (void)fd;
    (void)events;
    (void)context;
    for (struct disk_event *event = disk_take(disk), *next; event; event = next) {
        next = event->next;
        if (event->kind == DISK_FLUSHED)
            flushed = event->token;
        if (event->kind == DISK_HISTORY) {
            struct mqtt_rows rows = {event->row, event->upto, event->reached, event->missed, 0, NULL};
            mqtt_history(mqtt, event->what, &rows);
            event->row = rows.row;
        }
        disk_event_free(event);
    }
    return 0;
}

/* A row a second of a hundred readings, like ten PDUs of a hundred every ten seconds. */
static void fill(int64_t rows, int64_t from_ms)
{
    for (int64_t i = 0; i < rows; i++) {
        struct row *row = row_new(102);
        row->device = 1;
        row->wall_ms = from_ms + i * 1000;
        row->boot_us = i * 1000000;
        for (size_t k = 0; k < row->n; k++)
            row->value[k] = (struct row_value){(uint32_t)k + (k < 3 ? 1 : 2), QL_GOOD, 230.1 + (double)(i % 100)};
        disk_row(disk, row);
        if (i % 5000 && i < rows - 1)
            continue;
        disk_flush(disk, (uint64_t)i + 1);
        while (flushed < (uint64_t)i + 1)
            sd_event_run(loop, 10000);
    }
}

static int64_t late_us[1 << 20];
static size_t n_late;

static int on_tick(sd_event_source *source, uint64_t at, void *context)
{
    (void)context;
    if (n_late < sizeof late_us / sizeof late_us[0])
        late_us[n_late++] = now_us(CLOCK_MONOTONIC) - (int64_t)at;
    sd_event_source_set_time(source, at + TICK_US);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void sort_lateness(double *ret_p99, double *ret_worst)
{
    qsort(late_us, n_late, sizeof late_us[0], by_size);
    *ret_p99 = (double)late_us[n_late * 99 / 100] / 1e3;
    *ret_worst = (double)late_us[n_late - 1] / 1e3;
    n_late = 0;
}

static int outage(const char *port, const char *state, int hours)
{
    static struct rrd_span span = {10, 86400};
    struct config config = {.site = "stad",
                            .log_size = UINT64_C(2) << 30,
                            .log_age_us = INT64_C(7) * 86400 * 1000000,
                            .rrd_step_s = 10,
                            .span = &span,
                            .n_spans = 1};
    struct mqtt_relay_stats stats;
    struct diag *diag = diag_new();
    char line[8];
    int64_t rows = (int64_t)hours * 3600;
    atomic_init(&config.refs, 1000);
    if (disk_open(state, &config, diag, &disk) < 0 || disk_start(disk) < 0)
        return 1;
    sd_event_add_io(loop, NULL, disk_fd(disk), EPOLLIN, on_disk, NULL);
    struct mqtt_store store = {disk, reader, mark, ask, done, noted, note};
    test_site_outlets(&site, 17);
    test_site_poll(&site, 0, 1, 1, points, POINTS_MAX);
    if (start(port, 0, &store) < 0)
        return 1;
    fill(rows, now_us(CLOCK_REALTIME) / 1000 - rows * 1000);
    struct disk_stats kept;
    disk_stats(disk, &kept);
    printf("filled %lld\n", (long long)kept.log_bytes);
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return 1;
    sd_event_add_time(loop, NULL, CLOCK_MONOTONIC, (uint64_t)now_us(CLOCK_MONOTONIC), 100, on_tick, NULL);
    do { /* the pause between two attempts may have grown to a minute */
        sd_event_run(loop, 1000);
        mqtt_history_stats(mqtt, &stats);
    } while (stats.told == 0);
    double p99[2], worst[2];
    sort_lateness(&p99[0], &worst[0]);
    int64_t begin = now_us(CLOCK_MONOTONIC), polled = begin;
    while (stats.behind || stats.told < (uint64_t)rows) {
        sd_event_run(loop, 1000);
        mqtt_history_stats(mqtt, &stats);
        if (now_us(CLOCK_MONOTONIC) - polled > 1000000) { /* live goes on meanwhile */
            polled += 1000000;
            poll_all(2);
        }
    }
    double took = (double)(now_us(CLOCK_MONOTONIC) - begin) / 1e6;
    sort_lateness(&p99[1], &worst[1]);
    printf("%.3f %.3f %.3f %.3f %.3f %llu\n", took, p99[0], worst[0], p99[1], worst[1], (unsigned long long)stats.told);
    mqtt_stop(mqtt);
    disk_stop(disk);
    return 0;
}

int main(int argc, char **argv)
{
    if (sd_event_new(&loop) < 0)
        return 1;
    test_site_make(&site);
    if (argc == 6 && strcmp(argv[1], "live") == 0)
        return live(argv[2], (unsigned)atoi(argv[3]), (unsigned)atoi(argv[4]), atoi(argv[5]));
    if (argc == 5 && strcmp(argv[1], "outage") == 0)
        return outage(argv[2], argv[3], atoi(argv[4]));
    fputs("publish live PORT QOS UPDATES SECONDS | outage PORT STATE HOURS\n", stderr);
    return 2;
}
