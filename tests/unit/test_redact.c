/* SPDX-License-Identifier: GPL-3.0-or-later */
/* redact, walk_redact, snmp_words: what looks private, what stands for it, and a device whose names and numbers are
 * known before and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/redact.h"
#include "daemon/walk_redact.h"
#include "drivers/diag.h"
#include "drivers/snmp_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    bool private, number;
} words[] = {
    {"10.20.0.11", true, false},
    {"fe80::2c0:b7ff:fe12:3456", true, false},
    {"00:c0:b7:12:34:56", true, false},
    {"00C0B7123456", true, false},
    {"jan@example.org", true, false},
    {"pdu-1.example.org", true, false},
    {"dc-np2-pdu_1a", true, false},
    {"ZA2001002384", true, false},
    {"5A1638E01463", true, false},
    {"506255602541", true, false},
    {"AP8959EU3", false, false}, /* models, versions, units, words of tables */
    {"APDU10150SM", false, false},
    {"v6.8.2", false, false},
    {"6.50.00", false, false},
    {"243.4", false, true},
    {"243.4 VAC", false, true},
    {"-5", false, true},
    {"70 F", false, true},
    {"Phase", false, false},
    {"L1.Voltage.Value", false, false},
    {"OutletName11", false, false},
    {"web", false, false},
};

static void test_looks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        print_message("  %s\n", words[i].word);
        assert_int_equal(redact_is_private(words[i].word, strlen(words[i].word)), words[i].private);
        assert_int_equal(redact_is_number(words[i].word, strlen(words[i].word)), words[i].number);
    }
}

static void test_stand_ins(void **state)
{
    (void)state;
    struct redactor *redactor = redactor_new();
    char one[40] = "ZA2001002384", again[40] = "ZA2001002384", other[40] = "ZA2001002385";
    redact_stand_in(redactor, one, 12, one);
    redact_stand_in(redactor, again, 12, again);
    redact_stand_in(redactor, other, 12, other);
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    assert_string_not_equal(one, "ZA2001002384");
    assert_int_equal(strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 2); /* letters stay letters, digits digits */
    assert_int_equal(strspn(one + 2, "0123456789"), 10);

    char text[] = "AP8853 SN: ZA2001002384 at 10.20.0.11, 230 V";
    redact_secret(redactor, "ZA2001002384", 12);
    redact_secret(redactor, "230", 3); /* too short to mean something */
    redact_within(redactor, text, strlen(text));
    redact_words(redactor, text, strlen(text));
    assert_null(strstr(text, "2001002384"));
    assert_null(strstr(text, "10.20"));
    assert_non_null(strstr(text, "AP8853 SN: "));
    assert_non_null(strstr(text, ", 230 V"));
    /* a serial number of digits alone is not found within a measured one */
    char numbers[] = "S/N 100124, 3100124.5 Wh";
    redact_secret(redactor, "100124", 6);
    redact_within(redactor, numbers, strlen(numbers));
    assert_null(strstr(numbers, " 100124,"));
    assert_non_null(strstr(numbers, "3100124.5 Wh"));
    redactor_free(redactor);
}

static void put(struct snmp_image *image, const char *name, struct snmp_value value)
{
    uint32_t ids[OID_MAX];
    struct oid oid = {.id = ids};
    assert_int_equal(oid_parse(name, ids, &oid.n), 0);
    snmp_image_put(image, oid, value);
}

static void put_text(struct snmp_image *image, const char *name, const char *text)
{
    put(image, name, (struct snmp_value){.kind = SV_BYTES, .bytes = (const uint8_t *)text, .n = strlen(text)});
}

static const char *text_at(const struct snmp_image *image, const char *name, char room[200])
{
    uint32_t ids[OID_MAX];
    struct oid oid = {.id = ids};
    assert_int_equal(oid_parse(name, ids, &oid.n), 0);
    const struct snmp_value *value = snmp_image_get(image, oid);
    assert_non_null(value);
    if (value->kind == SV_BYTES)
        snprintf(room, 200, "%.*s", (int)value->n, (const char *)value->bytes);
    else
        snprintf(room, 200, "%lld", (long long)(value->kind == SV_INT ? value->i : (int64_t)value->u));
    return room;
}

static struct profile_set *shipped(void)
{
    const char *source = getenv("WATTWACHT_SOURCE");
    char path[500];
    snprintf(path, sizeof path, "%s/conf.d/profiles", source ? source : ".");
    const char *dirs[] = {path};
    struct diag *diag = diag_new();
    struct profile_set *set = NULL;
    assert_int_equal(profile_set_load(dirs, 1, diag, &set), 0);
    diag_free(diag);
    return set;
}

#define RPDU "1.3.6.1.4.1.318.1.1.26."

static struct snmp_image *rack_pdu(void)
{
    static const uint8_t mac[] = {0, 0xc0, 0xb7, 0x12, 0x34, 0x56}, address[] = {10, 20, 0, 11};
    static const uint32_t model[] = {1, 3, 6, 1, 4, 1, 318, 1, 3, 4, 6};
    struct snmp_image *image = snmp_image_new();
    put_text(image, "1.3.6.1.2.1.1.1.0",
             "APC Web/SNMP Management Card (MN:AP8853 HR:02 SN: ZA2001002384 MD:01/03/2020)");
    put(image, "1.3.6.1.2.1.1.2.0", (struct snmp_value){.kind = SV_OID, .bytes = (const uint8_t *)model, .n = 11});
    put_text(image, "1.3.6.1.2.1.1.4.0", "Jan Janssens");
    put_text(image, "1.3.6.1.2.1.1.5.0", "pdu-cellar");
    put_text(image, RPDU "2.1.1.3.1", "pdu-cellar rack 4");
    put_text(image, RPDU "2.1.1.9.1", "ZA2001002384");
    put(image, RPDU "4.3.1.2.1", (struct snmp_value){.kind = SV_INT, .i = 1});
    put(image, RPDU "4.3.1.5.1", (struct snmp_value){.kind = SV_INT, .i = 114});
    put(image, RPDU "4.3.1.9.1", (struct snmp_value){.kind = SV_INT, .i = 35128});
    put_text(image, "1.3.6.1.4.1.318.2.1.5.1", "trap-community");
    put(image, "1.3.6.1.4.1.318.2.1.6.1", (struct snmp_value){.kind = SV_BYTES, .bytes = mac, .n = 6});
    put(image, "1.3.6.1.4.1.318.2.1.7.1",
        (struct snmp_value){.kind = SV_BYTES, .bytes = address, .n = 4, .address = true});
    return image;
}

static void test_a_known_device(void **state)
{
    (void)state;
    static const char *const secrets[] = {"Janssens", "cellar", "ZA2001002384", "trap-community"};
    struct profile_set *set = shipped();
    struct snmp_image *image = rack_pdu();
    struct device_setup *setup = setup_new();
    setup->snmp.community = "our-community";
    setup->address.host = "10.20.0.11";
    setup->once = true;
    struct snmp_image *clean = walk_redact(image, set, setup);
    char room[200], note[200];
    struct oid name = {0};
    const struct snmp_value *value;
    while (snmp_image_next(clean, name, &name, &value))
        for (size_t k = 0; value->kind == SV_BYTES && k < sizeof secrets / sizeof secrets[0]; k++)
            assert_null(memmem(value->bytes, value->n, secrets[k], strlen(secrets[k])));
    assert_string_equal(text_at(clean, "1.3.6.1.2.1.1.4.0", room), "<private>");
    assert_non_null(strstr(text_at(clean, "1.3.6.1.2.1.1.1.0", room), "MN:AP8853 HR:02 SN: "));
    assert_string_equal(text_at(clean, RPDU "4.3.1.5.1", room), "114");
    assert_string_equal(text_at(clean, RPDU "4.3.1.9.1", room), "35128");
    assert_memory_not_equal(text_at(clean, "1.3.6.1.4.1.318.2.1.6.1", room), "\0\xc0\xb7\x12", 4);
    assert_false(walk_redact_differs(image, clean, set, setup, note, sizeof note));
    snmp_image_free(clean);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

/* Of a device that nobody knows the words of its tables are kept: they are what a profile is made of. */
static void test_an_unknown_device(void **state)
{
    (void)state;
    struct profile_set *set = shipped();
    struct snmp_image *image = snmp_image_new();
    struct device_setup *setup = setup_new();
    put_text(image, "1.3.6.1.2.1.1.1.0", "Toaster 3000 on toaster-7.example.org");
    put_text(image, "1.3.6.1.4.1.99999.1.1", "Phase L1.Voltage.Value");
    put_text(image, "1.3.6.1.4.1.99999.1.2", "229.2 V");
    put_text(image, "1.3.6.1.4.1.99999.1.3", "serial QA1234123456");
    put_text(image, "1.3.6.1.4.1.99999.2.12.48.48.67.48.66.55.49.50.51.52.53.54", "web");
    struct snmp_image *clean = walk_redact(image, set, setup);
    char room[200];
    assert_non_null(strstr(text_at(clean, "1.3.6.1.2.1.1.1.0", room), "Toaster 3000 on "));
    assert_null(strstr(room, "example"));
    assert_string_equal(text_at(clean, "1.3.6.1.4.1.99999.1.1", room), "Phase L1.Voltage.Value");
    assert_string_equal(text_at(clean, "1.3.6.1.4.1.99999.1.2", room), "229.2 V");
    assert_null(strstr(text_at(clean, "1.3.6.1.4.1.99999.1.3", room), "1234123456"));
    /* a MAC as an index */
    assert_string_equal(text_at(clean, "1.3.6.1.4.1.99999.2.12.48.48.48.48.48.48.48.48.48.48.48.49", room), "web");
    snmp_image_free(clean);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

static void test_words_of_a_profile(void **state)
{
    (void)state;
    struct profile_set *set = shipped();
    struct arena *arena = arena_new();
    struct snmp_words found = snmp_words_of(arena, profile_find(set, "conteg-pdu"));
    static const struct {
        const char *name;
        bool needed, is_name, serial;
    } rows[] = {
        {"1.3.6.1.4.1.28402.12.1.1.2.6.1.1.10.1.1", true, false, false}, /* power of an input */
        {"1.3.6.1.4.1.28402.12.1.1.2.7.1.1.2.2.2", false, true, false},  /* name of an outlet, of a joined table */
        {"1.3.6.1.4.1.28402.12.1.1.2.1.1.1.6.1", false, false, true},
        {"1.3.6.1.4.1.28402.12.1.1.2.6.1.1.99.1.1", false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t ids[OID_MAX];
        struct oid oid = {.id = ids};
        print_message("  %s\n", rows[i].name);
        assert_int_equal(oid_parse(rows[i].name, ids, &oid.n), 0);
        assert_int_equal(snmp_words_has(&found.needed, oid), rows[i].needed);
        assert_int_equal(snmp_words_has(&found.names, oid), rows[i].is_name);
        assert_int_equal(snmp_words_has(&found.serials, oid), rows[i].serial);
    }
    arena_free(arena);
    profile_set_unref(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_looks), cmocka_unit_test(test_stand_ins),
                                       cmocka_unit_test(test_a_known_device), cmocka_unit_test(test_an_unknown_device),
                                       cmocka_unit_test(test_words_of_a_profile)};
    return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
