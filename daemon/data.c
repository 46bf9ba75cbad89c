/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/data.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The program's own path decides: an installed binary must not look into a source tree that happens to exist. */
static bool run_from_build(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return false;
    path[n] = '\0';
    return !strncmp(path, WATTWACHT_BUILD "/", strlen(WATTWACHT_BUILD) + 1);
}

/* Whether dir has the first part of the name: what follows may be a pattern. */
static bool has(struct arena *arena, const char *dir, const char *name)
{
    return access(arena_printf(arena, "%s/%.*s", dir, (int)strcspn(name, "/"), name), F_OK) == 0;
}

const char *data_path(struct arena *arena, const char *name)
{
    const char *dir = getenv("WATTWACHT_DATA");
    if (dir && *dir && has(arena, dir, name))
        return arena_printf(arena, "%s/%s", dir, name);
    if (!run_from_build())
        return arena_printf(arena, "%s/%s", WATTWACHT_INSTALLED, name);
    /* graphs/ stands beside conf.d/ in the source tree */
    return arena_printf(arena, has(arena, WATTWACHT_SOURCE_DATA, name) ? "%s/%s" : "%s/../%s", WATTWACHT_SOURCE_DATA,
                        name);
}
