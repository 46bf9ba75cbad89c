/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_energy.h"

#include <math.h>
#include <string.h>

static int split_room(const struct report_source *source, const char *room, int64_t from_s, int64_t to_s,
                      struct energy_split *ret)
{
    struct kpi_window window;
    struct kpi_scope scope;
    int r = figures_site_window(source->figures, room, from_s, to_s, &window, &scope);
    if (r)
        return r;
    if (from_s >= source->now_s)
        scope.reason = "the period begins in the future";
    energy_split_of(&scope, &window, &window.whole, ret);
    return 0;
}

int report_split(const struct report_source *source, int64_t from_s, int64_t to_s, struct energy_split *ret)
{
    bool any = false;
    if (!report_summed(source))
        return split_room(source, source->scope, from_s, to_s, ret);
    struct energy_split room;
    for (size_t i = 0; i < source->config->n_rooms; i++) {
        const char *id = source->config->room[i].id;
        if (!report_covers(source, i))
            continue;
        int r = split_room(source, id, from_s, to_s, any ? &room : ret);
        if (r)
            return r;
        if (any)
            energy_split_add(ret, &room, id);
        any = true;
    }
    return 0;
}

static void put(json_t *to, json_t *reasons, const char *key, double value, const char *reason)
{
    json_object_set_new(to, key, report_number(value));
    if (isnan(value) && *reason)
        json_object_set_new(reasons, key, report_text(reason));
}

/* A role of which a device is configured and a meter is there; null else, without a word: most rooms have none. */
static void put_roles(json_t *to, const struct energy_split *s)
{
    const struct {
        const char *key;
        double value;
    } rows[] = {{"cooling_bought_wh", s->cooling_bought},
                {"lighting_wh", s->lighting},
                {"other_wh", s->other},
                {"heat_pump_wh", s->heat_pump},
                {"solar_wh", s->solar},
                {"generator_wh", s->generator},
                {"export_wh", s->exported},
                {"fuel_wh", s->fuel},
                {"heat_out_wh", s->heat_out},
                {"heat_removed_wh", s->removed},
                {"water_m3", s->water},
                {"water_potable_m3", s->potable}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        json_object_set_new(to, rows[i].key, report_number(rows[i].value));
}

/* Of what is not known the uncertainty is neither. */
static json_t *of_known(double value, double uncertainty)
{
    return report_number(isnan(value) ? value : uncertainty);
}

int report_energy(const struct report_source *source, json_t **ret)
{
    struct energy_split s;
    int r = report_split(source, source->from_s, source->to_s, &s);
    if (r)
        return r;
    json_t *to = json_object(), *reasons = json_object(), *warnings = json_array();
    put(to, reasons, "total_wh", s.total, s.no_total);
    put(to, reasons, "it_wh", s.it, s.no_it);
    put(to, reasons, "cooling_wh", s.cooling,
        *s.no_cooling ? s.no_cooling : "no meter of the electricity of the cooling");
    put(to, reasons, "losses_wh", energy_split_losses(&s), s.no_losses);
    put(to, reasons, "unmetered_wh", s.unmetered, s.no_rest);
    json_object_set_new(to, "unmetered_uncertainty_k2", of_known(s.unmetered, s.unmetered_u));
    json_object_set_new(to, "ups_losses_uncertainty_k2", of_known(s.ups_losses, s.ups_losses_u));
    json_object_set_new(to, "distribution_losses_uncertainty_k2", of_known(s.distribution, s.distribution_u));
    json_object_set_new(to, "entered_wh", report_number(s.entered));
    put(to, reasons, "ups_losses_wh", s.ups_losses, s.no_losses);
    put(to, reasons, "distribution_losses_wh", s.distribution, "output of the UPS and all behind it are not metered");
    put_roles(to, &s);
    json_object_set_new(to, "reasons", reasons);
    for (size_t i = 0; i < source->window->n_doubts; i++)
        json_array_append_new(warnings, report_text(source->window->doubt[i]));
    json_object_set_new(to, "warnings", warnings);
    const char *key;
    json_t *why;
    json_object_foreach(reasons, key,
                        why) if (strcmp(key, "total_wh") && strcmp(key, "it_wh")) /* told with the figures */
        report_missing(source, key, "%s", json_string_value(why));
    *ret = to;
    return 0;
}
