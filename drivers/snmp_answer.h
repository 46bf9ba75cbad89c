/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device's polls put into the inbox: one answer each for every device of its chain.
 *
 * Owner: plan, values and words are borrowed for the call.
 */
#pragma once
#include "snmp_plan.h"

struct snmp_stamp {
    int64_t wall_us; /* the slot's */
    int64_t due_us;  /* when it should have begun, on CLOCK_BOOTTIME */
    int64_t sent_us; /* of the first request; 0: nothing was sent */
    int64_t now_us;
    struct manners manners;
};

void snmp_answer_values(struct inbox *inbox, const struct snmp_stamp *stamp, const struct snmp_plan *plan,
                        const struct snmp_value *values);
/* plan NULL: not known yet; the units that the setup names. */
void snmp_answer_failed(struct inbox *inbox, const struct snmp_stamp *stamp, const struct device_setup *setup,
                        const struct snmp_plan *plan, enum fault fault, const char *words);
/* Those of the plan that differ from the one before (NULL: none). */
void snmp_answer_shapes(struct inbox *inbox, const struct snmp_stamp *stamp, const struct snmp_plan *plan,
                        const struct snmp_plan *before);
