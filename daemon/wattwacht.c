/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wattwacht: the command line. One row a command. */
#include "daemon/cli_commands.h"
#include "tests/sim/simulate.h"

#include <signal.h>

static const struct option_row graph_options[] = {
    CLI_FLAG("site", site, "graph of the whole site; the default"),
    CLI_TEXT("room", room, "ROOM", "graph of this room"),
    CLI_TEXT("group", group, "GROUP", "graph of this group of rooms"),
    CLI_TEXT("rack", rack, "RACK", "graph of this rack"),
    CLI_TEXT("device", device, "DEVICE", "graph of this device"),
    CLI_TEXT("from", from, "TIME", "2026-10-25, 2026-10-25T14:30:00Z, -24h, -7d; -24h"),
    CLI_TEXT("to", to, "TIME", "the same, or now; now"),
    CLI_TEXT("o", output, "FILE", ".svg, .png, .csv or .json; without: CSV on stdout"),
    CLI_TEXT("width", width, "N", "pixels of the picture, or the most lines of CSV and JSON; 900, 2000"),
    CLI_TEXT("height", height, "N", "pixels, and what the legend takes; 400"),
    CLI_FLAG("dark", dark, "for dark screens"),
    CLI_TEXT("lang", lang, "LANGUAGE", "en, nl or fr; the first of the site's languages"),
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_TEXT("state", state, "DIR", "$STATE_DIRECTORY, else /var/lib/wattwacht"),
    CLI_API,
    CLI_JSON,
    CLI_END};
static const struct option_row check_options[] = {
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_FLAG("schema", schema, "print every key as JSON Schema instead"), CLI_JSON, CLI_END};
static const struct option_row api_options[] = {CLI_API, CLI_JSON, CLI_END};
#define PROBE_OPTIONS                                                                                        \
    CLI_TEXT("snmp", snmp, "VERSION", "1, 2c or 3; 2c"), CLI_TEXT("community", community, "TEXT", "public"), \
        CLI_TEXT("user", user, "NAME", "SNMP 3: user"),                                                      \
        CLI_TEXT("auth", auth, "DIGEST", "SNMP 3: md5 sha sha224 sha256 sha384 sha512"),                     \
        CLI_TEXT("auth-key-file", auth_key_file, "FILE", "its key, in a file of mode 0600"),                 \
        CLI_TEXT("privacy", privacy, "CIPHER", "SNMP 3: des aes128 aes192 aes256"),                          \
        CLI_TEXT("privacy-key-file", privacy_key_file, "FILE", "its key, in a file of mode 0600"),           \
        CLI_TEXT("timeout", timeout, "TIME", "of one request; 2s")
static const struct option_row probe_options[] = {
    PROBE_OPTIONS,
    CLI_TEXT("modbus", modbus, "WIRE", "Modbus: tcp, rtu or rtu+tcp"),
    CLI_TEXT("unit", unit, "N", "Modbus: unit (slave) number; 1"),
    CLI_TEXT("profile", profile, "NAME", "this profile instead of recognising one"),
    CLI_FLAG("subnet", subnet, "look at every address of A.B.C.D/22 to /32"),
    CLI_JSON,
    CLI_END};
static const struct option_row record_options[] = {CLI_TEXT("o", output, "FILE", "write there; - is stdout"),
                                                   PROBE_OPTIONS, CLI_JSON, CLI_END};
static const struct option_row profile_options[] = {
    CLI_TEXT("against", against, "RECORDING", "read this recording with it, and show what comes out"), CLI_JSON,
    CLI_END};
static const struct option_row backup_options[] = {
    CLI_TEXT("state", state, "DIR", "$STATE_DIRECTORY, else /var/lib/wattwacht"), CLI_JSON, CLI_END};
static const struct option_row migrate_options[] = {
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_TEXT("state", state, "DIR", "$STATE_DIRECTORY, else /var/lib/wattwacht"), CLI_JSON, CLI_END};
static const struct option_row report_options[] = {
    CLI_TEXT("room", room, "ROOM", "of this room"),
    CLI_TEXT("group", group, "GROUP", "of this group of rooms"),
    CLI_FLAG("site", site, "of the whole site; the default"),
    CLI_TEXT("period", period, "PERIOD", "2026, 2026-10, 2026-W40, 2026-10-25, 12m or FROM/TO; last month"),
    CLI_TEXT("format", format, "FORMAT", "text, csv, json, html or eu; text"),
    CLI_TEXT("lang", lang, "LANGUAGE", "en, nl or fr; the first of the site's languages"),
    CLI_TEXT("explain", explain, "KPI", "how a figure comes about: meters, quarters, factors, formula"),
    CLI_TEXT("o", output, "FILE", "write there; - is stdout"),
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_TEXT("state", state, "DIR", "$STATE_DIRECTORY, else /var/lib/wattwacht"),
    CLI_JSON,
    CLI_END};
static const struct option_row meter_read_options[] = {
    CLI_TEXT("at", at, "TIME", "when it was read, like 2026-01-31T08:00:00+01:00; now"), CLI_API, CLI_JSON, CLI_END};

static const struct option_row purge_options[] = {
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_TEXT("prefix", prefix, "PREFIX", "the prefix of before, all of whose topics go"),
    CLI_FLAG("dry-run", dry_run, "only say what would be cleared"), CLI_JSON, CLI_END};

static const struct option_row web_options[] = {
    CLI_TEXT("listen", listen, "ADDR", "HOST:PORT or unix:PATH; 127.0.0.1:9481"),
    CLI_LIST("config", config, "DIR", "directory of configuration files; /etc/wattwacht/conf.d"),
    CLI_TEXT("state", state, "DIR", "$STATE_DIRECTORY, else /var/lib/wattwacht"),
    CLI_TEXT("token", token, "FILE", "asked of everybody, in a file of mode 0600; the credential web-token"),
    CLI_API,
    CLI_JSON,
    CLI_END};

static const struct option_row meter_import_options[] = {
    CLI_FLAG("fed-in", fed_in, "of Fluvius' export what was fed in (Injectie), not what was taken"), CLI_API, CLI_JSON,
    CLI_END};

static const struct option_row simulate_options[] = {CLI_JSON, CLI_END}; /* what it says on stdout is JSON anyway */

static int cmd_simulate(const struct cli *cli)
{
    struct diag *diag = diag_new();
    int r = simulate(cli->word[0], diag) < 0 ? cli_fail_diag(cli, diag) : CLI_DONE;
    diag_free(diag);
    return r;
}

static const struct command commands[] = {
    {"check", "", "is the configuration right, and how much disk will it take", check_options, 0, 0, cmd_check, NULL},
    {"probe", "ADDRESS", "what is this device, what does it measure, how is it configured", probe_options, 1, 1,
     cmd_probe, NULL},
    {"status", "", "the daemon, its devices and its queues", api_options, 0, 0, cmd_status, NULL},
    {"read", "[GLOB]", "the latest value of every point, or of some", api_options, 0, 1, cmd_read, NULL},
    {"top", "", "rooms, alerts and the largest consumers, refreshed", api_options, 0, 0, cmd_top, NULL},
    {"alerts", "", "what is active", api_options, 0, 0, cmd_alerts, NULL},
    {"meter read", "SOURCE VALUE", "keep what a meter's register shows, like 12345.6kWh", meter_read_options, 2, 2,
     cmd_meter_read, NULL},
    {"meter import", "SOURCE FILE.csv", "keep a utility's quarters of an hour", meter_import_options, 2, 2,
     cmd_meter_import, NULL},
    {"report", "", "energy, PUE and its sisters, heat and money of a period", report_options, 0, 0, cmd_report, NULL},
    {"graph", "[WHAT]", "a picture or its numbers; without WHAT: which there are", graph_options, 0, 1, cmd_graph,
     NULL},
    {"graph-child", "", NULL, NULL, 0, 0, NULL, cmd_graph_child}, /* of the pool of graphs, not for people */
    {"silence", "TARGET DURATION REASON", "no alerts of a rule, device or room for a time", api_options, 3, 3,
     cmd_silence, NULL},
    {"record", "ADDRESS", "keep what an SNMP device answers, for a new profile", record_options, 1, 1, cmd_record,
     NULL},
    {"profile check", "FILE.yaml", "is a profile right, and what does it read", profile_options, 1, 1,
     cmd_profile_check, NULL},
    {"mqtt purge", "[DEVICE]", "clear what is retained at the brokers and belongs to nothing any more", purge_options,
     0, 1, cmd_mqtt_purge, NULL},
    {"rrd migrate", "", "bring RRD files to the configuration's step and spans", migrate_options, 0, 0, cmd_rrd_migrate,
     NULL},
    {"backup", "FILE.tar.gz", "all that is kept, in one file, while the daemon runs", backup_options, 1, 1, cmd_backup,
     NULL},
    {"web", "", "the page: rooms, racks, devices, alerts, graphs and reports in a browser", web_options, 0, 0, cmd_web,
     NULL},
    {"web-child", "", NULL, NULL, 0, 0, NULL, cmd_web_child}, /* of the page, not for people */
    {"simulate", "FILE.yaml", "play the devices of a scene until told to stop", simulate_options, 1, 1, cmd_simulate,
     NULL},
    {NULL, NULL, NULL, NULL, 0, 0, NULL, NULL},
};

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_DFL); /* `wattwacht read | head` ends quietly */
    return cli_run(commands, argc, argv);
}
