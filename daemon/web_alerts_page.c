/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_page.h"

#include "daemon/rule.h"
#include "daemon/web_catalog.h"

#include <stdio.h>
#include <string.h>

#define HISTORY_DAYS 31

static const char *priority_state(double priority)
{
    return priority <= 3 ? WEB_BAD : WEB_WARN;
}

static const char *priority_words(double priority)
{
    return priority <= 2 ? "critical" : priority <= 3 ? "error" : "warning";
}

/* As people write it. */
static const char *in_people_units(char buffer[500], const char *text)
{
    size_t n = 0;
    while (*text && n + 4 < 500) {
        bool degrees = !strncmp(text, "degC", 4);
        n += (size_t)snprintf(buffer + n, 500 - n, degrees ? "°C" : "%c", *text);
        text += degrees ? 4 : 1;
    }
    buffer[n] = '\0';
    return buffer;
}

json_t *web_alert_view(const struct web_world *world, const json_t *alert)
{
    char key[180], text[60], words[500];
    json_t *view = json_object();
    const char *id = web_text(alert, "id"), *device = web_text(alert, "device"), *room = web_text(alert, "room");
    web_put_text(view, "id", id);
    web_put_text(view, "rule", web_text(alert, "rule"));
    enum rule rule = rule_parse(web_text(alert, "rule"));
    web_put_text(view, "rule_words",
                 web_say(world, rule < RULE_COUNT ? rule_row(rule)->help : web_text(alert, "rule")));
    snprintf(key, sizeof key, "alert/%s/text", id);
    web_put(view, "text", web_live_text(key, in_people_units(words, web_say(world, web_text(alert, "text"))), NULL));
    web_put_text(view, "state", priority_state(web_number(alert, "priority")));
    web_put_text(view, "priority", web_say(world, priority_words(web_number(alert, "priority"))));
    int64_t since = web_time(alert, "since");
    web_put_text(view, "since", web_clock(text, since));
    snprintf(key, sizeof key, "alert/%s/ago", id);
    web_put(view, "ago", web_live_text(key, web_ago(world, text, since), NULL));
    const struct room_config *where = web_room(world->config, room);
    if (where) {
        web_put_text(view, "room", web_room_title(where));
        web_put_words(view, "room_href", "/room/%s", room);
    }
    if (web_device(world->config, device)) {
        web_put_text(view, "device", device);
        web_put_words(view, "device_href", "/device/%s", device);
    }
    web_put_words(view, "href", "/alerts#%s", id);
    web_put(view, "explained", catalog_explain(world->catalog, web_text(alert, "rule"), alert));
    return view;
}

/* The most serious first, of those the newest. */
json_t *web_alert_list(const struct web_world *world, const char *room, const char *device)
{
    json_t *list = json_array();
    for (int priority = 0; priority < 8; priority++)
        for (size_t i = json_array_size(world->model->alerts); i-- > 0;) {
            const json_t *alert = json_array_get(world->model->alerts, i);
            if ((int)web_number(alert, "priority") != priority ||
                (room && strcmp(web_text(alert, "room"), room) != 0) ||
                (device && strcmp(web_text(alert, "device"), device) != 0))
                continue;
            web_add(list, web_alert_view(world, alert));
        }
    return list;
}

int web_alerts_page(const struct web_world *world, const struct web_query *query, json_t *view)
{
    (void)query;
    web_put(view, "alerts", web_alert_list(world, NULL, NULL));
    return 0;
}

void web_alerts_asks(const struct web_world *world, const struct web_query *query, json_t *asks)
{
    (void)world, (void)query;
    json_t *ask = web_add(asks, json_object());
    web_put_text(ask, "do", "history");
    web_put(ask, "days", json_integer(HISTORY_DAYS));
    web_put(ask, "fresh", json_integer(5));
}

static json_t *history_row(const struct web_world *world, const json_t *entry)
{
    char at[40], since[40], words[500];
    json_t *row = json_object();
    bool raised = json_is_true(json_object_get(entry, "raised"));
    int64_t at_ms = (int64_t)web_number(entry, "at_ms"), since_ms = (int64_t)web_number(entry, "since_ms");
    web_put_text(row, "at", web_clock(at, at_ms));
    web_put_text(row, "what", web_say(world, raised ? "raised" : "cleared"));
    web_put_text(row, "state", raised ? priority_state(web_number(entry, "priority")) : "good");
    web_put_text(row, "rule", web_text(entry, "rule"));
    web_put_text(row, "device", web_text(entry, "device"));
    if (web_device(world->config, web_text(entry, "device")))
        web_put_words(row, "device_href", "/device/%s", web_text(entry, "device"));
    const struct room_config *room = web_room(world->config, web_text(entry, "room"));
    web_put_text(row, "room", room ? web_room_title(room) : web_text(entry, "room"));
    web_put_text(row, "text", in_people_units(words, web_say(world, web_text(entry, "text"))));
    if (!raised && since_ms) {
        int64_t minutes = (at_ms - since_ms) / 60000;
        web_put_words(row, "lasted", minutes < 120 ? "%lld min" : "%lld h",
                      (long long)(minutes < 120 ? minutes : minutes / 60));
        web_put_text(row, "since", web_clock(since, since_ms));
    }
    return row;
}

void web_alerts_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view)
{
    const json_t *answer = json_array_get(answers, 0), *one;
    json_t *history = json_array(), *silences = json_array();
    size_t i;
    (void)query;
    json_array_foreach(json_object_get(answer, "alerts"), i, one) web_add(history, history_row(world, one));
    json_array_foreach(json_object_get(answer, "silences"), i, one)
    {
        char until[40];
        json_t *row = web_add(silences, json_object());
        web_put_text(row, "target", web_text(one, "target"));
        web_put_text(row, "reason", web_text(one, "reason"));
        web_put_text(row, "until", web_clock(until, (int64_t)web_number(one, "until_ms")));
    }
    web_put(view, "history", history);
    web_put(view, "has_silences", json_boolean(json_array_size(silences) > 0));
    web_put(view, "silences", silences);
    web_put(view, "days", json_integer(HISTORY_DAYS));
    if (*web_text(answer, "error"))
        web_put_text(view, "books_error", web_say(world, web_text(answer, "error")));
}
