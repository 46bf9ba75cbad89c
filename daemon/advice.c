/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/advice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct advice *advice_add(struct advice_list *list, const struct advice_input *in, const char *id, const char *title)
{
    list->advice = capacity_push(list->advice, &list->n, sizeof *list->advice);
    struct advice *a = &list->advice[list->n - 1];
    a->id = id;
    a->title = title;
    a->room = in->room;
    a->wh = a->low = a->high = a->heat = a->eur = a->kg = NAN;
    a->coverage = in->covered;
    return a;
}

void advice_skip(struct advice_list *list, const struct advice_input *in, const char *id, const char *why)
{
    list->skipped = capacity_push(list->skipped, &list->n_skipped, sizeof *list->skipped);
    list->skipped[list->n_skipped - 1] = (struct advice_skipped){id, in->room, why};
}

void advice_assume(struct advice *a, const char *key, double value, const char *unit, const char *source)
{
    if (a->n_assumed < ADVICE_ASSUMED)
        a->assumed[a->n_assumed++] = (struct advice_assumed){key, value, unit, source};
}

void advice_save(struct advice *a, const struct advice_input *in, double low, double likely, double high)
{
    const struct factors_config *f = &in->plant->live->config->factors;
    a->low = low * ADVICE_YEAR_HOURS;
    a->wh = likely * ADVICE_YEAR_HOURS;
    a->high = high * ADVICE_YEAR_HOURS;
    a->eur = a->wh / 1e6 * f->price_electricity;
    a->kg = a->wh / 1e3 * f->electricity;
}

static double known(double x)
{
    return isnan(x) ? -INFINITY : x;
}

static int better(const void *a, const void *b)
{
    const struct advice *x = a, *y = b;
    double kx = known(x->kg), ky = known(y->kg);
    if (kx < ky || kx > ky)
        return kx < ky ? 1 : -1;
    return strcmp(x->id, y->id);
}

void advice_rank(struct advice_list *list)
{
    if (list->n)
        qsort(list->advice, list->n, sizeof *list->advice, better);
}

void advice_free(struct advice_list *list)
{
    free(list->advice);
    free(list->skipped);
    *list = (struct advice_list){0};
}
