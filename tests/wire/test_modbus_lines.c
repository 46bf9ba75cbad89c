/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of the Modbus driver (modbus_line): how they come and go, and how they treat their gateway. */
#include "tests/wire/modbus_rig.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

/* Removed while its answer is waited for: at once, and not a word of it afterwards. */
static void test_remove_is_prompt(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    const struct peer_act late = {PEER_LATE, 200, 0};
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->timeout_us = 10000 * MS;
    rig_open(&rig);
    peer_script(peer, &late, 1);
    rig_add(&rig, setup);
    rig_await_question(peer);
    int64_t begun = rig_now();
    driver_modbus.remove(rig.driver, 1);
    assert_true(rig_now() - begun < 50 * MS);
    driver_modbus.remove(rig.driver, 7); /* not there: nothing happens */
    assert_null(rig_next(&rig, 400));
    rig_add(&rig, rig_device(2, rig_at(peer), 3));
    assert_true(rig_values(&rig) > 10);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_stop_is_prompt(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    const struct peer_act silent = {PEER_SILENT, 0, 0};
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->timeout_us = 10000 * MS;
    rig_open(&rig);
    peer_script(peer, &silent, 1);
    rig_add(&rig, setup);
    rig_await_question(peer);
    int64_t begun = rig_now();
    rig_close(&rig);
    assert_true(rig_now() - begun < 500 * MS);
    rig_end_peer(peer);
}

/* libmodbus cannot be called away: a line of RTU ends when the answer's time is over, and no later. */
static void test_stop_of_rtu_is_bounded(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = peer_tcp(true, false);
    const struct peer_act silent = {PEER_SILENT, 0, 0};
    char text[64];

    snprintf(text, sizeof(text), "rtu+tcp://127.0.0.1:%u", peer_port(peer));
    struct device_setup *setup = rig_device(1, text, 3);
    setup->timeout_us = 400 * MS;
    rig_open(&rig);
    peer_script(peer, &silent, 1);
    rig_add(&rig, setup);
    rig_await_question(peer);
    int64_t begun = rig_now();
    driver_modbus.remove(rig.driver, 1);
    assert_true(rig_now() - begun < 50 * MS);
    rig_close(&rig);
    assert_true(rig_now() - begun < 600 * MS);
    rig_end_peer(peer);
}

static sem_t resolver_begins, resolver_ends;
int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret);

/* The linker puts this between the driver and the resolver. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **ret)
{
    if (strcmp(host, "slow.test") != 0 || hints->ai_flags & AI_NUMERICHOST)
        return __real_getaddrinfo(host, port, hints, ret);
    sem_post(&resolver_begins);
    sem_wait(&resolver_ends);
    return EAI_AGAIN;
}

static size_t threads(void)
{
    DIR *dir = opendir("/proc/self/task");
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Nobody waits for a resolver that hangs; its thread frees what it holds when it comes back. */
static void test_stop_while_the_resolver_hangs(void **state)
{
    (void)state;
    struct rig rig;
    size_t before = threads();

    sem_init(&resolver_begins, 0, 0);
    sem_init(&resolver_ends, 0, 0);
    rig_open(&rig);
    struct device_setup *setup = rig_device(1, "slow.test:502", 3);
    setup->names_resolve = true;
    rig_add(&rig, setup);
    sem_wait(&resolver_begins);
    int64_t begun = rig_now();
    rig_close(&rig);
    assert_true(rig_now() - begun < 100 * MS);
    sem_post(&resolver_ends);
    for (int64_t until = rig_now() + 60000 * MS; threads() > before;) {
        assert_true(rig_now() < until);
        poll(NULL, 0, 1);
    }
}

/* A late answer costs the connection, and a busy machine is late. */
static struct device_setup *patient(uint32_t number, const char *address, unsigned unit)
{
    struct device_setup *setup = rig_device(number, address, unit);
    setup->timeout_us = 10000 * MS;
    return setup;
}

/* A configuration that is read anew takes a changed device away and brings it back: the connection stays. */
static void test_line_is_kept_over_a_reload(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = patient(1, rig_at(peer), 3);

    setup->modbus.max_registers = 10;
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 10);
    assert_int_equal(peer_counts(peer).longest, 10);
    driver_modbus.remove(rig.driver, 1);
    rig_add(&rig, patient(2, rig_at(peer), 4));
    assert_true(rig_values(&rig) > 10);
    assert_true(peer_counts(peer).longest > 10);
    assert_int_equal(peer_counts(peer).connections, 1);
    /* Another unit whose address is written otherwise shares it too. */
    char text[64];
    snprintf(text, sizeof(text), "tcp://127.0.0.1:%u", peer_port(peer));
    rig_add(&rig, patient(3, text, 3));
    assert_true(rig_values(&rig) > 10);
    assert_true(rig_values(&rig) > 10);
    assert_int_equal(peer_counts(peer).connections, 1);
    driver_modbus.remove(rig.driver, 3);
    /* Without any device the gateway gets its connection back. */
    driver_modbus.remove(rig.driver, 2);
    for (int64_t until = rig_now() + 60000 * MS; peer_counts(peer).open > 0;) {
        assert_true(rig_now() < until);
        poll(NULL, 0, 5);
    }
    rig_add(&rig, patient(3, rig_at(peer), 3));
    assert_true(rig_values(&rig) > 10);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_gateway_that_closes_when_idle(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct peer_act done[32];

    for (size_t i = 0; i < 32; i++)
        done[i] = (struct peer_act){PEER_DONE, 0, 0};
    rig_open(&rig);
    peer_script(peer, done, 32);
    rig_add(&rig, rig_device(1, rig_at(peer), 3));
    for (int i = 0; i < 4; i++)
        assert_true(rig_values(&rig) > 10);
    assert_true(peer_counts(peer).connections >= 4);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_one_client_leaves_room_for_others(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->modbus.one_client = true;
    rig_open(&rig);
    rig_add(&rig, setup);
    for (int i = 0; i < 4; i++) {
        assert_true(rig_values(&rig) > 10);
        for (int64_t until = rig_now() + 150 * MS; peer_counts(peer).open > 0;) {
            assert_true(rig_now() < until);
            poll(NULL, 0, 1);
        }
    }
    assert_int_equal(peer_counts(peer).connections, 4);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_once(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->once = true;
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 10);
    assert_null(rig_next(&rig, 500));
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_pause_between_questions(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer = rig_meter();
    struct device_setup *setup = rig_device(1, rig_at(peer), 3);

    setup->modbus.pause_us = 120 * MS;
    setup->every_us = 1000 * MS;
    rig_open(&rig);
    rig_add(&rig, setup);
    assert_true(rig_values(&rig) > 10);
    unsigned before = peer_counts(peer).questions;
    struct answer *answer = rig_answer(&rig);
    unsigned questions = peer_counts(peer).questions - before;
    assert_true(questions > 1);
    assert_true(answer->latency_us >= (questions - 1) * 120 * MS);
    answer_free(answer);
    rig_close(&rig);
    rig_end_peer(peer);
}

static void test_what_cannot_work_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *name, *profile, *address;
        enum fault fault;
        const char *words;
    } rows[] = {
        {"no such profile", "no-such-profile", "127.0.0.1:9", FAULT_UNKNOWN, "no such profile"},
        {"a profile for SNMP", "apc-rpdu2", "127.0.0.1:9", FAULT_UNKNOWN, "not one for Modbus"},
        {"a name where only numbers may be", RIG_PROFILE, "no-such-host.invalid", FAULT_NAME, "no-such-host.invalid"},
        {"no such device file", RIG_PROFILE, "serial:///dev/no-such-tty", FAULT_GATEWAY, "No such file"},
        {"not a terminal", RIG_PROFILE, "serial:///dev/null", FAULT_GATEWAY, "/dev/null"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rig rig;
        struct device_setup *setup = rig_device(1, rows[i].address, 3);
        print_message("  %s\n", rows[i].name);
        setup->profile = rows[i].profile;
        profile_set_unref(setup->profiles);
        setup->profiles = profile_set_ref(strcmp(rows[i].profile, RIG_PROFILE) == 0 ? rig_own : rig_shipped);
        rig_open(&rig);
        rig_add(&rig, setup);
        rig_fails(&rig, rows[i].fault, rows[i].words);
        rig_close(&rig);
    }
}

/* Devices of three lines come and go in the middle of their polls; what is removed never answers again. */
static void test_devices_come_and_go(void **state)
{
    (void)state;
    struct rig rig;
    struct peer *peer[3] = {rig_meter(), rig_meter(), rig_meter()};
    bool here[RIG_DEVICES] = {false};
    uint32_t random = 7;
    unsigned values = 0;

    rig_open(&rig);
    for (int step = 0; step < 400; step++) {
        random = random * 1664525 + 1013904223;
        uint32_t number = random >> 20 & (RIG_DEVICES - 1);
        if (here[number]) {
            driver_modbus.remove(rig.driver, number);
        } else {
            struct device_setup *setup = rig_device(number, rig_at(peer[number % 3]), number + 1);
            setup->every_us = 20 * MS;
            rig_add(&rig, setup);
        }
        here[number] = !here[number];
        if (!here[number]) { /* what it said before may still wait */
            for (struct answer *answer; (answer = rig_next(&rig, 0));)
                answer_free(answer);
        }
        struct answer *answer = rig_next(&rig, 5);
        if (!answer)
            continue;
        assert_true(here[answer->device]);
        values += answer->kind == ANSWER_VALUES && rig_check(&rig, answer) > 10;
        answer_free(answer);
    }
    assert_true(values > 20);
    rig_close(&rig);
    for (int i = 0; i < 3; i++)
        rig_end_peer(peer[i]);
}

static void test_lines_are_bounded(void **state)
{
    (void)state;
    struct rig rig;
    char text[64];

    rig_open(&rig);
    for (unsigned i = 0; i < 257; i++) {
        snprintf(text, sizeof(text), "127.1.%u.%u:9", i / 200, i % 200 + 1);
        struct device_setup *setup = rig_device(1, text, 1);
        setup->every_us = 3600000 * MS;
        assert_int_equal(driver_modbus.add(rig.driver, setup), i < 256 ? 0 : -EMFILE);
        setup_unref(setup);
    }
    /* A line without devices gives its place to another. */
    driver_modbus.remove(rig.driver, 1);
    rig_add(&rig, rig_device(1, "127.2.0.1:9", 1));
    rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remove_is_prompt),
        cmocka_unit_test(test_stop_is_prompt),
        cmocka_unit_test(test_stop_of_rtu_is_bounded),
        cmocka_unit_test(test_stop_while_the_resolver_hangs),
        cmocka_unit_test(test_line_is_kept_over_a_reload),
        cmocka_unit_test(test_gateway_that_closes_when_idle),
        cmocka_unit_test(test_one_client_leaves_room_for_others),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_pause_between_questions),
        cmocka_unit_test(test_what_cannot_work_says_so),
        cmocka_unit_test(test_devices_come_and_go),
        cmocka_unit_test(test_lines_are_bounded),
    };
    return cmocka_run_group_tests(tests, rig_load, rig_unload);
}
