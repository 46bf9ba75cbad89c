/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Also graph_legend: the words below a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/graph_legend.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    double data_low, data_high, low, high;
    int lines;
    double want_low, want_high, want_step;
    int decimals;
} scales[] = {
    {"kilowatts from nothing", 10.5, 19.9, 0, NAN, 0, 0, 20, 5, 0},
    {"temperatures by the data", 22.8, 32, NAN, NAN, 0, 22, 32, 2, 0},
    {"a ratio on four lines", 1.29, 1.36, 1, NAN, 4, 1, 1.4, 0.1, 1},
    {"a ratio on five lines", 1.29, 1.36, 1, NAN, 5, 1, 1.5, 0.1, 1},
    {"percent as fixed", 12, 80, 0, 100, 0, 0, 100, 20, 0},
    {"more than fixed", 12, 104, 0, 100, 0, 0, 125, 25, 0},
    {"less than fixed", -3, 10, 0, NAN, 0, -5, 10, 5, 0},
    {"one value", 50, 50, NAN, NAN, 0, 44, 56, 2, 0},
    {"nothing at all", NAN, NAN, 0, NAN, 0, 0, 0.001, 0.0002, 4},
    {"quarters", 0, 1.2, 0, NAN, 0, 0, 1.25, 0.25, 2},
};

static void test_scales(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
        struct graph_scale s =
            graph_scale_of(scales[i].data_low, scales[i].data_high, scales[i].low, scales[i].high, scales[i].lines);
        print_message("  %s: %g..%g by %g\n", scales[i].name, s.low, s.high, s.step);
        assert_true(fabs(s.low - scales[i].want_low) < 1e-9);
        assert_true(fabs(s.high - scales[i].want_high) < 1e-9);
        assert_true(fabs(s.step - scales[i].want_step) < 1e-9);
        assert_int_equal(s.decimals, scales[i].decimals);
        if (scales[i].lines)
            assert_int_equal(graph_scale_lines(&s), scales[i].lines);
        assert_true(!(scales[i].data_high > s.high) && !(scales[i].data_low < s.low));
    }
}

static void test_prefixes(void **state)
{
    (void)state;
    assert_string_equal(graph_prefix_of("W", 900).text, "");
    assert_string_equal(graph_prefix_of("W", 1000).text, "k");
    assert_string_equal(graph_prefix_of("Wh", 2.5e6).text, "M");
    assert_true(graph_prefix_of("Wh", 2.5e6).divisor == 1e6);
    assert_string_equal(graph_prefix_of("W", 0.004).text, ""); /* no milliwatts */
    assert_string_equal(graph_prefix_of("degC", 2000).text, "");
    assert_string_equal(graph_prefix_of("%", 2000).text, "");
}

static void test_time(void **state)
{
    (void)state;
    assert_string_equal(graph_time_grid(86400.0 / 810, GRAPH_EN), "HOUR:1:HOUR:6:HOUR:2:0:%H:%M");
    /* numbers need no names of months */
    assert_null(strstr(graph_time_grid(7 * 86400.0 / 810, GRAPH_NL), "%b"));
    assert_non_null(strstr(graph_time_grid(366 * 86400.0 / 810, GRAPH_FR), "%m/%y"));
    assert_non_null(strstr(graph_time_grid(1e9, GRAPH_EN), "%Y"));
}

static void test_legend(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct graph_plan plan = {.left = {.unit = "W"}, .right = {.unit = "1"}};
    struct graph_trace power = {.label = "Énergie: a\\b", .unit = "W"}, ratio = {.label = "ratio", .right = true};
    struct graph_column column[] = {{.trace = &power, .last = 1234, .mean = 23456, .least = 999.4, .most = NAN},
                                    {.trace = &ratio, .last = 1.3, .mean = 1.25, .least = 1.2, .most = 2}};
    struct graph_frame frame = {.plan = &plan, .n = 2, .column = column};
    struct graph_request request = {.width = 900};
    struct graph_legend legend;
    graph_legend_of(&frame, &request, (struct graph_prefix){"k", 1e3}, (struct graph_prefix){"", 1}, &legend);
    assert_int_equal(legend.width, 12); /* letters, not bytes */
    assert_string_equal(graph_legend_line(arena, &legend, &column[0]),
                        "Énergie\\: a\\\\b    1.234    23.46    0.999        - kW\\l");
    assert_string_equal(graph_legend_line(arena, &legend, &column[1]),
                        "ratio           1.300    1.250    1.200    2.000 \\l");
    request.width = 360;
    graph_legend_of(&frame, &request, (struct graph_prefix){"", 1}, (struct graph_prefix){"", 1}, &legend);
    assert_string_equal(graph_legend_head(arena, &legend), "                    last      max\\l");
    assert_string_equal(graph_legend_line(arena, &legend, &column[1]), "ratio           1.300    2.000 \\l");
    const char *words = "2026-11-21 09:22 to 2026-11-22 09:22, Europe/Brussels: each";
    assert_string_equal(graph_legend_piece(arena, &legend, &words), "2026-11-21 09\\:22 to 2026-11-22 09\\:22,\\l");
    assert_string_equal(graph_legend_piece(arena, &legend, &words), "Europe/Brussels\\: each\\l");
    assert_null(graph_legend_piece(arena, &legend, &words));
    assert_int_equal(graph_legend_title_size("Power by use - Room one", 900), 11);
    assert_int_equal(graph_legend_title_size("Power by use - Room one", 210), 9);
    /* a narrow screen cuts labels, never a letter in two */
    request.width = 200;
    graph_legend_of(&frame, &request, (struct graph_prefix){"", 1}, (struct graph_prefix){"", 1}, &legend);
    assert_string_equal(graph_legend_text(arena, &legend, "éééééééééééééééééééééééééééééééééé"),
                        "éééééééééééééééééééééééé\\l");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scales), cmocka_unit_test(test_prefixes),
                                       cmocka_unit_test(test_time), cmocka_unit_test(test_legend)};
    return cmocka_run_group_tests_name("graph_axis", tests, NULL, NULL);
}
