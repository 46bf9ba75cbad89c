/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: Kamstrup data sheet 58101758 for module HC-003-67/82, datagram 300: holding registers, IEEE 754 single:
 * flow, power, T1 (hot), T2 (cold). What the sheet leaves to the meter's configuration is here l/h, kW and kWh; heat
 * energy and volume (0.01 m3) are played as 32 bit integers at 200 and 202, for a site that names them.
 * Stulz C7000: data point numbers of Stulz-WIB8000-MIB as addresses, temperatures and humidities in tenths; power,
 * cooling power (0.1 kW) and water flow (0.1 m3/h) are assumed. Numbers without a data point answer exception 2. */
#include "device.h"

#include <math.h>

static void multical_layout(struct registers *r)
{
    registers_block(r, SPACE_HOLDING, 0, 14);
    registers_block(r, SPACE_HOLDING, 200, 4);
}

static void multical_fill(struct registers *r, const struct device_state *st)
{
    const struct view *v = &st->view;
    registers_float(r, SPACE_HOLDING, 0, v->heat.flow * 1000);
    registers_u32(r, SPACE_HOLDING, 2, 0xffc00000u); /* no second flow sensor */
    registers_float(r, SPACE_HOLDING, 4, v->heat.power / 1000);
    registers_float(r, SPACE_HOLDING, 6, v->heat.warm);
    registers_float(r, SPACE_HOLDING, 8, v->heat.cold);
    registers_u32(r, SPACE_HOLDING, 10, 0xffc00000u); /* T3, T4 not fitted */
    registers_u32(r, SPACE_HOLDING, 12, 0xffc00000u);
    registers_u32(r, SPACE_HOLDING, 200, (uint32_t)floor(v->heat.energy / 1000));
    registers_u32(r, SPACE_HOLDING, 202, (uint32_t)floor(v->heat.volume * 100));
}

const struct device device_kamstrup_multical = {.name = "kamstrup-multical",
                                                .load = LOAD_HEAT,
                                                .truth = TRUTH_HEAT,
                                                .phases = 3,
                                                .rating = 16,
                                                .layout = multical_layout,
                                                .fill = multical_fill};

static void stulz_layout(struct registers *r)
{
    static const unsigned blocks[][2] = {{1, 1},    {1170, 2}, {1191, 7}, {1249, 1},
                                         {1267, 1}, {1269, 1}, {1741, 1}, {6932, 2}};
    for (enum space space = SPACE_INPUT; space <= SPACE_HOLDING; space++)
        for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
            registers_block(r, space, blocks[i][0], blocks[i][1]);
    registers_block(r, SPACE_COIL, 0, 16);
}

static void stulz_fill(struct registers *r, const struct device_state *st)
{
    const struct view *v = &st->view;
    const struct {
        unsigned at;
        int64_t raw;
    } row[] = {
        {1, 7}, /* C7000IOC */
        {1170, device_round(v->air.returned, 0.1)},
        {1171, device_round(v->air.returned_humidity, 0.1)},
        {1191, device_round(v->heat.cold, 0.1)},
        {1192, device_round(v->air.returned, 0.1)},
        {1193, device_round(v->air.supplied, 0.1)},
        {1194, device_round(v->air.returned_humidity, 0.1)},
        {1195, device_round(v->air.supplied_humidity, 0.1)},
        {1196, device_round(v->air.outdoor, 0.1)},
        {1197, device_round(v->air.outdoor_humidity, 0.1)},
        {1249, device_round(v->heat.flow, 0.1)},
        {1267, (int64_t)floor(v->load.e / 1000)},
        {1269, device_round(v->load.p, 100)},
        {1741, device_round(v->heat.power, 100)},
        {6932, device_round(v->air.fan, 0.01)},
        {6933, device_round(v->air.fan, 0.01)},
    };
    for (enum space space = SPACE_INPUT; space <= SPACE_HOLDING; space++)
        for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
            registers_u16(r, space, row[i].at, row[i].raw);
    registers_u16(r, SPACE_COIL, 0, 1); /* running */
}

const struct device device_stulz_c7000 = {.name = "stulz-c7000-modbus",
                                          .load = LOAD_CLIMATE,
                                          .truth = TRUTH_AIR,
                                          .phases = 3,
                                          .rating = 32,
                                          .layout = stulz_layout,
                                          .fill = stulz_fill};
