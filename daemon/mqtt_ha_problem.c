/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_problem.h"
#include "wire_text.h"

#include <stdlib.h>
#include <string.h>

#define TOLD_MAX 20 /* Home Assistant keeps attributes up to 16 kB in its history */

void ha_problems_done(struct ha_problems *problems)
{
    free(problems->active);
    *problems = (struct ha_problems){0};
}

static bool before(const struct alert_entry *a, const struct alert_entry *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->since_ms < b->since_ms;
}

void ha_problems_note(struct ha_problems *problems, const struct alert_entry *entry)
{
    size_t kept = 0;
    for (size_t i = 0; i < problems->n; i++)
        if (strcmp(problems->active[i].id, entry->id) != 0)
            problems->active[kept++] = problems->active[i];
    problems->n = kept;
    if (!entry->raised)
        return;
    problems->active = reallocarray(problems->active, problems->n + 1, sizeof *problems->active);
    if (!problems->active)
        abort();
    size_t at = problems->n++;
    for (; at > 0 && before(entry, &problems->active[at - 1]); at--)
        problems->active[at] = problems->active[at - 1];
    problems->active[at] = *entry;
}

bool ha_problems_concern(const struct alert_entry *entry, const struct ha_owner *owner)
{
    if (!owner->id)
        return true;
    return strcmp(owner->device ? entry->device : entry->room, owner->id) == 0;
}

static void put_rules(FILE *out, const struct ha_problems *problems, const struct ha_owner *owner)
{
    bool any = false;
    for (size_t i = 0; i < problems->n; i++) {
        const struct alert_entry *entry = &problems->active[i];
        bool seen = !ha_problems_concern(entry, owner);
        for (size_t k = 0; k < i && !seen; k++)
            seen =
                strcmp(problems->active[k].rule, entry->rule) == 0 && ha_problems_concern(&problems->active[k], owner);
        if (seen)
            continue;
        if (any)
            putc(',', out);
        wire_put_string(out, entry->rule);
        any = true;
    }
}

void ha_problems_put(FILE *out, const struct ha_problems *problems, const struct ha_owner *owner, int64_t now_ms)
{
    size_t count = 0, told = 0;
    for (size_t i = 0; i < problems->n; i++)
        count += ha_problems_concern(&problems->active[i], owner);
    fputs("{\"ts\":", out);
    wire_put_time(out, now_ms);
    fprintf(out, ",\"problem\":\"%s\",\"count\":%zu,\"rules\":[", count ? "ON" : "OFF", count);
    put_rules(out, problems, owner);
    fputs("],\"alerts\":[", out);
    for (size_t i = 0; i < problems->n && told < TOLD_MAX; i++) {
        if (!ha_problems_concern(&problems->active[i], owner))
            continue;
        if (told++)
            putc(',', out);
        wire_put_string(out, problems->active[i].text[0] ? problems->active[i].text : problems->active[i].id);
    }
    fputs("]}", out);
}
