/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading once what an agent holds: exact objects, and all that lies below others, into an image. Pure: requests out,
 * replies in.
 *
 * Shape: next gives a request, NULL at the end; each is followed by take or lost. Subtrees are walked four at a time.
 * Errors: an agent that answers too big, with an error or not at all is asked in smaller steps: fewer columns, fewer
 *         repetitions, GETNEXT for GETBULK; what was learnt is in limits. A walk that does not go forward, or passes
 *         20,000 rows a subtree or 32 MiB in all, is cut there and counted.
 * Owner: asks and image are borrowed.
 * Source: RFC 3416 sections 4.2.1 to 4.2.3; RFC 1157 section 4.1.3 (noSuchName ends a walk).
 */
#pragma once
#include "manners.h"
#include "snmp_value.h"

struct snmp_limits {
    unsigned varbinds; /* in a GET */
    unsigned repetitions;
    bool bulk;
};

struct snmp_scan;

/* Of an agent of which nothing is known; and of one of which something is. */
struct snmp_limits snmp_limits_unknown(int version);
struct snmp_limits snmp_limits_learnt(int version, const struct manners *manners);

/* first_only: of what lies below, the first object is enough. */
struct snmp_scan *snmp_scan_new(const struct snmp_asks *asks, bool first_only, struct snmp_limits limits,
                                struct snmp_image *image);
void snmp_scan_free(struct snmp_scan *scan);
const struct snmp_request *snmp_scan_next(struct snmp_scan *scan);
void snmp_scan_take(struct snmp_scan *scan, const netsnmp_pdu *reply);
/* The request was not answered, or not legibly. False: nor was the smallest, it is silent. */
bool snmp_scan_lost(struct snmp_scan *scan);

struct snmp_limits snmp_scan_limits(const struct snmp_scan *scan);
size_t snmp_scan_found(const struct snmp_scan *scan); /* objects with a value */
size_t snmp_scan_cut(const struct snmp_scan *scan);   /* subtrees that were cut */
long snmp_scan_error(const struct snmp_scan *scan);   /* the last error status, or 0 */
