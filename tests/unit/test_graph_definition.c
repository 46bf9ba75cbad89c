/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Also graph_set and graph_palette: what graphs/ holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/data.h"
#include "daemon/graph_set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "title: {en: T, nl: N}\nscopes: [site]\nleft: {unit: W}\n"

static const struct {
    const char *name, *text, *line;
} bad[] = {
    {"unknown key", HEAD "series: []\nserie: []\n", "f.yaml:5:1: serie: unknown key, did you mean 'series'?"},
    {"no series", HEAD, "f.yaml:1:1: series: missing: what is drawn, from the bottom up"},
    {"no English", "title: {nl: N}\nscopes: [site]\nleft: {unit: W}\nseries: []\n", "f.yaml:1:8: en: missing: English"},
    {"unknown scope", "title: T\nscopes: [sites]\nleft: {unit: W}\nseries: []\n",
     "f.yaml:2:10: 'sites' is not one of: site room rack device; did you mean 'site'?"},
    {"two sources", HEAD "series: [{kpi: it-power, balance: it}]\n",
     "f.yaml:4:10: series: expected one of select, kpi and balance"},
    {"none", HEAD "series: [{draw: line}]\n", "f.yaml:4:10: series: expected one of select, kpi and balance"},
    {"a counter", HEAD "series: [{select: {quantity: energy}}]\n",
     "f.yaml:4:30: quantity: 'energy' is no quantity that is kept in RRD files"},
    {"a KPI as quantity", HEAD "series: [{select: {quantity: it-power}}]\n",
     "f.yaml:4:30: quantity: 'it-power' is no quantity that is kept in RRD files"},
    {"no such KPI", HEAD "series: [{kpi: it-energy}]\n",
     "f.yaml:4:16: kpi: 'it-energy' is no KPI that is kept in RRD files"},
    {"days of points", HEAD "every: day\nseries: [{kpi: it-power}]\n",
     "f.yaml:5:10: series: days and months come from the ledger: expected balance"},
    {"no right axis", HEAD "series: [{kpi: it-power, right: yes}]\n", "f.yaml:4:10: series: there is no right axis"},
    {"a band of a balance", HEAD "series: [{balance: it, draw: band}]\n",
     "f.yaml:4:10: series: a band is of points: expected select"},
    {"a span ahead", HEAD "from: 7d\nseries: [{balance: it}]\n",
     "f.yaml:1:1: from: '7d': expected a span back from now, like -7d"},
    {"no unit", "title: T\nscopes: site\nleft: {}\nseries: [{balance: it}]\n", "f.yaml:1:1: left: the unit is missing"},
};

static int read_text(struct arena *arena, struct diag *diag, const char *text, struct graph_definition *ret)
{
    struct field_reader reader = {.arena = arena, .diag = diag};
    struct yaml_node *root;
    int r = yaml_load_text(arena, "f.yaml", text, strlen(text), diag, &root);
    return r < 0 ? r : graph_definition_read(&reader, root, "f", ret);
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct arena *arena = arena_new();
        struct diag *diag = diag_new();
        struct graph_definition definition;
        print_message("  %s\n", bad[i].name);
        assert_true(read_text(arena, diag, bad[i].text, &definition) < 0);
        assert_string_equal(diag_first(diag), bad[i].line);
        diag_free(diag);
        arena_free(arena);
    }
}

static void test_read(void **state)
{
    (void)state;
    static const char text[] =
        HEAD "right: {unit: degC, low: 5}\nseries:\n"
             "  - {select: {quantity: [current, voltage], role: [it, cooling], phase: l1, part: total, "
             "place: rack-inlet}, by: rack, most: 3, label: L}\n"
             "  - {kpi: heat-temperature, right: yes}\n"
             "limits: [{value: 27.5, label: {en: Hot, fr: Chaud}}]\n";
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct graph_definition d;
    assert_int_equal(read_text(arena, diag, text, &d), 0);
    const struct graph_series *series = d.series.item;
    const struct graph_limit *limit = d.limits.item;
    assert_string_equal(d.title.in[GRAPH_NL], "N");
    assert_string_equal(d.title.in[GRAPH_FR], "T"); /* what is missing is English */
    assert_int_equal(d.scopes, 1 << GRAPH_SITE);
    assert_true(isnan(d.left.low));
    assert_true(d.right.low == 5);
    assert_int_equal(series[0].select.quantities, UINT64_C(1) << Q_CURRENT | UINT64_C(1) << Q_VOLTAGE);
    assert_int_equal(series[0].select.roles, 1 << ROLE_IT | 1 << ROLE_COOLING);
    assert_int_equal(series[0].select.phases, 1 << PH_L1);
    assert_int_equal(series[0].select.bases, 1 << PB_TOTAL);
    assert_int_equal(series[0].select.place, PLACE_RACK_INLET);
    assert_int_equal(series[0].by, GRAPH_BY_RACK);
    assert_int_equal(series[0].most, 3);
    assert_int_equal(series[1].kpi, Q_K_HEAT_TEMPERATURE);
    assert_true(limit->value == 27.5);
    assert_string_equal(limit->label.in[GRAPH_FR], "Chaud");
    diag_free(diag);
    arena_free(arena);
}

/* Every file in graphs/ is right, every colour named there is in the palette, every title is in three languages. */
static void test_installed(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct graph_set *set;
    const char *dirs[] = {data_path(arena, "graphs"), "/nonexistent"};
    int r = graph_set_load(dirs, 2, diag, &set);
    diag_print(diag, stderr);
    assert_int_equal(r, 0);
    assert_true(set->n >= 12);
    const struct graph_colour *colours = set->palette.colours.item;
    for (size_t i = 0; i < set->n; i++) {
        const struct graph_series *series = set->definition[i].series.item;
        print_message("  %s\n", set->definition[i].name);
        assert_string_not_equal(set->definition[i].title.in[GRAPH_EN], set->definition[i].title.in[GRAPH_NL]);
        assert_string_not_equal(set->definition[i].title.in[GRAPH_EN], set->definition[i].title.in[GRAPH_FR]);
        for (size_t k = 0; k < set->definition[i].series.n; k++) {
            bool found = !series[k].colour;
            for (size_t c = 0; c < set->palette.colours.n; c++)
                found |= series[k].colour && !strcmp(series[k].colour, colours[c].name);
            assert_true(found);
        }
    }
    graph_set_free(set);
    diag_free(diag);
    arena_free(arena);
}

/* Relative luminance and contrast: WCAG 2.1. */
static double luminance(const char *colour)
{
    double part[3];
    for (int i = 0; i < 3; i++) {
        char hex[3] = {colour[1 + 2 * i], colour[2 + 2 * i], 0};
        double c = (double)strtol(hex, NULL, 16) / 255;
        part[i] = c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static double contrast(const char *a, const char *b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static void test_contrast(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct graph_set *set;
    const char *dirs[] = {data_path(arena, "graphs")};
    assert_int_equal(graph_set_load(dirs, 1, diag, &set), 0);
    const struct graph_colour *colours = set->palette.colours.item;
    for (int theme = 0; theme < GRAPH_THEME_COUNT; theme++) {
        const char *canvas = graph_paper(&set->palette, "canvas", (enum graph_theme)theme);
        for (size_t i = 0; i < set->palette.colours.n; i++) {
            print_message("  %s %.2f\n", colours[i].name, contrast(colours[i].in[theme], canvas));
            assert_true(contrast(colours[i].in[theme], canvas) >= 3);
        }
        assert_true(contrast(graph_paper(&set->palette, "text", (enum graph_theme)theme),
                             graph_paper(&set->palette, "background", (enum graph_theme)theme)) >= 4.5);
    }
    graph_set_free(set);
    diag_free(diag);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bad), cmocka_unit_test(test_read),
                                       cmocka_unit_test(test_installed), cmocka_unit_test(test_contrast)};
    return cmocka_run_group_tests_name("graph_definition", tests, NULL, NULL);
}
