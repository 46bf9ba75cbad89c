/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/advice_cooling.h"

#include "daemon/factors.h"
#include "daemon/free_cooling.h"
#include "daemon/moist_air.h"
#include "daemon/outdoor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WARMEST_C    26.0 /* the warmest inlet may come to, a kelvin below the recommended limit */
#define MOST_K       5.0  /* in one plan; then look again */
#define COVERED      0.5  /* of the window by the sensors, to judge it; assumption */
#define RTI_BYPASS   70.0
#define RTI_RECIRC   110.0
#define MOISTER_K    3.0  /* dew point inside over outside: something adds moisture; assumption */
#define GAIN_LEAST   0.01 /* of the heat, to be worth a word; assumption */
#define SEASONS_H    7200 /* ten months */
#define FREE_RUNNING 0.04 /* W a W of heat that pumps and fans of free cooling take; assumption */

static const char *const no_cooling = "the electricity of the cooling is not metered (role cooling)";
static const char *const re_measure =
    "Measure again after each step: fans of servers turn faster when it is warmer, and PUE alone hides that.";

/* The 95th percentile of the warmest inlet. */
static double warmest(const struct climate_room *c)
{
    double most = NAN;
    for (size_t i = 0; i < c->n_sensors; i++)
        if (c->sensor[i].place == PLACE_RACK_INLET)
            most = fmax(most, c->sensor[i].load.p95);
    return most;
}

static bool judged(const struct advice_input *in, struct advice_list *list, const char *id)
{
    const char *why = in->climate->no_inlet;
    if (!why && in->climate->coverage < COVERED)
        why = "temperatures at the inlets cover less than half of the period";
    if (why)
        advice_skip(list, in, id, why);
    return !why;
}

static void save_by_kelvin(struct advice *a, const struct advice_input *in, double kelvin)
{
    const struct factor *f = factor_find("cooling-per-kelvin");
    advice_save(a, in, in->cooling * factor_value("cooling-per-kelvin-low") * kelvin, in->cooling * f->value * kelvin,
                in->cooling * factor_value("cooling-per-kelvin-high") * kelvin);
    advice_assume(a, f->key, f->value, f->unit, f->source);
}

void advice_supply_temperature(const struct advice_input *in, struct advice_list *list)
{
    static const char id[] = "supply-temperature";
    const struct climate_room *c = in->climate;
    const struct envelope *e = &c->envelope;
    double high = fmin(WARMEST_C, e->recommended_high - 1), now = warmest(c), kelvin = fmin(floor(high - now), MOST_K);
    if (!judged(in, list, id))
        return;
    if (!(kelvin >= 1) || air_rci_high(&c->rci, e) < 100)
        return;
    struct advice *a = advice_add(list, in, id, "Raise the supply temperature");
    snprintf(a->text, sizeof a->text,
             "Raise the supply air by %.0f K, a kelvin a week, until the warmest inlet is at %.0f °C", kelvin, high);
    snprintf(a->ground, sizeof a->ground,
             "95 %% of the time the warmest inlet was below %.1f °C; the recommended range ends at %.0f °C", now,
             e->recommended_high);
    a->coverage = c->coverage;
    a->caution = re_measure;
    if (isnan(in->cooling))
        advice_skip(list, in, id, no_cooling);
    else
        save_by_kelvin(a, in, kelvin);
}

void advice_overcooling(const struct advice_input *in, struct advice_list *list)
{
    const struct climate_room *c = in->climate;
    double most = 0;
    const char *where = "";
    for (size_t i = 0; i < c->n_sensors; i++)
        if (c->sensor[i].place == PLACE_RACK_INLET && c->sensor[i].cold > most) {
            most = c->sensor[i].cold;
            where = c->sensor[i].point->name;
        }
    if (most < 0.01 || c->coverage < COVERED)
        return;
    struct advice *a = advice_add(list, in, "over-cooling", "Stop cooling too far");
    snprintf(a->text, sizeof a->text, "Find which cooler blows at %s and raise its set point to %.0f °C at the inlet",
             where, c->envelope.recommended_low + 2);
    snprintf(a->ground, sizeof a->ground, "%s was below %.0f °C for %.1f %% of the time", where,
             c->envelope.recommended_low, 100 * most);
    a->coverage = c->coverage;
}

void advice_bypass(const struct advice_input *in, struct advice_list *list)
{
    const struct climate_room *c = in->climate;
    if (isnan(c->rti)) {
        advice_skip(list, in, "bypass", c->no_rti);
        return;
    }
    if (c->rti >= RTI_BYPASS)
        return;
    struct advice *a = advice_add(list, in, "bypass", "Let less cold air go past the equipment");
    snprintf(
        a->text, sizeof a->text,
        "Blanking plates, sealed cable openings, then slower fans: at %.0f %% of the air the fans would take %.0f %% "
        "of their power",
        c->rti, 100 * pow(c->rti / 100, 3));
    snprintf(a->ground, sizeof a->ground, "RTI %.0f %%: the cooling warms its air by %.1f K, the equipment by %.1f K",
             c->rti, c->returned - c->supply, c->rise);
    a->caution = "The power of the fans is not metered by itself: no saving can be told.";
}

void advice_recirculation(const struct advice_input *in, struct advice_list *list)
{
    const struct climate_room *c = in->climate;
    double spread = 0, above = 0;
    const char *rack = NULL;
    for (size_t i = 0; i < c->n_racks; i++)
        if (c->rack[i].spread > spread) {
            spread = c->rack[i].spread;
            rack = in->plant->live->config->rack[c->rack[i].rack].id;
        }
    for (size_t i = 0; i < c->n_hot; i++)
        above = fmax(above, c->hot[i]->load.p95 - c->inlet);
    bool round = c->rti > RTI_RECIRC, top = spread > CLIMATE_SPREAD_K;
    if (!round && !top && !c->n_hot)
        return;
    struct advice *a = advice_add(list, in, "recirculation", "Keep warm air from coming round");
    snprintf(a->text, sizeof a->text, "Contain the aisle and close gaps, first at %s",
             c->n_hot ? c->hot[0]->point->name
             : rack   ? rack
                      : "the warmest rack");
    if (c->n_hot)
        snprintf(a->ground, sizeof a->ground, "Hot spots: %zu; the hottest is %.1f K above the mean of the inlets",
                 c->n_hot, above);
    else if (top)
        snprintf(a->ground, sizeof a->ground, "Rack %s is %.1f K warmer at its top than at its bottom", rack, spread);
    else
        snprintf(a->ground, sizeof a->ground, "RTI %.0f %%", c->rti);
    a->coverage = c->coverage;
    /* what the hot spots keep the whole room from being warmer by */
    double kelvin = fmax(above, top ? spread : 0);
    if (!isnan(in->cooling) && kelvin > 0)
        save_by_kelvin(a, in, kelvin);
}

/* What the sensor outside recorded; its humidity too where it has one. */
static bool outdoor(const struct advice_input *in, struct past *ret_t, struct past *ret_rh)
{
    const struct plant *plant = in->plant;
    const struct live_point *p = outdoor_read(plant, in->room, in->span.from_s, in->span.to_s, ret_t);
    *ret_rh = (struct past){0};
    if (!p)
        return false;
    const struct live_point *rh = plant_point(plant->live->device[p->device], p->part, Q_HUMIDITY);
    if (rh)
        plant_past(plant, rh, RF_AVERAGE, in->span.from_s, in->span.to_s, ret_rh);
    return true;
}

/* Share of the time in which the inlets' dew point stands above the outdoor one and above the recommended low limit. */
static double moistened(const struct climate_room *c, const struct past *t, const struct past *rh, double *ret_inside)
{
    double known = 0, added = 0, inside = 0;
    const struct climate_sensor *s = NULL;
    for (size_t i = 0; i < c->n_sensors && !s; i++)
        if (c->sensor[i].place == PLACE_RACK_INLET && !isnan(c->sensor[i].dew_mean))
            s = &c->sensor[i];
    if (!s || !rh->value)
        return NAN;
    for (size_t i = 0; i < t->n && i < rh->n; i++) {
        double out = moist_air_dew_point(t->value[i], rh->value[i]);
        if (isnan(out))
            continue;
        known++;
        /* at its driest the room is held there: that is what a humidifier does */
        added += s->dew_low > out + MOISTER_K && s->dew_low > c->envelope.recommended.dew_low;
    }
    inside = s->dew_low;
    *ret_inside = inside;
    return known > 0 ? added / known : (double)NAN;
}

void advice_humidity(const struct advice_input *in, struct advice_list *list)
{
    struct past t = {0}, rh = {0};
    double inside = NAN, share = NAN;
    if (!outdoor(in, &t, &rh)) {
        advice_skip(list, in, "humidity", "no outdoor temperature and humidity is recorded (place: outdoor)");
        return;
    }
    share = moistened(in->climate, &t, &rh, &inside);
    past_done(&t);
    past_done(&rh);
    if (isnan(share)) {
        advice_skip(list, in, "humidity", "humidity inside and outside was not recorded together");
        return;
    }
    if (share < 0.05)
        return;
    struct advice *a = advice_add(list, in, "humidity", "Switch off humidifying");
    snprintf(a->text, sizeof a->text, "Lower the humidifier's limit to a dew point of %.0f °C, or switch it off",
             in->climate->envelope.recommended.dew_low);
    snprintf(
        a->ground, sizeof a->ground,
        "The dew point inside never fell below %.1f °C, while outside it was more than %.0f K lower for %.0f %% of "
        "the time",
        inside, MOISTER_K, 100 * share);
    a->coverage = in->climate->coverage;
    a->caution = "The power of the humidifier is not metered by itself: no saving can be told.";
}

struct hours {
    double known, now, warmer; /* quarters; sums of shares */
    double full_now, full_warmer;
};

static struct hours count_free(const struct past *outdoor, double approach, double supply, double ret, double kelvin)
{
    struct hours h = {0};
    for (size_t i = 0; i < outdoor->n; i++) {
        double now = free_cooling_share(outdoor->value[i], approach, supply, ret);
        double warmer = free_cooling_share(outdoor->value[i], approach, supply + kelvin, ret + kelvin);
        if (isnan(now) || isnan(warmer))
            continue;
        h.known++;
        h.now += now;
        h.warmer += warmer;
        h.full_now += now >= 1;
        h.full_warmer += warmer >= 1;
    }
    return h;
}

static bool with_water(const struct advice_input *in)
{
    const struct room_config *room = &in->plant->live->config->room[in->room];
    return room->heat.architecture != HA_NONE && room->heat.architecture != HA_DX_OPEN;
}

static const char *const no_summer = "Of this period alone: a year is more, and its summer less than this share.";

/* Weather has seasons: a period below ten months stands for itself alone. */
static double part_of_year(const struct advice_input *in)
{
    double hours = (double)(in->span.to_s - in->span.from_s) / 3600;
    return hours < SEASONS_H ? hours / ADVICE_YEAR_HOURS : 1;
}

/* A plant with water: what a warmer supply adds to what the weather does already. */
static void gain_by_kelvin(const struct advice_input *in, struct advice_list *list, const struct past *outdoor)
{
    const struct climate_room *c = in->climate;
    double eer = factor_value("cooling-eer"), year = part_of_year(in);
    struct hours h = count_free(outdoor, FREE_COOLING_WATER, c->supply, c->returned, 1);
    double gain = (h.warmer - h.now) / h.known;
    if (!(gain > GAIN_LEAST))
        return;
    struct advice *a = advice_add(list, in, "free-cooling", "More hours of free cooling");
    snprintf(a->text, sizeof a->text,
             "Raise supply and return by 1 K: %.0f hours more in which the weather does all, %.1f %% more of the heat "
             "carried by it",
             (h.full_warmer - h.full_now) * PAST_STEP / 3600, 100 * gain);
    snprintf(a->ground, sizeof a->ground,
             "By the outdoor air logged, at %.1f °C supply and %.1f °C return the weather could do all for %.0f %% of "
             "the time",
             c->supply, c->returned, 100 * h.full_now / h.known);
    a->coverage = h.known / (double)outdoor->n;
    a->caution = year < 1 ? no_summer : NULL;
    advice_assume(a, "free-cooling-approach", FREE_COOLING_WATER, "K", "dry cooler, water and CRAH; assumption");
    advice_assume(a, "cooling-eer", eer, "", factor_find("cooling-eer")->source);
    advice_assume(a, "free-cooling-running", FREE_RUNNING, "W/W", "pumps and fans of free cooling; assumption");
    double saved = gain * in->it * (1 / eer - FREE_RUNNING) * year;
    if (!isnan(saved))
        advice_save(a, in, saved / 2, saved, saved * 1.5);
}

/* A plant of compressors alone: what outdoor air could carry. */
static void gain_by_air(const struct advice_input *in, struct advice_list *list, const struct past *outdoor)
{
    const struct climate_room *c = in->climate;
    double supply = isnan(c->supply) ? c->inlet : c->supply, ret = isnan(c->returned) ? supply + 10 : c->returned;
    struct hours h = count_free(outdoor, FREE_COOLING_INDIRECT, supply, ret, 1);
    double share = h.now / h.known, year = part_of_year(in);
    if (!(share > 0.05) || isnan(in->cooling))
        return;
    struct advice *a = advice_add(list, in, "free-cooling", "Free cooling by outdoor air");
    snprintf(
        a->text, sizeof a->text,
        "At the next replacement ask for indirect free cooling: outdoor air could have carried %.0f %% of the heat",
        100 * share);
    snprintf(a->ground, sizeof a->ground,
             "By the outdoor air logged, at %.1f °C supply; the cooling took %.2f kW in the mean", supply,
             in->cooling / 1e3);
    a->coverage = h.known / (double)outdoor->n;
    a->caution = year < 1 ? no_summer : NULL;
    advice_assume(a, "free-cooling-approach", FREE_COOLING_INDIRECT, "K", "over a plate exchanger; assumption");
    advice_assume(a, "free-cooling-running", 0.3, "", "of the present cooling's electricity; assumption, 0.2 to 0.5");
    double most = in->cooling * share * year;
    advice_save(a, in, most * 0.5, most * 0.7, most * 0.8);
}

void advice_free_cooling(const struct advice_input *in, struct advice_list *list)
{
    struct past t = {0}, rh = {0};
    if (!outdoor(in, &t, &rh)) {
        advice_skip(list, in, "free-cooling", "no outdoor temperature is recorded (place: outdoor)");
        return;
    }
    bool air = !isnan(in->climate->supply) && !isnan(in->climate->returned);
    if (!with_water(in) && !in->climate->no_inlet)
        gain_by_air(in, list, &t);
    else if (air)
        gain_by_kelvin(in, list, &t);
    else
        advice_skip(list, in, "free-cooling", "supply and return of the cooling were not both recorded (parts: place)");
    past_done(&t);
    past_done(&rh);
}
