/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one look at a device already contradicts: the checks of daemon/contradiction.h on what a probe read.
 *
 * Shape: at most PROBE_TRUTHS findings, in words for people.
 */
#pragma once
#include "daemon/probe_run.h"

#define PROBE_TRUTHS 16

size_t probe_truth_find(const struct probe_result *result, char ret[PROBE_TRUTHS][240]);
/* A value as the daemon would check it: what cannot be is not plausible. */
struct sample probe_truth_sample(const struct probe_result *result, size_t i);
