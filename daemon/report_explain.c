/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_explain.h"

#include "daemon/factors.h"
#include "daemon/report_document.h"
#include "daemon/report_kpis.h"
#include "daemon/report_offer.h"
#include "daemon/report_worth.h"
#include "daemon/uncertainty.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum operand {
    OP_NONE,
    OP_TOTAL,
    OP_IT,
    OP_HEAT_OUT,
    OP_REMOVED,
    OP_COOLING,
    OP_WATER,
    OP_FUEL,
    OP_SUN,
    OP_ELECTRICITY,
    OP_GAS,
    OP_HOURS,
    OP_COUNT
};

static const struct {
    const char *name, *unit;
} operands[OP_COUNT] = {
    [OP_NONE] = {"", ""},
    [OP_TOTAL] = {"total energy", "Wh"},
    [OP_IT] = {"IT energy", "Wh"},
    [OP_HEAT_OUT] = {"heat that left", "Wh"},
    [OP_REMOVED] = {"heat removed by the cooling", "Wh"},
    [OP_COOLING] = {"electricity of the cooling", "Wh"},
    [OP_WATER] = {"water", "m3"},
    [OP_FUEL] = {"energy of the fuel", "Wh"},
    [OP_SUN] = {"solar energy used here", "Wh"},
    [OP_ELECTRICITY] = {"emission factor of electricity", "kg/kWh"},
    [OP_GAS] = {"emission factor of gas", "kg/kWh"},
    [OP_HOURS] = {"hours covered", "h"},
};

/* whole: of all that is known of the period; else while all needed meters were covered. */
static const struct formula {
    enum quantity id;
    bool whole;
    const char *text, *source;
    enum operand operand[6];
} formulas[] = {
    {Q_K_IPUE, false, "total energy / IT energy", "ISO/IEC 30134-2, EN 50600-4-2", {OP_TOTAL, OP_IT}},
    {Q_K_PUE, false, "total energy / IT energy, over twelve months", "ISO/IEC 30134-2", {OP_TOTAL, OP_IT}},
    {Q_K_PPUE, false, "metered part of the total energy / IT energy", "EN 50600-4-2, partial PUE", {OP_TOTAL, OP_IT}},
    {Q_K_DCIE, false, "100 × IT energy / total energy", "The Green Grid, DCiE", {OP_IT, OP_TOTAL}},
    {Q_K_REF, false, "renewable energy owned and retired / total energy", "ISO/IEC 30134-3", {OP_TOTAL}},
    {Q_K_ERF, false, "heat that left / total energy", "ISO/IEC 30134-6", {OP_HEAT_OUT, OP_TOTAL}},
    {Q_K_ERE,
     false,
     "(total energy − heat that left) / IT energy",
     "The Green Grid, ERE",
     {OP_TOTAL, OP_HEAT_OUT, OP_IT}},
    {Q_K_CER, false, "heat removed / electricity of the cooling", "ISO/IEC 30134-7", {OP_REMOVED, OP_COOLING}},
    {Q_K_CUE,
     false,
     "((total energy − fuel − solar energy) × electricity factor + fuel × gas factor) / IT energy",
     "ISO/IEC 30134-8",
     {OP_TOTAL, OP_IT, OP_FUEL, OP_SUN, OP_ELECTRICITY, OP_GAS}},
    {Q_K_WUE, false, "water / IT energy", "ISO/IEC 30134-9", {OP_WATER, OP_IT}},
    {Q_K_IT_ENERGY, true, "sum of the meters of IT", "ISO/IEC 30134-2", {OP_IT}},
    {Q_K_TOTAL_ENERGY, true, "sum of what entered", "ISO/IEC 30134-2", {OP_TOTAL}},
    {Q_K_IT_POWER, false, "IT energy / hours covered", "mean of the period", {OP_IT, OP_HOURS}},
    {Q_K_HEAT_ENERGY, true, "mean recoverable power × hours known", "first law", {OP_NONE}},
    {Q_K_HEAT_POWER,
     false,
     "density × heat capacity × flow × (return − supply), quarter by quarter; or power of the room × capture × heat "
     "exchanger",
     "IAPWS-IF97 fit, Melinder 2010, ISO 2533",
     {OP_NONE}},
    {Q_K_HEAT_TEMPERATURE, false, "return of the loop, weighted by its heat", "energy balance of the loop", {OP_NONE}},
    {Q_K_HEAT_COP, false, "efficiency × sink outlet [K] / (sink outlet − source outlet)", "Carnot", {OP_NONE}},
    {Q_K_HEAT_DELIVERED, false, "recoverable power × COP / (COP − 1)", "first law", {OP_NONE}},
    {Q_K_POWER_RATIO, false, "total power / IT power over 15 minutes: see wattwacht status", "", {OP_NONE}},
};

/* The KPI that a name other than its own leads to: what is told on its sheet. */
static enum quantity id_of(const char *kpi)
{
    bool sheet = !strcmp(kpi, "lcoh") || !strcmp(kpi, "payback");
    return sheet ? Q_K_HEAT_DELIVERED : quantity_parse(kpi);
}

static const struct formula *formula_of(enum quantity id)
{
    for (size_t i = 0; i < sizeof formulas / sizeof formulas[0]; i++)
        if (formulas[i].id == id)
            return &formulas[i];
    return NULL;
}

static double known(const struct kpi_energy *e)
{
    return e->meters > e->unread ? e->wh : (double)NAN;
}

static double value_of(const struct report_source *s, const struct kpi_energies *e, enum operand operand)
{
    struct kpi_energy it;
    char reason[200];
    switch (operand) {
    case OP_TOTAL: return kpi_heard(s->window, e, false, reason) ? (double)NAN : kpi_entered(s->window, e).wh;
    case OP_IT: return kpi_it(s->window, e, &it, reason) || kpi_heard(s->window, e, true, reason) ? (double)NAN : it.wh;
    case OP_HEAT_OUT: return known(&e->role[ROLE_HEAT_OUT]);
    case OP_REMOVED: return known(&e->removed);
    case OP_COOLING: return known(&e->role[ROLE_COOLING]);
    case OP_WATER: return e->role[ROLE_WATER].wh + e->role[ROLE_WATER_POTABLE].wh;
    case OP_FUEL: return e->role[ROLE_FUEL].wh;
    case OP_SUN: return fmax(0, e->role[ROLE_SOLAR].wh - e->role[ROLE_EXPORT].wh);
    case OP_ELECTRICITY: return s->config->factors.electricity;
    case OP_GAS: return s->config->factors.gas;
    case OP_HOURS: return s->window->covered * (double)(s->window->to_s - s->window->from_s) / 3600;
    case OP_NONE:
    case OP_COUNT: break;
    }
    return NAN;
}

static json_t *operands_of(const struct report_source *s, const struct formula *f, const struct kpi_energies *e)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof f->operand / sizeof f->operand[0] && f->operand[i] != OP_NONE; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "name", json_string(operands[f->operand[i]].name));
        json_object_set_new(one, "value", report_number(value_of(s, e, f->operand[i])));
        json_object_set_new(one, "unit", json_string(operands[f->operand[i]].unit));
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *terms_of(const struct report_source *s, const struct kpi_energies *e)
{
    struct kpi_term terms[ROLE_COUNT];
    size_t n = kpi_terms(s->window, e, terms);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "role", json_string(role_names[terms[i].role]));
        json_object_set_new(one, "sign", json_string(terms[i].sign < 0 ? "−" : "+"));
        json_object_set_new(one, "value", report_number(terms[i].energy.wh));
        json_object_set_new(one, "unit", json_string("Wh"));
        json_object_set_new(one, "uncertainty_k2", report_number(COVERAGE_FACTOR * sqrt(terms[i].energy.variance)));
        json_object_set_new(one, "meters", json_integer(terms[i].energy.meters));
        json_array_append_new(list, one);
    }
    return list;
}

struct counted {
    size_t n[BOOKING_KIND_COUNT];
    int64_t last_s, covered_s, quarters;
};

static int count_quarter(void *context, const struct quarter *q)
{
    struct counted *c = context;
    c->n[q->kind]++;
    c->quarters += q->start_s != c->last_s;
    c->last_s = q->start_s;
    c->covered_s += q->covered_s;
    return 0;
}

static int meter_of(const struct report_source *s, const struct figures_meter *m, bool whole, json_t *list)
{
    static const char *const kinds[BOOKING_KIND_COUNT] = {"measured", "estimated", "correction",
                                                          "clock",    "manual",    "spread"};
    struct counted c = {.last_s = -1};
    int r =
        m->paired.account ? ledger_quarters(s->ledger, m->paired.account, s->from_s, s->to_s, count_quarter, &c) : 0;
    if (r)
        return r;
    json_t *one = json_object();
    json_object_set_new(one, "device", report_text(m->meter.device));
    json_object_set_new(one, "part", report_text(m->meter.part));
    json_object_set_new(one, "as", json_string(m->meter.removed ? "heat removed" : role_names[m->meter.as]));
    json_object_set_new(one, "value", report_number((whole ? m->paired.whole : m->paired.paired) * m->meter.weight));
    json_object_set_new(one, "unit", json_string(m->meter.quantity == Q_VOLUME && m->meter.weight <= 1 ? "m3" : "Wh"));
    json_object_set_new(one, "weight", report_number(m->meter.weight));
    json_object_set_new(one, "accuracy", report_number(m->meter.accuracy));
    json_object_set_new(one, "quarters", json_integer(c.quarters));
    json_object_set_new(one, "hours", json_real((double)c.covered_s / 3600));
    for (int kind = 0; kind < BOOKING_KIND_COUNT; kind++)
        if (c.n[kind])
            json_object_set_new(one, kinds[kind], json_integer((json_int_t)c.n[kind]));
    json_array_append_new(list, one);
    return 0;
}

static int meters_of(const struct report_source *s, bool whole, json_t **ret)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n_meters; i++) {
        const struct figures_meter *m = &s->meter[i];
        int r = m->meter.used && !m->meter.heat ? meter_of(s, m, whole, list) : 0;
        if (r) {
            json_decref(list);
            return r;
        }
    }
    *ret = list;
    return 0;
}

static json_t *notes_of(const struct report_source *s, const struct formula *f)
{
    json_t *notes = json_array();
    json_array_append_new(notes, json_string(f->whole ? "All that is known of the period."
                                                      : "Only the time in which all needed meters were read."));
    if (report_summed(s))
        json_array_append_new(notes, json_string(s->of.group ? "A group is the sum of its rooms."
                                                             : "The site has no grid meter of its own: it is the sum "
                                                               "of its rooms."));
    json_array_append_new(notes, json_string("Uncertainty: limits of error as rectangular distributions (a/√3), "
                                             "independent meters, shared ones once; k = 2 (JCGM 100:2008)."));
    return notes;
}

static bool is_heat(enum quantity id)
{
    return id == Q_K_HEAT_ENERGY || id == Q_K_HEAT_POWER || id == Q_K_HEAT_TEMPERATURE || id == Q_K_HEAT_COP ||
           id == Q_K_HEAT_DELIVERED;
}

/* Heat's figures come with the sheet for who would take it, and with what the estimate assumes. */
static int put_heat(const struct report_source *s, json_t *document)
{
    json_t *offer, *assumed = json_object_get(document, "assumed");
    int r = report_offer(s, &offer);
    if (r)
        return r;
    json_object_set_new(document, "offer", offer);
    json_object_set_new(document, "prices", report_worth_formulas(offer));
    for (size_t i = 0; i < s->config->n_rooms; i++)
        for (size_t k = 0; report_covers(s, i) && k < s->heat[i].mean.n_assumed; k++) {
            const struct heat_assumed *a = &s->heat[i].mean.assumed[k];
            report_assume(s, a->key, a->value, a->unit, a->source);
        }
    json_array_extend(assumed, s->assumed);
    bool measured = true;
    for (size_t i = 0; i < s->config->n_rooms; i++)
        measured &= !report_covers(s, i) || s->heat[i].n > 0;
    json_object_del(document, "terms");
    if (measured) /* the electricity meters have no part in it */
        json_object_del(document, "trace");
    return 0;
}

static int explain(const struct report_source *s, const struct formula *f, json_t **ret)
{
    const struct kpi_result *figure = report_figure(s, f->id);
    const struct kpi_energies *e = f->whole ? &s->window->whole : &s->window->paired;
    json_t *meters, *document = report_head(s);
    int r = meters_of(s, f->whole, &meters);
    if (r) {
        json_decref(document);
        return r;
    }
    json_object_set_new(document, "kpi", figure ? report_kpi(figure) : json_null());
    json_object_set_new(document, "formula", json_string(f->text));
    json_object_set_new(document, "source", json_string(f->source));
    json_object_set_new(document, "operands", operands_of(s, f, e));
    json_object_set_new(document, "terms", terms_of(s, e));
    json_object_set_new(document, "trace", meters);
    json_object_set_new(document, "assumed",
                        figure ? json_incref(json_object_get(json_object_get(document, "kpi"), "assumed"))
                               : json_array());
    json_object_set_new(document, "notes", notes_of(s, f));
    if (is_heat(f->id))
        r = put_heat(s, document);
    if (r)
        json_decref(document);
    else
        *ret = document;
    return r;
}

int report_explain(const struct report_request *request, const char *kpi, json_t **ret)
{
    struct report_gathered *gathered;
    const struct formula *f = formula_of(id_of(kpi));
    if (!f)
        return -EINVAL;
    int r = report_gather(request, &gathered);
    if (r)
        return r;
    r = explain(report_gathered_source(gathered), f, ret);
    report_gathered_free(gathered);
    return r;
}
