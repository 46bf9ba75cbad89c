/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The UPSs' part of capacity.h: what they carry, and with another one's load. Adds to *capacity. */
#pragma once
#include "daemon/capacity.h"

void capacity_of_ups(struct capacity *capacity, const struct plant *plant, size_t room, const struct track_span *span);
