/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setup.h"

#include "profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct device_setup *setup_new(void)
{
    struct arena *arena = arena_new();
    struct device_setup *setup = ARENA_NEW(arena, struct device_setup);
    setup->arena = arena;
    atomic_init(&setup->refs, 1);
    return setup;
}

struct device_setup *setup_ref(struct device_setup *setup)
{
    atomic_fetch_add(&setup->refs, 1);
    return setup;
}

void setup_unref(struct device_setup *setup)
{
    if (!setup || atomic_fetch_sub(&setup->refs, 1) != 1)
        return;
    profile_set_unref(setup->profiles);
    arena_free(setup->arena); /* keys lie here: arenas are not shared with anything that is shown */
}

const char *setup_param(const struct device_setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->n_params; i++)
        if (!strcmp(setup->param[i].name, name))
            return setup->param[i].value;
    return NULL;
}
