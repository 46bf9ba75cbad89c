/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/advice_it.h"

#include "daemon/factors.h"
#include "daemon/lifetime.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_W    15.0 /* below: a sensor, a modem, nothing */
#define FLAT       0.06 /* spread of the quarters, 5 to 95 %, of their mean; assumption */
#define LEAST_DAYS 7
#define LOOK_S     (31 * INT64_C(86400)) /* of quarters, at most: the latest */
#define DAY_S      INT64_C(86400)
#define NAMED      5   /* outlets named in the text */
#define IDLE_SHARE 0.3 /* of candidates: as many as were idle before anybody looked, factors idle-servers */
#define MORE_YEARS 2   /* that something kept goes on for; assumption */

struct outlet {
    uint32_t account;
    char name[128]; /* DEVICE/PART */
    double mean;    /* W */
};

struct outlets {
    const struct advice_input *in;
    size_t n, known;
    struct outlet *outlet;
};

static int know_outlet(void *context, const struct flowed *flowed)
{
    struct outlets *o = context;
    const struct record *r = flowed->record;
    const struct config *config = o->in->plant->live->config;
    if (!r || r->quantity != Q_ENERGY || strncmp(r->part, "outlet-", 7) != 0 ||
        strcmp(r->room, config->room[o->in->room].id) != 0)
        return 0;
    o->outlet = capacity_push(o->outlet, &o->n, sizeof *o->outlet);
    struct outlet *outlet = &o->outlet[o->n - 1];
    outlet->account = flowed->account;
    outlet->mean = NAN;
    snprintf(outlet->name, sizeof outlet->name, "%s/%s", r->device, r->part);
    return 0;
}

struct quarters {
    int64_t from_s;
    size_t n;
    double *watts; /* NAN: not covered */
};

static int keep_quarter(void *context, const struct quarter *q)
{
    struct quarters *all = context;
    size_t i = (size_t)((q->start_s - all->from_s) / QUARTER_S);
    if (i < all->n && q->covered_s >= QUARTER_S / 2)
        all->watts[i] = (double)q->mwh / 1e3 * 3600 / (double)q->covered_s;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Fills in the mean; true where the load never moved. */
static bool flat(struct outlets *o, struct outlet *outlet)
{
    int64_t to = o->in->span.to_s / QUARTER_S * QUARTER_S, from = o->in->span.from_s / QUARTER_S * QUARTER_S;
    struct quarters q = {.from_s = to - from > LOOK_S ? to - LOOK_S : from};
    q.n = (size_t)((to - q.from_s) / QUARTER_S);
    q.watts = malloc((q.n + 1) * sizeof *q.watts);
    if (!q.watts)
        abort();
    for (size_t i = 0; i < q.n; i++)
        q.watts[i] = NAN;
    int r = ledger_quarters(o->in->ledger, outlet->account, q.from_s, to, keep_quarter, &q);
    size_t n = 0;
    double sum = 0;
    for (size_t i = 0; i < q.n && !r; i++)
        if (!isnan(q.watts[i])) {
            q.watts[n++] = q.watts[i];
            sum += q.watts[n - 1];
        }
    bool enough = (int64_t)n * QUARTER_S >= LEAST_DAYS * DAY_S;
    bool still = false;
    o->known += enough;
    if (enough) {
        qsort(q.watts, n, sizeof *q.watts, ascending);
        outlet->mean = sum / (double)n;
        still = outlet->mean >= LEAST_W && q.watts[n * 95 / 100] - q.watts[n * 5 / 100] < FLAT * outlet->mean;
    }
    free(q.watts);
    return still;
}

static int hungrier(const void *a, const void *b)
{
    double x = ((const struct outlet *)a)->mean, y = ((const struct outlet *)b)->mean;
    return (x < y) - (x > y);
}

/* What the room takes for a watt of IT; without a figure only the watt itself. */
static double overhead(struct advice *a, const struct advice_input *in)
{
    if (isnan(in->ratio))
        return 1;
    advice_assume(a, "overhead", in->ratio, "", "measured in this period; as if all of it followed the IT load");
    return in->ratio;
}

static void tell_outlets(const struct advice_input *in, struct advice_list *list, struct outlets *o, size_t n)
{
    double watts = 0;
    char names[260] = "";
    qsort(o->outlet, n, sizeof *o->outlet, hungrier);
    for (size_t i = 0; i < n; i++) {
        watts += o->outlet[i].mean;
        size_t at = strlen(names);
        if (i < NAMED)
            snprintf(names + at, sizeof names - at, "%s%s (%.0f W)", at ? ", " : "", o->outlet[i].name,
                     o->outlet[i].mean);
    }
    size_t at = strlen(names);
    if (n > NAMED)
        snprintf(names + at, sizeof names - at, " and %zu more", n - NAMED);
    struct advice *a = advice_add(list, in, "outlets", "Outlets whose load never moves");
    snprintf(a->text, sizeof a->text, "Look what hangs there, and switch off, virtualise or move what nobody needs: %s",
             names);
    snprintf(
        a->ground, sizeof a->ground,
        "%zu of %zu outlets metered for a week or more: together %.0f W in the mean, each within %.0f %% all the time",
        n, o->known, watts, 100 * FLAT);
    a->caution = "By power alone a switch, which is always busy, looks like a server that does nothing.";
    double ratio = overhead(a, in);
    advice_assume(a, "idle-share", IDLE_SHARE, "", factor_find("idle-servers")->source);
    advice_save(a, in, 0, IDLE_SHARE * watts * ratio, watts * ratio);
}

void advice_outlets(const struct advice_input *in, struct advice_list *list)
{
    struct outlets o = {.in = in};
    size_t n = 0;
    if (ledger_sum(in->ledger, 0, 0, 0, know_outlet, &o) || !o.n) {
        advice_skip(list, in, "outlets", "no outlet has a meter of its own");
        free(o.outlet);
        return;
    }
    for (size_t i = 0; i < o.n; i++)
        if (flat(&o, &o.outlet[i]))
            o.outlet[n++] = o.outlet[i];
    if (!o.known)
        advice_skip(list, in, "outlets", "outlets were metered for less than a week");
    else if (n)
        tell_outlets(in, list, &o, n);
    free(o.outlet);
}

void advice_base_load(const struct advice_input *in, struct advice_list *list)
{
    struct track sum = {0};
    const struct live *live = in->plant->live;
    for (size_t i = 0; i < live->n_points; i++) {
        const struct live_point *p = live->point[i];
        struct track track;
        if (p->gone || p->device == NO_DEVICE || p->role != ROLE_IT || p->quantity != Q_ACTIVE_POWER ||
            plant_device(in->plant, p)->room != in->room || track_read(in->plant, p, &in->span, &track))
            continue;
        track_add(&sum, &track);
        track_done(&track);
    }
    double mean = past_mean(&sum.window), low = past_quantile(&sum.window, 0.05),
           high = past_quantile(&sum.window, 0.95);
    bool enough = (int64_t)sum.window.known * PAST_STEP >= LEAST_DAYS * DAY_S;
    double coverage = sum.window.n ? (double)sum.window.known / (double)sum.window.n : 0;
    track_done(&sum);
    if (!enough) {
        advice_skip(list, in, "base-load", "the power of IT was recorded for less than a week");
        return;
    }
    struct advice *a = advice_add(list, in, "base-load", "Fewer servers for the same work");
    snprintf(a->text, sizeof a->text,
             "Bring work together on fewer servers, or move it to the cloud, and switch the others off: look first for "
             "those "
             "that do nothing");
    snprintf(a->ground, sizeof a->ground,
             "IT took %.1f kW in the mean and still %.1f kW (%.0f %%) in its quietest hours; at its busiest %.1f kW",
             mean / 1e3, low / 1e3, 100 * low / mean, high / 1e3);
    a->coverage = coverage;
    a->caution = "What moves to a cloud takes power there.";
    double ratio = overhead(a, in);
    const struct factor *idle = factor_find("idle-servers");
    advice_assume(a, idle->key, idle->value, idle->unit, idle->source);
    advice_save(a, in, factor_value("idle-servers-low") * low * ratio, idle->value * low * ratio,
                factor_value("idle-servers-high") * low * ratio);
}

/* Mean W of an asset's outlets, from the files or else from the ledger; NAN unless each was recorded. */
static double asset_power(const struct advice_input *in, const struct asset_config *asset)
{
    double watts = 0;
    for (size_t i = 0; i < asset->n_points; i++) {
        char name[128];
        struct past past;
        double mean = NAN;
        snprintf(name, sizeof name, "%s/active_power", asset->point[i]);
        const struct live_point *p = plant_named(in->plant, name);
        if (p && !plant_past(in->plant, p, RF_AVERAGE, in->span.from_s, in->span.to_s, &past)) {
            mean = past_mean(&past);
            past_done(&past);
        }
        if (!isnan(mean)) {
            watts += mean;
            continue;
        }
        snprintf(name, sizeof name, "%s/energy", asset->point[i]);
        struct outlets o = {.in = in};
        struct outlet outlet = {.account = ledger_account(in->ledger, name), .mean = NAN};
        if (outlet.account)
            flat(&o, &outlet);
        watts += outlet.mean;
    }
    return watts;
}

/* One asset: what it is, and what making a new one, and running it, comes to. */
struct judged {
    const struct asset_config *asset;
    double age, watts, before; /* before: of all that one new one replaces */
    double made, embodied, ratio, years, worst;
    bool replace;
};

static struct judged judge(const struct advice_input *in, const struct asset_config *k, double watts)
{
    double electricity = in->plant->live->config->factors.electricity;
    struct judged j = {.asset = k, .watts = watts, .before = watts * k->replaces};
    j.age = (double)(in->span.now_s - k->since_ms / 1000) / (365.25 * 86400);
    j.ratio = isnan(in->ratio) ? 1 : in->ratio;
    j.embodied = isnan(k->embodied) ? factor_value("server-embodied") : k->embodied;
    j.made = isnan(k->new_embodied) ? j.embodied : k->new_embodied;
    j.years = lifetime_break_even(j.made, j.before, k->new_power, j.ratio, electricity);
    j.worst = lifetime_break_even(factor_value("server-embodied-high"), j.before, k->new_power, j.ratio, electricity);
    j.replace = j.years < k->life;
    return j;
}

static void tell_asset(struct advice *a, const struct judged *j)
{
    const struct asset_config *k = j->asset;
    const char *name = k->title ? k->title : k->id;
    if (j->replace)
        snprintf(a->text, sizeof a->text,
                 "Replace %s: what a new one saves has paid for the carbon of making it after %.1f years", name,
                 j->years);
    else if (isnan(j->years))
        snprintf(a->text, sizeof a->text, "Keep %s: a new one would save nothing", name);
    else
        snprintf(a->text, sizeof a->text,
                 "Keep %s: a new one would have to run %.1f years to pay for the carbon of making it", name, j->years);
    if (k->replaces > 1)
        snprintf(a->ground, sizeof a->ground,
                 "%.1f years in service, %.0f W in the mean; the new one %.0f W for %u like this", j->age, j->watts,
                 k->new_power, k->replaces);
    else
        snprintf(a->ground, sizeof a->ground, "%.1f years in service, %.0f W in the mean; the new one %.0f W", j->age,
                 j->watts, k->new_power);
    a->caution = j->worst > k->life && j->replace
                     ? "With the higher figures for making a server it would not pay."
                     : "Makers' figures for the carbon of one model differ by three times.";
}

static void judge_asset(const struct advice_input *in, struct advice_list *list, const struct asset_config *k,
                        double watts)
{
    struct judged j = judge(in, k, watts);
    struct advice *a = advice_add(list, in, "lifetime", j.replace ? "Replace it" : "Keep it longer");
    bool stated = !isnan(k->new_embodied) || !isnan(k->embodied);
    tell_asset(a, &j);
    if (j.replace) {
        double saved = (j.before - k->new_power) * j.ratio;
        advice_save(a, in, saved * (j.worst > k->life ? 0 : 1), saved, saved);
        a->kg -= j.made / k->life; /* what making it costs each year of its life */
    } else {
        a->kg = lifetime_avoided(j.embodied, k->life, fmax(j.age, k->life) + MORE_YEARS - k->life);
    }
    advice_assume(a, "embodied", j.made, "kg",
                  stated ? "assets: embodied, as stated" : factor_find("server-embodied")->source);
    advice_assume(a, "embodied-high", factor_value("server-embodied-high"), "kg",
                  factor_find("server-embodied-high")->source);
    advice_assume(a, "life", k->life, "a", "assets: life");
    if (!isnan(in->ratio))
        advice_assume(a, "overhead", j.ratio, "", "measured in this period; as if all of it followed the IT load");
}

void advice_assets(const struct advice_input *in, struct advice_list *list)
{
    const struct config *config = in->plant->live->config;
    for (size_t i = 0; i < config->n_assets; i++) {
        const struct asset_config *k = &config->asset[i];
        if (k->room != in->room)
            continue;
        double watts = asset_power(in, k);
        if (isnan(watts))
            advice_skip(list, in, "lifetime", "the outlets of an asset were not recorded in this period");
        else if (isnan(k->new_power))
            advice_skip(list, in, "lifetime", "no replacement is stated for an asset (assets: replacement)");
        else
            judge_asset(in, list, k, watts);
    }
}
