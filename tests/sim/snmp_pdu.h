/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to SNMP requests, from an image, as a read-only agent gives them.
 *
 * Shape: one PDU in, one response PDU written, or none.
 * Errors: -ENOMSG: this agent does not answer this (GETBULK where it has none, responses, traps);
 *         -EBADMSG: not a PDU.
 * Source: RFC 3416 section 4.2, RFC 1157 section 4.1, RFC 2576 section 4.2.
 */
#pragma once
#include "image.h"

struct pdu_rules {
    const struct image *image;
    int version; /* 1, 2 or 3 */
    bool no_bulk;
    unsigned max_varbinds; /* 0: any; more are tooBig, GETBULK is cut */
    size_t budget;         /* bytes that the response PDU may have */
    bool wrong_id, endless;
    bool failing;          /* fault `exception`: genErr */
    bool refused;          /* the level of security is too low: authorizationError */
    unsigned long *writes; /* SETs refused are counted here */
};

int pdu_answer(const struct pdu_rules *rules, struct ber_bytes pdu, struct ber_writer *writer);
