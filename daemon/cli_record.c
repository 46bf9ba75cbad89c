/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/probe_setup.h"
#include "daemon/probe_show.h"
#include "daemon/walk_run.h"

#include <stdlib.h>
#include <string.h>

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
        r = cli_fail(cli, fault == FAULT_NONE ? CLI_SILENT : probe_exit(fault), cli->word[0], "%s",
                     *words ? words : "nothing is there");
    } else if (!out) {
        r = cli_fail(cli, CLI_NO, cli->options.output, "%m");
    } else {
        size_t n = walk_write(image, out);
        bool full = ferror(out) || (to_stdout ? fflush(out) : fclose(out)) != 0;
        if (full)
            r = cli_fail(cli, CLI_NO, cli->options.output, "%m");
        else if (cli->options.json)
            probe_put_json(json_pack("{s:s,s:s,s:I,s:s}", "address", cli->word[0], "file", cli->options.output,
                                     "objects", (json_int_t)n, "note", words));
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
