/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page as one HTML file that needs nothing else: no script, no font, no picture from elsewhere; made for A4. */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <stdio.h>

void report_html_page(FILE *out, const struct page *page, struct language *language);
