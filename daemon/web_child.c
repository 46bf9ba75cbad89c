/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_child.h"

#include "daemon/cli_api.h"
#include "daemon/moment.h"
#include "daemon/web_worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#define PERIOD_MS 5000
#define SHARE     20 /* of its time at most a 20th is asking: a large site is asked less often */

static int64_t boot_ms(void)
{
    return moment_now().boot_us / 1000;
}

static int say_json(json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(json);
    if (!text)
        abort();
    int r = worker_say(text, strlen(text));
    free(text);
    return r;
}

static json_t *ask_all(struct api *api)
{
    static const struct {
        const char *path, *name;
    } rows[] = {{"/api/v1/status", "status"},
                {"/api/v1/kpi", "kpi"},
                {"/api/v1/alerts", "alerts"},
                {"/api/v1/points", "points"}};
    json_t *all = json_object();
    char words[300];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *answer = NULL;
        if (api_ask(api, rows[i].path, NULL, NULL, NULL, &answer, words)) {
            json_object_clear(all);
            json_object_set_new(all, "error", json_string(words));
            break;
        }
        json_object_set_new(all, rows[i].name, answer);
    }
    return all;
}

static void flush(struct api *api)
{
    char words[300];
    json_t *answer = NULL, *body = json_object();
    /* over TCP the daemon refuses it: then the files are as fresh as they are */
    api_ask(api, "/api/v1/flush", NULL, NULL, body, &answer, words);
    json_decref(answer);
    json_decref(body);
}

/* Hears until `until`; 0, or -errno when the parent is gone. */
static int hear_until(struct api *api, int64_t until)
{
    for (int64_t left; (left = until - boot_ms()) > 0;) {
        char *bytes = NULL;
        size_t n;
        int r = worker_hear((int)left, &bytes, &n);
        if (r < 0 && r != -ETIMEDOUT)
            return r;
        if (!r)
            flush(api);
        free(bytes);
    }
    return 0;
}

static int run_poll(const char *base)
{
    struct api *api = NULL;
    char words[300] = "";
    int r = api_open(base, &api, words);
    while (!r) {
        int64_t begun = boot_ms();
        r = say_json(ask_all(api));
        int64_t took = boot_ms() - begun, wait = took * SHARE > PERIOD_MS ? took * SHARE : PERIOD_MS;
        if (!r)
            r = hear_until(api, begun + wait);
    }
    api_close(api);
    return 0;
}

static int run_books(const char *state, const char *const *dirs, size_t n)
{
    struct diag *diag = diag_new();
    struct web_books_place place = {.state = state};
    struct config *config = NULL;
    int r = config_load(dirs, n, config_no_secrets, PROFILES_USED, NULL, diag, &config);
    diag_free(diag);
    if (r < 0)
        return 1;
    setenv("TZ", config->timezone, 1);
    tzset();
    place.config = config;
    while (!r) {
        char *bytes = NULL;
        size_t length;
        r = worker_hear(-1, &bytes, &length);
        if (r == -ETIMEDOUT) {
            r = 0;
        } else if (!r) {
            json_t *request = json_loadb(bytes, length, 0, NULL);
            r = say_json(web_books_answer(&place, request, moment_now().wall_ms));
            json_decref(request);
        }
        free(bytes);
    }
    config_unref(config);
    return 0;
}

int web_child_main(int argc, char **argv)
{
    /* a fault in a file must not take the machine's memory, and nobody outlives the page */
    const struct rlimit memory = {UINT64_C(2) << 30, UINT64_C(2) << 30}, none = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
    setrlimit(RLIMIT_AS, &memory);
#else
    (void)memory;
#endif
    if (argc == 3 && !strcmp(argv[1], "poll"))
        return run_poll(argv[2]);
    if (argc > 3 && !strcmp(argv[1], "books"))
        return run_books(argv[2], (const char *const *)argv + 3, (size_t)(argc - 3));
    return 2;
}
