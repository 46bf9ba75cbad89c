/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long graphs take as the page asks for them: by a child that is there already.
 *
 * draw CONFIG STATE WHAT SCOPE FROM FORMAT WIDTH       prints the median and the longest of 21 in ms, and bytes
 */
#include "daemon/graph_child.h"
#include "daemon/graph_pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMES 21

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "graph-child"))
        return graph_child_main(argc - 1, argv + 1);
    if (argc != 8) {
        fprintf(stderr, "usage: draw CONFIG STATE WHAT SCOPE FROM FORMAT WIDTH\n");
        return 2;
    }
    const char *dirs[] = {argv[1]};
    struct graph_pool_options options = {.place = {dirs, 1, argv[2]}, .children = 1};
    struct graph_words words = {
        .what = argv[3], .scope = argv[4], .from = argv[5], .format = argv[6], .width = argv[7]};
    struct graph_request request;
    struct graph_answer answer;
    struct graph_pool *pool;
    char why[GRAPH_WORDS];
    double ms[TIMES];
    size_t bytes = 0;
    int r = graph_request_read(&words, (int64_t)time(NULL), &request, why);
    if (r < 0 || graph_pool_new(&options, &pool) < 0) {
        fprintf(stderr, "draw: %s\n", why);
        return 1;
    }
    for (int i = -1; i < TIMES && !r; i++) { /* the first reads the configuration and the fonts */
        double begin = now_ms();
        graph_pool_wait(pool, &request, &answer);
        if (i >= 0)
            ms[i] = now_ms() - begin;
        r = answer.error;
        bytes = answer.n;
        if (r)
            fprintf(stderr, "draw: %s\n", answer.words);
        graph_answer_done(&answer);
    }
    graph_pool_free(pool);
    if (r)
        return 1;
    qsort(ms, TIMES, sizeof ms[0], compare);
    printf("%.2f %.2f %zu\n", ms[TIMES / 2], ms[TIMES - 1], bytes);
    return 0;
}
