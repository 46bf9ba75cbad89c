/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hash.h"
#include "profile.h"
#include "profile_head.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_MAX (1024 * 1024) /* yaml.h: the largest file */

struct left_out {
    const char *name, *why; /* of the file; its first mistake */
};

struct profile_set {
    atomic_uint refs;
    struct arena *arena;
    struct pattern_list *patterns;
    size_t n, n_left_out, n_names;
    struct profile **profile;
    struct left_out *left_out;
    const char **name; /* of all files */
};

static char *read_text(struct arena *arena, const char *path, size_t *ret_n)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    struct stat status;
    size_t room = fstat(fileno(file), &status) == 0 && status.st_size < TEXT_MAX ? (size_t)status.st_size : TEXT_MAX;
    char *text = arena_alloc(arena, room + 1);
    size_t n = fread(text, 1, room + 1, file);
    bool good = !ferror(file);
    fclose(file);
    *ret_n = n;
    return good ? text : NULL;
}

static void check_name(struct diag *diag, const struct profile_set *set, const struct profile *profile,
                       const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t n = strlen(profile->name);
    if (strncmp(file, profile->name, n) != 0 || strcmp(file + n, ".yaml") != 0)
        diag_error(diag, profile->at, "name", "'%s' is not the name of the file", profile->name);
    const struct profile *other = profile_find(set, profile->name);
    if (other)
        diag_error(diag, profile->at, "name", "'%s' is in %s already", profile->name, other->at.file);
}

static void leave_out(struct profile_set *set, const char *name, const struct diag *diag)
{
    set->left_out = arena_push(set->arena, set->left_out, &set->n_left_out, sizeof *set->left_out);
    set->left_out[set->n_left_out - 1] = (struct left_out){name, arena_strdup(set->arena, diag_first(diag))};
}

static void read_file(struct profile_set *set, const char *path, struct diag *diag)
{
    size_t n = 0;
    struct arena *scratch = arena_new();
    const char *name = arena_strdup(set->arena, path);
    char *text = read_text(scratch, path, &n);
    struct yaml_node *root;
    if (!text) {
        diag_error(diag, (struct place){.file = name}, "file", "cannot be read: %s", strerror(errno));
    } else if (yaml_load_text(scratch, name, text, n, diag, &root) == 0) {
        struct profile_context context = {.patterns = &set->patterns};
        struct field_reader reader = {.arena = set->arena, .diag = diag, .context = &context};
        struct profile *profile = ARENA_NEW(set->arena, struct profile);
        profile->hash = hash_bytes(HASH_BEGIN, text, n);
        if (profile_read(&reader, root, profile) == 0) {
            check_name(diag, set, profile, path);
            if (!diag_errors(diag)) {
                set->profile = arena_push(set->arena, set->profile, &set->n, sizeof(struct profile *));
                set->profile[set->n - 1] = profile;
            }
        }
    }
    arena_free(scratch);
}

static void load_file(struct profile_set *set, const char *path, const char *name, struct diag *diag)
{
    struct diag *own = diag_new();
    read_file(set, path, own);
    if (diag_errors(own))
        leave_out(set, name, own);
    diag_take(diag, own, false);
    diag_free(own);
}

static bool includes_are_there(const struct profile_set *set, const struct profile *p, struct diag *diag)
{
    for (size_t k = 0; k < p->include.n; k++) {
        const char *name = ((const char **)p->include.item)[k];
        const struct profile *other = profile_find(set, name);
        if (!other || other->modbus != p->modbus || other->mqtt != p->mqtt || other == p)
            diag_error(diag, p->at, "include", "'%s' is not another profile of the same protocol", name);
    }
    return !diag_errors(diag);
}

/* What includes a profile that is not there goes too, and so on. */
static void drop_incomplete(struct profile_set *set, struct diag *diag)
{
    for (size_t i = 0; i < set->n;) {
        struct diag *own = diag_new();
        bool whole = includes_are_there(set, set->profile[i], own);
        if (!whole) {
            leave_out(set, set->profile[i]->name, own);
            memmove(&set->profile[i], &set->profile[i + 1], (set->n - i - 1) * sizeof(struct profile *));
            set->n--;
        }
        diag_take(diag, own, false);
        diag_free(own);
        i = whole ? i + 1 : 0;
    }
}

/* One level only: an included profile's own includes do not count. */
static void resolve_includes(struct profile_set *set)
{
    for (size_t i = 0; i < set->n; i++) {
        struct profile *p = set->profile[i];
        p->included = arena_alloc(set->arena, (p->include.n + 1) * sizeof(struct profile *));
        p->included[p->n_included++] = p;
        for (size_t k = 0; k < p->include.n; k++)
            p->included[p->n_included++] = profile_find(set, ((const char **)p->include.item)[k]);
    }
}

/* Files that there are; those not read are not wanted, or not yet. */
struct files {
    struct arena *arena;
    size_t n;
    struct file {
        const char *path, *name;
        bool read;
    } * item;
};

static void list_files(struct profile_set *set, const char *entry, struct files *files)
{
    glob_t found;
    size_t length = strlen(entry);
    bool file = length > 5 && !strcmp(entry + length - 5, ".yaml");
    if (glob(arena_printf(files->arena, file ? "%s" : "%s/*.yaml", entry), 0, NULL, &found) == 0)
        for (size_t k = 0; k < found.gl_pathc; k++) {
            const char *path = arena_strdup(files->arena, found.gl_pathv[k]), *slash = strrchr(path, '/');
            const char *base = slash ? slash + 1 : path;
            const char *name = arena_strndup(set->arena, base, strlen(base) - strlen(".yaml"));
            files->item = arena_push(files->arena, files->item, &files->n, sizeof *files->item);
            files->item[files->n - 1] = (struct file){path, name, false};
            set->name = arena_push(set->arena, set->name, &set->n_names, sizeof *set->name);
            set->name[set->n_names - 1] = name;
        }
    globfree(&found);
}

static bool is_included(const struct profile_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        for (size_t k = 0; k < set->profile[i]->include.n; k++)
            if (!strcmp(((const char **)set->profile[i]->include.item)[k], name))
                return true;
    return false;
}

static bool is_among(const char *const *names, const char *name)
{
    while (*names && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* only NULL: all. What is included is found out by reading, so it is looked for again until nothing is new. */
static void load_files(struct profile_set *set, struct files *files, const char *const *only, struct diag *diag)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < files->n; i++) {
            struct file *file = &files->item[i];
            if (file->read || (only && !is_among(only, file->name) && !is_included(set, file->name)))
                continue;
            file->read = true;
            load_file(set, file->path, file->name, diag);
            more = only != NULL;
        }
    }
}

static struct profile_set *load(const char *const *dirs, size_t n, const char *const *only, struct diag *diag)
{
    struct arena *arena = arena_new();
    struct profile_set *set = ARENA_NEW(arena, struct profile_set);
    struct files files = {.arena = arena_new()};
    atomic_init(&set->refs, 1);
    set->arena = arena;
    for (size_t i = 0; i < n; i++)
        list_files(set, dirs[i], &files);
    load_files(set, &files, only, diag);
    arena_free(files.arena);
    drop_incomplete(set, diag);
    resolve_includes(set);
    return set;
}

int profile_set_load(const char *const *dirs, size_t n, struct diag *diag, struct profile_set **ret)
{
    size_t before = diag_errors(diag);
    struct profile_set *set = load(dirs, n, NULL, diag);
    if (diag_errors(diag) != before) {
        profile_set_unref(set);
        return -EINVAL;
    }
    *ret = set;
    return 0;
}

void profile_set_load_sound(const char *const *dirs, size_t n, const char *const *only, struct diag *diag,
                            struct profile_set **ret)
{
    struct diag *own = diag_new();
    *ret = load(dirs, n, only, own);
    diag_take(diag, own, true);
    diag_free(own);
}

const char *profile_left_out(const struct profile_set *set, const char *name)
{
    for (size_t i = 0; i < set->n_left_out && !profile_find(set, name); i++)
        if (!strcmp(set->left_out[i].name, name))
            return set->left_out[i].why;
    return NULL;
}

const char *const *profile_names(const struct profile_set *set, size_t *ret_n)
{
    *ret_n = set->n_names;
    return set->name;
}

size_t profile_count_left_out(const struct profile_set *set)
{
    return set->n_left_out;
}

struct profile_set *profile_set_ref(struct profile_set *set)
{
    atomic_fetch_add(&set->refs, 1);
    return set;
}

void profile_set_unref(struct profile_set *set)
{
    if (!set || atomic_fetch_sub(&set->refs, 1) != 1)
        return;
    patterns_free(set->patterns);
    arena_free(set->arena);
}

const struct profile *profile_find(const struct profile_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++)
        if (!strcmp(set->profile[i]->name, name))
            return set->profile[i];
    return NULL;
}

size_t profile_count(const struct profile_set *set)
{
    return set->n;
}

const struct profile *profile_at(const struct profile_set *set, size_t i)
{
    return set->profile[i];
}

const char *profile_name(const struct profile *profile)
{
    return profile->name;
}

const char *profile_title(const struct profile *profile)
{
    return profile->title;
}

const char *profile_vendor(const struct profile *profile)
{
    return profile->vendor;
}

const char *profile_confidence(const struct profile *profile)
{
    return profile_confidences[profile->confidence];
}

const char *profile_kind(const struct profile *profile)
{
    return profile_kinds[profile->kind];
}

unsigned profile_version(const struct profile *profile)
{
    return profile->version;
}

uint64_t profile_hash(const struct profile *profile)
{
    return profile->hash;
}

int64_t profile_every_us(const struct profile *profile)
{
    return profile->modbus ? profile->registers.every_us : 0;
}

bool profile_is_modbus(const struct profile *profile)
{
    return profile->modbus;
}

bool profile_is_mqtt(const struct profile *profile)
{
    return profile->mqtt;
}
