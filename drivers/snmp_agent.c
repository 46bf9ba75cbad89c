/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_agent.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define SNMP_PORT 161 /* RFC 3417 section 3.2 */
/* Most that do not answer version 2 are not there: version 1 is not waited for as long. */
#define OLDER_US 1000000

struct snmp_agent {
    struct snmp_net *net;
    const struct device_setup *setup;
    struct snmp_setup snmp; /* the setup's, but perhaps of version 1 */
    enum fault silence;     /* of version 2, while version 1 is tried */
    int64_t try_us, usual_us;
    struct question *question;
    struct endpoint endpoint[RESOLVE_MAX];
    size_t n, at;
    struct snmp_link *link;
    bool older; /* version 1 is tried where version 2 is not answered */
    bool *gone; /* set where a callback may free the agent */

    bool opening;
    snmp_agent_done *opened;
    void *opened_user;
    struct timer soon; /* an end that is known before open returns */
    enum fault fault;
    char words[200];

    const struct snmp_request *request; /* an ask that waits for the link */
    bool asking;
    snmp_link_done *asked;
    void *asked_user;

    struct snmp_scan *scan;
    bool scanning; /* a step of it is under way */
    snmp_agent_done *scanned;
    void *scanned_user;
    unsigned changes;
};

/* sysUpTime.0, RFC 3418: every agent has it, and it says whether it started anew. */
static const oid uptime_oid[] = {1, 3, 6, 1, 2, 1, 1, 3, 0};
static const struct snmp_request hello = {
    .command = SNMP_MSG_GET, .n = 1, .name = {{uptime_oid, sizeof(uptime_oid) / sizeof(oid)}}};

static void step(struct snmp_agent *agent);
static void try_address(struct snmp_agent *agent);

static void opened(struct snmp_agent *agent, enum fault fault, const char *words)
{
    agent->opening = false;
    agent->opened(agent->opened_user, fault, words);
}

static void on_soon(struct timer *timer, int64_t now)
{
    (void)now;
    struct snmp_agent *agent = (struct snmp_agent *)((char *)timer - offsetof(struct snmp_agent, soon));
    opened(agent, agent->fault, agent->words);
}

static void fail_soon(struct snmp_agent *agent, enum fault fault)
{
    agent->fault = fault;
    timers_set(snmp_net_timers(agent->net), &agent->soon, boot_us());
}

/* Some agents speak version 1 only, and are silent to anything else. */
static bool tries_older(struct snmp_agent *agent, enum snmp_outcome outcome)
{
    if (!agent->older || agent->snmp.version != 2 || (outcome != SNMP_SILENT && outcome != SNMP_UNREADABLE))
        return false;
    agent->silence = snmp_outcome_fault(outcome);
    snprintf(agent->words, sizeof(agent->words), "%s", snmp_link_words(agent->link));
    agent->snmp.version = 1;
    agent->usual_us = agent->try_us;
    if (agent->try_us > OLDER_US)
        agent->try_us = OLDER_US;
    agent->at = 0;
    try_address(agent);
    return true;
}

static void on_hello(void *user, enum snmp_outcome outcome, const netsnmp_pdu *reply)
{
    struct snmp_agent *agent = user;
    (void)reply; /* also an error is an answer */
    if (outcome != SNMP_ANSWERED && agent->at + 1 < agent->n) {
        agent->at++;
        try_address(agent);
        return;
    }
    if (outcome != SNMP_ANSWERED && tries_older(agent, outcome))
        return;
    if (outcome != SNMP_ANSWERED && agent->silence != FAULT_NONE) { /* nor in version 1: it is what it was */
        agent->snmp.version = agent->setup->snmp.version;
        opened(agent, agent->silence, agent->words);
        return;
    }
    if (agent->usual_us)
        snmp_agent_set_try(agent, agent->usual_us);
    opened(agent, snmp_outcome_fault(outcome), snmp_link_words(agent->link));
}

static int make_link(struct snmp_agent *agent)
{
    if (agent->link)
        agent->changes += snmp_link_resyncs(agent->link) + 1;
    snmp_link_free(agent->link);
    agent->link = NULL;
    return snmp_link_new(agent->net, &agent->endpoint[agent->at], &agent->snmp, agent->try_us, &agent->link);
}

static void try_address(struct snmp_agent *agent)
{
    int r = make_link(agent);
    if (r == 0) {
        snmp_link_ask(agent->link, &hello, on_hello, agent);
        return;
    }
    if (r == -EINVAL)
        snprintf(agent->words, sizeof(agent->words), "auth-key and privacy-key need at least 8 characters");
    else
        snprintf(agent->words, sizeof(agent->words), "the keys for the user '%s' cannot be made: %s",
                 agent->setup->snmp.user, strerror(-r));
    fail_soon(agent, FAULT_AUTH);
}

static void on_resolved(void *user, int error, const struct endpoint *endpoint, size_t n)
{
    struct snmp_agent *agent = user;
    const char *host = agent->setup->address.host;
    agent->question = NULL;
    if (error < 0) {
        snprintf(agent->words, sizeof(agent->words),
                 error == -EAGAIN ? "the name servers do not answer for %s" : "no address is known for the name %s",
                 host);
        if (agent->opening)
            opened(agent, FAULT_NAME, agent->words);
        return;
    }
    bool same = agent->n > 0 && memcmp(&agent->endpoint[agent->at], endpoint, sizeof(*endpoint)) == 0;
    if (!agent->opening && (same || agent->asking || agent->scan))
        return;
    memcpy(agent->endpoint, endpoint, n * sizeof(*endpoint));
    agent->n = n;
    agent->at = 0;
    if (agent->opening)
        try_address(agent);
    else
        make_link(agent);
}

void snmp_agent_open(struct snmp_agent *agent, snmp_agent_done *done, void *user)
{
    const struct address *address = &agent->setup->address;
    uint16_t port = address->port ? address->port : SNMP_PORT;
    agent->opening = true;
    agent->opened = done;
    agent->opened_user = user;
    agent->at = 0;
    if (resolve_numeric(address->host, port, &agent->endpoint[0])) {
        agent->n = 1;
        try_address(agent);
        return;
    }
    int r = agent->setup->names_resolve
                ? resolve(snmp_net_resolver(agent->net), address->host, port, on_resolved, agent, &agent->question)
                : -ENOENT;
    if (r < 0) {
        snprintf(agent->words, sizeof(agent->words), "%s is not an IP address", address->host);
        fail_soon(agent, FAULT_NAME);
    }
}

void snmp_agent_refresh(struct snmp_agent *agent)
{
    const struct address *address = &agent->setup->address;
    struct endpoint numeric;
    uint16_t port = address->port ? address->port : SNMP_PORT;
    if (!agent->question && !agent->opening && agent->setup->names_resolve &&
        !resolve_numeric(address->host, port, &numeric))
        resolve(snmp_net_resolver(agent->net), address->host, port, on_resolved, agent, &agent->question);
}

static void scanned(struct snmp_agent *agent, enum fault fault, const char *words)
{
    agent->scan = NULL;
    agent->scanned(agent->scanned_user, fault, words);
}

static void on_scan(void *user, enum snmp_outcome outcome, const netsnmp_pdu *reply)
{
    struct snmp_agent *agent = user;
    agent->scanning = false;
    bool gone = false;
    agent->gone = &gone;
    if (outcome == SNMP_ANSWERED) {
        snmp_scan_take(agent->scan, reply);
    } else {
        bool size = outcome == SNMP_SILENT || outcome == SNMP_UNREADABLE || outcome == SNMP_TOO_LONG;
        if (!size || !snmp_scan_lost(agent->scan))
            scanned(agent, snmp_outcome_fault(outcome), snmp_link_words(agent->link));
    }
    if (gone)
        return;
    agent->gone = NULL;
    step(agent);
}

static void on_ask(void *user, enum snmp_outcome outcome, const netsnmp_pdu *reply)
{
    struct snmp_agent *agent = user;
    bool gone = false;
    agent->gone = &gone;
    agent->asking = false;
    agent->asked(agent->asked_user, outcome, reply);
    if (gone)
        return;
    agent->gone = NULL;
    step(agent);
}

/* What is next on the link, if it is free. */
static void step(struct snmp_agent *agent)
{
    if (agent->opening || !agent->link || snmp_link_busy(agent->link))
        return;
    if (agent->request) {
        const struct snmp_request *request = agent->request;
        agent->request = NULL;
        snmp_link_ask(agent->link, request, on_ask, agent);
        return;
    }
    if (!agent->scan)
        return;
    const struct snmp_request *request = snmp_scan_next(agent->scan);
    if (request) {
        agent->scanning = true;
        snmp_link_ask(agent->link, request, on_scan, agent);
        return;
    }
    scanned(agent, FAULT_NONE, "");
}

void snmp_agent_ask(struct snmp_agent *agent, const struct snmp_request *request, snmp_link_done *done, void *user)
{
    agent->request = request;
    agent->asking = true;
    agent->asked = done;
    agent->asked_user = user;
    step(agent);
}

void snmp_agent_scan(struct snmp_agent *agent, struct snmp_scan *scan, snmp_agent_done *done, void *user)
{
    agent->scan = scan;
    agent->scanned = done;
    agent->scanned_user = user;
    step(agent);
}

struct snmp_agent *snmp_agent_new(struct snmp_net *net, const struct device_setup *setup, int version, bool older,
                                  int64_t try_us)
{
    struct snmp_agent *agent = calloc(1, sizeof(*agent));
    if (!agent)
        abort(); /* as the arena */
    agent->net = net;
    agent->setup = setup;
    agent->snmp = setup->snmp;
    agent->snmp.version = version;
    agent->older = older;
    agent->try_us = try_us;
    agent->soon.fire = on_soon;
    return agent;
}

int snmp_agent_version(const struct snmp_agent *agent)
{
    return agent->snmp.version;
}

void snmp_agent_free(struct snmp_agent *agent)
{
    if (!agent)
        return;
    if (agent->gone)
        *agent->gone = true;
    resolve_cancel(agent->question);
    timers_cancel(snmp_net_timers(agent->net), &agent->soon);
    snmp_link_free(agent->link);
    free(agent);
}

void snmp_agent_set_try(struct snmp_agent *agent, int64_t try_us)
{
    agent->try_us = try_us;
    if (agent->link)
        snmp_link_set_try(agent->link, try_us);
}

const char *snmp_agent_words(const struct snmp_agent *agent)
{
    return agent->link ? snmp_link_words(agent->link) : agent->words;
}

int64_t snmp_agent_sent_us(const struct snmp_agent *agent)
{
    return agent->link ? snmp_link_sent_us(agent->link) : 0;
}

unsigned snmp_agent_changes(const struct snmp_agent *agent)
{
    return agent->changes + (agent->link ? snmp_link_resyncs(agent->link) : 0);
}
