/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading all that lies below given roots from one agent: for `record`, and for looking at what answers.
 *
 * Shape: start, then done once; stop before that calls nothing.
 * Errors: a fault and words; what was read until then is in the image all the same.
 * Owner: keeps a reference to the setup (its profile is not looked at); roots are copied; the image is lent for the
 *        call. A walk ends itself behind done: no stop is needed then.
 * Threads: the loop's.
 */
#pragma once
#include "snmp_plan.h"

typedef struct sd_event sd_event;
struct snmp_walk;

typedef void snmp_walk_done(void *user, enum fault fault, const char *words, const struct snmp_image *image);

/* n 0: only what every agent has: sysDescr, sysObjectID, sysUpTime, sysName. */
int snmp_walk_start(sd_event *loop, struct device_setup *setup, const struct oid *roots, size_t n, snmp_walk_done *done,
                    void *user, struct snmp_walk **ret);
void snmp_walk_stop(struct snmp_walk *walk);
