/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page as text for a terminal. Charts are left to the other formats. */
#pragma once
#include "daemon/report_page.h"

#include <stdio.h>

void report_plain(FILE *out, const struct page *page);
