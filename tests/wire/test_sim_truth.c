/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both drivers with the shipped profiles against the simulated devices: what is read is what was put in. Encoding and
 * decoding share nothing but the world's documents. */
#include "drivers/driver.h"
#include "drivers/profile.h"
#include "tests/sim/sim.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

/* cmocka's header wants the ones above first */
#include <cmocka.h>

#define WAIT_US 60000000u

static const char scene[] =
    "seed: 5\nspeed: 0\nstart: 2026-06-01T10:00:00Z\nhistory: 2d\n"
    "rooms:\n"
    "  leuven: {model: server-room-dx, it: 12kW}\n"
    "  district09: {model: data-centre-water, it: 180kW}\n"
    "agents:\n"
    "  apc: {device: apc-rpdu2, room: leuven, feed: A, outlets: 24, snmp: {}}\n"
    "  apc-32: {device: apc-rpdu2, room: leuven, feed: B, phases: 3, rating: 32A, snmp: {version: 1}}\n"
    "  ups: {device: rfc1628-ups, room: leuven, snmp: {version: 3, user: monitor, auth: sha256, privacy: aes128,\n"
    "        auth-key: authpassword, privacy-key: privpassword}}\n"
    "  px: {device: raritan-px2, room: district09, feed: A, outlets: 24, snmp: {bulk: no}}\n"
    "  sentry: {device: servertech-sentry4, room: district09, feed: B, outlets: 24, snmp: {version: 3, user: monitor,\n"
    "        auth: sha512, privacy: aes256, auth-key: authpassword, privacy-key: privpassword}}\n"
    "  entity: {device: entity-sensor, room: district09, snmp: {max-varbinds: 7}}\n"
    "  sdm: {device: eastron-sdm630, room: leuven, modbus: {unit: 3}}\n"
    "  iem: {device: schneider-iem3000, room: district09, modbus: {line: gateway, unit: 1}}\n"
    "  heat: {device: kamstrup-multical, room: district09, modbus: {line: gateway, unit: 2}}\n"
    "  crah: {device: stulz-c7000-modbus, room: district09, modbus: {mode: rtu, unit: 4}}\n";

/* How each is asked, and how many of its points at least must be right. */
static const struct row {
    const char *agent, *profile; /* expected; asked as auto over SNMP */
    bool modbus;
    unsigned version, unit;
    enum snmp_auth auth;
    enum snmp_priv priv;
    struct param param[5];
    size_t at_least;
} rows[] = {
    {.agent = "apc", .profile = "apc-rpdu2", .version = 2, .at_least = 80},
    {.agent = "apc-32", .profile = "apc-rpdu2", .version = 1, .at_least = 20},
    {.agent = "ups", .profile = "rfc1628-ups", .version = 3, .auth = AUTH_SHA256, .priv = PRIV_AES128, .at_least = 20},
    {.agent = "px", .profile = "raritan-px2", .version = 2, .at_least = 90},
    {.agent = "sentry",
     .profile = "servertech-sentry4",
     .version = 3,
     .auth = AUTH_SHA512,
     .priv = PRIV_AES256,
     .at_least = 90},
    {.agent = "entity", .profile = "entity-sensor", .version = 2, .at_least = 6},
    {.agent = "sdm", .profile = "eastron-sdm630", .modbus = true, .unit = 3, .at_least = 25},
    {.agent = "iem", .profile = "schneider-iem3000", .modbus = true, .unit = 1, .at_least = 20},
    {.agent = "heat",
     .profile = "kamstrup-multical",
     .modbus = true,
     .unit = 2,
     .at_least = 5,
     .param = {{"flow-unit", "l/h"}, {"power-unit", "kW"}, {"energy-unit", "kWh"}, {"energy-register", "200"}}},
    {.agent = "crah",
     .profile = "stulz-c7000-modbus",
     .modbus = true,
     .unit = 4,
     .at_least = 9,
     .param = {{"power-scale", "100"}, {"cooling-scale", "100"}, {"energy-scale", "1000"}, {"flow-scale", "0.1"}}},
};

#define ROWS (sizeof rows / sizeof rows[0])

static struct {
    struct sim *sim;
    struct profile_set *profiles;
    sd_event *loop;
    struct inbox *inbox;
    void *snmp, *modbus;
    struct shape *shape[ROWS];
    struct answer *values[ROWS];
} rig;

static int start(void **state)
{
    (void)state;
    char dir[4096];
    const char *dirs[] = {dir}, *source = getenv("WATTWACHT_SOURCE");
    struct diag *diag = diag_new();
    snprintf(dir, sizeof dir, "%s/conf.d/profiles", source ? source : ".");
    int r = profile_set_load(dirs, 1, diag, &rig.profiles);
    diag_print(diag, stderr);
    diag_free(diag);
    if (r < 0 || sim_start_text(scene, &rig.sim) < 0)
        return -1;
    rig.inbox = inbox_new();
    if (sd_event_new(&rig.loop) < 0 || driver_snmp.start(rig.loop, rig.inbox, &rig.snmp) < 0)
        return -1;
    return driver_modbus.start(rig.loop, rig.inbox, &rig.modbus);
}

static int stop(void **state)
{
    (void)state;
    driver_snmp.stop(rig.snmp);
    driver_modbus.stop(rig.modbus);
    for (size_t i = 0; i < ROWS; i++) {
        answer_free(rig.values[i]);
        if (rig.shape[i])
            shape_unref(rig.shape[i]);
    }
    inbox_free(rig.inbox);
    sd_event_unref(rig.loop);
    profile_set_unref(rig.profiles);
    sim_stop(rig.sim);
    return 0;
}

static struct device_setup *setup_of(size_t i)
{
    const struct row *row = &rows[i];
    struct device_setup *s = setup_new();
    const char *why = "";
    s->number = (uint32_t)i;
    s->id = row->agent;
    s->profiles = profile_set_ref(rig.profiles);
    s->profile = row->modbus ? row->profile : "auto";
    if (address_parse(s->arena, sim_address(rig.sim, row->agent), row->modbus, &s->address, &why) < 0)
        fail_msg("%s: %s", sim_address(rig.sim, row->agent), why);
    s->is_modbus = row->modbus;
    s->snmp = (struct snmp_setup){.version = (int)row->version,
                                  .community = "public",
                                  .user = "monitor",
                                  .auth = row->auth,
                                  .priv = row->priv,
                                  .auth_key = "authpassword",
                                  .priv_key = "privpassword"};
    s->modbus.unit = row->unit;
    s->modbus.reconnect_us = 100000;
    s->every_us = 500000;
    s->timeout_us = 2000000;
    s->names_resolve = true;
    s->param = arena_memdup(s->arena, row->param, sizeof row->param);
    while (s->n_params < 5 && row->param[s->n_params].name)
        s->n_params++;
    return s;
}

static void keep(struct answer *answer)
{
    uint32_t i = answer->device;
    if (answer->kind == ANSWER_FAILED)
        print_message("%s: %s\n", rows[i].agent, answer->words);
    if (answer->kind == ANSWER_SHAPE) {
        if (rig.shape[i])
            shape_unref(rig.shape[i]);
        rig.shape[i] = shape_ref(answer->shape);
    }
    if (answer->kind != ANSWER_VALUES || rig.values[i])
        answer_free(answer);
    else
        rig.values[i] = answer;
}

static size_t waiting(void)
{
    size_t n = 0;
    for (size_t i = 0; i < ROWS; i++)
        n += !rig.values[i];
    return n;
}

static void all_devices_answer(void **state)
{
    (void)state;
    uint64_t begin, now;
    for (size_t i = 0; i < ROWS; i++) {
        struct device_setup *s = setup_of(i);
        const struct driver *driver = rows[i].modbus ? &driver_modbus : &driver_snmp;
        assert_int_equal(driver->add(rows[i].modbus ? rig.modbus : rig.snmp, s), 0);
        setup_unref(s);
    }
    sd_event_now(rig.loop, CLOCK_MONOTONIC, &begin);
    for (now = begin; waiting() && now - begin < WAIT_US; sd_event_now(rig.loop, CLOCK_MONOTONIC, &now)) {
        sd_event_run(rig.loop, 20000);
        for (struct answer *a = inbox_take(rig.inbox), *next; a; a = next) {
            next = a->next;
            keep(a);
        }
    }
    for (size_t i = 0; i < ROWS; i++) {
        if (!rig.values[i])
            fail_msg("%s does not answer", rows[i].agent);
        assert_string_equal(rig.shape[i]->identity.profile, rows[i].profile);
    }
    assert_int_equal(sim_writes(rig.sim), 0);
}

/* Half a step of the coarsest device for a gauge, a whole step for a counter: what rounding may do. The first row that
 * fits counts. */
static double allowed(const char *agent, enum quantity quantity, double truth)
{
    static const struct {
        const char *agent; /* NULL: any */
        enum quantity quantity;
        double step;
    } steps[] = {
        {"ups", Q_TEMPERATURE, 0.5},
        {"crah", Q_ENERGY, 1000},
        {"crah", Q_ACTIVE_POWER, 50},
        {NULL, Q_ACTIVE_POWER, 5},
        {NULL, Q_APPARENT_POWER, 5},
        {NULL, Q_REACTIVE_POWER, 5},
        {NULL, Q_CURRENT, 0.05},
        {NULL, Q_VOLTAGE, 0.5},
        {NULL, Q_POWER_FACTOR, 0.005},
        {NULL, Q_FREQUENCY, 0.05},
        {NULL, Q_TEMPERATURE, 0.05},
        {NULL, Q_HUMIDITY, 0.5},
        {NULL, Q_ENERGY, 100},
        {NULL, Q_LOAD, 0.5},
        {NULL, Q_RUNTIME, 60},
        {NULL, Q_COOLING_POWER, 50},
        {NULL, Q_HEAT_POWER, 1},
        {NULL, Q_HEAT_ENERGY, 1000},
        {NULL, Q_FLOW, 0.05},
        {NULL, Q_FAN_SPEED, 0.5},
        {NULL, Q_APPARENT_ENERGY, 10},
        {NULL, Q_REACTIVE_ENERGY, 10},
        {NULL, Q_CHARGE, 0.5},
        {NULL, Q_TEMPERATURE_SUPPLY, 0.05},
        {NULL, Q_TEMPERATURE_RETURN, 0.05},
        {NULL, Q_TEMPERATURE_DIFF, 0.001},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (steps[i].quantity == quantity && (!steps[i].agent || !strcmp(steps[i].agent, agent)))
            return steps[i].step * 1.001 + 1e-6 * fabs(truth);
    return 1e-6 * fabs(truth);
}

static size_t check(size_t i, size_t *wrong)
{
    const struct shape *shape = rig.shape[i];
    size_t right = 0;
    for (size_t k = 0; k < shape->n && k < rig.values[i]->n; k++) {
        const struct point_shape *point = &shape->point[k];
        const struct sample *sample = &rig.values[i]->sample[k];
        char name[PART_MAX + 32];
        snprintf(name, sizeof name, "%s/%s", point->part, quantity_row(point->quantity)->name);
        double truth = sim_truth(rig.sim, rows[i].agent, name);
        if (point->aspect != A_VALUE || !isfinite(truth))
            continue;
        double off = fabs(sample->value - truth);
        if (sample->quality != QL_GOOD || !(off <= allowed(rows[i].agent, point->quantity, truth))) {
            print_error("%s/%s from %s: read %.9g (%s), true %.9g\n", rows[i].agent, name, point->source, sample->value,
                        quality_name(sample->quality), truth);
            (*wrong)++;
        }
        right++;
    }
    return right;
}

static void what_is_read_is_true(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < ROWS; i++) {
        size_t right = check(i, &wrong);
        print_message("%s: %zu points of %zu are compared\n", rows[i].agent, right, rig.shape[i]->n);
        assert_true(right >= rows[i].at_least);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_devices_answer),
        cmocka_unit_test(what_is_read_is_true),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
