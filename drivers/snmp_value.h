/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests as lists of names, and replies as values: what the library does not check is checked here.
 *
 * Shape: net-snmp accepts a v2c reply with any objects in it as long as the request's number is right; so each reply
 *        is held against its request: objects, their order and count.
 * Errors: words are constants for people.
 * Owner: names in a request are borrowed until the request is sent; values point into the reply, or into the room
 *        given for object identifiers.
 * Source: net-snmp 5.9.3, snmp_api.h and asn1.h; RFC 3416.
 */
#pragma once
/* net-snmp's headers want this one first */
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include "snmp_plan.h"

#define SNMP_VARBINDS_MAX 128

struct snmp_name {
    const oid *id;
    size_t n;
};

struct snmp_request {
    int command;          /* SNMP_MSG_GET, SNMP_MSG_GETNEXT, SNMP_MSG_GETBULK */
    unsigned repetitions; /* GETBULK */
    size_t n;
    struct snmp_name name[SNMP_VARBINDS_MAX];
};

/* SV_NONE for an exception (no such object, no such instance, end of view), NULL, and types without a meaning here. */
struct snmp_value snmp_value_read(const netsnmp_variable_list *v, uint32_t room[OID_MAX]);
/* NULL, or what is wrong with the reply to a GET: other objects, too few, too many. */
const char *snmp_reply_wrong(const struct snmp_request *request, const netsnmp_pdu *reply);
/* The request's object that the agent's error points at, from 0; -1: none, or nonsense. */
long snmp_reply_culprit(const struct snmp_request *request, const netsnmp_pdu *reply);
const char *snmp_error_words(long errstat);
int snmp_name_compare(struct snmp_name a, struct snmp_name b);
bool snmp_name_under(struct snmp_name name, struct snmp_name root);
/* Whether sysUpTime says that the agent started anew; it also wraps after 497 days. Ticks of 10 ms. */
bool snmp_uptime_reset(uint32_t before, uint32_t now, int64_t elapsed_us);
