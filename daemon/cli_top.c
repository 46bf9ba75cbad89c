/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_api.h"
#include "daemon/cli_commands.h"
#include "daemon/cli_live.h"
#include "daemon/cli_table.h"
#include "daemon/plain_json.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define PERIOD_MS 2000 /* shorter than a poll, so that a new value is soon seen */

struct moment {
    json_t *status, *kpis, *alerts, *points;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

static void moment_free(struct moment *moment)
{
    json_decref(moment->status);
    json_decref(moment->kpis);
    json_decref(moment->alerts);
    json_decref(moment->points);
    *moment = (struct moment){0};
}

static int moment_ask(struct api *api, struct moment *moment, char words[300])
{
    int r = api_ask(api, "/api/v1/status", NULL, NULL, NULL, &moment->status, words);
    if (!r)
        r = api_ask(api, "/api/v1/kpi", NULL, NULL, NULL, &moment->kpis, words);
    if (!r)
        r = api_ask(api, "/api/v1/alerts", NULL, NULL, NULL, &moment->alerts, words);
    if (!r)
        r = api_ask(api, "/api/v1/points", "match", "*/active_power", NULL, &moment->points, words);
    return r;
}

static const json_t *find_kpi(const json_t *kpis, const char *scope, const char *id)
{
    size_t i;
    const json_t *kpi;
    json_array_foreach(kpis, i, kpi)
    {
        if (!strcmp(json_string_value(json_object_get(kpi, "scope")), scope) &&
            !strcmp(json_string_value(json_object_get(kpi, "id")), id))
            return kpi;
    }
    return NULL;
}

static void print_scopes(FILE *out, const json_t *kpis)
{
    static const char *const titles[] = {"ROOM", ">IT", ">RATIO NOW", ">iPUE 24 H", ">PUE", ">HEAT", NULL};
    static const char *const ids[] = {"it-power", "power-ratio", "ipue", "pue", "heat-power"};
    struct table *table = table_new(titles);
    size_t i;
    const json_t *kpi;
    json_array_foreach(kpis, i, kpi)
    {
        const char *scope = json_string_value(json_object_get(kpi, "scope"));
        if (strcmp(json_string_value(json_object_get(kpi, "id")), "it-power") != 0) /* once a scope */
            continue;
        table_text(table, scope);
        for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
            char value[40];
            const json_t *one = find_kpi(kpis, scope, ids[k]);
            table_text(table, one ? cli_live_value(value, sizeof value, one, ids[k]) : "-");
        }
    }
    table_print(table, out);
    table_free(table);
}

/* Falling power; what has none comes last. */
static int by_power(const void *a, const void *b)
{
    const json_t *x = json_object_get(*(json_t *const *)a, "value"), *y = json_object_get(*(json_t *const *)b, "value");
    double p = json_is_number(x) ? json_number_value(x) : -HUGE_VAL;
    double q = json_is_number(y) ? json_number_value(y) : -HUGE_VAL;
    return p < q ? 1 : p > q ? -1 : 0;
}

static json_t *sorted(const json_t *points)
{
    size_t n = json_array_size(points);
    json_t **all = calloc(n + 1, sizeof(json_t *)), *result = json_array();
    if (!all)
        abort();
    for (size_t i = 0; i < n; i++)
        all[i] = json_array_get(points, i);
    qsort(all, n, sizeof(json_t *), by_power);
    for (size_t i = 0; i < n; i++)
        json_array_append(result, all[i]);
    free(all);
    return result;
}

static void print_moment(FILE *out, const struct moment *moment, size_t rows)
{
    size_t n = json_array_size(json_object_get(moment->status, "devices")), online = 0, i;
    const json_t *device;
    json_array_foreach(json_object_get(moment->status, "devices"), i, device)
    {
        online += !strcmp(json_string_value(json_object_get(device, "state")), "online");
    }
    fprintf(out, "Site %s: %zu of %zu devices online, %zu alerts\n\n",
            json_string_value(json_object_get(moment->status, "site")), online, n, json_array_size(moment->alerts));
    print_scopes(out, moment->kpis);
    putc('\n', out);
    if (json_array_size(moment->alerts)) {
        cli_live_alerts(out, moment->alerts);
        putc('\n', out);
    }
    json_t *points = sorted(moment->points);
    cli_live_points(out, points, rows);
    json_decref(points);
}

/* Line by line, each cleared to its end, as far as the window goes: nothing scrolls and nothing flickers. */
static void show(const char *text)
{
    struct winsize window;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) < 0 || !window.ws_row || !window.ws_col)
        window = (struct winsize){.ws_row = 24, .ws_col = 80}; /* a terminal that does not know its size */
    fputs("\033[H", stdout);
    for (unsigned row = 1; row < window.ws_row && *text; row++) {
        size_t n = strcspn(text, "\n"), shown = 0, columns = 0;
        while (shown < n && (columns < window.ws_col || (text[shown] & 0xc0) == 0x80))
            columns += ((unsigned char)text[shown++] & 0xc0) != 0x80;
        printf("%.*s\033[K\n", (int)shown, text);
        text += n + (text[n] == '\n');
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

static int turn(struct api *api, char words[300])
{
    struct moment moment = {0};
    int r = moment_ask(api, &moment, words);
    if (!r) {
        char *text;
        size_t n;
        FILE *out = open_memstream(&text, &n);
        print_moment(out, &moment, 500);
        fclose(out);
        show(text);
        free(text);
    }
    moment_free(&moment);
    return r;
}

/* True: somebody pressed q, or a signal came. */
static bool wait_for_key(void)
{
    struct pollfd key = {.fd = STDIN_FILENO, .events = POLLIN};
    char c = 0;
    if (poll(&key, 1, PERIOD_MS) > 0 && read(STDIN_FILENO, &c, 1) <= 0)
        stopped = 1;
    return stopped || c == 'q' || c == 'Q';
}

static int watch(struct api *api, char words[300])
{
    struct termios before, raw;
    bool keys = tcgetattr(STDIN_FILENO, &before) == 0;
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (keys) {
        raw = before;
        raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    fputs("\033[?1049h\033[?25l", stdout); /* the other screen, no cursor */
    int r;
    do
        r = turn(api, words);
    while (!r && !wait_for_key());
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    if (keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return r;
}

static int once(const struct cli *cli, struct api *api, char words[300])
{
    struct moment moment = {0};
    int r = moment_ask(api, &moment, words);
    if (!r && cli->options.json) {
        json_t *all = json_pack("{s:O,s:O,s:O,s:O}", "status", moment.status, "kpis", moment.kpis, "alerts",
                                moment.alerts, "points", moment.points);
        plain_json_put(stdout, all, 2);
        json_decref(all);
    } else if (!r) {
        print_moment(stdout, &moment, json_array_size(moment.points));
    }
    moment_free(&moment);
    return r;
}

int cmd_top(const struct cli *cli)
{
    char words[300] = "";
    struct api *api = NULL;
    int r = api_open(cli->options.api, &api, words);
    if (!r)
        r = isatty(STDOUT_FILENO) && !cli->options.json ? watch(api, words) : once(cli, api, words);
    api_close(api);
    return r ? cli_fail(cli, (enum cli_exit)r, "", "%s", words) : CLI_DONE;
}
