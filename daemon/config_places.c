/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_places.h"

#include <math.h>
#include <string.h>

/* A meter as the configuration alone knows it: a device, one of its parts, or a source. */
struct claim {
    const struct yaml_node *node;
    const char *id, *feed, *same_as;
    size_t room;
    enum role role;
    enum phase phase;
    double share;
    int64_t from_ms, to_ms;
};

struct claims {
    struct field_reader *reader;
    const struct config *config;
    struct claim *item;
    size_t n;
};

static void add(struct claims *c, struct claim claim)
{
    c->item = arena_push(c->reader->arena, c->item, &c->n, sizeof *c->item);
    c->item[c->n - 1] = claim;
}

static void add_device(struct claims *c, const struct yaml_node *node, const struct device_config *d)
{
    struct claim claim = {node, d->id, d->feed, d->same_as, d->room, d->role, d->phase, d->share, d->from_ms, d->to_ms};
    add(c, claim);
    for (size_t i = 0; i < d->n_parts; i++) {
        claim.role = d->part[i].role;
        claim.feed = d->part[i].feed ? d->part[i].feed : d->feed;
        claim.phase = d->part[i].phase != PH_NONE ? d->part[i].phase : d->phase;
        if (claim.role != ROLE_NONE && claim.role != d->role)
            add(c, claim);
    }
}

static void gather(struct claims *c, const struct yaml_node *root)
{
    const struct yaml_node *devices = yaml_get(root, "devices"), *sources = yaml_get(root, "sources");
    for (size_t i = 0; devices && i < c->config->n_devices && i < devices->n; i++)
        add_device(c, devices->item[i], &c->config->device[i]);
    for (size_t i = 0; sources && i < c->config->n_sources && i < sources->n; i++) {
        const struct source_config *s = &c->config->source[i];
        add(c, (struct claim){sources->item[i], s->id, NULL, s->same_as, s->room, s->role, PH_NONE, 1, 0, INT64_MAX});
    }
}

/* What is named must be another meter of the same role and room, and must count by itself. */
static void check_named(const struct claims *c, const struct claim *claim)
{
    const struct yaml_node *here = yaml_get(claim->node, "same-as");
    const struct claim *other = NULL;
    const char *wrong = NULL;
    if (!here)
        return;
    for (size_t i = 0; i < c->n; i++)
        if (!strcmp(c->item[i].id, claim->same_as) && (!other || c->item[i].role == claim->role))
            other = &c->item[i];
    if (!other)
        wrong = "no such device or source";
    else if (!strcmp(other->id, claim->id))
        wrong = "names itself: expected the other meter";
    else if (other->same_as)
        wrong = "names another meter itself: all of one place name the same one";
    else if (other->room != claim->room)
        wrong = "is in another room";
    else if (other->role != claim->role)
        wrong = "has another role: one energy has one role";
    if (wrong)
        diag_error(c->reader->diag, here->at, "same-as", "'%s' %s", claim->same_as, wrong);
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool told(const struct claim *a, const struct claim *b)
{
    return same_text(a->same_as, b->id) || same_text(b->same_as, a->id) ||
           (a->same_as && same_text(a->same_as, b->same_as));
}

static bool one_grid(const struct claim *a, const struct claim *b)
{
    return a->role == ROLE_GRID && b->role == ROLE_GRID && strcmp(a->id, b->id) && a->room == b->room &&
           same_text(a->feed, b->feed) && a->phase == b->phase && a->share + b->share > 1 && a->from_ms < b->to_ms &&
           b->from_ms < a->to_ms && !told(a, b);
}

void config_check_places(struct field_reader *reader, const struct yaml_node *root, const struct config *config)
{
    struct claims c = {.reader = reader, .config = config};
    gather(&c, root);
    for (size_t i = 0; i < c.n; i++) {
        const struct claim *b = &c.item[i];
        if (!i || c.item[i - 1].node != b->node)
            check_named(&c, b);
        for (size_t k = 0; k < i; k++)
            if (one_grid(&c.item[k], b)) {
                const struct yaml_node *role = yaml_get(b->node, "role");
                diag_warn(reader->diag, role ? role->at : b->node->at, "role",
                          "'%s' and '%s' are both at the grid%s%s%s%s with their whole share: say same-as: %s if they "
                          "are at one connection, or name their feeds; until then there is no total and no PUE",
                          c.item[k].id, b->id, b->room == NO_INDEX ? "" : " of room ",
                          b->room == NO_INDEX ? "" : config->room[b->room].id, b->feed ? ", feed " : "",
                          b->feed ? b->feed : "", c.item[k].id);
                break;
            }
    }
}
