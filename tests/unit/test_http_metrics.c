/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_metrics: OpenMetrics 1.0 to the letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http_world.h"

#include <stdlib.h>
#include <string.h>

static char *render(const struct http_view *view)
{
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    http_render_metrics(out, view);
    fclose(out);
    return text;
}

#define IT "site=\"leuven\",room=\"stadskantoor\",device=\"pdu-a1\",part=\"total\"} "
#define A1 "site=\"leuven\",room=\"stadskantoor\",device=\"pdu-a1\"} "
#define U1 "site=\"leuven\",room=\"stadskantoor\",device=\"ups-1\"} "

static const char golden[] =
    "# TYPE wattwacht_active_power_watts gauge\n"
    "# UNIT wattwacht_active_power_watts watts\n"
    "# HELP wattwacht_active_power_watts active_power of each part, in its base unit\n"
    "wattwacht_active_power_watts{" IT "3512.5\n"
    "# TYPE wattwacht_power_factor_ratio gauge\n"
    "# UNIT wattwacht_power_factor_ratio ratio\n"
    "# HELP wattwacht_power_factor_ratio power_factor of each part, in its base unit\n"
    "wattwacht_power_factor_ratio{" IT "0.97\n"
    "# TYPE wattwacht_energy_watthours counter\n"
    "# UNIT wattwacht_energy_watthours watthours\n"
    "# HELP wattwacht_energy_watthours energy of each part, in its base unit\n"
    "wattwacht_energy_watthours_total{" IT "123456.7\n"
    "# TYPE wattwacht_kpi_ipue_ratio gauge\n"
    "# UNIT wattwacht_kpi_ipue_ratio ratio\n"
    "# HELP wattwacht_kpi_ipue_ratio ipue of each part, in its base unit\n"
    "wattwacht_kpi_ipue_ratio{site=\"leuven\",room=\"stadskantoor\",device=\"\",part=\"kpi\"} 1.42\n"
    "# TYPE wattwacht_polls counter\n"
    "# HELP wattwacht_polls Polls begun.\n"
    "wattwacht_polls_total{" A1 "60\n"
    "wattwacht_polls_total{" U1 "60\n"
    "# TYPE wattwacht_poll_failures counter\n"
    "# HELP wattwacht_poll_failures Polls without an answer that could be used.\n"
    "wattwacht_poll_failures_total{" A1 "1\n"
    "wattwacht_poll_failures_total{" U1 "60\n"
    "# TYPE wattwacht_poll_jitter_seconds gauge\n"
    "# UNIT wattwacht_poll_jitter_seconds seconds\n"
    "# HELP wattwacht_poll_jitter_seconds Lateness of the last polls, 99th percentile.\n"
    "wattwacht_poll_jitter_seconds{" A1 "0.0015\n"
    "# TYPE wattwacht_poll_latency_seconds gauge\n"
    "# UNIT wattwacht_poll_latency_seconds seconds\n"
    "# HELP wattwacht_poll_latency_seconds Duration of the last answered poll.\n"
    "wattwacht_poll_latency_seconds{" A1 "0.0125\n"
    "# TYPE wattwacht_device_online gauge\n"
    "# HELP wattwacht_device_online 1 while the device answers.\n"
    "wattwacht_device_online{" A1 "1\n"
    "wattwacht_device_online{" U1 "0\n"
    "# TYPE wattwacht_queue_rows gauge\n"
    "# HELP wattwacht_queue_rows Rows in the log, and rows that each of its readers has yet to take.\n"
    "wattwacht_queue_rows{site=\"leuven\",queue=\"log\"} 120\n"
    "wattwacht_queue_rows{site=\"leuven\",queue=\"rrd\"} 30\n"
    "wattwacht_queue_rows{site=\"leuven\",queue=\"ledger\"} 0\n"
    "wattwacht_queue_rows{site=\"leuven\",queue=\"mqtt\"} 2\n"
    "# TYPE wattwacht_queue_bytes gauge\n"
    "# UNIT wattwacht_queue_bytes bytes\n"
    "# HELP wattwacht_queue_bytes Size of the log.\n"
    "wattwacht_queue_bytes{site=\"leuven\"} 40960\n"
    "# TYPE wattwacht_rows_dropped counter\n"
    "# HELP wattwacht_rows_dropped Rows trimmed before every reader had them.\n"
    "wattwacht_rows_dropped_total{site=\"leuven\"} 0\n"
    "# TYPE wattwacht_slow_turns counter\n"
    "# HELP wattwacht_slow_turns Turns of the loop over 50 ms.\n"
    "wattwacht_slow_turns_total{site=\"leuven\"} 1\n"
    "# TYPE wattwacht_alerts gauge\n"
    "# HELP wattwacht_alerts Alerts active.\n"
    "wattwacht_alerts{site=\"leuven\"} 1\n"
    "# TYPE process_cpu_seconds counter\n"
    "# UNIT process_cpu_seconds seconds\n"
    "# HELP process_cpu_seconds Processor time of the daemon.\n"
    "process_cpu_seconds_total{site=\"leuven\"} 0.25\n"
    "# TYPE process_resident_memory_bytes gauge\n"
    "# UNIT process_resident_memory_bytes bytes\n"
    "# HELP process_resident_memory_bytes Resident memory of the daemon.\n"
    "process_resident_memory_bytes{site=\"leuven\"} 20971520\n"
    "# TYPE process_start_time_seconds gauge\n"
    "# UNIT process_start_time_seconds seconds\n"
    "# HELP process_start_time_seconds Start of the daemon since 1970.\n"
    "process_start_time_seconds{site=\"leuven\"} 1795322246\n"
    "# TYPE wattwacht_build info\n"
    "# HELP wattwacht_build The version that runs.\n"
    "wattwacht_build_info{site=\"leuven\",version=\"0.1.0\"} 1\n"
    "# EOF\n";

static void test_golden(void **state)
{
    (void)state;
    struct world *world = world_new();
    char *text = render(&world->view);
    assert_string_equal(text, golden);
    free(text);
    world_free(world);
}

static void test_escaping(void **state)
{
    (void)state;
    struct world *world = world_new();
    world->config.site = "a\"b\\c\nd";
    char *text = render(&world->view);
    assert_non_null(strstr(text, "site=\"a\\\"b\\\\c\\nd\",room="));
    free(text);
    world_free(world);
}

/* Every quantity at once: a family name may come only once, with all its samples behind its head. */
static void test_families(void **state)
{
    (void)state;
    struct world *world = world_new();
    for (int q = Q_NONE + 1; q < Q_COUNT; q++) {
        char name[80];
        snprintf(name, sizeof name, "pdu-a1/inlet-1/%s", quantity_row((enum quantity)q)->name);
        world_point(world, name, 0, (enum quantity)q, QL_GOOD, 1)->scope = q >= Q_KPI_FIRST ? "site" : NULL;
    }
    char *text = render(&world->view), *names[200], family[100] = "";
    size_t n = 0;
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (!strncmp(line, "# TYPE ", 7)) {
            assert_int_equal(sscanf(line, "# TYPE %99s", family), 1);
            for (size_t i = 0; i < n; i++)
                assert_string_not_equal(names[i], family);
            assert_true(n < 200);
            names[n++] = strdup(family);
        } else if (!strncmp(line, "# UNIT ", 7)) {
            char name[100], unit[100]; /* the unit ends the name */
            assert_int_equal(sscanf(line, "# UNIT %99s %99s", name, unit), 2);
            assert_string_equal(name + strlen(name) - strlen(unit), unit);
        } else if (*line != '#') {
            assert_int_equal(strncmp(line, family, strlen(family)), 0);
        }
    }
    assert_true(n >= Q_COUNT - 1);
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(text);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_escaping),
                                       cmocka_unit_test(test_families)};
    return cmocka_run_group_tests_name("http_metrics", tests, NULL, NULL);
}
