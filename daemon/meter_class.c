/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/meter_class.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static double rated(const char *class_)
{
    static const struct {
        const char *name;
        double percent;
    } mid[] = {{"A", 2}, {"B", 1}, {"C", 0.5}};
    for (size_t i = 0; i < sizeof mid / sizeof mid[0]; i++)
        if (!strcmp(mid[i].name, class_))
            return mid[i].percent;
    return strtod(class_, NULL);
}

double meter_class_limit(const char *class_, double load)
{
    if (!class_)
        return NAN;
    double percent = rated(class_);
    if (strchr(class_, '%') || isnan(load))
        return percent;
    bool fine = percent < 1; /* static meters for transformers */
    if (load >= (fine ? 0.05 : 0.10))
        return percent;
    if (load >= (fine ? 0.01 : 0.05))
        return fine ? 2 * percent : percent + 0.5;
    return fmax(percent, METER_UNSTATED);
}

/* Limits of the ratio at loads that fall; ended by load 0. */
static const struct transformer {
    const char *class_;
    struct {
        double load, percent;
    } at[4];
} transformers[] = {
    {"0.2", {{1, 0.2}, {0.20, 0.35}, {0.05, 0.75}}}, {"0.2S", {{0.20, 0.2}, {0.05, 0.35}, {0.01, 0.75}}},
    {"0.5", {{1, 0.5}, {0.20, 0.75}, {0.05, 1.5}}},  {"0.5S", {{0.20, 0.5}, {0.05, 0.75}, {0.01, 1.5}}},
    {"1", {{1, 1.0}, {0.20, 1.5}, {0.05, 3.0}}},
};

static double between(const struct transformer *t, double load)
{
    if (load >= t->at[0].load)
        return t->at[0].percent;
    for (int i = 1; i < 4 && t->at[i].load > 0; i++)
        if (load >= t->at[i].load) {
            double part = (load - t->at[i].load) / (t->at[i - 1].load - t->at[i].load);
            return t->at[i].percent + part * (t->at[i - 1].percent - t->at[i].percent);
        }
    return METER_UNSTATED;
}

double meter_transformer_limit(const char *class_, double load)
{
    if (!class_)
        return NAN;
    for (size_t i = 0; i < sizeof transformers / sizeof transformers[0]; i++)
        if (!strcmp(transformers[i].class_, class_))
            return isnan(load) ? transformers[i].at[0].percent : between(&transformers[i], load);
    return rated(class_);
}

double meter_heat_limit(const char *class_, double kelvin, double flow_part)
{
    static const struct {
        const char *class_;
        double percent, by_flow, most; /* of the flow sensor */
    } rows[] = {{"1", 1, 0.01, 3.5}, {"2", 2, 0.02, 5}, {"3", 3, 0.05, 5}};
    if (!class_)
        return NAN;
    double least = METER_KELVIN / (isnan(kelvin) ? METER_KELVIN : kelvin);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!strcmp(rows[i].class_, class_)) {
            if (!(least > 0 && least <= 1) || !(flow_part > 0))
                return NAN;
            double flow = fmin(rows[i].most, rows[i].percent + rows[i].by_flow / flow_part);
            return flow + 0.5 + least + 0.5 + 3 * least;
        }
    return rated(class_);
}

double meter_limit(const char *class_, const char *transformer, double load)
{
    double meter = meter_class_limit(class_, load);
    return transformer && class_ ? hypot(meter, meter_transformer_limit(transformer, load)) : meter;
}
