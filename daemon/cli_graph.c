/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_api.h"
#include "daemon/cli_commands.h"
#include "daemon/graph_child.h"
#include "daemon/wire_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int exit_of(int error)
{
    return error == -EINVAL ? CLI_USAGE : CLI_NO;
}

/* The end of the file's name decides what is written. */
static const char *format_of(const struct cli *cli)
{
    const char *file = cli->options.output, *dot = file ? strrchr(file, '.') : NULL;
    if (!file)
        return cli->options.json || !cli->n ? "json" : "csv";
    return !strcmp(file, "-") ? "csv" : dot && !strchr(dot, '/') ? dot + 1 : "";
}

static const char *scope_of(const struct cli *cli, char *buffer, size_t size)
{
    const struct cli_options *o = &cli->options;
    if (o->rack) {
        snprintf(buffer, size, "rack:%s", o->rack);
        return buffer;
    }
    return o->room ? o->room : o->group ? o->group : o->device ? o->device : "site";
}

static int read_request(const struct cli *cli, const char *language, struct graph_request *ret, char why[GRAPH_WORDS])
{
    const struct cli_options *o = &cli->options;
    char scope[80];
    int named = (o->room != NULL) + (o->group != NULL) + (o->rack != NULL) + (o->device != NULL) + o->site;
    if (named > 1) {
        snprintf(why, GRAPH_WORDS, "expected one of --site, --group, --room, --rack and --device");
        return -EINVAL;
    }
    if (!*format_of(cli)) {
        snprintf(why, GRAPH_WORDS, "%.100s: expected a file that ends in .svg, .png, .csv or .json", o->output);
        return -EINVAL;
    }
    struct graph_words words = {.what = cli->n ? cli->word[0] : "list",
                                .scope = scope_of(cli, scope, sizeof scope),
                                .from = o->from,
                                .to = o->to,
                                .width = o->width,
                                .height = o->height,
                                .theme = o->dark ? "dark" : "light",
                                .language = o->lang ? o->lang : language,
                                .format = format_of(cli)};
    return graph_request_read(&words, (int64_t)time(NULL), ret, why);
}

/* So that the graph ends now. Without a daemon it ends where the files do. */
static void freshen(const struct cli *cli)
{
    char words[300];
    struct api *api = NULL;
    json_t *answer = NULL, *body = json_object();
    int r = api_open(cli->options.api, &api, words);
    if (!r)
        r = api_ask(api, "/api/v1/flush", NULL, NULL, body, &answer, words);
    if (r && cli->options.api)
        fprintf(stderr, "wattwacht graph: %s; drawn from the files as they are\n", words);
    json_decref(answer);
    json_decref(body);
    api_close(api);
}

static int write_file(const struct cli *cli, const struct graph_answer *answer)
{
    const char *path = cli->options.output;
    bool to_stdout = !path || !strcmp(path, "-");
    FILE *out = to_stdout ? stdout : fopen(path, "we");
    if (!out)
        return cli_fail(cli, CLI_NO, path, "%s", strerror(errno));
    bool failed = fwrite(answer->bytes, 1, answer->n, out) != answer->n;
    if (!to_stdout)
        failed |= fclose(out) != 0;
    if (failed)
        return cli_fail(cli, CLI_NO, path ? path : "", "%s", strerror(errno));
    if (!to_stdout && cli->options.json) {
        fputs("{\"file\": ", stdout);
        wire_put_string(stdout, path);
        printf(", \"bytes\": %zu}\n", answer->n);
    }
    return CLI_DONE;
}

static void print_list(const struct graph_answer *answer)
{
    size_t i;
    json_t *all = json_loadb(answer->bytes, answer->n, 0, NULL), *one;
    json_array_foreach(json_object_get(all, "graphs"), i, one)
    {
        char scopes[60] = "";
        size_t k;
        json_t *scope;
        json_array_foreach(json_object_get(one, "scopes"), k, scope)
            snprintf(scopes + strlen(scopes), sizeof scopes - strlen(scopes), " %s", json_string_value(scope));
        printf("%-16s %-34s%s\n", json_string_value(json_object_get(one, "what")),
               json_string_value(json_object_get(one, "title")), scopes);
    }
    puts("DEVICE/PART/QUANTITY, ROOM/kpi/ID, GROUP/kpi/ID or site/kpi/ID: any point that `wattwacht read` tells");
    json_decref(all);
}

static int draw(const struct cli *cli, struct graph *graph)
{
    char why[GRAPH_WORDS] = "";
    struct graph_request request;
    struct graph_answer answer;
    /* once more: times without a zone, and the language, are the site's, which is known now */
    if (read_request(cli, graph_site_language(graph), &request, why))
        return cli_fail(cli, CLI_USAGE, "", "%s", why);
    graph_run(graph, &request, &answer);
    int r = answer.error ? cli_fail(cli, (enum cli_exit)exit_of(answer.error), "", "%s", answer.words) : CLI_DONE;
    if (!r && !cli->n && !cli->options.json && !cli->options.output)
        print_list(&answer);
    else if (!r)
        r = write_file(cli, &answer);
    graph_answer_done(&answer);
    return r;
}

int cmd_graph(const struct cli *cli)
{
    char why[GRAPH_WORDS] = "";
    struct graph_request request;
    struct option_list dirs = cli->options.config;
    const char *state = getenv("STATE_DIRECTORY");
    struct graph *graph = NULL;
    if (read_request(cli, NULL, &request, why))
        return cli_fail(cli, CLI_USAGE, "", "%s", why);
    if (!dirs.n)
        dirs.item[dirs.n++] = "/etc/wattwacht/conf.d";
    struct graph_place place = {.dirs = dirs.item,
                                .n_dirs = dirs.n,
                                .state = cli->options.state ? cli->options.state
                                         : state            ? state
                                                            : "/var/lib/wattwacht"};
    struct diag *diag = diag_new();
    int r;
    if (graph_open(&place, diag, &graph) < 0) {
        r = cli_fail_diag(cli, diag);
    } else {
        if (cli->n && request.to_s > (int64_t)time(NULL) - 600)
            freshen(cli);
        r = draw(cli, graph);
    }
    graph_close(graph);
    diag_free(diag);
    return r;
}

int cmd_graph_child(int argc, char **argv)
{
    return graph_child_main(argc, argv);
}
