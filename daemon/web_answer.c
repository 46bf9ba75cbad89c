/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_answer.h"

#include "daemon/http_view.h"
#include "drivers/hash.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const policies[] = {
    [POLICY_PAGE] = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    [POLICY_DRAWING] = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                       "frame-ancestors 'none'; sandbox allow-downloads allow-popups",
};

static void put_tag(char tag[24], const struct web_answer *answer)
{
    snprintf(tag, 24, "\"%016llx\"", (unsigned long long)hash_bytes(HASH_BEGIN, answer->bytes, answer->n));
}

static void put_cache(struct MHD_Response *response, const struct web_answer *answer)
{
    char text[64];
    if (answer->keep_s < 0)
        snprintf(text, sizeof text, "no-store");
    else if (answer->keep_s == INT_MAX)
        snprintf(text, sizeof text, "public, max-age=31536000, immutable");
    else if (answer->keep_s)
        snprintf(text, sizeof text, "private, max-age=%d", answer->keep_s);
    else
        snprintf(text, sizeof text, "private, no-cache");
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, text);
}

static void put_heads(struct MHD_Response *response, const struct web_answer *answer)
{
    if (answer->type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    MHD_add_response_header(response, "Content-Security-Policy", policies[answer->policy]);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "same-origin");
    MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    put_cache(response, answer);
    if (answer->allow)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
    for (int i = 0; i < 2; i++)
        if (*answer->cookie[i])
            MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, answer->cookie[i]);
    if (*answer->location)
        MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, answer->location);
    if (answer->ask_who)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE,
                                "Basic realm=\"wattwacht\", charset=\"UTF-8\"");
    if (*answer->file) {
        char text[200];
        snprintf(text, sizeof text, "attachment; filename=\"%s\"", answer->file);
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, text);
    }
    /* one that speaks of language and theme by cookie is not another reader's */
    MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Cookie, Accept-Language");
}

enum MHD_Result web_answer_send(struct MHD_Connection *connection, struct web_answer *answer)
{
    char tag[24];
    unsigned status = answer->status;
    const char *had = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
    put_tag(tag, answer);
    bool same = status == 200 && had && strstr(had, tag);
    struct MHD_Response *response =
        same ? MHD_create_response_from_buffer(0, (void *)"", MHD_RESPMEM_PERSISTENT)
             : MHD_create_response_from_buffer(answer->n, answer->bytes, MHD_RESPMEM_MUST_FREE);
    if (same || !response)
        free(answer->bytes);
    answer->bytes = NULL;
    if (!response)
        return MHD_NO;
    if (status == 200)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    put_heads(response, answer);
    enum MHD_Result r = MHD_queue_response(connection, same ? 304 : status, response);
    MHD_destroy_response(response);
    return r;
}

void web_answer_page(struct web_answer *answer, const struct web_site *site, const struct web_world *world,
                     const char *template, json_t *view)
{
    FILE *out = open_memstream(&answer->bytes, &answer->n);
    if (!out)
        abort();
    web_put(view, "files", web_files_view(site->files));
    templates_render(site->templates, template, view, &world->words, out);
    fclose(out);
    answer->type = "text/html; charset=utf-8";
    answer->policy = POLICY_PAGE;
}

void web_answer_words(struct web_answer *answer, const struct web_site *site, const struct web_world *world, bool json,
                      unsigned status, const char *words)
{
    answer->status = status;
    answer->keep_s = -1;
    if (json) {
        FILE *out = open_memstream(&answer->bytes, &answer->n);
        if (!out)
            abort();
        http_render_error(out, "", words);
        fclose(out);
        answer->type = "application/json";
        return;
    }
    json_t *view = json_object();
    web_put_text(view, "words", web_say(world, words));
    web_put(view, "status", json_integer((json_int_t)status));
    web_put_text(view, "title", web_say(world, status == 404 ? "Not found" : "This cannot be shown"));
    web_put_text(view, "site", world->config->title ? world->config->title : world->config->site);
    web_put_text(view, "lang", world->language);
    web_put_text(view, "theme", world->forced ? world->dark ? "dark" : "light" : "auto");
    web_answer_page(answer, site, world, "error", view);
    json_decref(view);
}
