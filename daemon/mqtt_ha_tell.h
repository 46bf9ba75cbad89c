/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the view for Home Assistant says of one owner: its discovery, its problems, and what of it is taken back.
 *
 * Threads: the loop's thread.
 */
#pragma once
#include "mqtt_ha_payload.h"
#include "mqtt_ha_problem.h"
#include "mqtt_ha_record.h"
#include "mqtt_view.h"

struct ha_teller {
    const struct mqtt_host *host;
    struct ha_site site;
    struct ha_problems problems;
    struct ha_record record;
    FILE *out; /* one payload at a time */
    char *bytes;
    size_t size;
    size_t limit, withheld; /* messages over it are not told; 0: none. How many they are. */
};

void ha_teller_init(struct ha_teller *teller, const struct mqtt_host *host);
void ha_teller_done(struct ha_teller *teller);
/* After the base or the configuration became another. */
void ha_teller_settle(struct ha_teller *teller);
/* Returns how many messages. always: also what the broker has already been told. */
size_t ha_tell(struct ha_teller *teller, const struct ha_owner *owner, bool always);
void ha_tell_problem(struct ha_teller *teller, const struct ha_owner *owner);
/* Clears what is left over from devices and rooms that are gone, from another mode, or from another naming. What
 * belongs to a device that has not answered yet stays. */
void ha_sweep(struct ha_teller *teller);
/* Clears all that was told or found. */
void ha_unsay(struct ha_teller *teller);
/* A retained message of the discovery tree. True: *ret_owner has to be told again; NULL: not to be read whose it is. */
bool ha_found(struct ha_teller *teller, const char *topic, const void *payload, size_t size, const char **ret_owner);
