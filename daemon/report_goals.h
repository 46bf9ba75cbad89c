/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The goals of an action plan on the page: a row a goal, with its baseline, where it stands and where it is heading. */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <jansson.h>

void report_goals_page(struct page *page, const json_t *document, struct language *language);
