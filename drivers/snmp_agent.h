/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An agent as the configuration names it: its name resolved, a link to it, polls and a scan taking turns on that link.
 *
 * Shape: open, then asks and scans. An ask goes before the next step of a scan: reading anew what a device holds never
 *        delays its polls by more than one request.
 * Errors: a fault and words, lent for the call.
 * Owner: the setup is borrowed. An agent may be freed in any of its callbacks; then nothing is called any more.
 */
#pragma once
#include "snmp_link.h"
#include "snmp_scan.h"

struct snmp_agent;
typedef void snmp_agent_done(void *user, enum fault fault, const char *words);

/* version: 1, or that of the setup. older: where version 2 is not answered, 1 is tried. */
struct snmp_agent *snmp_agent_new(struct snmp_net *net, const struct device_setup *setup, int version, bool older,
                                  int64_t try_us);
int snmp_agent_version(const struct snmp_agent *agent);
void snmp_agent_free(struct snmp_agent *agent);
/* Resolves, and tries each address of the name until one answers. */
void snmp_agent_open(struct snmp_agent *agent, snmp_agent_done *done, void *user);
/* Asks the resolver again, and moves to the first address if it is another one. */
void snmp_agent_refresh(struct snmp_agent *agent);
void snmp_agent_set_try(struct snmp_agent *agent, int64_t try_us);
void snmp_agent_ask(struct snmp_agent *agent, const struct snmp_request *request, snmp_link_done *done, void *user);
/* The scan is borrowed until done. */
void snmp_agent_scan(struct snmp_agent *agent, struct snmp_scan *scan, snmp_agent_done *done, void *user);
const char *snmp_agent_words(const struct snmp_agent *agent);
int64_t snmp_agent_sent_us(const struct snmp_agent *agent);
/* Grows with each address, clock or engine that had to be learnt anew. */
unsigned snmp_agent_changes(const struct snmp_agent *agent);
