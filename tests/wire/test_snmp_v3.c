/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SNMP driver against snmpd: SNMPv3 in all its levels, reboots and confusions: snmp_link, snmp_engines, snmp_keys.
 */
#include "drivers/snmp_keys.h"
#include "drivers/timers.h"
#include "snmp_rig.h"
#include "snmp_script.h"
#include "snmpd_peer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

#define ENGINE_A "80001f88030102030405a1"
#define ENGINE_B "80001f88030102030405b2"

static const struct login {
    const char *user;
    enum snmp_auth auth;
    enum snmp_priv priv;
} logins[] = {
    {"none", AUTH_NONE, PRIV_NONE},       {"md5", AUTH_MD5, PRIV_NONE},         {"sha", AUTH_SHA, PRIV_NONE},
    {"sha224", AUTH_SHA224, PRIV_NONE},   {"sha256", AUTH_SHA256, PRIV_NONE},   {"sha384", AUTH_SHA384, PRIV_NONE},
    {"sha512", AUTH_SHA512, PRIV_NONE},   {"md5des", AUTH_MD5, PRIV_DES},       {"shaaes", AUTH_SHA, PRIV_AES128},
    {"aes192", AUTH_SHA256, PRIV_AES192}, {"aes256", AUTH_SHA512, PRIV_AES256},
};

static struct device_setup *setup_v3(struct rig *rig, uint32_t number, uint16_t port, struct login login)
{
    struct device_setup *s = rig_setup(rig, number, NULL, port);
    s->snmp.version = 3;
    s->snmp.community = NULL;
    s->snmp.user = login.user;
    s->snmp.auth = login.auth;
    s->snmp.priv = login.priv;
    s->snmp.auth_key = login.auth == AUTH_NONE ? NULL : "auth-secret-1";
    s->snmp.priv_key = login.priv == PRIV_NONE ? NULL : "priv-secret-1";
    s->every_us = 600000;
    s->timeout_us = 150000;
    return s;
}

/* Until values come, whatever came before. */
static void until_values(struct rig *rig, uint32_t device)
{
    for (int64_t end = boot_us() + 20000000;;) {
        struct answer *a = rig_next(rig, device, RIG_WAIT_US);
        bool good = a->kind == ANSWER_VALUES;
        if (good)
            assert_true(rig_value(rig, a, "outlet-01", Q_ACTIVE_POWER) == 1127);
        else if (boot_us() > end)
            fail_msg("device %u: %s", device, a->words);
        answer_free(a);
        if (good)
            return;
    }
}

static void values_v2(void **state)
{
    struct snmpd *agent = *state;
    struct rig *rig = rig_new();
    rig_add(rig, rig_setup(rig, 1, NULL, agent->port));
    struct answer *a = rig_values(rig, 1);
    assert_true(rig_value(rig, a, "total", Q_ACTIVE_POWER) == 1140);
    assert_true(rig_value(rig, a, "outlet-01", Q_CURRENT) == 4.9);
    answer_free(a);
    rig_free(rig);
}

static void all_levels_and_protocols(void **state)
{
    struct snmpd *agent = *state;
    for (size_t i = 0; i < sizeof(logins) / sizeof(*logins); i++) {
        print_message("  %s\n", logins[i].user);
        struct rig *rig = rig_new();
        rig_add(rig, setup_v3(rig, 1, agent->port, logins[i]));
        struct answer *a = rig_values(rig, 1); /* the first answer: no timeout on the way */
        assert_true(rig_value(rig, a, "outlet-01", Q_ACTIVE_POWER) == 1127);
        answer_free(a);
        answer_free(rig_values(rig, 1));
        rig_free(rig);
    }
}

static void what_is_wrong_is_said(void **state)
{
    struct snmpd *agent = *state;
    const struct {
        const char *name;
        struct login login;
        const char *auth_key, *priv_key;
        enum fault fault;
        const char *words;
    } rows[] = {
        {"unknown user", {"nobody", AUTH_SHA, PRIV_NONE}, "auth-secret-1", NULL, FAULT_AUTH, "does not know the user"},
        {"wrong auth key", {"sha", AUTH_SHA, PRIV_NONE}, "auth-secret-2", NULL, FAULT_AUTH, "wrong auth-key"},
        {"wrong auth protocol", {"sha", AUTH_SHA256, PRIV_NONE}, "auth-secret-1", NULL, FAULT_AUTH, "auth protocol"},
        {"no privacy there", {"sha", AUTH_SHA, PRIV_AES128}, "auth-secret-1", "priv-secret-1", FAULT_AUTH, "privacy"},
        {"wrong privacy key",
         {"shaaes", AUTH_SHA, PRIV_AES128},
         "auth-secret-1",
         "priv-secret-2",
         FAULT_AUTH,
         "privacy-key"},
        {"wrong privacy protocol",
         {"shaaes", AUTH_SHA, PRIV_DES},
         "auth-secret-1",
         "priv-secret-1",
         FAULT_AUTH,
         "privacy"},
        {"level too low", {"shaaes", AUTH_SHA, PRIV_NONE}, "auth-secret-1", NULL, FAULT_AUTH, "level"},
        {"key too short", {"sha", AUTH_SHA, PRIV_NONE}, "short", NULL, FAULT_AUTH, "8 characters"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        print_message("  %s\n", rows[i].name);
        struct rig *rig = rig_new();
        struct device_setup *s = setup_v3(rig, 1, agent->port, rows[i].login);
        s->snmp.auth_key = rows[i].auth_key;
        s->snmp.priv_key = rows[i].priv_key;
        rig_add(rig, s);
        struct answer *a = rig_failure(rig, 1, rows[i].fault);
        print_message("    %s\n", a->words);
        if (!strstr(a->words, rows[i].words))
            fail_msg("%s: %s", rows[i].name, a->words);
        assert_null(strstr(a->words, "secret"));
        answer_free(a);
        rig_free(rig);
    }
}

static void dead_host_is_silent_and_blocks_nothing(void **state)
{
    (void)state;
    struct rig *rig = rig_new();
    struct script *dead = script_new(rig->loop, false);
    dead->fault = SF_SILENT;
    rig_add(rig, setup_v3(rig, 1, dead->port, logins[8]));
    int64_t longest = 0, end = boot_us() + 1500000;
    while (boot_us() < end) {
        int64_t begun = boot_us();
        sd_event_run(rig->loop, 5000);
        int64_t took = boot_us() - begun;
        longest = took > longest ? took : longest;
    }
    /* a blocking probe would take 2 x 150 ms; a key takes some under the sanitizers, and so does a busy machine */
    assert_true(longest < 290000);
    struct answer *a = rig_failure(rig, 1, FAULT_SILENT);
    answer_free(a);
    script_free(dead);
    rig_free(rig);
}

static void corrected_keys_are_used(void **state)
{
    struct snmpd *agent = *state;
    struct rig *rig = rig_new();
    struct device_setup *s = setup_v3(rig, 1, agent->port, logins[8]);
    s->snmp.auth_key = "auth-secret-2";
    rig_add(rig, s);
    answer_free(rig_failure(rig, 1, FAULT_AUTH));
    rig_add(rig, setup_v3(rig, 1, agent->port, logins[8])); /* the library would go on with the old keys */
    until_values(rig, 1);
    s = setup_v3(rig, 1, agent->port, logins[8]);
    s->snmp.priv_key = "priv-secret-2";
    rig_add(rig, s); /* and a wrong one would "work" */
    answer_free(rig_failure(rig, 1, FAULT_AUTH));
    rig_free(rig);
}

static void reboot(void **state)
{
    struct snmpd *agent = *state;
    const struct {
        const char *name, *engine;
        unsigned boots;
    } rows[] = {
        {"boots forward", ENGINE_A, 0},       {"boots backward", ENGINE_A, 1},
        {"boots far forward", ENGINE_A, 900}, {"boots backward again", ENGINE_A, 5},
        {"a new engine ID", ENGINE_B, 3},     {"and the old one again", ENGINE_A, 70},
    };
    struct rig *rig = rig_new();
    rig_add(rig, setup_v3(rig, 1, agent->port, logins[8]));
    rig_add(rig, setup_v3(rig, 2, agent->port, logins[10]));
    until_values(rig, 1);
    until_values(rig, 2);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        print_message("  %s\n", rows[i].name);
        snmpd_stop(agent);
        snmpd_start(agent, rows[i].engine, rows[i].boots);
        /* nothing ran meanwhile: the polls now find an agent with other clocks, and none may call it down */
        for (uint32_t d = 1; d <= 2; d++) {
            for (int k = 0; k < 3; k++) {
                struct answer *a = rig_values(rig, d);
                assert_true(rig_value(rig, a, "outlet-01", Q_ACTIVE_POWER) == 1127);
                answer_free(a);
            }
        }
    }
    rig_free(rig);
}

static void one_engine_id_twice(void **state)
{
    struct snmpd *agent = *state, other;
    struct rig *rig = rig_new();
    char address[32];
    snmpd_new(&other);
    snmpd_start(&other, ENGINE_A, 40);
    rig_add(rig, setup_v3(rig, 1, agent->port, logins[8]));
    until_values(rig, 1);
    rig_add(rig, setup_v3(rig, 2, other.port, logins[8]));
    struct answer *a = rig_failure(rig, 2, FAULT_ENGINE);
    print_message("    %s\n", a->words);
    snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)agent->port);
    assert_non_null(strstr(a->words, address));
    snprintf(address, sizeof(address), "127.0.0.1:%u", (unsigned)other.port);
    assert_non_null(strstr(a->words, address));
    answer_free(a);
    for (int i = 0; i < 3; i++)
        answer_free(rig_values(rig, 1)); /* the first goes on */
    driver_snmp.remove(rig->driver, 1);
    until_values(rig, 2); /* and when it goes, the second is read */
    snmpd_free(&other);
    rig_free(rig);
}

static void keys_are_made_once_and_wiped(void **state)
{
    (void)state;
    struct snmp_keys keys = {0};
    const struct snmp_key *a, *b, *c;
    assert_int_equal(snmp_keys_get(&keys, AUTH_SHA256, "auth-secret-1", &a), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(snmp_keys_get(&keys, AUTH_SHA256, "auth-secret-1", &b), 0);
    assert_ptr_equal(a, b);
    assert_int_equal(keys.made, 1);
    assert_int_equal(snmp_keys_get(&keys, AUTH_SHA512, "auth-secret-1", &c), 0);
    assert_ptr_not_equal(a, c);
    assert_int_equal(a->n, 32); /* of SHA-256 */
    assert_int_equal(c->n, 64);
    assert_int_equal(snmp_keys_get(&keys, AUTH_SHA, "seven77", &b), -EINVAL);
    for (int i = 0; i < 1001; i++)
        snmp_keys_put(&keys, a);
    snmp_keys_put(&keys, c);
    assert_null(keys.first);
}

static int start_agent(void **state)
{
    static struct snmpd agent;
    if (!snmpd_available())
        return -1;
    snmpd_new(&agent);
    snmpd_start(&agent, ENGINE_A, 10);
    *state = &agent;
    return 0;
}

static int stop_agent(void **state)
{
    snmpd_free(*state);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_v2),
        cmocka_unit_test(all_levels_and_protocols),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(dead_host_is_silent_and_blocks_nothing),
        cmocka_unit_test(corrected_keys_are_used),
        cmocka_unit_test(reboot),
        cmocka_unit_test(one_engine_id_twice),
        cmocka_unit_test(keys_are_made_once_and_wiped),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, start_agent, stop_agent);
}
