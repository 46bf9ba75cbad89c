/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_assets.h"

#include <math.h>
#include <string.h>

#define LIFE_YEARS 5.0

static void complain(struct field_reader *reader, const struct yaml_node *node, const char *key, const char *what)
{
    const struct yaml_node *value = yaml_get(node, key);
    diag_error(reader->diag, value ? value->at : node->at, key, "%s", what);
}

/* DEVICE/PART of a device of the configuration. */
static bool is_part(const struct config *config, const char *text)
{
    struct part part;
    const char *slash = strchr(text, '/');
    if (!slash || part_parse(slash + 1, &part) < 0)
        return false;
    for (size_t i = 0; i < config->n_devices; i++)
        if (!strncmp(config->device[i].id, text, (size_t)(slash - text)) && !config->device[i].id[slash - text])
            return true;
    return false;
}

static double stated(const struct yaml_node *node, const char *key, double value)
{
    return node && yaml_get(node, key) ? value : (double)NAN;
}

static void resolve(struct field_reader *reader, const struct yaml_node *node, const struct raw_asset *raw,
                    const struct config *config, struct asset_config *asset)
{
    const struct yaml_node *new = yaml_get(node, "replacement");
    *asset = (struct asset_config){.id = raw->id,
                                   .title = raw->title,
                                   .room = config_find_room(config, raw->room),
                                   .n_points = raw->points.n,
                                   .point = raw->points.item,
                                   .since_ms = raw->since_ms,
                                   .life = yaml_get(node, "life") ? raw->life : LIFE_YEARS,
                                   .embodied = stated(node, "embodied", raw->embodied),
                                   .new_power = stated(new, "power", raw->replacement.power),
                                   .new_embodied = stated(new, "embodied", raw->replacement.embodied),
                                   .replaces = raw->replacement.replaces};
    if (raw->room && asset->room == NO_INDEX && !reader->partial)
        complain(reader, node, "room", "no such room under rooms:");
    for (size_t i = 0; i < asset->n_points; i++)
        if (!is_part(config, asset->point[i]) && !reader->partial)
            complain(reader, node, "points", "expected parts of devices, like [pdu-a1/outlet-03, pdu-b1/outlet-03]");
    if (!asset->n_points)
        complain(reader, node, "points", "expected the outlets that feed it");
    if (!(asset->life > 0))
        complain(reader, node, "life", "expected years, more than 0");
    if (!asset->replaces)
        complain(reader, node, "replacement", "expected replaces: 1 or more");
}

void config_resolve_assets(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           struct config *config)
{
    const struct raw_asset *from = raw->assets.item;
    const struct yaml_node *all = yaml_get(root, "assets");
    config->n_assets = raw->assets.n;
    config->asset = arena_alloc(config->arena, config->n_assets * sizeof *config->asset);
    for (size_t i = 0; i < config->n_assets; i++)
        resolve(reader, yaml_get(all, from[i].id), &from[i], config, &config->asset[i]);
}
