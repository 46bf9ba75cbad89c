/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: Eastron SDM630 Modbus protocol: input registers, IEEE 754 single, W, VA, var, A, V, kWh; at most 80
 * registers a request. Schneider Electric iEM3000 series user manual DOCA0005EN: holding registers, numbered from 1 in
 * the manual and one less on the wire, kW, kVA, kvar; energies in Wh, 64 bits. */
#include "device.h"

#include <math.h>

static void sdm_layout(struct registers *r)
{
    static const unsigned blocks[][2] = {{0, 88}, {100, 8}, {200, 8}, {224, 48}, {334, 48}};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        registers_block(r, SPACE_INPUT, blocks[i][0], blocks[i][1]);
    registers_block(r, SPACE_HOLDING, 0, 48); /* its configuration */
    registers_float(r, SPACE_HOLDING, 28, 2); /* baud rate: 9600 */
    registers_limit(r, 80);
}

static void sdm_lines(struct registers *r, const struct electric *el)
{
    for (unsigned i = 0; i < el->phases; i++) {
        const struct line *l = &el->line[i];
        unsigned at = 2 * i;
        registers_float(r, SPACE_INPUT, 0 + at, l->v);
        registers_float(r, SPACE_INPUT, 6 + at, l->i);
        registers_float(r, SPACE_INPUT, 12 + at, l->p);
        registers_float(r, SPACE_INPUT, 18 + at, l->s);
        registers_float(r, SPACE_INPUT, 24 + at, l->q);
        registers_float(r, SPACE_INPUT, 30 + at, l->pf);
        registers_float(r, SPACE_INPUT, 234 + at, 1.8 + 0.1 * i); /* distortion of the voltage, % */
        registers_float(r, SPACE_INPUT, 346 + at, l->e / 1000);
        registers_float(r, SPACE_INPUT, 358 + at, l->e / 1000);
        registers_float(r, SPACE_INPUT, 200 + at, el->v_ll[i]);
        registers_float(r, SPACE_INPUT, 334 + at, 1.6 + 0.1 * i);
    }
}

static void sdm_fill(struct registers *r, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    double sum_i = 0, sum_v = 0;
    for (unsigned i = 0; i < el->phases; i++) {
        sum_i += el->line[i].i;
        sum_v += el->line[i].v;
    }
    sdm_lines(r, el);
    registers_float(r, SPACE_INPUT, 42, sum_v / el->phases);
    registers_float(r, SPACE_INPUT, 46, sum_i / el->phases);
    registers_float(r, SPACE_INPUT, 48, sum_i);
    registers_float(r, SPACE_INPUT, 52, el->p);
    registers_float(r, SPACE_INPUT, 56, el->s);
    registers_float(r, SPACE_INPUT, 60, el->q);
    registers_float(r, SPACE_INPUT, 62, el->pf);
    registers_float(r, SPACE_INPUT, 66, acos(el->pf) * 180 / M_PI);
    registers_float(r, SPACE_INPUT, 70, el->frequency);
    /* 0.01 kWh is the smallest step that the meter counts */
    registers_float(r, SPACE_INPUT, 72, floor(el->e / 10) / 100);
    registers_float(r, SPACE_INPUT, 74, 0);
    registers_float(r, SPACE_INPUT, 76, floor(el->eq / 10) / 100);
    registers_float(r, SPACE_INPUT, 80, floor(el->es / 10) / 100);
    registers_float(r, SPACE_INPUT, 84, el->p); /* demand */
    registers_float(r, SPACE_INPUT, 206, (el->v_ll[0] + el->v_ll[1] + el->v_ll[2]) / 3);
    registers_float(r, SPACE_INPUT, 224, el->i_n);
    registers_float(r, SPACE_INPUT, 342, floor(el->e / 10) / 100);
    registers_float(r, SPACE_INPUT, 344, floor(el->eq / 10) / 100);
}

const struct device device_eastron_sdm630 = {.name = "eastron-sdm630",
                                             .load = LOAD_COOLING,
                                             .truth = TRUTH_ELECTRIC,
                                             .phases = 3,
                                             .rating = 100,
                                             .layout = sdm_layout,
                                             .fill = sdm_fill};

static void iem_layout(struct registers *r)
{
    static const unsigned blocks[][2] = {{29, 60}, {129, 4}, {2999, 112}, {3203, 40}, {3517, 12}};
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
        registers_block(r, SPACE_HOLDING, blocks[i][0], blocks[i][1]);
    registers_text(r, SPACE_HOLDING, 29, 20, "Energy Meter");
    registers_text(r, SPACE_HOLDING, 49, 20, "iEM3255");
    registers_text(r, SPACE_HOLDING, 69, 20, "Schneider Electric");
    /* everything of floating point that this model does not have is not a number */
    for (unsigned at = 2999; at < 3111; at += 2)
        registers_u32(r, SPACE_HOLDING, at, 0xffc00000u);
}

/* Power factor in four quadrants: 0..1 lagging, 1..2 leading with 2 - x the factor (manual, annex). */
static double quadrants(double pf, double q)
{
    return q < 0 ? 2 - pf : pf;
}

static void iem_lines(struct registers *r, const struct electric *el)
{
    double sum_i = 0, sum_v = 0, sum_ll = 0;
    for (unsigned i = 0; i < el->phases; i++) {
        const struct line *l = &el->line[i];
        registers_float(r, SPACE_HOLDING, 2999 + 2 * i, l->i);
        registers_float(r, SPACE_HOLDING, 3019 + 2 * i, el->v_ll[i]);
        registers_float(r, SPACE_HOLDING, 3027 + 2 * i, l->v);
        registers_float(r, SPACE_HOLDING, 3053 + 2 * i, l->p / 1000);
        registers_i64(r, SPACE_HOLDING, 3517 + 4 * i, (int64_t)floor(l->e));
        sum_i += l->i;
        sum_v += l->v;
        sum_ll += el->v_ll[i];
    }
    registers_float(r, SPACE_HOLDING, 3005, el->i_n);
    registers_float(r, SPACE_HOLDING, 3009, sum_i / el->phases);
    registers_float(r, SPACE_HOLDING, 3025, sum_ll / el->phases);
    registers_float(r, SPACE_HOLDING, 3035, sum_v / el->phases);
}

static void iem_fill(struct registers *r, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    uint32_t serial = 0;
    for (const char *p = st->serial; *p; p++)
        serial = serial * 31 + (unsigned char)*p;
    registers_u32(r, SPACE_HOLDING, 129, serial);
    iem_lines(r, el);
    registers_float(r, SPACE_HOLDING, 3059, el->p / 1000);
    registers_float(r, SPACE_HOLDING, 3067, el->q / 1000);
    registers_float(r, SPACE_HOLDING, 3075, el->s / 1000);
    registers_float(r, SPACE_HOLDING, 3083, quadrants(el->pf, el->q));
    registers_float(r, SPACE_HOLDING, 3109, el->frequency);
    registers_i64(r, SPACE_HOLDING, 3203, (int64_t)floor(el->e));
    registers_i64(r, SPACE_HOLDING, 3207, 0);
    registers_i64(r, SPACE_HOLDING, 3219, (int64_t)floor(el->eq));
    registers_i64(r, SPACE_HOLDING, 3223, 0);
    registers_i64(r, SPACE_HOLDING, 3235, (int64_t)floor(el->es));
    registers_i64(r, SPACE_HOLDING, 3239, 0);
}

const struct device device_schneider_iem3000 = {.name = "schneider-iem3000",
                                                .load = LOAD_GRID,
                                                .truth = TRUTH_ELECTRIC,
                                                .phases = 3,
                                                .rating = 630,
                                                .layout = iem_layout,
                                                .fill = iem_fill};
