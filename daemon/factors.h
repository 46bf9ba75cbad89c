/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Factors that stand in laws, standards and statistics: each with its source and date. What a site states wins.
 *
 * Units: as each row says.
 */
#pragma once

struct factor {
    const char *key;
    double value;
    const char *unit;
    const char *source; /* document and date */
};

/* NULL-key ended. */
extern const struct factor factors[];
const struct factor *factor_find(const char *key);
/* Aborts for a key that is not in the table: keys are the program's own. */
double factor_value(const char *key);
