/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one temperature sensor of a room recorded over a window, and where that stands in its class's envelope.
 *
 * Shape: by means of quarters of an hour: what lasted shorter does not show but in least and most. Humidity comes from
 *        the same part, else by the dew point of another part of the device in the same place.
 * Units: degC, K, %; shares 0..1 of the known time; NAN: not known.
 * Owner: climate_sensor_done; points are the plant's.
 */
#pragma once
#include "daemon/air_index.h"
#include "daemon/track.h"

struct climate_sensor {
    const struct live_point *point, *humidity; /* humidity NULL: not measured */
    enum location place;
    double height; /* m */
    struct track_load load;
    double least, most;             /* of single readings, as far as the files keep them */
    double recommended, allowable;  /* share of the time within; allowable holds recommended */
    double cold, hot, dry, humid;   /* share of the time outside the recommended range, by side */
    double rate_quarter, rate_hour; /* greatest change, K */
    double dew_low, dew_mean, dew_high;
    struct air_rci rci;
    struct past past; /* of means; kept for the room's sums */
};

enum location climate_place(const struct plant *plant, const struct live_point *point, double *ret_height);
/* -ENOENT: nothing was recorded of it. */
int climate_sensor_read(const struct plant *plant, const struct live_point *point, const struct envelope *envelope,
                        const struct track_span *span, struct climate_sensor *ret);
void climate_sensor_done(struct climate_sensor *sensor);
