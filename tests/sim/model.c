/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP 60.0 /* seconds at most: rooms settle within a minute or two */

struct model {
    uint64_t seed;
    double now;
    size_t n_rooms, n_meters;
    struct room **room;
    struct meter **meter;
};

static void *grow(void *array, size_t n, size_t size)
{
    void *more = realloc(array, (n + 1) * size);
    if (!more)
        abort();
    return more;
}

struct model *model_new(uint64_t seed, double start)
{
    struct model *model = calloc(1, sizeof *model);
    if (!model)
        abort();
    model->seed = seed;
    model->now = start;
    return model;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    for (size_t i = 0; i < model->n_rooms; i++)
        room_free(model->room[i]);
    for (size_t i = 0; i < model->n_meters; i++)
        free(model->meter[i]);
    free(model->room);
    free(model->meter);
    free(model);
}

struct room *model_add_room(struct model *model, const char *name, enum room_kind kind, double it_w, size_t racks)
{
    model->room = grow(model->room, model->n_rooms, sizeof *model->room);
    return model->room[model->n_rooms++] = room_new(name, kind, it_w, racks, model->seed, model->now);
}

struct room *model_room(const struct model *model, const char *name)
{
    for (size_t i = 0; i < model->n_rooms; i++)
        if (!strcmp(model->room[i]->name, name))
            return model->room[i];
    return NULL;
}

size_t model_rooms(const struct model *model)
{
    return model->n_rooms;
}

struct room *model_room_at(const struct model *model, size_t i)
{
    return model->room[i];
}

struct meter *model_add_meter(struct model *model, struct room *room, const struct meter_setup *setup)
{
    struct meter *meter = malloc(sizeof *meter);
    if (!meter)
        abort();
    meter_init(meter, room, setup);
    model->meter = grow(model->meter, model->n_meters, sizeof *model->meter);
    return model->meter[model->n_meters++] = meter;
}

double model_now(const struct model *model)
{
    return model->now;
}

void model_step(struct model *model, double seconds)
{
    while (seconds > 0) {
        double step = seconds < STEP ? seconds : STEP;
        for (size_t i = 0; i < model->n_rooms; i++)
            room_step(model->room[i], model->now, step);
        model->now += step;
        seconds -= step;
    }
}

size_t model_truth(const struct model *model, const struct meter *meter, enum truth_kind kind, struct truth *ret)
{
    struct view view;
    meter_view(meter, model->now, &view);
    return truth_list(kind, &view, ret);
}

size_t model_room_truth(const struct room *room, struct truth *ret)
{
    const struct {
        const char *id, *quantity;
        double value;
    } row[] = {
        {"it-power", "active_power", room->ups_out.p},
        {"it-power", "energy", room->ups_out.e},
        {"it-energy", "active_power", room->ups_out.p},
        {"it-energy", "energy", room->ups_out.e},
        {"total-energy", "active_power", room->grid.p},
        {"total-energy", "energy", room->grid.e},
        {"heat-power", "active_power", room->heat.p},
        {"heat-power", "energy", room->heat.e},
        {"heat-energy", "active_power", room->heat.p},
        {"heat-energy", "energy", room->heat.e},
        {"cooling", "active_power", room->cooling.p},
        {"cooling", "energy", room->cooling.e},
        {"lighting", "active_power", room->lighting.p},
        {"lighting", "energy", room->lighting.e},
        {"ups-loss", "active_power", room->ups_in.p - room->ups_out.p},
        {"ups-loss", "energy", room->ups_in.e - room->ups_out.e},
        {"power-ratio", "ratio", room->ups_out.p > 0 ? room->grid.p / room->ups_out.p : NAN},
        {"pue", "ratio", room->ups_out.e > 0 ? room->grid.e / room->ups_out.e : NAN},
        {"outdoor", "temperature", room->outdoor},
    };
    size_t n = sizeof row / sizeof row[0];
    for (size_t i = 0; i < n; i++) {
        snprintf(ret[i].part, sizeof ret[i].part, "%s", row[i].id);
        ret[i].quantity = row[i].quantity;
        ret[i].value = row[i].value;
    }
    return n;
}
