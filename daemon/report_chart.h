/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chart of a page as SVG inside HTML: stacked bars or lines, with axis and legend, readable on paper.
 *
 * Source: colours of Okabe and Ito (2008), told apart by the colour-blind and in grey.
 */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <stdio.h>

void report_chart(FILE *out, const struct page_block *chart, struct language *language);
/* Text as HTML shows it: <, >, & and quotes escaped. */
void report_escape(FILE *out, const char *text);
