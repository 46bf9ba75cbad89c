/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_feed.h"

#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mqtt_feed {
    struct device_setup *setup;
    struct arena *arena;
    const struct profile *profile; /* NULL: there is none of this name */
    size_t n_filters;
    const char **filter;
    size_t *head; /* of each filter, before its first wildcard */
    struct mqtt_image *image;
    struct mqtt_plan *plan;
    bool changed; /* there is something that the plan does not know */
    bool told;    /* the shape */
    int64_t since_us, heard_us;
    size_t n_complaints;
    char complaint[8][200]; /* each said once */
};

struct mqtt_feed *mqtt_feed_new(struct device_setup *setup, struct mqtt_moment now)
{
    struct mqtt_feed *feed = calloc(1, sizeof *feed);
    if (!feed)
        abort();
    feed->setup = setup_ref(setup);
    feed->arena = arena_new();
    feed->image = mqtt_image_new();
    feed->since_us = now.boot_us;
    feed->heard_us = INT64_MIN;
    feed->profile = setup->profiles ? profile_find(setup->profiles, setup->profile) : NULL;
    if (feed->profile && !profile_is_mqtt(feed->profile))
        feed->profile = NULL;
    if (feed->profile)
        feed->n_filters = mqtt_plan_filters(feed->arena, feed->profile, setup, &feed->filter);
    feed->head = arena_alloc(feed->arena, feed->n_filters * sizeof *feed->head);
    for (size_t i = 0; i < feed->n_filters; i++)
        feed->head[i] = strcspn(feed->filter[i], "+#");
    return feed;
}

void mqtt_feed_free(struct mqtt_feed *feed)
{
    if (!feed)
        return;
    mqtt_plan_free(feed->plan);
    mqtt_image_free(feed->image);
    setup_unref(feed->setup);
    arena_free(feed->arena);
    free(feed);
}

size_t mqtt_feed_filters(const struct mqtt_feed *feed, const char *const **ret)
{
    *ret = feed->filter;
    return feed->n_filters;
}

bool mqtt_feed_heard(struct mqtt_feed *feed, const char *topic, const void *payload, size_t n, bool retained,
                     struct mqtt_moment now)
{
    bool ours = false;
    for (size_t i = 0; i < feed->n_filters && !ours; i++)
        ours = strncmp(feed->filter[i], topic, feed->head[i]) == 0 &&
               mqtt_filter_matches(feed->filter[i], topic, NULL, NULL, 0);
    if (!ours)
        return false;
    feed->changed |= mqtt_image_put(feed->image, topic, payload, n, retained, now.boot_us);
    feed->heard_us = now.boot_us;
    return true;
}

/* A plan with all that was ever there; what the points are called may have changed as well. */
static void plan_anew(struct mqtt_feed *feed)
{
    struct mqtt_plan *plan;
    feed->changed = false;
    if (mqtt_plan_new(feed->profile, feed->setup, feed->image, &plan) < 0)
        return;
    feed->told = feed->told && feed->plan && shape_equal(feed->plan->shape, plan->shape);
    for (size_t i = 0; i < feed->n_complaints; i++)
        shape_note(plan->shape, "%s", feed->complaint[i]);
    mqtt_plan_free(feed->plan);
    feed->plan = plan;
}

static struct answer *shape_answer(struct mqtt_feed *feed)
{
    struct answer *answer = answer_new(feed->setup->number, ANSWER_SHAPE, 0);
    answer->shape = shape_ref(feed->plan->shape);
    feed->told = true;
    return answer;
}

/* The first time that a field is of a wrong type goes up in words, as a note of the shape; the readings are bad each
 * time. */
static bool note(struct mqtt_feed *feed, const char *words)
{
    size_t most = sizeof feed->complaint / sizeof feed->complaint[0];
    if (!words[0] || feed->n_complaints == most)
        return false;
    size_t length = strcspn(words, "'"); /* the value may be another each time */
    for (size_t i = 0; i < feed->n_complaints; i++)
        if (strncmp(feed->complaint[i], words, length) == 0)
            return false;
    snprintf(feed->complaint[feed->n_complaints++], sizeof feed->complaint[0], "%s", words);
    return true;
}

static struct answer *silent(const struct mqtt_feed *feed, struct mqtt_moment now)
{
    uint32_t number = feed->setup->number;
    const char *topic = feed->setup->mqtt.topic;
    long long stale = (long long)(mqtt_plan_stale_us(feed->profile, feed->setup) / 1000000);
    if (feed->heard_us == INT64_MIN)
        return answer_failed(number, FAULT_SILENT, "nothing was published on %.120s", topic);
    if (!feed->plan)
        return answer_failed(number, FAULT_PROTOCOL, "what is published on %.100s has nothing of profile %.40s", topic,
                             feed->setup->profile);
    (void)now;
    return answer_failed(number, FAULT_SILENT, "nothing new on %.120s for %lld s", topic, stale);
}

static struct answer *values(struct mqtt_feed *feed, struct mqtt_moment now, size_t *ret_fresh, bool *ret_noted)
{
    char words[200];
    struct answer *answer = answer_new(feed->setup->number, ANSWER_VALUES, feed->plan->shape->n);
    *ret_fresh = mqtt_plan_decode(feed->plan, feed->image, now, answer, words);
    *ret_noted = note(feed, words);
    return answer;
}

void mqtt_feed_poll(struct mqtt_feed *feed, const char *trouble, struct mqtt_moment now, struct answer **ret_shape,
                    struct answer **ret_answer)
{
    uint32_t number = feed->setup->number;
    char words[200];
    size_t fresh = 0;
    bool noted = false;
    *ret_shape = *ret_answer = NULL;
    if (!feed->profile) {
        *ret_answer = answer_failed(number, FAULT_UNKNOWN, "what publishes needs the name of a profile for MQTT");
        return;
    }
    if (feed->changed)
        plan_anew(feed);
    if (feed->plan)
        *ret_answer = values(feed, now, &fresh, &noted);
    if (noted)
        plan_anew(feed);
    if (feed->plan && (!feed->told || noted))
        *ret_shape = shape_answer(feed);
    if (noted) { /* samples stand in the order of the shape told last */
        answer_free(*ret_answer);
        *ret_answer = values(feed, now, &fresh, &noted);
    }
    bool online = mqtt_plan_online(feed->profile, feed->setup, feed->image, words);
    if (online && fresh > 0)
        return;
    answer_free(*ret_answer);
    *ret_answer = NULL;
    if (trouble)
        *ret_answer = answer_failed(number, FAULT_GATEWAY, "%s", trouble);
    else if (!online)
        *ret_answer = answer_failed(number, FAULT_SILENT, "%s", words);
    else if (feed->plan || now.boot_us - feed->since_us > mqtt_plan_stale_us(feed->profile, feed->setup))
        *ret_answer = silent(feed, now);
}
