/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_looks.h"

#include "daemon/rule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct report_looks {
    struct capacity *capacity;
    size_t n;
    struct climate_room **climate; /* by room */
};

struct report_looks *report_looks_new(size_t n_rooms)
{
    struct report_looks *looks = calloc(1, sizeof *looks);
    if (looks)
        looks->climate = calloc(n_rooms + 1, sizeof(struct climate_room *));
    if (!looks || !looks->climate)
        abort();
    looks->n = n_rooms;
    return looks;
}

void report_looks_free(struct report_looks *looks)
{
    if (!looks)
        return;
    for (size_t i = 0; i < looks->n; i++)
        climate_room_free(looks->climate[i]);
    capacity_free(looks->capacity);
    free(looks->climate);
    free(looks);
}

/* Of a breaker's rating: what the site says for the live rule, else the rule's own. */
static double part_of(const struct config *config)
{
    const char *name = rule_row(RULE_FEED_REDUNDANCY)->name;
    double part = rule_row(RULE_FEED_REDUNDANCY)->limit;
    for (size_t i = 0; i < config->n_alerts; i++)
        if (!config->alert[i].point && !strcmp(config->alert[i].name, name) && !isnan(config->alert[i].above))
            part = config->alert[i].above;
    return part / 100;
}

const struct capacity *report_looks_capacity(const struct report_source *s)
{
    size_t room = s->room ? (size_t)(s->room - s->config->room) : NO_INDEX;
    if (!s->looks->capacity)
        s->looks->capacity = capacity_site(s->plant, room, part_of(s->config), s->from_s, s->to_s, s->now_s);
    return s->looks->capacity;
}

const struct climate_room *report_looks_climate(const struct report_source *s, size_t room)
{
    struct track_span span = {s->from_s, s->to_s < s->now_s ? s->to_s : s->now_s, s->now_s};
    if (!s->looks->climate[room])
        s->looks->climate[room] = climate_room_new(s->plant, room, &span);
    return s->looks->climate[room];
}
