/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a profile to samples over SNMP: snmp_planner with snmp_decode, snmp_image, snmp_cell, snmp_match, cell,
 * value_op, point_list and point_finish. */
#include "drivers/snmp_plan.h"
#include "plan_fixture.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] =
    "name: p\nversion: 3\ntitle: t\nvendor: Example\nkind: pdu\nprotocol: snmp\nconfidence: low\nsources: s\n"
    "match:\n"
    "  - {sysobjectid: 1.3.6.1.4.1.99.1, not-sysdescr: \"^old\"}\n"
    "  - {under: 1.3.6.1.4.1.99.7, absent: 1.3.6.1.4.1.99.8.0}\n"
    "identity: {serial: 1.3.6.1.4.1.99.2.1.9, firmware: {from: 1.3.6.1.2.1.1.1.0, take: \"fw ([0-9.]+)\"}}\n"
    "params: {ct: {help: \"ratio of the current transformer\"}}\n"
    "tables:\n"
    "  unit:\n"
    "    entry: 1.3.6.1.4.1.99.2.1\n    index: [unit]\n    chain: {from: index.unit, add: 1}\n    part: total\n"
    "    points:\n"
    "      - {from: .2, quantity: energy, unit: kWh, scale: 0.1, modulus: 1000000}\n"
    "      - {from: .3, quantity: active_power, unit: W, na: -1}\n"
    "      - {from: .4, quantity: active_power, unit: W, scale: 10}\n"
    "      - {from: .5, quantity: temperature, unit: {from: 1.3.6.1.4.1.99.9.0, map: {1: F, 2: C}}, scale: 0.1}\n"
    "  outlet:\n"
    "    entry: 1.3.6.1.4.1.99.3.1\n    index: [name/text]\n    part: outlet\n"
    "    number: {from: index.name, take: \"^o([0-9]+)$\"}\n    label: [.6, \"Outlet {index.name}\"]\n"
    "    points:\n"
    "      - {from: .2, quantity: current, unit: mA, scale: {from: .3, as: digits}, valid: {.4: [1, 2]}, range: [0, "
    "16]}\n"
    "      - {from: .7, quantity: current, aspect: rating, text-unit: yes}\n"
    "      - {from: .8, quantity: active_power, unit: W, scale: {from: param.ct}}\n"
    "computed:\n"
    "  - {point: total/current, sum: [outlet-*/current]}\n"
    "  - {point: total/apparent_power, product: [total/current, 230]}\n"
    "vectors: []\n";

static void put(struct snmp_image *image, const char *name, struct snmp_value value)
{
    uint32_t arcs[OID_MAX];
    size_t n;
    assert_int_equal(oid_parse(name, arcs, &n), 0);
    snmp_image_put(image, (struct oid){n, arcs}, value);
}

static void put_int(struct snmp_image *image, const char *name, int64_t i)
{
    put(image, name, (struct snmp_value){.kind = SV_INT, .i = i});
}

static void put_text(struct snmp_image *image, const char *name, const char *words)
{
    put(image, name, (struct snmp_value){.kind = SV_BYTES, .bytes = (const uint8_t *)words, .n = strlen(words)});
}

static void put_id(struct snmp_image *image, uint32_t last)
{
    uint32_t id[] = {1, 3, 6, 1, 4, 1, 99, last};
    put(image, "1.3.6.1.2.1.1.2.0", (struct snmp_value){.kind = SV_OID, .bytes = (const uint8_t *)id, .n = 8});
}

/* Two units (their index from 0), two outlets by text index, one of them not valid. */
static struct snmp_image *image_of_pdu(void)
{
    struct snmp_image *image = snmp_image_new();
    put_text(image, "1.3.6.1.2.1.1.1.0", "Example fw 2.14 of spring");
    put_id(image, 1);
    put_int(image, "1.3.6.1.4.1.99.2.1.2.0", 123456);
    put_int(image, "1.3.6.1.4.1.99.2.1.3.0", 500);
    put_int(image, "1.3.6.1.4.1.99.2.1.4.0", 50);
    put_int(image, "1.3.6.1.4.1.99.2.1.5.0", 770);
    put_int(image, "1.3.6.1.4.1.99.9.0", 1);
    put_text(image, "1.3.6.1.4.1.99.2.1.9.0", "S-ONE");
    put_int(image, "1.3.6.1.4.1.99.2.1.3.1", 700);
    put_text(image, "1.3.6.1.4.1.99.2.1.9.1", "S-TWO");
    put_int(image, "1.3.6.1.4.1.99.3.1.2.2.111.49", 12345);
    put_int(image, "1.3.6.1.4.1.99.3.1.3.2.111.49", 1);
    put_int(image, "1.3.6.1.4.1.99.3.1.4.2.111.49", 1);
    put_text(image, "1.3.6.1.4.1.99.3.1.6.2.111.49", "....");
    put_text(image, "1.3.6.1.4.1.99.3.1.7.2.111.49", "16A");
    put_int(image, "1.3.6.1.4.1.99.3.1.8.2.111.49", 40);
    put_int(image, "1.3.6.1.4.1.99.3.1.2.2.111.50", 500);
    put_int(image, "1.3.6.1.4.1.99.3.1.3.2.111.50", 0);
    put_int(image, "1.3.6.1.4.1.99.3.1.4.2.111.50", 2);
    return image;
}

static long find(const struct shape *shape, const char *part, enum quantity quantity)
{
    for (size_t i = 0; i < shape->n; i++)
        if (!strcmp(shape->point[i].part, part) && shape->point[i].quantity == quantity && !shape->point[i].aspect)
            return (long)i;
    return -1;
}

static struct sample decoded(const struct snmp_plan *plan, const struct snmp_image *image, size_t device,
                             const char *part, enum quantity quantity)
{
    struct snmp_value *values = calloc(plan->n, sizeof *values);
    struct answer *answers[8];
    assert_non_null(values);
    for (size_t i = 0; i < plan->n; i++) {
        const struct snmp_value *value = snmp_image_get(image, plan->ask[i]);
        values[i] = value ? *value : (struct snmp_value){.kind = SV_NONE};
    }
    for (size_t d = 0; d < plan->n_devices; d++)
        answers[d] = answer_new(0, ANSWER_VALUES, plan->device[d].shape->n);
    snmp_plan_decode(plan, values, answers);
    long at = find(plan->device[device].shape, part, quantity);
    assert_true(at >= 0);
    struct sample sample = answers[device]->sample[at];
    for (size_t d = 0; d < plan->n_devices; d++)
        answer_free(answers[d]);
    free(values);
    return sample;
}

static struct snmp_plan *plan_of(struct profile_set *set, struct device_setup *setup, const struct snmp_image *image)
{
    struct snmp_plan *plan;
    assert_int_equal(snmp_plan_new(profile_find(set, "p"), setup, image, "test", &plan), 0);
    return plan;
}

static void assert_value(struct sample sample, double expected)
{
    assert_int_equal(sample.quality, QL_GOOD);
    assert_true(fabs(sample.value - expected) <= fabs(expected) * 1e-12);
}

static void test_values(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = image_of_pdu();
    struct snmp_plan *plan = plan_of(set, setup, image);
    const struct shape *shape = plan->device[0].shape;
    assert_value(decoded(plan, image, 0, "total", Q_ENERGY), 12345600);
    assert_value(decoded(plan, image, 0, "total", Q_ACTIVE_POWER), 500);
    assert_value(decoded(plan, image, 0, "unit-2-total", Q_ACTIVE_POWER), 700);
    assert_value(decoded(plan, image, 0, "total", Q_TEMPERATURE), 25);
    assert_value(decoded(plan, image, 0, "outlet-01", Q_CURRENT), 1.2345);
    assert_value(decoded(plan, image, 0, "outlet-02", Q_CURRENT), 0.5);
    assert_value(decoded(plan, image, 0, "total", Q_CURRENT), 1.7345);
    assert_value(decoded(plan, image, 0, "total", Q_APPARENT_POWER), 398.935);
    const struct point_shape *power = &shape->point[find(shape, "total", Q_ACTIVE_POWER)];
    assert_string_equal(power->source, "1.3.6.1.4.1.99.2.1.3.0");
    assert_string_equal(power->also, "1.3.6.1.4.1.99.2.1.4.0");
    const struct point_shape *energy = &shape->point[find(shape, "total", Q_ENERGY)];
    assert_true(fabs(energy->modulus - 1e8) < 1e-3 && fabs(energy->step - 100) < 1e-9);
    const struct point_shape *outlet = &shape->point[find(shape, "outlet-01", Q_CURRENT)];
    assert_string_equal(shape->label[find(shape, "outlet-01", Q_CURRENT)], "Outlet o1");
    assert_true(fabs(outlet->rating - 16) < 1e-12);
    assert_true(shape->point[find(shape, "total", Q_CURRENT)].computed);
    assert_string_equal(shape->identity.serial, "S-ONE");
    assert_string_equal(shape->identity.firmware, "2.14");
    assert_string_equal(shape->identity.vendor, "Example");
    assert_int_equal(shape->identity.version, 3);
    /* the param is not said: no point, and the reason */
    assert_int_equal(find(shape, "outlet-01", Q_ACTIVE_POWER), -1);
    assert_int_equal(shape->n_notes, 1);
    assert_string_equal(shape->note[0],
                        "active_power: the site must say params: {ct: ...}: ratio of the current transformer");
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

/* A coarser object that says something else is not named beside the finer one. */
static void test_also(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = image_of_pdu();
    put_int(image, "1.3.6.1.4.1.99.2.1.4.0", 51);
    struct snmp_plan *plan = plan_of(set, setup, image);
    const struct shape *shape = plan->device[0].shape;
    assert_null(shape->point[find(shape, "total", Q_ACTIVE_POWER)].also);
    snmp_plan_free(plan);
    /* without the finer one it is the point */
    put_int(image, "1.3.6.1.4.1.99.2.1.3.0", 0);
    put(image, "1.3.6.1.4.1.99.2.1.3.0", (struct snmp_value){.kind = SV_NONE});
    plan = plan_of(set, setup, image);
    assert_value(decoded(plan, image, 0, "total", Q_ACTIVE_POWER), 510);
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

static void test_qualities(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = image_of_pdu();
    struct snmp_plan *plan = plan_of(set, setup, image);
    put_int(image, "1.3.6.1.4.1.99.2.1.3.0", -1);
    assert_int_equal(decoded(plan, image, 0, "total", Q_ACTIVE_POWER).quality, QL_SENTINEL);
    put_int(image, "1.3.6.1.4.1.99.3.1.4.2.111.49", 3); /* not valid: no value, nor a sum of it */
    assert_int_equal(decoded(plan, image, 0, "outlet-01", Q_CURRENT).quality, QL_SENTINEL);
    assert_int_equal(decoded(plan, image, 0, "total", Q_CURRENT).quality, QL_SENTINEL);
    put_int(image, "1.3.6.1.4.1.99.3.1.4.2.111.49", 2);
    put_int(image, "1.3.6.1.4.1.99.3.1.2.2.111.49", 161000); /* 16.1 A of at most 16 */
    assert_int_equal(decoded(plan, image, 0, "outlet-01", Q_CURRENT).quality, QL_IMPLAUSIBLE);
    put_text(image, "1.3.6.1.4.1.99.3.1.2.2.111.49", "12345"); /* a number as text is one */
    assert_value(decoded(plan, image, 0, "outlet-01", Q_CURRENT), 1.2345);
    put_text(image, "1.3.6.1.4.1.99.3.1.2.2.111.49", "n/a");
    assert_int_equal(decoded(plan, image, 0, "outlet-01", Q_CURRENT).quality, QL_IMPLAUSIBLE);
    put(image, "1.3.6.1.4.1.99.3.1.2.2.111.49", (struct snmp_value){.kind = SV_NONE});
    assert_int_equal(decoded(plan, image, 0, "outlet-01", Q_CURRENT).quality, QL_SENTINEL);
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

static void test_site(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    unsigned unit = 2;
    uint32_t device = 77;
    setup->n_units = 1;
    setup->unit_number = &unit;
    setup->unit_device = &device;
    fixture_param(setup, "ct", "2.5");
    fixture_part(setup, (struct part_setup){.part = "outlet-01", .label = "web", .scale = {5, 0}});
    fixture_part(setup, (struct part_setup){.part = "outlet-02", .ignore = true, .scale = DECIMAL_ONE});
    fixture_part(setup, (struct part_setup){.part = "total", .invert = true, .scale = DECIMAL_ONE, .unit = "C"});
    struct snmp_image *image = image_of_pdu();
    struct snmp_plan *plan = plan_of(set, setup, image);
    const struct shape *first = plan->device[0].shape, *second = plan->device[1].shape;
    assert_int_equal(plan->n_devices, 2);
    assert_int_equal(plan->device[1].device, 77);
    assert_int_equal(plan->device[1].unit, 2);
    assert_value(decoded(plan, image, 0, "outlet-01", Q_CURRENT), 6.1725);
    assert_value(decoded(plan, image, 0, "outlet-01", Q_ACTIVE_POWER), 500);
    assert_value(decoded(plan, image, 0, "total", Q_ACTIVE_POWER), -500);
    assert_value(decoded(plan, image, 0, "total", Q_ENERGY_EXPORT), 12345600);
    assert_value(decoded(plan, image, 0, "total", Q_TEMPERATURE), 77); /* the device says F, the site knows better */
    assert_value(decoded(plan, image, 1, "total", Q_ACTIVE_POWER), 700);
    assert_string_equal(first->label[find(first, "outlet-01", Q_CURRENT)], "web");
    assert_int_equal(find(first, "outlet-02", Q_CURRENT), -1);
    assert_int_equal(find(first, "unit-2-total", Q_ACTIVE_POWER), -1);
    assert_string_equal(second->identity.serial, "S-TWO");
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

/* Two devices of one model are asked the same; what the site says of one makes it another. */
static void test_shared_by_devices(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new(), *scaled = setup_new(), *named = setup_new();
    fixture_param(setup, "ct", "2.5");
    fixture_param(scaled, "ct", "5");
    fixture_param(named, "ct", "2.5");
    fixture_part(named, (struct part_setup){.part = "outlet-01", .label = "web", .scale = DECIMAL_ONE});
    struct snmp_image *image = image_of_pdu();
    struct snmp_plan *plan = plan_of(set, setup, image), *twin = plan_of(set, setup, image);
    struct snmp_plan *other = plan_of(set, scaled, image), *label = plan_of(set, named, image);
    assert_ptr_equal(twin->decode, plan->decode);
    assert_ptr_equal(twin->device[0].shape->point, plan->device[0].shape->point);
    assert_ptr_not_equal(other->decode, plan->decode);
    assert_ptr_equal(label->decode, plan->decode);
    assert_false(shape_equal(label->device[0].shape, plan->device[0].shape));
    snmp_plan_free(plan);
    assert_value(decoded(twin, image, 0, "outlet-01", Q_ACTIVE_POWER), 100);
    assert_value(decoded(other, image, 0, "outlet-01", Q_ACTIVE_POWER), 200);
    snmp_plan_free(twin);
    snmp_plan_free(other);
    snmp_plan_free(label);
    snmp_image_free(image);
    setup_unref(setup);
    setup_unref(scaled);
    setup_unref(named);
    profile_set_unref(set);
}

static void test_asks(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct arena *arena = arena_new();
    struct device_setup *setup = setup_new();
    struct snmp_image *image = image_of_pdu();
    struct snmp_plan *plan = plan_of(set, setup, image);
    struct snmp_asks identity = snmp_ask_identity(arena, set, NULL);
    struct snmp_asks discovery = snmp_ask_discovery(arena, profile_find(set, "p"));
    assert_int_equal(identity.n, 5);
    assert_string_equal(oid_text(arena, identity.ask[3].name), "1.3.6.1.4.1.99.7");
    assert_true(identity.ask[3].under);
    size_t columns = 0;
    for (size_t i = 0; i < discovery.n; i++)
        columns += discovery.ask[i].under;
    assert_int_equal(columns, 4 + 6 + 1); /* unit .2-.5; outlet .2-.4, .6-.8; serial */
    assert_string_equal(oid_text(arena, plan->ask[0]), "1.3.6.1.2.1.1.3.0");
    for (size_t i = 2; i < plan->n; i++)
        assert_true(oid_compare(plan->ask[i - 1], plan->ask[i]) < 0); /* each once */
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    arena_free(arena);
    profile_set_unref(set);
}

static void test_match(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct arena *arena = arena_new();
    struct snmp_image *image = snmp_image_new();
    const char *why = NULL;
    assert_null(profile_match_snmp(arena, set, image, &why));
    put_text(image, "1.3.6.1.2.1.1.1.0", "old thing");
    put_id(image, 1);
    assert_null(profile_match_snmp(arena, set, image, &why)); /* excluded by its description */
    put_int(image, "1.3.6.1.4.1.99.7.1.2", 0);
    assert_non_null(profile_match_snmp(arena, set, image, &why));
    assert_string_equal(why, "it has objects under 1.3.6.1.4.1.99.7, it has no 1.3.6.1.4.1.99.8.0");
    put_int(image, "1.3.6.1.4.1.99.8.0", 0);
    assert_null(profile_match_snmp(arena, set, image, &why));
    put_text(image, "1.3.6.1.2.1.1.1.0", "new thing");
    assert_non_null(profile_match_snmp(arena, set, image, &why));
    assert_string_equal(why, "sysObjectID is 1.3.6.1.4.1.99.1, sysDescr is not like '^old'");
    snmp_image_free(image);
    arena_free(arena);
    profile_set_unref(set);
}

/* Units known by an address: numbers in the order of the agent, the same in every table. */
static void test_ordinals(void **state)
{
    (void)state;
    static const char chain[] =
        "name: p\nversion: 1\ntitle: t\nvendor: Example\nkind: pdu\nprotocol: snmp\nconfidence: low\nsources: s\n"
        "match: [{sysobjectid: 1.3.6.1.4.1.99.1}]\n"
        "tables:\n"
        "  outlet:\n"
        "    entry: 1.3.6.1.4.1.99.3.1\n    index: [outlet, mac/text]\n    part: outlet\n    number: index.outlet\n"
        "    chain: {from: index.mac, ordinal: yes}\n"
        "    points: [{from: .2, quantity: current, unit: mA}]\n"
        "  branch:\n"
        "    entry: 1.3.6.1.4.1.99.4.1\n    index: [branch, mac/text]\n    part: branch\n    number: index.branch\n"
        "    chain: {from: index.mac, ordinal: yes}\n"
        "    points: [{from: .2, quantity: current, unit: mA}]\n"
        "vectors: []\n";
    struct profile_set *set = fixture_load("p", chain);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = snmp_image_new();
    put_int(image, "1.3.6.1.4.1.99.3.1.2.1.2.65.66", 1000);
    put_int(image, "1.3.6.1.4.1.99.3.1.2.1.2.65.67", 2000);
    put_int(image, "1.3.6.1.4.1.99.3.1.2.2.2.65.66", 3000);
    put_int(image, "1.3.6.1.4.1.99.4.1.2.1.2.65.67", 4000);
    put_int(image, "1.3.6.1.4.1.99.4.1.2.1.2.65.68", 5000);
    struct snmp_plan *plan = plan_of(set, setup, image);
    assert_value(decoded(plan, image, 0, "outlet-01", Q_CURRENT), 1);
    assert_value(decoded(plan, image, 0, "unit-2-outlet-01", Q_CURRENT), 2);
    assert_value(decoded(plan, image, 0, "outlet-02", Q_CURRENT), 3);
    assert_value(decoded(plan, image, 0, "unit-2-branch-01", Q_CURRENT), 4);
    assert_value(decoded(plan, image, 0, "unit-3-branch-01", Q_CURRENT), 5);
    assert_int_equal(plan->device[0].shape->n, 5);
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

static void test_nothing_there(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = snmp_image_new();
    struct snmp_plan *plan = NULL;
    put_int(image, "1.3.6.1.4.1.99.3.1.2.9.111.49", 1); /* an index that promises nine letters and has two */
    put(image, "1.3.6.1.4.1.99.2.1.3.0", (struct snmp_value){.kind = SV_NONE});
    assert_int_equal(snmp_plan_new(profile_find(set, "p"), setup, image, NULL, &plan), -ENODATA);
    assert_null(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

/* Columns that a table of this device lacks are said once; a table that is not there at all is another model. */
static void test_absent_columns(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = snmp_image_new();
    put_int(image, "1.3.6.1.4.1.99.2.1.3.0", 500);
    struct snmp_plan *plan = plan_of(set, setup, image);
    assert_int_equal(plan->device[0].shape->n_notes, 1);
    assert_string_equal(plan->device[0].shape->note[0], "not told by this device: energy, temperature of its unit");
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

/* A daemon has nothing to poll then; a probe says who it is. */
static void test_no_point_at_all(void **state)
{
    (void)state;
    struct profile_set *set = fixture_load("p", text);
    struct device_setup *setup = setup_new();
    struct snmp_image *image = snmp_image_new();
    struct snmp_plan *plan;
    put_text(image, "1.3.6.1.2.1.1.1.0", "fw 1.2");
    assert_int_equal(snmp_plan_new(profile_find(set, "p"), setup, image, "test", &plan), -ENODATA);
    setup->once = true;
    assert_int_equal(snmp_plan_new(profile_find(set, "p"), setup, image, "test", &plan), 0);
    const struct shape *shape = plan->device[0].shape;
    assert_int_equal(shape->n, 0);
    assert_string_equal(shape->identity.vendor, "Example");
    assert_string_equal(shape->identity.kind, "pdu");
    assert_string_equal(shape->identity.firmware, "1.2");
    assert_int_equal(shape->n_notes, 1);
    snmp_plan_free(plan);
    snmp_image_free(image);
    setup_unref(setup);
    profile_set_unref(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absent_columns),
        cmocka_unit_test(test_no_point_at_all),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_also),
        cmocka_unit_test(test_qualities),
        cmocka_unit_test(test_site),
        cmocka_unit_test(test_asks),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_ordinals),
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_shared_by_devices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
