/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "truth.h"

#include <stdio.h>

struct list {
    struct truth *at;
    size_t n;
};

static void add(struct list *list, const char *part, const char *quantity, double value)
{
    if (list->n == TRUTH_MAX)
        return;
    struct truth *truth = &list->at[list->n++];
    snprintf(truth->part, sizeof truth->part, "%s", part);
    truth->quantity = quantity;
    truth->value = value;
}

static void add_electric(struct list *list, const char *part, const struct electric *el, bool energies)
{
    add(list, part, "active_power", el->p);
    add(list, part, "apparent_power", el->s);
    add(list, part, "reactive_power", el->q);
    add(list, part, "power_factor", el->pf);
    add(list, part, "frequency", el->frequency);
    if (energies) {
        add(list, part, "energy", el->e);
        add(list, part, "reactive_energy", el->eq);
        add(list, part, "apparent_energy", el->es);
    }
    if (el->phases == 1) {
        add(list, part, "voltage", el->line[0].v);
        add(list, part, "current", el->line[0].i);
    }
    for (unsigned i = 0; i < el->phases; i++) {
        static const char *const between[] = {"l1l2", "l2l3", "l3l1"};
        char name[24];
        snprintf(name, sizeof name, "%s-l%u", part, i + 1);
        add(list, name, "active_power", el->line[i].p);
        add(list, name, "apparent_power", el->line[i].s);
        add(list, name, "power_factor", el->line[i].pf);
        add(list, name, "voltage", el->line[i].v);
        add(list, name, "current", el->line[i].i);
        if (energies)
            add(list, name, "energy", el->line[i].e);
        snprintf(name, sizeof name, "%s-%s", part, between[i]);
        if (el->phases == 3)
            add(list, name, "voltage", el->v_ll[i]);
    }
}

static void add_outlets(struct list *list, const struct view *view)
{
    for (unsigned k = 0; k < view->outlets; k++) {
        char part[24];
        snprintf(part, sizeof part, "outlet-%02u", k + 1);
        add(list, part, "active_power", view->outlet[k].p);
        add(list, part, "current", view->outlet[k].i);
        add(list, part, "energy", view->outlet[k].e);
    }
    for (unsigned k = 0; k < view->banks; k++) {
        char part[24];
        snprintf(part, sizeof part, "branch-%02u", k + 1);
        add(list, part, "current", view->bank_i[k]);
    }
    add(list, "sensor-01", "temperature", view->inlet);
    add(list, "sensor-01", "humidity", view->inlet_humidity);
}

static void add_ups(struct list *list, const struct view *view)
{
    add_electric(list, "input", &view->supply, true);
    add_electric(list, "output", &view->load, true);
    add(list, "output", "load", view->battery.load);
    add(list, "battery", "charge", view->battery.charge);
    add(list, "battery", "runtime", view->battery.runtime);
    add(list, "battery", "voltage", view->battery.voltage);
    add(list, "battery", "current", view->battery.current);
    add(list, "battery", "temperature", view->battery.temperature);
}

static void add_heat(struct list *list, const struct view *view)
{
    add(list, "loop-1", "heat_power", view->heat.power);
    add(list, "loop-1", "heat_energy", view->heat.energy);
    add(list, "loop-1", "flow", view->heat.flow);
    add(list, "loop-1", "volume", view->heat.volume);
    add(list, "loop-1", "temperature_supply", view->heat.warm);
    add(list, "loop-1", "temperature_return", view->heat.cold);
    add(list, "loop-1", "temperature_diff", view->heat.warm - view->heat.cold);
}

static void add_air(struct list *list, const struct view *view)
{
    add(list, "air", "temperature", view->air.returned);
    add(list, "air", "humidity", view->air.returned_humidity);
    add(list, "air", "temperature_supply", view->air.supplied);
    add(list, "air", "temperature_return", view->air.returned);
    add(list, "sensor-01", "humidity", view->air.returned_humidity);
    add(list, "sensor-02", "humidity", view->air.supplied_humidity);
    add(list, "sensor-03", "temperature", view->air.outdoor);
    add(list, "sensor-03", "humidity", view->air.outdoor_humidity);
    add(list, "loop-1", "temperature_supply", view->heat.cold);
    add(list, "loop-1", "flow", view->heat.flow);
    add(list, "total", "active_power", view->load.p);
    add(list, "total", "energy", view->load.e);
    add(list, "total", "cooling_power", view->heat.power);
}

static void add_entity(struct list *list, const struct view *view)
{
    add(list, "sensor-1001", "temperature", view->inlet);
    add(list, "sensor-1002", "temperature", view->air.returned);
    add(list, "sensor-1003", "humidity", view->inlet_humidity);
    add(list, "sensor-1004", "active_power", view->load.p);
    add(list, "sensor-1005", "fan_speed", 6000 * view->air.fan);
    add(list, "sensor-1006", "voltage", view->load.line[0].v);
}

size_t truth_list(enum truth_kind kind, const struct view *view, struct truth *ret)
{
    struct list list = {ret, 0};
    switch (kind) {
    case TRUTH_PDU:
        add_electric(&list, "total", &view->load, true);
        add_outlets(&list, view);
        break;
    case TRUTH_INLET:
        add_electric(&list, "total", &view->load, true);
        add_electric(&list, "inlet-1", &view->load, true);
        add_outlets(&list, view);
        break;
    case TRUTH_ELECTRIC: add_electric(&list, "total", &view->load, true); break;
    case TRUTH_UPS: add_ups(&list, view); break;
    case TRUTH_HEAT: add_heat(&list, view); break;
    case TRUTH_AIR: add_air(&list, view); break;
    case TRUTH_ENTITY: add_entity(&list, view); break;
    }
    return list.n;
}
