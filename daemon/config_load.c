/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_raw.h"
#include "daemon/data.h"
#include "daemon/factors.h"
#include "drivers/profile.h"
#include "drivers/unit.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char config_no_secrets[] = "not read";

static int is_yaml(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 5 && !strcmp(entry->d_name + n - 5, ".yaml");
}

static void append(struct arena *arena, struct yaml_node *parent, struct yaml_node *child)
{
    parent->item = arena_push(arena, parent->item, &parent->n, sizeof *parent->item);
    parent->item[parent->n - 1] = child;
}

/* Adds a file's map to what earlier files gave under the same key: files only add. */
static int merge_maps(struct field_reader *reader, struct yaml_node *into, struct yaml_node *from)
{
    int result = 0;
    for (size_t i = 0; i < from->n; i++) {
        const struct yaml_node *twin = yaml_get(into, from->item[i]->key);
        if (!twin) {
            append(reader->arena, into, from->item[i]);
            continue;
        }
        diag_error(reader->diag, from->item[i]->key_at, from->item[i]->key, "already given in %s:%u", twin->key_at.file,
                   twin->key_at.line);
        result = -EINVAL;
    }
    return result;
}

static void merge_list(struct arena *arena, struct yaml_node *into, struct yaml_node *from)
{
    if (from->kind != YAML_LIST) {
        append(arena, into, from);
        return;
    }
    for (size_t i = 0; i < from->n; i++)
        append(arena, into, from->item[i]);
}

/* mqtt and http may be one or a list: several files add to the list. */
static struct yaml_node *as_list(struct arena *arena, struct yaml_node *node)
{
    struct yaml_node *list = ARENA_NEW(arena, struct yaml_node);
    *list = (struct yaml_node){.kind = YAML_LIST, .at = node->at, .key = node->key, .key_at = node->key_at};
    merge_list(arena, list, node);
    return list;
}

static int merge_file(struct field_reader *reader, struct yaml_node *root, struct yaml_node *file)
{
    int result = 0;
    if (file->kind != YAML_MAP) {
        diag_error(reader->diag, file->at, NULL, "expected keys like site: and devices:");
        return -EINVAL;
    }
    if (!root->n)
        root->at = file->at;
    for (size_t i = 0; i < file->n; i++) {
        struct yaml_node *value = file->item[i], *twin = (struct yaml_node *)yaml_get(root, value->key);
        bool list = !strcmp(value->key, "mqtt") || !strcmp(value->key, "http");
        if (!twin)
            append(reader->arena, root, list ? as_list(reader->arena, value) : value);
        else if (list)
            merge_list(reader->arena, twin, value);
        else if (twin->kind != YAML_MAP || value->kind != YAML_MAP) {
            diag_error(reader->diag, value->at, value->key, "expected a map of keys");
            result = -EINVAL;
        } else if (merge_maps(reader, twin, value) < 0)
            result = -EINVAL;
    }
    return result;
}

static int load_dir(struct field_reader *reader, const char *dir, struct yaml_node *root, size_t *files)
{
    struct dirent **names;
    int result = 0, n = scandir(dir, &names, is_yaml, alphasort);
    if (n < 0) {
        struct place at = {.file = arena_strdup(reader->arena, dir)};
        diag_error(reader->diag, at, NULL, "cannot be read: %s", strerror(errno));
        return -errno;
    }
    for (int i = 0; i < n; i++) {
        struct yaml_node *file = NULL;
        const char *path = arena_printf(reader->arena, "%s/%s", dir, names[i]->d_name);
        int r = yaml_load_file(reader->arena, path, reader->diag, &file);
        if (file && merge_file(reader, root, file) < 0)
            r = -EINVAL;
        reader->partial |= !file || file->kind != YAML_MAP;
        if (r < 0)
            result = r;
        free(names[i]);
        (*files)++;
    }
    free(names);
    return result;
}

/* NULL-ended; NULL: a device has to be recognised first, which takes all. */
static const char *const *used_profiles(struct arena *arena, const struct raw_config *raw)
{
    const struct raw_device *device = raw->devices.item;
    const char **names = NULL;
    size_t n = 0;
    for (size_t i = 0; i < raw->devices.n; i++) {
        if (device[i].profile ? !strcmp(device[i].profile, "auto") : !device[i].same_as)
            return NULL;
        if (!device[i].profile || (n && !strcmp(names[n - 1], device[i].profile)))
            continue;
        names = arena_push(arena, names, &n, sizeof *names);
        names[n - 1] = device[i].profile;
    }
    names = arena_push(arena, names, &n, sizeof *names);
    return names;
}

/* profiles/ beside each configuration directory, then the installed set. One with a mistake stops only who uses it. */
static void load_profiles(struct field_reader *reader, const char *const *dirs, size_t n, const char *const *only,
                          struct profile_set **ret)
{
    const char **paths = arena_alloc(reader->arena, (n + 1) * sizeof *paths);
    for (size_t i = 0; i < n; i++)
        paths[i] = arena_printf(reader->arena, "%s/profiles", dirs[i]);
    paths[n] = data_path(reader->arena, "profiles");
    profile_set_load_sound(paths, n + 1, only, reader->diag, ret);
}

static struct config *config_new(void)
{
    struct arena *arena = arena_new();
    struct config *config = ARENA_NEW(arena, struct config);
    config->arena = arena;
    atomic_init(&config->refs, 1);
    config->factors.price_electricity = config->factors.price_gas = config->factors.price_heat = NAN;
    return config;
}

int config_load(const char *const *dirs, size_t n, const char *credentials, enum config_profiles profiles,
                const struct config *previous, struct diag *diag, struct config **ret)
{
    struct config *config = config_new();
    struct config_context context = {.credentials = credentials, .systemd = getenv("CREDENTIALS_DIRECTORY") != NULL};
    struct field_reader reader = {.arena = config->arena, .diag = diag, .context = &context};
    struct yaml_node root = {.kind = YAML_MAP};
    struct raw_config raw = {0};
    size_t files = 0;

    if (!context.credentials)
        context.credentials = arena_printf(config->arena, "%s/credentials", dirs[0]);
    raw.factors = config->factors;
    for (size_t i = 0; i < n; i++)
        load_dir(&reader, dirs[i], &root, &files);
    if (!files && !diag_errors(diag))
        diag_error(diag, (struct place){.file = dirs[0]}, NULL, "has no *.yaml file: expected the configuration there");
    if (files)
        field_read_map(&reader, config_fields, &root, &raw);
    load_profiles(&reader, dirs, n, profiles == PROFILES_ALL ? NULL : used_profiles(config->arena, &raw),
                  &config->profiles);
    if (factors_load()) /* with a broken installation no figure can be told */
        diag_error(diag, (struct place){.file = data_path(config->arena, "factors.yaml")}, NULL, "%s", factors_load());
    /* references are checked even after other errors: all is told in one run */
    if (files && config->profiles)
        config_resolve(&reader, &root, &raw, previous, config);
    if (diag_errors(diag)) {
        config_unref(config);
        return -EINVAL;
    }
    *ret = config;
    return 0;
}
