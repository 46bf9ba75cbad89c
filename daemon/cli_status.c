/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_api.h"
#include "daemon/cli_commands.h"
#include "daemon/cli_live.h"
#include "daemon/people.h"
#include "daemon/plain_json.h"

/* --json is one object: an array gets a name. */
static void print_json(json_t *answer, const char *name)
{
    json_t *object = json_is_object(answer) ? json_incref(answer) : json_pack("{s:O}", name, answer);
    plain_json_put(stdout, object, 2);
    json_decref(object);
}

static void print_queues(const json_t *status)
{
    const json_t *queues = json_object_get(status, "queues"), *readers = json_object_get(queues, "readers");
    const char *reader;
    json_t *rows;
    printf("\nLog: %.0f rows, %.1f MB; still to be taken:", json_number_value(json_object_get(queues, "log_rows")),
           json_number_value(json_object_get(queues, "log_bytes")) / 1e6);
    const char *between = "";
    json_object_foreach((json_t *)readers, reader, rows)
    {
        printf("%s %s %.0f", between, reader, json_number_value(rows));
        between = ",";
    }
    putchar('\n');
}

int cmd_status(const struct cli *cli)
{
    json_t *status = NULL;
    int r = api_call(cli, "/api/v1/status", NULL, NULL, NULL, &status);
    if (r)
        return r;
    if (cli->options.json) {
        print_json(status, "status");
    } else {
        char up[40];
        double alerts = json_number_value(json_object_get(status, "alerts"));
        printf("Site %s: %s, up %s, wattwachtd %s\n\n", json_string_value(json_object_get(status, "site")),
               json_is_true(json_object_get(status, "ready")) ? "ready" : "starting",
               people_value(up, sizeof up, Q_RUNTIME, json_number_value(json_object_get(status, "uptime_s"))),
               json_string_value(json_object_get(status, "version")));
        cli_live_devices(stdout, status);
        print_queues(status);
        if (alerts > 0)
            printf("Alerts: %.0f active, see wattwacht alerts\n", alerts);
    }
    json_decref(status);
    return CLI_DONE;
}

int cmd_read(const struct cli *cli)
{
    json_t *points = NULL;
    const char *glob = cli->n ? cli->word[0] : NULL;
    int r = api_call(cli, "/api/v1/points", "match", glob, NULL, &points);
    if (r)
        return r;
    if (!json_array_size(points) && glob)
        r = cli_fail(cli, CLI_NO, glob, "no point has such a name");
    else if (cli->options.json)
        print_json(points, "points");
    else
        cli_live_points(stdout, points, json_array_size(points));
    json_decref(points);
    return r;
}

int cmd_alerts(const struct cli *cli)
{
    json_t *alerts = NULL;
    int r = api_call(cli, "/api/v1/alerts", NULL, NULL, NULL, &alerts);
    if (r)
        return r;
    if (cli->options.json)
        print_json(alerts, "alerts");
    else
        cli_live_alerts(stdout, alerts);
    json_decref(alerts);
    return CLI_DONE;
}
