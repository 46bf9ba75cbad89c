/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: PowerNet-MIB 4.5.8, rPDU2 subtree 1.3.6.1.4.1.318.1.1.26: power in 0.01 kW, current 0.1 A, voltage V, energy
 * 0.1 kWh, power factor 0.01; metered outlets in W. -1 where a feature is absent. Objects are Integer32. */
#include "device.h"

#include <math.h>
#include <stdio.h>

#define RPDU2 "1.3.6.1.4.1.318.1.1.26."

static int64_t energy(double wh)
{
    return (int64_t)floor(wh / 100); /* a counter shows whole steps only */
}

static void identity(struct image *im, const struct device_state *st)
{
    const struct view *v = &st->view;
    const char *model = v->outlets ? "AP8681" : v->load.phases == 3 ? "AP8886" : "AP8853";
    char description[255];
    snprintf(description, sizeof description,
             "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.8.2 PN:apc_hw05_aos_682.bin AF1:v6.8.0 "
             "AN1:apc_hw05_rpdu2g_680.bin MN:%s HR:02 SN: %s MD:03/11/2019)",
             model, st->serial);
    device_system(im, st, description, "1.3.6.1.4.1.318.1.3.4.6");
    image_integer(im, BER_INTEGER, 1, RPDU2 "2.1.1.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "2.1.2.1");
    image_text(im, st->id, RPDU2 "2.1.3.1");
    image_text(im, "nowhere", RPDU2 "2.1.4.1");
    image_text(im, "02", RPDU2 "2.1.5.1");
    image_text(im, "6.8.0", RPDU2 "2.1.6.1");
    image_text(im, "03/11/2019", RPDU2 "2.1.7.1");
    image_text(im, model, RPDU2 "2.1.8.1");
    image_text(im, st->serial, RPDU2 "2.1.9.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "4.2.1.1.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "4.2.1.2.1");
    image_text(im, st->id, RPDU2 "4.2.1.3.1");
    image_integer(im, BER_INTEGER, v->outlets ? v->outlets : 36, RPDU2 "4.2.1.4.1");
    image_integer(im, BER_INTEGER, v->outlets, RPDU2 "4.2.1.5.1");
    image_integer(im, BER_INTEGER, v->outlets, RPDU2 "4.2.1.6.1");
    image_integer(im, BER_INTEGER, v->load.phases, RPDU2 "4.2.1.7.1");
    image_integer(im, BER_INTEGER, v->banks, RPDU2 "4.2.1.8.1");
    image_integer(im, BER_INTEGER, device_round(st->rating, 1), RPDU2 "4.2.1.9.1");
}

static void totals(struct image *im, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    image_integer(im, BER_INTEGER, 1, RPDU2 "4.3.1.1.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "4.3.1.2.1");
    image_text(im, st->id, RPDU2 "4.3.1.3.1");
    image_integer(im, BER_INTEGER, 2, RPDU2 "4.3.1.4.1");
    image_integer(im, BER_INTEGER, device_round(el->p, 10), RPDU2 "4.3.1.5.1");
    image_integer(im, BER_INTEGER, device_round(el->p * 1.4, 10), RPDU2 "4.3.1.6.1"); /* the peak: something above */
    image_text(im, "01/05/2024 10:20:45", RPDU2 "4.3.1.7.1");
    image_text(im, "01/02/2020 13:26:52", RPDU2 "4.3.1.8.1");
    image_integer(im, BER_INTEGER, energy(el->e), RPDU2 "4.3.1.9.1");
    image_text(im, "01/02/2020 13:27:05", RPDU2 "4.3.1.10.1");
    image_integer(im, BER_INTEGER, device_round(el->s, 10), RPDU2 "4.3.1.16.1");
    image_integer(im, BER_INTEGER, device_round(el->pf, 0.01), RPDU2 "4.3.1.17.1");
    image_integer(im, BER_INTEGER, device_round(el->p, 10), RPDU2 "11.2.0");
    image_integer(im, BER_INTEGER, energy(el->e), RPDU2 "11.3.0");
}

static void phases(struct image *im, const struct device_state *st)
{
    const struct electric *el = &st->view.load;
    for (unsigned i = 0; i < el->phases; i++) {
        const struct line *l = &el->line[i];
        image_integer(im, BER_INTEGER, i + 1, RPDU2 "6.3.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 1, RPDU2 "6.3.1.2.%u", i + 1);
        image_integer(im, BER_INTEGER, i + 1, RPDU2 "6.3.1.3.%u", i + 1);
        image_integer(im, BER_INTEGER, 2, RPDU2 "6.3.1.4.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.1), RPDU2 "6.3.1.5.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->v, 1), RPDU2 "6.3.1.6.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->p, 10), RPDU2 "6.3.1.7.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->s, 10), RPDU2 "6.3.1.8.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(l->pf, 0.01), RPDU2 "6.3.1.9.%u", i + 1);
    }
    image_integer(im, BER_INTEGER, 1, RPDU2 "13.1.1.1.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "13.1.1.2.1");
    for (unsigned i = 0; i < 3; i++)
        image_integer(im, BER_INTEGER, el->phases == 3 ? device_round(el->v_ll[i], 1) : -1, RPDU2 "13.1.1.%u.1", i + 3);
}

static void banks(struct image *im, const struct device_state *st)
{
    for (unsigned i = 0; i < st->view.banks; i++) {
        image_integer(im, BER_INTEGER, i + 1, RPDU2 "8.3.1.1.%u", i + 1);
        image_integer(im, BER_INTEGER, 1, RPDU2 "8.3.1.2.%u", i + 1);
        image_integer(im, BER_INTEGER, i + 1, RPDU2 "8.3.1.3.%u", i + 1);
        image_integer(im, BER_INTEGER, 2, RPDU2 "8.3.1.4.%u", i + 1);
        image_integer(im, BER_INTEGER, device_round(st->view.bank_i[i], 0.1), RPDU2 "8.3.1.5.%u", i + 1);
    }
}

static void outlets(struct image *im, const struct device_state *st)
{
    for (unsigned k = 0; k < st->view.outlets; k++) {
        const struct line *l = &st->view.outlet[k];
        char name[32];
        snprintf(name, sizeof name, "Outlet %u", k + 1);
        image_integer(im, BER_INTEGER, l->v > 1 ? 2 : 1, RPDU2 "9.2.3.1.5.%u", k + 1);
        image_integer(im, BER_INTEGER, k + 1, RPDU2 "9.4.3.1.1.%u", k + 1);
        image_integer(im, BER_INTEGER, 1, RPDU2 "9.4.3.1.2.%u", k + 1);
        image_text(im, name, RPDU2 "9.4.3.1.3.%u", k + 1);
        image_integer(im, BER_INTEGER, k + 1, RPDU2 "9.4.3.1.4.%u", k + 1);
        image_integer(im, BER_INTEGER, 2, RPDU2 "9.4.3.1.5.%u", k + 1);
        image_integer(im, BER_INTEGER, device_round(l->i, 0.1), RPDU2 "9.4.3.1.6.%u", k + 1);
        image_integer(im, BER_INTEGER, device_round(l->p, 1), RPDU2 "9.4.3.1.7.%u", k + 1);
        image_integer(im, BER_INTEGER, energy(l->e), RPDU2 "9.4.3.1.11.%u", k + 1);
    }
}

static void sensor(struct image *im, const struct device_state *st)
{
    const struct view *v = &st->view;
    image_integer(im, BER_INTEGER, 1, RPDU2 "10.2.2.1.1.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "10.2.2.1.2.1");
    image_text(im, "Rack inlet", RPDU2 "10.2.2.1.3.1");
    image_integer(im, BER_INTEGER, 1, RPDU2 "10.2.2.1.4.1");
    image_integer(im, BER_INTEGER, 2, RPDU2 "10.2.2.1.5.1");
    image_integer(im, BER_INTEGER, 2, RPDU2 "10.2.2.1.6.1"); /* commsOK */
    image_integer(im, BER_INTEGER, device_round(v->inlet * 1.8 + 32, 0.1), RPDU2 "10.2.2.1.7.1");
    image_integer(im, BER_INTEGER, device_round(v->inlet, 0.1), RPDU2 "10.2.2.1.8.1");
    image_integer(im, BER_INTEGER, 4, RPDU2 "10.2.2.1.9.1");
    image_integer(im, BER_INTEGER, device_round(v->inlet_humidity, 1), RPDU2 "10.2.2.1.10.1");
}

static void objects(struct image *im, const struct device_state *st)
{
    identity(im, st);
    totals(im, st);
    phases(im, st);
    banks(im, st);
    outlets(im, st);
    sensor(im, st);
}

const struct device device_apc_rpdu2 = {
    .name = "apc-rpdu2", .load = LOAD_PDU, .truth = TRUTH_PDU, .phases = 1, .rating = 16, .objects = objects};
