/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the live values to the figures of this moment: gathers each room's meters and temperatures for live_figures.h
 * and hands the results to flow.
 *
 * Threads: the loop's.
 */
#pragma once
#include "daemon/flow.h"

struct kpi_now;

struct kpi_now *kpi_now_new(void);
void kpi_now_free(struct kpi_now *now);
/* Every few seconds. */
void kpi_now_run(struct kpi_now *now, const struct live *live, struct flow *flow, struct moment moment);
