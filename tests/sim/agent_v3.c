/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent.h"

#include <string.h>

#define WINDOW   150 /* seconds, RFC 3414 section 2.2.3 */
#define ENVELOPE 220 /* bytes around a PDU's varbinds: heads, engine ids twice, user, digest, salt */

enum { FLAG_AUTH = 1, FLAG_PRIV = 2, FLAG_REPORTABLE = 4 };

struct message {
    int64_t id, max_size, model;
    uint8_t flags;
    struct ber_bytes engine, user, digest, salt, scoped;
    int64_t boots, time;
};

/* What is sent back: a scoped PDU at a level. */
struct reply {
    struct agent *agent;
    const struct message *to;
    uint8_t flags;
    int64_t now;
};

static bool parse(const uint8_t *bytes, size_t n, struct message *m)
{
    struct ber_reader all = ber_reader(bytes, n), in = ber_enter(&all, BER_SEQUENCE);
    ber_integer(&in);
    struct ber_reader header = ber_enter(&in, BER_SEQUENCE);
    m->id = ber_integer(&header);
    m->max_size = ber_integer(&header);
    struct ber_bytes flags = ber_octets(&header);
    m->model = ber_integer(&header);
    struct ber_bytes security = ber_octets(&in);
    struct ber_reader outer = ber_reader(security.p, security.n), usm = ber_enter(&outer, BER_SEQUENCE);
    m->engine = ber_octets(&usm);
    m->boots = ber_integer(&usm);
    m->time = ber_integer(&usm);
    m->user = ber_octets(&usm);
    m->digest = ber_octets(&usm);
    m->salt = ber_octets(&usm);
    m->flags = flags.n == 1 ? flags.p[0] : 0;
    m->scoped = m->flags & FLAG_PRIV ? ber_octets(&in) : ber_any(&in);
    return !in.bad && !header.bad && !usm.bad && flags.n == 1 && m->model == 3 && m->max_size >= 484;
}

static void put_scoped(struct ber_writer *w, size_t before, struct ber_bytes engine, struct ber_bytes context)
{
    ber_put_octets(w, BER_OCTETS, context.p, context.n);
    ber_put_octets(w, BER_OCTETS, engine.p, engine.n);
    ber_put_head(w, BER_SEQUENCE, before);
}

/* Encrypts the scoped PDU that stands alone in w. */
static bool seal(const struct reply *reply, struct ber_writer *w, uint8_t salt[8])
{
    struct agent *agent = reply->agent;
    struct usm_cipher cipher = {.priv = agent->setup.priv,
                                .key = &agent->priv_key,
                                .boots = agent->setup.boots,
                                .time = (uint32_t)(reply->now - agent->booted)};
    uint8_t sealed[65552];
    size_t n = 0;
    uint64_t count = ++agent->salt;
    for (unsigned i = 0; i < 8; i++)
        cipher.salt[i] = (uint8_t)(count >> (56 - 8 * i));
    if (agent->setup.priv == USM_DES) /* RFC 3414 section 8.1.1.1: boots and a counter */
        for (unsigned i = 0; i < 4; i++)
            cipher.salt[i] = (uint8_t)(agent->setup.boots >> (24 - 8 * i));
    memcpy(salt, cipher.salt, 8);
    if (w->full || usm_encrypt(&cipher, w->p, ber_length(w), sealed, &n) < 0)
        return false;
    *w = ber_writer(w->start, (size_t)(w->end - w->start));
    ber_put_octets(w, BER_OCTETS, sealed, n);
    return true;
}

/* w holds the scoped PDU; the rest goes before it. */
static size_t finish(const struct reply *reply, struct ber_writer *w)
{
    struct agent *agent = reply->agent;
    const struct agent_setup *setup = &agent->setup;
    uint8_t salt[8], none[64] = {0}, flags = reply->flags;
    if (flags & FLAG_PRIV && !seal(reply, w, salt))
        return 0;
    size_t digest_length = flags & FLAG_AUTH ? usm_digest_length(setup->auth) : 0, security = ber_length(w);
    ber_put_octets(w, BER_OCTETS, salt, flags & FLAG_PRIV ? 8 : 0);
    size_t digest_at = ber_length(w) + digest_length; /* from the end */
    ber_put_octets(w, BER_OCTETS, none, digest_length);
    ber_put_octets(w, BER_OCTETS, reply->to->user.p, reply->to->user.n);
    ber_put_integer(w, BER_INTEGER, reply->now - agent->booted);
    ber_put_integer(w, BER_INTEGER, setup->boots);
    ber_put_octets(w, BER_OCTETS, setup->engine, setup->engine_length);
    ber_put_head(w, BER_SEQUENCE, security);
    ber_put_head(w, BER_OCTETS, security);
    size_t header = ber_length(w);
    ber_put_integer(w, BER_INTEGER, 3);
    ber_put_octets(w, BER_OCTETS, &flags, 1);
    ber_put_integer(w, BER_INTEGER, (int64_t)setup->max_size);
    ber_put_integer(w, BER_INTEGER, reply->to->id);
    ber_put_head(w, BER_SEQUENCE, header);
    ber_put_integer(w, BER_INTEGER, 3);
    ber_put_head(w, BER_SEQUENCE, 0);
    if (w->full)
        return 0;
    if (digest_length)
        usm_digest(setup->auth, &agent->auth_key, w->p, ber_length(w), w->end - digest_at);
    return ber_length(w);
}

/* RFC 3414 section 5: usmStats 1.3.6.1.6.3.15.1.1.N.0, in the order of enum usm_report. */
static size_t report(const struct reply *reply, enum usm_report which, uint8_t *buffer, size_t size)
{
    struct agent *agent = reply->agent;
    const uint32_t name[] = {1, 3, 6, 1, 6, 3, 15, 1, 1, which + 1u, 0};
    struct ber_writer w = ber_writer(buffer, size);
    agent->reports[which]++;
    if (!(reply->to->flags & FLAG_REPORTABLE))
        return 0;
    ber_put_unsigned(&w, BER_COUNTER32, agent->reports[which]);
    ber_put_oid(&w, name, sizeof name / sizeof name[0]);
    ber_put_head(&w, BER_SEQUENCE, 0);
    ber_put_head(&w, BER_SEQUENCE, 0);
    ber_put_integer(&w, BER_INTEGER, 0);
    ber_put_integer(&w, BER_INTEGER, 0);
    /* the request id inside a message that could not be read is not known */
    ber_put_integer(&w, BER_INTEGER, 0);
    ber_put_head(&w, BER_REPORT, 0);
    put_scoped(&w, 0, (struct ber_bytes){agent->setup.engine, agent->setup.engine_length}, (struct ber_bytes){NULL, 0});
    return finish(reply, &w);
}

static bool digest_right(const struct agent *agent, const struct message *m, const uint8_t *bytes, size_t n)
{
    uint8_t copy[65536];
    uint8_t right[64];
    if (m->digest.n != usm_digest_length(agent->setup.auth) || n > sizeof copy)
        return false;
    memcpy(copy, bytes, n);
    memset(copy + (m->digest.p - bytes), 0, m->digest.n);
    usm_digest(agent->setup.auth, &agent->auth_key, copy, n, right);
    return !memcmp(right, m->digest.p, m->digest.n);
}

static bool in_window(const struct agent *agent, const struct message *m, int64_t now)
{
    int64_t off = m->time - (now - agent->booted);
    return m->boots == agent->setup.boots && off <= WINDOW && off >= -WINDOW;
}

/* RFC 3414 section 3.2, steps 3 to 7. */
static int check(struct reply *reply, const uint8_t *bytes, size_t n)
{
    const struct agent *agent = reply->agent;
    const struct agent_setup *setup = &agent->setup;
    const struct message *m = reply->to;
    if (m->engine.n != setup->engine_length || memcmp(m->engine.p, setup->engine, m->engine.n))
        return USM_ENGINE;
    if (m->user.n != strlen(setup->user) || memcmp(m->user.p, setup->user, m->user.n))
        return USM_USER;
    if ((m->flags & FLAG_AUTH && !setup->auth) || (m->flags & FLAG_PRIV && !setup->priv))
        return USM_LEVEL;
    if (m->flags & FLAG_AUTH && !digest_right(agent, m, bytes, n))
        return USM_DIGEST;
    if (m->flags & FLAG_AUTH && !in_window(agent, m, reply->now)) {
        reply->flags = FLAG_AUTH; /* so that the peer may trust our time */
        return USM_WINDOW;
    }
    return -1;
}

static bool unseal(const struct agent *agent, const struct message *m, uint8_t *buffer, struct ber_bytes *ret)
{
    struct usm_cipher cipher = {agent->setup.priv, &agent->priv_key, (uint32_t)m->boots, (uint32_t)m->time, {0}};
    if (m->salt.n != 8 || m->scoped.n > 65536)
        return false;
    memcpy(cipher.salt, m->salt.p, 8);
    if (usm_decrypt(&cipher, m->scoped.p, m->scoped.n, buffer) < 0)
        return false;
    *ret = (struct ber_bytes){buffer, m->scoped.n};
    return true;
}

static size_t answer_scoped(struct reply *reply, struct ber_bytes scoped, uint8_t *buffer, size_t size)
{
    struct agent *agent = reply->agent;
    struct ber_reader all = ber_reader(scoped.p, scoped.n), in = ber_enter(&all, BER_SEQUENCE);
    struct ber_bytes engine = ber_octets(&in), context = ber_octets(&in), pdu = ber_any(&in);
    if (in.bad)
        return reply->flags & FLAG_PRIV ? report(reply, USM_DECRYPT, buffer, size) : 0;
    struct pdu_rules rules = {.image = agent->image,
                              .version = 3,
                              .no_bulk = agent->setup.no_bulk,
                              .max_varbinds = agent->setup.max_varbinds,
                              .budget = size > ENVELOPE ? size - ENVELOPE : 0,
                              .wrong_id = agent->wrong_id,
                              .endless = agent->endless,
                              .failing = agent->failing,
                              .writes = &agent->writes};
    /* a user with a digest reads nothing without: authorizationError, RFC 3415 by way of RFC 3413 section 3.2 */
    if ((reply->flags & (FLAG_AUTH | FLAG_PRIV)) !=
        ((agent->setup.auth ? FLAG_AUTH : 0) | (agent->setup.priv ? FLAG_PRIV : 0)))
        rules.refused = true;
    struct ber_writer w = ber_writer(buffer, size);
    if (pdu_answer(&rules, pdu, &w) < 0)
        return 0;
    put_scoped(&w, 0, engine, context);
    return finish(reply, &w);
}

size_t agent_answer_v3(struct agent *agent, int64_t now, const uint8_t *message, size_t n, uint8_t *buffer, size_t size)
{
    uint8_t opened[65536];
    struct message m = {0};
    if (!parse(message, n, &m))
        return 0;
    if (m.max_size < (int64_t)agent->setup.max_size && m.max_size < (int64_t)size)
        buffer += size - (size_t)m.max_size, size = (size_t)m.max_size;
    else if (agent->setup.max_size < size)
        buffer += size - agent->setup.max_size, size = agent->setup.max_size;
    struct reply reply = {agent, &m, 0, now};
    int wrong = check(&reply, message, n);
    if (wrong >= 0)
        return report(&reply, (enum usm_report)wrong, buffer, size);
    struct ber_bytes scoped = m.scoped;
    if (m.flags & FLAG_PRIV && !unseal(agent, &m, opened, &scoped))
        return report(&reply, USM_DECRYPT, buffer, size);
    agent->requests++;
    reply.flags = m.flags & (FLAG_AUTH | FLAG_PRIV);
    return answer_scoped(&reply, scoped, buffer, size);
}
