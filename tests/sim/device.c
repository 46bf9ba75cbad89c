/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device.h"

#include <math.h>
#include <string.h>

static const struct device *const devices[] = {
    &device_apc_rpdu2,         &device_raritan_px2,       &device_servertech_sentry4,
    &device_rfc1628_ups,       &device_entity_sensor,     &device_eastron_sdm630,
    &device_schneider_iem3000, &device_kamstrup_multical, &device_stulz_c7000,
};

const struct device *device_find(const char *name)
{
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (!strcmp(devices[i]->name, name))
            return devices[i];
    return NULL;
}

const char *device_names(void)
{
    return "apc-rpdu2 raritan-px2 servertech-sentry4 rfc1628-ups entity-sensor eastron-sdm630 schneider-iem3000 "
           "kamstrup-multical stulz-c7000-modbus";
}

static void adjust_line(struct line *line, double start, const struct line *zero, double gain)
{
    line->i *= gain;
    line->p *= gain;
    line->q *= gain;
    line->s *= gain;
    line->e += start - (zero ? zero->e : 0);
}

static void adjust_electric(struct electric *el, double start, const struct electric *zero, double gain)
{
    if (!el->phases)
        return;
    for (unsigned i = 0; i < el->phases; i++)
        adjust_line(&el->line[i], start / el->phases, zero ? &zero->line[i] : NULL, gain);
    el->p *= gain;
    el->q *= gain;
    el->s *= gain;
    el->i_n *= gain;
    el->e += start - (zero ? zero->e : 0);
    el->eq += 0.3 * start - (zero ? zero->eq : 0);
    el->es += 1.05 * start - (zero ? zero->es : 0);
}

void device_adjust(struct view *view, double start, const struct view *zero, double gain)
{
    adjust_electric(&view->load, start, zero ? &zero->load : NULL, gain);
    adjust_electric(&view->supply, start, zero ? &zero->supply : NULL, gain);
    for (unsigned k = 0; k < view->outlets; k++)
        adjust_line(&view->outlet[k], start / view->outlets, zero ? &zero->outlet[k] : NULL, gain);
    for (unsigned k = 0; k < view->banks; k++)
        view->bank_i[k] *= gain;
    view->heat.power *= gain;
    view->heat.energy += start - (zero ? zero->heat.energy : 0);
    view->heat.volume += start / 7000 - (zero ? zero->heat.volume : 0); /* 6 K: 7 kWh a cubic metre */
}

void device_system(struct image *image, const struct device_state *state, const char *description, const char *oid)
{
    image_text(image, description, "1.3.6.1.2.1.1.1.0");
    image_object(image, oid, "1.3.6.1.2.1.1.2.0");
    image_integer(image, BER_TICKS, (int64_t)(uint32_t)state->ticks, "1.3.6.1.2.1.1.3.0");
    image_text(image, "simulated", "1.3.6.1.2.1.1.4.0");
    image_text(image, state->id, "1.3.6.1.2.1.1.5.0");
    image_text(image, "nowhere", "1.3.6.1.2.1.1.6.0");
}

int64_t device_round(double value, double step)
{
    return llround(value / step);
}
