/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/probe_unknown.h"

#include "daemon/cli_table.h"
#include "daemon/walk_run.h"

#include <stdlib.h>
#include <string.h>

/* The subtree an object counts to: the column of a table of an enterprise, at most 12 numbers. */
static size_t branch_of(struct oid name)
{
    return name.n > 12 ? 12 : name.n - 1;
}

static void put_branch(struct table *table, struct oid name, size_t n, size_t count)
{
    char text[160] = "";
    for (size_t i = 0, at = 0; i < n && at < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%u", i ? "." : "", (unsigned)name.id[i]);
    table_text(table, text);
    table_add(table, "%zu", count);
}

static void print_branches(const struct snmp_image *image)
{
    static const char *const titles[] = {"BRANCH", ">OBJECTS", NULL};
    struct table *table = table_new(titles);
    struct oid name = {0}, first = {0};
    const struct snmp_value *value;
    size_t count = 0, n = 0;
    while (snmp_image_next(image, name, &name, &value)) {
        if (count && n == branch_of(name) && !memcmp(first.id, name.id, n * sizeof *name.id)) {
            count++;
            continue;
        }
        if (count)
            put_branch(table, first, n, count);
        first = name;
        n = branch_of(name);
        count = 1;
    }
    if (count) {
        put_branch(table, first, n, count);
        table_print(table, stdout);
    }
    table_free(table);
}

/* Who it says it is; the number of its maker, 0: not told. */
static uint32_t print_who(struct device_setup *setup)
{
    static const uint32_t describe[] = {1, 3, 6, 1, 2, 1, 1, 1, 0}, object[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};
    uint32_t enterprise = 0;
    struct snmp_image *image;
    char words[200];
    if (walk_run(setup, NULL, 0, words, &image) == FAULT_NONE) {
        const struct snmp_value *text = snmp_image_get(image, (struct oid){9, describe});
        const struct snmp_value *id = snmp_image_get(image, (struct oid){9, object});
        if (text && text->kind == SV_BYTES) {
            char shown[300];
            snprintf(shown, sizeof shown, "%.*s", (int)text->n, (const char *)text->bytes);
            table_tame(shown);
            printf("\nIt says it is: %s\n", shown);
        }
        if (id && id->kind == SV_OID && id->n >= 7)
            memcpy(&enterprise, id->bytes + 6 * sizeof(uint32_t), sizeof enterprise);
        printf("Enterprise:    %u\n\n", (unsigned)enterprise);
        fflush(stdout);
    }
    snmp_image_free(image);
    return enterprise;
}

/* Standards that many makers follow beside their own tree. */
static void print_generic(const struct device_setup *setup, const struct profile_set *set,
                          const struct snmp_image *image)
{
    size_t found = 0;
    for (size_t i = 0; i < profile_count(set); i++) {
        const struct profile *profile = profile_at(set, i);
        struct snmp_plan *plan;
        if (strcmp(profile_vendor(profile), "generic") != 0 || profile_is_modbus(profile) ||
            snmp_plan_new(profile, setup, image, "", &plan) < 0)
            continue;
        if (plan->device[0].shape->n) {
            printf("%s--profile %s reads %zu points of it: %s\n", found ? "" : "\n", profile_name(profile),
                   plan->device[0].shape->n, profile_title(profile));
            found++;
        }
        snmp_plan_free(plan);
    }
    if (!found)
        printf("\nNo standard reads it: it has no UPS-MIB (RFC 1628), ENTITY-SENSOR-MIB (RFC 3433) or "
               "ENERGY-OBJECT-MIB (RFC 7461) with values.\n");
}

static void print_snmp(struct device_setup *setup, const struct profile_set *set)
{
    static const uint32_t ups[] = {1, 3, 6, 1, 2, 1, 33}, entity[] = {1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1},
                          sensors[] = {1, 3, 6, 1, 2, 1, 99}, energy[] = {1, 3, 6, 1, 2, 1, 229};
    uint32_t enterprise[7] = {1, 3, 6, 1, 4, 1, 0};
    struct oid roots[] = {{7, ups}, {11, entity}, {7, sensors}, {7, energy}, {7, enterprise}};
    struct snmp_image *image;
    char words[200];
    enterprise[6] = print_who(setup);
    enum fault fault = walk_run(setup, roots, enterprise[6] ? 5 : 4, words, &image);
    print_branches(image);
    print_generic(setup, set, image);
    fflush(stdout);
    if (fault != FAULT_NONE)
        fprintf(stderr, "Not all of it was told: %s\n", words);
    snmp_image_free(image);
    fprintf(
        stderr,
        "\nTo have it read: `wattwacht record %s -o device.snmprec` keeps its answers without names, serial numbers "
        "and addresses;\nconf.d/profiles/README.md says how a profile is made of them, and `wattwacht profile check "
        "NAME.yaml --against device.snmprec` tries it.\n",
        setup->address.text);
}

/* Most meters have no register that tells who they are. */
static void print_modbus(const struct device_setup *setup, const struct profile_set *set)
{
    static const char *const titles[] = {"--profile", "DEVICES", NULL};
    struct table *table = table_new(titles);
    for (size_t i = 0; i < profile_count(set); i++)
        if (profile_is_modbus(profile_at(set, i))) {
            table_text(table, profile_name(profile_at(set, i)));
            table_text(table, profile_title(profile_at(set, i)));
        }
    printf(
        "Unit %u answers. Most meters do not say what they are: name it by one of these, and compare two values with "
        "its display.\n\n",
        setup->modbus.unit);
    table_print(table, stdout);
    table_free(table);
}

void probe_unknown_print(struct device_setup *setup, const struct profile_set *set)
{
    if (setup->is_modbus)
        print_modbus(setup, set);
    else
        print_snmp(setup, set);
}
