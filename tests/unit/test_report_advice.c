/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_advice, report_capacity, report_climate, report_findings, report_looks: a state directory to the sections, and
 * to words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/report_document.h"
#include "daemon/report_findings.h"
#include "state_world.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define T0  WORLD_T0
#define DAY INT64_C(86400)
#define END (T0 + 31 * DAY)

static json_t *build(struct world *w, const char *scope, int64_t to_s, int64_t now_s)
{
    struct report_request request = {.config = &w->config,
                                     .ledger = w->ledger,
                                     .state = w->state,
                                     .scope = scope,
                                     .from_s = T0,
                                     .to_s = to_s,
                                     .now_s = now_s};
    json_t *document = NULL;
    assert_int_equal(report_build(&request, &document), 0);
    return document;
}

static const json_t *at(const json_t *document, const char *section, const char *key, size_t i)
{
    return json_array_get(json_object_get(json_object_get(document, section), key), i);
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static bool missing(const json_t *document, const char *what, const char *why)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(document, "missing"), i,
                       one) if (!strcmp(text(one, "what"), what) && strstr(text(one, "why"), why)) return true;
    return false;
}

static const double amperes_a = 9, amperes_b = 6, watts = 2000, celsius = 22;

/* A rack with two feeds of 16 A that bear 15 A together, and an inlet at 22 degC. */
static struct world *room(void)
{
    struct world *w = world_new();
    static const char *const ids[] = {"pdu-a", "pdu-b"}, *const feeds[] = {"A", "B"};
    for (int i = 0; i < 2; i++) {
        struct device_config *d = world_device(w, ids[i], ROLE_IT, 0, feeds[i], 16);
        world_place(w, d, "sensor-01", PLACE_RACK_INLET);
        world_point(w, "total", Q_ACTIVE_POWER);
        world_point(w, "total", Q_CURRENT);
        world_point(w, "branch-01", Q_CURRENT);
        world_point(w, "sensor-01", Q_TEMPERATURE);
        world_learnt(w, "pdu");
        struct world_source of_total[] = {{Q_ACTIVE_POWER, world_constant, &watts},
                                          {Q_CURRENT, world_constant, i ? &amperes_b : &amperes_a}},
                            of_sensor = {Q_TEMPERATURE, world_constant, &celsius};
        world_record(w, ids[i], "total", of_total, 2, T0, END);
        world_record(w, ids[i], "sensor-01", &of_sensor, 1, T0, END);
    }
    return w;
}

static void test_sections(void **state)
{
    (void)state;
    struct world *w = room();
    json_t *d = build(w, "stad", END, END + DAY);
    const json_t *f = at(d, "capacity", "failover", 0);
    assert_float_equal(number(f, "peak_a"), 15, 1e-6);
    assert_float_equal(number(f, "limit_a"), 12.8, 1e-9);
    assert_true(json_is_true(json_object_get(f, "passes_at_peak")));
    assert_true(json_is_null(json_object_get(f, "passes_now"))); /* a day ago is not now */
    assert_string_equal(text(f, "peak_at"), "2026-01-01T00:00:00.000Z");
    assert_non_null(
        strstr(json_string_value(at(d, "capacity", "findings", 0)), "would have carried 15.0 A: above the limit"));
    assert_float_equal(number(at(d, "capacity", "fits", 0), "more_w"), 0, 0);
    assert_float_equal(number(at(d, "capacity", "racks", 0), "mean_w"), 4000, 1e-3);
    assert_true(missing(d, "capacity", "2 branches: the rating of their breakers is not stated"));
    const json_t *c = at(d, "climate", "rooms", 0);
    assert_string_equal(text(c, "class"), "A1");
    assert_float_equal(number(c, "inlet_c"), 22, 1e-6);
    assert_float_equal(number(c, "rci_high"), 100, 1e-9);
    assert_true(json_is_null(json_object_get(c, "rti")) && *text(c, "reason"));
    assert_true(missing(d, "RTI", "supply and return"));
    assert_float_equal(number(at(d, "climate", "sensors", 0), "recommended"), 1, 1e-9);
    const json_t *advice = json_object_get(d, "advice"), *one;
    size_t i, seen = 0;
    json_array_foreach(advice, i, one)
    {
        const char *id = text(one, "id");
        print_message("  %s: %s\n", id, text(one, "text"));
        assert_true(*text(one, "title") && *text(one, "text") && *text(one, "ground") && *text(one, "from"));
        seen += !strcmp(id, "feeds") || !strcmp(id, "supply-temperature") || !strcmp(id, "base-load");
    }
    assert_int_equal(seen, 3);
    assert_true(missing(d, "advice", "supply-temperature, stad: the electricity of the cooling is not metered"));
    json_decref(d);
    world_free(w);
}

/* Nothing learnt, nothing recorded, a window that has not begun: no figure, and why. */
static void test_nothing(void **state)
{
    (void)state;
    struct world *w = world_new();
    world_device(w, "pdu-a", ROLE_IT, 0, "A", 16);
    json_t *d = build(w, "site", END, END);
    assert_true(missing(d, "capacity", "1 devices were never read"));
    assert_true(missing(d, "climate", "rack inlet"));
    assert_int_equal(json_array_size(json_object_get(d, "advice")), 0);
    assert_int_equal(json_array_size(json_object_get(json_object_get(d, "capacity"), "circuits")), 0);
    json_decref(d);
    d = build(w, "stad", END, T0 - DAY);
    assert_int_equal(json_array_size(json_object_get(d, "advice")), 0);
    json_decref(d);
    world_free(w);
}

static void test_words(void **state)
{
    (void)state;
    struct world *w = room();
    struct diag *diag = diag_new();
    struct language *l = NULL;
    const struct page_block *blocks;
    json_t *d = build(w, "stad", END, END);
    assert_int_equal(language_load("nl", diag, &l), 0);
    struct page *page = page_new();
    report_findings(page, d, "capacity", "Capacity and resilience", l);
    report_advice_page(page, d, l);
    size_t n = page_blocks(page, &blocks), words = 0;
    assert_string_equal(blocks[0].text, "Capaciteit en veerkracht");
    assert_non_null(strstr(blocks[1].text, "Was voeding "));
    assert_non_null(strstr(blocks[1].text, "dan had pdu-"));
    assert_non_null(strstr(blocks[1].text, "15,0 A gedragen: boven de grens van 12,8 A"));
    for (size_t i = 0; i < n; i++) {
        words += blocks[i].kind == BLOCK_WORDS;
        if (blocks[i].kind == BLOCK_TABLE)
            assert_int_equal(blocks[i].n_rows, json_array_size(json_object_get(d, "advice")));
    }
    assert_true(words >= 4);
    page_free(page);
    language_free(l);
    diag_free(diag);
    json_decref(d);
    world_free(w);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sections), cmocka_unit_test(test_nothing),
                                       cmocka_unit_test(test_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
