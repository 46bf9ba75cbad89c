/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/calendar.h"
#include "daemon/cli_commands.h"
#include "daemon/report_document.h"
#include "daemon/report_explain.h"
#include "daemon/report_render.h"
#include "daemon/scope.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_DIR   "/etc/wattwacht/conf.d"
#define DEFAULT_STATE "/var/lib/wattwacht"

/* What the command works with; all of it freed by done(). */
struct work {
    struct diag *diag;
    struct config *config;
    struct ledger *ledger;
    char no_ledger[300];
    struct report_request request;
};

static void done(struct work *w)
{
    ledger_close(w->ledger);
    config_unref(w->config);
    diag_free(w->diag);
}

static const char *state_of(const struct cli *cli)
{
    const char *state = getenv("STATE_DIRECTORY");
    return cli->options.state ? cli->options.state : state ? state : DEFAULT_STATE;
}

static int open_config(const struct cli *cli, struct work *w)
{
    struct option_list dirs = cli->options.config;
    if (!dirs.n)
        dirs.item[dirs.n++] = DEFAULT_DIR;
    w->diag = diag_new();
    if (config_load(dirs.item, dirs.n, config_no_secrets, PROFILES_USED, NULL, w->diag, &w->config) < 0)
        return cli_fail_diag(cli, w->diag);
    setenv("TZ", w->config->timezone, 1);
    tzset();
    return CLI_DONE;
}

/* No ledger yet is no error: the report says so. One that cannot be understood is. */
static int open_ledger(const struct cli *cli, struct work *w)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/ledger.db", state_of(cli));
    int r = ledger_open(path, false, &w->ledger);
    if (r == -ENOENT) {
        snprintf(w->no_ledger, sizeof w->no_ledger, "nothing was kept yet in %s", state_of(cli));
        return CLI_DONE;
    }
    return r ? cli_fail(cli, CLI_NO, path, "%s", ledger_words(r)) : CLI_DONE;
}

static int read_period(const struct cli *cli, struct report_request *request)
{
    const char *period = cli->options.period;
    if (!period) { /* the last whole month */
        request->from_s = calendar_start(SPAN_MONTH, request->now_s, -1);
        request->to_s = calendar_start(SPAN_MONTH, request->now_s, 0);
        return CLI_DONE;
    }
    if (!strcmp(period, "12m")) { /* what a PUE is made of */
        calendar_twelve_months(request->now_s, &request->from_s, &request->to_s);
        return CLI_DONE;
    }
    if (calendar_parse(period, &request->from_s, &request->to_s))
        return cli_fail(cli, CLI_USAGE, "--period",
                        "'%s', expected 2026, 2026-10, 2026-W40, 2026-10-25, 12m or FROM/TO", period);
    if (request->from_s % 900 || request->to_s % 900)
        return cli_fail(cli, CLI_USAGE, "--period", "'%s', expected whole quarters of an hour", period);
    return CLI_DONE;
}

static int read_scope(const struct cli *cli, struct report_request *request)
{
    const struct cli_options *o = &cli->options;
    if ((o->room != NULL) + (o->group != NULL) + o->site > 1)
        return cli_fail(cli, CLI_USAGE, o->room ? "--room" : "--group",
                        "expected a room, a group or the site, not two");
    request->scope = o->room ? o->room : o->group ? o->group : "site";
    return CLI_DONE;
}

/* A group is asked as one, and a room as one. */
static int check_scope(const struct cli *cli, const struct work *w)
{
    const struct cli_options *o = &cli->options;
    struct scope scope;
    bool found = !scope_find(w->config, w->request.scope, &scope);
    if (o->group && (!found || !scope.group))
        return cli_fail(cli, CLI_NO, o->group, "no such group");
    if (o->room && (!found || scope.room == NO_INDEX))
        return cli_fail(cli, CLI_NO, o->room, "no such room");
    return CLI_DONE;
}

static int show(const struct cli *cli, struct work *w, const json_t *document, const struct report_format *format)
{
    char *text = NULL;
    size_t n = 0;
    const char *name = cli->options.lang ? cli->options.lang : w->config->n_languages ? w->config->language[0] : "en";
    int r = report_render(document, format, name, w->diag, &text, &n);
    if (r == -ENOENT)
        return cli_fail(cli, CLI_USAGE, "--lang", "'%s', expected en, nl or fr", name);
    if (r)
        return cli_fail(cli, CLI_NO, "", "%s", diag_first(w->diag) ? diag_first(w->diag) : strerror(-r));
    FILE *out = cli->options.output && strcmp(cli->options.output, "-") ? fopen(cli->options.output, "we") : stdout;
    bool bad = !out || fwrite(text, 1, n, out) != n || fflush(out);
    int error = errno;
    if (out && out != stdout)
        bad |= fclose(out) != 0;
    free(text);
    return bad ? cli_fail(cli, CLI_NO, cli->options.output ? cli->options.output : "stdout", "%s", strerror(error))
               : CLI_DONE;
}

static int report(const struct cli *cli, struct work *w, const struct report_format *format)
{
    json_t *document = NULL;
    w->request.config = w->config;
    w->request.ledger = w->ledger;
    w->request.no_ledger = w->no_ledger;
    w->request.state = state_of(cli);
    const char *kpi = cli->options.explain;
    int r = kpi ? report_explain(&w->request, kpi, &document) : report_build(&w->request, &document);
    if (r == -EINVAL && kpi)
        return cli_fail(cli, CLI_USAGE, "--explain", "'%s', expected a KPI like ipue, cue or total-energy", kpi);
    if (r)
        return cli_fail(cli, CLI_NO, "ledger", "%s", strerror(-r));
    r = show(cli, w, document, format);
    json_decref(document);
    return r;
}

int cmd_report(const struct cli *cli)
{
    const char *asked = cli->options.format ? cli->options.format : "text";
    const char *name = !cli->options.json ? asked : strcmp(asked, "eu") ? "json" : "eu-json";
    const struct report_format *format = report_format_find(name);
    struct work w = {.request = {.now_s = (int64_t)time(NULL)}};
    if (!format)
        return cli_fail(cli, CLI_USAGE, "--format", "'%s', expected text, csv, json, html or eu", name);
    int r = read_scope(cli, &w.request);
    if (!r)
        r = open_config(cli, &w);
    if (!r)
        r = check_scope(cli, &w);
    if (!r)
        r = read_period(cli, &w.request);
    if (!r)
        r = open_ledger(cli, &w);
    if (!r)
        r = report(cli, &w, format);
    done(&w);
    return r;
}
