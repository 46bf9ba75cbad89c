/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/climate_sensor.h"

#include "daemon/moist_air.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum location climate_place(const struct plant *plant, const struct live_point *point, double *ret_height)
{
    enum location place = plant_place(plant, point, ret_height);
    struct part part;
    if (place != PLACE_NONE || part_parse(point->part, &part) < 0 || part.base != PB_AIR)
        return place;
    /* an air conditioner names its own air by the quantity */
    if (point->quantity == Q_TEMPERATURE_SUPPLY)
        return PLACE_SUPPLY;
    return point->quantity == Q_TEMPERATURE_RETURN ? PLACE_RETURN : PLACE_NONE;
}

static const struct live_point *humidity_of(const struct plant *plant, const struct live_point *point,
                                            enum location place)
{
    const struct live_device *device = plant->live->device[point->device];
    const struct live_point *same = plant_point(device, point->part, Q_HUMIDITY);
    double height;
    for (size_t i = 0; i < device->n_bound && !same; i++) {
        const struct live_point *p = device->bound[i];
        if (p && p->quantity == Q_HUMIDITY && plant_place(plant, p, &height) == place)
            same = p;
    }
    return same;
}

static double extreme(const struct plant *plant, const struct live_point *point, enum rrd_function function,
                      const struct track_span *span)
{
    struct past past;
    double value = NAN;
    if (plant_past(plant, point, function, span->from_s, span->to_s, &past))
        return NAN;
    for (size_t i = 0; i < past.n; i++)
        value = function == RF_MIN ? fmin(value, past.value[i]) : fmax(value, past.value[i]);
    past_done(&past);
    return value;
}

/* Greatest difference of values `apart` quarters from each other. */
static double rate(const struct past *past, size_t apart)
{
    double most = NAN;
    for (size_t i = apart; i < past->n; i++)
        most = fmax(most, fabs(past->value[i] - past->value[i - apart]));
    return most;
}

struct vapour {
    struct past humidity, beside; /* beside: temperature where humidity was measured, if elsewhere */
};

static void read_vapour(const struct plant *plant, struct climate_sensor *s, const struct track_span *span,
                        struct vapour *v)
{
    const struct live_point *h = s->humidity;
    if (h && plant_past(plant, h, RF_AVERAGE, span->from_s, span->to_s, &v->humidity))
        s->humidity = h = NULL;
    if (!h || !strcmp(h->part, s->point->part))
        return;
    const struct live_point *t = plant_point(plant->live->device[h->device], h->part, Q_TEMPERATURE);
    if (t)
        plant_past(plant, t, RF_AVERAGE, span->from_s, span->to_s, &v->beside);
}

static double humidity_at(const struct vapour *v, size_t i, double celsius)
{
    double rh = i < v->humidity.n ? v->humidity.value[i] : (double)NAN;
    if (i >= v->beside.n || isnan(v->beside.value[i]))
        return rh;
    return moist_air_humidity(celsius, moist_air_dew_point(v->beside.value[i], rh));
}

static void judge(struct climate_sensor *s, const struct vapour *vapour, const struct envelope *e)
{
    size_t n = 0, dewy = 0;
    double sides[CLIMATE_HUMID + 1] = {0}, zones[CLIMATE_OUTSIDE + 1] = {0}, dew_sum = 0;
    s->dew_low = s->dew_mean = s->dew_high = NAN;
    for (size_t i = 0; i < s->past.n; i++) {
        double t = s->past.value[i], rh = humidity_at(vapour, i, t);
        if (isnan(t))
            continue;
        n++;
        sides[climate_side(&e->recommended, t, rh)]++;
        zones[climate_zone(e, t, rh)]++;
        air_rci_add(&s->rci, e, t);
        double dew = moist_air_dew_point(t, rh);
        if (isnan(dew))
            continue;
        dewy++;
        dew_sum += dew;
        s->dew_low = fmin(s->dew_low, dew);
        s->dew_high = fmax(s->dew_high, dew);
    }
    double all = n ? (double)n : (double)NAN;
    s->dew_mean = dewy ? dew_sum / (double)dewy : (double)NAN;
    s->recommended = zones[CLIMATE_RECOMMENDED] / all;
    s->allowable = (zones[CLIMATE_RECOMMENDED] + zones[CLIMATE_ALLOWABLE]) / all;
    s->cold = sides[CLIMATE_COLD] / all;
    s->hot = sides[CLIMATE_HOT] / all;
    s->dry = sides[CLIMATE_DRY] / all;
    s->humid = sides[CLIMATE_HUMID] / all;
}

int climate_sensor_read(const struct plant *plant, const struct live_point *point, const struct envelope *envelope,
                        const struct track_span *span, struct climate_sensor *ret)
{
    struct track track;
    struct vapour vapour = {0};
    struct climate_sensor s = {.point = point};
    int r = track_read(plant, point, span, &track);
    if (!r && !track.window.known) {
        track_done(&track);
        r = -ENOENT;
    }
    if (r)
        return r;
    s.place = climate_place(plant, point, &s.height);
    s.humidity = humidity_of(plant, point, s.place);
    read_vapour(plant, &s, span, &vapour);
    s.load = track_load(&track);
    s.past = track.window;
    past_done(&track.recent);
    judge(&s, &vapour, envelope);
    s.rate_quarter = s.load.resolution_s == PAST_STEP ? rate(&s.past, 1) : (double)NAN;
    s.rate_hour = s.load.resolution_s <= 3600 ? rate(&s.past, 3600 / PAST_STEP) : (double)NAN;
    s.least = extreme(plant, point, RF_MIN, span);
    s.most = extreme(plant, point, RF_MAX, span);
    past_done(&vapour.humidity);
    past_done(&vapour.beside);
    *ret = s;
    return 0;
}

void climate_sensor_done(struct climate_sensor *sensor)
{
    past_done(&sensor->past);
}
