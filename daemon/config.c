/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config.h"

#include "drivers/profile.h"

struct config *config_ref(struct config *config)
{
    atomic_fetch_add(&config->refs, 1);
    return config;
}

void config_unref(struct config *config)
{
    if (!config || atomic_fetch_sub(&config->refs, 1) != 1)
        return;
    for (size_t i = 0; i < config->n_devices; i++)
        setup_unref(config->device[i].setup);
    profile_set_unref(config->profiles);
    arena_free(config->arena);
}

const struct device_config *config_device(const struct config *config, uint32_t number)
{
    for (size_t i = 0; i < config->n_devices; i++)
        if (config->device[i].setup->number == number)
            return &config->device[i];
    return NULL;
}
