/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_page.h"

#include "daemon/graph_request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void put_scopes(const struct web_world *world, const char *chosen, json_t *view)
{
    const struct config *config = world->config;
    json_t *groups = json_array(), *list = json_array();
    char id[ID_MAX + 8], title[120];
    web_put_scopes(world, chosen, list);
    json_t *group = web_add(groups, json_object());
    web_put_text(group, "title", web_say(world, "Rooms"));
    web_put(group, "options", list);
    list = json_array();
    for (size_t i = 0; i < config->n_racks; i++) {
        const struct rack_config *rack = &config->rack[i];
        snprintf(id, sizeof id, "rack:%s", rack->id);
        snprintf(title, sizeof title, "%.50s, %.50s", web_rack_title(rack),
                 rack->room < config->n_rooms ? web_room_title(&config->room[rack->room]) : "");
        web_choice(list, id, title, chosen);
    }
    group = web_add(groups, json_object());
    web_put_text(group, "title", web_say(world, "Racks"));
    web_put(group, "options", list);
    list = json_array();
    for (size_t i = 0; i < config->n_devices; i++)
        web_choice(list, config->device[i].id, config->device[i].id, chosen);
    group = web_add(groups, json_object());
    web_put_text(group, "title", web_say(world, "Devices"));
    web_put(group, "options", list);
    web_put(view, "scopes", groups);
}

static bool put_kinds(const struct web_world *world, const char *chosen, json_t *view)
{
    json_t *list = json_array();
    bool found = false;
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(world->graphs, "graphs"), i, one)
    {
        web_choice(list, web_text(one, "what"), web_text(one, "title"), chosen);
        if (!strcmp(web_text(one, "what"), chosen)) {
            found = true;
            web_put_text(view, "graph_title", web_text(one, "title"));
        }
    }
    web_put(view, "kinds", list);
    return found;
}

static void put_ranges(const struct web_world *world, const struct web_query *query, const char *what,
                       const char *scope, const char *from, json_t *view)
{
    static const struct {
        const char *from, *title;
    } rows[] = {{"-1h", "1 hour"}, {"-6h", "6 hours"},  {"-24h", "24 hours"},
                {"-7d", "7 days"}, {"-31d", "31 days"}, {"-366d", "1 year"}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        json_t *one = web_add(list, json_object());
        web_put_text(one, "from", rows[i].from);
        web_put_text(one, "title", web_say(world, rows[i].title));
        web_put_words(one, "href", "/graphs?what=%s&scope=%s&from=%s", what, scope, rows[i].from);
        web_put(one, "here", json_boolean(!strcmp(rows[i].from, from) && !*query->to));
    }
    web_put(view, "ranges", list);
}

static void put_exports(const char *what, const char *scope, const char *from, const char *to, json_t *view)
{
    static const char *const formats[] = {"svg", "png", "csv", "json"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        json_t *one = web_add(list, json_object());
        web_put_text(one, "format", formats[i]);
        web_put_words(one, "href", "/graph?what=%s&scope=%s&from=%s&to=%s&format=%s&download=1", what, scope, from, to,
                      formats[i]);
    }
    web_put(view, "exports", list);
}

int web_graphs_page(const struct web_world *world, const struct web_query *query, json_t *view)
{
    char why[GRAPH_WORDS];
    const char *what = *query->what ? query->what : "power", *from = *query->from ? query->from : "-24h";
    const char *scope = *query->scope                 ? query->scope
                        : strchr(what, '/')           ? "site"
                        : world->config->n_rooms == 1 ? world->config->room[0].id
                                                      : "site";
    const struct graph_words words = {.what = what, .scope = scope, .from = from, .to = query->to};
    struct graph_request request;
    if (graph_request_read(&words, world->now_ms / 1000, &request, why) < 0) {
        web_put_text(view, "error", why);
        return -EINVAL;
    }
    put_scopes(world, scope, view);
    if (!put_kinds(world, what, view)) {
        web_put_text(view, "graph_title", what);
        web_put_text(view, "point", what);
    }
    put_ranges(world, query, what, scope, from, view);
    put_exports(what, scope, from, query->to, view);
    web_put_text(view, "what", what);
    web_put_text(view, "scope", scope);
    web_put_text(view, "from", from);
    web_put_text(view, "to", query->to);
    json_t *picture = web_picture(world, what, scope, from, web_text(view, "graph_title"), WEB_WIDE);
    if (*query->to) {
        static const char *const papers[] = {"light", "dark", "only"};
        for (size_t i = 0; i < 3; i++)
            if (*web_text(picture, papers[i])) {
                char url[400];
                snprintf(url, sizeof url, "%s&to=%s", web_text(picture, papers[i]), query->to);
                web_put_text(picture, papers[i], url);
            }
    }
    web_put(view, "picture", picture);
    web_put_words(view, "series", "/graph?what=%s&scope=%s&format=json&lang=%s", what, scope, world->language);
    return 0;
}
