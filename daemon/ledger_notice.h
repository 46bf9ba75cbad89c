/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a counter did while it was booked, in words for the journal: wraps, resets, glitches, gaps, by the meter's name.
 *
 * Shape: gathered by device and kind, so that a strip of fifty outlets behind one gap is one line; at most
 *        LEDGER_NOTICES lines at a time, what is beyond is left out (the bookings themselves tell it).
 * Owner: struct ledger_notices is plain; zeroed it is empty.
 */
#pragma once
#include "daemon/account.h"

#include <stddef.h>

#define LEDGER_NOTICES 32

struct ledger_notice {
    enum account_event event;
    char name[120]; /* of the first account */
    size_t device;  /* so long is its device's id */
    unsigned n;
};

struct ledger_notices {
    size_t n;
    struct ledger_notice notice[LEDGER_NOTICES];
};

typedef void ledger_noticed(void *context, const struct ledger_notice *notice);

/* A doubt is not said: it becomes a glitch or a reset with the next reading. */
void ledger_notice_add(struct ledger_notices *notices, enum account_event event, const char *account);
/* Tells all and forgets them. */
void ledger_notice_take(struct ledger_notices *notices, ledger_noticed *noticed, void *context);
const char *ledger_notice_words(const struct ledger_notice *notice, char *text, size_t size); /* returns text */
