/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_alerts.h"

#include "daemon/ledger_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#define COLUMNS "key, rule, room, device, point, raised, priority, value, bound, unit, since_ms, at_ms, text"

static void bind_number(sqlite3_stmt *s, int column, double value)
{
    if (isfinite(value))
        sqlite3_bind_double(s, column, value);
    else
        sqlite3_bind_null(s, column);
}

int ledger_alert(struct ledger *ledger, const struct alert_entry *e)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger_file(ledger), "INSERT INTO alert(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
                                &s);
    if (r)
        return r;
    const char *texts[] = {e->id, e->rule, e->room, e->device, e->point};
    for (int i = 0; i < 5; i++)
        ledger_file_text(s, i + 1, texts[i]);
    sqlite3_bind_int(s, 6, e->raised);
    sqlite3_bind_int(s, 7, e->priority);
    bind_number(s, 8, e->value);
    bind_number(s, 9, e->limit);
    ledger_file_text(s, 10, e->unit);
    sqlite3_bind_int64(s, 11, e->since_ms);
    sqlite3_bind_int64(s, 12, e->at_ms);
    ledger_file_text(s, 13, e->text);
    r = ledger_file_done(s);
    sqlite3_finalize(s);
    return r;
}

static void text_of(sqlite3_stmt *s, int column, char *to, size_t size)
{
    snprintf(to, size, "%s", (const char *)sqlite3_column_text(s, column));
}

static double number_of(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN : sqlite3_column_double(s, column);
}

static int each(struct ledger *ledger, sqlite3_stmt *s, ledger_alert_seen *seen, void *context)
{
    int r = 0;
    while (!r && sqlite3_step(s) == SQLITE_ROW) {
        struct alert_entry e = {.raised = sqlite3_column_int(s, 5) != 0,
                                .priority = sqlite3_column_int(s, 6),
                                .value = number_of(s, 7),
                                .limit = number_of(s, 8),
                                .since_ms = sqlite3_column_int64(s, 10),
                                .at_ms = sqlite3_column_int64(s, 11)};
        text_of(s, 0, e.id, sizeof e.id);
        text_of(s, 1, e.rule, sizeof e.rule);
        text_of(s, 2, e.room, sizeof e.room);
        text_of(s, 3, e.device, sizeof e.device);
        text_of(s, 4, e.point, sizeof e.point);
        text_of(s, 9, e.unit, sizeof e.unit);
        text_of(s, 12, e.text, sizeof e.text);
        r = seen(context, &e);
    }
    if (!r)
        r = ledger_file_error(ledger_file(ledger));
    sqlite3_finalize(s);
    return r;
}

int ledger_alerts_active(struct ledger *ledger, ledger_alert_seen *seen, void *context)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger_file(ledger),
                                "SELECT " COLUMNS " FROM alert WHERE raised AND id IN (SELECT max(id) FROM alert"
                                " GROUP BY key) ORDER BY id",
                                &s);
    return r ? r : each(ledger, s, seen, context);
}

int ledger_alert_history(struct ledger *ledger, int64_t from_ms, int64_t to_ms, ledger_alert_seen *seen, void *context)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger_file(ledger),
                                "SELECT " COLUMNS " FROM alert WHERE at_ms >= ? AND at_ms < ? ORDER BY id DESC", &s);
    if (r)
        return r;
    sqlite3_bind_int64(s, 1, from_ms);
    sqlite3_bind_int64(s, 2, to_ms);
    return each(ledger, s, seen, context);
}

int ledger_silence(struct ledger *ledger, const char *target, int64_t until_ms, const char *reason)
{
    sqlite3_stmt *s;
    if (until_ms < 0 || !*target)
        return -EINVAL;
    int r = ledger_file_prepare(ledger_file(ledger),
                                until_ms ? "INSERT OR REPLACE INTO silence(target, until_ms, reason) VALUES(?1, ?2, ?3)"
                                         : "DELETE FROM silence WHERE target = ?1",
                                &s);
    if (r)
        return r;
    ledger_file_text(s, 1, target);
    if (until_ms) {
        sqlite3_bind_int64(s, 2, until_ms);
        ledger_file_text(s, 3, reason);
    }
    r = ledger_file_done(s);
    sqlite3_finalize(s);
    return r;
}

int ledger_silences(struct ledger *ledger, int64_t now_ms, ledger_silence_seen *seen, void *context)
{
    sqlite3_stmt *s;
    int r = ledger_file_prepare(ledger_file(ledger),
                                "SELECT target, until_ms, reason FROM silence WHERE until_ms > ? ORDER BY target", &s);
    if (r)
        return r;
    sqlite3_bind_int64(s, 1, now_ms);
    while (!r && sqlite3_step(s) == SQLITE_ROW)
        r = seen(context, (const char *)sqlite3_column_text(s, 0), sqlite3_column_int64(s, 1),
                 (const char *)sqlite3_column_text(s, 2));
    if (!r)
        r = ledger_file_error(ledger_file(ledger));
    sqlite3_finalize(s);
    return r;
}
