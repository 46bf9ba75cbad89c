/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger, ledger_register, ledger_segment, ledger_books, ledger_cells, ledger_flow, ledger_alerts, ledger_manual,
 * ledger_notice; role. */
#include "daemon/ledger_alerts.h"
#include "daemon/ledger_manual.h"
#include "ledger_rig.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void test_books(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    rig_define(ledger, 1, "pdu-a1", "total", Q_ACTIVE_POWER);
    rig_define(ledger, 2, "pdu-a1", "total", Q_ENERGY);
    rig_define(ledger, 3, "cooler", "total", Q_ACTIVE_POWER);
    rig_define(ledger, 4, "stad", "kpi", Q_K_HEAT_POWER);
    rig_define(ledger, 5, "pdu-a1", "total", Q_VOLTAGE);
    for (int i = 0; i <= 360; i++) {
        rig_feed(ledger, 3 * i + 1, i * 10, 2, 1000 + floor(i * 10 * 3600 / 3600.0));
        rig_feed(ledger, 3 * i + 2, i * 10, 3, 1800);
        rig_feed(ledger, 3 * i + 3, i * 10, 4, 900);
    }
    assert_true(fabs(rig_sum(ledger, "pdu-a1/total/energy").wh - 3600) <= 1.001);
    assert_true(fabs(rig_sum(ledger, "cooler/total/energy").wh - 1800) <= 0.002);
    assert_true(fabs(rig_sum(ledger, "stad/kpi/heat-energy").wh - 900) <= 0.002);
    assert_int_equal(rig_sum(ledger, "cooler/total/energy").covered_s, 3600);
    assert_int_equal(ledger_account(ledger, "pdu-a1/total/voltage"), 0);
    assert_int_equal(ledger_account(ledger, "pdu-a1/total/active_power"), 0);
    ledger_close(ledger);
}

struct told {
    unsigned n;
    char words[8][240];
};

static void hear_notice(void *context, const struct ledger_notice *notice)
{
    struct told *told = context;
    assert_true(told->n < 8);
    ledger_notice_words(notice, told->words[told->n++], 240);
}

/* A reset, a glitch and a gap: a line a device and kind, and each once. */
static void test_notices(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    struct told told = {0};
    rig_define(ledger, 1, "pdu-a1", "total", Q_ENERGY);
    rig_define(ledger, 2, "pdu-a1", "outlet-01", Q_ENERGY);
    rig_define(ledger, 3, "pdu-b1", "total", Q_ENERGY);
    for (int s = 0; s <= 100; s += 10)
        for (uint32_t k = 1; k <= 3; k++)
            rig_feed(ledger, s * 10 + k, s, k, 1000 + s);
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 0);
    rig_feed(ledger, 2000, 110, 3, 5); /* once is a doubt */
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 0);
    rig_feed(ledger, 2001, 120, 3, 1120); /* a glitch it was */
    for (uint32_t k = 1; k <= 2; k++)
        rig_feed(ledger, 2010 + k, 1000, k, 1900);
    for (int s = 130; s <= 150; s += 10)
        rig_feed(ledger, 2020 + s, s, 3, s - 130); /* this one is reset */
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 3);
    assert_string_equal(told.words[0], "pdu-b1/total/energy: one reading that could not be was left out");
    assert_string_equal(told.words[1],
                        "pdu-a1/total/energy and 1 more of this device: no readings for a while: what the "
                        "counter went on by is spread evenly over it");
    assert_non_null(strstr(told.words[2], "pdu-b1/total/energy: the counter was reset"));
    ledger_notices(ledger, hear_notice, &told);
    assert_int_equal(told.n, 3);
    ledger_close(ledger);
    struct ledger_notices many = {0};
    char name[40];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "pdu-%d/total/energy", i);
        ledger_notice_add(&many, ACCOUNT_WRAP, name);
    }
    assert_int_equal(many.n, LEDGER_NOTICES);
}

struct pieces {
    int64_t milli, covered, longest;
};

static int add_quarter(void *context, const struct quarter *q)
{
    struct pieces *p = context;
    p->milli += q->mwh;
    p->covered += q->covered_s;
    if (q->covered_s > p->longest)
        p->longest = q->covered_s;
    return 0;
}

/* A clock set back 5 minutes within a quarter: all energy, no quarter of more than 900 s. */
static void test_clock_back(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    struct pieces p = {0};
    rig_define(ledger, 1, "cooler", "total", Q_ACTIVE_POWER);
    for (int i = 0; i <= 180; i++) {
        struct row *row = row_new(1);
        row->seq = i + 1;
        row->boot_us = i * INT64_C(10000000);
        row->wall_ms = RIG_T0 * 1000 + i * 10000 - (i > 80 ? 300000 : 0);
        row->n = 1;
        row->value[0] = (struct row_value){1, QL_GOOD, 3600};
        assert_int_equal(ledger_feed(ledger, row), 0);
        row_free(row);
        if (i % 7 == 0)
            assert_int_equal(ledger_commit(ledger), 0);
    }
    uint32_t account = ledger_account(ledger, "cooler/total/energy");
    assert_int_equal(ledger_quarters(ledger, account, RIG_T0, RIG_T0 + 3600, add_quarter, &p), 0);
    assert_int_equal(p.milli, 1800000);
    assert_int_equal(p.longest, 900);
    assert_int_equal(p.covered, 1500);
    ledger_close(ledger);
}

static void count_point(void *context, uint32_t number, const char *name)
{
    (void)name;
    *(uint32_t *)context = *(uint32_t *)context * 100 + number;
}

static void test_register(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    uint32_t seen = 0;
    struct record r = rig_record(1, "meter", "total", Q_ENERGY);
    r.serial = "A1";
    assert_int_equal(ledger_define(ledger, &r), 0);
    rig_feed(ledger, 1, 0, 1, 500000);
    rig_feed(ledger, 2, 10, 1, 500010);
    r.serial = "B7"; /* another meter: its counter begins elsewhere */
    assert_int_equal(ledger_define(ledger, &r), 0);
    rig_feed(ledger, 3, 20, 1, 510000);
    rig_feed(ledger, 4, 30, 1, 510004);
    assert_true(fabs(rig_sum(ledger, "meter/total/energy").wh - 14) <= 0.001);
    struct record wrong = rig_record(1, "other", "total", Q_ENERGY), twice = rig_record(2, "meter", "total", Q_ENERGY);
    assert_int_equal(ledger_define(ledger, &wrong), -EEXIST);
    assert_int_equal(ledger_define(ledger, &twice), -EEXIST);
    ledger_close(ledger);
    ledger = rig_open();
    assert_int_equal(ledger_points(ledger, count_point, &seen), 0);
    assert_int_equal(seen, 1);
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(ledger_file(ledger),
                                        "SELECT count(*), count(until_ms), count(DISTINCT serial) FROM meter", -1, &s,
                                        NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(s, 0), 2);
    assert_int_equal(sqlite3_column_int(s, 1), 1);
    assert_int_equal(sqlite3_column_int(s, 2), 2);
    sqlite3_finalize(s);
    ledger_close(ledger);
}

struct days {
    int64_t milli;
    int n;
};

static int add_day(void *context, const struct ledger_day *day)
{
    struct days *d = context;
    d->milli += day->mwh;
    d->n++;
    return 0;
}

static void test_days_and_gap(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    struct days before = {0}, after = {0};
    rig_define(ledger, 1, "pdu", "total", Q_ENERGY);
    rig_feed(ledger, 1, 0, 1, 0);
    rig_feed(ledger, 2, 10, 1, 20);
    rig_feed(ledger, 3, 3 * 86400 + 10, 1, 20 + 72000); /* three days of silence at 1 kW */
    uint32_t account = ledger_account(ledger, "pdu/total/energy");
    assert_int_equal(ledger_days(ledger, account, RIG_T0, RIG_T0 + 4 * 86400, add_day, &before), 0);
    assert_int_equal(before.n, 4);
    assert_int_equal(before.milli, 72020000);
    assert_int_equal(rig_sum(ledger, "pdu/total/energy").covered_s, 10);
    assert_int_equal(ledger_rebuild_days(ledger), 0);
    assert_int_equal(ledger_days(ledger, account, RIG_T0, RIG_T0 + 4 * 86400, add_day, &after), 0);
    assert_int_equal(before.milli, after.milli);
    assert_int_equal(before.n, after.n);
    assert_int_equal(ledger_trim(ledger, RIG_T0 + INT64_C(315619200)), 0);
    ledger_close(ledger);
}

static void test_export(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    rig_define(ledger, 1, "grid", "total", Q_ACTIVE_POWER);
    rig_define(ledger, 2, "grid", "total", Q_ENERGY_EXPORT);
    for (int i = 0; i <= 60; i++)
        rig_feed(ledger, i + 1, i * 10, 1, -3600);
    assert_true(fabs(rig_sum(ledger, "grid/total/energy").wh) <= 0.001);
    assert_true(fabs(rig_sum(ledger, "grid/total/energy_export").wh - 600) <= 0.002);
    ledger_close(ledger);
}

static void one_reading(void *context, const char *account, int64_t at_s, double register_wh)
{
    assert_string_equal(account, "utility/total/energy");
    assert_int_equal(at_s, RIG_T0 + 3600);
    assert_float_equal(register_wh, 5000, 0);
    ++*(int *)context;
}

static void test_manual(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    struct record r = rig_record(9, "utility", "total", Q_ENERGY);
    static const int64_t at[] = {RIG_T0 + 86400, RIG_T0 + 86400 + 900};
    static const double wh[] = {250, 300}, again[] = {260, 300};
    assert_int_equal(ledger_define(ledger, &r), 0);
    assert_int_equal(ledger_reading(ledger, &r, RIG_T0, 1000), 0);
    assert_int_equal(ledger_reading(ledger, &r, RIG_T0 + 3600, 5000), 0);
    assert_int_equal(ledger_reading(ledger, &r, RIG_T0 + 3600, 6000), -EINVAL);
    assert_int_equal(ledger_reading(ledger, &r, RIG_T0 + 7200, 4000), -EINVAL);
    assert_int_equal(ledger_reading(ledger, &r, RIG_T0 + 7200, NAN), -EINVAL);
    int readings = 0;
    assert_int_equal(ledger_readings(ledger, one_reading, &readings), 0);
    assert_int_equal(readings, 1);
    assert_true(fabs(rig_sum(ledger, "utility/total/energy").wh - 4000) <= 0.001);
    assert_int_equal(rig_sum(ledger, "utility/total/energy").covered_s, 3600);
    assert_int_equal(ledger_import(ledger, &r, 2, at, wh), 0);
    assert_int_equal(ledger_import(ledger, &r, 2, at, again), 0);
    assert_true(fabs(rig_sum(ledger, "utility/total/energy").wh - 4560) <= 0.001);
    assert_int_equal(rig_sum(ledger, "utility/total/energy").covered_s, 5400);
    ledger_close(ledger);
}

static int last_alert(void *context, const struct alert_entry *e)
{
    *(struct alert_entry *)context = *e;
    return 0;
}

static int count_alert(void *context, const struct alert_entry *e)
{
    (void)e;
    ++*(int *)context;
    return 0;
}

static int count_silence(void *context, const char *target, int64_t until_ms, const char *reason)
{
    assert_string_equal(target, "pdu-a1");
    assert_string_equal(reason, "works");
    assert_int_equal(until_ms, 5000);
    ++*(int *)context;
    return 0;
}

static void test_alerts(void **state)
{
    (void)state;
    struct ledger *ledger = rig_open();
    struct alert_entry e = {.id = "overload.pdu-a1.total",
                            .rule = "overload",
                            .device = "pdu-a1",
                            .raised = true,
                            .priority = 3,
                            .value = 15.5,
                            .limit = NAN,
                            .unit = "A",
                            .since_ms = 1000,
                            .at_ms = 1000,
                            .text = "15.5 A"},
                       seen = {0};
    int n = 0;
    assert_int_equal(ledger_alert(ledger, &e), 0);
    ledger_close(ledger);
    ledger = rig_open();
    assert_int_equal(ledger_alerts_active(ledger, last_alert, &seen), 0);
    assert_string_equal(seen.id, e.id);
    assert_string_equal(seen.text, "15.5 A");
    assert_true(isnan(seen.limit) && fabs(seen.value - 15.5) <= 0);
    e.raised = false;
    e.at_ms = 2000;
    assert_int_equal(ledger_alert(ledger, &e), 0);
    assert_int_equal(ledger_alerts_active(ledger, count_alert, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(ledger_alert_history(ledger, 0, 3000, count_alert, &n), 0);
    assert_int_equal(n, 2);
    assert_int_equal(ledger_silence(ledger, "pdu-a1", 5000, "works"), 0);
    n = 0;
    assert_int_equal(ledger_silences(ledger, 4999, count_silence, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(ledger_silences(ledger, 5000, count_silence, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(ledger_silence(ledger, "pdu-a1", 0, ""), 0);
    assert_int_equal(ledger_silences(ledger, 0, count_silence, &n), 0);
    assert_int_equal(n, 1);
    ledger_close(ledger);
}

int main(void)
{
    const struct CMUnitTest tests[] = {RIG_TEST(test_books),    RIG_TEST(test_notices),      RIG_TEST(test_clock_back),
                                       RIG_TEST(test_register), RIG_TEST(test_days_and_gap), RIG_TEST(test_export),
                                       RIG_TEST(test_manual),   RIG_TEST(test_alerts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
