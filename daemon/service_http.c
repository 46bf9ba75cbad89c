/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/service.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void show_alert(void *context, const struct alert_entry *entry, const char *silenced)
{
    struct service *service = context;
    (void)silenced;
    service->shown = realloc(service->shown, (service->n_shown + 1) * sizeof(struct alert_entry *));
    if (!service->shown)
        abort();
    service->shown[service->n_shown++] = entry;
}

static uint64_t resident_bytes(void)
{
    unsigned long long size, resident = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fscanf(f, "%llu %llu", &size, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static const char *lasting_trouble(struct service *service, const struct disk_stats *stats)
{
    if (!service->clock.sane)
        return service->clock_words;
    if (moment_now().boot_us - stats->heartbeat_us > 30 * 1000000LL) {
        snprintf(service->trouble, sizeof service->trouble, "the disk thread has not turned for 30 s");
        return service->trouble;
    }
    return NULL;
}

static void view(void *self, struct http_view *ret)
{
    struct service *service = self;
    struct moment now = moment_now();
    service->n_shown = 0;
    alerts_each(service->alerts, now, show_alert, service);
    *ret = (struct http_view){.live = service->live,
                              .version = WATTWACHT_VERSION,
                              .now_ms = now.wall_ms,
                              .ready = !service->stopping,
                              .n_alerts = service->n_shown,
                              .alert = service->shown,
                              .slow_turns = service->slow_turns,
                              .cpu_s = cpu_seconds(),
                              .resident = resident_bytes()};
    disk_stats(service->disk, &ret->disk);
    ret->kpi = flow_last_kpis(service->flow, &ret->n_kpis);
    ret->trouble = lasting_trouble(service, &ret->disk);
}

/* By the name in a topic, with '-' for '.', or by its id. */
static const char *raised_id(struct service *service, const char *target)
{
    service->n_shown = 0;
    alerts_each(service->alerts, moment_now(), show_alert, service);
    for (size_t i = 0; i < service->n_shown; i++) {
        const char *id = service->shown[i]->id;
        size_t k = 0;
        while (id[k] && (id[k] == target[k] || (id[k] == '.' && target[k] == '-')))
            k++;
        if (!id[k] && !target[k])
            return id;
    }
    return NULL;
}

static bool is_rule(const struct config *config, const char *name, size_t n)
{
    for (int i = 0; i < RULE_COUNT; i++)
        if (strlen(rule_row((enum rule)i)->name) == n && !memcmp(rule_row((enum rule)i)->name, name, n))
            return true;
    for (size_t i = 0; i < config->n_alerts; i++)
        if (strlen(config->alert[i].name) == n && !memcmp(config->alert[i].name, name, n))
            return true;
    return false;
}

/* A slip of the pen would silence nothing, and say nothing. */
static bool is_target(const struct config *config, const char *target)
{
    for (size_t i = 0; i < config->n_devices; i++)
        if (!strcmp(config->device[i].id, target))
            return true;
    for (size_t i = 0; i < config->n_rooms; i++)
        if (!strcmp(config->room[i].id, target))
            return true;
    return strpbrk(target, "*?[") || is_rule(config, target, strcspn(target, "."));
}

static int silence(void *self, const char *target, int64_t duration_us, const char *reason, char words[240])
{
    struct service *service = self;
    int64_t until = duration_us > 0 ? moment_now().wall_ms + duration_us / 1000 : 0;
    if (!*target || strlen(target) >= 120) {
        snprintf(words, 240, "expected the id of an alert, a device, a room or a rule");
        return -EINVAL;
    }
    const char *id = raised_id(service, target);
    target = id ? id : target;
    if (!id && until && !is_target(service->config, target)) {
        snprintf(words, 240, "'%s': no alert, device, room or rule has this name", target);
        return -ENOENT;
    }
    alerts_silence(service->alerts, target, until, reason);
    disk_silence(service->disk, target, until, reason);
    return 0;
}

static const struct source_config *find_source(const struct service *service, const char *id, char words[240])
{
    for (size_t i = 0; i < service->config->n_sources; i++)
        if (!strcmp(service->config->source[i].id, id)) {
            if (isnan(service->config->source[i].constant))
                return &service->config->source[i];
            snprintf(words, 240, "source '%s' is a constant: it takes no readings", id);
            return NULL;
        }
    snprintf(words, 240, "no source '%s' under sources: in the configuration", id);
    return NULL;
}

static int reading(void *self, const char *source, int64_t at_ms, double register_wh, char words[240])
{
    struct service *service = self;
    const struct source_config *meter = find_source(service, source, words);
    if (!meter)
        return -ENOENT;
    bool water = meter->role == ROLE_WATER || meter->role == ROLE_WATER_POTABLE;
    int r = last_readings_take(service->readings, source, water, at_ms / 1000, register_wh, words);
    if (r < 0)
        return r;
    disk_reading(service->disk, source, at_ms / 1000, register_wh);
    return 0;
}

static int import(void *self, const char *source, size_t n, const int64_t *quarter_s, const double *wh, char words[240])
{
    struct service *service = self;
    if (!find_source(service, source, words))
        return -ENOENT;
    disk_import(service->disk, source, n, quarter_s, wh);
    return 0;
}

static void flush(void *self, uint64_t token)
{
    disk_flush(((struct service *)self)->disk, token);
}

const struct http_service service_http = {
    .view = view, .silence = silence, .reading = reading, .import = import, .flush = flush};
