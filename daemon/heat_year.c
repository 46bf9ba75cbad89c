/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heat_year.h"

#include "daemon/factors.h"

#include <math.h>
#include <string.h>

const double heat_degree_days[HEAT_MONTHS] = {396, 349, 294, 187, 99, 35, 10, 11, 55, 161, 278, 377};
static const int days[HEAT_MONTHS] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

/* D = space * GD/GDyear + dhw * days/365, S = power * hours, used = min(D, S). */
static void use(const struct heat_year_input *in, struct heat_year *y)
{
    double year = 0;
    for (int m = 0; m < HEAT_MONTHS; m++)
        year += heat_degree_days[m];
    for (int m = 0; m < HEAT_MONTHS; m++) {
        double demand = in->demand_space * heat_degree_days[m] / year + in->demand_dhw * days[m] / 365;
        double supply = in->sink_power * 24 * days[m];
        y->demand += demand;
        y->supply += supply;
        y->used += fmin(demand, supply);
    }
}

static double payback(double capex, double saved)
{
    return saved > 0 ? capex / saved : (double)NAN;
}

/* Payback is capex/(saved - cost), LCOH all that a year costs over the heat used in it. */
static void put_ratios(struct heat_year *y)
{
    y->utilisation = y->supply > 0 && !isnan(y->demand) ? y->used / y->supply : (double)NAN;
    y->coverage = y->demand > 0 ? y->used / y->demand : (double)NAN;
    y->payback = payback(y->invested, y->saved);
    y->payback_with_cooling = payback(y->invested, y->saved_with_cooling);
    y->payback_sold = payback(y->invested, y->sold - y->cost_electric);
    y->levelised = y->used > 0 ? (y->capital + y->maintenance + y->cost_electric) / (y->used / 1e6) : (double)NAN;
}

/* r(1 + r)^n / ((1 + r)^n - 1): what a euro costs each of n years. */
static double annuity(double rate, unsigned years)
{
    double growth = pow(1 + rate, years);
    return rate > 0 ? rate * growth / (growth - 1) : 1.0 / years;
}

void heat_year(const struct heat_year_input *in, struct heat_year *y)
{
    memset(y, 0, sizeof *y);
    use(in, y);
    double share = in->sink_power > 0 ? y->used / in->sink_power : 0; /* hours at full power */
    y->electric = in->electric_power * share;
    y->source_used = in->source_power * share;
    double cooling = y->source_used / in->eer; /* electricity that the cooling no longer takes */
    y->co2_gross = y->used / 1e3 * in->factor_gas / in->boiler;
    y->co2_net = y->co2_gross - y->electric / 1e3 * in->factor_electricity;
    y->co2_with_cooling = y->co2_net + cooling / 1e3 * in->factor_electricity;
    y->homes = y->used / 1e6 / factor_value("household-heat");
    y->saved_gas = y->used / 1e6 / in->boiler * in->price_gas;
    y->cost_electric = y->electric > 0 ? y->electric / 1e6 * in->price_electricity : 0;
    y->sold = y->used / 1e6 * in->price_heat;
    y->saved = y->saved_gas - y->cost_electric;
    y->saved_with_cooling = y->saved + cooling / 1e6 * in->price_electricity;
    y->invested = in->capex;
    y->capital = annuity(in->rate, in->years) * in->capex;
    y->maintenance = in->opex * in->capex;
    put_ratios(y);
}

void heat_year_add(struct heat_year *to, const struct heat_year *room)
{
    const struct {
        double *to, value;
    } sums[] = {
        {&to->supply, room->supply},
        {&to->demand, room->demand},
        {&to->used, room->used},
        {&to->source_used, room->source_used},
        {&to->electric, room->electric},
        {&to->co2_gross, room->co2_gross},
        {&to->co2_net, room->co2_net},
        {&to->co2_with_cooling, room->co2_with_cooling},
        {&to->homes, room->homes},
        {&to->saved_gas, room->saved_gas},
        {&to->saved, room->saved},
        {&to->saved_with_cooling, room->saved_with_cooling},
        {&to->sold, room->sold},
        {&to->cost_electric, room->cost_electric},
        {&to->invested, room->invested},
        {&to->capital, room->capital},
        {&to->maintenance, room->maintenance},
    };
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
        *sums[i].to += sums[i].value;
    put_ratios(to);
}

struct heat_reuse heat_reuse(const struct heat_year *year, double total, double it, int inside)
{
    /* ISO/IEC 30134-6: what leaves at the boundary; the heat pump's own electricity is inside with its heat, or
     * neither. */
    double all = inside ? total + year->electric : total, reused = inside ? year->used : year->source_used;
    return (struct heat_reuse){reused / all, (all - reused) / it, all / it};
}
