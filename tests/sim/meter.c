/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "meter.h"

#include "weather.h"

#include <math.h>
#include <string.h>

#define ROW 6 /* racks in a row */

const char *const load_names[LOADS + 1] = {"pdu",     "rack",     "row",  "feed", "room",    "ups",
                                           "cooling", "lighting", "grid", "heat", "climate", NULL};

/* Uneven parts that sum to 1: some sockets empty, some busy, some servers that draw the same asleep or at work. */
static void share_out(double *part, unsigned n, uint64_t seed, double idle)
{
    double sum = 0;
    for (unsigned k = 0; k < n; k++) {
        double draw = noise_unit(seed, 2 * k), kind = noise_unit(noise_hash(seed, 7, 0) >> 1, k);
        part[k] = kind < idle ? 0 : 0.3 + draw;
        sum += part[k];
    }
    if (sum <= 0)
        part[0] = sum = 1;
    for (unsigned k = 0; k < n; k++)
        part[k] /= sum;
}

void meter_init(struct meter *meter, struct room *room, const struct meter_setup *setup)
{
    memset(meter, 0, sizeof *meter);
    meter->setup = *setup;
    meter->room = room;
    meter->sockets = setup->outlets ? setup->outlets : 24;
    uint64_t seed = noise_text(room->seed, setup->name);
    share_out(meter->base, meter->sockets, seed, 0.12);
    share_out(meter->dynamic, meter->sockets, noise_hash(seed, 1, 1), 0.25);
    /* what draws nothing idle draws nothing at work: an empty socket stays empty */
    double kept = 0;
    for (unsigned k = 0; k < meter->sockets; k++)
        kept += meter->dynamic[k] = meter->base[k] > 0 ? meter->dynamic[k] : 0;
    for (unsigned k = 0; k < meter->sockets; k++)
        meter->dynamic[k] = kept > 0 ? meter->dynamic[k] / kept : meter->base[k];
}

static void line_set(struct line *line, double v, double p, double q, double e)
{
    line->v = v;
    line->p = p;
    line->q = q;
    line->e = e;
    line->s = hypot(p, q);
    line->pf = line->s > 0 ? p / line->s : 1;
    line->i = v > 1 ? line->s / v : 0;
}

/* Totals and what follows from the lines: voltages between them, the neutral's current. */
static void close_electric(struct electric *el)
{
    el->p = el->q = 0;
    for (unsigned i = 0; i < el->phases; i++) {
        el->p += el->line[i].p;
        el->q += el->line[i].q;
    }
    el->s = hypot(el->p, el->q);
    el->pf = el->s > 0 ? el->p / el->s : 1;
    if (el->phases < 3)
        return;
    double a = el->line[0].i, b = el->line[1].i, c = el->line[2].i, square = 0;
    for (unsigned i = 0; i < 3; i++) {
        double u = el->line[i].v, w = el->line[(i + 1) % 3].v;
        el->v_ll[i] = sqrt(u * u + w * w + u * w); /* 120 degrees apart */
    }
    square = a * a + b * b + c * c - a * b - b * c - c * a;
    el->i_n = square > 0 ? sqrt(square) : 0;
}

static void view_flow(const struct meter *meter, const struct flow *flow, struct electric *el)
{
    static const double parts[] = {0.345, 0.335, 0.32};
    el->phases = meter->setup.phases;
    for (unsigned i = 0; i < el->phases; i++) {
        double part = el->phases == 1 ? 1 : parts[i];
        line_set(&el->line[i], meter->room->volts[i], part * flow->p, part * flow->q, part * flow->e);
    }
    close_electric(el);
    el->e = flow->e;
    el->eq = flow->eq;
    el->es = flow->es;
    el->frequency = meter->room->frequency;
}

/* Several racks as one flow: rows, feeds, a whole rack. */
static struct flow racks_flow(const struct room *room, size_t first, size_t n, enum feed feed)
{
    struct flow sum = {0};
    for (size_t i = first; i < first + n && i < room->n_racks; i++) {
        const struct rack *rack = &room->rack[i];
        double tangent = tan(acos(rack->power_factor)), p = rack_power(rack, feed), e = rack_energy(rack, feed);
        sum.p += p;
        sum.q += p * tangent;
        sum.e += e;
        sum.eq += e * tangent;
        sum.es += e / rack->power_factor;
    }
    return sum;
}

static void view_strip(const struct meter *meter, struct view *view)
{
    const struct meter_setup *setup = &meter->setup;
    const struct room *room = meter->room;
    const struct rack *rack = &room->rack[setup->rack - 1];
    double tangent = tan(acos(rack->power_factor));
    bool both = setup->feed == FEED_BOTH;
    double factor = both ? rack->factor[0] + rack->factor[1] : rack->factor[setup->feed];
    double base_h = both ? rack->base_h[0] + rack->base_h[1] : rack->base_h[setup->feed];
    double dynamic_h = both ? rack->dynamic_h[0] + rack->dynamic_h[1] : rack->dynamic_h[setup->feed];
    bool dead = !both && room->dead[setup->feed];
    struct electric *el = &view->load;
    double p[3] = {0}, e[3] = {0};
    el->phases = setup->phases;
    view->outlets = setup->outlets;
    view->banks = setup->banks;
    for (unsigned k = 0; k < meter->sockets; k++) {
        unsigned phase = k % el->phases, bank = setup->banks ? k * setup->banks / meter->sockets : 0;
        double base = rack->base * meter->base[k], dynamic = rack->dynamic * meter->dynamic[k];
        double power = factor * (base + dynamic * rack->load), energy = base * base_h + dynamic * dynamic_h;
        line_set(&view->outlet[k], dead ? 0 : room->volts[phase], power, power * tangent, energy);
        view->bank_i[bank] += view->outlet[k].i;
        p[phase] += power;
        e[phase] += energy;
    }
    for (unsigned i = 0; i < el->phases; i++) {
        line_set(&el->line[i], dead ? 0 : room->volts[i], p[i], p[i] * tangent, e[i]);
        el->e += e[i];
    }
    close_electric(el);
    el->eq = el->e * tangent;
    el->es = el->e / rack->power_factor;
    el->frequency = dead ? 0 : room->frequency;
}

static void view_ups(const struct meter *meter, struct view *view)
{
    const struct room *room = meter->room;
    view_flow(meter, &room->ups_out, &view->load);
    view_flow(meter, &room->ups_in, &view->supply);
    double x = room->ups_out.p / room->ups_rated;
    view->battery.load = 100 * view->load.s / room->ups_rated;
    view->battery.runtime = x > 0.05 ? 540 / x : 10800; /* nine minutes at full load */
    view->battery.charge = 100;
    view->battery.voltage = 409.6; /* 15 blocks of 12 V on each side, floating */
    view->battery.current = 0;
    view->battery.temperature = room->battery_temperature;
}

static void view_air(const struct meter *meter, struct view *view)
{
    const struct room *room = meter->room;
    double warmer =
        meter->setup.rack && meter->setup.rack <= room->n_racks ? room->rack[meter->setup.rack - 1].warmer : 1;
    view->inlet = room->cold + warmer + room->recirculation;
    view->inlet_humidity = air_humidity(room->dew_point, view->inlet);
    view->air.returned = room->return_air + 0.5 * room->recirculation;
    view->air.supplied = room->supply_air;
    view->air.returned_humidity = air_humidity(room->dew_point, view->air.returned);
    view->air.supplied_humidity = air_humidity(room->dew_point, view->air.supplied);
    view->air.outdoor = room->outdoor;
    view->air.outdoor_humidity = room->outdoor_humidity;
    view->air.fan = room->fan;
    view->heat.power = room->heat.p;
    view->heat.energy = room->heat.e;
    view->heat.flow = room->water_flow;
    view->heat.volume = room->water_volume;
    view->heat.warm = room->kind == ROOM_WATER ? room->water_warm : view->air.returned;
    view->heat.cold = room->kind == ROOM_WATER ? room->water_cold : view->air.supplied;
}

void meter_view(const struct meter *meter, double time, struct view *ret)
{
    const struct meter_setup *setup = &meter->setup;
    const struct room *room = meter->room;
    struct flow sum = {0};
    memset(ret, 0, sizeof *ret);
    ret->time = time;
    view_air(meter, ret);
    switch (setup->load) {
    case LOAD_PDU: view_strip(meter, ret); return;
    case LOAD_UPS: view_ups(meter, ret); return;
    case LOAD_RACK: sum = racks_flow(room, setup->rack - 1, 1, FEED_BOTH); break;
    case LOAD_ROW: sum = racks_flow(room, ROW * (size_t)(setup->row - 1), ROW, FEED_BOTH); break;
    case LOAD_FEED: sum = racks_flow(room, 0, room->n_racks, setup->feed); break;
    case LOAD_ROOM: sum = room->ups_out; break;
    case LOAD_COOLING:
    case LOAD_HEAT:
    case LOAD_CLIMATE: sum = room->cooling; break;
    case LOAD_LIGHTING: sum = room->lighting; break;
    case LOAD_GRID: sum = room->grid; break;
    case LOADS: break;
    }
    view_flow(meter, &sum, &ret->load);
}
