/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_session.h"

static enum sparkplug_act begin_birth(struct sparkplug_session *session)
{
    session->phase = SPARKPLUG_BIRTH;
    session->seq = 0; /* topics-nbirth-seq-num */
    session->rebirth_asked = false;
    return SPARKPLUG_BE_BORN;
}

enum sparkplug_act sparkplug_session_connected(struct sparkplug_session *session)
{
    session->rebirth_asked = false;
    if (!session->has_host)
        return begin_birth(session);
    /* whatever an earlier connection heard: the broker tells its state anew, retained */
    session->phase = SPARKPLUG_WAITING;
    return SPARKPLUG_NOTHING;
}

void sparkplug_session_lost(struct sparkplug_session *session)
{
    session->phase = SPARKPLUG_AWAY;
}

enum sparkplug_act sparkplug_session_host(struct sparkplug_session *session, const struct sparkplug_host_state *told)
{
    if (!session->has_host || session->phase == SPARKPLUG_AWAY)
        return SPARKPLUG_NOTHING;
    if (!sparkplug_host_newer(session->host_known ? &session->host : NULL, told))
        return SPARKPLUG_NOTHING; /* an old will that comes late */
    session->host = *told;
    session->host_known = true;
    if (told->online)
        return session->phase == SPARKPLUG_WAITING ? begin_birth(session) : SPARKPLUG_NOTHING;
    if (session->phase == SPARKPLUG_WAITING)
        return SPARKPLUG_NOTHING;
    session->phase = SPARKPLUG_AWAY;
    return SPARKPLUG_LEAVE;
}

enum sparkplug_act sparkplug_session_look(struct sparkplug_session *session, int64_t now_us)
{
    if (!session->rebirth_asked || session->phase != SPARKPLUG_LIVE || now_us < session->next_us)
        return SPARKPLUG_NOTHING;
    session->rebirths++;
    session->next_us = now_us + SPARKPLUG_REBIRTH_US;
    return begin_birth(session);
}

enum sparkplug_act sparkplug_session_rebirth(struct sparkplug_session *session, int64_t now_us)
{
    if (session->phase != SPARKPLUG_LIVE && session->phase != SPARKPLUG_BIRTH)
        return SPARKPLUG_NOTHING; /* nothing was born: the first birth is to come */
    session->coalesced += session->rebirth_asked;
    session->rebirth_asked = true;
    return sparkplug_session_look(session, now_us);
}

bool sparkplug_session_live(const struct sparkplug_session *session)
{
    return session->phase == SPARKPLUG_LIVE && !session->rebirth_asked;
}

void sparkplug_session_born(struct sparkplug_session *session)
{
    if (session->phase == SPARKPLUG_BIRTH)
        session->phase = SPARKPLUG_LIVE;
}

unsigned sparkplug_session_seq(struct sparkplug_session *session)
{
    return session->seq++; /* 255 is followed by 0 */
}

unsigned sparkplug_session_bdseq(uint64_t connect)
{
    return (unsigned)(connect % 256);
}
