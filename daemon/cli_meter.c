/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_api.h"
#include "daemon/cli_commands.h"
#include "daemon/meter_csv.h"
#include "daemon/wire_text.h"
#include "daemon/plain_json.h"
#include "drivers/diag.h"
#include "drivers/unit.h"

#include <string.h>

/* Sends a body; says what was done where no JSON is wanted. */
static int post(const struct cli *cli, const char *path, json_t *body, const char *done)
{
    json_t *answer = NULL;
    int r = api_call(cli, path, NULL, NULL, body, &answer);
    json_decref(body);
    if (r)
        return r;
    if (cli->options.json) {
        plain_json_put(stdout, answer, 0);
    } else {
        fprintf(stderr, "%s\n", done);
    }
    json_decref(answer);
    return CLI_DONE;
}

int cmd_meter_read(const struct cli *cli)
{
    const char *source = cli->word[0], *value = cli->word[1], *at = cli->options.at;
    double wh;
    int64_t ms;
    bool volume = unit_parse_value(value, D_ENERGY, &wh) < 0;
    if (volume && unit_parse_value(value, D_VOLUME, &wh) < 0)
        return cli_fail(cli, CLI_USAGE, value,
                        "expected what the register shows with its unit, like 12345.6kWh, 41.2GJ or 873.5m3");
    if (at && wire_time_parse(at, &ms) < 0)
        return cli_fail(cli, CLI_USAGE, "--at", "expected a time like 2026-01-31T08:00:00Z or with +01:00");
    json_t *body = json_pack("{s:s,s:f,s:s}", "source", source, "value", wh, "unit", volume ? "m3" : "Wh");
    if (at)
        json_object_set_new(body, "at", json_string(at));
    return post(cli, "/api/v1/meter/read", body, "kept");
}

int cmd_meter_import(const struct cli *cli)
{
    struct diag *diag = diag_new();
    struct meter_rows rows = {0};
    int r = meter_csv_read(cli->word[1], cli->options.fed_in, diag, &rows);
    if (r < 0) {
        r = cli_fail_diag(cli, diag);
        diag_free(diag);
        return r;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < rows.n; i++) {
        char at[WIRE_TIME_MAX];
        wire_time(at, sizeof at, rows.row[i].quarter_s * 1000);
        json_array_append_new(list, json_pack("[s,f]", at, rows.row[i].wh));
    }
    char done[160];
    int n = snprintf(done, sizeof done, "%zu quarters of an hour kept", rows.n);
    if (rows.estimated || rows.empty)
        snprintf(done + n, sizeof done - (size_t)n,
                 "; %zu values are estimates of the grid operator, %zu quarters without any were left out",
                 rows.estimated, rows.empty);
    meter_rows_free(&rows);
    diag_free(diag);
    return post(cli, "/api/v1/meter/import", json_pack("{s:s,s:o}", "source", cli->word[0], "rows", list), done);
}

int cmd_silence(const struct cli *cli)
{
    double seconds = 0;
    bool ends = !strcmp(cli->word[1], "0");
    if (!ends && (unit_parse_value(cli->word[1], D_TIME, &seconds) < 0 || seconds < 0))
        return cli_fail(cli, CLI_USAGE, cli->word[1],
                        "expected a duration with its unit, like 2h or 30m; 0 ends a silence");
    json_t *body = json_pack("{s:s,s:f,s:s}", "target", cli->word[0], "duration_s", seconds, "reason", cli->word[2]);
    if (!body)
        return cli_fail(cli, CLI_USAGE, "", "the target and the reason must be UTF-8");
    return post(cli, "/api/v1/silence", body, seconds > 0 ? "silenced" : "no longer silenced");
}
