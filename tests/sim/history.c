/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <math.h>
#include <string.h>

int history_run(const char *file, const char *text, double begin, double end, double step, struct diag *diag,
                history_each *each, void *context)
{
    struct scene *scene;
    struct site *site = NULL;
    int r = scene_load(file, text, strlen(text), begin, diag, &scene);
    if (r < 0)
        return r;
    scene->start = begin;
    scene->history = 0;
    r = site_new(scene, 0, diag, &site);
    for (double now = begin; r >= 0 && now < end; now = model_now(site->model)) {
        site_step(site, fmin(step, end - now));
        r = each(context, model_now(site->model), site);
    }
    site_free(site);
    scene_free(scene);
    return r < 0 ? r : 0;
}
