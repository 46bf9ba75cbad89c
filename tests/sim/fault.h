/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong with a simulated device or room.
 *
 * Shape: KIND or KIND=AMOUNT:
 *          silence            no answer at all
 *          loss=30%           so many requests stay without answer
 *          late=3s            answers come so much later
 *          cut=0.5            only this part of each answer's bytes
 *          wrong-id           answers bear another request's number
 *          exception=4        SNMP: genErr; Modbus: this exception
 *          wrong-type         values of another type, Modbus words with bytes exchanged
 *          endless-walk       behind the last object comes the first
 *          scale=10           powers and currents so many times too large
 *          reset              counters to 0, sysUpTime 0, boots + 1; no end
 *          replaced           another serial number, counters 0; no end
 *          engine-change      another SNMP engine id; no end
 *          boots-back         engine boots two less; no end
 *          feed-fail          the feed of the agent or room is dead: its PDUs show 0 V and 0 A, the other feed carries
 *                             all; feed-fail=1: its PDUs are silent as well
 *          hot-aisle          warm air comes round to the inlets of the room
 * Errors: -EINVAL.
 */
#pragma once
#include <stdbool.h>

enum fault_kind {
    FAULT_SILENCE,
    FAULT_LOSS,
    FAULT_LATE,
    FAULT_CUT,
    FAULT_WRONG_ID,
    FAULT_EXCEPTION,
    FAULT_WRONG_TYPE,
    FAULT_ENDLESS,
    FAULT_SCALE,
    FAULT_RESET,
    FAULT_REPLACED,
    FAULT_ENGINE,
    FAULT_BOOTS,
    FAULT_FEED,
    FAULT_HOT_AISLE,
    FAULTS
};

struct fault {
    enum fault_kind kind;
    double amount;
};

int fault_parse(const char *text, struct fault *ret);
const char *fault_names(void);
bool fault_of_room(enum fault_kind kind);
