/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small site from its files to plans, numbers and pictures: graph_plan, graph_select, site_points, graph_fetch,
 * graph_sum, graph_frame, graph_balance, balance_share, graph_text, graph_feed, graph_picture, graph, cli_graph. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "graph_site.h"

#include "daemon/balance_share.h"
#include "daemon/data.h"
#include "daemon/graph.h"
#include "daemon/graph_fetch.h"
#include "daemon/graph_plan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct graph *open_graph(void)
{
    struct graph_place place = {.dirs = graph_site.dirs, .n_dirs = 1, .state = graph_site.state};
    struct diag *diag = diag_new();
    struct graph *graph = NULL;
    int r = graph_open(&place, diag, &graph);
    diag_print(diag, stderr);
    assert_int_equal(r, 0);
    diag_free(diag);
    return graph;
}

struct plan_row {
    const char *name, *what, *scope;
    int r;
    size_t traces, rules;
    const char *first; /* label, or how the words begin */
    size_t members;    /* of the first */
};

static const struct plan_row plans[] = {
    {"racks of a room", "it-by-rack", "r1", 0, 1, 0, "Rack one", 2},
    {"feeds of the site", "it-by-feed", "site", 0, 2, 0, "Feed A", 1},
    {"feeds of a group", "it-by-feed", "one", 0, 2, 0, "Feed A", 1},
    {"nothing in the other group", "it-by-feed", "other", -ENODATA, 0, 0, "it-by-feed: nothing in other", 0},
    {"shares of a group's balance", "power", "one", 0, 7, 0, "IT", 0},
    {"breakers of a rack: two ratings", "currents", "k1", 0, 2, 2, "pdu-a total-l1", 1},
    {"of a device", "currents", "pdu-b", 0, 1, 1, "pdu-b total-l1", 1},
    {"inlets with both envelopes of A2", "inlets", "r1", 0, 1, 4, "Mean, lowest to highest", 1},
    {"of the site: the envelopes of both classes", "inlets", "site", 0, 1, 6, "Mean, lowest to highest", 1},
    {"shares of the balance", "power", "r1", 0, 7, 0, "IT", 0},
    {"a point with its breaker", "pdu-a/total-l1/current", "nowhere", 0, 1, 1, "current", 1},
    {"a KPI", "r1/kpi/it-power", "", 0, 1, 0, "it-power", 1},
    {"no such graph", "powr", "site", -ENOENT, 0, 0, "'powr': no graph and no point", 0},
    {"no such point", "pdu-a/total/voltage", "site", -ENOENT, 0, 0, "'pdu-a/total/voltage': no graph and no", 0},
    {"a counter", "pdu-a/total/energy", "site", -EINVAL, 0, 0, "pdu-a/total/energy is not kept in RRD", 0},
    {"no such room", "power", "r9", -ENOENT, 0, 0, "'r9': no room, group, rack or device", 0},
    {"not of a site", "currents", "site", -EINVAL, 0, 0, "currents is not drawn of a site", 0},
    {"a rack like a room", "it-by-rack", "rack:r2", -ENODATA, 0, 0, "it-by-rack: nothing in r2", 0},
    {"no sensors", "inlets", "r2", -ENODATA, 0, 0, "inlets: nothing in r2 is what it draws; sensors tell", 0},
};

static void test_plans(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    struct graph_set *set;
    struct site_points site;
    const char *dirs[] = {data_path(arena, "graphs")};
    assert_int_equal(graph_set_load(dirs, 1, diag, &set), 0);
    assert_int_equal(site_points_load(graph_site.dirs, 1, graph_site.state, diag, &site), 0);
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
        const struct plan_row *row = &plans[i];
        struct graph_request request = {.from_s = 0, .to_s = 3600};
        struct graph_plan plan;
        char why[GRAPH_WORDS] = "";
        print_message("  %s\n", row->name);
        snprintf(request.what, sizeof request.what, "%s", row->what);
        snprintf(request.scope, sizeof request.scope, "%s", row->scope);
        assert_int_equal(graph_plan_make(arena, set, &site, &request, &plan, why), row->r);
        if (row->r) {
            why[strlen(row->first)] = '\0';
            assert_string_equal(why, row->first);
            continue;
        }
        assert_int_equal(plan.n, row->traces);
        assert_int_equal(plan.n_rules, row->rules);
        assert_string_equal(plan.trace[0].label, row->first);
        assert_int_equal(plan.trace[0].n, row->members);
    }
    site_points_free(&site);
    graph_set_free(set);
    diag_free(diag);
    arena_free(arena);
}

static void ask(struct graph *graph, const struct graph_words *words, struct graph_answer *ret)
{
    struct graph_request request;
    char why[GRAPH_WORDS];
    int r = graph_request_read(words, (int64_t)time(NULL), &request, why);
    if (r)
        print_message("%s\n", why);
    assert_int_equal(r, 0);
    if (!words->from) {
        request.from_s = graph_site.begin;
        request.to_s = graph_site.begin + GRAPH_SITE_STEPS * 10;
    }
    graph_run(graph, &request, ret);
}

/* Line n of a text, from 0. */
static const char *line(const char *text, size_t n, char buffer[300])
{
    while (n--)
        text = strchr(text, '\n') + 1;
    snprintf(buffer, 300, "%.*s", (int)strcspn(text, "\n"), text);
    return buffer;
}

/* Behind the two times. */
static const char *values(const char *text, size_t n, char buffer[300])
{
    const char *at = strchr(line(text, n, buffer), ',');
    return strchr(at + 1, ',') + 1;
}

static void test_csv(void **state)
{
    (void)state;
    struct graph *graph = open_graph();
    struct graph_answer answer;
    char buffer[300];
    ask(graph, &(struct graph_words){.what = "it-by-rack", .scope = "r1", .format = "csv"}, &answer);
    assert_int_equal(answer.error, 0);
    assert_string_equal(answer.type, "text/csv; charset=utf-8");
    assert_string_equal(line(answer.bytes, 0, buffer), "from,to,Rack one [W]");
    assert_string_equal(values(answer.bytes, 1, buffer), "1000");  /* pdu-b is not there yet */
    assert_string_equal(values(answer.bytes, 40, buffer), "1500"); /* both */
    assert_string_equal(values(answer.bytes, 100, buffer), "");    /* pdu-b is silent: the sum is unknown */
    assert_string_equal(values(answer.bytes, 150, buffer), "1500");
    graph_answer_done(&answer);
    ask(graph, &(struct graph_words){.what = "power", .scope = "r1", .format = "csv"}, &answer);
    assert_int_equal(answer.error, 0);
    assert_string_equal(line(answer.bytes, 0, buffer), "from,to,IT [W],Cooling [W],Total [W],total / IT over 15 min");
    /* a ratio needs half of its 15 minutes */
    assert_string_equal(values(answer.bytes, 40, buffer), "1500,300,1800,");
    assert_string_equal(values(answer.bytes, 100, buffer), ",300,,");
    assert_string_equal(values(answer.bytes, 180, buffer), "1500,300,1800,1.2");
    graph_answer_done(&answer);
    /* what is left out, and whose gap it is */
    ask(graph, &(struct graph_words){.what = "power", .scope = "r1", .format = "json"}, &answer);
    assert_non_null(strstr(answer.bytes, "\"note\": \"never read: never; silent at times: pdu-b\""));
    graph_answer_done(&answer);
    ask(graph, &(struct graph_words){.what = "it-by-rack", .scope = "r1", .format = "json", .language = "nl"}, &answer);
    assert_non_null(strstr(answer.bytes, "\"note\": \"soms stil: pdu-b/total\""));
    graph_answer_done(&answer);
    graph_close(graph);
}

/* Coarser rows: means over what is known, lowest and highest of what was. */
static void test_band(void **state)
{
    (void)state;
    struct graph *graph = open_graph();
    struct graph_answer answer;
    char buffer[300];
    ask(graph, &(struct graph_words){.what = "pdu-a/sensor-01/temperature", .format = "csv", .width = "3"}, &answer);
    assert_int_equal(answer.error, 0);
    assert_string_equal(line(answer.bytes, 0, buffer),
                        "from,to,temperature [degC],temperature min [degC],temperature max [degC]");
    double highest = 0, value, low, high;
    for (size_t i = 1; i <= 3; i++) {
        assert_int_equal(sscanf(values(answer.bytes, i, buffer), "%lf,%lf,%lf", &value, &low, &high), 3);
        assert_true(low == 24 && value >= 24 && value < 24.2);
        highest = fmax(highest, high);
    }
    assert_true(highest == 30);
    graph_answer_done(&answer);
    graph_close(graph);
}

static void test_json(void **state)
{
    (void)state;
    struct graph *graph = open_graph();
    struct graph_answer answer;
    ask(graph,
        &(struct graph_words){.what = "inlets", .scope = "r1", .format = "json", .width = "10", .language = "fr"},
        &answer);
    assert_int_equal(answer.error, 0);
    assert_non_null(strstr(answer.bytes, "\"title\": \"Températures à l'entrée des baies\""));
    assert_non_null(strstr(answer.bytes, "\"step\": 180,"));
    assert_non_null(strstr(answer.bytes, "\"label\": \"ASHRAE recommandé 18..27 °C\""));
    assert_non_null(strstr(answer.bytes, "\"max\": 30,"));
    graph_answer_done(&answer);
    ask(graph, &(struct graph_words){.format = "json"}, &answer);
    assert_int_equal(answer.error, 0);
    assert_non_null(strstr(answer.bytes, "{\"what\": \"power\", \"title\": \"Power by use\", \"from\": \"-24h\", "
                                         "\"scopes\": [\"site\", \"room\"]}"));
    graph_answer_done(&answer);
    graph_close(graph);
}

static void test_pictures(void **state)
{
    (void)state;
    static const char *const whats[] = {"power", "it-by-rack", "inlets", "pdu-a/total/active_power"};
    struct graph *graph = open_graph();
    for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
        for (int k = 0; k < 4; k++) {
            struct graph_answer answer;
            ask(graph,
                &(struct graph_words){.what = whats[i],
                                      .scope = "r1",
                                      .format = k & 1 ? "png" : "svg",
                                      .theme = k & 2 ? "dark" : "light",
                                      .width = k & 2 ? "200" : "4000",
                                      .height = k & 2 ? "100" : "3000"},
                &answer);
            if (answer.error)
                print_message("%s: %s\n", whats[i], answer.words);
            assert_int_equal(answer.error, 0);
            assert_memory_equal(answer.bytes, k & 1 ? "\x89PNG" : "<?xm", 4);
            if (!(k & 1)) /* pixels, not points */
                assert_non_null(memmem(answer.bytes, 300, k & 2 ? "width=\"200\"" : "width=\"4000\"", k & 2 ? 11 : 12));
            graph_answer_done(&answer);
        }
    graph_close(graph);
}

static void test_refused(void **state)
{
    (void)state;
    struct graph *graph = open_graph();
    struct graph_answer answer;
    char path[200];
    /* a time before all values */
    ask(graph, &(struct graph_words){.what = "it-by-rack", .scope = "r1", .from = "-20d", .to = "-10d"}, &answer);
    assert_int_equal(answer.error, -ENODATA);
    assert_string_equal(answer.words, "it-by-rack of r1: not one value between these times");
    /* no ledger */
    ask(graph, &(struct graph_words){.what = "energy-day", .scope = "r1"}, &answer);
    assert_int_equal(answer.error, -ENOENT);
    /* too many bars */
    ask(graph, &(struct graph_words){.what = "energy-day", .scope = "r1", .from = "-10y"}, &answer);
    assert_int_equal(answer.error, -EINVAL);
    /* a file that was cut */
    graph_site_path(path, sizeof path, "rrd/ac/total.rrd");
    assert_int_equal(truncate(path, 700), 0);
    ask(graph, &(struct graph_words){.what = "power", .scope = "r1"}, &answer);
    assert_int_equal(answer.error, -EBADMSG);
    assert_non_null(strstr(answer.words, "ac/total.rrd"));
    assert_null(answer.bytes);
    graph_close(graph);
}

static const struct {
    const char *name;
    int64_t span;
    size_t most;
    int64_t step, archive;
} grids[] = {
    {"half an hour, as fine as it is", 1800, 2000, 10, 10},
    {"a day on a picture", 86400, 810, 120, 60},
    {"a day as ten rows", 86400, 10, 10800, 3600},
    {"a month", 30 * 86400, 810, 3600, 3600},
    {"twenty years: the coarsest, longer rows", INT64_C(20) * 366 * 86400, 1000, 14 * 86400, 3600},
    {"more rows than there may be", INT64_C(20) * 366 * 86400, 1000000, 7200, 3600},
};

static void test_grids(void **state)
{
    (void)state;
    struct rrd_span span[] = {{10, 7200}, {60, 2 * 86400}, {3600, 400 * 86400}};
    struct config config = {.n_spans = 3, .span = span};
    int64_t now = 1795334405;
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++) {
        struct graph_grid grid;
        print_message("  %s\n", grids[i].name);
        graph_grid_of(&config, now - grids[i].span, now, grids[i].most, now, &grid);
        assert_int_equal(grid.step_s, grids[i].step);
        assert_int_equal(grid.archive_s, grids[i].archive);
        assert_true(grid.rows <= GRAPH_ROWS_MAX && grid.from_s <= now - grids[i].span);
        assert_true(grid.from_s + (int64_t)grid.rows * grid.step_s >= now);
    }
}

static void test_shares(void **state)
{
    (void)state;
    struct kpi_window *w = calloc(1, sizeof *w);
    double shares[BALANCE_SHARES] = {0};
    w->whole.role[ROLE_GRID] = (struct kpi_energy){.wh = 1500, .meters = 1};
    w->whole.role[ROLE_IT] = (struct kpi_energy){.wh = 1000, .meters = 2, .category = 2};
    w->whole.role[ROLE_COOLING] = (struct kpi_energy){.wh = 300, .meters = 1};
    balance_share_add(w, &w->whole, shares);
    balance_share_end(shares);
    assert_true(shares[BALANCE_IT] == 1000 && shares[BALANCE_COOLING] == 300 && shares[BALANCE_TOTAL] == 1500);
    assert_true(shares[BALANCE_LOSSES] == 200 && shares[BALANCE_RATIO] == 1.5 && shares[BALANCE_LIGHTING] == 0);
    /* less than IT enters: no ratio, and no loss of less than nothing */
    shares[BALANCE_TOTAL] = 900;
    balance_share_end(shares);
    assert_true(shares[BALANCE_LOSSES] == 0 && isnan(shares[BALANCE_RATIO]));
    /* two meters at one grid, of which nobody said what they are: no total, but IT */
    double undecided[BALANCE_SHARES] = {0};
    snprintf(w->overlap, sizeof w->overlap, "main and own are both at the grid");
    w->overlap_role = ROLE_GRID;
    balance_share_add(w, &w->whole, undecided);
    balance_share_end(undecided);
    assert_true(isnan(undecided[BALANCE_TOTAL]) && isnan(undecided[BALANCE_RATIO]) && isnan(undecided[BALANCE_LOSSES]));
    assert_true(undecided[BALANCE_IT] == 1000);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plans),    cmocka_unit_test(test_csv),
                                       cmocka_unit_test(test_band),     cmocka_unit_test(test_json),
                                       cmocka_unit_test(test_pictures), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_grids),    cmocka_unit_test(test_shares)};
    return cmocka_run_group_tests_name("graph", tests, graph_site_set_up, graph_site_tear_down);
}
