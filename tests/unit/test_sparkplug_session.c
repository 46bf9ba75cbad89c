/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sparkplug_session and sparkplug_band: when an Edge Node is born, and what is worth telling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/sparkplug_band.h"
#include "daemon/sparkplug_session.h"

#include <math.h>

#define S INT64_C(1000000)

static const struct sparkplug_host_state on1 = {true, 1000}, off1 = {false, 1000}, on2 = {true, 2000},
                                         off2 = {false, 2000};

static void test_without_host(void **state)
{
    struct sparkplug_session session = {0};
    (void)state;
    assert_int_equal(sparkplug_session_rebirth(&session, 0), SPARKPLUG_NOTHING);
    assert_int_equal(sparkplug_session_connected(&session), SPARKPLUG_BE_BORN);
    assert_false(sparkplug_session_live(&session));
    for (unsigned i = 0; i < 600; i++)
        assert_int_equal(sparkplug_session_seq(&session), i % 256);
    sparkplug_session_born(&session);
    assert_true(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_host(&session, &off1), SPARKPLUG_NOTHING); /* nobody's business */
    assert_true(sparkplug_session_live(&session));
    sparkplug_session_lost(&session);
    assert_false(sparkplug_session_live(&session));
    sparkplug_session_born(&session); /* the last step of births that were cut off */
    assert_false(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_connected(&session), SPARKPLUG_BE_BORN);
    assert_int_equal(sparkplug_session_seq(&session), 0);
}

static void test_host(void **state)
{
    struct sparkplug_session session = {.has_host = true};
    (void)state;
    assert_int_equal(sparkplug_session_host(&session, &on1), SPARKPLUG_NOTHING); /* not connected */
    assert_int_equal(sparkplug_session_connected(&session), SPARKPLUG_NOTHING);
    assert_int_equal(session.phase, SPARKPLUG_WAITING);
    assert_int_equal(sparkplug_session_rebirth(&session, S), SPARKPLUG_NOTHING);
    assert_int_equal(sparkplug_session_host(&session, &off1), SPARKPLUG_NOTHING);
    assert_int_equal(session.phase, SPARKPLUG_WAITING);
    assert_int_equal(sparkplug_session_host(&session, &on1), SPARKPLUG_BE_BORN); /* the same time is not older */
    sparkplug_session_born(&session);
    assert_true(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_host(&session, &on2), SPARKPLUG_NOTHING);
    assert_int_equal(sparkplug_session_host(&session, &off1), SPARKPLUG_NOTHING); /* stale */
    assert_true(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_host(&session, &off2), SPARKPLUG_LEAVE);
    assert_false(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_host(&session, &off2), SPARKPLUG_NOTHING); /* once */
    sparkplug_session_lost(&session);
    assert_int_equal(sparkplug_session_connected(&session), SPARKPLUG_NOTHING);
    assert_int_equal(sparkplug_session_host(&session, &off2), SPARKPLUG_NOTHING);
    assert_int_equal(sparkplug_session_host(&session, &on1), SPARKPLUG_NOTHING); /* older than what is known */
    assert_int_equal(sparkplug_session_host(&session, &on2), SPARKPLUG_BE_BORN);
    assert_int_equal(sparkplug_session_host(&session, &off2), SPARKPLUG_LEAVE); /* even while being born */
}

static void test_rebirth(void **state)
{
    struct sparkplug_session session = {0};
    int64_t now = 100 * S;
    unsigned births = 0;
    (void)state;
    (void)sparkplug_session_connected(&session);
    (void)sparkplug_session_seq(&session);
    assert_int_equal(sparkplug_session_rebirth(&session, now), SPARKPLUG_NOTHING); /* while being born: afterwards */
    sparkplug_session_born(&session);
    assert_false(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_look(&session, now), SPARKPLUG_BE_BORN);
    assert_int_equal(sparkplug_session_seq(&session), 0);
    sparkplug_session_born(&session);
    assert_true(sparkplug_session_live(&session));
    assert_int_equal(sparkplug_session_look(&session, now), SPARKPLUG_NOTHING);
    /* a flood: a minute of a thousand commands a second */
    for (unsigned i = 0; i < 60001; i++) {
        now += S / 1000;
        if (sparkplug_session_rebirth(&session, now) == SPARKPLUG_BE_BORN) {
            births++;
            sparkplug_session_born(&session);
        }
    }
    assert_int_equal(births, 12);
    assert_int_equal(session.rebirths, 13);
    assert_false(sparkplug_session_live(&session)); /* asked again: no data until it is done */
    assert_int_equal(sparkplug_session_look(&session, now + SPARKPLUG_REBIRTH_US), SPARKPLUG_BE_BORN);
}

static void test_bdseq(void **state)
{
    (void)state;
    assert_int_equal(sparkplug_session_bdseq(0), 0);
    assert_int_equal(sparkplug_session_bdseq(255), 255);
    assert_int_equal(sparkplug_session_bdseq(256), 0);
    assert_int_equal(sparkplug_session_bdseq(UINT64_MAX), 255);
}

static const struct {
    const char *name;
    enum quantity quantity;
    double own, told, value;
    bool left;
} bands[] = {
    {"a watt more", Q_ACTIVE_POWER, NAN, 100, 101, true},
    {"a watt less", Q_ACTIVE_POWER, NAN, 100, 99, true},
    {"noise", Q_ACTIVE_POWER, NAN, 100, 100.4, false},
    {"a watt of ten kilowatts", Q_ACTIVE_POWER, NAN, 10000, 10001, false},
    {"a hundred of ten kilowatts", Q_ACTIVE_POWER, NAN, 10000, 10100, true},
    {"the site's own", Q_ACTIVE_POWER, 5, 100, 104, false},
    {"exactly the site's own", Q_ACTIVE_POWER, 5, 100, 105, false},
    {"beyond the site's own", Q_ACTIVE_POWER, 5, 100, 105.1, true},
    {"own of 0: each change", Q_ACTIVE_POWER, 0, 100, 100.0001, true},
    {"own of 0: no change", Q_ACTIVE_POWER, 0, 100, 100, false},
    {"a counter has none", Q_ENERGY, NAN, 1e9, 1e9 + 0.1, true},
    {"a counter that stands", Q_ENERGY, NAN, 1e9, 1e9, false},
    {"a state has none", Q_STATE, NAN, 1, 2, true},
    {"around zero", Q_REACTIVE_POWER, NAN, 0, -0.4, false},
    {"through zero", Q_REACTIVE_POWER, NAN, 1, -1, true},
};

static void test_bands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bands / sizeof bands[0]; i++) {
        print_message("  %s\n", bands[i].name);
        assert_int_equal(sparkplug_band_left(bands[i].quantity, bands[i].own, bands[i].told, bands[i].value),
                         bands[i].left);
    }
    for (enum quantity q = Q_NONE; q < Q_COUNT; q++) {
        struct sparkplug_band band = sparkplug_band(q);
        assert_true(band.absolute >= 0 && band.relative >= 0 && band.relative <= 0.01);
        if (quantity_row(q)->counter)
            assert_true(band.absolute <= 0 && band.relative <= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_host), cmocka_unit_test(test_host),  cmocka_unit_test(test_rebirth),
        cmocka_unit_test(test_bdseq),        cmocka_unit_test(test_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
