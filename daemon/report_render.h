/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be made of the document: one row a format.
 *
 * Shape: every renderer knows the document and the language, and nothing else.
 * Errors: -ENOENT for a language without a file, -EINVAL with words in diag.
 */
#pragma once
#include "daemon/language.h"

#include <jansson.h>
#include <stdio.h>

struct report_format {
    const char *name;
    const char *type; /* of HTTP */
    void (*write)(FILE *out, const json_t *document, struct language *language);
};

extern const struct report_format report_formats[]; /* ended by a row without name */

const struct report_format *report_format_find(const char *name); /* NULL: none */
/* The whole text, freed by the caller, in a language by its name; NULL: English. */
int report_render(const json_t *document, const struct report_format *format, const char *language, struct diag *diag,
                  char **ret, size_t *ret_n);
