/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_turns.h"

#include <stddef.h>

static bool fits(const struct snmp_turns *turns, unsigned weight)
{
    /* one alone always goes, however heavy */
    return turns->held == 0 || turns->held + weight <= turns->most;
}

static void hold(struct snmp_turns *turns, struct snmp_turn *turn)
{
    turn->held = true;
    turns->held += turn->weight;
    turn->begin(turn);
}

static void let_begin(struct snmp_turns *turns)
{
    while (turns->first && fits(turns, turns->first->weight)) {
        struct snmp_turn *turn = turns->first;
        turns->first = turn->next;
        if (!turns->first)
            turns->last = NULL;
        turn->next = NULL;
        turn->waiting = false;
        hold(turns, turn);
    }
}

static void leave_queue(struct snmp_turns *turns, struct snmp_turn *turn)
{
    struct snmp_turn *before = NULL;
    for (struct snmp_turn **at = &turns->first; *at; before = *at, at = &(*at)->next) {
        if (*at != turn)
            continue;
        *at = turn->next;
        if (turns->last == turn)
            turns->last = before;
        break;
    }
    turn->next = NULL;
    turn->waiting = false;
}

void snmp_turn_take(struct snmp_turns *turns, struct snmp_turn *turn, unsigned weight)
{
    turn->weight = weight;
    if (!turns->first && fits(turns, weight)) {
        hold(turns, turn);
        return;
    }
    turn->waiting = true;
    if (turns->last)
        turns->last->next = turn;
    else
        turns->first = turn;
    turns->last = turn;
}

void snmp_turn_end(struct snmp_turns *turns, struct snmp_turn *turn)
{
    if (turn->waiting)
        leave_queue(turns, turn);
    else if (turn->held)
        turns->held -= turn->weight;
    turn->held = false;
    let_begin(turns);
}
