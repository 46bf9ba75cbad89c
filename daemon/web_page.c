/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_page.h"
#include "daemon/scope.h"

#include "drivers/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct web_page web_pages[] = {
    {"/", "overview", "Overview", web_overview, NULL, NULL},
    {"/room/", "room", "Room", web_room_page, web_room_asks, web_room_add},
    {"/device/", "device", "Device", web_device_page, web_device_asks, web_device_add},
    {"/alerts", "alerts", "Alerts", web_alerts_page, web_alerts_asks, web_alerts_add},
    {"/graphs", "graphs", "Graphs", web_graphs_page, NULL, NULL},
    {"/capacity", "capacity", "Capacity", web_capacity_page, web_capacity_asks, web_capacity_add},
    {"/reports", "reports", "Reports", web_reports_page, web_reports_asks, web_reports_add},
    {"/wall", "wall", "Wall", web_overview, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct {
    const char *code, *name;
} languages[] = {{"en", "English"}, {"nl", "Nederlands"}, {"fr", "Français"}};

const struct web_page *web_page_find(const char *path, struct web_query *query)
{
    for (const struct web_page *page = web_pages; page->path; page++) {
        size_t n = strlen(page->path);
        bool with_id = n > 1 && page->path[n - 1] == '/';
        if (!with_id && !strcmp(page->path, path))
            return page;
        if (!with_id || strncmp(page->path, path, n) != 0 || !id_valid(path + n))
            continue;
        snprintf(query->id, sizeof query->id, "%s", path + n);
        return page;
    }
    return NULL;
}

static json_t *alert_count(const struct web_model *model)
{
    char text[20];
    size_t n = json_array_size(model->alerts);
    snprintf(text, sizeof text, "%zu", n);
    return web_live_text("alert-count", n ? text : "", n ? WEB_BAD : WEB_FINE);
}

static void put_navigation(const struct web_world *world, const struct web_page *here, json_t *view)
{
    static const char *const shown[] = {"overview", "alerts", "graphs", "capacity", "reports"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        for (const struct web_page *page = web_pages; page->path; page++) {
            if (strcmp(page->name, shown[i]) != 0)
                continue;
            json_t *one = web_add(list, json_object());
            web_put_text(one, "href", page->path);
            web_put_text(one, "title", web_say(world, page->title));
            web_put(one, "here", json_boolean(page == here));
            if (!strcmp(page->name, "alerts"))
                web_put(one, "count", alert_count(world->model));
        }
    web_put(view, "navigation", list);
}

/* What was asked, for links that change one thing of it. A '+' would come back as a blank. */
static void put_query(const struct web_query *query, json_t *view)
{
    const struct {
        const char *name, *value;
    } rows[] = {{"room", query->room}, {"feed", query->feed}, {"load", query->load},
                {"sink", query->sink}, {"what", query->what}, {"scope", query->scope},
                {"from", query->from}, {"to", query->to},     {"period", query->period}};
    char text[700];
    size_t n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!*rows[i].value)
            continue;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s=", rows[i].name);
        for (const char *c = rows[i].value; *c; c++)
            n += (size_t)(*c == '+' ? snprintf(text + n, sizeof text - n, "%%2B")
                                    : snprintf(text + n, sizeof text - n, "%c", *c));
        n += (size_t)snprintf(text + n, sizeof text - n, "&");
    }
    text[n] = '\0';
    web_put_text(view, "query", text);
}

static void put_switches(const struct web_world *world, json_t *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        json_t *one = web_add(list, json_object());
        web_put_text(one, "code", languages[i].code);
        web_put_text(one, "name", languages[i].name);
        web_put(one, "here", json_boolean(!strcmp(languages[i].code, world->language)));
    }
    web_put(view, "languages", list);
    web_put_text(view, "lang", world->language);
    web_put_text(view, "theme", world->forced ? world->dark ? "dark" : "light" : "auto");
}

static void put_daemon(const struct web_world *world, json_t *view)
{
    const struct web_model *model = world->model;
    char text[60];
    web_put(view, "told", web_live_text("told", web_clock(text, model->told_ms), model->up ? WEB_FINE : WEB_BAD));
    web_put(view, "up", json_boolean(model->up));
    if (!model->up) {
        json_t *down = json_object();
        web_put_text(down, "words", *model->words ? model->words : web_say(world, "not asked yet"));
        if (model->told_ms)
            web_put_text(down, "since", text);
        web_put(view, "down", down);
    }
}

void web_page_frame(const struct web_world *world, const struct web_page *page, const struct web_query *query,
                    json_t *view)
{
    web_put_text(view, "site", world->config->title ? world->config->title : world->config->site);
    if (!json_object_get(view, "title"))
        web_put_text(view, "title", web_say(world, page->title));
    web_put_text(view, "page", page->name);
    web_put_words(view, "here", "%s%s", page->path, query->id);
    put_query(query, view);
    put_navigation(world, page, view);
    put_switches(world, view);
    put_daemon(world, view);
}

static uint64_t print_of(uint64_t print, const json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(value))
        return hash_text(print, json_string_value(value));
    if (json_is_array(value)) {
        print = hash_text(print, "[");
        json_array_foreach(value, i, member) print = print_of(print, member);
        return print;
    }
    if (!json_is_object(value))
        return hash_text(print, json_is_true(value) ? "true" : "no");
    if (json_object_get(value, "k")) /* live: its key alone counts */
        return hash_text(print, json_string_value(json_object_get(value, "k")));
    json_object_foreach((json_t *)value, key, member)
    {
        print = print_of(hash_text(print, key), member);
    }
    return print;
}

uint64_t web_page_print(const json_t *view)
{
    return print_of(HASH_BEGIN, view);
}

void web_page_collect(const json_t *view, json_t *values)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_array(view)) {
        json_array_foreach(view, i, member) web_page_collect(member, values);
        return;
    }
    if (!json_is_object(view))
        return;
    const char *k = json_string_value(json_object_get(view, "k"));
    if (k && *k) {
        json_object_set(values, k, (json_t *)view);
        return;
    }
    json_object_foreach((json_t *)view, key, member)
    {
        web_page_collect(member, values);
    }
}

json_t *web_choice(json_t *list, const char *id, const char *title, const char *chosen)
{
    json_t *one = web_add(list, json_object());
    web_put_text(one, "id", id);
    web_put_text(one, "title", title);
    web_put(one, "here", json_boolean(!strcmp(id, chosen)));
    return one;
}

void web_put_scopes(const struct web_world *world, const char *chosen, json_t *list)
{
    const struct config *config = world->config;
    size_t n = scope_count(config);
    web_choice(list, "site", web_say(world, "The whole site"), chosen);
    for (size_t i = 0; i + 1 < n; i++) {
        struct scope scope = scope_at(config, i);
        web_choice(list, scope.id, i < config->n_rooms ? web_room_title(&config->room[i]) : scope.title, chosen);
    }
}

json_t *web_picture(const struct web_world *world, const char *what, const char *scope, const char *from,
                    const char *title, const char *size)
{
    json_t *picture = json_object();
    web_put_text(picture, "what", what);
    web_put_text(picture, "scope", scope);
    web_put_text(picture, "from", from);
    web_put_text(picture, "title", web_say(world, title));
    web_put_words(picture, "light", "/graph?what=%s&scope=%s&from=%s&theme=light&lang=%s%s", what, scope, from,
                  world->language, size);
    web_put_words(picture, "dark", "/graph?what=%s&scope=%s&from=%s&theme=dark&lang=%s%s", what, scope, from,
                  world->language, size);
    if (world->forced)
        web_put_text(picture, "only", web_text(picture, world->dark ? "dark" : "light"));
    web_put_words(picture, "href", "/graphs?what=%s&scope=%s&from=%s", what, scope, from);
    return picture;
}
