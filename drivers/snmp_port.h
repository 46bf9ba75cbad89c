/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One session of net-snmp on a socket of its own, connected to its agent: the kernel drops what others send.
 *
 * Shape: open, send one PDU at a time, drop. The descriptor is above 1023 where the limit on them allows it.
 * Errors: -errno; the library's own number where it has one (SNMPERR_...).
 * Owner: dropped ports close themselves outside the library's callbacks; nothing is called for them any more.
 * Source: net-snmp 5.9.3, snmp_api.c and transports/snmpUDP*.c.
 */
#pragma once
#include "snmp_net.h"

struct snmp_port;

struct snmp_port_calls {
    /* A request's reply, resend or end: NETSNMP_CALLBACK_OP_...; the PDU is the library's, and may be NULL. */
    void (*reply)(void *owner, int operation, netsnmp_pdu *pdu);
    /* A datagram was refused: SNMPERR_BAD_PARSE, SNMPERR_BAD_VERSION, or SNMPERR_BAD_RECVFROM with errno. */
    void (*bad_input)(void *owner, int error, int system_error);
};

struct snmp_security {
    const struct snmp_setup *setup;
    const struct snmp_key *auth_key, *priv_key; /* NULL: none */
};

/* engine: as learnt before, or NULL. */
int snmp_port_open(struct snmp_net *net, const struct endpoint *agent, const struct snmp_security *security,
                   const struct snmp_engine *engine, const struct snmp_port_calls *calls, void *owner,
                   struct snmp_port **ret);
void snmp_port_drop(struct snmp_port *port);
/* Takes the PDU. -EIO: *ret_error and errno say why; nothing is called for it. */
int snmp_port_send(struct snmp_port *port, netsnmp_pdu *pdu, int64_t try_us, int retries, int *ret_error);
/* A try's time is over: the library sends again, or ends the request. */
void snmp_port_expire(struct snmp_port *port);

/* SNMPv3, after a REPORT has told the engine ID: joins it and makes the user known. As snmp_engines_join; -EPROTO. */
int snmp_port_engine(struct snmp_port *port, const netsnmp_pdu *report, const struct snmp_engine **ret_other);
bool snmp_port_has_engine(const struct snmp_port *port);
const struct snmp_engine *snmp_port_engine_of(const struct snmp_port *port);
/* Whether the report comes from the engine known here. */
bool snmp_port_same_engine(const struct snmp_port *port, const netsnmp_pdu *report);
