/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The racks' part of capacity.h: circuits, failover, phases, what would fit. Each adds to *capacity.
 *
 * Shape: a rack is read, judged and let go of: a year of many racks does not stand in memory at once.
 */
#pragma once
#include "daemon/capacity.h"

void capacity_of_rack(struct capacity *capacity, const struct plant *plant, size_t rack, const struct track_span *span);
/* A device in no rack: its circuits and phases alone. */
void capacity_of_device(struct capacity *capacity, const struct plant *plant, size_t device,
                        const struct track_span *span);
/* Sums by room and feed of the phases gathered so far. */
void capacity_of_feeds(struct capacity *capacity);
