/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_room.h"

#include "daemon/calendar.h"
#include "daemon/heat.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WINDOW_DAYS 7
#define CIRCUITS    12 /* shown: the fullest */

static const struct room_config *chosen(const struct web_world *world, const struct web_query *query)
{
    const struct room_config *room = web_room(world->config, query->room);
    return room || !world->config->n_rooms ? room : &world->config->room[0];
}

static const char *feed_of(const struct web_query *query)
{
    return !strcmp(query->feed, "B") ? "B" : "A";
}

/* What the form asks for; NAN where it does not. The page says what it could not read. */
static double number_of(const char *text, double low, double high)
{
    char *end;
    double value = strtod(text, &end);
    return *text && !*end && value >= low && value <= high ? value : (double)NAN;
}

static double point_value(const struct web_world *world, const char *name)
{
    return name ? web_model_value(world->model, name) : (double)NAN;
}

/* Not live: what others who watch this page asked for is another answer. */
static json_t *heat_view(const struct web_world *world, const struct room_config *room, double sink)
{
    struct heat_config heat = room->heat;
    struct room_state *state = room_state_gather(world->config, world->model, (size_t)(room - world->config->room));
    double losses = state->role_w[ROLE_UPS_IN] - state->role_w[ROLE_UPS_OUT], light = state->role_w[ROLE_LIGHTING];
    double it = web_number(web_model_kpi(world->model, room->id, "it-power"), "value");
    struct heat_input input = {
        .water_flow = point_value(world, heat.water_flow),
        .water_supply = point_value(world, heat.water_supply),
        .water_return = point_value(world, heat.water_return),
        .air_flow = isnan(heat.air_flow_fixed) ? point_value(world, heat.air_flow) : heat.air_flow_fixed,
        .air_cold = point_value(world, heat.air_cold),
        .air_hot = point_value(world, heat.air_hot),
        .room_power = it + (losses > 0 ? losses : 0) + (light > 0 ? light : 0),
    };
    struct heat_result result;
    heat.sink_return = isnan(heat.sink_supply) ? sink - 10 : sink - (heat.sink_supply - heat.sink_return);
    heat.sink_supply = sink;
    heat_estimate(&heat, &input, &result);
    room_state_free(state);
    json_t *view = json_object();
    char number[48];
    web_put_words(view, "sink", "%s °C", web_digits(world, number, sink, 0));
    web_put(view, "power", web_value(world, "", Q_HEAT_POWER, result.power, NULL));
    web_put(view, "temperature", web_value(world, "", Q_TEMPERATURE, result.temperature, NULL));
    web_put(view, "delivered", web_value(world, "", Q_HEAT_POWER, result.delivered, NULL));
    web_put(view, "electric", web_value(world, "", Q_ACTIVE_POWER, result.electric, NULL));
    if (!isnan(result.cop))
        web_put(view, "cop", web_live_text("", web_digits(world, number, result.cop, 1), NULL));
    web_put(view, "direct", json_boolean(result.direct));
    web_put(view, "estimated", json_boolean(result.estimated));
    if (*result.reason)
        web_put(view, "reason", web_live_text("", web_say(world, result.reason), NULL));
    return view;
}

static void put_form(const struct web_world *world, const struct web_query *query, const struct room_config *room,
                     json_t *view)
{
    json_t *rooms = json_array(), *feeds = json_array();
    static const char *const names[] = {"A", "B"};
    for (size_t i = 0; i < world->config->n_rooms; i++) {
        json_t *one = web_add(rooms, json_object());
        web_put_text(one, "id", world->config->room[i].id);
        web_put_text(one, "title", web_room_title(&world->config->room[i]));
        web_put(one, "here", json_boolean(&world->config->room[i] == room));
    }
    for (size_t i = 0; i < 2; i++) {
        json_t *one = web_add(feeds, json_object());
        web_put_text(one, "id", names[i]);
        web_put(one, "here", json_boolean(!strcmp(feed_of(query), names[i])));
    }
    web_put(view, "rooms", rooms);
    web_put(view, "feeds", feeds);
    web_put_text(view, "feed", feed_of(query));
    web_put_text(view, "stays", strcmp(feed_of(query), "A") != 0 ? "A" : "B");
}

int web_capacity_page(const struct web_world *world, const struct web_query *query, json_t *view)
{
    const struct room_config *room = chosen(world, query);
    if (!room || (*query->room && strcmp(room->id, query->room) != 0)) {
        web_put_text(view, "error", "there is no room of this name");
        return -ENOENT;
    }
    double sink = number_of(query->sink, 20, 95), load = number_of(query->load, 0, 1e6);
    if ((*query->sink && isnan(sink)) || (*query->load && isnan(load))) {
        web_put_text(view, "error", "expected a sink of 20 to 95 degC and a load in W");
        return -EINVAL;
    }
    put_form(world, query, room, view);
    web_put_text(view, "room_id", room->id);
    web_put_text(view, "room", web_room_title(room));
    web_put_words(view, "load", "%.0f", isnan(load) ? 1000 : load);
    sink = isnan(sink) ? isnan(room->heat.sink_supply) ? 50 : room->heat.sink_supply : sink;
    web_put_words(view, "sink", "%.0f", sink);
    web_put(view, "heat", heat_view(world, room, sink));
    web_put(view, "days", json_integer(WINDOW_DAYS));
    return 0;
}

void web_capacity_asks(const struct web_world *world, const struct web_query *query, json_t *asks)
{
    char period[64], from[16], to[16];
    const struct room_config *room = chosen(world, query);
    if (!room)
        return;
    time_t now = (time_t)(world->now_ms / 1000), begin = now - WINDOW_DAYS * 86400, end = now + 86400;
    struct tm tm;
    strftime(from, sizeof from, "%Y-%m-%d", localtime_r(&begin, &tm));
    strftime(to, sizeof to, "%Y-%m-%d", localtime_r(&end, &tm));
    snprintf(period, sizeof period, "%s/%s", from, to);
    json_t *ask = web_add(asks, json_object());
    web_put_text(ask, "do", "document");
    web_put_text(ask, "scope", room->id);
    web_put_text(ask, "period", period);
    web_put(ask, "fresh", json_integer(60));
}

/* One decimal: what a breaker's figures are read with. */
static json_t *amperes(const struct web_world *world, const json_t *row, const char *key)
{
    char number[48];
    double value = web_number(row, key);
    json_t *shown = web_live_text("", web_digits(world, number, value, 1), isnan(value) ? WEB_ABSENT : WEB_FINE);
    web_put_text(shown, "u", isnan(value) ? "" : "A");
    return shown;
}

static void put_titles(const struct web_world *world, const json_t *row, json_t *view)
{
    const struct rack_config *rack = web_rack(world->config, web_text(row, "rack"));
    web_put_text(view, "rack", rack ? web_rack_title(rack) : web_text(row, "rack"));
    web_put_text(view, "phase", web_text(row, "phase"));
    web_put_text(view, "point", web_text(row, "point"));
    if (*web_text(row, "reason"))
        web_put_text(view, "reason", web_say(world, web_text(row, "reason")));
}

static json_t *failover_row(const struct web_world *world, const json_t *row)
{
    json_t *view = json_object();
    double peak = web_number(row, "peak_a"), breaker = web_number(row, "breaker_a");
    bool passes = json_is_true(json_object_get(row, "passes_at_peak"));
    const char *state = isnan(peak) ? WEB_ABSENT : peak > breaker ? WEB_BAD : passes ? WEB_WARN : "good";
    put_titles(world, row, view);
    web_put(view, "latest", amperes(world, row, "latest_a"));
    web_put(view, "peak", amperes(world, row, "peak_a"));
    web_put(view, "limit", amperes(world, row, "limit_a"));
    web_put(view, "breaker", amperes(world, row, "breaker_a"));
    web_put(view, "bar", web_live_bar("", peak / breaker, state));
    web_put_text(view, "state", state);
    web_put_text(view, "verdict",
                 web_say(world, isnan(peak)      ? "not known"
                                : peak > breaker ? "the breaker trips"
                                : passes         ? "above the limit"
                                                 : "holds"));
    web_put(view, "left", amperes(world, row, "left_a"));
    return view;
}

static int by_share(const void *a, const void *b)
{
    double x = web_number(*(json_t *const *)a, "peak_share"), y = web_number(*(json_t *const *)b, "peak_share");
    x = isnan(x) ? -1 : x;
    y = isnan(y) ? -1 : y;
    return x < y ? 1 : x > y ? -1 : 0;
}

static json_t *circuit_rows(const struct web_world *world, const json_t *circuits)
{
    size_t n = json_array_size(circuits);
    json_t **sorted = calloc(n + 1, sizeof(json_t *)), *rows = json_array();
    if (!sorted)
        abort();
    for (size_t i = 0; i < n; i++)
        sorted[i] = json_array_get(circuits, i);
    qsort(sorted, n, sizeof(json_t *), by_share);
    for (size_t i = 0; i < n && i < CIRCUITS; i++) {
        json_t *row = web_add(rows, json_object());
        double part = web_number(sorted[i], "peak_share");
        put_titles(world, sorted[i], row);
        web_put(row, "peak", amperes(world, sorted[i], "peak_a"));
        web_put(row, "mean", amperes(world, sorted[i], "mean_a"));
        web_put(row, "breaker", amperes(world, sorted[i], "breaker_a"));
        web_put(row, "left", amperes(world, sorted[i], "left_a"));
        web_put(row, "part", web_value(world, "", Q_LOAD, 100 * part, web_load_state(part)));
        web_put(row, "bar", web_live_bar("", part, web_load_state(part)));
    }
    free(sorted);
    return rows;
}

static json_t *fit_rows(const struct web_world *world, const json_t *fits, double load)
{
    json_t *rows = json_array();
    size_t i;
    const json_t *fit;
    json_array_foreach(fits, i, fit)
    {
        double more = web_number(fit, "more_w");
        json_t *row = web_add(rows, json_object());
        put_titles(world, fit, row);
        web_put(row, "more", web_value(world, "", Q_ACTIVE_POWER, more, NULL));
        web_put(row, "one_phase", web_value(world, "", Q_ACTIVE_POWER, web_number(fit, "one_phase_w"), NULL));
        web_put_text(row, "verdict",
                     web_say(world, isnan(more)    ? "not known"
                                    : more >= load ? "fits"
                                                   : "does not fit"));
        web_put_text(row, "state", isnan(more) ? WEB_ABSENT : more >= load ? "good" : WEB_WARN);
    }
    return rows;
}

void web_capacity_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view)
{
    const json_t *document = json_object_get(json_array_get(answers, 0), "document");
    const json_t *capacity = json_object_get(document, "capacity"), *row;
    json_t *failovers = json_array(), *findings = json_array(), *advice = json_array();
    size_t i;
    json_array_foreach(json_object_get(capacity, "failover"), i, row)
    {
        if (!strcmp(web_text(row, "failed"), feed_of(query)))
            web_add(failovers, failover_row(world, row));
    }
    json_array_foreach(json_object_get(capacity, "findings"), i, row)
    {
        if (json_is_string(row))
            json_array_append_new(findings, json_string(web_say(world, json_string_value(row))));
    }
    json_array_foreach(json_object_get(document, "advice"), i, row)
    {
        const char *text = json_is_string(row) ? json_string_value(row) : web_text(row, "text");
        if (*text)
            json_array_append_new(advice, json_string(web_say(world, text)));
    }
    web_put(view, "failovers", failovers);
    web_put(view, "findings", findings);
    web_put(view, "has_advice", json_boolean(json_array_size(advice) > 0));
    web_put(view, "advice", advice);
    web_put(view, "circuits", circuit_rows(world, json_object_get(capacity, "circuits")));
    web_put(view, "fits",
            fit_rows(world, json_object_get(capacity, "fits"), number_of(web_text(view, "load"), 0, 1e6)));
    const char *error = web_text(json_array_get(answers, 0), "error");
    if (!document)
        web_put_text(view, "books_error", web_say(world, *error ? error : "the figures were not ready in time"));
}
