/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/walk_redact.h"

#include "daemon/redact.h"
#include "drivers/snmp_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN_LEAST 5  /* arcs of an object name that spell a secret */
#define MAC_ARCS  12 /* a MAC as text in an index */

struct work {
    struct arena *arena;
    struct redactor *redactor;
    const struct snmp_image *image;
    const struct profile *profile; /* NULL: none knows it */
    struct snmp_words words;
};

static const uint32_t system_group[] = {1, 3, 6, 1, 2, 1, 1};
/* ENTITY-MIB, RFC 6933: entPhysicalSerialNum, Alias, AssetID; RFC 1628: upsIdentName, upsIdentAttachedDevices */
static const uint32_t serial_numbers[] = {1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 11};
static const uint32_t aliases[] = {1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 14};
static const uint32_t assets[] = {1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 15};
static const uint32_t ups_name[] = {1, 3, 6, 1, 2, 1, 33, 1, 1, 5}, attached[] = {1, 3, 6, 1, 2, 1, 33, 1, 1, 6};
#define OID_OF(arcs) ((struct oid){sizeof arcs / sizeof arcs[0], arcs})

/* sysContact, sysName, sysLocation of RFC 3418 */
static bool is_person(struct oid name)
{
    return name.n > 7 && oid_under(name, OID_OF(system_group)) && name.id[7] >= 4 && name.id[7] <= 6;
}

static bool is_description(struct oid name)
{
    return name.n > 7 && oid_under(name, OID_OF(system_group)) && name.id[7] == 1;
}

static bool is_serial(const struct work *work, struct oid name)
{
    return snmp_words_has(&work->words.serials, name) || oid_under(name, OID_OF(serial_numbers)) ||
           oid_under(name, OID_OF(assets));
}

static bool is_name(const struct work *work, struct oid name)
{
    return snmp_words_has(&work->words.names, name) || oid_under(name, OID_OF(aliases)) ||
           oid_under(name, OID_OF(ups_name)) || oid_under(name, OID_OF(attached));
}

static bool is_plain(const struct snmp_value *value)
{
    for (size_t i = 0; i < value->n; i++)
        if (value->bytes[i] < 0x20 || value->bytes[i] > 0x7e)
            return false;
    return true;
}

/* Two bytes and more that are no letters: MACs, and addresses. */
static bool is_binary_address(const struct snmp_value *value)
{
    return value->address || (!is_plain(value) && (value->n == 6 || value->n == 4));
}

static void take_secrets(struct work *work, const struct device_setup *setup)
{
    struct oid name = {0};
    const struct snmp_value *value;
    struct snmp_plan *plan;
    const char *const known[] = {setup->snmp.community, setup->snmp.user, setup->address.host};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i] && strcmp(known[i], "public") != 0)
            redact_secret(work->redactor, known[i], strlen(known[i]));
    while (snmp_image_next(work->image, name, &name, &value)) {
        if (value->kind != SV_BYTES)
            continue;
        bool needed = snmp_words_has(&work->words.needed, name) || is_description(name);
        if (is_person(name) || (is_serial(work, name) && !needed) || is_binary_address(value))
            redact_secret(work->redactor, (const char *)value->bytes, value->n);
    }
    /* what the profile takes for the serial number out of a longer text */
    if (!work->profile || snmp_plan_new(work->profile, setup, work->image, "", &plan) < 0)
        return;
    for (size_t d = 0; d < plan->n_devices; d++) {
        const char *serial = plan->device[d].shape->identity.serial;
        if (serial)
            redact_secret(work->redactor, serial, strlen(serial));
    }
    snmp_plan_free(plan);
}

static bool says_nothing(const struct snmp_value *value)
{
    return strspn((const char *)value->bytes, " .-_") == value->n;
}

/* text is a copy, ended by a NUL that n does not count. */
static void redact_text(struct work *work, struct oid name, const struct snmp_value *value, char *text)
{
    size_t n = value->n;
    bool needed = snmp_words_has(&work->words.needed, name), plain = is_plain(value);
    if (is_binary_address(value)) {
        redact_stand_in(work->redactor, text, n, text);
    } else if (needed || !plain) {
        redact_within(work->redactor, text, n);
    } else if (is_description(name)) {
        redact_within(work->redactor, text, n);
        redact_words(work->redactor, text, n);
    } else if (is_name(work, name) || (work->profile && !redact_is_number(text, n)) || is_serial(work, name)) {
        if (!says_nothing(value))
            redact_stand_in(work->redactor, text, n, text);
    } else {
        redact_within(work->redactor, text, n);
        redact_words(work->redactor, text, n);
    }
}

static struct snmp_value redact_value(struct work *work, struct oid name, const struct snmp_value *value)
{
    static const char none[] = "<private>";
    struct snmp_value made = *value;
    if (value->kind != SV_BYTES)
        return made;
    if (is_person(name) && value->n) {
        made.bytes = (const uint8_t *)none;
        made.n = sizeof none - 1;
        return made;
    }
    char *text = arena_alloc(work->arena, value->n + 1);
    memcpy(text, value->bytes, value->n);
    text[value->n] = '\0';
    if (value->n)
        redact_text(work, name,
                    &(struct snmp_value){
                        .kind = SV_BYTES, .bytes = (const uint8_t *)text, .n = value->n, .address = value->address},
                    text);
    made.bytes = (const uint8_t *)text;
    return made;
}

static bool is_letter(uint32_t arc)
{
    return arc >= 0x20 && arc < 0x7f;
}

/* The next run of letters of an object's name from *at on; its length, 0: no more. */
static size_t next_run(struct oid name, size_t *at, char text[OID_MAX + 1])
{
    for (size_t i = *at, n; i < name.n; i += n + 1) {
        for (n = 0; i + n < name.n && is_letter(name.id[i + n]); n++)
            text[n] = (char)name.id[i + n];
        if (n >= RUN_LEAST) {
            *at = i;
            return n;
        }
    }
    return 0;
}

/* Where a MAC as text begins, from k on; n: nowhere. */
static size_t find_mac(const char *text, size_t n, size_t k)
{
    for (; k + MAC_ARCS <= n; k++)
        if (redact_is_mac(text + k, MAC_ARCS))
            return k;
    return n;
}

static int by_text(const void *left, const void *right)
{
    return memcmp(left, right, MAC_ARCS);
}

/* Stand-ins in the order of the MACs, so that rows stay in theirs: units of a chain are counted by it. */
static void number_macs(struct work *work)
{
    struct oid name = {0};
    const struct snmp_value *value;
    size_t n_macs = 0;
    char(*mac)[MAC_ARCS] = NULL, text[OID_MAX + 1], unused[MAC_ARCS];
    while (snmp_image_next(work->image, name, &name, &value))
        for (size_t at = 7, n; (n = next_run(name, &at, text)); at += n)
            for (size_t k = 0; (k = find_mac(text, n, k)) < n; k += MAC_ARCS) {
                mac = arena_push(work->arena, mac, &n_macs, sizeof *mac);
                memcpy(mac[n_macs - 1], text + k, MAC_ARCS);
            }
    if (n_macs)
        qsort(mac, n_macs, sizeof *mac, by_text);
    for (size_t i = 0; i < n_macs; i++)
        redact_stand_in(work->redactor, mac[i], MAC_ARCS, unused);
}

/* Texts spelt by the numbers of an object's name. */
static struct oid redact_name(struct work *work, struct oid name)
{
    uint32_t *arcs = arena_memdup(work->arena, name.id, name.n * sizeof *arcs);
    char text[OID_MAX + 1];
    for (size_t at = 7, n; (n = next_run(name, &at, text)); at += n) {
        redact_within(work->redactor, text, n);
        for (size_t k = 0; (k = find_mac(text, n, k)) < n; k += MAC_ARCS)
            redact_stand_in(work->redactor, text + k, MAC_ARCS, text + k);
        for (size_t k = 0; k < n; k++)
            arcs[at + k] = (uint32_t)(unsigned char)text[k];
    }
    return (struct oid){name.n, arcs};
}

struct snmp_image *walk_redact(const struct snmp_image *image, const struct profile_set *set,
                               const struct device_setup *setup)
{
    struct snmp_image *made = snmp_image_new();
    struct work work = {.arena = arena_new(), .redactor = redactor_new(), .image = image};
    struct oid name = {0};
    const struct snmp_value *value;
    const char *why;
    work.profile = profile_match_snmp(work.arena, set, image, &why);
    if (work.profile)
        work.words = snmp_words_of(work.arena, work.profile);
    number_macs(&work);
    take_secrets(&work, setup);
    while (snmp_image_next(image, name, &name, &value))
        snmp_image_put(made, redact_name(&work, name), redact_value(&work, name, value));
    redactor_free(work.redactor);
    arena_free(work.arena);
    return made;
}

static size_t count_points(const struct profile *profile, const struct device_setup *setup,
                           const struct snmp_image *image)
{
    struct snmp_plan *plan;
    size_t n = 0;
    if (!profile || snmp_plan_new(profile, setup, image, "", &plan) < 0)
        return 0;
    for (size_t d = 0; d < plan->n_devices; d++)
        n += plan->device[d].shape->n;
    snmp_plan_free(plan);
    return n;
}

bool walk_redact_differs(const struct snmp_image *before, const struct snmp_image *after, const struct profile_set *set,
                         const struct device_setup *setup, char *words, size_t size)
{
    struct arena *arena = arena_new();
    const char *why;
    const struct profile *was = profile_match_snmp(arena, set, before, &why);
    const struct profile *is = profile_match_snmp(arena, set, after, &why);
    size_t had = count_points(was, setup, before), has = count_points(was, setup, after);
    arena_free(arena);
    if (was != is)
        snprintf(words, size, "without its names it is taken for %s, not for %s",
                 is ? profile_name(is) : "something unknown", was ? profile_name(was) : "something unknown");
    else if (had != has)
        snprintf(words, size, "without its names it has %zu points, not %zu", has, had);
    return was != is || had != has;
}
