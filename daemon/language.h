/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Languages of reports: messages, numbers and dates out of languages/NAME.yaml.
 *
 * Shape: a message is found by its English text; '*' in a key stands for any words, which come back, themselves
 *        translated, where the translation has its '*'. A text without a translation stays English.
 *        NAN is a dash.
 * Errors: -ENOENT for a language that has no file; -EINVAL with file:line:col in diag.
 * Owner: the language; texts of language_say live as long as it.
 * Threads: one.
 */
#pragma once
#include "drivers/diag.h"

#include <stdint.h>

struct language;

int language_load(const char *name, struct diag *diag, struct language **ret);
void language_free(struct language *language);
const char *language_name(const struct language *language); /* "nl" */

const char *language_say(struct language *language, const char *english);
/* 1.234,5 */
const char *language_number(struct language *language, double value, int digits);
/* 12 november 2026; with_time: 12 november 2026 14:15. Local time. */
const char *language_date(struct language *language, int64_t s, int with_time);
const char *language_month(struct language *language, int month); /* 0..11 */
/* A copy, or words made of others, that live as long as it. */
const char *language_keep(struct language *language, const char *text);
