/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A device that no profile reads: who it says it is, what it is made of, which standard would read some of it, and how
 * to keep it for a profile of its own.
 *
 * Shape: findings to stdout, advice to stderr.
 */
#pragma once
#include "drivers/profile.h"
#include "drivers/setup.h"

void probe_unknown_print(struct device_setup *setup, const struct profile_set *set);
