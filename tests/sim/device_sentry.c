/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: Sentry4-MIB, 1.3.6.1.4.1.1718.4: W, VA, 0.01 A, 0.1 V, 0.1 Hz, 0.01 power factor; energy of cord and phase in
 * 0.1 kWh, of outlets in Wh; temperature in tenths of what st4TempSensorScale says. Objects are Integer32. */
#include "device.h"

#include <math.h>
#include <stdio.h>

#define ST4 "1.3.6.1.4.1.1718.4.1."

static void identity(struct image *im, const struct device_state *st)
{
    device_system(im, st, "Sentry Switched PDU", "1.3.6.1.4.1.1718.4");
    image_text(im, "Version 8.0n", ST4 "1.1.1.3.0");
    image_text(im, "Master", ST4 "2.2.1.3.1");
    image_text(im, st->serial, ST4 "2.2.1.4.1");
    image_text(im, "C2S42CE-YCMFAM00", ST4 "2.2.1.5.1");
}

static void cord(struct image *im, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    double capacity = 230 * st->rating * el->phases;
    image_text(im, "AA", ST4 "3.2.1.2.1.1");
    image_text(im, "Master_Cord_A", ST4 "3.2.1.3.1.1");
    image_integer(im, BER_INTEGER, device_round(st->rating, 1), ST4 "3.2.1.10.1.1");
    image_integer(im, BER_INTEGER, 1, ST4 "3.3.1.1.1.1");
    image_integer(im, BER_INTEGER, 0, ST4 "3.3.1.2.1.1");
    image_integer(im, BER_INTEGER, device_round(el->p, 1), ST4 "3.3.1.3.1.1");
    image_integer(im, BER_INTEGER, 0, ST4 "3.3.1.4.1.1");
    image_integer(im, BER_INTEGER, device_round(el->s, 1), ST4 "3.3.1.5.1.1");
    image_integer(im, BER_INTEGER, 0, ST4 "3.3.1.6.1.1");
    image_integer(im, BER_INTEGER, device_round(100 * el->s / capacity, 0.1), ST4 "3.3.1.7.1.1");
    image_integer(im, BER_INTEGER, device_round(el->pf, 0.01), ST4 "3.3.1.8.1.1");
    image_integer(im, BER_INTEGER, (int64_t)floor(el->e / 100), ST4 "3.3.1.10.1.1");
    image_integer(im, BER_INTEGER, device_round(el->frequency, 0.1), ST4 "3.3.1.11.1.1");
}

static void lines(struct image *im, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    for (unsigned i = 0; i < el->phases; i++) {
        const struct line *l = &el->line[i];
        char label[24];
        snprintf(label, sizeof label, "AA:L%u", i + 1);
        image_text(im, label, ST4 "4.2.1.4.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 1, ST4 "4.3.1.1.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 0, ST4 "4.3.1.2.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.01), ST4 "4.3.1.3.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(100 * l->i / st->rating, 0.1), ST4 "4.3.1.5.1.1.%u", i + 1);
        snprintf(label, sizeof label, "AA:L%u-N", i + 1);
        image_text(im, label, ST4 "5.2.1.4.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 1, ST4 "5.3.1.1.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 0, ST4 "5.3.1.2.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->v, 0.1), ST4 "5.3.1.3.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 0, ST4 "5.3.1.4.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.01), ST4 "5.3.1.6.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 15, ST4 "5.3.1.7.1.1.%u", i + 1); /* crest factor 1.5 */
        image_integer(im, BER_INTEGER, device_round(l->p, 1), ST4 "5.3.1.8.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->s, 1), ST4 "5.3.1.9.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->pf, 0.01), ST4 "5.3.1.10.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, (int64_t)floor(l->e / 100), ST4 "5.3.1.13.1.1.%u", i + 1);
    }
}

static void branches(struct image *im, const struct device_state *st)
{
    for (unsigned i = 0; i < st->view.banks; i++) {
        char label[24];
        snprintf(label, sizeof label, "AA:BR%u", i + 1);
        image_text(im, label, ST4 "7.2.1.4.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 1, ST4 "7.3.1.1.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 0, ST4 "7.3.1.2.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(st->view.bank_i[i], 0.01), ST4 "7.3.1.3.1.1.%u", i + 1);
    }
}

static void outlets(struct image *im, const struct device_state *st)
{
    for (unsigned k = 0; k < st->view.outlets; k++) {
        const struct line *l = &st->view.outlet[k];
        char name[32];
        snprintf(name, sizeof name, "Master_Outlet_%u", k + 1);
        image_text(im, name, ST4 "8.2.1.3.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, l->v > 1 ? 1 : 2, ST4 "8.3.1.1.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, 0, ST4 "8.3.1.2.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.01), ST4 "8.3.1.3.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, device_round(l->v, 0.1), ST4 "8.3.1.6.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, device_round(l->p, 1), ST4 "8.3.1.7.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, device_round(l->s, 1), ST4 "8.3.1.9.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, l->p > 0 ? device_round(l->pf, 0.01) : -1, ST4 "8.3.1.10.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, l->p > 0 ? 15 : -1, ST4 "8.3.1.12.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, (int64_t)floor(l->e), ST4 "8.3.1.14.1.1.%u", k + 1);
    }
}

static void probes(struct image *im, const struct device_state *st)
{
    image_integer(im, BER_INTEGER, 0, ST4 "9.1.10.0"); /* celsius */
    image_text(im, "Temp_Sensor_A1", ST4 "9.2.1.3.1.1");
    image_text(im, "Temp_Sensor_A2", ST4 "9.2.1.3.1.2");
    image_integer(im, BER_INTEGER, device_round(st->view.inlet, 0.1), ST4 "9.3.1.1.1.1");
    image_integer(im, BER_INTEGER, 0, ST4 "9.3.1.2.1.1");
    image_integer(im, BER_INTEGER, -410, ST4 "9.3.1.1.1.2"); /* not plugged in */
    image_integer(im, BER_INTEGER, 7, ST4 "9.3.1.2.1.2");
    image_text(im, "Humid_Sensor_A1", ST4 "10.2.1.3.1.1");
    image_integer(im, BER_INTEGER, device_round(st->view.inlet_humidity, 1), ST4 "10.3.1.1.1.1");
    image_integer(im, BER_INTEGER, 0, ST4 "10.3.1.2.1.1");
}

static void objects(struct image *im, const struct device_state *st)
{
    identity(im, st);
    cord(im, st);
    lines(im, st);
    branches(im, st);
    outlets(im, st);
    probes(im, st);
}

const struct device device_servertech_sentry4 = {.name = "servertech-sentry4",
                                                 .load = LOAD_PDU,
                                                 .truth = TRUTH_INLET,
                                                 .phases = 3,
                                                 .banks = 6,
                                                 .rating = 32,
                                                 .objects = objects};
