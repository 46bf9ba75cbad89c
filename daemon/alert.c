/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/alert.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was raised before a restart has so long after the grace to be observed again: a silent device needs two polls.
 */
#define RESTORED_US (60 * 1000000LL)

struct kept {
    uint64_t key; /* 0: restored, not observed yet */
    struct alert_entry entry;
    bool raised;
    int64_t bad_since_us;
    int64_t hold_us;
    uint64_t cause;
};

struct silence {
    char target[120];
    int64_t until_ms;
    char reason[120];
};

struct alerts {
    alerts_emit *emit;
    void *context;
    int64_t grace_end_us;
    bool grace_over, restored_over;
    size_t n, n_silences;
    struct kept *kept;
    struct silence *silence;
};

struct alerts *alerts_new(alerts_emit *emit, void *context, struct moment started, int64_t grace_us)
{
    struct alerts *alerts = calloc(1, sizeof *alerts);
    if (!alerts)
        abort();
    *alerts = (struct alerts){.emit = emit, .context = context, .grace_end_us = started.boot_us + grace_us};
    return alerts;
}

void alerts_free(struct alerts *alerts)
{
    if (!alerts)
        return;
    free(alerts->kept);
    free(alerts->silence);
    free(alerts);
}

uint64_t alert_key(enum rule rule, uint64_t subject)
{
    return ((uint64_t)rule + 1) << 56 | (subject & 0xffffffffffffffULL);
}

static struct kept *find_key(const struct alerts *alerts, uint64_t key)
{
    for (size_t i = 0; i < alerts->n; i++)
        if (alerts->kept[i].key == key)
            return &alerts->kept[i];
    return NULL;
}

static struct kept *add(struct alerts *alerts)
{
    alerts->kept = realloc(alerts->kept, (alerts->n + 1) * sizeof *alerts->kept);
    if (!alerts->kept)
        abort();
    struct kept *kept = &alerts->kept[alerts->n++];
    memset(kept, 0, sizeof *kept);
    return kept;
}

static void forget(struct alerts *alerts, struct kept *kept)
{
    *kept = alerts->kept[--alerts->n];
}

bool alerts_known(const struct alerts *alerts, uint64_t key)
{
    return find_key(alerts, key) != NULL;
}

void alerts_restore(struct alerts *alerts, const struct alert_entry *entry)
{
    struct kept *kept = add(alerts);
    kept->entry = *entry;
    kept->raised = true;
}

static void set_text(char *into, size_t size, const char *text)
{
    snprintf(into, size, "%s", text ? text : "");
}

static void fill(struct kept *kept, const struct observation *o, struct moment now)
{
    struct alert_entry *e = &kept->entry;
    const char *name = o->name ? o->name : rule_row(o->rule)->name;
    const char *where = o->device && *o->device ? o->device : o->room && *o->room ? o->room : "site";
    snprintf(e->id, sizeof e->id, "%s.%s%s%s", name, where, o->part && *o->part ? "." : "", o->part ? o->part : "");
    set_text(e->rule, sizeof e->rule, name);
    set_text(e->room, sizeof e->room, o->room);
    set_text(e->device, sizeof e->device, o->device);
    set_text(e->point, sizeof e->point, o->point);
    set_text(e->unit, sizeof e->unit, o->unit);
    set_text(e->text, sizeof e->text, o->text);
    e->priority = o->priority >= 0 ? o->priority : rule_row(o->rule)->priority;
    e->value = o->value;
    e->limit = o->limit;
    e->at_ms = now.wall_ms;
}

/* An alert raised before a restart: the same id, without a key yet. It is taken over silently. */
static bool adopt(struct alerts *alerts, struct kept *kept)
{
    for (size_t i = 0; i < alerts->n; i++) {
        struct kept *old = &alerts->kept[i];
        if (old->key || strcmp(old->entry.id, kept->entry.id) != 0)
            continue;
        kept->entry.since_ms = old->entry.since_ms;
        kept->entry.raised = kept->raised = true;
        forget(alerts, old);
        return true;
    }
    return false;
}

static const struct silence *silence_of(const struct alerts *alerts, const struct alert_entry *e, int64_t wall_ms)
{
    for (size_t i = 0; i < alerts->n_silences; i++) {
        const struct silence *s = &alerts->silence[i];
        if (s->until_ms <= wall_ms)
            continue;
        if (!strcmp(s->target, e->rule) || !strcmp(s->target, e->device) || !strcmp(s->target, e->room) ||
            fnmatch(s->target, e->id, 0) == 0)
            return s;
    }
    return NULL;
}

static bool explained(const struct alerts *alerts, const struct kept *kept)
{
    const struct kept *cause = kept->cause ? find_key(alerts, kept->cause) : NULL;
    return cause && cause->raised;
}

static void consider(struct alerts *alerts, struct kept *kept, struct moment now)
{
    if (kept->raised || !kept->key || !alerts->grace_over || now.boot_us - kept->bad_since_us < kept->hold_us)
        return;
    if (explained(alerts, kept) || silence_of(alerts, &kept->entry, now.wall_ms))
        return;
    kept->raised = kept->entry.raised = true;
    kept->entry.since_ms = kept->entry.at_ms = now.wall_ms;
    alerts->emit(alerts->context, &kept->entry);
}

static void clear(struct alerts *alerts, struct kept *kept, struct moment now)
{
    if (kept->raised) {
        kept->entry.raised = false;
        kept->entry.at_ms = now.wall_ms;
        alerts->emit(alerts->context, &kept->entry);
    }
    forget(alerts, kept);
}

static void observe_bad(struct alerts *alerts, struct kept *kept, const struct observation *o, uint64_t key,
                        struct moment now)
{
    if (!kept) {
        struct kept fresh = {.key = key, .bad_since_us = now.boot_us};
        fill(&fresh, o, now);
        adopt(alerts, &fresh);
        kept = add(alerts);
        *kept = fresh;
    } else if (!kept->raised) {
        fill(kept, o, now); /* the words of the moment when it is raised */
    } else {
        kept->entry.value = o->value;
    }
    kept->cause = o->cause;
    kept->hold_us = o->hold_us >= 0 ? o->hold_us : rule_row(o->rule)->hold_us;
    consider(alerts, kept, now);
}

void alerts_observe(struct alerts *alerts, const struct observation *o, struct moment now)
{
    uint64_t key = alert_key(o->rule, o->subject);
    struct kept *kept = find_key(alerts, key);
    switch (o->verdict) {
    case VERDICT_BAD: observe_bad(alerts, kept, o, key, now); break;
    case VERDICT_BETWEEN:
        if (kept && !kept->raised)
            forget(alerts, kept); /* holding needs to be above the limit all the time */
        break;
    case VERDICT_GOOD:
        if (kept) {
            if (kept->raised)
                fill(kept, o, now);
            clear(alerts, kept, now);
        }
        break;
    }
}

void alerts_tick(struct alerts *alerts, struct moment now)
{
    bool ends = !alerts->restored_over && now.boot_us >= alerts->grace_end_us + RESTORED_US;
    alerts->grace_over |= now.boot_us >= alerts->grace_end_us;
    alerts->restored_over |= ends;
    for (size_t i = alerts->n; i-- > 0;) {
        struct kept *kept = &alerts->kept[i];
        if (!kept->key && ends) {
            snprintf(kept->entry.text, sizeof kept->entry.text, "no longer so after a restart");
            clear(alerts, kept, now);
        } else {
            consider(alerts, kept, now);
        }
    }
}

void alerts_silence(struct alerts *alerts, const char *target, int64_t until_ms, const char *reason)
{
    struct silence *s = NULL;
    for (size_t i = 0; i < alerts->n_silences; i++)
        if (!strcmp(alerts->silence[i].target, target))
            s = &alerts->silence[i];
    if (!s) {
        alerts->silence = realloc(alerts->silence, (alerts->n_silences + 1) * sizeof *alerts->silence);
        if (!alerts->silence)
            abort();
        s = &alerts->silence[alerts->n_silences++];
    }
    set_text(s->target, sizeof s->target, target);
    set_text(s->reason, sizeof s->reason, reason);
    s->until_ms = until_ms;
}

size_t alerts_raised(const struct alerts *alerts)
{
    size_t n = 0;
    for (size_t i = 0; i < alerts->n; i++)
        n += alerts->kept[i].raised;
    return n;
}

void alerts_each(const struct alerts *alerts, struct moment now, alerts_seen *seen, void *context)
{
    for (size_t i = 0; i < alerts->n; i++) {
        const struct kept *kept = &alerts->kept[i];
        const struct silence *s = silence_of(alerts, &kept->entry, now.wall_ms);
        if (kept->raised)
            seen(context, &kept->entry, s ? s->reason : NULL);
    }
}
