/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts and silences as kept: the journal is an exit only, history is read from here.
 *
 * Shape: a row a transition. An alert is active when its last transition raised it.
 * Errors: -errno as ledger.h; -EINVAL for a silence without a target.
 */
#pragma once
#include "daemon/alert_entry.h"
#include "daemon/ledger.h"

/* Committed when it returns 0: only then may it go out. */
int ledger_alert(struct ledger *ledger, const struct alert_entry *entry);
typedef int ledger_alert_seen(void *context, const struct alert_entry *entry);
int ledger_alerts_active(struct ledger *ledger, ledger_alert_seen *seen, void *context);
/* Newest first, transitions in [from, to). */
int ledger_alert_history(struct ledger *ledger, int64_t from_ms, int64_t to_ms, ledger_alert_seen *seen, void *context);

/* Target: an alert's id, a device, a room, or a GLOB over ids. until_ms 0 ends it. */
int ledger_silence(struct ledger *ledger, const char *target, int64_t until_ms, const char *reason);
typedef int ledger_silence_seen(void *context, const char *target, int64_t until_ms, const char *reason);
int ledger_silences(struct ledger *ledger, int64_t now_ms, ledger_silence_seen *seen, void *context);
