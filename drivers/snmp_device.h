/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SNMP device of the configuration: when it is polled, what its polls give, when it is read anew.
 *
 * Shape: without a plan each slot of its schedule is an attempt to reach and recognise it; with a plan, a poll. It is
 *        discovered anew every hour, when its uptime goes back, and when objects vanish: beside the polls, not instead.
 * Units: answers bear the wall time of their slot, so that labels of one device are exactly a period apart, and the
 *        boot time of sending.
 * Owner: takes a reference to the setup.
 */
#pragma once
#include "snmp_net.h"

struct snmp_device;

int snmp_device_new(struct snmp_net *net, struct inbox *inbox, struct device_setup *setup, struct snmp_device **ret);
void snmp_device_free(struct snmp_device *device);
uint32_t snmp_device_number(const struct snmp_device *device);
