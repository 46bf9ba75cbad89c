/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_image.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mqtt_image {
    size_t n;
    struct mqtt_heard **heard;
    void *by_topic;
    char trouble[200];
};

static int order(const void *a, const void *b)
{
    const struct mqtt_heard *left = a, *right = b;
    return strcmp(left->topic, right->topic);
}

struct mqtt_image *mqtt_image_new(void)
{
    struct mqtt_image *image = calloc(1, sizeof *image);
    if (!image)
        abort();
    return image;
}

static void forget(struct mqtt_heard *heard)
{
    json_decref(heard->last);
    json_decref(heard->ever);
    free((char *)heard->topic);
    free((char *)heard->text);
    free(heard);
}

void mqtt_image_free(struct mqtt_image *image)
{
    if (!image)
        return;
    for (size_t i = 0; i < image->n; i++) {
        tdelete(image->heard[i], &image->by_topic, order);
        forget(image->heard[i]);
    }
    free(image->heard);
    free(image);
}

const struct mqtt_heard *mqtt_image_get(const struct mqtt_image *image, const char *topic)
{
    struct mqtt_heard like = {.topic = topic};
    struct mqtt_heard *const *found = tfind(&like, &image->by_topic, order);
    return found ? *found : NULL;
}

size_t mqtt_image_count(const struct mqtt_image *image)
{
    return image->n;
}

const struct mqtt_heard *mqtt_image_at(const struct mqtt_image *image, size_t i)
{
    return image->heard[i];
}

const char *mqtt_image_trouble(const struct mqtt_image *image)
{
    return image->trouble[0] ? image->trouble : NULL;
}

static struct mqtt_heard *add(struct mqtt_image *image, const char *topic)
{
    struct mqtt_heard *heard = calloc(1, sizeof *heard);
    struct mqtt_heard **grown = reallocarray(image->heard, image->n + 1, sizeof(struct mqtt_heard *));
    if (!heard || !grown || !(heard->topic = strdup(topic)))
        abort();
    image->heard = grown;
    image->heard[image->n++] = heard;
    if (!tsearch(heard, &image->by_topic, order))
        abort();
    return heard;
}

/* Adds the fields of `from` that `to` does not have; true when there was one. */
static bool merge(json_t *to, const json_t *from, unsigned depth)
{
    const char *key;
    json_t *value;
    bool any = false;
    if (depth == 0 || !json_is_object(to) || !json_is_object(from))
        return false;
    json_object_foreach((json_t *)from, key, value)
    {
        json_t *known = json_object_get(to, key);
        /* a device that once sent null and then a number has that number's field */
        bool better = known && json_is_null(known) && !json_is_null(value);
        if (known && !better) {
            any |= merge(known, value, depth - 1);
            continue;
        }
        any |= !better || json_is_object(value);
        json_object_set_new(to, key, json_deep_copy(value));
    }
    return any;
}

static json_t *read_json(const char *text, size_t n)
{
    size_t blank = 0;
    while (blank < n && isspace((unsigned char)text[blank]))
        blank++;
    if (blank == n || (text[blank] != '{' && text[blank] != '['))
        return NULL;
    return json_loadb(text, n, JSON_DECODE_INT_AS_REAL, NULL);
}

bool mqtt_image_put(struct mqtt_image *image, const char *topic, const void *payload, size_t n, bool retained,
                    int64_t boot_us)
{
    struct mqtt_heard *heard = (struct mqtt_heard *)mqtt_image_get(image, topic);
    bool fresh = !heard;
    if (n > MQTT_IMAGE_PAYLOAD || (fresh && image->n == MQTT_IMAGE_TOPICS)) {
        snprintf(image->trouble, sizeof image->trouble, "%.120s: %s", topic,
                 n > MQTT_IMAGE_PAYLOAD ? "a message of over 1 MiB is left out"
                                        : "more than 4096 topics, the rest is left out");
        return false;
    }
    if (n == 0)
        return false; /* a topic that was cleared says nothing: what it said gets old */
    if (fresh)
        heard = add(image, topic);
    char *text = malloc(n + 1);
    if (!text)
        abort();
    memcpy(text, payload, n); /* it may hold NULs, and no NUL ends it */
    text[n] = '\0';
    free((char *)heard->text);
    heard->text = text;
    heard->retained = retained;
    heard->boot_us = boot_us;
    json_decref(heard->last);
    heard->last = read_json(payload, n);
    if (!heard->last)
        return fresh;
    if (json_is_object(heard->last) && json_is_object(heard->ever))
        return merge(heard->ever, heard->last, 16) || fresh;
    bool first = !heard->ever;
    json_decref(heard->ever);
    heard->ever = json_deep_copy(heard->last);
    return first || fresh;
}

/* One step of a pointer: ~1 is /, ~0 is ~. */
static const json_t *step(const json_t *at, const char *token, size_t n)
{
    char key[256];
    size_t length = 0;
    for (size_t i = 0; i < n && length + 1 < sizeof key; i++) {
        bool escaped = token[i] == '~' && i + 1 < n && (token[i + 1] == '0' || token[i + 1] == '1');
        key[length++] = escaped ? (token[++i] == '1' ? '/' : '~') : token[i];
    }
    key[length] = '\0';
    if (json_is_object(at))
        return json_object_get(at, key);
    if (!json_is_array(at) || !length || strspn(key, "0123456789") != length || length > 6)
        return NULL;
    return json_array_get(at, (size_t)strtoul(key, NULL, 10));
}

static struct mqtt_value value_at(const json_t *root, const char *pointer)
{
    const json_t *at = root;
    for (const char *p = pointer; at && *p == '/';) {
        size_t n = strcspn(p + 1, "/");
        at = step(at, p + 1, n);
        p += 1 + n;
    }
    struct mqtt_value value = {MV_MISSING, NAN, NULL};
    if (json_is_null(at))
        value.kind = MV_NULL;
    else if (json_is_number(at))
        value = (struct mqtt_value){MV_NUMBER, json_number_value(at), NULL};
    else if (json_is_boolean(at))
        value = (struct mqtt_value){MV_BOOLEAN, json_is_true(at) ? 1 : 0, NULL};
    else if (json_is_string(at))
        value = (struct mqtt_value){MV_TEXT, NAN, json_string_value(at)};
    else if (at)
        value.kind = MV_COMPOUND;
    return value;
}

struct mqtt_value mqtt_value_now(const struct mqtt_heard *heard, const char *pointer)
{
    if (!pointer)
        return (struct mqtt_value){MV_TEXT, NAN, heard->text};
    if (!heard->last)
        return (struct mqtt_value){MV_NO_JSON, NAN, NULL};
    return value_at(heard->last, pointer);
}

struct mqtt_value mqtt_value_ever(const struct mqtt_heard *heard, const char *pointer)
{
    struct mqtt_value now = mqtt_value_now(heard, pointer);
    bool gone = now.kind == MV_MISSING || now.kind == MV_NO_JSON;
    return gone && heard->ever ? value_at(heard->ever, pointer) : now;
}

const char *mqtt_kind_name(enum mqtt_kind kind)
{
    switch (kind) {
    case MV_MISSING: return "not there";
    case MV_NULL: return "null";
    case MV_NUMBER: return "a number";
    case MV_TEXT: return "a text";
    case MV_BOOLEAN: return "true or false";
    case MV_COMPOUND: return "a list or map";
    case MV_NO_JSON: return "no JSON";
    }
    return "";
}

bool mqtt_filter_matches(const char *filter, const char *topic, const char **ret_level, size_t *ret_length, size_t n)
{
    size_t found = 0;
    if ((*filter == '+' || *filter == '#') && *topic == '$')
        return false;
    for (;;) {
        size_t length = strcspn(topic, "/"), wanted = strcspn(filter, "/");
        if (*filter == '#')
            return true;
        if (wanted == 1 && *filter == '+') {
            if (found < n) {
                ret_level[found] = topic;
                ret_length[found] = length;
            }
            found++;
        } else if (wanted != length || strncmp(filter, topic, length) != 0) {
            return false;
        }
        filter += wanted;
        topic += length;
        if (!*topic)
            return !*filter || !strcmp(filter, "/#");
        if (!*filter)
            return false;
        filter++;
        topic++;
    }
}
