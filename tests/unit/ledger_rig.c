/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger_rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

char rig_directory[64], rig_path[96];

int rig_setup(void **state)
{
    (void)state;
    snprintf(rig_directory, sizeof rig_directory, "ledger-XXXXXX");
    assert_non_null(mkdtemp(rig_directory));
    snprintf(rig_path, sizeof rig_path, "%s/ledger.db", rig_directory);
    return 0;
}

int rig_teardown(void **state)
{
    (void)state;
    char journal[128];
    snprintf(journal, sizeof journal, "%s-journal", rig_path);
    unlink(journal);
    unlink(rig_path);
    return rmdir(rig_directory);
}

struct ledger *rig_open(void)
{
    struct ledger *ledger = NULL;
    assert_int_equal(ledger_open(rig_path, true, &ledger), 0);
    return ledger;
}

struct record rig_record(uint32_t number, const char *device, const char *part, enum quantity quantity)
{
    return (struct record){.number = number,
                           .device = device,
                           .part = part,
                           .quantity = quantity,
                           .room = "room",
                           .role = ROLE_IT,
                           .category = 2,
                           .share = 1,
                           .accuracy = 1,
                           .rated_w = 20000,
                           .step = 1,
                           .period_s = 10,
                           .to_ms = INT64_MAX};
}

void rig_define(struct ledger *ledger, uint32_t number, const char *device, const char *part, enum quantity quantity)
{
    struct record r = rig_record(number, device, part, quantity);
    assert_int_equal(ledger_define(ledger, &r), 0);
}

void rig_feed(struct ledger *ledger, int64_t seq, double s, uint32_t point, double value)
{
    struct row *row = row_new(1);
    row->seq = seq;
    row->session = 1;
    row->wall_ms = RIG_T0 * 1000 + (int64_t)(s * 1e3);
    row->boot_us = (int64_t)(s * 1e6);
    row->n = 1;
    row->value[0] = (struct row_value){point, isnan(value) ? QL_SILENT : QL_GOOD, value};
    assert_int_equal(ledger_feed(ledger, row), 0);
    row_free(row);
}

int rig_keep_flow(void *context, const struct flowed *flowed)
{
    static struct record record; /* the ledger's own lives for the call only */
    struct flowed *kept = context;
    *kept = *flowed;
    if (flowed->record) {
        record = *flowed->record;
        kept->record = &record;
    }
    return 0;
}

struct flowed rig_sum(struct ledger *ledger, const char *name)
{
    struct flowed flowed = {.wh = NAN};
    uint32_t account = ledger_account(ledger, name);
    assert_true(account > 0);
    assert_int_equal(ledger_sum(ledger, account, RIG_T0 - 86400, RIG_T0 + 10 * 86400, rig_keep_flow, &flowed), 0);
    return flowed;
}
