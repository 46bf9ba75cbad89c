/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_walk.h"

#include "snmp_agent.h"

#include <errno.h>
#include <stdlib.h>

struct snmp_walk {
    struct snmp_net *net;
    struct device_setup *setup;
    struct arena *arena;
    struct snmp_asks asks;
    struct snmp_image *image;
    struct snmp_agent *agent;
    struct snmp_scan *scan;
    snmp_walk_done *done;
    void *user;
};

/* RFC 3418: sysDescr, sysObjectID, sysUpTime, sysName */
static const uint32_t system_oids[][9] = {
    {1, 3, 6, 1, 2, 1, 1, 1, 0}, {1, 3, 6, 1, 2, 1, 1, 2, 0}, {1, 3, 6, 1, 2, 1, 1, 3, 0}, {1, 3, 6, 1, 2, 1, 1, 5, 0}};

void snmp_walk_stop(struct snmp_walk *walk)
{
    if (!walk)
        return;
    snmp_agent_free(walk->agent);
    snmp_scan_free(walk->scan);
    snmp_image_free(walk->image);
    arena_free(walk->arena);
    setup_unref(walk->setup);
    snmp_net_put(walk->net);
    free(walk);
}

static void over(struct snmp_walk *walk, enum fault fault, const char *words)
{
    walk->done(walk->user, fault, words, walk->image);
    snmp_walk_stop(walk);
}

static void on_scanned(void *user, enum fault fault, const char *words)
{
    struct snmp_walk *walk = user;
    size_t cut = snmp_scan_cut(walk->scan);
    char text[200];
    if (fault == FAULT_NONE && cut > 0) {
        snprintf(text, sizeof(text), "%zu subtrees were cut: they do not go forward, or have no end", cut);
        over(walk, FAULT_PROTOCOL, text);
        return;
    }
    over(walk, fault, words);
}

static void on_opened(void *user, enum fault fault, const char *words)
{
    struct snmp_walk *walk = user;
    if (fault != FAULT_NONE) {
        over(walk, fault, words);
        return;
    }
    walk->scan = snmp_scan_new(&walk->asks, false, snmp_limits_unknown(snmp_agent_version(walk->agent)), walk->image);
    snmp_agent_scan(walk->agent, walk->scan, on_scanned, walk);
}

static void copy_roots(struct snmp_walk *walk, const struct oid *roots, size_t n)
{
    size_t fixed = n == 0 ? sizeof(system_oids) / sizeof(*system_oids) : 0;
    walk->asks.n = n + fixed;
    walk->asks.ask = arena_alloc(walk->arena, walk->asks.n * sizeof(*walk->asks.ask));
    for (size_t i = 0; i < fixed; i++)
        walk->asks.ask[i].name = (struct oid){9, system_oids[i]};
    for (size_t i = 0; i < n; i++)
        walk->asks.ask[i] = (struct snmp_ask){oid_copy(walk->arena, roots[i].id, roots[i].n), true};
}

int snmp_walk_start(sd_event *loop, struct device_setup *setup, const struct oid *roots, size_t n, snmp_walk_done *done,
                    void *user, struct snmp_walk **ret)
{
    struct snmp_walk *walk = calloc(1, sizeof(*walk));
    if (!walk)
        return -ENOMEM;
    int r = snmp_net_get(loop, &walk->net);
    if (r < 0) {
        free(walk);
        return r;
    }
    walk->setup = setup_ref(setup);
    walk->arena = arena_new();
    walk->image = snmp_image_new();
    walk->done = done;
    walk->user = user;
    copy_roots(walk, roots, n);
    walk->agent = snmp_agent_new(walk->net, walk->setup, setup->snmp.version, setup->snmp.older, setup->timeout_us);
    if (ret)
        *ret = walk;
    snmp_agent_open(walk->agent, on_opened, walk);
    return 0;
}
