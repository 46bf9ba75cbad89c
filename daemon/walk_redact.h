/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording that can be given away: names, places, serial numbers, addresses and communities replaced, numbers kept.
 *
 * Shape: what a profile stands on is kept word by word; of a device that a profile knows every other text goes, of an
 *        unknown one the words that look private. Texts within object names (a MAC as an index) go too.
 * Owner: the image returned is the caller's.
 */
#pragma once
#include "drivers/profile.h"
#include "drivers/setup.h"
#include "drivers/snmp_plan.h"

struct snmp_image *walk_redact(const struct snmp_image *image, const struct profile_set *set,
                               const struct device_setup *setup);
/* In words what reads otherwise than before; false: nothing. */
bool walk_redact_differs(const struct snmp_image *before, const struct snmp_image *after, const struct profile_set *set,
                         const struct device_setup *setup, char *words, size_t size);
