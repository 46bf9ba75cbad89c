/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph.h"

#include "daemon/graph_picture.h"
#include "daemon/graph_text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct graph {
    struct timespec learnt; /* when STATE/devices was last changed */
    struct site_points site;
    struct graph_set *set;
    char *state;
};

/* Files there are written anew and renamed: the directory's time tells. */
static struct timespec learnt(const char *state)
{
    char path[PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s/devices", state);
    return stat(path, &status) < 0 ? (struct timespec){0, 0} : status.st_mtim;
}

bool graph_is_old(const struct graph *graph)
{
    struct timespec now = learnt(graph->state);
    return now.tv_sec != graph->learnt.tv_sec || now.tv_nsec != graph->learnt.tv_nsec;
}

const char *graph_site_language(const struct graph *graph)
{
    const struct config *config = graph->site.config;
    for (size_t i = 0; i < config->n_languages; i++)
        for (int k = 0; k < GRAPH_LANGUAGE_COUNT; k++)
            if (!strcmp(graph_languages[k], config->language[i]))
                return graph_languages[k];
    return graph_languages[GRAPH_EN];
}

int graph_open(const struct graph_place *place, struct diag *diag, struct graph **ret)
{
    struct graph *graph = calloc(1, sizeof *graph);
    if (!graph)
        abort();
    graph->learnt = learnt(place->state);
    int r = graph_set_open(place->dirs, place->n_dirs, diag, &graph->set);
    if (!r)
        r = site_points_load(place->dirs, place->n_dirs, place->state, diag, &graph->site);
    if (r < 0) {
        graph_close(graph);
        return r;
    }
    graph->state = strdup(place->state);
    setenv("TZ", graph->site.config->timezone, 1);
    tzset();
    unsetenv("RRDCACHED_ADDRESS"); /* librrd would ask a stranger */
    *ret = graph;
    return 0;
}

void graph_close(struct graph *graph)
{
    if (!graph)
        return;
    graph_set_free(graph->set);
    site_points_free(&graph->site);
    free(graph->state);
    free(graph);
}

static int list(const struct graph *graph, const struct graph_request *request, struct graph_answer *ret)
{
    if (request->format != GRAPH_JSON) {
        snprintf(ret->words, sizeof ret->words, "the list of graphs comes as JSON: format json");
        return -EINVAL;
    }
    FILE *out = open_memstream(&ret->bytes, &ret->n);
    if (!out)
        abort();
    graph_write_list(out, graph->set, request->language);
    return fclose(out) ? -ENOMEM : 0;
}

static int write_text(const struct graph *graph, const struct graph_frame *frame, const struct graph_request *request,
                      struct graph_answer *ret)
{
    FILE *out = open_memstream(&ret->bytes, &ret->n);
    if (!out)
        abort();
    if (request->format == GRAPH_CSV)
        graph_write_csv(out, frame);
    else
        graph_write_json(out, frame, &graph->set->palette, request, graph->site.config->timezone);
    return fclose(out) ? -ENOMEM : 0;
}

static int draw(struct arena *arena, const struct graph *graph, const struct graph_request *request,
                struct graph_answer *ret)
{
    struct graph_plan plan;
    struct graph_frame frame;
    struct graph_paint paint = {.palette = &graph->set->palette, .timezone = graph->site.config->timezone};
    struct graph_source source = {.site = &graph->site, .state = graph->state, .now_s = (int64_t)time(NULL)};
    int r = graph_plan_make(arena, graph->set, &graph->site, request, &plan, ret->words);
    if (!r)
        r = graph_frame_make(arena, &source, &plan, request, &frame, ret->words);
    if (r)
        return r;
    if (request->format == GRAPH_CSV || request->format == GRAPH_JSON)
        return write_text(graph, &frame, request, ret);
    return graph_picture(arena, &frame, &paint, request, ret);
}

void graph_run(struct graph *graph, const struct graph_request *request, struct graph_answer *ret)
{
    struct arena *arena = arena_new();
    memset(ret, 0, sizeof *ret);
    ret->type = graph_type(request->format);
    ret->error = !strcmp(request->what, "list") ? list(graph, request, ret) : draw(arena, graph, request, ret);
    if (ret->error)
        graph_answer_done(ret);
    else
        ret->words[0] = '\0';
    arena_free(arena);
}
