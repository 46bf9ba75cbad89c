/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: RFC 1628, 1.3.6.1.2.1.33.1: whole V, W and percent, 0.1 A, 0.1 Hz, 0.1 V of the battery, minutes. It has no
 * energy at all. ENTITY-SENSOR-MIB of RFC 3433 with the names of ENTITY-MIB (RFC 6933): value * 10^(3 (scale - 9)) *
 * 10^-precision. */
#include "device.h"

#include <math.h>

#define UPS "1.3.6.1.2.1.33.1."

static void ups_identity(struct image *im, const struct device_state *st)
{
    device_system(im, st, "Network management card of a three phase UPS", "1.3.6.1.4.1.8072.3.2.10");
    image_text(im, "Simulated", UPS "1.1.0");
    image_text(im, "Double conversion", UPS "1.2.0");
    image_text(im, "1.0", UPS "1.3.0");
    image_text(im, "1.0", UPS "1.4.0");
    image_text(im, st->id, UPS "1.5.0");
}

static void ups_battery(struct image *im, const struct device_state *st)
{
    const struct view *v = &st->view;
    image_integer(im, BER_INTEGER, 2, UPS "2.1.0"); /* batteryNormal */
    image_integer(im, BER_INTEGER, 0, UPS "2.2.0");
    image_integer(im, BER_INTEGER, (int64_t)floor(v->battery.runtime / 60), UPS "2.3.0");
    image_integer(im, BER_INTEGER, device_round(v->battery.charge, 1), UPS "2.4.0");
    image_integer(im, BER_INTEGER, device_round(v->battery.voltage, 0.1), UPS "2.5.0");
    image_integer(im, BER_INTEGER, device_round(v->battery.current, 0.1), UPS "2.6.0");
    image_integer(im, BER_INTEGER, device_round(v->battery.temperature, 1), UPS "2.7.0");
}

/* upsConfig: nominal volts and tenths of hertz in and out, rated VA and W, minutes of low battery, buzzer. */
static void ups_ratings(struct image *im, const struct device_state *st)
{
    const struct view *v = &st->view;
    double rated = v->battery.load > 0 ? 100 * v->load.s / v->battery.load : 0;
    const int64_t row[] = {230, 500, 230, 500, device_round(rated, 1), device_round(rated, 1), 2, 3};
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++)
        image_integer(im, BER_INTEGER, row[i], UPS "9.%u.0", i + 1);
}

static void ups_lines(struct image *im, const struct device_state *st)
{
    const struct electric *in = &st->view.supply, *out = &st->view.load;
    image_integer(im, BER_COUNTER32, 0, UPS "3.1.0");
    image_integer(im, BER_INTEGER, in->phases, UPS "3.2.0");
    for (unsigned i = 0; i < in->phases; i++) {
        const struct line *l = &in->line[i];
        image_integer(im, BER_INTEGER, device_round(in->frequency, 0.1), UPS "3.3.1.2.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->v, 1), UPS "3.3.1.3.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.1), UPS "3.3.1.4.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->p, 1), UPS "3.3.1.5.%u", i + 1);
    }
    image_integer(im, BER_INTEGER, 3, UPS "4.1.0"); /* normal */
    image_integer(im, BER_INTEGER, device_round(out->frequency, 0.1), UPS "4.2.0");
    image_integer(im, BER_INTEGER, out->phases, UPS "4.3.0");
    for (unsigned i = 0; i < out->phases; i++) {
        const struct line *l = &out->line[i];
        image_integer(im, BER_INTEGER, device_round(l->v, 1), UPS "4.4.1.2.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.1), UPS "4.4.1.3.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->p, 1), UPS "4.4.1.4.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(st->view.battery.load * l->s * out->phases / out->s, 1),
                      UPS "4.4.1.5.%u", i + 1);
    }
    image_integer(im, BER_INTEGER, device_round(in->frequency, 0.1), UPS "5.1.0");
    image_integer(im, BER_INTEGER, in->phases, UPS "5.2.0");
    for (unsigned i = 0; i < in->phases; i++) {
        image_integer(im, BER_INTEGER, device_round(in->line[i].v, 1), UPS "5.3.1.2.%u", i + 1);
        image_integer(im, BER_INTEGER, 0, UPS "5.3.1.3.%u", i + 1);
        image_integer(im, BER_INTEGER, 0, UPS "5.3.1.4.%u", i + 1);
    }
    image_integer(im, BER_GAUGE32, 0, UPS "6.1.0"); /* no alarm present */
    ups_ratings(im, st);
}

static void ups_objects(struct image *im, const struct device_state *st)
{
    ups_identity(im, st);
    ups_battery(im, st);
    ups_lines(im, st);
}

const struct device device_rfc1628_ups = {
    .name = "rfc1628-ups", .load = LOAD_UPS, .truth = TRUTH_UPS, .phases = 3, .rating = 63, .objects = ups_objects};

/* EntitySensorDataType and Scale: RFC 3433 section 4. */
enum { VOLTS_AC = 3, WATTS = 6, CELSIUS = 8, PERCENT = 9, RPM = 10, MILLI = 8, UNITS = 9, KILO = 10 };

static void entity_objects(struct image *im, const struct device_state *st)
{
    const struct view *v = &st->view;
    const struct {
        const char *name;
        int type, scale, precision, status;
        double value;
    } row[] = {
        {"Inlet air temperature", CELSIUS, UNITS, 1, 1, v->inlet},
        {"Exhaust air temperature", CELSIUS, MILLI, 0, 1, v->air.returned},
        {"Inlet air humidity", PERCENT, UNITS, 0, 1, v->inlet_humidity},
        {"Input power", WATTS, KILO, 3, 1, v->load.p},
        {"Fan 1 speed", RPM, UNITS, 0, 1, 6000 * v->air.fan},
        {"Supply voltage", VOLTS_AC, MILLI, 0, 1, v->load.line[0].v},
        {"Spare temperature", CELSIUS, UNITS, 0, 2, 0}, /* unavailable */
    };
    device_system(im, st, "Simulated equipment with entity sensors", "1.3.6.1.4.1.8072.3.2.10");
    image_text(im, st->serial, "1.3.6.1.2.1.47.1.1.1.1.11.1");
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        unsigned index = 1001 + i;
        double step = pow(10, 3 * (row[i].scale - 9) - row[i].precision);
        image_text(im, row[i].name, "1.3.6.1.2.1.47.1.1.1.1.2.%u", index);
        image_text(im, row[i].name, "1.3.6.1.2.1.47.1.1.1.1.7.%u", index);
        image_integer(im, BER_INTEGER, row[i].type, "1.3.6.1.2.1.99.1.1.1.1.%u", index);
        image_integer(im, BER_INTEGER, row[i].scale, "1.3.6.1.2.1.99.1.1.1.2.%u", index);
        image_integer(im, BER_INTEGER, row[i].precision, "1.3.6.1.2.1.99.1.1.1.3.%u", index);
        image_integer(im, BER_INTEGER, device_round(row[i].value, step), "1.3.6.1.2.1.99.1.1.1.4.%u", index);
        image_integer(im, BER_INTEGER, row[i].status, "1.3.6.1.2.1.99.1.1.1.5.%u", index);
    }
}

const struct device device_entity_sensor = {.name = "entity-sensor",
                                            .load = LOAD_CLIMATE,
                                            .truth = TRUTH_ENTITY,
                                            .phases = 1,
                                            .rating = 16,
                                            .objects = entity_objects};
