/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advice: what a room's own measurements say could be done, and what that would save in a year.
 *
 * Shape: a table of advisers looks at one room each; an adviser without measured ground adds nothing but why. Savings
 *        are a range; a year is twelve months like the window. What nothing is known of is NAN: then the advice is
 * about safety or comfort, or its saving cannot be told. Units: Wh, EUR and kg CO2 a year; W; degC; shares 0..1. Owner:
 * advice_free; texts are in the list.
 */
#pragma once
#include "daemon/capacity.h"
#include "daemon/climate_room.h"
#include "daemon/heat_period.h"
#include "daemon/ledger.h"

#define ADVICE_ASSUMED    6
#define ADVICE_YEAR_HOURS 8760.0

struct advice {
    const char *id, *title; /* constant */
    size_t room;
    char text[400];       /* what to do */
    char ground[400];     /* what was measured */
    double wh, low, high; /* electricity saved */
    double heat;          /* heat given, in place of gas */
    double eur, kg;       /* of wh; of heat net of what it takes */
    double coverage;      /* of the window, of what it stands on */
    const char *caution;  /* constant; NULL */
    size_t n_assumed;
    struct advice_assumed {
        const char *key; /* constant */
        double value;
        const char *unit, *source;
    } assumed[ADVICE_ASSUMED];
};

struct advice_skipped {
    const char *id;
    size_t room;
    const char *why; /* constant */
};

struct advice_list {
    size_t n, n_skipped;
    struct advice *advice;
    struct advice_skipped *skipped;
};

struct advice_input {
    const struct plant *plant;
    struct ledger *ledger;
    size_t room;
    struct track_span span;
    const struct climate_room *climate;
    const struct capacity *capacity;
    const struct heat_period *heat;
    double covered;     /* of the window, by all meters of the balance together */
    double it, cooling; /* mean W in that time; NAN */
    double heat_out;    /* mean W of heat that leaves already; 0: none is metered */
    double ratio;       /* of the total to IT; NAN */
};

typedef void advise(const struct advice_input *in, struct advice_list *list);

/* One more of a room, with nothing known yet. */
struct advice *advice_add(struct advice_list *list, const struct advice_input *in, const char *id, const char *title);
void advice_skip(struct advice_list *list, const struct advice_input *in, const char *id, const char *why);
void advice_assume(struct advice *advice, const char *key, double value, const char *unit, const char *source);
/* Electricity: low, likely and high, in W at the meters of the room; fills in Wh, EUR, kg. */
void advice_save(struct advice *advice, const struct advice_input *in, double low, double likely, double high);
/* Most CO2 first, what saves nothing that can be told last. */
void advice_rank(struct advice_list *list);
void advice_free(struct advice_list *list);
