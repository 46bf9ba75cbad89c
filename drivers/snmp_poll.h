/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One poll after another of one plan: its requests, and the values that come back. Pure: requests out, replies in.
 *
 * Shape: begin; next gives a request, NULL when all is answered; each is followed by take or lost. What the agent
 * taught (request size, objects that are missing or harmful) stays from poll to poll. Owner: the plan is borrowed.
 * Requests and values are valid from begin to end.
 */
#pragma once
#include "snmp_batch.h"
#include "snmp_value.h"

enum snmp_take { SNMP_GO_ON, SNMP_WRONG, SNMP_FORBIDDEN };

struct snmp_poll;

struct snmp_poll *snmp_poll_new(const struct snmp_plan *plan);
void snmp_poll_free(struct snmp_poll *poll);
/* What the agent taught while it had another plan. */
void snmp_poll_carry(struct snmp_poll *poll, const struct snmp_poll *from);
/* careful: sysUpTime alone first, since the last poll failed. rare: absent objects too. */
void snmp_poll_begin(struct snmp_poll *poll, bool careful, bool rare);
const struct snmp_request *snmp_poll_next(struct snmp_poll *poll);
/* Not SNMP_GO_ON: the poll has failed, and why. */
enum snmp_take snmp_poll_take(struct snmp_poll *poll, const netsnmp_pdu *reply, const char **ret_words);
/* The request was not answered (unreadable: not legibly; too_long: never sent). True: the agent taught something, and
 * the same poll can go on with less. */
bool snmp_poll_lost(struct snmp_poll *poll, bool unreadable, bool too_long);
void snmp_poll_end(struct snmp_poll *poll);
const struct snmp_value *snmp_poll_values(const struct snmp_poll *poll);
unsigned snmp_poll_limit(const struct snmp_poll *poll);
/* Objects that became absent since this was asked last. */
unsigned snmp_poll_vanished(struct snmp_poll *poll);
