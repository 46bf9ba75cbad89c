/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was published: the last message of each topic, and the values in it.
 *
 * Shape: a JSON message keeps, beside the last one, all fields it ever had: a point is there when its field was there
 *        once.
 * Units: boot in us (CLOCK_BOOTTIME).
 * Errors: what is too large or too much is left out, and said in words.
 * Threads: one at a time. Pure.
 * Source: RFC 8259 (JSON), RFC 6901 (JSON pointer).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MQTT_IMAGE_TOPICS  4096
#define MQTT_IMAGE_PAYLOAD (1024 * 1024)

enum mqtt_kind { MV_MISSING, MV_NULL, MV_NUMBER, MV_TEXT, MV_BOOLEAN, MV_COMPOUND, MV_NO_JSON };

struct mqtt_value {
    enum mqtt_kind kind;
    double number;    /* NUMBER, BOOLEAN: 0 or 1; else NAN */
    const char *text; /* TEXT, borrowed from the image */
};

typedef struct json_t json_t;

struct mqtt_heard {
    const char *topic;
    const char *text;    /* the payload */
    json_t *last, *ever; /* NULL: no JSON object or array */
    bool retained;       /* the broker had kept it */
    int64_t boot_us;
};

struct mqtt_image;

struct mqtt_image *mqtt_image_new(void);
void mqtt_image_free(struct mqtt_image *image);
/* Returns whether there is something that was not there before: a topic, a field. */
bool mqtt_image_put(struct mqtt_image *image, const char *topic, const void *payload, size_t n, bool retained,
                    int64_t boot_us);
const struct mqtt_heard *mqtt_image_get(const struct mqtt_image *image, const char *topic);
size_t mqtt_image_count(const struct mqtt_image *image);
const struct mqtt_heard *mqtt_image_at(const struct mqtt_image *image, size_t i);
/* What was left out, in words; NULL: nothing. */
const char *mqtt_image_trouble(const struct mqtt_image *image);

/* pointer NULL: the payload as text. */
struct mqtt_value mqtt_value_now(const struct mqtt_heard *heard, const char *pointer);
struct mqtt_value mqtt_value_ever(const struct mqtt_heard *heard, const char *pointer);
const char *mqtt_kind_name(enum mqtt_kind kind); /* "a list or map", for messages */

/* MQTT 3.1.1 section 4.7. Parts of the topic that stand for each + go to ret_level, at most n, borrowed, with their
 * lengths. */
bool mqtt_filter_matches(const char *filter, const char *topic, const char **ret_level, size_t *ret_length, size_t n);
