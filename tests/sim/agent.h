/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SNMP agent as bytes in, bytes out: communities, and SNMPv3 with its user-based security.
 *
 * Shape: a version 2 agent also answers version 1; one of version 1 or 3 nothing else. The clock is an argument:
 *        whole seconds that only rise.
 * Owner: the agent borrows setup's texts and its image.
 * Source: RFC 1901, RFC 3412 section 7, RFC 3414 section 3.2, RFC 3411 section 5 (engine ids).
 */
#pragma once
#include "snmp_pdu.h"
#include "usm.h"

#define ENGINE_MAX 32

struct agent_setup {
    int version;
    const char *community;
    const char *user;
    enum usm_auth auth;
    enum usm_priv priv;
    struct usm_key auth_key, priv_key; /* of the passwords, not localised */
    uint8_t engine[ENGINE_MAX];
    size_t engine_length;
    uint32_t boots;
    bool no_bulk;
    unsigned max_varbinds;
    size_t max_size; /* of a message, bytes */
};

enum usm_report { USM_LEVEL, USM_WINDOW, USM_USER, USM_ENGINE, USM_DIGEST, USM_DECRYPT, USM_REPORTS };

struct agent {
    struct agent_setup setup;
    struct usm_key auth_key, priv_key; /* of this engine */
    int64_t booted;                    /* on the caller's clock */
    uint32_t reports[USM_REPORTS];
    uint64_t salt;
    const struct image *image;
    bool wrong_id, endless, failing;
    unsigned long writes, requests;
};

void agent_init(struct agent *agent, const struct agent_setup *setup, const struct image *image, int64_t now);
/* A new engine id: keys are derived anew. */
void agent_set_engine(struct agent *agent, const uint8_t *engine, size_t n);
void agent_set_boots(struct agent *agent, uint32_t boots, int64_t now);
/* Returns the length of the answer at the end of buffer[size], or 0: no answer. */
size_t agent_answer(struct agent *agent, int64_t now, const uint8_t *message, size_t n, uint8_t *buffer, size_t size);
/* As agent_answer, of a version 3 message. */
size_t agent_answer_v3(struct agent *agent, int64_t now, const uint8_t *message, size_t n, uint8_t *buffer,
                       size_t size);
