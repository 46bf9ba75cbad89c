/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_plan.h"
#include "mqtt_cell.h"
#include "mqtt_time.h"
#include "point_list.h"
#include "profile_head.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AHEAD_US  60000000 /* a device's clock may be so much ahead of ours */
#define STALE_MIN 60000000

struct field_of { /* a value in messages */
    const char *topic, *pointer;
};

struct valid_of {
    struct field_of field;
    const struct condition *condition;
};

struct op {
    struct field_of field;
    uint32_t point;
    const struct point_def *def;
    enum dimension dimension;
    size_t n_valid;
    struct valid_of *valid;
    struct value_op op;
};

struct state {
    const struct profile *profile;
    int64_t stale_us;
    size_t n, n_wants;
    struct op *op;
    struct want {
        struct field_of field;
        struct mqtt_place place;
    } * want;
    struct compute_ops computes;
};

int64_t mqtt_plan_stale_us(const struct profile *profile, const struct device_setup *setup)
{
    int64_t three = 3 * setup->every_us > STALE_MIN ? 3 * setup->every_us : STALE_MIN;
    return setup->mqtt.stale_us         ? setup->mqtt.stale_us
           : profile->messages.stale_us ? profile->messages.stale_us
                                        : three;
}

/* Is there a point, and which words and numbers does it need? */
static void try_point(struct state *state, struct point_list *list, const struct mqtt_place *place,
                      const struct profile *profile, const struct point_def *def)
{
    struct cells cells = {
        .arena = list->arena, .profile = profile, .setup = list->setup, .get = mqtt_cell, .context = place};
    const struct mqtt_heard *heard = mqtt_message_of(list->arena, place, &def->from);
    if (!heard)
        return;
    struct mqtt_value value = mqtt_value_ever(heard, def->from.message.pointer);
    if (value.kind == MV_MISSING || value.kind == MV_NO_JSON || (def->drop_na && value.kind == MV_NULL))
        return;
    const char *pointer = def->from.message.pointer;
    const char *source = arena_printf(list->arena, "%s%s%s", heard->topic, pointer ? "#" : "", pointer ? pointer : "");
    struct candidate *c = point_list_resolve(list, &cells, def, source);
    if (!c)
        return;
    c->raw = value.number;
    state->want = arena_push(list->arena, state->want, &state->n_wants, sizeof *state->want);
    state->want[state->n_wants - 1] =
        (struct want){{arena_strdup(list->arena, heard->topic), def->from.message.pointer}, *place};
    c->handle = state->n_wants - 1;
}

static void try_rows(struct state *state, struct point_list *list, struct mqtt_place *place,
                     const struct profile *profile, const struct table_def *table)
{
    const char *filter = table->topic ? mqtt_topic_of(list->arena, place->base, table->topic) : NULL;
    for (size_t i = 0; i < (filter ? mqtt_image_count(place->image) : 1); i++) {
        const char *level[MQTT_LEVELS];
        size_t length[MQTT_LEVELS];
        place->row = filter ? mqtt_image_at(place->image, i)->topic : NULL;
        if (filter && !mqtt_filter_matches(filter, place->row, level, length, MQTT_LEVELS))
            continue;
        for (size_t k = 0; k < table->n_index && k < MQTT_LEVELS; k++)
            place->index[k] = arena_strndup(list->arena, level[k], length[k]);
        for (size_t p = 0; p < table->n_points; p++)
            try_point(state, list, place, profile, &table->point[p]);
    }
    place->row = NULL;
}

static const char *who(const struct cells *cells, const struct field_items *selects, struct arena *arena)
{
    struct cells own = *cells;
    for (size_t i = 0; i < selects->n; i++) {
        const char *word = select_word(&own, &((const struct select *)selects->item)[i]);
        if (word && *word)
            return arena_strdup(arena, word);
    }
    return NULL;
}

static void identify(const struct cells *cells, struct shape *shape)
{
    const struct profile *profile = cells->profile;
    struct identity *identity = &shape->identity;
    identity->kind = profile_kinds[profile->kind];
    identity->vendor = who(cells, &profile->identity.vendor, shape->arena);
    identity->model = who(cells, &profile->identity.model, shape->arena);
    identity->serial = who(cells, &profile->identity.serial, shape->arena);
    identity->firmware = who(cells, &profile->identity.firmware, shape->arena);
    if (!identity->vendor && strcmp(profile->vendor, "generic") != 0)
        identity->vendor = arena_strdup(shape->arena, profile->vendor);
}

static void make_op(struct state *state, struct arena *arena, const struct candidate *c)
{
    const struct want *want = &state->want[c->handle];
    const struct point_def *def = c->def;
    struct op *op = &state->op[state->n++];
    *op = (struct op){.field = want->field,
                      .point = c->point,
                      .def = def,
                      .dimension = dimension_of(c->quantity),
                      .valid = arena_alloc(arena, def->valid.n * sizeof *op->valid),
                      .op = c->op};
    for (size_t i = 0; i < def->valid.n; i++) {
        const struct mqtt_heard *heard = mqtt_message_of(arena, &want->place, &def->valid.item[i].from);
        if (heard) /* a field that the device does not have asks nothing */
            op->valid[op->n_valid++] = (struct valid_of){
                {arena_strdup(arena, heard->topic), def->valid.item[i].from.message.pointer}, &def->valid.item[i]};
    }
}

int mqtt_plan_new(const struct profile *profile, const struct device_setup *setup, const struct mqtt_image *image,
                  struct mqtt_plan **ret)
{
    struct arena *arena = arena_new();
    struct mqtt_plan *plan = ARENA_NEW(arena, struct mqtt_plan);
    struct state *state = ARENA_NEW(arena, struct state);
    struct mqtt_place place = {.image = image, .base = setup->mqtt.topic};
    struct point_list list = {.arena = arena, .profile = profile, .setup = setup};
    plan->arena = arena;
    plan->decode = state;
    *state = (struct state){.profile = profile, .stale_us = mqtt_plan_stale_us(profile, setup)};
    for (size_t i = 0; i < profile->n_included; i++)
        for (size_t t = 0; t < profile->included[i]->n_tables; t++)
            try_rows(state, &list, &place, profile->included[i], &profile->included[i]->table[t]);
    if (mqtt_image_trouble(image))
        point_list_note(&list, mqtt_image_trouble(image));
    point_list_finish(&list, "configured");
    plan->shape = shape_ref(list.device[0].shape);
    for (size_t d = 0; d < list.n_devices; d++)
        shape_unref(list.device[d].shape);
    if (plan->shape->n == 0) {
        mqtt_plan_free(plan);
        return -ENODATA;
    }
    state->op = arena_alloc(arena, list.n * sizeof *state->op);
    for (size_t i = 0; i < list.n; i++)
        if (!list.item[i].left_out && !list.item[i].computed && !list.item[i].device)
            make_op(state, arena, &list.item[i]);
    state->computes = point_list_computes(&list, arena);
    struct cells cells = {.arena = arena, .profile = profile, .setup = setup, .get = mqtt_cell, .context = &place};
    identify(&cells, plan->shape);
    *ret = plan;
    return 0;
}

void mqtt_plan_free(struct mqtt_plan *plan)
{
    if (!plan)
        return;
    shape_unref(plan->shape);
    arena_free(plan->arena);
}

/* When the message was made, on the boot clock, as far as it can be known; INT64_MIN: not at all. */
static int64_t made_at(const struct state *state, const struct mqtt_heard *heard, struct mqtt_moment now)
{
    const struct mqtt_access *access = &state->profile->messages;
    int64_t ms;
    if (access->time && heard->last) {
        struct mqtt_value value = mqtt_value_now(heard, access->time);
        bool told = value.kind == MV_NUMBER ? mqtt_time_number(value.number, &ms)
                                            : value.kind == MV_TEXT && mqtt_time_parse(value.text, &ms) == 0;
        if (told && ms * 1000 <= now.wall_us + AHEAD_US)
            return now.boot_us - (now.wall_us - ms * 1000);
    }
    return heard->retained && !access->retained ? INT64_MIN : heard->boot_us;
}

/* "on" is the state 1 where the profile says {0: off, 1: on}. */
static double number_of_state(const char *const *states, const char *text)
{
    double number;
    for (; states && states[0] && states[1]; states += 2)
        if (strcasecmp(states[1], text) == 0 && word_number(states[0], &number))
            return number;
    return NAN;
}

/* False: not what the point needs. NAN: the device says that it has none. */
static bool raw_of(const struct op *op, struct mqtt_value value, double *ret)
{
    bool state = op->dimension == D_STATE;
    double number = value.number;
    switch (value.kind) {
    case MV_NUMBER: break;
    case MV_BOOLEAN:
        if (!state)
            return false;
        break;
    case MV_TEXT:
        number = state ? number_of_state((const char *const *)op->def->states, value.text) : NAN;
        if (isnan(number))
            number = value_of_text((const uint8_t *)value.text, strlen(value.text), op->def->text_unit, op->dimension);
        if (isnan(number) && strcmp(value.text, "null") != 0 && strcmp(value.text, "") != 0)
            return false;
        break;
    case MV_MISSING:
    case MV_NULL: number = NAN; break;
    case MV_COMPOUND:
    case MV_NO_JSON: return false;
    }
    *ret = number;
    return true;
}

static bool is_valid(const struct mqtt_image *image, const struct op *op)
{
    for (size_t i = 0; i < op->n_valid; i++) {
        const struct mqtt_heard *heard = mqtt_image_get(image, op->valid[i].field.topic);
        struct mqtt_value value = {MV_MISSING, NAN, NULL};
        double number = NAN;
        if (heard)
            value = mqtt_value_now(heard, op->valid[i].field.pointer);
        number = value.kind == MV_TEXT && !word_number(value.text, &number) ? NAN
                 : value.kind == MV_TEXT                                    ? number
                                                                            : value.number;
        if (value.kind != MV_MISSING && !condition_number_holds(op->valid[i].condition, number))
            return false;
    }
    return true;
}

static void complain(const struct op *op, struct mqtt_value value, char words[200])
{
    if (words[0])
        return;
    bool text = value.kind == MV_TEXT;
    snprintf(words, 200, "%.100s%s%.40s is %s%s%.20s%s, expected a number%s", op->field.topic,
             op->field.pointer ? "#" : "", op->field.pointer ? op->field.pointer : "", mqtt_kind_name(value.kind),
             text ? " '" : "", text ? value.text : "", text ? "'" : "",
             op->dimension == D_STATE ? " or the name of a state" : "");
}

static struct sample sample_of(const struct op *op, const struct mqtt_image *image, const struct mqtt_heard *heard,
                               char words[200])
{
    struct mqtt_value value = mqtt_value_now(heard, op->field.pointer);
    double raw = NAN;
    if (!raw_of(op, value, &raw)) {
        complain(op, value, words);
        return (struct sample){NAN, QL_IMPLAUSIBLE};
    }
    if (!is_valid(image, op))
        return (struct sample){raw, QL_SENTINEL};
    return value_op_sample(&op->op, raw);
}

size_t mqtt_plan_decode(const struct mqtt_plan *plan, const struct mqtt_image *image, struct mqtt_moment now,
                        struct answer *answer, char words[200])
{
    const struct state *state = plan->decode;
    size_t fresh = 0;
    words[0] = '\0';
    for (size_t i = 0; i < state->n; i++) {
        const struct op *op = &state->op[i];
        const struct mqtt_heard *heard = mqtt_image_get(image, op->field.topic);
        struct sample *sample = &answer->sample[op->point];
        *sample = heard ? sample_of(op, image, heard, words) : (struct sample){NAN, QL_SILENT};
        int64_t made = heard ? made_at(state, heard, now) : INT64_MIN;
        if (made != INT64_MIN && now.boot_us - made <= state->stale_us)
            fresh++;
        else if (quality_has_value(sample->quality))
            sample->quality = QL_STALE;
    }
    for (size_t i = 0; i < state->computes.n; i++)
        compute_sample(&state->computes.item[i], answer->sample);
    return fresh;
}

bool mqtt_plan_online(const struct profile *profile, const struct device_setup *setup, const struct mqtt_image *image,
                      char words[200])
{
    const struct mqtt_access *access = &profile->messages;
    struct arena *arena = arena_new();
    struct mqtt_place place = {.image = image, .base = setup->mqtt.topic};
    struct cells cells = {.arena = arena, .profile = profile, .setup = setup, .get = mqtt_cell, .context = &place};
    const char *said = NULL, *where = "";
    for (size_t i = 0; i < access->status.n && !said; i++) {
        const struct select *select = &((const struct select *)access->status.item)[i];
        said = select_word(&cells, select);
        if (said && select->from.message.topic)
            where = mqtt_topic_of(arena, place.base, select->from.message.topic);
    }
    bool online = !said;
    for (size_t i = 0; i < access->online.n && !online; i++)
        online = strcmp(((const char **)access->online.item)[i], said) == 0;
    if (!online)
        snprintf(words, 200, "%.120s says '%.40s'", where, said);
    arena_free(arena);
    return online;
}
