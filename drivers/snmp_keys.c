/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PASSPHRASE_MIN  8

#define PROTOCOL(array) ((struct snmp_name){(array), sizeof(array) / sizeof(oid)})

struct snmp_name snmp_auth_protocol(enum snmp_auth auth)
{
    switch (auth) {
    case AUTH_NONE: return PROTOCOL(usmNoAuthProtocol);
    case AUTH_MD5: return PROTOCOL(usmHMACMD5AuthProtocol);
    case AUTH_SHA: return PROTOCOL(usmHMACSHA1AuthProtocol);
    case AUTH_SHA224: return PROTOCOL(usmHMAC128SHA224AuthProtocol);
    case AUTH_SHA256: return PROTOCOL(usmHMAC192SHA256AuthProtocol);
    case AUTH_SHA384: return PROTOCOL(usmHMAC256SHA384AuthProtocol);
    case AUTH_SHA512: return PROTOCOL(usmHMAC384SHA512AuthProtocol);
    }
    return PROTOCOL(usmNoAuthProtocol);
}

struct snmp_name snmp_priv_protocol(enum snmp_priv priv)
{
    switch (priv) {
    case PRIV_NONE: return PROTOCOL(usmNoPrivProtocol);
    case PRIV_DES: return PROTOCOL(usmDESPrivProtocol);
    case PRIV_AES128: return PROTOCOL(usmAESPrivProtocol);
    case PRIV_AES192: return PROTOCOL(usmAES192PrivProtocol);
    case PRIV_AES256: return PROTOCOL(usmAES256PrivProtocol);
    }
    return PROTOCOL(usmNoPrivProtocol);
}

static void key_free(struct snmp_key *key)
{
    if (key->passphrase)
        explicit_bzero(key->passphrase, strlen(key->passphrase));
    free(key->passphrase);
    explicit_bzero(key, sizeof(*key));
    free(key);
}

static int derive(struct snmp_key *key, const char *passphrase)
{
    size_t length = strlen(passphrase);
    struct snmp_name protocol = snmp_auth_protocol(key->auth);
    key->passphrase = strdup(passphrase);
    if (!key->passphrase)
        return -ENOMEM;
    key->n = sizeof(key->ku); /* must be preset: it is the room */
    int r = generate_Ku(protocol.id, (u_int)protocol.n, (const u_char *)passphrase, length, key->ku, &key->n);
    return r == SNMPERR_SUCCESS ? 0 : -ENOTSUP;
}

int snmp_keys_get(struct snmp_keys *keys, enum snmp_auth auth, const char *passphrase, const struct snmp_key **ret)
{
    if (!passphrase || strlen(passphrase) < PASSPHRASE_MIN)
        return -EINVAL;
    for (struct snmp_key *k = keys->first; k; k = k->next) {
        if (k->auth == auth && strcmp(k->passphrase, passphrase) == 0) {
            k->uses++;
            *ret = k;
            return 0;
        }
    }
    struct snmp_key *key = calloc(1, sizeof(*key));
    if (!key)
        return -ENOMEM;
    key->auth = auth;
    key->uses = 1;
    int r = derive(key, passphrase);
    if (r < 0) {
        key_free(key);
        return r;
    }
    key->next = keys->first;
    keys->first = key;
    keys->made++;
    *ret = key;
    return 0;
}

void snmp_keys_put(struct snmp_keys *keys, const struct snmp_key *key)
{
    for (struct snmp_key **at = &keys->first; *at; at = &(*at)->next) {
        struct snmp_key *k = *at;
        if (k != key || --k->uses > 0)
            continue;
        *at = k->next;
        key_free(k);
        return;
    }
}
