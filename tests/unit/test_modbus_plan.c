/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a profile to samples over Modbus: modbus_planner with modbus_image, modbus_cell, modbus_blocks, modbus_walk,
 * modbus_decode and modbus_match. */
#include "drivers/modbus_plan.h"
#include "drivers/profile.h"
#include "plan_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                                 \
    "name: p\nversion: 1\ntitle: t\nvendor: v\nkind: meter\nprotocol: modbus\nconfidence: low\nsources: s\n" \
    "vectors: []\n"

static void put(struct modbus_image *image, unsigned address, size_t n, const uint16_t *registers)
{
    modbus_image_put(image, (struct modbus_block){MS_HOLDING, (uint16_t)address, (uint16_t)n}, registers);
}

#define PUT(image, address, ...) \
    put(image, address, sizeof((uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t), (uint16_t[]){__VA_ARGS__})

struct fixture {
    struct profile_set *set;
    struct device_setup *setup;
    struct modbus_image *image;
    struct modbus_plan *plan;
};

static struct fixture begin(const char *text)
{
    struct fixture f = {fixture_load("p", text), setup_new(), modbus_image_new(), NULL};
    return f;
}

/* Prepares with what is in the image; what is not is refused. Returns how many reads it took. */
static size_t prepare(struct fixture *f)
{
    const struct modbus_block *blocks;
    size_t n = 1, reads = 0;
    uint16_t registers[125];
    assert_int_equal(modbus_plan_new(profile_find(f->set, "p"), f->setup, "test", &f->plan), 0);
    while (n) {
        int r = modbus_plan_prepare(f->plan, f->image, &blocks, &n);
        assert_true(r == 0 || n == 0);
        for (size_t i = 0; i < n; i++)
            if (!modbus_image_get(f->image, blocks[i], registers))
                modbus_image_put(f->image, blocks[i], NULL);
        reads += n;
        assert_true(reads < 100);
    }
    assert_non_null(f->plan->shape);
    return reads;
}

static struct sample decoded(const struct fixture *f, const char *part, enum quantity quantity)
{
    struct answer *answer = answer_new(0, ANSWER_VALUES, f->plan->shape->n);
    modbus_plan_decode(f->plan, f->image, answer);
    for (size_t i = 0; i < f->plan->shape->n; i++)
        if (!strcmp(f->plan->shape->point[i].part, part) && f->plan->shape->point[i].quantity == quantity) {
            struct sample sample = answer->sample[i];
            answer_free(answer);
            return sample;
        }
    answer_free(answer);
    fail_msg("no point %s/%s", part, quantity_row(quantity)->name);
    return (struct sample){0};
}

static void assert_value(struct sample sample, double expected)
{
    assert_int_equal(sample.quality, QL_GOOD);
    assert_true(fabs(sample.value - expected) <= fabs(expected) * 1e-12);
}

static void end(struct fixture *f)
{
    modbus_plan_free(f->plan);
    modbus_image_free(f->image);
    setup_unref(f->setup);
    profile_set_unref(f->set);
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from;
        uint16_t registers[4];
        double expected; /* NAN: no value */
    } rows[] = {
        {"u16", "10/u16", {65535}, 65535},
        {"i16", "10/i16", {0xfffe}, -2},
        {"u32", "10/u32", {0x0001, 0x86a0}, 100000},
        {"u32, words swapped", "10/u32/cdab", {0x86a0, 0x0001}, 100000},
        {"i32", "10/i32", {0xffff, 0xfffe}, -2},
        {"u64", "10/u64", {0, 1, 0, 0}, 4294967296.0},
        {"i64", "10/i64", {0xffff, 0xffff, 0xffff, 0xfffe}, -2},
        {"i64, words swapped", "10/i64/cdab", {0xfffe, 0xffff, 0xffff, 0xffff}, -2},
        {"f32 of 230.5", "10/f32", {0x4366, 0x8000}, 230.5},
        {"f32, words swapped", "10/f32/cdab", {0x8000, 0x4366}, 230.5},
        {"f32, bytes swapped", "10/f32/badc", {0x6643, 0x0080}, 230.5},
        {"f32, all swapped", "10/f32/dcba", {0x0080, 0x6643}, 230.5},
        {"f32 NaN", "10/f32", {0x7fc0, 0}, NAN},
        {"f64 of 0.1", "10/f64", {0x3fb9, 0x9999, 0x9999, 0x999a}, 0.1},
        {"acc32", "10/acc32", {0, 7}, 7},
        {"acc32 that does not count", "10/acc32", {0, 0}, NAN},
        {"bcd", "10/bcd32", {0x1234, 0x5678}, 12345678},
        {"bcd that is none", "10/bcd32", {0x1234, 0x567a}, NAN},
        {"modulo 10000", "10/mod10k", {0, 1, 2345, 6789}, 123456789},
        {"modulo 10000, least first", "10/mod10k/cdab", {6789, 2345, 1, 0}, 123456789},
        {"modulo 10000 that is none", "10/mod10k", {0, 0, 0, 10000}, NAN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, HEAD "points:\n  - {from: %s, part: total, quantity: active_power, unit: W}\n",
                 rows[i].from);
        struct fixture f = begin(text);
        put(f.image, 10, 4, rows[i].registers);
        prepare(&f);
        struct sample sample = decoded(&f, "total", Q_ACTIVE_POWER);
        bool good = isnan(rows[i].expected) ? sample.quality == QL_SENTINEL
                                            : sample.quality == QL_GOOD && !(fabs(sample.value - rows[i].expected) > 0);
        if (!good)
            fail_msg("%s: %.17g (%s)", rows[i].name, sample.value, quality_name(sample.quality));
        end(&f);
    }
}

static void test_blocks(void **state)
{
    (void)state;
    struct fixture f = begin(HEAD "modbus: {max-registers: 10, hole: 2, barriers: [30], blocks: [[100, 8]]}\npoints:\n"
                                  "  - {from: 0/f32, part: total-l1, quantity: voltage, unit: V}\n"
                                  "  - {from: 4/f32, part: total-l2, quantity: voltage, unit: V}\n"
                                  "  - {from: 8/f32, part: total-l3, quantity: voltage, unit: V}\n"
                                  "  - {from: 20/f32, part: total-l1, quantity: current, unit: A}\n"
                                  "  - {from: 28/f32, part: total-l2, quantity: current, unit: A}\n"
                                  "  - {from: 30/f32, part: total-l3, quantity: current, unit: A}\n"
                                  "  - {from: 103, part: total, quantity: frequency, unit: Hz}\n"
                                  "  - {from: input:0, part: total, quantity: load, unit: \"%\"}\n");
    prepare(&f);
    static const struct modbus_block expected[] = {{MS_HOLDING, 0, 10}, {MS_HOLDING, 20, 2},  {MS_HOLDING, 28, 2},
                                                   {MS_HOLDING, 30, 2}, {MS_HOLDING, 100, 8}, {MS_INPUT, 0, 1}};
    assert_int_equal(f.plan->n, 6);
    for (size_t i = 0; i < f.plan->n; i++) {
        assert_int_equal(f.plan->block[i].space, expected[i].space);
        assert_int_equal(f.plan->block[i].address, expected[i].address);
        assert_int_equal(f.plan->block[i].count, expected[i].count);
    }
    end(&f);
}

static void test_refused(void **state)
{
    (void)state;
    struct fixture f = begin(HEAD "modbus: {max-registers: 20, hole: 4}\npoints:\n"
                                  "  - {from: 0, part: total-l1, quantity: voltage, unit: V}\n"
                                  "  - {from: 1, part: total-l2, quantity: voltage, unit: V}\n"
                                  "  - {from: 4, part: total-l3, quantity: voltage, unit: V}\n");
    prepare(&f);
    assert_int_equal(f.plan->n, 1);
    assert_true(modbus_plan_refused(f.plan, 0)); /* at the hole first */
    assert_int_equal(f.plan->n, 2);
    assert_int_equal(f.plan->block[0].count, 2);
    assert_int_equal(f.plan->block[1].address, 4);
    assert_true(modbus_plan_refused(f.plan, 1)); /* the value alone: the device does not have it */
    assert_int_equal(f.plan->n, 1);
    PUT(f.image, 0, 230, 231);
    assert_value(decoded(&f, "total-l2", Q_VOLTAGE), 231);
    assert_int_equal(decoded(&f, "total-l3", Q_VOLTAGE).quality, QL_SENTINEL);
    assert_true(modbus_plan_refused(f.plan, 0));
    assert_true(modbus_plan_refused(f.plan, 0));
    assert_false(modbus_plan_refused(f.plan, 0));
    assert_int_equal(f.plan->n, 0);
    end(&f);
}

static void test_not_read(void **state)
{
    (void)state;
    struct fixture f = begin(HEAD "points:\n  - {from: 5, part: total, quantity: voltage, unit: V}\n");
    prepare(&f);
    assert_int_equal(decoded(&f, "total", Q_VOLTAGE).quality, QL_SILENT);
    end(&f);
}

/* A map at 50000, model 1 of 66 registers, a meter model 203 behind it. */
static void put_sunspec(struct modbus_image *image)
{
    PUT(image, 50000, 0x5375, 0x6e53, 1, 66);
    PUT(image, 50004, 'A' << 8 | 'c', 'm' << 8 | 'e', 0, 0);
    PUT(image, 50070, 203, 105);
    PUT(image, 50072, 1234, 0x8000);
    PUT(image, 50076, 0xffff); /* A_SF: tenths */
    PUT(image, 50177, 0xffff, 0);
}

static void test_sunspec(void **state)
{
    (void)state;
    struct fixture f = begin(HEAD "match: [{sunspec: [203]}]\nidentity: {vendor: \"sunspec1:2/string2\"}\n"
                                  "tables:\n  meter:\n    sunspec: [201, 203]\n    points:\n"
                                  "      - {from: 2/i16, part: total, quantity: current, unit: A, na: -32768,\n"
                                  "         scale: {from: \"6/i16\", as: exponent, each: yes}}\n"
                                  "      - {from: 3/i16, part: total-l1, quantity: current, unit: A, na: -32768,\n"
                                  "         drop-na: yes, scale: {from: \"6/i16\", as: exponent}}\n");
    put_sunspec(f.image);
    f.plan = NULL;
    f.setup->n_params = 0;
    prepare(&f);
    (void)state;
    assert_int_equal(f.plan->shape->n, 1); /* the phase is not implemented: 0x8000 */
    assert_string_equal(f.plan->shape->point[0].source, "holding:50072");
    assert_value(decoded(&f, "total", Q_CURRENT), 123.4);
    struct arena *arena = arena_new();
    const char *why = NULL;
    struct modbus_asks asks = modbus_ask_identity(arena, f.set);
    assert_int_equal(asks.n, 9);
    PUT(f.image, 50074, 0, 0);
    assert_non_null(profile_match_modbus(arena, f.set, f.image, &why));
    assert_string_equal(why, "a SunSpec map with a model of this profile");
    arena_free(arena);
    end(&f);
}

static void test_params(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "params: {ups-id: {default: \"0\", help: id}, unit: {help: \"unit of energy\"}}\n"
             "modbus: {offset: [{from: param.ups-id}, 10000]}\npoints:\n"
             "  - {from: 5, part: total, quantity: energy, unit: param.unit}\n"
             "  - {from: 6, part: total, quantity: voltage, unit: V, mask: 0xff00}\n"
             "  - {from: 7, part: output, quantity: state, transform: first-bit, states: {1: online, 2: on-battery}}\n";
    struct fixture f = begin(text);
    fixture_param(f.setup, "ups-id", "2");
    PUT(f.image, 20006, 0xe6ff, 0x0014);
    prepare(&f);
    assert_value(decoded(&f, "total", Q_VOLTAGE), 230);
    assert_value(decoded(&f, "output", Q_STATE), 2);
    assert_int_equal(f.plan->shape->n_notes, 1);
    assert_string_equal(f.plan->shape->note[0], "energy: the site must say params: {unit: ...}: unit of energy");
    end(&f);
}

static void test_match(void **state)
{
    (void)state;
    struct fixture f = begin(HEAD "match:\n  - value: {holding:49/string4: {like: \"^iEM3\"}, holding:60: [7, 8]}\n"
                                  "points: [{from: 1, part: total, quantity: voltage, unit: V}]\n");
    struct arena *arena = arena_new();
    const char *why = NULL;
    struct modbus_asks asks = modbus_ask_identity(arena, f.set);
    assert_int_equal(asks.n, 2);
    assert_int_equal(asks.block[0].address, 49);
    assert_int_equal(asks.block[0].count, 4);
    PUT(f.image, 49, 'i' << 8 | 'E', 'M' << 8 | '3', '2' << 8 | '5', '5' << 8);
    PUT(f.image, 60, 9);
    assert_null(profile_match_modbus(arena, f.set, f.image, &why));
    PUT(f.image, 60, 8);
    assert_non_null(profile_match_modbus(arena, f.set, f.image, &why));
    assert_string_equal(why, "register 49 is 'iEM3255'");
    arena_free(arena);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),    cmocka_unit_test(test_blocks),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_not_read), cmocka_unit_test(test_sunspec), cmocka_unit_test(test_params),
        cmocka_unit_test(test_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
