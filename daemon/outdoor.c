/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/outdoor.h"

#include "daemon/calendar.h"
#include "daemon/degree_days.h"
#include "daemon/factors.h"

#include <math.h>

#define DAY_LEAST 0.9 /* of a day's quarters, for a mean of the day; assumption */

static bool hangs_outside(const struct plant *plant, const struct live_point *p)
{
    double height;
    return !p->gone && p->device != NO_DEVICE && p->quantity == Q_TEMPERATURE &&
           plant_place(plant, p, &height) == PLACE_OUTDOOR;
}

const struct live_point *outdoor_read(const struct plant *plant, size_t room, int64_t from_s, int64_t to_s,
                                      struct past *ret)
{
    const struct live_point *found = NULL;
    *ret = (struct past){0};
    for (int own = 1; own >= 0 && !found; own--)
        for (size_t i = 0; i < plant->live->n_points; i++) {
            const struct live_point *p = plant->live->point[i];
            struct past past;
            if (!hangs_outside(plant, p) || (plant_device(plant, p)->room == room) != own ||
                plant_past(plant, p, RF_AVERAGE, from_s, to_s, &past))
                continue;
            if (past.known <= ret->known) {
                past_done(&past);
                continue;
            }
            past_done(ret);
            *ret = past;
            found = p;
        }
    return found;
}

static double mean_of_day(const struct past *past, int64_t from_s, int64_t to_s)
{
    double sum = 0, known = 0, all = 0;
    for (int64_t at = from_s; at < to_s; at += PAST_STEP) {
        size_t i = (size_t)((at - past->from_s) / PAST_STEP);
        all++;
        if (at < past->from_s || i >= past->n || isnan(past->value[i]))
            continue;
        sum += past->value[i];
        known++;
    }
    return known >= DAY_LEAST * all ? sum / known : (double)NAN;
}

void outdoor_days(const struct plant *plant, size_t room, int64_t from_s, int64_t to_s, struct outdoor_days *ret)
{
    struct past past = {0};
    *ret = (struct outdoor_days){0};
    if (to_s <= from_s)
        return;
    ret->point = outdoor_read(plant, room, from_s, to_s, &past);
    int64_t day = calendar_start(SPAN_DAY, from_s, 0);
    if (day < from_s)
        day = calendar_start(SPAN_DAY, from_s, 1);
    for (int64_t next; (next = calendar_start(SPAN_DAY, day, 1)) <= to_s; day = next) {
        double mean = ret->point ? mean_of_day(&past, day, next) : (double)NAN;
        ret->days++;
        if (isnan(mean))
            continue;
        ret->known++;
        ret->heating += degree_day_heating_eu(mean);
        ret->cooling += degree_day_cooling_eu(mean);
        ret->gas += degree_day(mean);
    }
    past_done(&past);
}

bool outdoor_days_enough(const struct outdoor_days *days)
{
    return days->known > 0 && (double)days->known >= factor_value("coverage-month") * (double)days->days;
}
