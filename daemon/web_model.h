/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the daemon told last, asked once for all viewers.
 *
 * Shape: web_model_take reads one frame of the poller, {"status", "kpi", "alerts", "points"} or {"error"}; after an
 *        error what was told before stays, and `up` is false.
 * Units: base units; ms since 1970; NAN: no value.
 * Errors: -EBADMSG; the model is as it was.
 * Owner: everything told out of it lives until the next web_model_take.
 */
#pragma once
#include "daemon/role.h"
#include "drivers/part.h"
#include "drivers/quantity.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct web_point {
    const char *name; /* DEVICE/PART/QUANTITY */
    char device[ID_MAX + 1], part[PART_MAX];
    enum quantity quantity;
    enum quality quality;
    double value, rating;                   /* rating: of the breaker, or what the device says; NAN */
    const char *label, *room, *rack, *feed; /* NULL: none */
    enum role role;
    int64_t ts_ms;
};

struct web_model {
    bool up;           /* the last question was answered */
    char words[300];   /* else why not */
    int64_t told_ms;   /* of the last answer; 0: none ever */
    uint64_t sequence; /* counts frames */
    json_t *json;
    const json_t *status, *kpis, *alerts; /* of json */
    size_t n;
    struct web_point *point; /* in the daemon's order: those of a device together */
    json_t *index;           /* of names */
    json_t *metering;        /* devices with a point that counts in a balance */
};

int web_model_take(struct web_model *model, const char *bytes, size_t n, int64_t now_ms);
/* Nobody could be asked, or the poller ended. */
void web_model_down(struct web_model *model, const char *words);
void web_model_done(struct web_model *model);

const struct web_point *web_model_point(const struct web_model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
double web_model_value(const struct web_model *model, const char *name); /* NAN */
const json_t *web_model_kpi(const struct web_model *model, const char *scope, const char *id);
const json_t *web_model_device(const struct web_model *model, const char *id); /* of the status */

/* Members of the API's objects. */
const char *web_text(const json_t *object, const char *key); /* "" for none */
double web_number(const json_t *object, const char *key);    /* NAN for none */
int64_t web_time(const json_t *object, const char *key);     /* ms; 0 for none */
