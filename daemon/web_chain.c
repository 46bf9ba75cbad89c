/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_room.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a drawing of the chain carries along. */
struct drawing {
    const struct web_world *world;
    const struct room_state *state;
};

static json_t *node(const struct drawing *d, const char *key, const char *title, double w, const char *note)
{
    char whole[ID_MAX + 80], part[48], text[60];
    json_t *node = json_object();
    web_put_text(node, "title", title);
    snprintf(whole, sizeof whole, "%s/chain/%s", d->state->config->id, key);
    web_put(node, "value", web_value(d->world, whole, Q_ACTIVE_POWER, w, NULL));
    double share = d->state->total_w > 0 ? w / d->state->total_w : (double)NAN;
    snprintf(whole, sizeof whole, "%s/chain/%s/bar", d->state->config->id, key);
    web_put(node, "bar", web_live_bar(whole, share, NULL));
    snprintf(whole, sizeof whole, "%s/chain/%s/share", d->state->config->id, key);
    snprintf(text, sizeof text, "%s %%", web_digits(d->world, part, 100 * share, 0));
    web_put(node, "share", web_live_text(whole, isnan(share) ? "" : text, NULL));
    /* all members, since what a node lacks would be sought in the one above it */
    web_put_text(node, "note", note ? note : "");
    web_put_text(node, "href", "");
    web_put(node, "note_live", json_null());
    web_put(node, "children", json_array());
    return node;
}

static json_t *children(json_t *node)
{
    return json_object_get(node, "children");
}

/* The devices of a role in the room, one a line. */
static void add_role(const struct drawing *d, json_t *list, enum role role, const char *title)
{
    char key[ID_MAX + PART_MAX + 16], href[ID_MAX + 16];
    const struct room_state *state = d->state;
    if (!state->role_n[role])
        return;
    bool assumed = state->role_assumed[role] == state->role_n[role];
    snprintf(key, sizeof key, "%s", role_names[role]);
    json_t *top = web_add(list, node(d, key, web_say(d->world, title), state->role_w[role],
                                     assumed ? web_say(d->world, "assumed") : NULL));
    for (size_t i = 0; i < d->world->model->n; i++) {
        const struct web_point *point = &d->world->model->point[i];
        if (point->role != role || point->quantity != Q_ACTIVE_POWER || !point->room ||
            strcmp(point->room, state->config->id) != 0)
            continue;
        snprintf(key, sizeof key, "%s/%s", point->device, point->part);
        json_t *one =
            web_add(children(top),
                    node(d, key, point->device, quality_has_value(point->quality) ? point->value : (double)NAN, NULL));
        snprintf(href, sizeof href, "/device/%s", point->device);
        web_put_text(one, "href", href);
    }
}

static void add_feed(const struct drawing *d, json_t *list, size_t feed)
{
    char key[ID_MAX + 60], title[ID_MAX + 40];
    const struct room_state *state = d->state;
    snprintf(key, sizeof key, "feed/%s", state->feed[feed]);
    snprintf(title, sizeof title, "%s %s", web_say(d->world, "Feed"), state->feed[feed]);
    json_t *top = web_add(list, node(d, key, title, state->feed_w[feed], NULL));
    for (size_t i = 0; i < state->n_racks; i++) {
        const struct rack_state *rack = &state->rack[i];
        if (!rack->devices)
            continue;
        snprintf(key, sizeof key, "feed/%s/%s", state->feed[feed], rack->config->id);
        json_t *one = web_add(children(top), node(d, key, web_rack_title(rack->config), rack->feed_w[feed], NULL));
        web_put_words(one, "href", "#rack-%s", rack->config->id);
    }
}

static void add_it(const struct drawing *d, json_t *list)
{
    const struct room_state *state = d->state;
    json_t *it = web_add(list, node(d, "it", web_say(d->world, "IT equipment"), state->role_w[ROLE_IT], NULL));
    for (size_t i = 0; i < state->n_feeds; i++)
        add_feed(d, children(it), i);
    if (!state->n_feeds)
        add_role(d, children(it), ROLE_IT, "PDUs");
}

static void add_ups(const struct drawing *d, json_t *list)
{
    const struct room_state *state = d->state;
    double in = state->role_n[ROLE_UPS_IN] ? state->role_w[ROLE_UPS_IN] : (double)NAN;
    double out = state->role_n[ROLE_UPS_OUT] ? state->role_w[ROLE_UPS_OUT] : (double)NAN;
    json_t *ups =
        web_add(list, node(d, "ups-in", web_say(d->world, "UPS"), state->role_n[ROLE_UPS_IN] ? in : out, NULL));
    if (in > out) {
        char number[48], note[80];
        snprintf(note, sizeof note, "%s %s %%", web_say(d->world, "efficiency"),
                 web_digits(d->world, number, 100 * out / in, 1));
        json_t *losses = web_add(children(ups), node(d, "losses", web_say(d->world, "UPS losses"), in - out, NULL));
        web_put(losses, "note_live", web_live_text("ups/efficiency", note, NULL));
    }
    json_t *behind = web_add(children(ups), node(d, "ups-out", web_say(d->world, "UPS output"), out, NULL));
    if (state->role_n[ROLE_IT])
        add_it(d, children(behind));
}

/* Whether there is something below, told at each node. */
static void mark_branches(json_t *node)
{
    size_t i;
    json_t *child;
    json_array_foreach(children(node), i, child) mark_branches(child);
    web_put(node, "branches", json_boolean(i > 0));
}

json_t *web_chain(const struct web_world *world, const struct room_state *state)
{
    struct drawing d = {world, state};
    json_t *top = node(&d, "total", web_say(world, state->grid ? "Grid" : "Enters the room"), state->total_w,
                       state->grid ? NULL : web_say(world, "sum of its meters"));
    bool ups = state->role_n[ROLE_UPS_IN] || state->role_n[ROLE_UPS_OUT];
    if (ups)
        add_ups(&d, children(top));
    else if (state->role_n[ROLE_IT])
        add_it(&d, children(top));
    add_role(&d, children(top), ROLE_COOLING, "Cooling");
    add_role(&d, children(top), ROLE_LIGHTING, "Lighting");
    add_role(&d, children(top), ROLE_OTHER, "Other");
    if (state->grid) {
        double known =
            (ups ? state->role_w[state->role_n[ROLE_UPS_IN] ? ROLE_UPS_IN : ROLE_UPS_OUT] : state->role_w[ROLE_IT]) +
            state->role_w[ROLE_COOLING] + state->role_w[ROLE_LIGHTING] + state->role_w[ROLE_OTHER];
        double rest = state->total_w - known;
        if (!(fabs(rest) < 0.02 * state->total_w)) /* less is the meters' error */
            web_add(children(top), node(&d, "rest", web_say(world, "Not metered"), rest, NULL));
    }
    mark_branches(top);
    return top;
}

static json_t *rack_view(const struct drawing *d, const struct rack_state *rack)
{
    char key[ID_MAX + 60];
    const char *id = rack->config->id;
    json_t *view = json_object(), *feeds = json_array();
    web_put_text(view, "id", id);
    web_put_text(view, "title", web_rack_title(rack->config));
    snprintf(key, sizeof key, "rack/%s/w", id);
    web_put(view, "value", web_value(d->world, key, Q_ACTIVE_POWER, rack->w, NULL));
    if (rack->warmest) {
        snprintf(key, sizeof key, "rack/%s/inlet", id);
        web_put(view, "inlet",
                web_value(d->world, key, Q_TEMPERATURE, rack->warmest->value,
                          web_inlet_state(d->state->config, rack->warmest->value)));
    }
    snprintf(key, sizeof key, "rack/%s/fullest", id);
    web_put(view, "fullest", web_fullest(d->world, &rack->fullest, key));
    for (size_t i = 0; i < d->state->n_feeds; i++) {
        json_t *feed = web_add(feeds, json_object());
        web_put_text(feed, "name", d->state->feed[i]);
        snprintf(key, sizeof key, "rack/%s/feed/%s", id, d->state->feed[i]);
        web_put(feed, "value", web_value(d->world, key, Q_ACTIVE_POWER, rack->feed_w[i], NULL));
    }
    web_put(view, "feeds", feeds);
    if (rack->silent)
        web_put_text(view, "silent", web_say(d->world, "silent"));
    web_put_words(view, "graph", "/graphs?what=currents&scope=rack:%s", id);
    return view;
}

json_t *web_rack_rows(const struct web_world *world, const struct room_state *state)
{
    struct drawing d = {world, state};
    json_t *rows = json_array(), *racks = NULL;
    const char *row = NULL;
    for (size_t i = 0; i < state->n_racks; i++) {
        const char *here = state->rack[i].config->row ? state->rack[i].config->row : "";
        if (!racks || strcmp(here, row) != 0) {
            json_t *view = web_add(rows, json_object());
            web_put_text(view, "row", here);
            web_put(view, "racks", racks = json_array());
            row = here;
        }
        web_add(racks, rack_view(&d, &state->rack[i]));
    }
    return rows;
}
