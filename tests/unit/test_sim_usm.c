/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usm of tests/sim: the vectors of RFC 3414 appendix A, and ciphers there and back. */
#include "tests/sim/usm.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t engine[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};

static void passwords_become_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum usm_auth auth;
        size_t n;
        const char *key, *local;
    } rows[] = {
        {"A.3.1 MD5", USM_MD5, 16, "\x9f\xaf\x32\x83\x88\x4e\x92\x83\x4e\xbc\x98\x47\xd8\xed\xd9\x63",
         "\x52\x6f\x5e\xed\x9f\xcc\xe2\x6f\x89\x64\xc2\x93\x07\x87\xd8\x2b"},
        {"A.3.2 SHA", USM_SHA, 20, "\x9f\xb5\xcc\x03\x81\x49\x7b\x37\x93\x52\x89\x39\xff\x78\x8d\x5d\x79\x14\x52\x11",
         "\x66\x95\xfe\xbc\x92\x88\xe3\x62\x82\x23\x5f\xc7\x15\x1f\x12\x84\x97\xb3\x8f\x3f"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct usm_key key, local;
        assert_int_equal(usm_password_key(rows[i].auth, "maplesyrup", &key), 0);
        assert_int_equal(key.n, rows[i].n);
        assert_memory_equal(key.byte, rows[i].key, rows[i].n);
        usm_localize(rows[i].auth, &key, engine, sizeof engine, &local);
        assert_memory_equal(local.byte, rows[i].local, rows[i].n);
    }
}

static void short_passwords_are_refused(void **state)
{
    (void)state;
    struct usm_key key;
    assert_int_equal(usm_password_key(USM_SHA, "seven77", &key), -EINVAL);
}

static void keys_are_extended(void **state)
{
    (void)state;
    struct usm_key key, local, longer;
    usm_password_key(USM_SHA, "maplesyrup", &key);
    usm_localize(USM_SHA, &key, engine, sizeof engine, &local);
    longer = local;
    usm_extend(USM_SHA, USM_AES256, &longer);
    assert_int_equal(longer.n, 40); /* twenty bytes and their digest */
    assert_memory_equal(longer.byte, local.byte, 20);
    usm_extend(USM_SHA, USM_AES128, &local);
    assert_int_equal(local.n, 20);
}

static void ciphers_go_there_and_back(void **state)
{
    (void)state;
    struct usm_key key, local;
    usm_password_key(USM_SHA256, "maplesyrup", &key);
    usm_localize(USM_SHA256, &key, engine, sizeof engine, &local);
    for (int priv = USM_DES; priv < USM_PRIVS; priv++) {
        struct usm_cipher cipher = {(enum usm_priv)priv, &local, 5, 1234, {1, 2, 3, 4, 5, 6, 7, 8}};
        uint8_t plain[21] = "a scoped PDU, say it", sealed[40], opened[40];
        size_t n = 0;
        assert_int_equal(usm_encrypt(&cipher, plain, sizeof plain, sealed, &n), 0);
        assert_int_equal(n, priv == USM_DES ? 24 : 21);
        assert_memory_not_equal(sealed, plain, sizeof plain);
        assert_int_equal(usm_decrypt(&cipher, sealed, n, opened), 0);
        assert_memory_equal(opened, plain, sizeof plain);
        cipher.salt[0] ^= 1;
        assert_int_equal(usm_decrypt(&cipher, sealed, n, opened), 0);
        assert_memory_not_equal(opened, plain, sizeof plain);
    }
}

/* FIPS 46-3's usual worked example: DES of 0123456789abcdef. With the salt equal to the second half of the key the
 * initial vector is 0, so that the first block is plain DES. */
static void des_is_des(void **state)
{
    (void)state;
    struct usm_key key = {16, {0x13, 0x34, 0x57, 0x79, 0x9b, 0xbc, 0xdf, 0xf1, 1, 2, 3, 4, 5, 6, 7, 8}};
    struct usm_cipher cipher = {USM_DES, &key, 0, 0, {1, 2, 3, 4, 5, 6, 7, 8}};
    static const uint8_t plain[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    static const uint8_t right[] = {0x85, 0xe8, 0x13, 0x54, 0x0f, 0x0a, 0xb4, 0x05};
    uint8_t sealed[16];
    size_t n;
    assert_int_equal(usm_encrypt(&cipher, plain, sizeof plain, sealed, &n), 0);
    assert_memory_equal(sealed, right, sizeof right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passwords_become_keys),
        cmocka_unit_test(short_passwords_are_refused),
        cmocka_unit_test(keys_are_extended),
        cmocka_unit_test(ciphers_go_there_and_back),
        cmocka_unit_test(des_is_des),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
