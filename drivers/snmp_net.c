/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_net.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <systemd/sd-event.h>
#include <unistd.h>

/* As many as one call takes: 1.5 us an event against 32 us when each is a source of the loop and 500 are ready. */
#define EVENTS_MAX 64

struct snmp_net {
    sd_event *loop;
    unsigned users;
    int epoll;
    sd_event_source *io, *soon;
    struct timers *timers;
    struct resolver *resolver;
    struct snmp_keys keys;
    struct snmp_engines engines;
    struct snmp_turns turns;
    netsnmp_large_fd_set fds;
    unsigned depth; /* inside callbacks of the library */
    struct snmp_later *later;
};

static struct snmp_net *the_net;

/* The library's lines ("Authentication failed for ...") say nothing that the replies do not: drivers never log. */
static int swallow(int major, int minor, void *server, void *client)
{
    (void)major;
    (void)minor;
    (void)server;
    (void)client;
    return SNMP_ERR_NOERROR;
}

/* Without this the library tries 27 configuration files, reads MIB directories, and writes its state at the end. */
static void start_library(void)
{
    static bool started;
    if (started)
        return;
    started = true;
    setenv("MIBS", "", 1);
    setenv("MIBDIRS", "", 1);
    /* a directory that cannot be made, so none is */
    setenv("SNMP_PERSISTENT_DIR", "/dev/null/none", 1);
    setenv("SNMPCONFPATH", "/dev/null/none", 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_ALARM_DONT_USE_SIG, 1);
    snmp_enable_calllog();
    snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, swallow, NULL);
    init_snmp("wattwacht");
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static void run_later(struct snmp_net *net)
{
    while (net->later) {
        struct snmp_later *l = net->later;
        net->later = l->next;
        l->fn(l);
    }
}

void snmp_net_later(struct snmp_net *net, struct snmp_later *later)
{
    later->next = net->later;
    net->later = later;
    if (net->depth == 0)
        run_later(net);
    else
        sd_event_source_set_enabled(net->soon, SD_EVENT_ONESHOT);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct snmp_net *net = user;
    struct epoll_event ready[EVENTS_MAX];
    int n = epoll_wait(fd, ready, EVENTS_MAX, 0);
    net->depth++;
    for (int i = 0; i < n; i++) {
        struct snmp_watch *watch = ready[i].data.ptr;
        /* what was dropped earlier in this round lives until snmp_net_later's call, and looks at that itself */
        watch->readable(watch, &net->fds);
    }
    net->depth--;
    return 0;
}

static void net_free(struct snmp_net *net)
{
    the_net = the_net == net ? NULL : the_net;
    run_later(net);
    net->io = sd_event_source_disable_unref(net->io);
    net->soon = sd_event_source_disable_unref(net->soon);
    if (net->epoll >= 0)
        close(net->epoll);
    timers_free(net->timers);
    resolver_free(net->resolver);
    netsnmp_large_fd_set_cleanup(&net->fds);
    sd_event_unref(net->loop);
    free(net);
}

static int on_soon(sd_event_source *source, void *user)
{
    (void)source;
    struct snmp_net *net = user;
    run_later(net);
    if (net->users == 0)
        net_free(net);
    return 0;
}

static int net_open(struct snmp_net *net)
{
    net->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (net->epoll < 0)
        return -errno;
    int r = sd_event_add_io(net->loop, &net->io, net->epoll, EPOLLIN, on_readable, net);
    if (r >= 0)
        r = sd_event_add_defer(net->loop, &net->soon, on_soon, net);
    if (r >= 0)
        r = sd_event_source_set_enabled(net->soon, SD_EVENT_OFF);
    if (r >= 0)
        r = timers_new(net->loop, &net->timers);
    if (r >= 0)
        r = resolver_new(net->loop, &net->resolver);
    return r;
}

int snmp_net_get(sd_event *loop, struct snmp_net **ret)
{
    if (the_net) {
        if (the_net->loop != loop)
            return -EBUSY;
        the_net->users++;
        *ret = the_net;
        return 0;
    }
    start_library();
    struct snmp_net *net = calloc(1, sizeof(*net));
    if (!net)
        return -ENOMEM;
    net->users = 1;
    net->turns.most = SNMP_TURNS_MAX;
    net->loop = sd_event_ref(loop);
    netsnmp_large_fd_set_init(&net->fds, 16384);
    int r = net_open(net);
    if (r < 0) {
        net_free(net);
        return r;
    }
    *ret = the_net = net;
    return 0;
}

void snmp_net_put(struct snmp_net *net)
{
    if (!net || --net->users > 0)
        return;
    if (net->depth > 0)
        sd_event_source_set_enabled(net->soon, SD_EVENT_ONESHOT);
    else
        net_free(net);
}

int snmp_net_watch(struct snmp_net *net, int fd, struct snmp_watch *watch)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = watch};
    return epoll_ctl(net->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

void snmp_net_unwatch(struct snmp_net *net, int fd)
{
    epoll_ctl(net->epoll, EPOLL_CTL_DEL, fd, NULL);
}

void snmp_net_enter(struct snmp_net *net)
{
    net->depth++;
}

void snmp_net_leave(struct snmp_net *net)
{
    net->depth--;
}

struct timers *snmp_net_timers(struct snmp_net *net)
{
    return net->timers;
}

struct resolver *snmp_net_resolver(struct snmp_net *net)
{
    return net->resolver;
}

struct snmp_keys *snmp_net_keys(struct snmp_net *net)
{
    return &net->keys;
}

struct snmp_engines *snmp_net_engines(struct snmp_net *net)
{
    return &net->engines;
}

struct snmp_turns *snmp_net_turns(struct snmp_net *net)
{
    return &net->turns;
}
