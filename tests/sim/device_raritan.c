/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: PDU2-MIB 2024-10-07, 1.3.6.1.4.1.13742.6: value = raw * 10^-digits, digits and unit in the configuration
 * tables; the kind of sensor is the last part of the index. */
#include "device.h"

#include <math.h>
#include <stdio.h>

#define PX "1.3.6.1.4.1.13742.6."

struct place {
    const char *configuration, *measurements; /* table entries */
    char index[24];
    const struct electric *el;
    const struct line *line;
};

static double line_i(const struct electric *el, const struct line *line)
{
    (void)el;
    return line->i;
}

static double line_v(const struct electric *el, const struct line *line)
{
    (void)el;
    return line->v;
}

static double line_ll(const struct electric *el, const struct line *line)
{
    return el->v_ll[line - el->line];
}

static double line_p(const struct electric *el, const struct line *line)
{
    return line ? line->p : el->p;
}

static double line_s(const struct electric *el, const struct line *line)
{
    return line ? line->s : el->s;
}

static double line_pf(const struct electric *el, const struct line *line)
{
    return line ? line->pf : el->pf;
}

static double line_e(const struct electric *el, const struct line *line)
{
    return floor(line ? line->e : el->e);
}

static double apparent(const struct electric *el, const struct line *line)
{
    return floor(line ? line->e / (line->pf > 0 ? line->pf : 1) : el->es);
}

static double hertz(const struct electric *el, const struct line *line)
{
    (void)line;
    return el->frequency;
}

/* SensorTypeEnumeration with the SensorUnitsEnumeration and digits that this model gives it. */
static const struct kind {
    unsigned type;
    int unit;
    unsigned digits;
    double (*value)(const struct electric *el, const struct line *line);
} kinds[] = {
    {1, 2, 3, line_i}, {4, 1, 0, line_v},   {4, 1, 0, line_ll}, {25, 1, 0, line_v},  {5, 3, 0, line_p},
    {6, 4, 0, line_s}, {7, -1, 2, line_pf}, {8, 5, 0, line_e},  {9, 6, 0, apparent}, {23, 8, 1, hertz},
};

enum { K_I = 1, K_V = 2, K_LL = 4, K_LN = 8, K_P = 16, K_S = 32, K_PF = 64, K_E = 128, K_ES = 256, K_HZ = 512 };

static void sensors(struct image *im, const struct device_state *st, const struct place *place, unsigned set)
{
    for (unsigned k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const struct kind *kind = &kinds[k];
        if (!(set & 1u << k))
            continue;
        int64_t raw = device_round(kind->value(place->el, place->line), pow(10, -(double)kind->digits));
        int64_t whole = raw > INT32_MAX || kind->type == 8 ? 0 : raw; /* the signed column does not hold energies */
        image_integer(im, BER_INTEGER, kind->unit, "%s6.%s.%u", place->configuration, place->index, kind->type);
        image_integer(im, BER_GAUGE32, kind->digits, "%s7.%s.%u", place->configuration, place->index, kind->type);
        image_integer(im, BER_INTEGER, 1, "%s2.%s.%u", place->measurements, place->index, kind->type);
        image_integer(im, BER_INTEGER, 4, "%s3.%s.%u", place->measurements, place->index, kind->type);
        image_integer(im, BER_GAUGE32, raw, "%s4.%s.%u", place->measurements, place->index, kind->type);
        image_integer(im, BER_GAUGE32, (int64_t)st->time, "%s5.%s.%u", place->measurements, place->index, kind->type);
        image_integer(im, BER_INTEGER, whole, "%s6.%s.%u", place->measurements, place->index, kind->type);
    }
}

static void identity(struct image *im, const struct device_state *st)
{
    const char *model = st->view.load.phases == 3 ? "PX3-5747V-V2" : "PX3-5493U-K2";
    char description[120];
    snprintf(description, sizeof description, "Raritan PDU, MD:%s HW:0x10 FW:4.2.0.5-50274", model);
    device_system(im, st, description, "1.3.6.1.4.1.13742.6");
    image_integer(im, BER_INTEGER, 1, PX "3.1.0");
    image_text(im, "Raritan", PX "3.2.1.1.2.1");
    image_text(im, model, PX "3.2.1.1.3.1");
    image_text(im, st->serial, PX "3.2.1.1.4.1");
    image_text(im, st->id, PX "3.2.2.1.13.1");
    image_text(im, "4.2.0.5-50274", PX "3.2.3.1.6.1.1.1");
}

static void inlet(struct image *im, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    struct place place = {PX "3.3.4.1.", PX "5.2.3.1.", "1.1", el, el->phases == 1 ? &el->line[0] : NULL};
    sensors(im, st, &place, (el->phases == 1 ? K_I | K_V : 0u) | K_P | K_S | K_PF | K_E | K_ES | K_HZ);
    for (unsigned i = 0; el->phases == 3 && i < 3; i++) {
        struct place pole = {PX "3.3.6.1.", PX "5.2.4.1.", "", el, &el->line[i]};
        snprintf(pole.index, sizeof pole.index, "1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, i + 1, PX "3.3.5.1.1.1.1.%u", i + 1); /* lineL1 .. lineL3 */
        sensors(im, st, &pole, K_I | K_LL | K_LN | K_P | K_S | K_PF | K_E);
    }
}

static void breakers(struct image *im, const struct device_state *st)
{
    for (unsigned i = 0; i < st->view.banks; i++) {
        struct line line = {.i = st->view.bank_i[i]};
        struct place place = {PX "3.4.4.1.", PX "5.3.3.1.", "", &st->view.load, &line};
        char label[16];
        snprintf(place.index, sizeof place.index, "1.%u", i + 1);
        snprintf(label, sizeof label, "C%u", i + 1);
        image_text(im, label, PX "3.4.3.1.2.1.%u", i + 1);
        sensors(im, st, &place, K_I);
    }
}

static void outlets(struct image *im, const struct device_state *st)
{
    for (unsigned k = 0; k < st->view.outlets; k++) {
        struct place place = {PX "3.5.4.1.", PX "5.4.3.1.", "", &st->view.load, &st->view.outlet[k]};
        char label[16], name[24];
        snprintf(place.index, sizeof place.index, "1.%u", k + 1);
        snprintf(label, sizeof label, "%u", k + 1);
        snprintf(name, sizeof name, "server-%02u", k + 1);
        image_text(im, label, PX "3.5.3.1.2.1.%u", k + 1);
        image_text(im, name, PX "3.5.3.1.3.1.%u", k + 1);
        sensors(im, st, &place, K_I | K_V | K_P | K_S | K_PF | K_E | K_HZ);
    }
}

static void external(struct image *im, const struct device_state *st)
{
    const struct {
        const char *name;
        int type, unit, digits;
        double value;
    } row[] = {{"Temperature 1", 10, 7, 1, st->view.inlet}, {"Relative Humidity 1", 11, 9, 0, st->view.inlet_humidity}};
    for (unsigned i = 0; i < 2; i++) {
        image_integer(im, BER_INTEGER, row[i].type, PX "3.6.3.1.2.1.%u", i + 1);
        image_text(im, row[i].name, PX "3.6.3.1.4.1.%u", i + 1);
        image_integer(im, BER_INTEGER, row[i].unit, PX "3.6.3.1.16.1.%u", i + 1);
        image_integer(im, BER_GAUGE32, row[i].digits, PX "3.6.3.1.17.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 1, PX "5.5.3.1.2.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 4, PX "5.5.3.1.3.1.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(row[i].value, pow(10, -row[i].digits)), PX "5.5.3.1.4.1.%u", i + 1);
    }
}

static void objects(struct image *im, const struct device_state *st)
{
    identity(im, st);
    inlet(im, st);
    breakers(im, st);
    outlets(im, st);
    external(im, st);
}

const struct device device_raritan_px2 = {.name = "raritan-px2",
                                          .load = LOAD_PDU,
                                          .truth = TRUTH_INLET,
                                          .phases = 3,
                                          .banks = 6,
                                          .rating = 32,
                                          .objects = objects};
