/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heat_period.h"

#include "daemon/factors.h"
#include "daemon/past.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_A_YEAR 8760.0

/* The past of DEVICE/PART/QUANTITY; all unknown where the name is missing or nothing was recorded. */
static int read_point(const char *state, const char *name, int64_t from_s, int64_t to_s, struct past *ret)
{
    char device[ID_MAX + 1], part[PART_MAX];
    const char *slash = name ? strchr(name, '/') : NULL, *last = name ? strrchr(name, '/') : NULL;
    *ret = (struct past){0};
    if (!state || !slash || slash == last)
        return 0;
    snprintf(device, sizeof device, "%.*s", (int)(slash - name), name);
    snprintf(part, sizeof part, "%.*s", (int)(last - slash - 1), slash + 1);
    int r = past_read(state, device, part, quantity_parse(last + 1), RF_AVERAGE, from_s, to_s, ret);
    return r == -ENOENT ? 0 : r;
}

static double at(const struct past *past, size_t i)
{
    return i < past->n ? past->value[i] : (double)NAN;
}

/* As heat_estimate has it: water metered in the return, air of 40 % at its cold side. */
static double carried(const struct heat_config *c, double flow, double cold, double warm)
{
    return c->water_flow ? heat_of_loop(c->fluid, c->fluid_fraction, flow, cold, warm, warm)
                         : heat_of_air(flow, cold, warm, 40, c->altitude, cold);
}

struct sums {
    size_t known;
    double power, weight, warm, cold;
};

static void take(struct heat_period *p, struct sums *s, size_t i, double power, double warm, double cold)
{
    if (isnan(power))
        return;
    p->quarter[i] = power;
    s->known++;
    s->power += power;
    double weight = fmax(power, 0);
    s->weight += weight;
    s->warm += weight * warm;
    s->cold += weight * cold;
    p->warmest = fmax(p->warmest, warm);
    p->coldest = fmin(p->coldest, warm);
}

/* Quarter by quarter: the mean of products is not the product of means. */
static int measure(const struct heat_config *c, const char *state, int64_t from_s, int64_t to_s, struct heat_period *p,
                   struct sums *s)
{
    bool water = c->water_flow && c->water_supply && c->water_return;
    const char *names[] = {water ? c->water_flow : c->air_flow, water ? c->water_supply : c->air_cold,
                           water ? c->water_return : c->air_hot};
    struct past past[3];
    int r = 0;
    memset(past, 0, sizeof past);
    for (int i = 0; i < 3 && !r; i++)
        r = read_point(state, names[i], from_s, to_s, &past[i]);
    p->n = (size_t)((to_s - from_s + PAST_STEP - 1) / PAST_STEP);
    p->quarter = malloc((p->n + 1) * sizeof *p->quarter);
    if (!p->quarter)
        abort();
    for (size_t i = 0; i < p->n; i++) {
        double flow = !water && !isnan(c->air_flow_fixed) ? c->air_flow_fixed : at(&past[0], i);
        double cold = at(&past[1], i), warm = at(&past[2], i);
        p->quarter[i] = NAN;
        take(p, s, i, carried(c, flow, cold, warm), warm, cold);
    }
    for (int i = 0; i < 3; i++)
        past_done(&past[i]);
    if (s->known)
        p->basis = water ? "measured on the water loop" : "measured in the air";
    return r;
}

static void scale(struct heat_period *p)
{
    p->energy = p->mean.power * p->hours;
    p->low = p->mean.low * p->hours;
    p->high = p->mean.high * p->hours;
    p->delivered = p->mean.delivered * p->hours;
    p->electric = p->mean.electric * p->hours;
}

/* The loop's own estimate is asked with the flow that carries the mean power at the mean temperatures. */
static void from_loop(const struct heat_config *c, double room_power, const struct sums *s, struct heat_period *p)
{
    struct heat_input input = {NAN, NAN, NAN, NAN, NAN, NAN, room_power};
    double power = s->power / (double)s->known, warm = s->warm / s->weight, cold = s->cold / s->weight;
    bool water = c->water_flow != NULL;
    *(water ? &input.water_supply : &input.air_cold) = cold;
    *(water ? &input.water_return : &input.air_hot) = warm;
    *(water ? &input.water_flow : &input.air_flow) = power / carried(c, 1, cold, warm);
    heat_estimate(c, &input, &p->mean);
}

int heat_period_of(const struct heat_config *c, const char *state, int64_t from_s, int64_t to_s, double room_power,
                   double covered, struct heat_period *p)
{
    struct sums s = {0};
    double all = (double)(to_s - from_s) / 3600;
    memset(p, 0, sizeof *p);
    p->from_s = from_s;
    p->warmest = -INFINITY;
    p->coldest = INFINITY;
    p->basis = "from the power of the room";
    int r = to_s > from_s && (c->water_flow || c->air_hot) ? measure(c, state, from_s, to_s, p, &s) : 0;
    if (r) {
        heat_period_done(p);
        return r;
    }
    if (s.known && s.weight > 0) {
        from_loop(c, room_power, &s, p);
        p->hours = (double)s.known / 4;
    } else {
        struct heat_input input = {NAN, NAN, NAN, NAN, NAN, NAN, room_power};
        heat_period_done(p);
        heat_estimate(c, &input, &p->mean);
        p->hours = isnan(p->mean.power) ? 0 : all * covered;
    }
    p->coverage = all > 0 ? fmin(1, p->hours / all) : 0;
    p->warmest = isfinite(p->warmest) ? p->warmest : (double)NAN;
    p->coldest = isfinite(p->coldest) ? p->coldest : (double)NAN;
    scale(p);
    return 0;
}

void heat_period_year(const struct heat_config *config, const struct factors_config *factors,
                      const struct heat_result *mean, double share, double unstated, struct heat_year *ret)
{
    struct heat_year_input in = {.sink_power = share * mean->delivered,
                                 .electric_power = share * mean->electric,
                                 .source_power = share * mean->power,
                                 .demand_space = isnan(config->demand_space) ? 0 : config->demand_space,
                                 .demand_dhw = isnan(config->demand_dhw) ? 0 : config->demand_dhw,
                                 .factor_gas = factors->gas,
                                 .factor_electricity = factors->electricity,
                                 .boiler = factor_value("boiler-efficiency"),
                                 .eer = factor_value("cooling-eer"),
                                 .price_gas = factors->price_gas,
                                 .price_electricity = factors->price_electricity,
                                 .price_heat = factors->price_heat,
                                 .capex = config->investment.cost > 0 ? config->investment.cost : (double)NAN,
                                 .opex = config->investment.maintenance,
                                 .rate = config->investment.rate,
                                 .years = config->investment.years};
    bool stated = !isnan(config->demand_space) || !isnan(config->demand_dhw);
    if (!stated)
        in.demand_dhw = unstated * in.sink_power * HOURS_A_YEAR;
    heat_year(&in, ret);
    if (!stated) /* what was put in its place is no demand */
        ret->demand = ret->utilisation = ret->coverage = NAN;
}

void heat_period_done(struct heat_period *period)
{
    free(period->quarter);
    period->quarter = NULL;
    period->n = 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double heat_period_quantile(const struct heat_period *p, double part)
{
    size_t n = 0;
    double *known = malloc((p->n + 1) * sizeof *known), value = NAN;
    if (!known)
        abort();
    for (size_t i = 0; i < p->n; i++)
        if (!isnan(p->quarter[i]))
            known[n++] = p->quarter[i];
    if (n) {
        qsort(known, n, sizeof *known, compare);
        value = known[(size_t)fmin((double)n - 1, floor(part * (double)n))];
    }
    free(known);
    return value;
}
