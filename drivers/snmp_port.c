/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_port.h"

#include <errno.h>
#include <fcntl.h>
#include <net-snmp/library/snmpusm.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* libmodbus calls select(), which aborts above 1023: those numbers are left to it. */
#define FD_FIRST 1024

/* Which request a call is about: a REPORT's own number is often 0, and a request that ended in a REPORT is told twice.
 * Two can be under way at most: the one that ended, and the one begun by its owner in that call. */
#define TOKENS 4

struct token {
    struct snmp_port *port;
};

struct snmp_port {
    struct token token[TOKENS];
    unsigned current;
    struct snmp_watch watch;
    struct snmp_later later;
    struct snmp_net *net;
    void *session;
    int fd;
    const struct snmp_port_calls *calls;
    void *owner; /* NULL: dropped */
    bool sending;
    int send_operation;
    struct snmp_engine engine;
    char address[ENDPOINT_TEXT_MAX];
    char *user;
};

static int on_reply(int operation, netsnmp_session *session, int id, netsnmp_pdu *pdu, void *magic)
{
    (void)session;
    (void)id;
    const struct token *token = magic;
    struct snmp_port *port = token->port;
    if (token != &port->token[port->current])
        return 1;
    if (port->sending)
        port->send_operation = operation; /* it has failed already: snmp_port_send says so */
    else if (port->owner)
        port->calls->reply(port->owner, operation, pdu);
    /* 0 would keep the request: it would be sent again, and time out */
    return 1;
}

static void on_readable(struct snmp_watch *watch, netsnmp_large_fd_set *fds)
{
    struct snmp_port *port = (struct snmp_port *)((char *)watch - offsetof(struct snmp_port, watch));
    if (!port->owner)
        return;
    NETSNMP_LARGE_FD_SET(port->fd, fds);
    if (snmp_sess_read2(port->session, fds) == 0)
        return;
    NETSNMP_LARGE_FD_CLR(port->fd, fds);
    netsnmp_session *s = snmp_sess_session(port->session);
    if (port->owner)
        port->calls->bad_input(port->owner, s->s_snmp_errno, s->s_errno);
}

static void close_port(struct snmp_later *later)
{
    struct snmp_port *port = (struct snmp_port *)((char *)later - offsetof(struct snmp_port, later));
    snmp_engines_leave(snmp_net_engines(port->net), &port->engine);
    if (port->session) {
        netsnmp_session *s = snmp_sess_session(port->session);
        explicit_bzero(s->securityAuthKey, sizeof(s->securityAuthKey));
        explicit_bzero(s->securityPrivKey, sizeof(s->securityPrivKey));
        snmp_sess_close(port->session);
    }
    free(port->user);
    free(port);
}

void snmp_port_drop(struct snmp_port *port)
{
    if (!port)
        return;
    port->owner = NULL;
    /* out of the epoll before the number can be given to another */
    if (port->fd >= 0)
        snmp_net_unwatch(port->net, port->fd);
    port->later.fn = close_port;
    snmp_net_later(port->net, &port->later);
}

/* Above 1023, not inherited, never blocking (the library's IPv6 calls would), and deaf to all but the agent. */
static int own_socket(struct snmp_port *port, const struct endpoint *agent)
{
    netsnmp_transport *t = snmp_sess_transport(port->session);
    int fd = fcntl(t->sock, F_DUPFD_CLOEXEC, FD_FIRST);
    if (fd >= 0) {
        close(t->sock);
        t->sock = fd;
    } else {
        fcntl(t->sock, F_SETFD, FD_CLOEXEC); /* the limit is 1024: it works, only lower */
    }
    fcntl(t->sock, F_SETFL, O_NONBLOCK);
    if (connect(t->sock, &agent->any, endpoint_size(agent)) < 0)
        return -errno;
    int r = snmp_net_watch(port->net, t->sock, &port->watch);
    if (r == 0)
        port->fd = t->sock;
    return r;
}

static void fill_v3(const struct snmp_port *port, netsnmp_session *s, const struct snmp_security *security,
                    const struct snmp_engine *engine)
{
    const struct snmp_setup *setup = security->setup;
    struct snmp_name auth = snmp_auth_protocol(setup->auth), priv = snmp_priv_protocol(setup->priv);
    s->version = SNMP_VERSION_3;
    s->securityModel = SNMP_SEC_MODEL_USM;
    s->securityLevel = setup->auth == AUTH_NONE   ? SNMP_SEC_LEVEL_NOAUTH
                       : setup->priv == PRIV_NONE ? SNMP_SEC_LEVEL_AUTHNOPRIV
                                                  : SNMP_SEC_LEVEL_AUTHPRIV;
    s->securityName = port->user;
    s->securityNameLen = strlen(port->user);
    s->securityAuthProto = (oid *)auth.id;
    s->securityAuthProtoLen = auth.n;
    s->securityPrivProto = (oid *)priv.id;
    s->securityPrivProtoLen = priv.n;
    if (security->auth_key) {
        memcpy(s->securityAuthKey, security->auth_key->ku, security->auth_key->n);
        s->securityAuthKeyLen = security->auth_key->n;
    }
    if (security->priv_key) {
        memcpy(s->securityPrivKey, security->priv_key->ku, security->priv_key->n);
        s->securityPrivKeyLen = security->priv_key->n;
    }
    if (engine) {
        s->securityEngineID = (u_char *)engine->id;
        s->securityEngineIDLen = engine->n;
    }
}

/* The library's "udp6:[..]:port": always a number, since a name would be looked up at once. */
static void *open_session(struct snmp_port *port, const struct endpoint *agent, const struct snmp_security *security,
                          const struct snmp_engine *engine)
{
    char peer[ENDPOINT_TEXT_MAX + 8];
    const struct snmp_setup *setup = security->setup;
    netsnmp_session template;
    snmp_sess_init(&template);
    snprintf(peer, sizeof(peer), "%s:%s", agent->any.sa_family == AF_INET ? "udp" : "udp6", port->address);
    template.peername = peer;
    if (setup->version == 3) {
        fill_v3(port, &template, security, engine);
    } else {
        template.version = setup->version == 1 ? SNMP_VERSION_1 : SNMP_VERSION_2c;
        const char *community = setup->community ? setup->community : "public";
        template.community = (u_char *)community;
        template.community_len = strlen(community);
    }
    void *session = snmp_sess_open(&template);
    explicit_bzero(&template, sizeof(template));
    /* open clears this flag, and the first send would then wait for the engine ID, blocking */
    if (session)
        snmp_sess_session(session)->flags |= SNMP_FLAGS_DONT_PROBE;
    return session;
}

static void fill_engine(struct snmp_port *port, const struct snmp_security *security)
{
    port->engine.address = port->address;
    port->engine.user = port->user;
    port->engine.auth = security->setup->auth;
    port->engine.priv = security->setup->priv;
    port->engine.auth_key = security->auth_key;
    port->engine.priv_key = security->priv_key;
}

static int join(struct snmp_port *port, const uint8_t *id, size_t n, const struct snmp_engine **ret_other)
{
    if (n == 0 || n > SNMP_ENGINE_MAX)
        return -EPROTO;
    memcpy(port->engine.id, id, n);
    port->engine.n = n;
    int r = snmp_engines_join(snmp_net_engines(port->net), &port->engine, ret_other);
    if (r < 0)
        return r;
    return usm_create_user_from_session(snmp_sess_session(port->session)) == SNMPERR_SUCCESS ? 0 : -EPROTO;
}

int snmp_port_open(struct snmp_net *net, const struct endpoint *agent, const struct snmp_security *security,
                   const struct snmp_engine *engine, const struct snmp_port_calls *calls, void *owner,
                   struct snmp_port **ret)
{
    struct snmp_port *port = calloc(1, sizeof(*port));
    if (!port)
        return -ENOMEM;
    port->net = net;
    port->fd = -1;
    port->calls = calls;
    port->owner = owner;
    port->watch.readable = on_readable;
    endpoint_format(agent, port->address);
    port->user = strdup(security->setup->user ? security->setup->user : "");
    int r = port->user ? 0 : -ENOMEM;
    if (r == 0) {
        port->session = open_session(port, agent, security, engine);
        r = port->session ? own_socket(port, agent) : -EMFILE;
    }
    if (r == 0 && security->setup->version == 3) {
        const struct snmp_engine *other;
        fill_engine(port, security);
        r = engine ? join(port, engine->id, engine->n, &other) : 0;
    }
    if (r < 0) {
        snmp_port_drop(port);
        return r;
    }
    *ret = port;
    return 0;
}

int snmp_port_send(struct snmp_port *port, netsnmp_pdu *pdu, int64_t try_us, int retries, int *ret_error)
{
    netsnmp_session *s = snmp_sess_session(port->session);
    s->timeout = (long)try_us;
    s->retries = retries;
    port->current = (port->current + 1) % TOKENS;
    port->token[port->current].port = port;
    port->sending = true;
    snmp_net_enter(port->net);
    int id = snmp_sess_async_send(port->session, pdu, on_reply, &port->token[port->current]);
    snmp_net_leave(port->net);
    port->sending = false;
    if (id != 0)
        return 0;
    int error = s->s_errno;
    *ret_error = s->s_snmp_errno;
    snmp_free_pdu(pdu);
    errno = error;
    return -EIO;
}

void snmp_port_expire(struct snmp_port *port)
{
    struct snmp_net *net = port->net;
    snmp_net_enter(net);
    snmp_sess_timeout(port->session);
    snmp_net_leave(net);
}

int snmp_port_engine(struct snmp_port *port, const netsnmp_pdu *report, const struct snmp_engine **ret_other)
{
    return join(port, report->securityEngineID, report->securityEngineIDLen, ret_other);
}

bool snmp_port_has_engine(const struct snmp_port *port)
{
    return port->engine.joined;
}

const struct snmp_engine *snmp_port_engine_of(const struct snmp_port *port)
{
    return &port->engine;
}

bool snmp_port_same_engine(const struct snmp_port *port, const netsnmp_pdu *report)
{
    return port->engine.n == report->securityEngineIDLen &&
           memcmp(port->engine.id, report->securityEngineID, port->engine.n) == 0;
}
