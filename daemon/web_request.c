/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_request.h"

#include "daemon/http_listener.h"
#include "daemon/web_access.h"
#include "daemon/web_answer.h"
#include "daemon/web_page.h"
#include "daemon/web_pictures.h"
#include "daemon/web_stream.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ASKS 4

/* One request. Waiting is the number of answers it waits for; it is suspended meanwhile. */
struct request {
    struct web_site *site;
    struct MHD_Connection *connection;
    char *path;
    struct web_query query;
    char words[160]; /* what is wrong with the query; "" */
    enum speech_language language;
    int dark; /* -1: by the screen */
    bool new_language, new_theme;

    const struct web_page *page;
    size_t waiting, n_asks;
    bool begun, suspended;
    struct wish {
        struct request *request;
        size_t at;
    } wish[ASKS];
    json_t *answers;
    bool picture, pictured;
    struct graph_answer drawn; /* its bytes are ours */
};

static struct web_world world_of(const struct request *request)
{
    return web_site_world(request->site, request->language, request->dark);
}

static enum MHD_Result refuse(struct request *request, unsigned status, const char *words)
{
    struct web_answer answer = {0};
    struct web_world world = world_of(request);
    bool json = !strcmp(request->query.format, "json") || !strcmp(request->path, "/live");
    web_answer_words(&answer, request->site, &world, json, status, words);
    answer.ask_who = status == 401;
    if (status == 405)
        answer.allow = "GET, HEAD";
    return web_answer_send(request->connection, &answer);
}

/* All that a request waited for is there. */
static void ready(struct request *request)
{
    if (--request->waiting || !request->suspended)
        return;
    request->suspended = false;
    MHD_resume_connection(request->connection);
    request->site->turn(request->site->user);
}

static void on_answer(void *context, const json_t *answer)
{
    struct wish *wish = context;
    json_array_set(wish->request->answers, wish->at, answer ? (json_t *)answer : json_null());
    ready(wish->request);
}

static void on_picture(void *context, const struct graph_answer *answer)
{
    struct request *request = context;
    request->drawn = *answer;
    request->drawn.bytes = answer->n ? malloc(answer->n) : NULL;
    if (request->drawn.bytes)
        memcpy(request->drawn.bytes, answer->bytes, answer->n);
    request->pictured = true;
    ready(request);
}

/* Waits unless everything was there at once. */
static enum MHD_Result suspend(struct request *request, enum MHD_Result (*then)(struct request *request))
{
    request->waiting--; /* the asking itself */
    if (!request->waiting)
        return then(request);
    request->suspended = true;
    MHD_suspend_connection(request->connection);
    return MHD_YES;
}

static void put_cookies(const struct request *request, struct web_answer *answer)
{
    if (request->new_language)
        snprintf(answer->cookie[0], sizeof answer->cookie[0],
                 "lang=%s; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly", speech_codes[request->language]);
    if (request->new_theme)
        snprintf(answer->cookie[1], sizeof answer->cookie[1],
                 "theme=%s; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly",
                 request->dark < 0 ? "auto"
                 : request->dark   ? "dark"
                                   : "light");
}

static enum MHD_Result show_page(struct request *request)
{
    struct web_answer answer = {.status = 200};
    struct web_world world = world_of(request);
    json_t *view = json_object();
    char print[STREAM_PRINT];
    int r = request->page->view(&world, &request->query, view);
    if (r < 0) {
        const char *why = web_text(view, "error");
        char words[200];
        snprintf(words, sizeof words, "%s", *why ? why : "there is no such page");
        json_decref(view);
        return refuse(request, r == -ENOENT ? 404 : 400, words);
    }
    web_page_frame(&world, request->page, &request->query, view);
    streams_print(request->site, request->page, request->query.id, request->language, print);
    web_put_text(view, "print", print);
    if (request->page->add)
        request->page->add(&world, &request->query, request->answers, view);
    web_answer_page(&answer, request->site, &world, request->page->name, view);
    json_decref(view);
    put_cookies(request, &answer);
    return web_answer_send(request->connection, &answer);
}

static enum MHD_Result ask(struct request *request, json_t *asks, enum MHD_Result (*then)(struct request *request))
{
    request->n_asks = json_array_size(asks) < ASKS ? json_array_size(asks) : ASKS;
    request->waiting = request->n_asks + 1;
    for (size_t i = 0; i < request->n_asks; i++)
        json_array_append_new(request->answers, json_null());
    for (size_t i = 0; i < request->n_asks; i++) {
        request->wish[i] = (struct wish){request, i};
        books_ask(request->site->books, json_array_get(asks, i), on_answer, &request->wish[i]);
    }
    json_decref(asks);
    return suspend(request, then);
}

static enum MHD_Result begin_page(struct request *request)
{
    struct web_world world = world_of(request);
    json_t *asks = json_array();
    if (request->page->asks)
        request->page->asks(&world, &request->query, asks);
    return ask(request, asks, show_page);
}

static enum MHD_Result show_report(struct request *request)
{
    const json_t *said = json_array_get(request->answers, 0);
    const char *text = web_text(said, "text"), *error = web_text(said, "error");
    if (!*text)
        return refuse(request, *error ? 404 : 503, *error ? error : "the report was not ready in time");
    struct web_answer answer = {.status = 200, .policy = POLICY_DRAWING};
    const char *scope = *request->query.scope ? request->query.scope : "site";
    answer.bytes = strdup(text);
    answer.n = strlen(text);
    char type[80];
    snprintf(type, sizeof type, "%s", web_text(said, "type"));
    answer.type = type;
    if (*request->query.download) {
        snprintf(answer.file, sizeof answer.file, "wattwacht-%s-%s.%s", scope, request->query.period,
                 web_text(said, "ending"));
        for (char *c = answer.file; *c; c++)
            if (*c == '/' || *c == ':')
                *c = '_';
    }
    return web_answer_send(request->connection, &answer);
}

static enum MHD_Result begin_report(struct request *request)
{
    const struct web_query *q = &request->query;
    json_t *asks = json_array(), *wish = web_add(asks, json_object());
    web_put_text(wish, "do", "report");
    web_put_text(wish, "scope", *q->scope ? q->scope : "site");
    web_put_text(wish, "period", q->period);
    web_put_text(wish, "format", *q->format ? q->format : "html");
    web_put_text(wish, "lang", speech_codes[request->language]);
    return ask(request, asks, show_report);
}

#define LINE_CHARACTERS 90 /* of 12 px across 717 */

static void put_line(FILE *out, int y, int size, const char *ink, const char *text)
{
    fprintf(out,
            "<text x=\"358\" y=\"%d\" text-anchor=\"middle\" font-family=\"sans-serif\" font-size=\"%d\" "
            "fill=\"%s\">",
            y, size, ink);
    size_t n = strlen(text) > LINE_CHARACTERS ? LINE_CHARACTERS : 0;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80) /* no character is cut in two */
        n--;
    char *line = n ? strndup(text, n) : NULL;
    web_put_escaped(out, line ? line : text);
    fputs(line ? "\u2026</text>" : "</text>", out);
    free(line);
}

/* Nothing was recorded: a picture that says so, where a picture was to stand. */
static enum MHD_Result show_empty(struct request *request)
{
    struct web_answer answer = {.status = 200, .type = "image/svg+xml", .policy = POLICY_DRAWING, .keep_s = 10};
    struct web_world world = world_of(request);
    const char *paper = request->dark == 1 ? "#181e23" : "#ffffff", *ink = request->dark == 1 ? "#a2aeb7" : "#55626b";
    FILE *out = open_memstream(&answer.bytes, &answer.n);
    if (!out)
        return MHD_NO;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"717\" height=\"120\" viewBox=\"0 0 717 120\"><rect "
            "width=\"717\" height=\"120\" fill=\"%s\"/>",
            paper);
    /* what there is not, and below it the grounds */
    char said[GRAPH_WORDS];
    snprintf(said, sizeof said, "%s", web_say(&world, request->drawn.words));
    char *grounds = strstr(said, "; ");
    if (grounds)
        *grounds = '\0';
    put_line(out, 56, 15, ink, said);
    put_line(out, 80, 12, ink, grounds ? grounds + 2 : "");
    fputs("</svg>\n", out);
    fclose(out);
    return web_answer_send(request->connection, &answer);
}

static enum MHD_Result show_picture(struct request *request)
{
    struct graph_answer *drawn = &request->drawn;
    if (drawn->error == -ENODATA && (!*request->query.format || !strcmp(request->query.format, "svg")))
        return show_empty(request);
    if (drawn->error)
        return refuse(request,
                      drawn->error == -ENOENT || drawn->error == -ENODATA ? 404
                      : drawn->error == -EINVAL                           ? 400
                                                                          : 503,
                      *drawn->words ? drawn->words : strerror(-drawn->error));
    struct web_answer answer = {.status = 200,
                                .type = drawn->type,
                                .policy = POLICY_DRAWING,
                                .n = drawn->n,
                                .bytes = drawn->bytes,
                                .keep_s = 10};
    drawn->bytes = NULL;
    if (*request->query.download) {
        char what[80];
        snprintf(what, sizeof what, "%s", request->query.what);
        for (char *c = what; *c; c++)
            if (*c == '/' || *c == ':' || *c == '"')
                *c = '-';
        snprintf(answer.file, sizeof answer.file, "wattwacht-%s.%s", what,
                 *request->query.format ? request->query.format : "svg");
    }
    return web_answer_send(request->connection, &answer);
}

static enum MHD_Result begin_picture(struct request *request)
{
    const struct web_query *q = &request->query;
    const struct graph_words words = {.what = q->what,
                                      .scope = q->scope,
                                      .from = q->from,
                                      .to = q->to,
                                      .width = q->width,
                                      .height = q->height,
                                      .theme = request->dark == 1 ? "dark" : "light",
                                      .language = speech_codes[request->language],
                                      .format = q->format};
    struct graph_request wanted;
    char why[GRAPH_WORDS];
    if (graph_request_read(&words, time(NULL), &wanted, why) < 0)
        return refuse(request, 400, why);
    web_poll_flush(request->site->poll);
    request->picture = true;
    request->waiting = 2;
    pictures_ask(request->site->pictures, &wanted, on_picture, request);
    return suspend(request, show_picture);
}

static enum MHD_Result send_file(struct request *request, const struct web_file *file)
{
    struct web_answer answer = {.status = 200, .type = file->type, .n = file->n, .bytes = malloc(file->n + 1)};
    if (!answer.bytes)
        return MHD_NO;
    memcpy(answer.bytes, file->bytes, file->n);
    /* named with its fingerprint: may be kept for ever */
    const char *named = MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, "v");
    answer.keep_s = named && !strcmp(named, file->tag) ? INT_MAX : 3600;
    return web_answer_send(request->connection, &answer);
}

static enum MHD_Result send_stream(struct request *request)
{
    struct MHD_Response *response =
        streams_open(request->site->streams, request->connection, &request->query, request->language);
    if (!response)
        return refuse(request, 503, "no such page, or too many watch");
    enum MHD_Result r = MHD_queue_response(request->connection, 200, response);
    MHD_destroy_response(response);
    return r;
}

static enum MHD_Result send_health(struct request *request)
{
    struct web_answer answer = {.status = 200, .type = "text/plain; charset=utf-8", .keep_s = -1};
    answer.n = (size_t)asprintf(&answer.bytes, "ok\n");
    return web_answer_send(request->connection, &answer);
}

/* Exact paths; what follows a page's path is an id or nothing. */
static enum MHD_Result begin(struct request *request)
{
    const struct web_file *file = web_files_find(request->site->files, request->path);
    if (file)
        return send_file(request, file);
    if (*request->words)
        return refuse(request, 400, request->words);
    if (!strcmp(request->path, "/healthz"))
        return send_health(request);
    if (!strcmp(request->path, "/live"))
        return send_stream(request);
    if (!strcmp(request->path, "/graph"))
        return begin_picture(request);
    if (!strcmp(request->path, "/report"))
        return begin_report(request);
    request->page = web_page_find(request->path, &request->query);
    return request->page ? begin_page(request) : refuse(request, 404, "there is no such page");
}

static enum MHD_Result go_on(struct request *request)
{
    return request->picture ? show_picture(request) : request->page ? show_page(request) : show_report(request);
}

static enum MHD_Result on_argument(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct request *request = user;
    (void)kind;
    if (!*request->words && strcmp(name, "id") != 0)
        web_query_put(&request->query, name, value, request->words);
    return MHD_YES;
}

/* By the query, which a cookie then remembers; else by the cookie; else by the browser. */
static void find_reader(struct request *request)
{
    const char *cookie = MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, "lang");
    int asked = speech_parse(request->query.lang), kept = cookie ? speech_parse(cookie) : -1;
    request->new_language = asked >= 0 && asked != kept;
    request->language = asked >= 0  ? (enum speech_language)asked
                        : kept >= 0 ? (enum speech_language)kept
                                    : speech_accept(MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                                                                MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
    const char *theme = *request->query.theme ? request->query.theme : NULL;
    cookie = MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND, "theme");
    request->new_theme = theme && (!cookie || strcmp(cookie, theme) != 0);
    theme = theme ? theme : cookie ? cookie : "auto";
    request->dark = !strcmp(theme, "dark") ? 1 : !strcmp(theme, "light") ? 0 : -1;
}

static struct request *request_new(struct web_site *site, struct MHD_Connection *connection, const char *path)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request || !(request->path = strdup(path))) {
        free(request);
        return NULL;
    }
    request->site = site;
    request->connection = connection;
    request->answers = json_array();
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, on_argument, request);
    find_reader(request);
    return request;
}

enum MHD_Result web_request_handle(void *user, struct MHD_Connection *connection, const char *path, const char *method,
                                   const char *version, const char *bytes, size_t *n, void **context)
{
    struct request *request = *context;
    (void)version, (void)bytes;
    if (!request) {
        request = *context = request_new(user, connection, path);
        if (!request)
            return MHD_NO;
        speech_turn(request->site->speech);
        if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
            return refuse(request, 405, "only asking is possible here: GET");
        return MHD_YES;
    }
    if (*n) {
        *n = 0; /* a body is no part of a GET: passed over */
        return MHD_YES;
    }
    if (request->begun)
        return request->suspended ? MHD_YES : go_on(request);
    request->begun = true;
    if (!web_access_granted(request->site->token, connection))
        return refuse(request, 401, "the token is needed: as password, with any name, or as bearer");
    return begin(request);
}

void web_request_completed(void *user, struct MHD_Connection *connection, void **context,
                           enum MHD_RequestTerminationCode code)
{
    struct request *request = *context;
    (void)user, (void)code;
    listener_renew(connection);
    if (!request)
        return;
    free(request->path);
    free(request->drawn.bytes);
    json_decref(request->answers);
    free(request);
    *context = NULL;
}
