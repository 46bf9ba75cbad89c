/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/probe_setup.h"
#include "daemon/probe_show.h"
#include "daemon/walk_redact.h"
#include "daemon/walk_run.h"

#include <string.h>

/* What `record` takes: who it is, the standard trees of power and sensors, and its maker's. Not its interfaces, routes
 * and neighbours. */
static const uint32_t system_group[] = {1, 3, 6, 1, 2, 1, 1}, ups[] = {1, 3, 6, 1, 2, 1, 33},
                      entity[] = {1, 3, 6, 1, 2, 1, 47}, sensors[] = {1, 3, 6, 1, 2, 1, 99},
                      energy[] = {1, 3, 6, 1, 2, 1, 229}, makers[] = {1, 3, 6, 1, 4, 1};

static bool is_empty(const struct snmp_image *image)
{
    struct oid none = {0};
    const struct snmp_value *value;
    return !snmp_image_next(image, none, &none, &value);
}

/* note: what was not told by the device, or reads otherwise without its names. */
static int write_image(const struct cli *cli, const struct snmp_image *image, const char *note)
{
    bool to_stdout = !strcmp(cli->options.output, "-") && !cli->options.json;
    FILE *out = to_stdout ? stdout : fopen(cli->options.output, "we");
    if (!out)
        return cli_fail(cli, CLI_NO, cli->options.output, "%m");
    size_t n = walk_write(image, out);
    bool full = ferror(out) || (to_stdout ? fflush(out) : fclose(out)) != 0;
    if (full)
        return cli_fail(cli, CLI_NO, cli->options.output, "%m");
    if (cli->options.json)
        probe_put_json(json_pack("{s:s,s:s,s:I,s:s}", "address", cli->word[0], "file", cli->options.output, "objects",
                                 (json_int_t)n, "note", note));
    else
        fprintf(
            stderr,
            "%zu objects%s%s. Names, places, serial numbers and addresses were replaced; look it through before you "
            "give it away.\n",
            n, *note ? ", but " : "", note);
    return CLI_DONE;
}

static int record(const struct cli *cli, struct profile_set *set, struct device_setup *setup)
{
    const struct oid roots[] = {{7, system_group}, {7, ups}, {7, entity}, {7, sensors}, {7, energy}, {6, makers}};
    struct snmp_image *image, *clean;
    char words[300] = "";
    int r;
    enum fault fault = walk_run(setup, roots, sizeof roots / sizeof roots[0], words, &image);
    if (is_empty(image)) {
        r = cli_fail(cli, fault == FAULT_NONE ? CLI_SILENT : probe_exit(fault), cli->word[0], "%s",
                     *words ? words : "nothing is there");
    } else {
        clean = walk_redact(image, set, setup);
        if (!*words)
            walk_redact_differs(image, clean, set, setup, words, sizeof words);
        r = write_image(cli, clean, words);
        snmp_image_free(clean);
    }
    snmp_image_free(image);
    return r;
}

int cmd_record(const struct cli *cli)
{
    struct device_setup *setup = NULL;
    struct profile_set *set = NULL;
    char words[300] = "";
    if (!cli->options.output)
        return cli_fail(cli, CLI_USAGE, "-o", "expected -o FILE, or -o - for stdout");
    probe_profiles(&set);
    int r = probe_setup(&cli->options, cli->word[0], 0, set, words, &setup);
    if (r)
        r = cli_fail(cli, (enum cli_exit)r, "", "%s", words);
    else if (setup->is_modbus)
        r = cli_fail(cli, CLI_USAGE, cli->word[0], "only SNMP devices can be recorded");
    else
        r = record(cli, set, setup);
    setup_unref(setup);
    profile_set_unref(set);
    return r;
}
