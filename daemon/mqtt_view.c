/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_view.h"

#include <fnmatch.h>

bool mqtt_view_wants_name(const struct mqtt_host *host, const char *name)
{
    const struct mqtt_config *config = host->config;
    for (size_t i = 0; i < config->n_points; i++)
        if (fnmatch(config->point[i], name, 0) == 0)
            return true;
    return config->n_points == 0;
}

bool mqtt_view_wants(const struct mqtt_host *host, const struct live_point *point)
{
    return mqtt_view_wants_name(host, point->name);
}
