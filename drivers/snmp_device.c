/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_device.h"

#include "schedule.h"
#include "snmp_answer.h"
#include "snmp_discovery.h"
#include "snmp_poll.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* Two tries, and for SNMPv3 a third exchange that tells a dead host from a wrong key. */
#define TRIES       2
#define TRIES_V3    3

#define REFRESH_US  3600000000 /* discovered anew this often */
#define RETRY_US    60000000   /* after a discovery beside the polls that failed */
#define VANISHED_US 600000000  /* the least between two discoveries for objects that vanished */
#define RARE_US     600000000  /* absent objects are asked again this often */
/* A name is resolved again after this many failures in a row. */
#define RENEW_NAME 10

/* SNMPv1 is tried in one of so many attempts, where the configuration lets it. */
#define OLDER_EACH 8

/* Devices are polled in so many groups a period, or more. What begins together shares wake-ups and finds warm caches:
 * the loop uses 40 % less than with each at a time of its own (500 devices each 10 s, twelve a group); still coarser
 * groups gain nothing more. */
#define GROUPS    40
#define GRAIN_MAX 250000 /* us */

/* A probe is content with an agent that answers so many objects at once. */
#define ONCE_LEAST 8

struct snmp_device {
    struct snmp_net *net;
    struct inbox *inbox;
    struct device_setup *setup;
    struct schedule schedule;
    struct timer timer;
    struct schedule_due next; /* the slot that the timer waits for */

    struct snmp_agent *agent;
    struct snmp_discovery *discovery; /* under way */
    const struct profile *profile;
    struct snmp_plan *plan; /* NULL: not known yet */
    struct snmp_poll *poll;
    struct snmp_limits limits; /* what the agent taught */
    bool forget;               /* but not across its restart */
    int version;               /* of SNMP, as it was answered */
    unsigned attempts;
    unsigned usual;          /* varbinds that the profile allows */
    struct snmp_found found; /* found.plan: a new plan, waits for the end of the poll */

    bool starting, polling;
    struct schedule_due due; /* of the attempt or poll under way */
    int64_t sent_us;         /* of its first request; 0: none yet */
    enum fault fault;        /* of the last failure */
    char words[200];

    bool uptime_known;
    uint32_t uptime;
    int64_t uptime_us;
    int64_t discover_us, discovered_us, rare_us; /* on CLOCK_BOOTTIME */
    unsigned changes;
};

static void begin_poll(struct snmp_device *d);
static void ask_next(struct snmp_device *d);

static int64_t try_us(const struct snmp_device *d, int64_t timeout_us)
{
    if (d->setup->once)
        return timeout_us;
    return schedule_try_us(d->setup->every_us, timeout_us, d->setup->snmp.version == 3 ? TRIES_V3 : TRIES);
}

static int64_t grain_us(int64_t every_us)
{
    return every_us / GROUPS < GRAIN_MAX ? every_us / GROUPS : GRAIN_MAX;
}

static void arm(struct snmp_device *d)
{
    if (d->setup->once)
        return;
    d->next = schedule_next(&d->schedule, wall_us(), boot_us());
    timers_set(snmp_net_timers(d->net), &d->timer, d->next.boot_us);
}

/* What was learnt beyond what its profile says. */
static struct manners manners_of(const struct snmp_device *d)
{
    struct manners manners = {.version_1 = d->version == 1 && d->setup->snmp.version == 2};
    if (!d->plan || !d->poll || !d->profile)
        return d->setup->manners;
    struct snmp_limits usual = snmp_limits_unknown(d->setup->snmp.version);
    unsigned rows =
        d->plan->repetitions && d->plan->repetitions < usual.repetitions ? d->plan->repetitions : usual.repetitions;
    if (snmp_poll_limit(d->poll) < d->usual)
        manners.varbinds = snmp_poll_limit(d->poll);
    if (d->limits.repetitions < rows)
        manners.repetitions = d->limits.repetitions;
    manners.no_bulk = usual.bulk && d->plan->bulk && !d->limits.bulk && !manners.version_1;
    return manners;
}

static struct snmp_stamp stamp(const struct snmp_device *d)
{
    return (struct snmp_stamp){.wall_us = d->due.slot * d->schedule.every_us,
                               .due_us = d->due.boot_us,
                               .sent_us = d->sent_us,
                               .now_us = boot_us(),
                               .manners = manners_of(d)};
}

static void tell_failure(struct snmp_device *d)
{
    struct snmp_stamp s = stamp(d);
    snmp_answer_failed(d->inbox, &s, d->setup, d->plan, d->fault, d->words);
}

static void failed(struct snmp_device *d, enum fault fault, const char *words)
{
    d->fault = fault;
    snprintf(d->words, sizeof(d->words), "%s", words);
    tell_failure(d);
}

static void adopt(struct snmp_device *d)
{
    struct snmp_plan *before = d->plan;
    struct snmp_stamp s = stamp(d);
    d->plan = d->found.plan;
    d->found.plan = NULL;
    d->profile = d->found.profile;
    if (d->plan->max_varbinds == 0 || d->plan->max_varbinds > SNMP_BATCH_DEFAULT)
        d->plan->max_varbinds = SNMP_BATCH_DEFAULT;
    d->usual = d->plan->max_varbinds;
    if (!before && d->setup->manners.varbinds && d->setup->manners.varbinds < d->plan->max_varbinds)
        d->plan->max_varbinds = d->setup->manners.varbinds;
    struct snmp_poll *poll = snmp_poll_new(d->plan);
    if (d->poll && !d->forget)
        snmp_poll_carry(poll, d->poll);
    d->forget = false;
    snmp_poll_free(d->poll);
    d->poll = poll;
    if (d->found.timeout_us > d->setup->timeout_us)
        snmp_agent_set_try(d->agent, try_us(d, d->found.timeout_us));
    d->discovered_us = s.now_us;
    d->rare_us = s.now_us + RARE_US;
    d->discover_us = s.now_us + REFRESH_US;
    if (!before) /* thousands that started together shall not be discovered anew together */
        d->discover_us -= (int64_t)((double)d->schedule.phase_us / (double)d->schedule.every_us * (REFRESH_US / 2.0));
    snmp_answer_shapes(d->inbox, &s, d->plan, before);
    snmp_plan_free(before);
}

static void attempt_failed(struct snmp_device *d, enum fault fault, const char *words)
{
    d->starting = false;
    schedule_ended(&d->schedule, false);
    failed(d, fault, words);
    /* the next attempt begins with the name again */
    snmp_discovery_free(d->discovery);
    d->discovery = NULL;
    snmp_agent_free(d->agent);
    d->agent = NULL;
}

static void on_discovered(void *user, const struct snmp_found *found)
{
    struct snmp_device *d = user;
    if (d->starting && !found->plan) {
        attempt_failed(d, found->fault, found->words);
        return;
    }
    d->found = *found;
    if (found->plan)
        d->limits = found->limits;
    d->changes = snmp_agent_changes(d->agent);
    snmp_discovery_free(d->discovery);
    d->discovery = NULL;
    if (!d->found.plan) {
        d->discover_us = boot_us() + RETRY_US; /* the old plan does until then */
        return;
    }
    if (!d->polling)
        adopt(d);
    if (!d->starting)
        return;
    d->starting = false;
    d->due = schedule_current(&d->schedule, wall_us(), boot_us());
    d->due.boot_us = boot_us(); /* outside the grid, so never late */
    begin_poll(d);
}

static void discover(struct snmp_device *d)
{
    d->discovery = snmp_discovery_new(d->agent, d->setup, d->profile, d->limits, on_discovered, d);
    snmp_discovery_run(d->discovery);
}

static void on_opened(void *user, enum fault fault, const char *words)
{
    struct snmp_device *d = user;
    d->version = snmp_agent_version(d->agent);
    if (d->version == 1)
        d->limits.bulk = false;
    if (fault == FAULT_NONE)
        discover(d);
    else
        attempt_failed(d, fault, words);
}

static void start_attempt(struct snmp_device *d)
{
    d->starting = true;
    d->sent_us = 0;
    /* version 1 costs a second time of waiting: at the second attempt, and then now and again */
    bool older = d->setup->snmp.older && (d->setup->once || d->attempts % OLDER_EACH == 1);
    d->version = d->setup->manners.version_1 && d->attempts == 0 ? 1 : d->setup->snmp.version;
    d->attempts++;
    d->agent = snmp_agent_new(d->net, d->setup, d->version, older, try_us(d, d->setup->timeout_us));
    snmp_agent_open(d->agent, on_opened, d);
}

/* ---- polls ---- */

static void poll_failed(struct snmp_device *d, enum fault fault, const char *words, bool taught)
{
    d->polling = false;
    snmp_poll_end(d->poll);
    failed(d, fault, words);
    /* one that answers other questions is asked smaller ones soon, not left alone */
    if (!taught)
        schedule_ended(&d->schedule, false);
    else if (d->schedule.failures == 0)
        d->schedule.failures = 1;
    if (d->schedule.failures % RENEW_NAME == 0)
        snmp_agent_refresh(d->agent);
    if (d->found.plan)
        adopt(d);
}

/* Reasons to look at it anew, beside the polls. */
static bool needs_discovery(struct snmp_device *d, int64_t now)
{
    bool needs = now >= d->discover_us || snmp_agent_changes(d->agent) != d->changes;
    const struct snmp_value *uptime = &snmp_poll_values(d->poll)[0];
    if (d->plan->n > 0 && uptime->kind == SV_UINT) {
        if (d->uptime_known && snmp_uptime_reset(d->uptime, (uint32_t)uptime->u, now - d->uptime_us)) {
            needs = d->forget = true;
            d->limits = snmp_limits_unknown(d->version);
        }
        d->uptime = (uint32_t)uptime->u;
        d->uptime_us = now;
        d->uptime_known = true;
    }
    if (snmp_poll_vanished(d->poll) > 0 && now - d->discovered_us >= VANISHED_US)
        needs = true;
    return needs && !d->setup->once;
}

static void poll_answered(struct snmp_device *d)
{
    struct snmp_stamp s = stamp(d);
    d->polling = false;
    snmp_answer_values(d->inbox, &s, d->plan, snmp_poll_values(d->poll));
    schedule_ended(&d->schedule, true);
    bool anew = needs_discovery(d, s.now_us);
    snmp_poll_end(d->poll);
    if (d->found.plan)
        adopt(d);
    else if (anew && !d->discovery)
        discover(d);
}

static void poll_lost(struct snmp_device *d, enum snmp_outcome outcome)
{
    unsigned before = snmp_poll_limit(d->poll);
    bool taught = snmp_poll_lost(d->poll, outcome == SNMP_UNREADABLE, outcome == SNMP_TOO_LONG);
    /* the rest of the cycle is skipped, but for a probe, which has one cycle only; it does not look for ever */
    if (taught && ((d->setup->once && before >= ONCE_LEAST) || outcome == SNMP_TOO_LONG)) {
        ask_next(d);
        return;
    }
    char words[200];
    if (taught && outcome == SNMP_SILENT)
        snprintf(words, sizeof(words), "it answers, but not when %u objects are asked at once; now %u", before,
                 snmp_poll_limit(d->poll));
    else
        snprintf(words, sizeof(words), "%s", snmp_agent_words(d->agent));
    poll_failed(d, outcome == SNMP_SILENT && taught ? FAULT_PROTOCOL : snmp_outcome_fault(outcome), words, taught);
}

static void on_reply(void *user, enum snmp_outcome outcome, const netsnmp_pdu *reply)
{
    struct snmp_device *d = user;
    const char *words = NULL;
    if (d->sent_us == 0)
        d->sent_us = snmp_agent_sent_us(d->agent);
    if (outcome != SNMP_ANSWERED) {
        poll_lost(d, outcome);
        return;
    }
    switch (snmp_poll_take(d->poll, reply, &words)) {
    case SNMP_GO_ON: ask_next(d); break;
    case SNMP_WRONG: poll_failed(d, FAULT_PROTOCOL, words, false); break;
    case SNMP_FORBIDDEN: poll_failed(d, FAULT_AUTH, words, false); break;
    }
}

static void ask_next(struct snmp_device *d)
{
    const struct snmp_request *request = snmp_poll_next(d->poll);
    if (request)
        snmp_agent_ask(d->agent, request, on_reply, d);
    else
        poll_answered(d);
}

static void begin_poll(struct snmp_device *d)
{
    int64_t now = boot_us();
    bool rare = now >= d->rare_us;
    if (rare)
        d->rare_us = now + RARE_US;
    d->polling = true;
    d->sent_us = 0;
    snmp_poll_begin(d->poll, d->schedule.failures > 0 || d->setup->once, rare);
    ask_next(d);
}

static void on_slot(struct timer *timer, int64_t now)
{
    (void)now;
    struct snmp_device *d = (struct snmp_device *)((char *)timer - offsetof(struct snmp_device, timer));
    schedule_begin(&d->schedule, d->next.slot);
    if (!d->starting && !d->polling) { /* else this slot is skipped: it is slow */
        d->due = d->next;
        d->sent_us = 0;
        if (schedule_passes(&d->schedule))
            tell_failure(d);
        else if (d->plan)
            begin_poll(d);
        else
            start_attempt(d);
    }
    arm(d);
}

int snmp_device_new(struct snmp_net *net, struct inbox *inbox, struct device_setup *setup, struct snmp_device **ret)
{
    struct snmp_device *d = calloc(1, sizeof(*d));
    if (!d)
        return -ENOMEM;
    d->net = net;
    d->inbox = inbox;
    d->setup = setup_ref(setup);
    d->timer.fire = on_slot;
    d->version = setup->snmp.version;
    d->limits = snmp_limits_learnt(setup->snmp.version, &setup->manners);
    schedule_init(&d->schedule, setup->id, setup->every_us, grain_us(setup->every_us));
    if (setup->once) {
        d->next = schedule_current(&d->schedule, wall_us(), boot_us());
        d->next.boot_us = boot_us();
        timers_set(snmp_net_timers(net), &d->timer, d->next.boot_us);
    } else {
        arm(d);
    }
    *ret = d;
    return 0;
}

void snmp_device_free(struct snmp_device *d)
{
    if (!d)
        return;
    timers_cancel(snmp_net_timers(d->net), &d->timer);
    snmp_agent_free(d->agent);
    snmp_discovery_free(d->discovery);
    snmp_plan_free(d->found.plan);
    snmp_poll_free(d->poll);
    snmp_plan_free(d->plan);
    setup_unref(d->setup);
    free(d);
}

uint32_t snmp_device_number(const struct snmp_device *d)
{
    return d->setup->number;
}
