/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_owner.h"
#include "mqtt_ha_payload.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum scope { SCOPE_DEVICE, SCOPE_UPS, SCOPE_BREAKER, SCOPE_ROOM, SCOPE_SITE };

/* Rules that deserve a sensor of their own, so that something can be made to happen; all others are in `problem`. */
static const struct {
    enum rule rule;
    enum scope scope;
    const char *name;
} ruled[] = {
    {RULE_DEVICE_FAULT, SCOPE_DEVICE, "Fault"},
    {RULE_UPS_ON_BATTERY, SCOPE_UPS, "On battery"},
    {RULE_BREAKER_LOAD, SCOPE_BREAKER, "Breaker load"},
    {RULE_FEED_REDUNDANCY, SCOPE_ROOM, "Feed redundancy"},
    {RULE_INLET_RECOMMENDED, SCOPE_ROOM, "Inlet outside recommended range"},
    {RULE_INLET_ALLOWABLE, SCOPE_ROOM, "Inlet outside allowable range"},
    {RULE_KPI_LIMIT, SCOPE_ROOM, "KPI over its limit"},
    {RULE_CLOCK, SCOPE_SITE, "Clock"},
    {RULE_DISK, SCOPE_SITE, "Disk"},
};

void ha_list_done(struct ha_list *list)
{
    free(list->item);
    *list = (struct ha_list){0};
}

static void push(struct ha_list *list, const struct ha_owner *owner, const struct mqtt_base *base, const char *part,
                 const struct ha_entity *entity)
{
    struct ha_listed listed = {.entity = *entity};
    ha_object(listed.object, sizeof listed.object, owner, owner->id ? owner->id : base->site, part);
    if (list->n % 64 == 0) {
        list->item = reallocarray(list->item, list->n + 64, sizeof *list->item);
        if (!list->item)
            abort();
    }
    /* behind the last of its object */
    size_t at = list->n;
    for (size_t i = list->n; i > 0 && at == list->n; i--)
        if (strcmp(list->item[i - 1].object, listed.object) == 0)
            at = i;
    memmove(list->item + at + 1, list->item + at, (list->n - at) * sizeof *list->item);
    list->item[at] = listed;
    list->n++;
}

static bool has_breaker(const struct live *live, const struct ha_owner *owner)
{
    const struct device_config *config = owner->device->config;
    if (isfinite(config->breaker))
        return true;
    for (size_t i = 0; i < config->n_parts; i++)
        if (isfinite(config->part[i].breaker))
            return true;
    for (size_t i = 0; i < live->n_points; i++) {
        const struct live_point *point = live->point[i];
        if (point->device != NO_DEVICE && live->device[point->device] == owner->device && !point->gone &&
            point->quantity == Q_CURRENT && isfinite(point->rating))
            return true;
    }
    return false;
}

static bool in_scope(const struct live *live, const struct ha_owner *owner, enum scope scope)
{
    const struct shape *shape = owner->device ? owner->device->shape : NULL;
    switch (scope) {
    case SCOPE_DEVICE: return owner->device != NULL;
    case SCOPE_UPS: return shape && shape->identity.kind && strcmp(shape->identity.kind, "ups") == 0;
    case SCOPE_BREAKER: return owner->device && has_breaker(live, owner);
    case SCOPE_ROOM: return owner->id && !owner->device;
    case SCOPE_SITE: return !owner->id;
    }
    return false;
}

static void list_problems(const struct mqtt_base *base, const struct live *live, const struct ha_owner *owner,
                          struct ha_list *list)
{
    struct ha_entity entity;
    const struct config *config = live->config;
    ha_entity_of_problem(base, owner, &entity);
    push(list, owner, base, NULL, &entity);
    for (size_t i = 0; i < sizeof ruled / sizeof ruled[0]; i++) {
        if (!in_scope(live, owner, ruled[i].scope))
            continue;
        ha_entity_of_rule(base, owner, rule_row(ruled[i].rule)->name, ruled[i].name, &entity);
        push(list, owner, base, NULL, &entity);
    }
    for (size_t i = 0; !owner->id && i < config->n_alerts; i++)
        if (rule_parse(config->alert[i].name) == RULE_COUNT && id_valid(config->alert[i].name) &&
            !(config->alert[i].point && strstr(config->alert[i].point, "/kpi/"))) { /* those raise kpi-limit */
            ha_entity_of_rule(base, owner, config->alert[i].name, config->alert[i].name, &entity);
            push(list, owner, base, NULL, &entity);
        }
}

static bool list_points(const struct mqtt_host *host, const struct ha_owner *owner, struct ha_list *list)
{
    bool any = false;
    struct ha_entity entity;
    for (size_t i = 0; i < host->live->n_points; i++) {
        const struct live_point *point = host->live->point[i];
        if (point->device == NO_DEVICE || host->live->device[point->device] != owner->device ||
            !mqtt_view_wants(host, point) || !ha_entity_of_point(&host->base, owner, point, &entity))
            continue;
        push(list, owner, &host->base, point->part, &entity);
        any = true;
    }
    return any;
}

static void list_kpis(const struct mqtt_host *host, const struct ha_owner *owner, struct ha_list *list)
{
    struct ha_entity entity;
    for (int kpi = Q_KPI_FIRST; kpi < Q_COUNT; kpi++) {
        char name[120];
        snprintf(name, sizeof name, "%s/kpi/%s", owner->id ? owner->id : "site",
                 quantity_row((enum quantity)kpi)->name);
        if (mqtt_view_wants_name(host, name) && ha_entity_of_kpi(&host->base, owner, (enum quantity)kpi, &entity))
            push(list, owner, &host->base, NULL, &entity);
    }
}

bool ha_owner_list(const struct mqtt_host *host, const struct ha_owner *owner, struct ha_list *ret)
{
    struct ha_list list = {0};
    struct ha_entity entity;
    if (owner->device && !list_points(host, owner, &list))
        return false;
    if (!owner->device)
        list_kpis(host, owner, &list);
    if (owner->device || !owner->id) {
        ha_entity_of_status(&host->base, owner, &entity);
        push(&list, owner, &host->base, NULL, &entity);
    }
    list_problems(&host->base, host->live, owner, &list);
    *ret = list;
    return true;
}
