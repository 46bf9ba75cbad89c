/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heat offer on the page: one sheet a room. */
#pragma once
#include "daemon/language.h"
#include "daemon/report_page.h"

#include <jansson.h>

void report_offer_page(struct page *page, const json_t *offers, struct language *language);
