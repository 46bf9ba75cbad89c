/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands, one function each, and the options that are theirs alone. */
#pragma once
#include "daemon/cli.h"

int cmd_check(const struct cli *cli);
int cmd_graph(const struct cli *cli);
int cmd_graph_child(int argc, char **argv); /* raw */
int cmd_probe(const struct cli *cli);
int cmd_status(const struct cli *cli);
int cmd_read(const struct cli *cli);
int cmd_alerts(const struct cli *cli);
int cmd_top(const struct cli *cli);
int cmd_meter_read(const struct cli *cli);
int cmd_meter_import(const struct cli *cli);
int cmd_mqtt_purge(const struct cli *cli);
int cmd_silence(const struct cli *cli);
int cmd_profile_check(const struct cli *cli);
int cmd_record(const struct cli *cli);
int cmd_backup(const struct cli *cli);
int cmd_rrd_migrate(const struct cli *cli);
int cmd_report(const struct cli *cli);
int cmd_web(const struct cli *cli);
int cmd_web_child(int argc, char **argv);
