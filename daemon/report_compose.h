/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the document to the page: what is shown, in which order, in the reader's language.
 *
 * Shape: sections shown by tables of members are rows of report_layout.h; the rest is composed here.
 * Owner: page_free. The language is the caller's, and outlives the page's making only.
 */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <jansson.h>

struct page *report_compose(const json_t *document, struct language *language);
/* "Serverruimte Stadskantoor · October 2026" */
const char *report_headline(const json_t *document, struct language *language);
