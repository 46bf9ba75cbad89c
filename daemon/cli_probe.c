/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/probe_setup.h"
#include "daemon/probe_show.h"
#include "daemon/probe_subnet.h"
#include "daemon/probe_unknown.h"

#include <string.h>

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
        r = cli_fail(cli, probe_exit(result.fault), cli->word[0], "%s", result.words);
        if (result.fault == FAULT_UNKNOWN && !cli->options.json)
            probe_unknown_print(setup, set);
    } else if (cli->options.json) {
        probe_put_json(probe_json(&result));
    } else {
        probe_print(&result, stdout);
        if (result.shape->n)
            probe_print_snippet(&result, stdout);
        else
            probe_unknown_print(setup, set);
    }
    probe_result_done(&result);
    setup_unref(setup);
    return r;
}

int cmd_probe(const struct cli *cli)
{
    struct profile_set *set = NULL;
    probe_profiles(&set);
    int r = cli->options.subnet ? probe_subnet(cli, set) : probe_one(cli, set);
    profile_set_unref(set);
    return r;
}
