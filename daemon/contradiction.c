/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/contradiction.h"

#include "daemon/people.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_US (3600 * 1000000LL)
#define GAP_US    (900 * 1000000LL) /* powers further apart say nothing of the time between */
#define POWER_TEN 0.15              /* how near a ratio is to a power of ten */
#define LEAST_W   30.0
#define PRODUCT   0.15
#define IDLE_VA   300.0 /* below it a power factor may be anything */
#define PHASES    0.03
#define PHASES_W  20.0
#define OUTLETS   0.10
#define OUTLETS_W 50.0
#define ENERGY    0.10
#define STEPS     20.0 /* a window whose energy is fewer steps of its counter is too coarse to judge */

int contradiction_factor(double said, double should)
{
    if (!(fabs(said) > 0) || !(fabs(should) > 0) || signbit(said) != signbit(should))
        return 0;
    double exponent = log10(said / should), whole = round(exponent);
    bool near = fabs(pow(10, exponent - whole) - 1) <= POWER_TEN;
    return near && fabs(whole) <= 3 ? (int)whole : 0;
}

static const struct live_point *find(const struct live_device *device, const char *part, enum quantity quantity)
{
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        if (p && !p->gone && p->quantity == quantity && !strcmp(p->part, part))
            return p;
    }
    return NULL;
}

static double value(const struct live_point *point)
{
    return point && quality_has_value(point->quality) ? point->value : NAN;
}

static bool differ(double said, double should, double part, double least)
{
    return fabs(said - should) > fmax(part * fabs(should), least);
}

static bool fill(struct contradiction *c, enum contradiction_kind kind, const struct live_point *point, double said,
                 double should)
{
    *c = (struct contradiction){kind, point, said, should, contradiction_factor(said, should)};
    return true;
}

/* Only where the part is one line: the sum of three phases has no single voltage. Without a power factor the product
 * is a bound from above. */
static bool check_product(const struct live_device *device, const struct live_point *power, struct contradiction *ret)
{
    double u = value(find(device, power->part, Q_VOLTAGE)), i = value(find(device, power->part, Q_CURRENT));
    double pf = value(find(device, power->part, Q_POWER_FACTOR)), p = value(power), should = u * i * pf;
    char phase[PART_MAX + 4];
    snprintf(phase, sizeof phase, "%s-l2", power->part);
    if (find(device, phase, Q_ACTIVE_POWER) || isnan(u * i) || isnan(p))
        return false;
    if (isnan(pf)) {
        bool less =
            u * i > IDLE_VA && contradiction_factor(fabs(p), u * i) < 0; /* no server has a power factor of 0.1 */
        bool more = fabs(p) > u * i * (1 + PRODUCT) + LEAST_W;
        return (less || more) && fill(ret, CONTRADICTS_PRODUCT, power, p, u * i);
    }
    should = copysign(fabs(should), p); /* the sign of a power factor may mean leading */
    /* idle: a current of a tenth of an ampere is 23 W */
    return differ(p, should, PRODUCT, LEAST_W) && fill(ret, CONTRADICTS_PRODUCT, power, p, should);
}

static bool check_phases(const struct live_device *device, const struct live_point *power, struct contradiction *ret)
{
    double sum = 0;
    char part[PART_MAX + 4];
    for (int phase = PH_L1; phase <= PH_L3; phase++) {
        snprintf(part, sizeof part, "%s-%s", power->part, phase_name((enum phase)phase));
        sum += value(find(device, part, Q_ACTIVE_POWER));
    }
    if (isnan(sum) || isnan(value(power)))
        return false;
    return differ(power->value, sum, PHASES, PHASES_W) && fill(ret, CONTRADICTS_PHASES, power, power->value, sum);
}

/* Not every outlet or branch need be metered: only more than the total is wrong, or a power of ten between them. */
static bool check_sum(const struct live_device *device, const struct live_point *total, enum part_base base,
                      struct contradiction *ret)
{
    double sum = 0;
    size_t n = 0;
    struct part part;
    for (size_t i = 0; i < device->n_bound; i++) {
        const struct live_point *p = device->bound[i];
        if (!p || p->gone || p->quantity != Q_ACTIVE_POWER || part_parse(p->part, &part) < 0 || part.base != base ||
            part.phase || part.unit > 1)
            continue;
        sum += value(p);
        n++;
    }
    double said = value(total);
    if (!n || isnan(sum) || isnan(said))
        return false;
    bool more = sum > said * (1 + OUTLETS) + OUTLETS_W;
    bool scale = contradiction_factor(said, sum) > 0 && differ(said, sum, OUTLETS, OUTLETS_W);
    enum contradiction_kind kind = base == PB_OUTLET ? CONTRADICTS_OUTLETS : CONTRADICTS_BRANCHES;
    return (more || scale) && fill(ret, kind, total, said, sum);
}

size_t contradictions_find(const struct live_device *device, struct contradiction *ret, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < device->n_bound && n < most; i++) {
        const struct live_point *p = device->bound[i];
        if (!p || p->gone || p->quantity != Q_ACTIVE_POWER)
            continue;
        if (check_product(device, p, &ret[n]) || check_phases(device, p, &ret[n]) ||
            (!strcmp(p->part, "total") &&
             (check_sum(device, p, PB_OUTLET, &ret[n]) || check_sum(device, p, PB_BRANCH, &ret[n]))))
            n++;
    }
    return n;
}

static void begin(struct energy_window *w, const struct live_point *counter, const struct live_point *power,
                  struct moment now)
{
    w->begun_us = w->last_us = now.boot_us;
    w->counter = value(counter);
    w->power = value(power);
    w->integrated = 0;
}

bool contradiction_energy(struct energy_window *w, const struct live_point *counter, const struct live_point *power,
                          double step_wh, struct moment now)
{
    int64_t us = now.boot_us - w->last_us;
    double p = value(power);
    if (!w->begun_us || isnan(w->counter) || isnan(w->integrated) || us > GAP_US || us < 0) {
        begin(w, counter, power, now);
        return false;
    }
    w->integrated += (w->power + p) / 2 * ((double)us / 3.6e9);
    w->power = p;
    w->last_us = now.boot_us;
    if (now.boot_us - w->begun_us < WINDOW_US)
        return false;
    double counted = value(counter) - w->counter, should = w->integrated;
    bool judged = !isnan(counted) && !isnan(should) && fabs(should) > STEPS * step_wh && fabs(should) > LEAST_W;
    bool wrong = judged && counted >= 0 && differ(counted, should, ENERGY, 2 * step_wh);
    w->found = (struct contradiction){0};
    if (wrong)
        fill(&w->found, CONTRADICTS_ENERGY, counter, counted, should);
    begin(w, counter, power, now);
    return judged;
}

void contradiction_words(const struct contradiction *c, char *text, size_t size)
{
    static const char *const against[] = {"voltage, current and power factor give", "its phases add up to",
                                          "its outlets add up to", "its branches add up to",
                                          "its power gave in that time"};
    static const char *const tens[] = {"", "ten", "a hundred", "a thousand"};
    char said[40], should[40], scale[80] = "";
    enum quantity q = c->point->quantity;
    if (c->factor)
        snprintf(scale, sizeof scale, ": %s times too %s, profile or device scale?", tens[abs(c->factor)],
                 c->factor > 0 ? "large" : "small");
    snprintf(text, size, "%s says %s, %s %s%s", c->point->name, people_value(said, sizeof said, q, c->said),
             against[c->kind], people_value(should, sizeof should, q, c->should), scale);
}
