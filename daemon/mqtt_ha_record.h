/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which discovery topics stand at the broker, told by this process or found there from an earlier one, and with which
 * entities: so that what is gone is taken back.
 *
 * Shape: ha_record_begin, then ha_record_topic and ha_told_key for all that an owner has; what was not named is gone.
 * Owner: ids are copied. Threads: the loop's thread.
 */
#pragma once
#include "mqtt_ha_entity.h"

struct ha_told_key {
    char *key;
    enum ha_platform platform;
    bool current;
};

struct ha_told {
    char *topic;
    char *owner;   /* id; "" the site; NULL: not to be read */
    bool current;  /* else left over */
    uint64_t hash; /* of what was told; 0: only found */
    size_t n;
    struct ha_told_key *key;
};

struct ha_record {
    size_t n;
    struct ha_told **item;
};

void ha_record_done(struct ha_record *record);
/* Nothing of this owner is current until it is named again. */
void ha_record_begin(struct ha_record *record, const char *owner);
struct ha_told *ha_record_topic(struct ha_record *record, const char *topic, const char *owner);
void ha_told_key(struct ha_told *told, const char *key, enum ha_platform platform);
/* A retained message as the broker has it. True: it holds entities that the owner does not have (any more), or is not
 * known yet. */
bool ha_record_found(struct ha_record *record, const char *site, const char *topic, const char *payload, size_t size);
/* Removes item i. */
void ha_record_drop(struct ha_record *record, size_t i);
