/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The languages of the page: which one a reader wants, and its words.
 *
 * Shape: words come from language.h. Since it keeps every text it ever made, a language is loaded anew after
 *        SPEECH_TURNS uses: a page that stays on for months does not grow.
 * Errors: a language whose file is missing or wrong speaks English; words for the journal.
 * Threads: one.
 */
#pragma once
#include "daemon/web_template.h"

enum speech_language { SPEECH_EN, SPEECH_NL, SPEECH_FR, SPEECH_LANGUAGES };

struct speech;

extern const char *const speech_codes[SPEECH_LANGUAGES];

int speech_new(struct speech **ret, char words[300]);
void speech_free(struct speech *speech);
/* Between two pages: what was said for earlier ones may be gone after it. */
void speech_turn(struct speech *speech);
struct web_words speech_words(struct speech *speech, enum speech_language language);
char speech_decimal(const struct speech *speech, enum speech_language language);
/* -1 for a code that is none. */
int speech_parse(const char *code);
/* Of Accept-Language; English where it names none that is here. NULL: English. */
enum speech_language speech_accept(const char *header);
