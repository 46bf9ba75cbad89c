/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SNMPv3 keys from passphrases, made once: each costs 3 to 4 ms, which 2,000 devices would feel.
 *
 * Errors: -EINVAL for a passphrase shorter than 8 characters (RFC 3414 section 11.2), -ENOTSUP for a protocol that
 *         the library was built without.
 * Owner: counted by snmp_keys_get and snmp_keys_put; the last put of a key wipes it. Passphrases and keys are in no
 *        message, ever.
 * Source: RFC 3414, RFC 3826, RFC 7860; AES-192 and -256 as draft-blumenthal-aes-usm-04, which agents follow.
 */
#pragma once
#include "snmp_value.h"

struct snmp_key {
    struct snmp_key *next;
    unsigned uses;
    enum snmp_auth auth;
    char *passphrase;
    size_t n;
    uint8_t ku[USM_AUTH_KU_LEN];
};

struct snmp_keys {
    struct snmp_key *first;
    unsigned made; /* how often a key had to be derived */
};

int snmp_keys_get(struct snmp_keys *keys, enum snmp_auth auth, const char *passphrase, const struct snmp_key **ret);
void snmp_keys_put(struct snmp_keys *keys, const struct snmp_key *key);
/* The protocols' own OIDs: the library's lookup by name takes prefixes ("SHA-2" would be SHA-224, "" none at all). */
struct snmp_name snmp_auth_protocol(enum snmp_auth auth);
struct snmp_name snmp_priv_protocol(enum snmp_priv priv);
