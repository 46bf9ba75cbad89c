/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which retained messages at a broker belong to nothing that the configuration has: ghosts of devices, rooms, views and
 * names of before.
 *
 * Shape: only what lies in our own trees is ever one: below PREFIX/SITE/, and discovery of wattwacht-SITE.
 * Threads: any; pure.
 */
#pragma once
#include "daemon/config.h"

struct ghost_hunt {
    const struct config *config;
    const struct mqtt_config *mqtt;
    const char *prefix; /* of the native tree; another than the broker's: all below it are ghosts */
    const char *device; /* all that is this device's, ghost or not; NULL: ghosts */
};

#define GHOST_FILTERS 2
/* What has to be looked at. */
void mqtt_ghost_filters(const struct ghost_hunt *hunt, char filter[GHOST_FILTERS][256]);
/* Why the message is to be cleared, in words; NULL: it stays. */
const char *mqtt_ghost_why(const struct ghost_hunt *hunt, const char *topic, const char *payload, size_t size);
