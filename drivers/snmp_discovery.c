/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_discovery.h"

#include "profile_types.h"

#include <errno.h>
#include <stdlib.h>

struct snmp_discovery {
    struct snmp_agent *agent;
    const struct device_setup *setup;
    const struct profile *profile; /* NULL: to be found */
    bool was_known, automatic;
    const char *why;
    struct arena *arena;
    struct snmp_asks asks;
    struct snmp_image *image;
    struct snmp_scan *scan;
    struct snmp_found found;
    snmp_discovery_done *done;
    void *user;
    char words[200];
};

static const uint32_t descr_oid[] = {1, 3, 6, 1, 2, 1, 1, 1, 0};
static const uint32_t object_id_oid[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};

static void identify(struct snmp_discovery *d);

static void failed(struct snmp_discovery *d, enum fault fault, const char *words)
{
    d->found.fault = fault;
    d->found.words = words;
    d->done(d->user, &d->found); /* may free d */
}

static void describe(const struct snmp_image *image, char *words, size_t size)
{
    char id[128] = "none", text[80] = "none";
    const struct snmp_value *v = snmp_image_get(image, (struct oid){9, object_id_oid});
    if (v && v->kind == SV_OID)
        oid_format((struct oid){v->n, (const uint32_t *)(const void *)v->bytes}, id, sizeof(id));
    v = snmp_image_get(image, (struct oid){9, descr_oid});
    if (v && v->kind == SV_BYTES) {
        size_t n = v->n < sizeof(text) - 1 ? v->n : sizeof(text) - 1;
        for (size_t i = 0; i < n; i++)
            text[i] = v->bytes[i] >= ' ' && v->bytes[i] < 127 ? (char)v->bytes[i] : ' ';
        text[n] = '\0';
    }
    snprintf(words, size, "no profile matches: sysObjectID %s, sysDescr '%s'", id, text);
}

/* An agent that refuses everything says why with its errors. */
static bool refuses_all(const struct snmp_discovery *d)
{
    long error = snmp_scan_error(d->scan);
    return snmp_scan_found(d->scan) == 0 && (error == SNMP_ERR_AUTHORIZATIONERROR || error == SNMP_ERR_NOACCESS);
}

static bool refused_all(struct snmp_discovery *d)
{
    if (!refuses_all(d))
        return false;
    failed(d, FAULT_AUTH, snmp_error_words(snmp_scan_error(d->scan)));
    return true;
}

static void begin_scan(struct snmp_discovery *d, bool first_only, snmp_agent_done *done)
{
    struct snmp_limits limits = d->found.limits;
    snmp_scan_free(d->scan);
    d->scan = snmp_scan_new(&d->asks, first_only, limits, d->image);
    snmp_agent_scan(d->agent, d->scan, done, d);
}

static void on_discovered(void *user, enum fault fault, const char *words)
{
    struct snmp_discovery *d = user;
    if (fault != FAULT_NONE) {
        failed(d, fault, words);
        return;
    }
    d->found.limits = snmp_scan_limits(d->scan);
    int r = snmp_plan_new(d->profile, d->setup, d->image, d->why, &d->found.plan);
    if (r == 0 && !d->found.plan->device[0].shape->n && d->setup->n_units == 0 && refuses_all(d)) {
        snmp_plan_free(d->found.plan);
        d->found.plan = NULL;
        r = -ENODATA;
    }
    if (r == 0) {
        d->found.profile = d->profile;
        d->done(d->user, &d->found);
        return;
    }
    if (d->was_known && d->automatic) { /* another device has its address now */
        d->profile = NULL;
        d->was_known = false;
        identify(d);
        return;
    }
    if (refused_all(d))
        return;
    snprintf(d->words, sizeof(d->words), "it has no point of the profile %s", profile_name(d->profile));
    failed(d, FAULT_UNKNOWN, d->words);
}

static void discover(struct snmp_discovery *d)
{
    const struct snmp_access *access = &d->profile->snmp;
    if (access->max_varbinds && access->max_varbinds < d->found.limits.varbinds)
        d->found.limits.varbinds = access->max_varbinds;
    if (access->repetitions && access->repetitions < d->found.limits.repetitions)
        d->found.limits.repetitions = access->repetitions;
    d->found.limits.bulk = d->found.limits.bulk && access->bulk;
    d->found.timeout_us = access->timeout_us;
    d->asks = snmp_ask_discovery(d->arena, d->profile);
    begin_scan(d, false, on_discovered);
}

static void on_identified(void *user, enum fault fault, const char *words)
{
    struct snmp_discovery *d = user;
    if (fault != FAULT_NONE) {
        failed(d, fault, words);
        return;
    }
    d->found.limits.varbinds = snmp_scan_limits(d->scan).varbinds;
    if (!d->profile)
        d->profile = profile_match_snmp(d->arena, d->setup->profiles, d->image, &d->why);
    if (d->profile) {
        discover(d);
        return;
    }
    if (refused_all(d))
        return;
    describe(d->image, d->words, sizeof(d->words));
    failed(d, FAULT_UNKNOWN, d->words);
}

static void identify(struct snmp_discovery *d)
{
    const char *name = d->profile ? profile_name(d->profile) : NULL;
    d->asks = snmp_ask_identity(d->arena, d->setup->profiles, name);
    begin_scan(d, true, on_identified);
}

struct snmp_discovery *snmp_discovery_new(struct snmp_agent *agent, const struct device_setup *setup,
                                          const struct profile *known, struct snmp_limits limits,
                                          snmp_discovery_done *done, void *user)
{
    struct snmp_discovery *d = calloc(1, sizeof(*d));
    if (!d)
        abort(); /* as the arena */
    d->agent = agent;
    d->setup = setup;
    d->done = done;
    d->user = user;
    d->automatic = strcmp(setup->profile, "auto") == 0;
    d->was_known = known != NULL;
    d->profile = known ? known : d->automatic ? NULL : profile_find(setup->profiles, setup->profile);
    d->why = d->automatic  ? "recognised before"
             : setup->once ? "named on the command line"
                           : "named in the configuration";
    d->arena = arena_new();
    d->image = snmp_image_new();
    d->found.limits = limits;
    return d;
}

void snmp_discovery_run(struct snmp_discovery *d)
{
    if (d->profile || d->automatic) {
        identify(d);
        return;
    }
    snprintf(d->words, sizeof(d->words), "there is no profile '%s'", d->setup->profile);
    failed(d, FAULT_UNKNOWN, d->words);
}

void snmp_discovery_free(struct snmp_discovery *d)
{
    if (!d)
        return;
    snmp_scan_free(d->scan);
    snmp_image_free(d->image);
    arena_free(d->arena);
    free(d);
}
