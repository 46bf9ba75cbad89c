/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "room.h"

#include "weather.h"

#include <math.h>
#include <stdlib.h>

enum { CH_RACK = 0x1000, CH_LOAD = 0x2000, CH_VOLT = 0x3000, CH_HERTZ = 0x3010, CH_WATER = 0x3020 };

/* The plants assumed, each as a part of the nominal IT power. */
static const struct plant {
    const char *name;
    size_t racks;
    double lighting; /* W per W of IT */
    double cooling;  /* thermal capacity, W per W */
    double stored;   /* J/K per W: air, cabinets and walls near */
    double walls;    /* W/K per W: to the weather */
    double fans;     /* W per W at full air flow */
    double setpoint; /* degC of the cold air */
    double office;   /* how far the load follows the working day */
} plants[ROOM_KINDS] = {
    [ROOM_DX] = {"server-room-dx", 4, 0.0125, 1.5, 35, 0.004, 0.03, 22.5, 0.45},
    [ROOM_WATER] = {"data-centre-water", 24, 0.008, 1.4, 25, 0.001, 0.035, 23.5, 0.2},
};

#define IDLE 0.71 /* of a rack's nominal power, without load: most servers of a town hall wait */
#define SPAN 0.70 /* more, at full load */
#define BAND 2.0  /* K over which the cooler goes from nothing to all it can */

const char *room_kind_name(enum room_kind kind)
{
    return plants[kind].name;
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static void rack_init(const struct room *room, struct rack *rack, size_t i, double part)
{
    uint64_t at = CH_RACK + 16 * i;
    rack->base = room->it_nominal * part * IDLE;
    rack->dynamic = room->it_nominal * part * SPAN;
    rack->power_factor = 0.93 + 0.06 * noise_unit(room->seed, at + 1);
    rack->share_a = 0.44 + 0.12 * noise_unit(room->seed, at + 2);
    rack->office = plants[room->kind].office * (0.6 + 0.8 * noise_unit(room->seed, at + 3));
    rack->night = 22 + 5 * noise_unit(room->seed, at + 4);
    rack->warmer = 2 * noise_unit(room->seed, at + 5);
    rack->factor[FEED_A] = rack->share_a;
    rack->factor[FEED_B] = 1 - rack->share_a;
}

struct room *room_new(const char *name, enum room_kind kind, double it_w, size_t n_racks, uint64_t seed, double time)
{
    struct room *room = calloc(1, sizeof *room);
    if (!room)
        abort();
    const struct plant *plant = &plants[kind];
    room->name = name;
    room->kind = kind;
    room->seed = noise_text(seed, name);
    room->it_nominal = it_w;
    room->lighting_w = plant->lighting * it_w;
    room->ups_rated = 1.4 * it_w;
    room->stored = plant->stored * it_w;
    room->n_racks = n_racks ? n_racks : plant->racks;
    room->rack = calloc(room->n_racks, sizeof *room->rack);
    if (!room->rack)
        abort();
    double sum = 0;
    for (size_t i = 0; i < room->n_racks; i++)
        sum += 0.7 + 0.6 * noise_unit(room->seed, CH_RACK + 16 * i);
    for (size_t i = 0; i < room->n_racks; i++)
        rack_init(room, &room->rack[i], i, (0.7 + 0.6 * noise_unit(room->seed, CH_RACK + 16 * i)) / sum);
    room->cold = plant->setpoint;
    room->battery_temperature = 24;
    /* ten minutes before settle powers and temperatures; their energies are not part of the story */
    for (int i = 0; i < 60; i++)
        room_step(room, time - 600 + 10 * i, 10);
    struct flow *flows[] = {&room->grid,     &room->ups_in, &room->ups_out, &room->cooling,
                            &room->lighting, &room->heat,   &room->walls};
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++)
        flows[i]->e = flows[i]->eq = flows[i]->es = 0;
    for (size_t i = 0; i < 2 * room->n_racks; i++)
        room->rack[i / 2].base_h[i % 2] = room->rack[i / 2].dynamic_h[i % 2] = 0;
    room->water_volume = 0;
    return room;
}

void room_free(struct room *room)
{
    if (!room)
        return;
    free(room->rack);
    free(room);
}

double rack_power(const struct rack *rack, enum feed feed)
{
    double factor = feed == FEED_BOTH ? rack->factor[0] + rack->factor[1] : rack->factor[feed];
    return factor * (rack->base + rack->dynamic * rack->load);
}

double rack_energy(const struct rack *rack, enum feed feed)
{
    if (feed == FEED_BOTH)
        return rack_energy(rack, FEED_A) + rack_energy(rack, FEED_B);
    return rack->base * rack->base_h[feed] + rack->dynamic * rack->dynamic_h[feed];
}

static void flow_set(struct flow *flow, double p, double q, double seconds)
{
    flow->p = p;
    flow->q = q;
    flow->e += p * seconds / 3600;
    flow->eq += q * seconds / 3600;
    flow->es += hypot(p, q) * seconds / 3600;
}

static void step_racks(struct room *room, double middle, double seconds)
{
    double p = 0, q = 0, office = week_office(middle);
    for (size_t i = 0; i < room->n_racks; i++) {
        struct rack *rack = &room->rack[i];
        double since = fmod(week_hour(middle) - rack->night + 48, 24); /* hours since its backup began */
        double wander = noise_wave(room->seed, CH_LOAD + i, middle, 600) +
                        0.5 * noise_wave(room->seed, CH_LOAD + i + 0x100000, middle, 45);
        rack->load = clamp(0.28 + rack->office * office + (since < 1.5 ? 0.3 : 0) + 0.07 * wander, 0, 1);
        rack->factor[FEED_A] = room->dead[FEED_A] ? 0 : room->dead[FEED_B] ? 1 : rack->share_a;
        rack->factor[FEED_B] = room->dead[FEED_B] ? 0 : room->dead[FEED_A] ? 1 : 1 - rack->share_a;
        for (int f = 0; f < 2; f++) {
            rack->base_h[f] += rack->factor[f] * seconds / 3600;
            rack->dynamic_h[f] += rack->factor[f] * rack->load * seconds / 3600;
        }
        double power = rack_power(rack, FEED_BOTH);
        p += power;
        q += power * tan(acos(rack->power_factor));
    }
    flow_set(&room->ups_out, p, q, seconds);
}

static void step_ups(struct room *room, double seconds)
{
    /* a double conversion UPS: fixed, linear and square losses, 94 % at half load */
    double x = room->ups_out.p / room->ups_rated;
    double loss = room->ups_rated * (0.012 + 0.02 * x + 0.02 * x * x);
    double in = room->ups_out.p + loss;
    flow_set(&room->ups_in, in, in * tan(acos(0.99)), seconds);
    flow_set(&room->lighting, room->lighting_w, room->lighting_w * tan(acos(0.95)), seconds);
    room->battery_temperature += (23 + 3 * x - room->battery_temperature) * (1 - exp(-seconds / 7200));
}

/* The cold air follows its cooler; returns the heat carried away in W, exact against what the room stores. */
static double step_air(struct room *room, double seconds)
{
    const struct plant *plant = &plants[room->kind];
    flow_set(&room->walls, plant->walls * room->it_nominal * (room->outdoor - room->cold), 0, seconds);
    double heat = room->ups_in.p + room->lighting.p + room->walls.p;
    double capacity = plant->cooling * room->it_nominal, stored = room->stored;
    double settled = plant->setpoint - BAND / 2 + BAND * heat / capacity, tau = stored * BAND / capacity;
    double next = settled + (room->cold - settled) * exp(-seconds / tau);
    double cooling = clamp(heat - stored * (next - room->cold) / seconds, 0, capacity);
    room->cold += (heat - cooling) * seconds / stored;
    room->fan = clamp(0.45 + 0.55 * cooling / capacity, 0.3, 1);
    /* air sized for 11 K at the nominal load */
    room->supply_air = room->cold - 1.5;
    room->return_air = room->supply_air + 11 * (cooling / room->it_nominal) / (room->fan / 0.8);
    double target = room->hot_aisle ? 11 : 0;
    room->recirculation += (target - room->recirculation) * (1 - exp(-seconds / 120));
    return cooling;
}

static double dx_power(const struct room *room, double cooling)
{
    /* a split unit: less work on a cold day */
    return cooling / clamp(3.4 - 0.055 * (room->outdoor - 20), 2, 4.8);
}

/* Dry coolers carry what the weather allows, the chiller the rest. */
static double water_power(struct room *room, double cooling, double time, double seconds)
{
    double kg_s = 1.1 * room->it_nominal / (4186 * 6);
    room->water_cold = 18 + 0.4 * noise_wave(room->seed, CH_WATER, time, 900);
    room->water_warm = room->water_cold + cooling / (kg_s * 4186);
    room->water_flow = kg_s * 3600 / 998;
    room->water_volume += room->water_flow * seconds / 3600;
    double lift = room->water_warm - room->water_cold;
    double free_part = lift > 0 ? clamp((room->water_warm - room->outdoor - 5.5) / lift, 0, 1) : 1;
    double chiller = clamp(5.2 - 0.07 * (room->outdoor - 20), 3, 7);
    return 0.012 * room->it_nominal + free_part * cooling / 30 + (1 - free_part) * cooling / chiller;
}

void room_step(struct room *room, double time, double seconds)
{
    double middle = time + seconds / 2;
    room->outdoor = weather_temperature(room->seed, middle);
    room->outdoor_humidity = weather_humidity(room->seed, middle);
    room->dew_point = clamp(weather_dew_point(room->seed, middle), 5.5, 15); /* a humidifier and a cold coil */
    room->frequency = 50 + 0.03 * noise_wave(room->seed, CH_HERTZ, middle, 30);
    for (unsigned i = 0; i < 3; i++)
        room->volts[i] = 231 + i + 2.5 * noise_wave(room->seed, CH_VOLT + i, middle, 300);
    step_racks(room, middle, seconds);
    step_ups(room, seconds);
    double cooling = step_air(room, seconds);
    flow_set(&room->heat, cooling, 0, seconds);
    double power = plants[room->kind].fans * room->it_nominal * pow(room->fan, 3);
    power += room->kind == ROOM_DX ? dx_power(room, cooling) : water_power(room, cooling, middle, seconds);
    flow_set(&room->cooling, power, power * tan(acos(0.87)), seconds);
    flow_set(&room->grid, room->ups_in.p + room->cooling.p + room->lighting.p,
             room->ups_in.q + room->cooling.q + room->lighting.q, seconds);
}
