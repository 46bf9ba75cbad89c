/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/probe_subnet.h"

#include "daemon/cli_table.h"
#include "daemon/probe_setup.h"
#include "daemon/probe_show.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUBNET_MOST 1024 /* a /22: a look, not a scan */

/* A.B.C.D/N into the addresses of hosts in it, and what stands behind: "" or ":PORT". */
static int read_subnet(const char *text, uint32_t *ret_first, uint32_t *ret_n, const char **ret_port)
{
    char host[64];
    struct in_addr address;
    const char *slash = strchr(text, '/');
    char *end;
    unsigned long bits = slash ? strtoul(slash + 1, &end, 10) : 0;
    *ret_port = slash && *end == ':' ? end : "";
    if (!slash || (*end && *end != ':') || bits < 22 || bits > 32 || (size_t)(slash - text) >= sizeof host)
        return -1;
    snprintf(host, sizeof host, "%.*s", (int)(slash - text), text);
    if (inet_pton(AF_INET, host, &address) != 1)
        return -1;
    uint32_t size = bits == 32 ? 1 : 1u << (32 - bits), first = ntohl(address.s_addr) & ~(size - 1);
    *ret_first = size > 2 ? first + 1 : first; /* network and broadcast are no hosts */
    *ret_n = size > 2 ? size - 2 : size;
    return 0;
}

struct range {
    const struct probe_result *result;
    size_t n;
    bool terminal;
};

static void progress(void *user, size_t done, size_t n)
{
    const struct range *range = user;
    size_t found = 0;
    if (!range->terminal && done < n)
        return;
    for (size_t i = 0; i < range->n; i++)
        found += range->result[i].done && range->result[i].values;
    fprintf(stderr, "%s%zu of %zu asked, %zu recognised%s", range->terminal ? "\r" : "", done, n, found,
            done == n ? "\n" : "");
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
        if (probe_exit(results[i].fault) == CLI_SILENT)
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
        probe_put_json(json_pack("{s:s,s:O,s:O,s:I}", "subnet", cli->word[0], "devices", devices, "others", others,
                                 "silent", (json_int_t)(n - *ret_found - *ret_other)));
    else if (*ret_found + *ret_other && !cli->options.json)
        table_print(table, stdout);
    json_decref(devices);
    json_decref(others);
    table_free(table);
}

int probe_subnet(const struct cli *cli, struct profile_set *set)
{
    uint32_t first, n, made = 0;
    const char *port;
    char words[300] = "";
    if (read_subnet(cli->word[0], &first, &n, &port) < 0)
        return cli_fail(cli, CLI_USAGE, cli->word[0],
                        "expected A.B.C.D/22 to /32, perhaps with :PORT: at most %d addresses", SUBNET_MOST);
    struct device_setup **setups = calloc(n, sizeof(struct device_setup *));
    struct probe_result *results = calloc(n, sizeof *results);
    struct range range = {results, n, isatty(STDERR_FILENO)};
    int r = setups && results ? CLI_DONE : CLI_NO, started;
    for (; !r && made < n; made += !r) {
        char text[INET_ADDRSTRLEN + 8];
        struct in_addr address = {htonl(first + made)};
        inet_ntop(AF_INET, &address, text, INET_ADDRSTRLEN);
        snprintf(text + strlen(text), 8, "%s", port);
        r = probe_setup(&cli->options, text, made, set, words, &setups[made]);
    }
    if (r) {
        r = cli_fail(cli, (enum cli_exit)r, "", "%s", words);
    } else if ((started = probe_run(setups, n, results, progress, &range)) < 0) {
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
