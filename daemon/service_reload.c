/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/journal.h"
#include "daemon/notify.h"
#include "daemon/service.h"
#include "drivers/thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <systemd/sd-event.h>
#include <unistd.h>

/* Reading files belongs off the loop: a thread reads, an eventfd says when it is done. */
struct reload {
    struct service *service;
    pthread_t thread;
    int fd;
    sd_event_source *source;
    struct diag *diag;
    struct config *config; /* NULL: wrong */
};

static void *read_config(void *context)
{
    struct reload *reload = context;
    const struct service_options *o = &reload->service->options;
    config_load(o->dirs, o->n_dirs, o->credentials, PROFILES_USED, reload->service->config, reload->diag,
                &reload->config);
    (void)eventfd_write(reload->fd, 1);
    return NULL;
}

static void reload_free(struct reload *reload)
{
    sd_event_source_disable_unref(reload->source);
    close(reload->fd);
    diag_free(reload->diag);
    config_unref(reload->config);
    free(reload);
}

/* A device whose fingerprint is the same keeps its setup, and with it its place in the schedule. */
static void keep_unchanged(const struct config *old, struct config *new)
{
    for (size_t i = 0; i < new->n_devices; i++) {
        const struct device_config *before = config_device(old, new->device[i].setup->number);
        if (!before || before->setup->fingerprint != new->device[i].setup->fingerprint)
            continue;
        setup_unref(new->device[i].setup);
        new->device[i].setup = setup_ref(before->setup);
    }
}

static bool kept(const struct config *config, const struct device_config *device)
{
    const struct device_config *twin = config_device(config, device->setup->number);
    return twin && twin->setup == device->setup && twin->chain == device->chain;
}

static void say_fixed(const struct config *old, const struct config *new)
{
    if (strcmp(old->site, new->site) != 0)
        journal_line(LOG_WARNING, "reload: the site's name stays '%s' until the next start", old->site);
    if (strcmp(old->timezone, new->timezone) != 0)
        journal_line(LOG_WARNING, "reload: the time zone stays %s until the next start", old->timezone);
}

static void take_over(struct service *service, struct config *new)
{
    struct config *old = service->config;
    unsigned added = 0, removed = 0;
    say_fixed(old, new);
    new->site = arena_strdup(new->arena, old->site);
    new->timezone = arena_strdup(new->arena, old->timezone);
    keep_unchanged(old, new);
    for (size_t i = 0; i < old->n_devices; i++)
        if (!kept(new, &old->device[i])) {
            service_remove_device(service, &old->device[i]);
            removed++;
        }
    service->config = config_ref(new);
    flow_config(service->flow, new, NULL);
    disk_config(service->disk, new);
    for (size_t i = 0; i < new->n_devices; i++)
        if (!kept(old, &new->device[i])) {
            service_add_device(service, &new->device[i]);
            added++;
        }
    if (service_reload_exits(service) < 0)
        journal_line(LOG_ERR, "reload: an exit could not be opened again");
    journal_line(LOG_NOTICE, "reloaded: %u devices begun, %u ended, %zu go on without a pause", added, removed,
                 new->n_devices - added);
    config_unref(old);
}

static int on_read(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct reload *reload = context;
    struct service *service = reload->service;
    (void)source, (void)fd, (void)events;
    pthread_join(reload->thread, NULL);
    service->reload = NULL;
    for (size_t i = 0; diag_line(reload->diag, i); i++)
        journal_line(reload->config ? LOG_WARNING : LOG_ERR, "%s", diag_line(reload->diag, i));
    if (reload->config)
        take_over(service, reload->config);
    else
        journal_line(LOG_ERR, "reload: the configuration is wrong; the one before stays in force");
    reload_free(reload);
    notify_send("READY=1");
    return 0;
}

void service_reload(struct service *service)
{
    if (service->reload)
        return; /* the one under way reads the same files */
    struct reload *reload = calloc(1, sizeof *reload);
    if (!reload)
        abort();
    *reload = (struct reload){.service = service, .diag = diag_new(), .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    int r = sd_event_add_io(service->loop, &reload->source, reload->fd, EPOLLIN, on_read, reload);
    if (r >= 0)
        r = thread_begin(&reload->thread, "reload", 0, read_config, reload);
    if (r < 0) {
        journal_line(LOG_ERR, "reload: %s", strerror(-r));
        reload_free(reload);
        return;
    }
    notify_send("RELOADING=1");
    service->reload = reload;
}

void service_reload_join(struct service *service)
{
    if (!service->reload)
        return;
    pthread_join(service->reload->thread, NULL);
    reload_free(service->reload);
    service->reload = NULL;
}
