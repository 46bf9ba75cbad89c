/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Modbus driver from its table of pointers to its answers: what a scripted device answers, and what becomes of it
 * (modbus, modbus_poll). */
#include "tests/wire/modbus_rig.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_values_on_the_grid(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    int64_t last = 0;

    rig_open(&rig);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    for (int i = 0; i < 5; i++) {
        struct answer *answer = rig_answer(&rig);
        assert_true(rig_check(&rig, answer) > 10);
        const struct sample *power = rig_sample(&rig, answer, RIG_POWER);
        assert_non_null(power);
        assert_true(fabs(power->value - 1234.5) < 1e-9);
        assert_int_equal(answer->wall_ms % 200, 0);
        assert_true(llabs(answer->wall_ms - (int64_t)time(NULL) * 1000) < 3000);
        if (i > 1)
            assert_int_equal(answer->wall_ms - last, 200);
        assert_true(answer->latency_us > 0 && answer->late_us >= 0 && answer->boot_us <= rig_now());
        last = answer->wall_ms;
        answer_free(answer);
    }
    assert_string_equal(rig.shape[1]->identity.profile, RIG_PROFILE);
    assert_int_equal(peer_counts(peer).connections, 1);
    rig_close(&rig);
    rig_end_peer(peer);
}

/* One poll goes wrong in each way; all that are answered are right, and the next one is. */
static void test_wrong_answers_never_pass(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct peer_act act;
        enum fault fault;
    } rows[] = {
        {"late", {PEER_LATE, 220, 0}, FAULT_SILENT},
        {"silence", {PEER_SILENT, 0, 0}, FAULT_SILENT},
        {"cut", {PEER_CUT, 0, 0}, FAULT_PROTOCOL},
        {"wrong transaction", {PEER_OTHER_ID, 0, 0}, FAULT_PROTOCOL},
        {"wrong unit", {PEER_OTHER_UNIT, 0, 0}, FAULT_PROTOCOL},
        {"surplus", {PEER_SURPLUS, 0, 0}, FAULT_NONE},
        {"closed", {PEER_CLOSE, 0, 0}, FAULT_NONE},
        {"gateway says the unit is silent", {PEER_EXCEPTION, 0, 11}, FAULT_SILENT},
        {"busy, once", {PEER_EXCEPTION, 0, 6}, FAULT_NONE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig rig;
        struct peer *peer = rig_meter();
        print_message("  %s\n", rows[i].name);
        rig_open(&rig);
        rig_add(&rig, rig_device(1, rig_at(peer), 3));
        size_t good = rig_values(&rig);
        peer_script(peer, &rows[i].act, 1);
        if (rows[i].fault != FAULT_NONE)
            rig_fails(&rig, rows[i].fault, "unit 3");
        for (int n = 0; n < 3; n++)
            assert_int_equal(rig_values(&rig), good);
        rig_close(&rig);
        rig_end_peer(peer);
    }
}

struct hole {
    atomic_uint address, refused;
};

static int refuse_hole(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    struct hole *hole = arg;

    (void)unit;
    (void)function;
    if (address > hole->address || address + count <= hole->address)
        return -1;
    hole->refused++;
    return 2;
}

static void test_exception_inside_a_block(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    static struct hole hole;

    hole.address = 52;
    hole.refused = 0;
    rig_open(&rig);
    peer_registers(peer, rig_registers, refuse_hole, &hole);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    struct answer *answer = rig_answer(&rig);
    size_t good = rig_check(&rig, answer);
    assert_true(good > 10);
    assert_int_not_equal(rig_sample(&rig, answer, RIG_POWER)->quality, QL_GOOD);
    answer_free(answer);
    unsigned refused = hole.refused;
    assert_true(refused > 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(rig_values(&rig), good);
    assert_int_equal(hole.refused, refused);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_nothing_but_refusals(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();

    rig_open(&rig);
    peer_registers(peer, rig_registers, rig_refuse, NULL);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    for (int i = 0; i < 2; i++)
        rig_fails(&rig, FAULT_PROTOCOL, "");
    peer_registers(peer, rig_registers, NULL, NULL);
    assert_true(rig_values(&rig) > 10);
    rig_close(&rig);
    rig_end_peer(peer);
}

/* Each answer comes in time, but all of them take longer than the device has. */
static void test_slow_unit_is_cut_off(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);
    struct peer_act late[32];

    for (size_t i = 0; i < 32; i++)
        late[i] = (struct peer_act){PEER_LATE, 110, 0};
    setup->modbus.max_registers = 2;
    rig_open(&rig);
    peer_script(peer, late, 32);
    rig_add(&rig, setup);
    struct answer *answer = rig_answer(&rig);
    assert_int_equal(answer->fault, FAULT_SILENT);
    assert_non_null(strstr(answer->words, "too slow"));
    assert_true(answer->latency_us < 1200 * MS);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_auto(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->profile = "auto";
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 10);
    assert_string_equal(rig.shape[1]->identity.profile, RIG_PROFILE);
    assert_non_null(strstr(rig.shape[1]->identity.why, "777"));
    assert_string_equal(rig.shape[1]->identity.serial, "65538");
    unsigned once = peer_counts(peer).function[3];
    assert_true(rig_values(&rig) > 10);
    assert_int_equal(peer_counts(peer).function[3], once);
    rig_close(&rig);

    rig_open(&rig);
    peer_registers(peer, rig_registers, rig_refuse, NULL);
    setup = rig_device(1, rig_at(peer), 3);
    setup->profile = "auto";
    rig_add(&rig, setup);
    rig_fails(&rig, FAULT_UNKNOWN, "no profile matches: it does not say what it is");
    rig_close(&rig);
    rig_end_peer(peer);
}

static int refuse_registers(void *arg, unsigned unit, unsigned function, unsigned address, unsigned count)
{
    return function == 43 ? -1 : rig_refuse(arg, unit, function, address, count);
}

/* What registers do not say, function 43 may. */
static void test_auto_by_identification(void **state)
{
    (void)state;
    static const char *const acme[] = {"Acme", "M-1"}, *const meter[] = {"Schneider Electric", "METSEPM5110", "2.1"};
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    peer_registers(peer, rig_registers, refuse_registers, NULL);
    peer_ident(peer, acme, 2);
    setup->profile = "auto";
    rig_open(&rig);
    rig_add(&rig, setup);
    rig_fails(&rig, FAULT_UNKNOWN, "it says it is 'Acme M-1'");
    rig_close(&rig);

    assert_non_null(rig_shipped);
    peer_ident(peer, meter, 3);
    setup = rig_device(1, rig_at(peer), 3);
    setup->profile = "auto";
    profile_set_unref(setup->profiles);
    setup->profiles = profile_set_ref(rig_shipped);
    rig_open(&rig);
    rig_add(&rig, setup);
    /* recognised; that the registers of this one are all refused comes after */
    struct answer *answer = rig_answer(&rig);
    assert_int_equal(answer->kind, ANSWER_FAILED);
    assert_int_not_equal(answer->fault, FAULT_UNKNOWN);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_a_shipped_profile(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    profile_set_unref(setup->profiles);
    setup->profiles = profile_set_ref(rig_shipped);
    setup->profile = "eastron-sdm630";
    setup->every_us = 2000 * MS;
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 30);
    struct answer *answer = rig_answer(&rig);
    assert_true(rig_check(&rig, answer) > 30);
    assert_true(fabs(rig_sample(&rig, answer, RIG_POWER)->value - 1234.5) < 1e-9);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_on_the_grid),       cmocka_unit_test(test_wrong_answers_never_pass),
        cmocka_unit_test(test_exception_inside_a_block), cmocka_unit_test(test_nothing_but_refusals),
        cmocka_unit_test(test_slow_unit_is_cut_off),     cmocka_unit_test(test_auto),
        cmocka_unit_test(test_auto_by_identification),   cmocka_unit_test(test_a_shipped_profile)};
    return cmocka_run_group_tests(tests, rig_load, rig_unload);
}
