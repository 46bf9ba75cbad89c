/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One device of a line: what was learnt of it, and one poll after the other.
 *
 * Shape: the first poll finds the profile (`auto`), reads what the plan needs once and makes the shape; each then reads
 *        the plan's blocks. Blocks that are refused are split or dropped and not asked again for a day. A device that
 *        was silent for a while is learnt anew: it may be another one.
 * Errors: a poll ends at the first thing but an exception; its failure is one answer in words.
 * Owner: the setup is borrowed.
 * Threads: the line's.
 */
#pragma once
#include "inbox.h"
#include "modbus_wire.h"

struct modbus_poll;

struct modbus_turn {
    enum modbus_outcome outcome; /* of the poll: MO_CANCELLED has no answer */
    struct answer *shape;        /* NULL: as before */
    struct answer *answer;       /* values or failure; the caller stamps it */
};

struct modbus_poll *modbus_poll_new(const struct device_setup *setup);
void modbus_poll_free(struct modbus_poll *poll);
struct modbus_turn modbus_poll_run(struct modbus_poll *poll, struct modbus_wire *wire);
