/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading the profile library: library DIR. Prints how many profiles there are, and the median and the longest of the
 * times in ms. */
#include "drivers/diag.h"
#include "drivers/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TIMES 15

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

int main(int argc, char **argv)
{
    double ms[TIMES];
    size_t n = 0;
    const char *dirs[] = {argc > 1 ? argv[1] : "conf.d/profiles"};
    for (int i = 0; i < TIMES; i++) {
        struct diag *diag = diag_new();
        struct profile_set *set = NULL;
        double begin = now_ms();
        int r = profile_set_load(dirs, 1, diag, &set);
        ms[i] = now_ms() - begin;
        if (r < 0)
            diag_print(diag, stderr);
        n = r < 0 ? 0 : profile_count(set);
        profile_set_unref(set);
        diag_free(diag);
    }
    qsort(ms, TIMES, sizeof *ms, compare);
    printf("%zu %.3f %.3f\n", n, ms[TIMES / 2], ms[TIMES - 1]);
    return n ? 0 : 1;
}
