/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a report's document, and in what is made of it. For tests.
 *
 * Shape: a function that checks fails the test.
 */
#pragma once
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <jansson.h>

const char *look_text(const json_t *object, const char *key); /* "": none */
double look_number(const json_t *object, const char *key);    /* NAN: none */
/* The one of a list whose key is this text. */
const json_t *look_in(const json_t *list, const char *key, const char *text);
const json_t *look_kpi(const json_t *document, const char *id);
/* The document in a format holds each of the texts, ended by NULL. */
void look_holds(const json_t *document, const char *format, const char *language, const char *const *texts);
