/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_select.h"
#include "daemon/scope.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool wanted(uint64_t mask, int bit)
{
    return !mask || mask >> bit & 1;
}

static const struct live_device *device_of(const struct site_points *site, const struct live_point *point)
{
    return point->device == NO_DEVICE ? NULL : site->live->device[point->device];
}

static bool kind_wanted(const struct site_points *site, const struct live_point *point, uint64_t kinds)
{
    const struct live_device *device = device_of(site, point);
    const char *kind = device && device->shape && device->shape->identity.kind ? device->shape->identity.kind : "";
    if (!kinds)
        return true;
    for (int i = 0; graph_kinds[i]; i++)
        if (!strcmp(graph_kinds[i], kind))
            return kinds >> i & 1;
    return false;
}

/* The role of a part, or of the device whose main part it is a phase or inlet of. */
static enum role role_near(const struct site_points *site, const struct live_point *point, bool own)
{
    const struct live_device *device = device_of(site, point);
    if (point->role != ROLE_NONE || own || !device)
        return point->role;
    return device->config->role;
}

static bool meant(const struct site_points *site, const struct graph_select *s, const struct live_point *point)
{
    struct part part;
    const struct part_config *config = site_points_part(site, point);
    if (point->gone || point->scope || !(s->quantities >> point->quantity & 1) || part_parse(point->part, &part) < 0)
        return false;
    if (s->place != PLACE_NONE && (!config || (int)config->place != s->place))
        return false;
    if (s->rated && !(point->rating > 0))
        return false;
    return wanted(s->roles, role_near(site, point, s->own)) && wanted(s->phases, part.phase) &&
           wanted(s->bases, part.base) && kind_wanted(site, point, s->kinds);
}

static bool in_group(const struct config *config, const struct group_config *group, const char *room)
{
    for (size_t i = 0; i < group->n_rooms; i++)
        if (!strcmp(config->room[group->room[i]].id, room))
            return true;
    return false;
}

static bool inside(const struct site_points *site, const struct graph_view *view, const struct live_point *point)
{
    const struct live_device *device = device_of(site, point);
    switch (view->kind) {
    case GRAPH_SITE: return !view->group || in_group(site->config, view->group, point->room);
    case GRAPH_ROOM: return !strcmp(point->room, view->id);
    case GRAPH_RACK: return !strcmp(point->rack, view->id);
    case GRAPH_DEVICE: return device && !strcmp(device->config->id, view->id);
    case GRAPH_SCOPE_KINDS: break;
    }
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct live_point *const *)a)->name, (*(const struct live_point *const *)b)->name);
}

const struct live_point **graph_select(struct arena *arena, const struct site_points *site,
                                       const struct graph_view *view, const struct graph_select *select, size_t *ret_n)
{
    const struct live_point **found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < site->live->n_points; i++)
        if (meant(site, select, site->live->point[i]) && inside(site, view, site->live->point[i])) {
            found = arena_push(arena, found, &n, sizeof *found);
            found[n - 1] = site->live->point[i];
        }
    if (n)
        qsort(found, n, sizeof *found, by_name);
    *ret_n = n;
    return found;
}

static const char *title_or(const char *title, const char *id)
{
    return title && *title ? title : id;
}

int graph_view_find(const struct site_points *site, const char *scope, struct graph_view *ret, char why[GRAPH_WORDS])
{
    const struct config *c = site->config;
    bool rack = !strncmp(scope, "rack:", 5);
    struct scope found;
    if (!rack && !scope_find(c, scope, &found)) {
        *ret = (struct graph_view){found.room == NO_INDEX ? GRAPH_SITE : GRAPH_ROOM, found.id,
                                   title_or(found.title, strcmp(scope, "site") ? scope : c->site), found.room,
                                   found.group};
        return 0;
    }
    for (size_t i = 0; i < c->n_devices && !rack; i++)
        if (!strcmp(c->device[i].id, scope)) {
            *ret = (struct graph_view){GRAPH_DEVICE, c->device[i].id, c->device[i].id, c->device[i].room, NULL};
            return 0;
        }
    for (size_t i = 0; i < c->n_racks; i++)
        if (!strcmp(c->rack[i].id, scope + (rack ? 5 : 0))) {
            *ret = (struct graph_view){GRAPH_RACK, c->rack[i].id, title_or(c->rack[i].title, c->rack[i].id),
                                       c->rack[i].room, NULL};
            return 0;
        }
    snprintf(why, GRAPH_WORDS, "'%s': no room, group, rack or device of this name, and not site", scope);
    return -ENOENT;
}

static const struct rack_config *rack_of(const struct site_points *site, const char *id)
{
    for (size_t i = 0; i < site->config->n_racks; i++)
        if (!strcmp(site->config->rack[i].id, id))
            return &site->config->rack[i];
    return NULL;
}

static const struct room_config *room_of(const struct site_points *site, const char *id)
{
    for (size_t i = 0; i < site->config->n_rooms; i++)
        if (!strcmp(site->config->room[i].id, id))
            return &site->config->room[i];
    return NULL;
}

void graph_group_of(struct arena *arena, const struct site_points *site, const struct live_point *point, int by,
                    enum graph_language language, struct graph_group *ret)
{
    static const char *const feeds[] = {"Feed", "Voeding", "Alimentation"};
    static const char *const elsewhere[] = {"not in a rack", "niet in een rack", "hors baie"};
    static const char *const no_feed[] = {"no feed stated", "geen voeding opgegeven", "alimentation non indiquée"};
    const struct rack_config *rack = rack_of(site, point->rack);
    const struct room_config *room = room_of(site, point->room);
    const char *device = device_of(site, point) ? device_of(site, point)->config->id : "";
    *ret = (struct graph_group){NULL, NULL};
    switch ((enum graph_by)by) {
    case GRAPH_BY_ALL: break;
    case GRAPH_BY_ROOM:
        ret->key = point->room;
        ret->name = room ? title_or(room->title, room->id) : "-";
        break;
    case GRAPH_BY_RACK:
        ret->key = point->rack;
        ret->name = rack ? title_or(rack->title, rack->id) : elsewhere[language];
        break;
    case GRAPH_BY_FEED:
        ret->key = point->feed;
        ret->name = *point->feed ? arena_printf(arena, "%s %s", feeds[language], point->feed) : no_feed[language];
        break;
    case GRAPH_BY_DEVICE: ret->key = ret->name = device; break;
    case GRAPH_BY_POINT:
        ret->key = point->name;
        ret->name = arena_printf(arena, "%s %s%s%s", device, point->part, *point->label ? " " : "", point->label);
        break;
    }
}
