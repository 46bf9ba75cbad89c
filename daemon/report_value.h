/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values as a report shows them: a number of the language, with the prefix and the digits that fit.
 *
 * Shape: by unit: Wh and W take k, M, G; a ratio has two decimals, three when its uncertainty allows; "share" is a
 *        fraction shown in per cent. What is not a number is a dash.
 * Owner: texts live as long as the language.
 */
#pragma once
#include "daemon/language.h"

#include <jansson.h>

const char *report_value(struct language *language, double value, const char *unit, double uncertainty);
/* "1.31 ± 0.02": with its expanded uncertainty, where that is known. */
const char *report_value_u(struct language *language, double value, const char *unit, double uncertainty);
/* Of a member of any kind: numbers by unit, times by "date" or "time", texts translated, booleans as yes and no. */
const char *report_member(struct language *language, const json_t *value, const char *unit);
/* NAN where it is no number. */
double report_double(const json_t *object, const char *key);
/* "" where it is no text. */
const char *report_string(const json_t *object, const char *key);
/* Seconds since 1970 of a time of the document; 0: none. */
int64_t report_seconds(const json_t *object, const char *key);
/* What a text makes in a template with one %s; lives as long as the language. */
const char *report_words(struct language *language, const char *format, ...) __attribute__((format(printf, 2, 3)));
