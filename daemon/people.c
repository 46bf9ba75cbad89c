/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/people.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct scale_row {
    enum dimension dimension;
    double from, factor; /* from this size on, divided by factor */
    const char *unit;
};

static const struct scale_row scales[] = {
    {D_POWER, 1e6, 1e6, "MW"},
    {D_POWER, 1e3, 1e3, "kW"},
    {D_ENERGY, 1e9, 1e9, "GWh"},
    {D_ENERGY, 1e6, 1e6, "MWh"},
    {D_ENERGY, 0, 1e3, "kWh"},
    {D_APPARENT_POWER, 1e3, 1e3, "kVA"},
    {D_REACTIVE_POWER, 1e3, 1e3, "kvar"},
    {D_APPARENT_ENERGY, 0, 1e3, "kVAh"},
    {D_REACTIVE_ENERGY, 0, 1e3, "kvarh"},
};

static const char *duration(char *buffer, size_t size, double s)
{
    if (s < 120)
        snprintf(buffer, size, "%.0f s", s);
    else if (s < 7200)
        snprintf(buffer, size, "%.0f min", s / 60);
    else
        snprintf(buffer, size, "%.0f h %02.0f min", floor(s / 3600), fmod(s, 3600) / 60);
    return buffer;
}

const char *people_value(char *buffer, size_t size, enum quantity quantity, double value)
{
    const struct quantity_row *row = quantity_row(quantity);
    const char *unit = row->unit;
    if (isnan(value)) {
        snprintf(buffer, size, "-");
        return buffer;
    }
    if (row->dimension == D_TIME)
        return duration(buffer, size, value);
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        if (scales[i].dimension == row->dimension && fabs(value) >= scales[i].from) {
            value /= scales[i].factor;
            unit = scales[i].unit;
            break;
        }
    double size_of = fabs(value);
    int digits = row->dimension == D_STATE ? 0 : size_of >= 1000 ? 0 : size_of >= 100 ? 1 : 2;
    if (row->dimension == D_TEMPERATURE || row->dimension == D_PERCENT)
        digits = 1;
    snprintf(buffer, size, "%.*f%s%s", digits, value, *unit ? " " : "", unit);
    return buffer;
}

const char *people_time(char *buffer, size_t size, int64_t wall_ms)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;
    if (!localtime_r(&t, &tm) || !strftime(buffer, size, "%Y-%m-%d %H:%M:%S", &tm))
        snprintf(buffer, size, "?");
    return buffer;
}
