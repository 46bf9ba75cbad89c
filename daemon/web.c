/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web.h"

#include "daemon/data.h"
#include "daemon/http_listener.h"
#include "daemon/http_socket.h"
#include "daemon/moment.h"
#include "daemon/web_access.h"
#include "daemon/web_pictures.h"
#include "daemon/web_request.h"
#include "daemon/web_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_US  (30 * 1000000ull)
#define CONNECTIONS 400u /* of them STREAM_VIEWERS may watch; behind a proxy all come from one address */

struct web {
    struct web_site site;
    const struct web_options *options;
    char *token, *path; /* path of a unix socket */
    char **poll_argv, **books_argv;
    struct listener *listener;
    json_t *graphs[SPEECH_LANGUAGES];
};

struct web_world web_site_world(const struct web_site *site, enum speech_language language, int dark)
{
    const struct web *web = (const struct web *)site; /* its first member */
    return (struct web_world){.config = site->config,
                              .catalog = site->catalog[language] ? site->catalog[language] : site->catalog[SPEECH_EN],
                              .model = web_poll_model(site->poll),
                              .graphs = web->graphs[language],
                              .words = speech_words(site->speech, language),
                              .language = speech_codes[language],
                              .decimal = speech_decimal(site->speech, language),
                              .dark = dark == 1,
                              .forced = dark >= 0,
                              .now_ms = moment_now().wall_ms};
}

static int load_config(const struct web_options *options, struct config **ret, char words[300])
{
    struct diag *diag = diag_new();
    int r = config_load(options->dirs, options->n_dirs, config_no_secrets, PROFILES_USED, NULL, diag, ret);
    if (r < 0)
        snprintf(words, 300, "%.280s", diag_first(diag) ? diag_first(diag) : "the configuration cannot be read");
    diag_free(diag);
    return r;
}

static int load_catalogs(struct web_site *site, char words[300])
{
    struct arena *arena = arena_new();
    int r = 0;
    for (int i = 0; i < SPEECH_LANGUAGES && !r; i++) {
        const char *name = i == SPEECH_EN ? "systemd/wattwacht.catalog"
                                          : arena_printf(arena, "systemd/wattwacht.%s.catalog", speech_codes[i]);
        const char *path = data_path(arena, name);
        int got = catalog_load(path, &site->catalog[i]);
        if (got < 0 && i == SPEECH_EN)
            snprintf(words, 300, "%.200s: %s", path, strerror(-got));
        r = i == SPEECH_EN ? got : 0;
    }
    arena_free(arena);
    return r;
}

static int load_data(struct web_site *site, char words[300])
{
    struct arena *arena = arena_new();
    int r = templates_load(data_path(arena, "graphs/page"), &site->templates, words);
    arena_free(arena);
    if (!r)
        r = web_files_load(&site->files, words);
    if (!r)
        r = load_catalogs(site, words);
    return r ? r : speech_new(&site->speech, words);
}

static char **argv_of(const char *mode, const char *first, const char *const *more, size_t n)
{
    char **argv = calloc(n + 5, sizeof *argv);
    if (!argv)
        abort();
    argv[0] = (char *)"wattwacht";
    argv[1] = (char *)"web-child";
    argv[2] = (char *)mode;
    argv[3] = (char *)first;
    for (size_t i = 0; i < n; i++)
        argv[4 + i] = (char *)more[i];
    return argv;
}

static void on_told(void *context)
{
    struct web *web = context;
    speech_turn(web->site.speech);
    if (web->site.streams)
        streams_turn(web->site.streams);
}

static void on_turn(void *context)
{
    struct web *web = context;
    if (web->listener)
        listener_turn(web->listener);
}

/* Which graphs there are, in each language. */
struct titles {
    struct web *web;
    int language;
};

static void on_titles(void *context, const struct graph_answer *answer)
{
    struct titles *titles = context;
    json_t *list = answer->error ? NULL : json_loadb(answer->bytes, answer->n, 0, NULL);
    if (list) {
        json_decref(titles->web->graphs[titles->language]);
        titles->web->graphs[titles->language] = list;
    }
    free(titles);
}

static void ask_titles(struct web *web)
{
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        const struct graph_words words = {.what = "list", .language = speech_codes[i], .format = "json"};
        struct graph_request request;
        char why[GRAPH_WORDS];
        struct titles *titles = calloc(1, sizeof *titles);
        if (!titles)
            abort();
        *titles = (struct titles){web, i};
        if (graph_request_read(&words, time(NULL), &request, why) < 0)
            free(titles);
        else
            pictures_ask(web->site.pictures, &request, on_titles, titles);
    }
}

/* HOST:PORT, [V6]:PORT or unix:PATH. Beyond this machine only with a token. */
static int open_socket(struct web *web, int *ret_fd, char words[300])
{
    const char *listen = web->options->listen;
    char why[240] = "", host[80];
    if (!strncmp(listen, "unix:/", 6)) {
        int r = http_socket_unix(listen + 5, ret_fd, why);
        snprintf(words, 300, "%s", why);
        web->path = r < 0 ? NULL : strdup(listen + 5);
        return r;
    }
    const char *colon = strrchr(listen, ':');
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : -1;
    if (!colon || !colon[1] || *end || port < 0 || port > 65535 || (size_t)(colon - listen) >= sizeof host) {
        snprintf(words, 300, "%.100s: expected HOST:PORT or unix:PATH", listen);
        return -EINVAL;
    }
    bool brackets = listen[0] == '[' && colon > listen && colon[-1] == ']';
    snprintf(host, sizeof host, "%.*s", (int)(colon - listen) - 2 * brackets, listen + brackets);
    bool here = !strncmp(host, "127.", 4) || !strcmp(host, "localhost") || !strcmp(host, "::1");
    if (!here && !web->token) {
        snprintf(words, 300, "%.100s: others could read it there: give a token (credential web-token or --token FILE)",
                 listen);
        return -EPERM;
    }
    int r = http_socket_tcp(host, (uint16_t)port, ret_fd, why);
    snprintf(words, 300, "%s", why);
    return r;
}

static int open_all(struct web *web, sd_event *loop, char words[300])
{
    struct web_site *site = &web->site;
    const struct web_options *options = web->options;
    const struct graph_pool_options pool = {.place = {options->dirs, options->n_dirs, options->state}};
    const struct listener_limits limits = {CONNECTIONS, CONNECTIONS, REQUEST_US};
    int fd, r = open_socket(web, &fd, words);
    if (r < 0)
        return r;
    web->poll_argv = argv_of("poll", options->api, NULL, 0);
    web->books_argv = argv_of("books", options->state, options->dirs, options->n_dirs);
    site->streams = streams_new(site);
    r = web_poll_new(loop, web->poll_argv, on_told, web, &site->poll);
    if (r >= 0)
        r = books_new(loop, web->books_argv, &site->books);
    if (r >= 0)
        r = pictures_new(loop, &pool, &site->pictures);
    if (r >= 0) {
        ask_titles(web);
        r = listener_open(loop, fd, &limits, web_request_handle, web_request_completed, site, &web->listener);
    } else {
        close(fd);
    }
    if (r < 0)
        snprintf(words, 300, "%s", strerror(-r));
    return r;
}

int web_start(sd_event *loop, const struct web_options *options, struct web **ret, char words[300])
{
    struct web *web = calloc(1, sizeof *web);
    if (!web)
        return -ENOMEM;
    web->options = options;
    web->site.loop = sd_event_ref(loop);
    web->site.state = options->state;
    web->site.turn = on_turn;
    web->site.user = web;
    int r = web_access_token(options->token_file, &web->token, words);
    if (r == -ENOENT && !options->token_file)
        r = 0; /* no credential: fine on this machine */
    web->site.token = web->token;
    if (!r)
        r = load_config(options, &web->site.config, words);
    if (!r) {
        setenv("TZ", web->site.config->timezone, 1);
        tzset();
        r = load_data(&web->site, words);
    }
    if (!r)
        r = open_all(web, loop, words);
    if (r < 0) {
        web_stop(web);
        return r;
    }
    *ret = web;
    return 0;
}

int web_reload(struct web *web, char words[300])
{
    struct config *config = NULL;
    int r = load_config(web->options, &config, words);
    if (r < 0)
        return r;
    config_unref(web->site.config);
    web->site.config = config;
    books_renew(web->site.books);
    pictures_renew(web->site.pictures);
    ask_titles(web);
    streams_turn(web->site.streams);
    return 0;
}

void web_stop(struct web *web)
{
    if (!web)
        return;
    struct web_site *site = &web->site;
    /* nobody may wait when the listener closes */
    if (site->streams)
        streams_end(site->streams);
    books_free(site->books);
    pictures_free(site->pictures);
    listener_close(web->listener);
    if (web->path)
        unlink(web->path);
    streams_free(site->streams);
    web_poll_free(site->poll);
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        catalog_free(site->catalog[i]);
        json_decref(web->graphs[i]);
    }
    speech_free(site->speech);
    web_files_free(site->files);
    templates_free(site->templates);
    config_unref(site->config);
    sd_event_unref(site->loop);
    free(web->poll_argv);
    free(web->books_argv);
    free(web->path);
    free(web->token);
    free(web);
}
