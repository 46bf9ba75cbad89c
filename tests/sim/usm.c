/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "usm.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

static const struct auth {
    const EVP_MD *(*digest)(void);
    size_t wire; /* bytes of the message authentication code kept */
} auths[USM_AUTHS] = {
    [USM_MD5] = {EVP_md5, 12},       [USM_SHA] = {EVP_sha1, 12},      [USM_SHA224] = {EVP_sha224, 16},
    [USM_SHA256] = {EVP_sha256, 24}, [USM_SHA384] = {EVP_sha384, 32}, [USM_SHA512] = {EVP_sha512, 48},
};

/* DES is asked for as triple DES with one key thrice, which is the same cipher: OpenSSL 3 has single DES only in its
 * legacy provider. */
static const struct priv {
    const EVP_CIPHER *(*cipher)(void);
    size_t key; /* bytes of the localised key needed */
} privs[USM_PRIVS] = {
    [USM_DES] = {EVP_des_ede3_cbc, 16},
    [USM_AES128] = {EVP_aes_128_cfb128, 16},
    [USM_AES192] = {EVP_aes_192_cfb128, 24},
    [USM_AES256] = {EVP_aes_256_cfb128, 32},
};

size_t usm_digest_length(enum usm_auth auth)
{
    return auths[auth].wire;
}

int usm_password_key(enum usm_auth auth, const char *password, struct usm_key *ret)
{
    size_t n = strlen(password), at = 0;
    uint8_t block[64];
    unsigned length = 0;
    if (n < 8)
        return -EINVAL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, auths[auth].digest(), NULL);
    for (size_t done = 0; done < 1048576; done += sizeof block) {
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = (uint8_t)password[at++ % n];
        EVP_DigestUpdate(context, block, sizeof block);
    }
    EVP_DigestFinal_ex(context, ret->byte, &length);
    EVP_MD_CTX_free(context);
    ret->n = length;
    return 0;
}

static void hash(enum usm_auth auth, const struct usm_key *a, const uint8_t *engine, size_t n, const struct usm_key *b,
                 uint8_t *ret, size_t *ret_n)
{
    unsigned length = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, auths[auth].digest(), NULL);
    EVP_DigestUpdate(context, a->byte, a->n);
    if (n)
        EVP_DigestUpdate(context, engine, n);
    if (b)
        EVP_DigestUpdate(context, b->byte, b->n);
    EVP_DigestFinal_ex(context, ret, &length);
    EVP_MD_CTX_free(context);
    *ret_n = length;
}

void usm_localize(enum usm_auth auth, const struct usm_key *key, const uint8_t *engine, size_t n, struct usm_key *ret)
{
    struct usm_key local = {0};
    hash(auth, key, engine, n, key, local.byte, &local.n);
    *ret = local;
}

void usm_extend(enum usm_auth auth, enum usm_priv priv, struct usm_key *key)
{
    while (key->n < privs[priv].key) {
        uint8_t more[EVP_MAX_MD_SIZE];
        size_t n;
        hash(auth, key, NULL, 0, NULL, more, &n);
        memcpy(key->byte + key->n, more, n);
        key->n += n;
    }
}

void usm_digest(enum usm_auth auth, const struct usm_key *key, const void *message, size_t n, uint8_t *ret)
{
    uint8_t whole[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    HMAC(auths[auth].digest(), key->byte, (int)key->n, message, n, whole, &length);
    memcpy(ret, whole, auths[auth].wire);
}

static void put32(uint8_t *p, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* Key and initial vector of one message. */
static void prepare(const struct usm_cipher *c, uint8_t key[32], uint8_t iv[16])
{
    if (c->priv == USM_DES) {
        for (unsigned i = 0; i < 24; i++)
            key[i] = c->key->byte[i % 8];
        for (unsigned i = 0; i < 8; i++)
            iv[i] = c->key->byte[8 + i] ^ c->salt[i];
        return;
    }
    memcpy(key, c->key->byte, privs[c->priv].key);
    put32(iv, c->boots);
    put32(iv + 4, c->time);
    memcpy(iv + 8, c->salt, 8);
}

static int run(const struct usm_cipher *c, int encrypt, const uint8_t *in, size_t n, uint8_t *ret)
{
    uint8_t key[32] = {0}, iv[16] = {0};
    int done = 0, r = -EIO;
    prepare(c, key, iv);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (EVP_CipherInit_ex(context, privs[c->priv].cipher(), NULL, key, iv, encrypt) == 1 &&
        EVP_CIPHER_CTX_set_padding(context, 0) == 1 && EVP_CipherUpdate(context, ret, &done, in, (int)n) == 1 &&
        (size_t)done == n)
        r = 0;
    EVP_CIPHER_CTX_free(context);
    return r;
}

int usm_encrypt(const struct usm_cipher *cipher, const uint8_t *in, size_t n, uint8_t *ret, size_t *ret_n)
{
    uint8_t padded[65544];
    size_t length = cipher->priv == USM_DES ? (n + 7) / 8 * 8 : n;
    if (length > sizeof padded)
        return -EIO;
    memcpy(padded, in, n);
    memset(padded + n, 0, length - n);
    int r = run(cipher, 1, padded, length, ret);
    if (r == 0)
        *ret_n = length;
    return r;
}

int usm_decrypt(const struct usm_cipher *cipher, const uint8_t *in, size_t n, uint8_t *ret)
{
    if (cipher->priv == USM_DES && n % 8)
        return -EIO;
    return run(cipher, 0, in, n, ret);
}
