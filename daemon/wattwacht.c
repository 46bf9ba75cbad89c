/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wattwacht: the command line. One row a command. */
#include "daemon/cli_commands.h"

#include <signal.h>

static const struct option_row check_options[] = {
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_FLAG("schema", schema, "print every key as JSON Schema instead"), CLI_JSON, CLI_END};
static const struct option_row api_options[] = {CLI_API, CLI_JSON, CLI_END};
static const struct option_row meter_read_options[] = {
    CLI_TEXT("at", at, "TIME", "when it was read, like 2026-01-31T08:00:00+01:00; now"), CLI_API, CLI_JSON, CLI_END};

static const struct command commands[] = {
    {"check", "", "is the configuration right, and how much disk will it take", check_options, 0, 0, cmd_check, NULL},
    {"status", "", "the daemon, its devices and its queues", api_options, 0, 0, cmd_status, NULL},
    {"read", "[GLOB]", "the latest value of every point, or of some", api_options, 0, 1, cmd_read, NULL},
    {"top", "", "rooms, alerts and the largest consumers, refreshed", api_options, 0, 0, cmd_top, NULL},
    {"alerts", "", "what is active", api_options, 0, 0, cmd_alerts, NULL},
    {"meter read", "SOURCE VALUE", "keep what a meter's register shows, like 12345.6kWh", meter_read_options, 2, 2,
     cmd_meter_read, NULL},
    {"meter import", "SOURCE FILE.csv", "keep a utility's quarters of an hour", api_options, 2, 2, cmd_meter_import,
     NULL},
    {"silence", "TARGET DURATION REASON", "no alerts of a rule, device or room for a time", api_options, 3, 3,
     cmd_silence, NULL},
    {NULL, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_DFL); /* `wattwacht read | head` ends quietly */
    return cli_run(commands, argc, argv);
}
