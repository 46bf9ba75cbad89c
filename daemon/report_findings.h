/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advice and findings on the page: a table of what would be saved, then each in words with its ground.
 *
 * Shape: texts of the document are English and are said in the reader's language.
 */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <jansson.h>

/* A section's "findings", each a line; nothing where there is none. */
void report_findings(struct page *page, const json_t *document, const char *section, const char *title,
                     struct language *language);
void report_advice_page(struct page *page, const json_t *document, struct language *language);
