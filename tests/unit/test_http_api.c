/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_api: the JSON of contract E, member by member. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_world.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Reads what a render function wrote, compares it with the text expected once both are in one form. */
static void assert_json(FILE *out, char **text, const char *expected)
{
    fclose(out);
    json_error_t error;
    json_t *got = json_loads(*text, JSON_REJECT_DUPLICATES, &error);
    if (!got)
        fail_msg("%d: %s in %s", error.line, error.text, *text);
    json_t *wanted = json_loads(expected, 0, &error);
    if (!wanted)
        fail_msg("%d: %s in the expectation", error.line, error.text);
    char *a = json_dumps(got, JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    char *b = json_dumps(wanted, JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    assert_string_equal(a, b);
    free(a);
    free(b);
    json_decref(got);
    json_decref(wanted);
    free(*text);
    *text = NULL;
}

static void test_status(void **state)
{
    (void)state;
    struct world *world = world_new();
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    http_render_status(out, &world->view);
    assert_json(out, &text,
                "{\"version\": \"0.1.0\", \"site\": \"leuven\", \"uptime_s\": 600, \"ready\": true, \"devices\": ["
                "{\"id\": \"pdu-a1\", \"room\": \"stadskantoor\", \"state\": \"online\", \"profile\": \"apc-rpdu2\","
                " \"last_ok\": \"2026-11-22T04:47:26.000Z\", \"polls\": 60, \"failures\": 1, \"jitter_p99_ms\": 1.5,"
                " \"latency_ms\": 12.5},"
                "{\"id\": \"ups-1\", \"room\": \"stadskantoor\", \"state\": \"offline\", \"profile\": \"apc-rpdu2\","
                " \"last_ok\": null, \"polls\": 60, \"failures\": 60, \"jitter_p99_ms\": null, \"latency_ms\": null}],"
                "\"queues\": {\"log_rows\": 120, \"log_bytes\": 40960, \"readers\": {\"rrd\": 30, \"ledger\": 0,"
                " \"mqtt\": 2}}, \"alerts\": 1}");
    world_free(world);
}

static void test_points(void **state)
{
    (void)state;
    static const struct {
        const char *glob, *json;
    } rows[] = {
        {"*/total/active_power",
         "[{\"point\": \"pdu-a1/total/active_power\", \"value\": 3512.5, \"unit\": \"W\", \"quality\": \"good\","
         " \"ts\": \"2026-11-22T04:47:26.000Z\", \"label\": null, \"room\": \"stadskantoor\", \"rack\": null,"
         " \"feed\": null, \"phase\": null, \"role\": \"it\", \"rating\": null},"
         "{\"point\": \"ups-1/total/active_power\", \"value\": null, \"unit\": \"W\", \"quality\": \"silent\","
         " \"ts\": \"2026-11-22T04:47:26.000Z\", \"label\": null, \"room\": \"stadskantoor\", \"rack\": null,"
         " \"feed\": null, \"phase\": null, \"role\": null, \"rating\": null}]"},
        {"pdu-a1/outlet*",
         "[{\"point\": \"pdu-a1/outlet-01/current\", \"value\": null, \"unit\": \"A\", \"quality\": \"sentinel\","
         " \"ts\": \"2026-11-22T04:47:26.000Z\", \"label\": \"say \\\"hi\\\" \\\\ caf\xef\xbf\xbd\","
         " \"room\": \"stadskantoor\", \"rack\": \"r1\", \"feed\": \"A\", \"phase\": \"l1\", \"role\": null, "
         "\"rating\": 16}]"},
        {"stadskantoor/kpi/*",
         "[{\"point\": \"stadskantoor/kpi/ipue\", \"value\": 1.42, \"unit\": \"\", \"quality\": \"good\","
         " \"ts\": \"2026-11-22T04:47:26.000Z\", \"label\": null, \"room\": \"stadskantoor\", \"rack\": null,"
         " \"feed\": null, \"phase\": null, \"role\": null, \"rating\": null}]"},
        {"pdu-old/*", "[]"}, /* gone */
        {"[", "[]"},
    };
    struct world *world = world_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text;
        size_t n;
        FILE *out = open_memstream(&text, &n);
        print_message("  %s\n", rows[i].glob);
        http_render_points(out, &world->view, rows[i].glob);
        assert_json(out, &text, rows[i].json);
    }
    world_free(world);
}

static void test_all_points(void **state)
{
    (void)state;
    struct world *world = world_new();
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    http_render_points(out, &world->view, NULL);
    fclose(out);
    json_t *all = json_loads(text, 0, NULL);
    assert_int_equal(json_array_size(all), 6); /* 7 less the one that is gone */
    json_decref(all);
    free(text);
    world_free(world);
}

static void test_kpis(void **state)
{
    (void)state;
    struct world *world = world_new();
    char *text;
    size_t n, i;
    FILE *out = open_memstream(&text, &n);
    assert_int_equal(http_render_kpis(out, &world->view, NULL, false), 0);
    fclose(out);
    json_t *all = json_loads(text, 0, NULL), *kpi;
    free(text);
    assert_int_equal(json_array_size(all), 3 * (Q_COUNT - Q_KPI_FIRST)); /* the room, the group and the site */
    json_array_foreach(all, i, kpi)
    {
        assert_int_equal(json_object_size(kpi), 12);
        assert_string_equal(json_string_value(json_object_get(kpi, "id")),
                            quantity_row((enum quantity)(Q_KPI_FIRST + i % (Q_COUNT - Q_KPI_FIRST)))->name);
        if (i != Q_K_IPUE - Q_KPI_FIRST) {
            assert_true(json_is_null(json_object_get(kpi, "value")));
            assert_true(json_is_string(json_object_get(kpi, "reason")));
        }
    }
    char *one = json_dumps(json_array_get(all, Q_K_IPUE - Q_KPI_FIRST), JSON_REAL_PRECISION(15));
    assert_string_equal(one,
                        "{\"id\": \"ipue\", \"scope\": \"stadskantoor\", \"value\": 1.42, \"unit\": \"\", \"name\": "
                        "\"iPUE2\", \"from\": \"2026-11-21T04:40:00.000Z\", \"to\": \"2026-11-22T04:40:00.000Z\", "
                        "\"category\": 2, \"coverage\": 0.998, \"estimated\": 0, \"uncertainty\": 0.03, "
                        "\"reason\": null}");
    free(one);
    json_decref(all);

    struct kpi_result both[2] = {world->kpi, world->kpi};
    struct http_view view = world->view;
    both[1].value = 1.5;
    view.kpi = both;
    view.n_kpis = 2;
    for (int month = 0; month < 2; month++) {
        out = open_memstream(&text, &n);
        assert_int_equal(http_render_kpis(out, &view, "stadskantoor", month), 0);
        fclose(out);
        all = json_loads(text, 0, NULL);
        assert_int_equal(json_array_size(all), month ? 1 : Q_COUNT - Q_KPI_FIRST);
        kpi = json_array_get(all, month ? 0 : Q_K_IPUE - Q_KPI_FIRST);
        assert_true(fabs(json_real_value(json_object_get(kpi, "value")) - (month ? 1.5 : 1.42)) < 1e-12);
        json_decref(all);
        free(text);
    }
    out = open_memstream(&text, &n);
    assert_int_equal(http_render_kpis(out, &world->view, "beide", false), 0);
    fclose(out);
    assert_non_null(strstr(text, "\"scope\": \"beide\""));
    free(text);
    out = open_memstream(&text, &n);
    assert_int_equal(http_render_kpis(out, &world->view, "kelder", false), -ENOENT);
    fclose(out);
    assert_int_equal(n, 0);
    free(text);
    world_free(world);
}

static void test_alerts(void **state)
{
    (void)state;
    struct world *world = world_new();
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    http_render_alerts(out, &world->view);
    assert_json(
        out, &text,
        "[{\"id\": \"device-silent.ups-1\", \"rule\": \"device-silent\", \"state\": \"active\", \"priority\": 3,"
        " \"room\": \"stadskantoor\", \"device\": \"ups-1\", \"point\": null, \"value\": null, \"unit\": null,"
        " \"limit\": null, \"since\": \"2026-11-22T04:38:20.000Z\", \"text\": \"ups-1: no answer for 30 s\"}]");
    world->view.n_alerts = 0;
    out = open_memstream(&text, &n);
    http_render_alerts(out, &world->view);
    assert_json(out, &text, "[]");
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_status), cmocka_unit_test(test_points),
                                       cmocka_unit_test(test_all_points), cmocka_unit_test(test_kpis),
                                       cmocka_unit_test(test_alerts)};
    return cmocka_run_group_tests_name("http_api", tests, NULL, NULL);
}
