/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Home Assistant calls a quantity: class, unit, precision, and the words people read.
 *
 * Shape: one row a quantity in mqtt_ha_class.c. NULL: the key is left out of the discovery; an empty text is not
 * allowed there. Units: `unit` is what Home Assistant shows; `arithmetic` makes it of the base unit. Source: Home
 * Assistant, homeassistant/components/sensor/const.py: DEVICE_CLASS_UNITS, DEVICE_CLASS_STATE_CLASSES.
 */
#pragma once
#include "drivers/part.h"
#include "drivers/quantity.h"

struct ha_class {
    const char *name; /* "apparent power" */
    const char *device_class, *state_class, *unit;
    const char *arithmetic; /* behind the value: " / 1000"; NULL: as it is */
    int precision;          /* digits shown; -1: left out */
    bool hidden;            /* few need it: there, but not enabled */
};

/* NULL: not for Home Assistant, or a state, which is its own kind of entity. */
const struct ha_class *ha_class(enum quantity quantity);

#define HA_NAME_MAX 240
/* "Outlet 1 web server power": the part in words, the label where there is one, the quantity; the total is not named.
 */
void ha_entity_name(char ret[HA_NAME_MAX], const char *part, const char *label, enum quantity quantity);
