/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/probe_truth.h"

#include "daemon/check.h"
#include "daemon/contradiction.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As if the daemon had just seen it for the first time. */
static struct live_point point_of(const struct probe_result *result, size_t i)
{
    const struct point_shape *shape = &result->shape->point[i];
    return (struct live_point){.name = shape->part,
                               .part = shape->part,
                               .quantity = shape->quantity,
                               .rating = shape->rating,
                               .value = NAN,
                               .accuracy = NAN};
}

struct sample probe_truth_sample(const struct probe_result *result, size_t i)
{
    struct sample sample = {NAN, QL_SILENT};
    struct live_point point = point_of(result, i);
    if (result->values && i < result->values->n)
        sample = result->values->sample[i];
    sample.quality = check_sample(&point, &sample, 0);
    return sample;
}

size_t probe_truth_find(const struct probe_result *result, char ret[PROBE_TRUTHS][240])
{
    size_t n = result->shape->n;
    struct live_point *point = calloc(n + 1, sizeof *point), **bound = calloc(n + 1, sizeof(struct live_point *));
    struct contradiction found[PROBE_TRUTHS];
    struct arena *names = arena_new();
    if (!point || !bound)
        abort();
    for (size_t i = 0; i < n; i++) {
        struct sample sample = probe_truth_sample(result, i);
        point[i] = point_of(result, i);
        point[i].name = arena_printf(names, "%s/%s", point[i].part, quantity_row(point[i].quantity)->name);
        point[i].quality = sample.quality;
        point[i].value = quality_has_value(sample.quality) ? sample.value : NAN;
        bound[i] = result->shape->point[i].aspect == A_VALUE ? &point[i] : NULL;
    }
    const struct live_device device = {.n_bound = n, .bound = bound, .shape = result->shape};
    size_t n_found = contradictions_find(&device, found, PROBE_TRUTHS);
    for (size_t i = 0; i < n_found; i++)
        contradiction_words(&found[i], ret[i], 240);
    arena_free(names);
    free(point);
    free(bound);
    return n_found;
}
