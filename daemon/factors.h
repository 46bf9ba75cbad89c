/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Factors that stand in laws, standards and statistics: each with its source
 * and date. What a site states wins.
 *
 * Shape: read once a process from factors.yaml beside the profiles (data.h).
 * Units: as each row says.
 * Errors: factors_load tells what is wrong with the file; without it the other
 * two abort, with words on stderr. Owner: texts live as long as the process.
 * Threads: any.
 */
#pragma once

struct factor {
    const char *key;
    double value;
    const char *unit;
    const char *source; /* document, and its date in brackets */
};

/* NULL: all is there; else the fault in words. */
const char *factors_load(void);
/* NULL: none of this key. */
const struct factor *factor_find(const char *key);
/* Aborts for a key that is not in the table: keys are the program's own. */
double factor_value(const char *key);
