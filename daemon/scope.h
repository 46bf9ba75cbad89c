/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What figures are told of: each room, each group of rooms, and the site.
 *
 * Shape: scopes are numbered: rooms and groups in the order of the configuration, the site last.
 * Owner: the configuration.
 */
#pragma once
#include "daemon/config.h"

struct scope {
    const char *id, *title;
    size_t room;                      /* NO_INDEX: several */
    const struct group_config *group; /* NULL: a room, or the site */
};

size_t scope_count(const struct config *config);
struct scope scope_at(const struct config *config, size_t i);
/* A room's id, a group's, or "site". -ENOENT. */
int scope_find(const struct config *config, const char *id, struct scope *ret);
/* room NO_INDEX: what is in no room is the site's alone. */
bool scope_covers(const struct scope *scope, size_t room);
