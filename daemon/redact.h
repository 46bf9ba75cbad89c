/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts without what tells of people, places and networks: what looks private, and what stands for it. Pure.
 *
 * Shape: a stand-in has the length and the kinds of characters of what it replaces, so that what reads the text by its
 *        form still does; the same text always gets the same one, another text another.
 * Owner: a redactor keeps copies of all that it has met.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redactor;
struct redactor *redactor_new(void);
void redactor_free(struct redactor *redactor);

/* A number, perhaps with a unit: "243.4 VAC", "70 F", "-5". Not the long digits of a serial number. */
bool redact_is_number(const char *text, size_t n);
/* An address, a MAC, a mail address, a name of a host, a serial number. */
bool redact_is_private(const char *word, size_t n);
bool redact_is_mac(const char *word, size_t n); /* 00:c0:b7:12:34:56, 00-c0-..., 00c0.b712.3456 or 00C0B7123456 */
/* What stands for bytes of a text; n bytes into ret. */
void redact_stand_in(struct redactor *redactor, const char *text, size_t n, char *ret);
/* From now on replaced wherever it stands within another text, if it is long enough to mean something. */
void redact_secret(struct redactor *redactor, const char *text, size_t n);
/* Secrets within a text, in place. Bytes may be any. */
void redact_within(struct redactor *redactor, char *text, size_t n);
/* The words of a text that look private, in place. */
void redact_words(struct redactor *redactor, char *text, size_t n);
