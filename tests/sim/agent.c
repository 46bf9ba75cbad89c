/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "agent.h"

#include <string.h>

#define ENVELOPE 40 /* bytes of heads, version and ids around what a budget counts */

void agent_init(struct agent *agent, const struct agent_setup *setup, const struct image *image, int64_t now)
{
    memset(agent, 0, sizeof *agent);
    agent->setup = *setup;
    agent->image = image;
    agent_set_boots(agent, setup->boots, now);
    agent_set_engine(agent, setup->engine, setup->engine_length);
}

void agent_set_boots(struct agent *agent, uint32_t boots, int64_t now)
{
    agent->setup.boots = boots;
    agent->booted = now;
}

void agent_set_engine(struct agent *agent, const uint8_t *engine, size_t n)
{
    struct agent_setup *setup = &agent->setup;
    memmove(setup->engine, engine, n);
    setup->engine_length = n;
    if (setup->auth)
        usm_localize(setup->auth, &setup->auth_key, engine, n, &agent->auth_key);
    if (setup->priv) {
        usm_localize(setup->auth, &setup->priv_key, engine, n, &agent->priv_key);
        usm_extend(setup->auth, setup->priv, &agent->priv_key);
    }
}

size_t agent_answer(struct agent *agent, int64_t now, const uint8_t *message, size_t n, uint8_t *buffer, size_t size)
{
    const struct agent_setup *setup = &agent->setup;
    struct ber_reader all = ber_reader(message, n), in = ber_enter(&all, BER_SEQUENCE);
    int64_t version = ber_integer(&in);
    if (in.bad)
        return 0;
    if (version == 3)
        return setup->version == 3 ? agent_answer_v3(agent, now, message, n, buffer, size) : 0;
    struct ber_bytes community = ber_octets(&in), pdu = ber_any(&in);
    bool served = setup->version == 2 ? version == 0 || version == 1 : setup->version == 1 && version == 0;
    if (in.bad || !served || community.n != strlen(setup->community) ||
        memcmp(community.p, setup->community, community.n))
        return 0;
    agent->requests++;
    if (size > setup->max_size)
        buffer += size - setup->max_size, size = setup->max_size;
    struct pdu_rules rules = {.image = agent->image,
                              .version = (int)version + 1,
                              .no_bulk = setup->no_bulk,
                              .max_varbinds = setup->max_varbinds,
                              .budget = size > ENVELOPE + community.n ? size - ENVELOPE - community.n : 0,
                              .wrong_id = agent->wrong_id,
                              .endless = agent->endless,
                              .failing = agent->failing,
                              .writes = &agent->writes};
    struct ber_writer w = ber_writer(buffer, size);
    if (pdu_answer(&rules, pdu, &w) < 0)
        return 0;
    ber_put_octets(&w, BER_OCTETS, community.p, community.n);
    ber_put_integer(&w, BER_INTEGER, version);
    ber_put_head(&w, BER_SEQUENCE, 0);
    return w.full ? 0 : ber_length(&w);
}
