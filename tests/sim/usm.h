/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, digests and ciphers of SNMPv3's user-based security model.
 *
 * Errors: -EINVAL for a password under 8 characters; -EIO where the cipher fails.
 * Source: RFC 3414 (MD5, SHA-1, DES; key localisation: section 2.6 and appendix A), RFC 7860 (SHA-2), RFC 3826
 *         (AES-128), draft-blumenthal-aes-usm-04 (AES-192, AES-256, longer keys: section 3.1.2.1).
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define USM_KEY 128 /* room for a key, extended */

enum usm_auth { USM_NO_AUTH, USM_MD5, USM_SHA, USM_SHA224, USM_SHA256, USM_SHA384, USM_SHA512, USM_AUTHS };
enum usm_priv { USM_NO_PRIV, USM_DES, USM_AES128, USM_AES192, USM_AES256, USM_PRIVS };

struct usm_key {
    size_t n;
    uint8_t byte[USM_KEY];
};

size_t usm_digest_length(enum usm_auth auth); /* on the wire */
/* A password's key, for all engines: the million bytes of RFC 3414 A.2. Slow: 3 ms. */
int usm_password_key(enum usm_auth auth, const char *password, struct usm_key *ret);
void usm_localize(enum usm_auth auth, const struct usm_key *key, const uint8_t *engine, size_t n, struct usm_key *ret);
/* Lengthens a localised key until it is long enough for the cipher. */
void usm_extend(enum usm_auth auth, enum usm_priv priv, struct usm_key *key);
/* Writes usm_digest_length() bytes. */
void usm_digest(enum usm_auth auth, const struct usm_key *key, const void *message, size_t n, uint8_t *ret);

struct usm_cipher {
    enum usm_priv priv;
    const struct usm_key *key;
    uint32_t boots, time;
    uint8_t salt[8]; /* the message's privacy parameters */
};

/* ret has room for n + 8 bytes (DES pads); *ret_n is how many. */
int usm_encrypt(const struct usm_cipher *cipher, const uint8_t *in, size_t n, uint8_t *ret, size_t *ret_n);
int usm_decrypt(const struct usm_cipher *cipher, const uint8_t *in, size_t n, uint8_t *ret);
