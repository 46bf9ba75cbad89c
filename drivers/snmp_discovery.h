/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a device is and what it has: identification, the tables of its profile, and from them a plan.
 *
 * Shape: new, run, then done once with a plan or a fault. With profile "auto" the rules of all profiles are tried; a
 *        profile found before is kept as long as it still fits.
 * Owner: the plan goes to the receiver; agent and setup are borrowed. May be freed in its own done.
 */
#pragma once
#include "profile.h"
#include "snmp_agent.h"

struct snmp_found {
    struct snmp_plan *plan; /* NULL: fault and words */
    const struct profile *profile;
    struct snmp_limits limits; /* the profile's, and what the agent taught */
    int64_t timeout_us;        /* the profile's; 0: none */
    enum fault fault;
    const char *words;
};

struct snmp_discovery;
typedef void snmp_discovery_done(void *user, const struct snmp_found *found);

/* limits: what the agent taught before. */
struct snmp_discovery *snmp_discovery_new(struct snmp_agent *agent, const struct device_setup *setup,
                                          const struct profile *known, struct snmp_limits limits,
                                          snmp_discovery_done *done, void *user);
/* May be done before it returns. */
void snmp_discovery_run(struct snmp_discovery *discovery);
void snmp_discovery_free(struct snmp_discovery *discovery);
