/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines for operations: to the journal, or readable on stderr when not under systemd.
 *
 * Shape: lines leave by a bounded queue and a thread of their own: a stuck journal (its socket blocks without end)
 *        stops nothing; what did not fit is counted and said when it goes on.
 * Threads: journal_* from any.
 * Source: contract G; sd_journal_sendv(3); libraries: a full journal socket blocks the caller for ever.
 */
#pragma once
#include "daemon/alert_entry.h"

#include <stdint.h>

int journal_start(void); /* once, before any line */
void journal_stop(void); /* waits at most 2 s for the queue */
void journal_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
void journal_alert(const struct alert_entry *entry, const char *site, const char *message_id);
uint64_t journal_dropped(void);
