/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rrd_plan.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const rrd_function_names[RF_COUNT] = {"AVERAGE", "MIN", "MAX"};

int rrd_plan_archives(int64_t step_s, const struct rrd_span *span, size_t n, struct rrd_plan *ret)
{
    struct rrd_plan plan = {.step_s = step_s};
    if (n > RRD_SPANS_MAX)
        return -E2BIG;
    if (step_s < 1 || !n)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        if (span[i].step_s < step_s || span[i].step_s % step_s || span[i].keep_s < span[i].step_s)
            return -EINVAL;
        uint64_t steps = (uint64_t)(span[i].step_s / step_s);
        uint64_t rows = (uint64_t)((span[i].keep_s + span[i].step_s - 1) / span[i].step_s);
        for (int f = RF_AVERAGE; f < (steps == 1 ? RF_MIN : RF_COUNT); f++)
            plan.archive[plan.n_archives++] = (struct rrd_archive){(enum rrd_function)f, steps, rows};
    }
    *ret = plan;
    return 0;
}

int rrd_plan_find(const struct rrd_plan *plan, enum quantity quantity)
{
    for (size_t i = 0; i < plan->n_ds; i++)
        if (plan->ds[i].quantity == quantity)
            return (int)i;
    return -ENOENT;
}

int rrd_plan_add(struct rrd_plan *plan, enum quantity quantity, double period_s)
{
    if (!quantity_row(quantity)->graphed || !(period_s > 0) || period_s > 1e7)
        return -EINVAL;
    int i = rrd_plan_find(plan, quantity);
    if (i < 0)
        i = (int)plan->n_ds++;
    plan->ds[i] = (struct rrd_ds){quantity, (int64_t)ceil(3 * period_s)};
    return i;
}

bool rrd_plan_merge(const struct rrd_plan *wanted, const struct rrd_plan *present, struct rrd_plan *ret)
{
    struct rrd_plan plan = *wanted;
    bool changed = wanted->step_s != present->step_s || wanted->n_archives != present->n_archives;
    for (size_t i = 0; i < wanted->n_archives && !changed; i++) {
        const struct rrd_archive *a = &wanted->archive[i], *b = &present->archive[i];
        changed = a->function != b->function || a->steps != b->steps || a->rows != b->rows;
    }
    memcpy(plan.ds, present->ds, present->n_ds * sizeof present->ds[0]);
    plan.n_ds = present->n_ds;
    for (size_t i = 0; i < wanted->n_ds; i++) {
        int at = rrd_plan_find(&plan, wanted->ds[i].quantity);
        if (at >= 0 && plan.ds[at].heartbeat_s == wanted->ds[i].heartbeat_s)
            continue;
        plan.ds[at >= 0 ? (size_t)at : plan.n_ds++] = wanted->ds[i];
        changed = true;
    }
    *ret = plan;
    return changed;
}

bool rrd_plan_filler(const struct rrd_plan *plan, struct rrd_archive *ret)
{
    uint64_t longest = 0, kept = 0;
    for (size_t i = 0; i < plan->n_archives; i++) {
        const struct rrd_archive *a = &plan->archive[i];
        if (a->steps > longest)
            longest = a->steps;
        if (a->steps == 1 && a->function == RF_AVERAGE && a->rows > kept)
            kept = a->rows;
    }
    *ret = (struct rrd_archive){RF_AVERAGE, 1, 2 * longest};
    return kept < ret->rows;
}

uint64_t rrd_plan_bytes(const struct rrd_plan *plan, size_t n_ds)
{
    uint64_t rows = 0, rra = plan->n_archives;
    for (size_t i = 0; i < plan->n_archives; i++)
        rows += plan->archive[i].rows;
    return 128 + 232 * n_ds + 128 * rra + 16 + 80 * rra * n_ds + 8 * n_ds * rows;
}

void rrd_plan_arguments(const struct rrd_plan *plan, struct rrd_arguments *ret)
{
    ret->n = 0;
    for (size_t i = 0; i < plan->n_ds; i++, ret->n++)
        /* no bounds: librrd would turn a value outside into unknown without a word */
        snprintf(ret->text[ret->n], sizeof ret->text[0], "DS:%s:GAUGE:%" PRId64 ":U:U",
                 quantity_row(plan->ds[i].quantity)->name, plan->ds[i].heartbeat_s);
    for (size_t i = 0; i < plan->n_archives; i++, ret->n++)
        /* 0.5: a row is known where half of its time is */
        snprintf(ret->text[ret->n], sizeof ret->text[0], "RRA:%s:0.5:%" PRIu64 ":%" PRIu64,
                 rrd_function_names[plan->archive[i].function], plan->archive[i].steps, plan->archive[i].rows);
    for (int i = 0; i < ret->n; i++)
        ret->argument[i] = ret->text[i];
}

int rrd_plan_path(const char *device, const char *part, char ret[RRD_PATH_MAX])
{
    struct part parsed;
    if (!id_valid(device) || (strcmp(part, "kpi") != 0 && part_parse(part, &parsed) < 0))
        return -EINVAL;
    snprintf(ret, RRD_PATH_MAX, "%s/%s.rrd", device, part);
    return 0;
}
