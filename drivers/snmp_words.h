/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the texts of an agent are to a profile: words that it stands on, names that people gave, serial numbers.
 *
 * Shape: an object may be in several lists; what is needed wins. Objects in no list mean nothing to the profile.
 * Owner: the lists lie in the arena.
 */
#pragma once
#include "snmp_plan.h"

struct snmp_words {
    struct snmp_asks needed, names, serials;
};

struct snmp_words snmp_words_of(struct arena *arena, const struct profile *profile);
bool snmp_words_has(const struct snmp_asks *list, struct oid name);
