/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contradictions of a device as observations: once a minute a device, held ten minutes before one is raised.
 *
 * Threads: the loop's.
 */
#pragma once
#include "daemon/alert.h"
#include "daemon/live.h"

void watch_contradictions(struct alerts *alerts, struct live_device *device, const char *room, struct moment now);
