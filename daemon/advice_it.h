/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Advisers on the equipment itself: outlets whose load never moves, the base load, and what to keep or replace.
 *
 * Source: by power alone a server that does nothing cannot be told from one that always does the same: these are
 *         candidates. Anthesis and Koomey 2015/2017: of 4,000 servers 30 % did nothing for half a year, 8 % a year
 * after that was shown. Embodied carbon: lifetime.h, factors.h.
 */
#pragma once
#include "daemon/advice.h"

advise advice_outlets, advice_base_load, advice_assets;
