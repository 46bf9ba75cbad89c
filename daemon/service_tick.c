/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/journal.h"
#include "daemon/notify.h"
#include "daemon/service.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>

#define SECOND_US   1000000ULL
#define ACCURACY_US 10000
/* The disk thread turns at least once a second; a disk that takes this long is stuck. */
#define DISK_STUCK_US (30 * 1000000LL)
#define FIGURES_EVERY 10

/* The watchdog is fed by the loop only while the disk thread lives: a stuck one is restarted with the rest. */
static void look_at_disk(struct service *service, const struct disk_stats *stats, struct moment now)
{
    bool fresh = now.boot_us - stats->heartbeat_us < DISK_STUCK_US;
    if (fresh && now.boot_us - service->fed_us >= service->watchdog_us / 3) {
        service->fed_us = now.boot_us;
        notify_send("WATCHDOG=1");
    }
    if (service->disk_fresh && !fresh)
        journal_line(LOG_CRIT, "the disk thread has not turned for 30 s: the disk is stuck, the watchdog will restart");
    service->disk_fresh = fresh;
}

static void look_at_clock(struct service *service, const struct disk_stats *stats, struct moment now)
{
    service->clock.booked_ms = stats->last_wall_ms;
    bool was_sane = service->clock.sane;
    bool wrong = clock_look(&service->clock, now, service->clock_words, sizeof service->clock_words);
    flow_clock(service->flow, service->clock.sane);
    if (was_sane && !service->clock.sane)
        journal_line(LOG_WARNING, "%s", service->clock_words);
    watch_trouble(service->watch, RULE_CLOCK, 1, NULL, wrong ? service->clock_words : NULL, now);
}

static void look_at_brokers(struct service *service, struct moment now)
{
    for (size_t i = 0; i < service->n_mqtt; i++) {
        char part[16];
        snprintf(part, sizeof part, "%zu", i + 1);
        watch_trouble(service->watch, RULE_BROKER, i, part, mqtt_sink.trouble(service->mqtt[i]), now);
    }
}

static void tell_status(struct service *service)
{
    size_t online = 0, all = 0;
    for (size_t i = 0; i < service->live->n_devices; i++) {
        all += service->live->device[i]->config != NULL;
        online += service->live->device[i]->config && service->live->device[i]->state == LIVE_ONLINE;
    }
    char text[120];
    snprintf(text, sizeof text, "STATUS=%zu of %zu devices answer, %zu alerts", online, all,
             alerts_raised(service->alerts));
    if (strcmp(text, service->told) != 0 && notify_send(text))
        memcpy(service->told, text, sizeof text);
}

static int on_tick(sd_event_source *source, uint64_t due, void *context)
{
    struct service *service = context;
    struct disk_stats stats;
    struct moment now = moment_now();
    disk_stats(service->disk, &stats);
    look_at_disk(service, &stats, now);
    look_at_clock(service, &stats, now);
    look_at_brokers(service, now);
    watch_tick(service->watch, now);
    if (service->ticks % FIGURES_EVERY == 0) {
        kpi_now_run(service->figures, service->live, service->flow, now);
        tell_status(service);
    }
    service->ticks++;
    /* absolute times do not drift; seconds missed while the machine slept are skipped */
    uint64_t next = due + SECOND_US, awake;
    if (sd_event_now(service->loop, CLOCK_BOOTTIME, &awake) >= 0 && next < awake)
        next = awake + SECOND_US;
    sd_event_source_set_time(source, next);
    sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

int service_start_ticks(struct service *service)
{
    uint64_t now;
    int r = sd_event_now(service->loop, CLOCK_BOOTTIME, &now);
    if (r < 0)
        return r;
    uint64_t every = 0;
    struct disk_stats stats;
    disk_stats(service->disk, &stats);
    look_at_clock(service, &stats, moment_now()); /* what is polled before the first tick is to be kept too */
    service->watchdog_us = sd_watchdog_enabled(0, &every) > 0 ? (int64_t)every : INT64_MAX;
    service->disk_fresh = true;
    return sd_event_add_time(service->loop, NULL, CLOCK_BOOTTIME, now + SECOND_US, ACCURACY_US, on_tick, service);
}
