/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One agent, asked one thing at a time. What SNMPv3 needs besides is done in here: finding the engine, following its
 * reboots, and telling apart why it does not answer.
 *
 * Shape: ask, then done once, from the loop and never from within ask. Links wait for each other where too much is in
 *        flight; then the time runs from the moment of sending.
 * Errors: outcomes, with words for people: no device's name, no secrets.
 * Owner: the request is borrowed until done; the reply is lent for the time of the call. A link may be freed in its own
 *        done; nothing is called for it any more.
 * Source: net-snmp 5.9.3, snmp_api.c; RFC 3414 sections 3 and 4.
 */
#pragma once
#include "snmp_port.h"

enum snmp_outcome {
    SNMP_ANSWERED,   /* a response: look at its error status */
    SNMP_SILENT,     /* nothing */
    SNMP_REFUSED,    /* no one listens there, or no way */
    SNMP_UNREADABLE, /* answers that cannot be decoded, or of another version */
    SNMP_TOO_LONG,   /* the request cannot be sent at this size */
    SNMP_DENIED,     /* user, keys or level */
    SNMP_ENGINE_TWICE
};

struct snmp_link;
typedef void snmp_link_done(void *user, enum snmp_outcome outcome, const netsnmp_pdu *reply);

/* The setup is borrowed. -EINVAL: a passphrase that is too short; -ENOTSUP. try_us: for one of two tries. */
int snmp_link_new(struct snmp_net *net, const struct endpoint *agent, const struct snmp_setup *setup, int64_t try_us,
                  struct snmp_link **ret);
void snmp_link_free(struct snmp_link *link);
void snmp_link_set_try(struct snmp_link *link, int64_t try_us);
void snmp_link_ask(struct snmp_link *link, const struct snmp_request *request, snmp_link_done *done, void *user);
bool snmp_link_busy(const struct snmp_link *link);
/* Of the last outcome that was no answer. */
const char *snmp_link_words(const struct snmp_link *link);
/* When the last request was sent for the first time, on CLOCK_BOOTTIME. */
int64_t snmp_link_sent_us(const struct snmp_link *link);
enum fault snmp_outcome_fault(enum snmp_outcome outcome);
/* How often the agent's clock or engine ID had to be learnt anew. */
unsigned snmp_link_resyncs(const struct snmp_link *link);
