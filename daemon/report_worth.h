/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a year of a room's recovered heat is worth: CO2, money, the price of the heat and the payback.
 *
 * Shape: three years of one room: at the heat as it is known, and at the least and the most of it where it is
 *        estimated. Rooms add up. Where the price or the payback cannot be told, its reason.
 * Units: as heat_year.h.
 */
#pragma once
#include "daemon/report.h"

struct report_worth {
    struct heat_year year, least, most;
    bool range;                              /* least and most differ */
    bool mixed;                              /* of a sum: only some of its rooms state a demand */
    bool demand;                             /* a demand is stated; else all of it finds a user */
    const char *no_price, *no_payback;       /* constant; NULL */
    const char *no_price_of, *no_payback_of; /* of a sum: the room's id; NULL */
};

/* False where no heat can be delivered: nothing is worth anything then. */
bool report_worth_of(const struct report_source *source, const struct heat_config *config,
                     const struct heat_result *heat, struct report_worth *ret);
/* id: the room's. */
void report_worth_add(struct report_worth *to, const struct report_worth *room, const char *id);
/* "lcoh_eur_mwh" and its fellows, into an object. */
void report_worth_price(const struct report_worth *worth, json_t *to);
json_t *report_worth_json(const struct report_worth *worth);
/* How the prices of offers (objects with "room" and what report_worth_price gave) come about: rows of formula and
 * value. */
json_t *report_worth_formulas(const json_t *offers);
