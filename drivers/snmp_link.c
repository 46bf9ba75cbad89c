/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_link.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

/* One more try than none: a lost datagram is no outage. */
#define RETRIES 1
/* The library's test is strict, so a timer at the very end of a try would come to nothing. */
#define EXPIRE_SLACK_US 1000

enum stage {
    IDLE,
    WAITING, /* for others to be answered */
    PROBE,   /* v3: who are you */
    REQUEST,
    CHECK, /* v3: it is silent: is it there at all */
    FAILED /* at once: told from the timer */
};

struct snmp_link {
    struct snmp_net *net;
    struct endpoint agent;
    char address[ENDPOINT_TEXT_MAX];
    struct snmp_security security;
    int64_t try_us, sent_us;
    enum stage stage;
    const struct snmp_request *request;
    snmp_link_done *done;
    void *user;
    struct timer timer;
    struct snmp_port *port;
    struct snmp_turn turn;
    unsigned unreadable, other_version; /* in this request */
    bool restarted, healed;             /* in this request */
    bool answered;                      /* ever, since the keys were made known */
    unsigned strange;                   /* requests in a row that a living agent did not answer */
    unsigned resyncs;
    enum snmp_outcome failure;
    char words[180];
};

static void say(struct snmp_link *link, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct snmp_link *link, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(link->words, sizeof(link->words), format, args);
    va_end(args);
}

static void release(struct snmp_link *link)
{
    timers_cancel(snmp_net_timers(link->net), &link->timer);
    link->stage = IDLE;
    snmp_turn_end(snmp_net_turns(link->net), &link->turn);
}

static void finish(struct snmp_link *link, enum snmp_outcome outcome, const netsnmp_pdu *reply)
{
    release(link);
    link->done(link->user, outcome, reply); /* may free the link, or ask again */
}

static void fail_soon(struct snmp_link *link, enum snmp_outcome outcome)
{
    link->stage = FAILED;
    link->failure = outcome;
    timers_set(snmp_net_timers(link->net), &link->timer, boot_us());
}

static netsnmp_pdu *make_probe(void)
{
    /* RFC 3414 section 4: an empty user and no varbinds; the REPORT tells engine ID, boots and time */
    netsnmp_pdu *pdu = snmp_pdu_create(SNMP_MSG_GET);
    if (!pdu)
        return NULL;
    pdu->version = SNMP_VERSION_3;
    pdu->securityModel = SNMP_SEC_MODEL_USM;
    pdu->securityName = strdup("");
    pdu->securityLevel = SNMP_SEC_LEVEL_NOAUTH;
    return pdu;
}

static netsnmp_pdu *make_request(const struct snmp_request *request)
{
    netsnmp_pdu *pdu = snmp_pdu_create(request->command);
    if (!pdu)
        return NULL;
    if (request->command == SNMP_MSG_GETBULK) {
        pdu->non_repeaters = 0;
        pdu->max_repetitions = request->repetitions;
    }
    /* appended by hand: snmp_add_null_var would walk to the end of the list for each one */
    netsnmp_variable_list **end = &pdu->variables;
    for (size_t i = 0; i < request->n; i++) {
        if (!snmp_varlist_add_variable(end, request->name[i].id, request->name[i].n, ASN_NULL, NULL, 0)) {
            snmp_free_pdu(pdu);
            return NULL;
        }
        end = &(*end)->next_variable;
    }
    return pdu;
}

static void refused(struct snmp_link *link, int error)
{
    if (error == ECONNREFUSED)
        say(link, "%s refuses: no SNMP agent listens there", link->address);
    else
        say(link, "%s cannot be reached: %s", link->address, strerror(error));
}

static void transmit(struct snmp_link *link, enum stage stage, int retries)
{
    netsnmp_pdu *pdu = stage == REQUEST ? make_request(link->request) : make_probe();
    int error = 0;
    int r = pdu ? snmp_port_send(link->port, pdu, link->try_us, retries, &error) : -ENOMEM;
    if (r == 0) {
        link->stage = stage;
        timers_set(snmp_net_timers(link->net), &link->timer, boot_us() + link->try_us + EXPIRE_SLACK_US);
        return;
    }
    if (error == SNMPERR_TOO_LONG) {
        say(link, "a request for %zu objects is too long to send", link->request->n);
        fail_soon(link, SNMP_TOO_LONG);
    } else if (error == SNMPERR_BAD_SENDTO) {
        refused(link, errno);
        fail_soon(link, SNMP_REFUSED);
    } else {
        say(link, "the request could not be made: %s", error ? snmp_api_errstring(error) : "out of memory");
        fail_soon(link, SNMP_DENIED);
    }
}

static const struct snmp_port_calls port_calls;

/* From the search for the engine on, where there is none yet. */
static void begin(struct snmp_link *link)
{
    link->stage = REQUEST;
    int r = 0;
    if (!link->port)
        r = snmp_port_open(link->net, &link->agent, &link->security, NULL, &port_calls, link, &link->port);
    if (r < 0) {
        refused(link, -r);
        fail_soon(link, SNMP_REFUSED);
        return;
    }
    bool probe = link->security.setup->version == 3 && !snmp_port_has_engine(link->port);
    transmit(link, probe ? PROBE : REQUEST, RETRIES);
}

static void on_turn(struct snmp_turn *turn)
{
    struct snmp_link *link = (struct snmp_link *)((char *)turn - offsetof(struct snmp_link, turn));
    link->sent_us = boot_us();
    begin(link);
}

/* The same request once more, from the search for the engine on. */
static void restart(struct snmp_link *link)
{
    snmp_port_drop(link->port);
    link->port = NULL;
    link->restarted = true;
    link->answered = false;
    link->resyncs++;
    begin(link);
}

static void silent(struct snmp_link *link)
{
    if (link->unreadable || link->other_version) {
        say(link, link->other_version ? "%s answers in another version of SNMP" : "%s answers, but not in valid SNMP",
            link->address);
        finish(link, SNMP_UNREADABLE, NULL);
        return;
    }
    say(link, "no answer from %s in %.3g s%s", link->address, (double)(link->try_us * (RETRIES + 1)) / 1e6,
        link->security.setup->version == 3 ? "" : " (a wrong community looks the same)");
    finish(link, SNMP_SILENT, NULL);
}

static void denied(struct snmp_link *link, int report)
{
    const char *user = link->security.setup->user ? link->security.setup->user : "";
    switch (report) {
    case SNMPERR_UNKNOWN_USER_NAME: say(link, "%s does not know the user '%s'", link->address, user); break;
    case SNMPERR_AUTHENTICATION_FAILURE:
        say(link, "%s: wrong auth-key or auth protocol for the user '%s'", link->address, user);
        break;
    case SNMPERR_UNSUPPORTED_SEC_LEVEL:
        say(link, "%s has no %s for the user '%s'", link->address,
            link->security.priv_key ? "privacy" : "authentication", user);
        break;
    case SNMPERR_DECRYPTION_ERR:
        say(link, "%s: wrong privacy protocol or privacy-key for the user '%s'", link->address, user);
        break;
    default: say(link, "%s rejects the user '%s': %s", link->address, user, snmp_api_errstring(report)); break;
    }
    finish(link, SNMP_DENIED, NULL);
}

static void engine_twice(struct snmp_link *link, int r, const struct snmp_engine *other)
{
    snmp_port_drop(link->port);
    link->port = NULL;
    if (r == -EEXIST)
        say(link,
            "%s has the SNMPv3 engine ID of %s: give one of them an engine ID of its own; until then only %s is read",
            link->address, other->address, other->address);
    else
        say(link, "%s is read twice as the user '%s' with different keys", link->address, other->user);
    finish(link, r == -EEXIST ? SNMP_ENGINE_TWICE : SNMP_DENIED, NULL);
}

static void on_probe(struct snmp_link *link, const netsnmp_pdu *report)
{
    const struct snmp_engine *other = NULL;
    int r = snmp_port_engine(link->port, report, &other);
    if (r == 0) {
        transmit(link, REQUEST, RETRIES);
        return;
    }
    if (other) {
        engine_twice(link, r, other);
        return;
    }
    say(link, "%s tells no usable SNMPv3 engine ID", link->address);
    finish(link, SNMP_UNREADABLE, NULL);
}

/* It lives, but did not answer the request. */
static void on_check(struct snmp_link *link, const netsnmp_pdu *report)
{
    if (!snmp_port_same_engine(link->port, report)) {
        if (link->restarted)
            silent(link);
        else
            restart(link);
        return;
    }
    if (!link->healed) {
        /* its boots may have gone backwards: then the library drops all it says as too old, for ever, and calls it
         * unreadable */
        link->healed = true;
        link->unreadable = 0;
        link->resyncs++;
        snmp_engine_forget_time((struct snmp_engine *)snmp_port_engine_of(link->port));
        transmit(link, REQUEST, RETRIES);
        return;
    }
    if (link->unreadable || (link->answered && ++link->strange < 3)) {
        silent(link);
        return;
    }
    if (link->security.priv_key)
        denied(link, SNMPERR_DECRYPTION_ERR); /* the agent drops what it cannot decrypt, and says nothing */
    else
        silent(link);
}

static void on_security_error(struct snmp_link *link, netsnmp_pdu *pdu)
{
    int report = pdu ? snmpv3_get_report_type(pdu) : SNMPERR_USM_GENERICERROR;
    if (report == SNMPERR_UNKNOWN_ENG_ID && !link->restarted)
        restart(link);
    else if (report == SNMPERR_NOT_IN_TIME_WINDOW)
        transmit(link, CHECK, 0);
    else
        denied(link, report);
}

static void on_timed_out(struct snmp_link *link)
{
    /* only with an engine is there something to check; a restart comes from a check already */
    if (link->stage == REQUEST && link->security.setup->version == 3)
        transmit(link, CHECK, 0);
    else
        silent(link);
}

static void on_received(struct snmp_link *link, const netsnmp_pdu *pdu)
{
    if (link->stage == REQUEST && pdu->command == SNMP_MSG_RESPONSE) {
        link->answered = true;
        link->strange = 0;
        finish(link, SNMP_ANSWERED, pdu);
    } else if (link->stage == PROBE && pdu->command == SNMP_MSG_REPORT) {
        on_probe(link, pdu);
    } else if (link->stage == CHECK && pdu->command == SNMP_MSG_REPORT) {
        on_check(link, pdu);
    }
    /* else the second call for a REPORT that on_security_error has seen */
}

static void on_reply(void *owner, int operation, netsnmp_pdu *pdu)
{
    struct snmp_link *link = owner;
    switch (operation) {
    case NETSNMP_CALLBACK_OP_RESEND:
        timers_set(snmp_net_timers(link->net), &link->timer, boot_us() + link->try_us + EXPIRE_SLACK_US);
        break;
    case NETSNMP_CALLBACK_OP_RECEIVED_MESSAGE: on_received(link, pdu); break;
    case NETSNMP_CALLBACK_OP_SEC_ERROR:
        if (link->stage == REQUEST)
            on_security_error(link, pdu);
        break;
    case NETSNMP_CALLBACK_OP_SEND_FAILED:
        refused(link, ENETUNREACH);
        finish(link, SNMP_REFUSED, NULL);
        break;
    case NETSNMP_CALLBACK_OP_TIMED_OUT:
        if (link->stage != IDLE)
            on_timed_out(link);
        break;
    }
}

static void on_bad_input(void *owner, int error, int system_error)
{
    struct snmp_link *link = owner;
    if (link->stage == IDLE)
        return;
    if (error == SNMPERR_BAD_PARSE)
        link->unreadable++;
    else if (error == SNMPERR_BAD_VERSION)
        link->other_version++;
    bool gone = system_error == ECONNREFUSED || system_error == EHOSTUNREACH || system_error == ENETUNREACH;
    if (error != SNMPERR_BAD_RECVFROM || !gone)
        return;
    /* the library cannot take a request back, so the session goes with it */
    snmp_port_drop(link->port);
    link->port = NULL;
    refused(link, system_error);
    finish(link, SNMP_REFUSED, NULL);
}

static const struct snmp_port_calls port_calls = {.reply = on_reply, .bad_input = on_bad_input};

static void on_time(struct timer *timer, int64_t now)
{
    struct snmp_link *link = (struct snmp_link *)((char *)timer - offsetof(struct snmp_link, timer));
    if (link->stage == FAILED) {
        finish(link, link->failure, NULL);
        return;
    }
    /* before the library calls back: the link may be gone then. Early by a hair: it calls nothing, so look again. */
    timers_set(snmp_net_timers(link->net), timer, now + 2 * EXPIRE_SLACK_US);
    snmp_port_expire(link->port);
}

static int get_keys(struct snmp_link *link)
{
    const struct snmp_setup *setup = link->security.setup;
    struct snmp_keys *keys = snmp_net_keys(link->net);
    int r = 0;
    if (setup->version != 3 || setup->auth == AUTH_NONE)
        return 0;
    r = snmp_keys_get(keys, setup->auth, setup->auth_key, &link->security.auth_key);
    if (r == 0 && setup->priv != PRIV_NONE)
        r = snmp_keys_get(keys, setup->auth, setup->priv_key, &link->security.priv_key);
    return r;
}

int snmp_link_new(struct snmp_net *net, const struct endpoint *agent, const struct snmp_setup *setup, int64_t try_us,
                  struct snmp_link **ret)
{
    struct snmp_link *link = calloc(1, sizeof(*link));
    if (!link)
        return -ENOMEM;
    link->net = net;
    link->agent = *agent;
    link->security.setup = setup;
    link->try_us = try_us;
    link->timer.fire = on_time;
    link->turn.begin = on_turn;
    endpoint_format(agent, link->address);
    int r = get_keys(link);
    if (r < 0) {
        snmp_link_free(link);
        return r;
    }
    *ret = link;
    return 0;
}

void snmp_link_free(struct snmp_link *link)
{
    if (!link)
        return;
    release(link);
    snmp_port_drop(link->port);
    if (link->security.auth_key)
        snmp_keys_put(snmp_net_keys(link->net), link->security.auth_key);
    if (link->security.priv_key)
        snmp_keys_put(snmp_net_keys(link->net), link->security.priv_key);
    free(link);
}

void snmp_link_ask(struct snmp_link *link, const struct snmp_request *request, snmp_link_done *done, void *user)
{
    link->request = request;
    link->done = done;
    link->user = user;
    link->unreadable = link->other_version = 0;
    link->restarted = link->healed = false;
    size_t rows = request->command == SNMP_MSG_GETBULK ? request->repetitions : 1;
    link->stage = WAITING;
    snmp_turn_take(snmp_net_turns(link->net), &link->turn, (unsigned)(request->n * (rows ? rows : 1)));
}

void snmp_link_set_try(struct snmp_link *link, int64_t try_us)
{
    link->try_us = try_us;
}

bool snmp_link_busy(const struct snmp_link *link)
{
    return link->stage != IDLE;
}

const char *snmp_link_words(const struct snmp_link *link)
{
    return link->words;
}

int64_t snmp_link_sent_us(const struct snmp_link *link)
{
    return link->sent_us;
}

unsigned snmp_link_resyncs(const struct snmp_link *link)
{
    return link->resyncs;
}

enum fault snmp_outcome_fault(enum snmp_outcome outcome)
{
    switch (outcome) {
    case SNMP_ANSWERED: return FAULT_NONE;
    case SNMP_SILENT: return FAULT_SILENT;
    case SNMP_REFUSED: return FAULT_REFUSED;
    case SNMP_UNREADABLE:
    case SNMP_TOO_LONG: return FAULT_PROTOCOL;
    case SNMP_DENIED: return FAULT_AUTH;
    case SNMP_ENGINE_TWICE: return FAULT_ENGINE;
    }
    return FAULT_PROTOCOL;
}
