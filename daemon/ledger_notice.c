/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/ledger_notice.h"

#include <stdio.h>
#include <string.h>

void ledger_notice_add(struct ledger_notices *notices, enum account_event event, const char *account)
{
    size_t device = strcspn(account, "/");
    if (event == ACCOUNT_NOTHING || event == ACCOUNT_DOUBT)
        return;
    for (size_t i = 0; i < notices->n; i++) {
        struct ledger_notice *old = &notices->notice[i];
        if (old->event == event && old->device == device && !strncmp(old->name, account, device)) {
            old->n++;
            return;
        }
    }
    if (notices->n == LEDGER_NOTICES)
        return;
    struct ledger_notice *new = &notices->notice[notices->n++];
    *new = (struct ledger_notice){.event = event, .device = device, .n = 1};
    snprintf(new->name, sizeof new->name, "%s", account);
}

void ledger_notice_take(struct ledger_notices *notices, ledger_noticed *noticed, void *context)
{
    for (size_t i = 0; i < notices->n; i++)
        noticed(context, &notices->notice[i]);
    notices->n = 0;
}

static const char *words_of(enum account_event event)
{
    switch (event) {
    case ACCOUNT_WRAP: return "the counter passed its end and goes on from 0; nothing is lost";
    case ACCOUNT_GLITCH: return "one reading that could not be was left out";
    case ACCOUNT_RESET: return "the counter was reset: it is counted on from where it stands now";
    case ACCOUNT_GAP: return "no readings for a while: what the counter went on by is spread evenly over it";
    case ACCOUNT_DOUBT:
    case ACCOUNT_NOTHING: break;
    }
    return "";
}

const char *ledger_notice_words(const struct ledger_notice *notice, char *text, size_t size)
{
    char more[48] = "";
    if (notice->n > 1)
        snprintf(more, sizeof more, " and %u more of this device", notice->n - 1);
    snprintf(text, size, "%s%s: %s", notice->name, more, words_of(notice->event));
    return text;
}
