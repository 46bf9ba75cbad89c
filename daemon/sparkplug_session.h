/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an Edge Node's session stands, and the numbers of its messages. Pure.
 *
 * Shape: away -> waiting (for the primary host, where there is one) -> birth (NBIRTH, then all DBIRTHs; no data) ->
 *        live -> away. A command for rebirth ends data at once and goes back to birth, at once or SPARKPLUG_REBIRTH_US
 * after the one before. Units: us of the boot clock. Source: Sparkplug 3.0 sections 5.4, 5.7 and 6.4.26.
 */
#pragma once
#include "sparkplug_command.h"

#define SPARKPLUG_REBIRTH_US INT64_C(5000000) /* a host that floods gets a birth as often */

enum sparkplug_phase { SPARKPLUG_AWAY, SPARKPLUG_WAITING, SPARKPLUG_BIRTH, SPARKPLUG_LIVE };

enum sparkplug_act {
    SPARKPLUG_NOTHING,
    SPARKPLUG_BE_BORN, /* the phase is birth: begin with NBIRTH */
    SPARKPLUG_LEAVE    /* NDEATH, disconnect, connect again */
};

struct sparkplug_session {
    enum sparkplug_phase phase;
    bool has_host;   /* a primary host is configured */
    bool host_known; /* by this or an earlier connection */
    struct sparkplug_host_state host;
    uint8_t seq;        /* of the next message */
    bool rebirth_asked; /* and not yet due */
    int64_t next_us;    /* no rebirth before */
    uint64_t rebirths, coalesced;
};

enum sparkplug_act sparkplug_session_connected(struct sparkplug_session *session);
void sparkplug_session_lost(struct sparkplug_session *session);
/* A STATE of the primary host. */
enum sparkplug_act sparkplug_session_host(struct sparkplug_session *session, const struct sparkplug_host_state *told);
/* A command for rebirth, or what is told changed so that births are due. */
enum sparkplug_act sparkplug_session_rebirth(struct sparkplug_session *session, int64_t now_us);
/* Is a rebirth that was put off due by now? */
enum sparkplug_act sparkplug_session_look(struct sparkplug_session *session, int64_t now_us);
void sparkplug_session_born(struct sparkplug_session *session); /* all births are told */
/* Data may be told: not while births are due. */
bool sparkplug_session_live(const struct sparkplug_session *session);
unsigned sparkplug_session_seq(struct sparkplug_session *session); /* of this message; counts */
/* bdSeq of the session that begins with this CONNECT packet, counted from 0 over all starts of the daemon. */
unsigned sparkplug_session_bdseq(uint64_t connect);
