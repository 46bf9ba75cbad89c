/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each order to the disk thread, carried out: a row of a table a kind.
 *
 * Errors: what cannot be done is said by an event.
 * Owner: takes the order.
 * Threads: the disk thread.
 */
#pragma once
#include "daemon/disk_work.h"

void disk_obey(struct disk_work *work, struct disk_order *order, struct disk_instant now);
