/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/cli_schema.h"
#include "daemon/config_raw.h"
#include "daemon/data.h"
#include "daemon/graph_set.h"
#include "daemon/plain_json.h"
#include "drivers/profile.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_DIR "/etc/wattwacht/conf.d"

/* Bytes of one data source: three consolidation functions, a double each row. */
static double rrd_bytes(const struct config *config)
{
    double rows = 0;
    for (size_t i = 0; i < config->n_spans; i++)
        rows += (double)(config->span[i].keep_s / config->span[i].step_s);
    return rows * 3 * 8;
}

/* What a device of middle size has, where nothing is known of it yet: a metered PDU with 24 outlets has more, a meter
 * less. Said as an assumption. */
#define QUANTITIES_ASSUMED 30

struct estimate {
    double each, rrd, log;
};

static struct estimate estimate_of(const struct config *config)
{
    double each = rrd_bytes(config);
    return (struct estimate){each, each * QUANTITIES_ASSUMED * (double)config->n_devices, (double)config->log_size};
}

static void print_words(const struct config *config)
{
    struct estimate estimate = estimate_of(config);
    printf("The configuration of site %s is right: %zu rooms, %zu racks, %zu devices, %zu manual sources, %zu alert "
           "rules; %zu profiles known.\n",
           config->site, config->n_rooms, config->n_racks, config->n_devices, config->n_sources, config->n_alerts,
           profile_count(config->profiles));
    printf("Disk: RRD %.2f MB for each quantity recorded, so about %.1f GB if a device has %d; the log at most %.1f "
           "GB; the ledger about 1 MB a year for each energy account.\n",
           estimate.each / 1e6, estimate.rrd / 1e9, QUANTITIES_ASSUMED, estimate.log / 1e9);
}

static void print_json(const struct config *config, const struct diag *diag)
{
    struct estimate estimate = estimate_of(config);
    json_t *warnings = json_array();
    for (size_t i = 0; diag_line(diag, i); i++)
        json_array_append_new(warnings, json_string(diag_line(diag, i)));
    json_t *all =
        json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:{s:f,s:f,s:i,s:f}}", "site", config->site, "rooms",
                  (json_int_t)config->n_rooms, "racks", (json_int_t)config->n_racks, "devices",
                  (json_int_t)config->n_devices, "sources", (json_int_t)config->n_sources, "alerts",
                  (json_int_t)config->n_alerts, "profiles", (json_int_t)profile_count(config->profiles), "warnings",
                  warnings, "disk", "rrd_bytes_per_quantity", estimate.each, "rrd_bytes", estimate.rrd,
                  "quantities_per_device_assumed", QUANTITIES_ASSUMED, "log_bytes_most", estimate.log);
    plain_json_put(stdout, all, 2);
    json_decref(all);
}

int cmd_check(const struct cli *cli)
{
    if (cli->options.schema) {
        json_t *schema = schema_of(config_fields, "wattwacht configuration");
        json_dumpf(schema, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(schema);
        return CLI_DONE;
    }
    struct option_list dirs = cli->options.config;
    if (!dirs.n)
        dirs.item[dirs.n++] = DEFAULT_DIR;
    struct diag *diag = diag_new();
    struct config *config = NULL;
    int r = CLI_DONE;
    struct graph_set *graphs = NULL;
    int wrong = config_load(dirs.item, dirs.n, cli_credentials(cli), PROFILES_ALL, NULL, diag, &config);
    /* definitions of graphs beside it: all mistakes are told in one run */
    /* a profile that no device names does not keep the daemon from starting; but whoever looks wants to know */
    if (graph_set_open(dirs.item, dirs.n, diag, &graphs) < 0 || wrong < 0 || profile_count_left_out(config->profiles)) {
        r = cli_fail_diag(cli, diag);
    } else {
        for (size_t i = 0; diag_line(diag, i); i++)
            fprintf(stderr, "%s\n", diag_line(diag, i));
        if (cli->options.json)
            print_json(config, diag);
        else
            print_words(config);
    }
    graph_set_free(graphs);
    config_unref(config);
    diag_free(diag);
    return r;
}
