/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/cli_table.h"
#include "daemon/probe_setup.h"
#include "daemon/probe_show.h"
#include "daemon/walk_run.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUBNET_MOST 1024 /* a /22: a look, not a scan */

static enum cli_exit code_of(enum fault fault)
{
    switch (fault) {
    case FAULT_NONE: return CLI_DONE;
    case FAULT_SILENT:
    case FAULT_REFUSED:
    case FAULT_GATEWAY: return CLI_SILENT;
    case FAULT_UNKNOWN: return CLI_UNKNOWN;
    case FAULT_NAME:
    case FAULT_AUTH:
    case FAULT_PROTOCOL:
    case FAULT_ENGINE: return CLI_NO;
    }
    return CLI_NO;
}

static void print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(value);
}

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

/* No profile knows it: who it says it is, and which branches it fills. */
static void print_unknown(struct device_setup *setup)
{
    static const uint32_t describe[] = {1, 3, 6, 1, 2, 1, 1, 1, 0}, object[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};
    static const uint32_t ups[] = {1, 3, 6, 1, 2, 1, 33}, entity[] = {1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1},
                          sensors[] = {1, 3, 6, 1, 2, 1, 99};
    uint32_t enterprise[7] = {1, 3, 6, 1, 4, 1, 0};
    struct oid roots[] = {{7, ups}, {11, entity}, {7, sensors}, {7, enterprise}};
    struct snmp_image *image;
    char words[200];
    if (walk_run(setup, NULL, 0, words, &image) == FAULT_NONE) {
        const struct snmp_value *text = snmp_image_get(image, (struct oid){9, describe});
        const struct snmp_value *id = snmp_image_get(image, (struct oid){9, object});
        if (text && text->kind == SV_BYTES) {
            char shown[300];
            snprintf(shown, sizeof shown, "%.*s", (int)text->n, (const char *)text->bytes);
            table_tame(shown);
            printf("It says it is: %s\n", shown);
        }
        if (id && id->kind == SV_OID && id->n >= 7)
            memcpy(&enterprise[6], id->bytes + 6 * sizeof(uint32_t), sizeof(uint32_t));
        printf("Enterprise:    %u\n\n", (unsigned)enterprise[6]);
        fflush(stdout);
    }
    snmp_image_free(image);
    enum fault fault = walk_run(setup, roots, enterprise[6] ? 4 : 3, words, &image);
    print_branches(image);
    if (fault != FAULT_NONE)
        fprintf(stderr, "Not all of it was told: %s\n", words);
    snmp_image_free(image);
    fprintf(stderr, "Nothing of this is known. `wattwacht record ADDRESS -o FILE` keeps it for a new profile.\n");
}

static int probe_one(const struct cli *cli, struct profile_set *set)
{
    struct device_setup *setup = NULL;
    struct probe_result result;
    char words[300] = "";
    int r = probe_setup(&cli->options, cli->word[0], 0, set, words, &setup);
    if (r)
        return cli_fail(cli, (enum cli_exit)r, "", "%s", words);
    int started = probe_run(&setup, 1, &result, NULL, NULL);
    if (started < 0) {
        r = cli_fail(cli, CLI_NO, cli->word[0], "the probe cannot be started: %s", strerror(-started));
    } else if (!result.values || !result.shape) {
        r = cli_fail(cli, code_of(result.fault), cli->word[0], "%s", result.words);
        if (result.fault == FAULT_UNKNOWN && !setup->is_modbus && !cli->options.json)
            print_unknown(setup);
    } else if (cli->options.json) {
        print_json(probe_json(&result));
    } else {
        probe_print(&result, stdout);
        probe_print_snippet(&result, stdout);
    }
    probe_result_done(&result);
    setup_unref(setup);
    return r;
}

/* A.B.C.D/N into the addresses of hosts in it. */
static int read_subnet(const char *text, uint32_t *ret_first, uint32_t *ret_n)
{
    char host[64];
    struct in_addr address;
    const char *slash = strchr(text, '/');
    char *end;
    unsigned long bits = slash ? strtoul(slash + 1, &end, 10) : 0;
    if (!slash || *end || bits < 22 || bits > 32 || (size_t)(slash - text) >= sizeof host)
        return -1;
    snprintf(host, sizeof host, "%.*s", (int)(slash - text), text);
    if (inet_pton(AF_INET, host, &address) != 1)
        return -1;
    uint32_t size = bits == 32 ? 1 : 1u << (32 - bits), first = ntohl(address.s_addr) & ~(size - 1);
    *ret_first = size > 2 ? first + 1 : first; /* network and broadcast are no hosts */
    *ret_n = size > 2 ? size - 2 : size;
    return 0;
}

static void progress(void *user, size_t done, size_t n)
{
    (void)user;
    fprintf(stderr, "\r%zu of %zu%s", done, n, done == n ? "\n" : "");
}

static void put_found(struct table *table, const struct probe_result *result)
{
    const struct identity *identity = result->shape ? &result->shape->identity : NULL;
    table_text(table, result->setup->address.text);
    table_text(table, identity ? identity->profile : "-");
    table_text(table, identity ? identity->kind : "-");
    table_text(table, identity ? identity->vendor : NULL);
    table_text(table, identity ? identity->model : NULL);
    table_text(table, identity ? identity->serial : NULL);
    if (result->shape && result->values)
        table_add(table, "%zu points", result->shape->n);
    else
        table_text(table, result->words);
}

/* Prints what answered; *ret_found recognised, *ret_other answered without. */
static void show_subnet(const struct cli *cli, const struct probe_result *results, size_t n, size_t *ret_found,
                        size_t *ret_other)
{
    static const char *const titles[] = {"ADDRESS", "PROFILE", "KIND", "VENDOR", "MODEL", "SERIAL", "FOUND", NULL};
    struct table *table = table_new(titles);
    json_t *devices = json_array(), *others = json_array();
    for (size_t i = 0; i < n; i++) {
        if (code_of(results[i].fault) == CLI_SILENT)
            continue;
        put_found(table, &results[i]);
        if (results[i].shape && results[i].values)
            json_array_append_new(devices, probe_json(&results[i]));
        else
            json_array_append_new(
                others, json_pack("{s:s,s:s}", "address", results[i].setup->address.text, "what", results[i].words));
    }
    *ret_found = json_array_size(devices);
    *ret_other = json_array_size(others);
    if (cli->options.json && *ret_found)
        print_json(json_pack("{s:s,s:O,s:O,s:I}", "subnet", cli->word[0], "devices", devices, "others", others,
                             "silent", (json_int_t)(n - *ret_found - *ret_other)));
    else if (*ret_found + *ret_other && !cli->options.json)
        table_print(table, stdout);
    json_decref(devices);
    json_decref(others);
    table_free(table);
}

static int probe_subnet(const struct cli *cli, struct profile_set *set)
{
    uint32_t first, n, made = 0;
    char words[300] = "";
    if (read_subnet(cli->word[0], &first, &n) < 0)
        return cli_fail(cli, CLI_USAGE, cli->word[0], "expected A.B.C.D/22 to /32: at most %d addresses", SUBNET_MOST);
    struct device_setup **setups = calloc(n, sizeof(struct device_setup *));
    struct probe_result *results = calloc(n, sizeof *results);
    int r = setups && results ? CLI_DONE : CLI_NO, started;
    for (; !r && made < n; made += !r) {
        char text[INET_ADDRSTRLEN];
        struct in_addr address = {htonl(first + made)};
        inet_ntop(AF_INET, &address, text, sizeof text);
        r = probe_setup(&cli->options, text, made, set, words, &setups[made]);
    }
    if (r) {
        r = cli_fail(cli, (enum cli_exit)r, "", "%s", words);
    } else if ((started = probe_run(setups, n, results, isatty(STDERR_FILENO) ? progress : NULL, NULL)) < 0) {
        r = cli_fail(cli, CLI_NO, cli->word[0], "the probe cannot be started: %s", strerror(-started));
    } else {
        size_t found, other;
        show_subnet(cli, results, n, &found, &other);
        if (!found)
            r = other ? cli_fail(cli, CLI_UNKNOWN, cli->word[0], "%zu answered, none is known", other)
                      : cli_fail(cli, CLI_SILENT, cli->word[0], "nothing answered");
    }
    for (uint32_t i = 0; i < made; i++) {
        probe_result_done(&results[i]);
        setup_unref(setups[i]);
    }
    free(setups);
    free(results);
    return r;
}

int cmd_probe(const struct cli *cli)
{
    struct profile_set *set = NULL;
    char words[300] = "";
    int r = probe_profiles(words, &set);
    if (r)
        return cli_fail(cli, (enum cli_exit)r, "", "%s", words);
    r = cli->options.subnet ? probe_subnet(cli, set) : probe_one(cli, set);
    profile_set_unref(set);
    return r;
}

/* What `record` takes: who it is, the standard trees of power and sensors, and its maker's. Not its interfaces, routes
 * and neighbours. */
int cmd_record(const struct cli *cli)
{
    static const uint32_t system[] = {1, 3, 6, 1, 2, 1, 1}, ups[] = {1, 3, 6, 1, 2, 1, 33},
                          entity[] = {1, 3, 6, 1, 2, 1, 47}, sensors[] = {1, 3, 6, 1, 2, 1, 99},
                          energy[] = {1, 3, 6, 1, 2, 1, 229}, makers[] = {1, 3, 6, 1, 4, 1};
    const struct oid roots[] = {{7, system}, {7, ups}, {7, entity}, {7, sensors}, {7, energy}, {6, makers}};
    struct device_setup *setup = NULL;
    struct snmp_image *image = NULL;
    char words[300] = "";
    if (!cli->options.output)
        return cli_fail(cli, CLI_USAGE, "-o", "expected -o FILE, or -o - for stdout");
    int r = probe_setup(&cli->options, cli->word[0], 0, NULL, words, &setup);
    if (r)
        return cli_fail(cli, (enum cli_exit)r, "", "%s", words);
    if (setup->is_modbus) {
        setup_unref(setup);
        return cli_fail(cli, CLI_USAGE, cli->word[0], "only SNMP devices can be recorded");
    }
    enum fault fault = walk_run(setup, roots, sizeof roots / sizeof roots[0], words, &image);
    struct oid none = {0};
    const struct snmp_value *value;
    bool some = snmp_image_next(image, none, &none, &value);
    bool to_stdout = !strcmp(cli->options.output, "-") && !cli->options.json;
    FILE *out = !some ? NULL : to_stdout ? stdout : fopen(cli->options.output, "we");
    if (!some) {
        r = cli_fail(cli, fault == FAULT_NONE ? CLI_SILENT : code_of(fault), cli->word[0], "%s",
                     *words ? words : "nothing is there");
    } else if (!out) {
        r = cli_fail(cli, CLI_NO, cli->options.output, "%m");
    } else {
        size_t n = walk_write(image, out);
        bool full = ferror(out) || (to_stdout ? fflush(out) : fclose(out)) != 0;
        if (full)
            r = cli_fail(cli, CLI_NO, cli->options.output, "%m");
        else if (cli->options.json)
            print_json(json_pack("{s:s,s:s,s:I,s:s}", "address", cli->word[0], "file", cli->options.output, "objects",
                                 (json_int_t)n, "note", words));
        else
            fprintf(stderr,
                    "%zu objects%s%s. Names, places and addresses were left out; look it through before you "
                    "give it away.\n",
                    n, *words ? ", but " : "", words);
    }
    snmp_image_free(image);
    setup_unref(setup);
    return r;
}
