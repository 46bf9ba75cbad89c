/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units as people and devices write them, and their way to the base unit.
 *
 * Shape: value_base = value * factor + offset. Factors are decimal, or a ratio where no decimal is exact
 *        (GJ -> Wh: 1e9/3600): `divisor` 1 else.
 * Errors: -EINVAL for a unit that does not exist or is of another dimension than wanted.
 * Source: BIPM SI Brochure 9th ed. (2019); 1 degF = (x - 32)/1.8 degC; 1 US gpm = 6.30901964e-5 m3/s.
 */
#pragma once
#include "decimal.h"
#include "quantity.h"

struct unit {
    const char *name;
    enum dimension dimension;
    struct decimal factor;
    double divisor;
    double offset; /* added after the factor: degrees Fahrenheit and kelvin */
};

const struct unit *unit_find(const char *name);
/* A unit of the dimension given, where one spelling serves several ("C" of a difference, "%"). NULL: none. */
const struct unit *unit_find_as(const char *name, enum dimension dimension);
double unit_to_base(const struct unit *unit, double value);
const char *dimension_name(enum dimension d);      /* "power", for messages */
const char *dimension_base_unit(enum dimension d); /* "W" */
const char *dimension_example(enum dimension d);   /* "3.5kW", for messages */
/* "10s", "3.5kW", "24C": a number and its unit without or with one blank between. Strict. */
int unit_parse_value(const char *text, enum dimension dimension, double *ret_base);
