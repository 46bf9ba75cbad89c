/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_eu.h"

#include "daemon/eu_entered.h"
#include "daemon/factors.h"
#include "daemon/law.h"
#include "daemon/outdoor.h"
#include "daemon/report_energy.h"
#include "drivers/arena.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct eu {
    const struct report_source *source;
    const struct eu_config *entered;
    struct energy_split split;
    unsigned year;
    double it; /* by category 1 where it can be */
    int category;
    char no_it[200];
};

/* What one field comes to. */
struct answer {
    double value; /* in the field's unit; NAN */
    const char *text, *status;
    char note[240];
};

/* IT of one balance at the UPS's output, as the regulation asks; else where IT is metered. */
static double it_of(const struct kpi_window *w, int *ret_category, char reason[200])
{
    const struct kpi_energies *e = &w->whole;
    struct kpi_energy it;
    if (*w->overlap && w->overlap_role == ROLE_UPS_OUT) {
        snprintf(reason, 200, "%s", w->overlap);
        return NAN;
    }
    if (e->role[ROLE_UPS_OUT].meters > e->role[ROLE_UPS_OUT].unread && !*w->reversed) {
        *ret_category = 1;
        return e->role[ROLE_UPS_OUT].wh - e->on_ups.wh + (e->role[ROLE_IT].meters ? e->direct[ROLE_IT].wh : 0);
    }
    if (kpi_it(w, e, &it, reason) || kpi_heard(w, e, true, reason))
        return NAN;
    *ret_category = it.category;
    return it.wh;
}

static int find_it(struct eu *eu)
{
    const struct report_source *s = eu->source;
    struct kpi_window w;
    struct kpi_scope scope;
    bool one = !report_summed(s);
    size_t n = one ? 1 : s->config->n_rooms;
    eu->it = n ? 0 : (double)NAN;
    for (size_t i = 0; i < n; i++) {
        int category = 0;
        if (!one && !report_covers(s, i))
            continue;
        int r = figures_site_window(s->figures, one ? s->scope : s->config->room[i].id, s->from_s, s->to_s, &w, &scope);
        if (r)
            return r;
        eu->it += it_of(&w, &category, eu->no_it);
        if (!eu->category || category < eu->category)
            eu->category = category;
    }
    return 0;
}

static double renewable(const struct eu *eu)
{
    return eu_renewable(eu->entered, eu->year);
}

__attribute__((format(printf, 3, 4))) static void answer(struct answer *a, double value, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(a->note, sizeof a->note, format, ap);
    va_end(ap);
    a->value = value;
    a->status = isnan(value) ? "missing" : "measured";
}

static void total_energy(const struct eu *eu, struct answer *a)
{
    answer(a, eu->split.total / 1e3, "%s", eu->split.no_total);
}

static void backup_energy(const struct eu *eu, struct answer *a)
{
    bool none = isnan(eu->split.generator);
    answer(a, eu->split.generator / 1e3, "%s", none ? "no meter of a generator (role generator)" : "");
}

static void it_energy(const struct eu *eu, struct answer *a)
{
    if (eu->category == 1 || isnan(eu->it))
        answer(a, eu->it / 1e3, "%s", isnan(eu->it) ? eu->no_it : "");
    else
        answer(a, eu->it / 1e3, "no UPS output is metered: IT is metered by category %d", eu->category);
}

static void water_input(const struct eu *eu, struct answer *a)
{
    double all = (eu->split.water > 0 ? eu->split.water : 0) + (eu->split.potable > 0 ? eu->split.potable : 0);
    bool none = isnan(eu->split.water) && isnan(eu->split.potable);
    answer(a, none ? (double)NAN : all, "%s", none ? "no water meter (role water, water-potable)" : "WUE category 2");
}

static void potable_water(const struct eu *eu, struct answer *a)
{
    answer(a, eu->split.potable, "%s", isnan(eu->split.potable) ? "no water meter (role water-potable)" : "");
}

static void heat_reused(const struct eu *eu, struct answer *a)
{
    bool none = isnan(eu->split.heat_out);
    answer(a, eu->split.heat_out / 1e3, "%s",
           none ? "no meter of heat that leaves (role heat-out)" : "counts as far as it replaces heat elsewhere");
}

static void heat_temperature(const struct eu *eu, struct answer *a)
{
    const struct kpi_result *f = report_figure(eu->source, Q_K_HEAT_TEMPERATURE);
    bool measured = f && !isnan(f->value) && f->estimated <= 0;
    answer(a, measured ? f->value : (double)NAN, "%s",
           measured ? "mean by heat" : "no temperature of a loop was recorded");
}

/* Eurostat's method by the site's own sensor; what is entered, as from an open source, where it knows too little. */
static void cooling_degree_days(const struct eu *eu, struct answer *a)
{
    const struct report_source *s = eu->source;
    struct outdoor_days d;
    size_t room = s->room ? (size_t)(s->room - s->config->room) : NO_INDEX;
    outdoor_days(s->plant, room, s->from_s, s->to_s < s->now_s ? s->to_s : s->now_s, &d);
    if (!d.point)
        answer(a, NAN, "not entered (eu:), and no outdoor temperature was recorded (parts: place: outdoor)");
    else
        answer(a, outdoor_days_enough(&d) ? d.cooling : (double)NAN, "by %s, %zu of %zu days", d.point->name, d.known,
               d.days);
}

static void renewable_total(const struct eu *eu, struct answer *a)
{
    answer(a, renewable(eu) / 1e3, "%s",
           isnan(renewable(eu)) ? "nothing entered for this year (eu: renewable-...)" : "");
    a->status = isnan(a->value) ? "missing" : "derived";
}

static void on_site(const struct eu *eu, struct answer *a)
{
    if (eu->split.solar > 0)
        answer(a, NAN, "%.0f kWh of solar energy were metered; they count once their guarantees of origin are retired",
               eu->split.solar / 1e3);
    else
        answer(a, NAN, "not entered (eu:)");
}

static void ratio(struct answer *a, double value, const char *why)
{
    answer(a, isfinite(value) ? value : (double)NAN, "%s", isfinite(value) ? "" : why);
    a->status = isnan(a->value) ? "missing" : "derived";
}

static void effectiveness(const struct eu *eu, struct answer *a)
{
    double value = eu->split.total / eu->it;
    ratio(a, value >= 1 ? value : (double)NAN,
          isnan(eu->split.total) ? eu->split.no_total : "below 1: a meter is missing");
}

static void water_effectiveness(const struct eu *eu, struct answer *a)
{
    struct answer water;
    unsigned other;
    water_input(eu, &water);
    double entered = eu_entered_number(eu->entered, "water", eu->year, &other);
    ratio(a, (isnan(water.value) ? entered : water.value) / (eu->it / 1e6), "W_IN is missing");
}

static void reuse_factor(const struct eu *eu, struct answer *a)
{
    ratio(a, eu->split.heat_out / eu->split.total, "E_REUSE or E_DC is missing");
}

static void renewable_factor(const struct eu *eu, struct answer *a)
{
    ratio(a, fmin(1, renewable(eu) / eu->split.total), "E_RES-TOT or E_DC is missing");
    if (isnan(renewable(eu)) || isnan(eu->split.total)) /* fmin would make 1 of NAN */
        ratio(a, NAN, "E_RES-TOT or E_DC is missing");
}

static const struct {
    const char *field;
    void (*measure)(const struct eu *eu, struct answer *ret);
} measured[] = {
    {"total-energy", total_energy},
    {"backup-energy", backup_energy},
    {"it-energy", it_energy},
    {"water", water_input},
    {"water-potable", potable_water},
    {"heat-reused", heat_reused},
    {"heat-temperature", heat_temperature},
    {"cooling-degree-days", cooling_degree_days},
    {"renewable-total", renewable_total},
    {"renewable-on-site", on_site},
    {"pue", effectiveness},
    {"wue", water_effectiveness},
    {"erf", reuse_factor},
    {"ref", renewable_factor},
};

/* Measured first; what no meter knows as it was entered. */
static struct answer answer_of(const struct eu *eu, const char *field)
{
    struct answer a = {NAN, NULL, "missing", "not entered (eu:)"};
    unsigned other;
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
        if (!strcmp(measured[i].field, field))
            measured[i].measure(eu, &a);
    if (!isnan(a.value))
        return a;
    a.text = eu_entered_text(eu->entered, field);
    a.value = eu_entered_number(eu->entered, field, eu->year, &other);
    if (a.text || !isnan(a.value)) {
        a.status = "entered";
        *a.note = '\0';
    } else if (other) {
        snprintf(a.note, sizeof a.note, "entered for %u, which is not this period", other);
    }
    return a;
}

static json_t *field_of(const struct eu *eu, const struct yaml_node *row)
{
    struct answer a = answer_of(eu, law_text(row, "field"));
    json_t *one = json_object();
    json_object_set_new(one, "field", report_text(law_text(row, "field")));
    json_object_set_new(one, "symbol", report_text(law_text(row, "symbol")));
    json_object_set_new(one, "annex", report_text(law_text(row, "annex")));
    json_object_set_new(one, "title", report_text(law_text(row, "title")));
    json_object_set_new(one, "value", a.text ? report_text(a.text) : report_number(a.value));
    json_object_set_new(one, "unit", json_string(law_text(row, "unit")));
    json_object_set_new(one, "status", json_string(a.status));
    json_object_set_new(one, "note", report_text(a.note));
    return one;
}

static json_t *notes_of(const struct eu *eu, double threshold)
{
    const struct report_source *s = eu->source;
    json_t *notes = json_array();
    unsigned other;
    double power = eu_entered_number(eu->entered, "it-power", eu->year, &other);
    if (!eu->year)
        json_array_append_new(notes, json_string("the regulation asks for a calendar year; this period is none"));
    if (!s->closed)
        json_array_append_new(notes, json_string("the period is not over"));
    if (!isnan(eu->split.total) && s->window->covered < factor_value("coverage-year"))
        json_array_append_new(notes,
                              json_sprintf("%.1f %% of the period is covered by all meters", 100 * s->window->covered));
    if (isnan(power))
        json_array_append_new(notes,
                              json_string("installed IT power is not entered: whether there is a duty is not known"));
    else if (power < threshold)
        json_array_append_new(notes, json_sprintf("below %.0f kW: a voluntary report", threshold));
    return notes;
}

static void put_law(const struct eu *eu, const struct yaml_node *law, json_t *to)
{
    static const char *const keys[] = {"schema", "title", "source", "date", "due"};
    double threshold = factor_value("eed-threshold-kw");
    unsigned other;
    double power = eu_entered_number(eu->entered, "it-power", eu->year, &other);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        json_object_set_new(to, keys[i], report_text(law_text(law, keys[i])));
    json_object_set_new(to, "year", eu->year ? json_integer(eu->year) : json_null());
    json_object_set_new(to, "voluntary", isnan(power) ? json_null() : json_boolean(power < threshold));
    json_object_set_new(to, "threshold_kw", json_real(threshold));
    json_object_set_new(to, "notes", notes_of(eu, threshold));
}

static int look(struct eu *eu, const struct report_source *s)
{
    *eu = (struct eu){.source = s, .year = eu_year(s->from_s, s->to_s)};
    eu->entered = report_entered(s);
    int r = report_split(s, s->from_s, s->to_s, &eu->split);
    return r ? r : find_it(eu);
}

int report_eu(const struct report_source *source, json_t **ret)
{
    struct eu eu;
    struct arena *arena = arena_new();
    const struct yaml_node *law;
    int r = law_load(arena, "eu-2024-1364", &law);
    r = r ? r : look(&eu, source);
    if (!r) {
        json_t *to = json_object(), *fields = json_array();
        const struct yaml_node *rows = yaml_get(law, "fields");
        put_law(&eu, law, to);
        for (size_t i = 0; rows && i < rows->n; i++)
            json_array_append_new(fields, field_of(&eu, rows->item[i]));
        json_object_set_new(to, "fields", fields);
        *ret = to;
    }
    arena_free(arena);
    return r;
}
