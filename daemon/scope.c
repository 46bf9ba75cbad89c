/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scope.h"

#include <errno.h>
#include <string.h>

size_t scope_count(const struct config *config)
{
    return config->n_rooms + config->n_groups + 1;
}

struct scope scope_at(const struct config *c, size_t i)
{
    if (i < c->n_rooms)
        return (struct scope){c->room[i].id, c->room[i].title, i, NULL};
    if (i - c->n_rooms < c->n_groups) {
        const struct group_config *group = &c->group[i - c->n_rooms];
        return (struct scope){group->id, group->title, NO_INDEX, group};
    }
    return (struct scope){"site", c->title, NO_INDEX, NULL};
}

int scope_find(const struct config *config, const char *id, struct scope *ret)
{
    for (size_t i = 0; i < scope_count(config); i++) {
        struct scope scope = scope_at(config, i);
        if (!strcmp(scope.id, id)) {
            *ret = scope;
            return 0;
        }
    }
    return -ENOENT;
}

bool scope_covers(const struct scope *scope, size_t room)
{
    if (!scope->group)
        return scope->room == NO_INDEX || scope->room == room;
    for (size_t i = 0; i < scope->group->n_rooms; i++)
        if (scope->group->room[i] == room)
            return true;
    return false;
}
