/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include "site.h"

#include <stdlib.h>
#include <string.h>

struct history {
    struct scene *scene;
    struct site *site;
    struct truth *truth; /* TRUTH_MAX for each agent and room */
    struct history_point *point;
    double *before; /* of each point: what its counter showed when the model began */
};

/* The device itself says how its first count is shared by phases and outlets. */
static void look_before(struct history *history)
{
    const struct site *site = history->site;
    struct truth *own = calloc(TRUTH_MAX, sizeof *own);
    size_t n = 0;
    if (!own)
        abort();
    for (size_t i = 0; i < site->n; i++) {
        const struct unit *unit = &site->unit[i];
        size_t count = site_truth(site, unit, history->truth);
        struct view view;
        if (!count)
            continue;
        meter_view(unit->meter, model_now(site->model), &view);
        device_adjust(&view, unit->energy, NULL, 1);
        truth_list(unit->device->truth, &view, own);
        for (size_t k = 0; k < count; k++)
            history->before[n++] = own[k].value - history->truth[k].value;
    }
    free(own);
}

int history_open(const char *file, const char *text, double begin, struct diag *diag, struct history **ret)
{
    struct history *history = calloc(1, sizeof *history);
    if (!history)
        abort();
    int r = scene_load(file, text, strlen(text), begin, diag, &history->scene);
    if (r == 0) {
        history->scene->start = begin;
        history->scene->history = 0;
        r = site_new(history->scene, 0, diag, &history->site);
    }
    if (r < 0) {
        history_close(history);
        return r;
    }
    size_t owners = history->site->n + model_rooms(history->site->model);
    history->truth = calloc(owners * TRUTH_MAX, sizeof *history->truth);
    history->point = calloc(owners * TRUTH_MAX, sizeof *history->point);
    history->before = calloc(owners * TRUTH_MAX, sizeof *history->before);
    if (!history->truth || !history->point || !history->before)
        abort();
    look_before(history);
    *ret = history;
    return 0;
}

void history_close(struct history *history)
{
    if (!history)
        return;
    site_free(history->site);
    scene_free(history->scene);
    free(history->truth);
    free(history->point);
    free(history->before);
    free(history);
}

void history_step(struct history *history, double seconds)
{
    site_step(history->site, seconds);
}

double history_now(const struct history *history)
{
    return model_now(history->site->model);
}

static size_t add(struct history *history, size_t n, const char *owner, bool of_room, const struct truth *truth,
                  size_t count)
{
    for (size_t i = 0; i < count; i++, n++)
        history->point[n] = (struct history_point){.owner = owner,
                                                   .part = truth[i].part,
                                                   .quantity = truth[i].quantity,
                                                   .of_room = of_room,
                                                   .value = truth[i].value,
                                                   .counter = truth[i].value + history->before[n]};
    return n;
}

size_t history_points(struct history *history, const struct history_point **ret)
{
    struct site *site = history->site;
    struct truth *truth = history->truth;
    size_t n = 0;
    for (size_t i = 0; i < site->n; i++, truth += TRUTH_MAX) {
        const struct unit *unit = &site->unit[i];
        n = add(history, n, unit->scene->name, false, truth, site_truth(site, unit, truth));
    }
    for (size_t i = 0; i < model_rooms(site->model); i++, truth += TRUTH_MAX) {
        const struct room *room = model_room_at(site->model, i);
        n = add(history, n, room->name, true, truth, model_room_truth(room, truth));
    }
    *ret = history->point;
    return n;
}
