/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sources of a profile as messages: which topic, and the words and numbers in them.
 *
 * Owner: topics lie in the arena given.
 */
#pragma once
#include "cell.h"
#include "mqtt_image.h"

#define MQTT_LEVELS 8

/* Where references are looked up: what was published, and the row of a table. */
struct mqtt_place {
    const struct mqtt_image *image;
    const char *base;
    const char *row; /* its topic; NULL: no table */
    const char *index[MQTT_LEVELS];
};

/* "." is the base, "./x" below it, %topic% is replaced by it. */
const char *mqtt_topic_of(struct arena *arena, const char *base, const char *text);
/* The message that a reference names; NULL: none. */
const struct mqtt_heard *mqtt_message_of(struct arena *arena, const struct mqtt_place *place, const struct ref *ref);
/* cells.get with a struct mqtt_place as context. */
struct cell mqtt_cell(const struct cells *cells, const struct ref *ref);
