/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "eu_entered.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#define AT(member) offsetof(struct eu_config, member)

static const struct {
    const char *field;
    size_t offset;
} texts[] = {
    {"name", AT(name)},
    {"owner", AT(owner)},
    {"operator", AT(operator)},
    {"contacts", AT(contacts)},
    {"lau", AT(lau)},
    {"type", AT(type)},
    {"structure", AT(structure)},
    {"since", AT(since)},
    {"redundancy-high-voltage", AT(redundancy_high)},
    {"redundancy-low-voltage", AT(redundancy_low)},
    {"redundancy-rack", AT(redundancy_rack)},
    {"cooling-redundancy-room", AT(cooling_room)},
    {"cooling-redundancy-rack", AT(cooling_rack)},
    {"grid-functions", AT(grid_functions)},
    {"refrigerants", AT(refrigerants)},
};

static const struct {
    const char *field;
    size_t offset;
    double divisor; /* to the unit of the field list */
    bool yearly;
} numbers[] = {
    {"it-power", AT(it_power), 1e3, false},
    {"floor-area", AT(floor_area), 1, false},
    {"computer-room-area", AT(room_area), 1, false},
    {"grid-battery", AT(grid_battery), 1e3, false},
    {"water", AT(water), 1, true},
    {"water-potable", AT(water_potable), 1, true},
    {"intake-setpoint", AT(intake_setpoint), 1, true},
    {"cooling-degree-days", AT(degree_days), 1, true},
    {"renewable-guarantees", AT(guarantees), 1e3, true},
    {"renewable-purchase", AT(purchase), 1e3, true},
    {"renewable-on-site", AT(on_site), 1e3, true},
    {"server-capacity", AT(servers), 1, true},
    {"storage-capacity", AT(storage), 1, true},
    {"bandwidth-in", AT(bandwidth_in), 1, true},
    {"bandwidth-out", AT(bandwidth_out), 1, true},
    {"traffic-in", AT(traffic_in), 1, true},
    {"traffic-out", AT(traffic_out), 1, true},
};

unsigned eu_year(int64_t from_s, int64_t to_s)
{
    time_t from = (time_t)from_s, to = (time_t)to_s;
    struct tm a, b;
    localtime_r(&from, &a);
    localtime_r(&to, &b);
    bool begins = a.tm_yday == 0 && !a.tm_hour && !a.tm_min, ends = b.tm_yday == 0 && !b.tm_hour && !b.tm_min;
    return begins && ends && b.tm_year == a.tm_year + 1 ? (unsigned)(a.tm_year + 1900) : 0;
}

const char *eu_entered_text(const struct eu_config *eu, const char *field)
{
    for (size_t i = 0; eu && i < sizeof texts / sizeof texts[0]; i++)
        if (!strcmp(texts[i].field, field))
            return *(const char *const *)(const void *)((const char *)eu + texts[i].offset);
    return NULL;
}

double eu_entered_number(const struct eu_config *eu, const char *field, unsigned year, unsigned *ret_other)
{
    *ret_other = 0;
    for (size_t i = 0; eu && i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].field, field))
            continue;
        double value = *(const double *)(const void *)((const char *)eu + numbers[i].offset) / numbers[i].divisor;
        if (isnan(value) || !numbers[i].yearly || (year && eu->year == year))
            return value;
        *ret_other = eu->year;
    }
    return NAN;
}

double eu_renewable(const struct eu_config *eu, unsigned year)
{
    if (!eu || !year || eu->year != year)
        return NAN;
    const double parts[] = {eu->guarantees, eu->purchase, eu->on_site};
    double sum = NAN;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!isnan(parts[i]))
            sum = isnan(sum) ? parts[i] : sum + parts[i];
    return sum;
}
