/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_call, http_post: which request gets which answer, and what reaches the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/http_call.h"
#include "http_world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct world *world;
static char done[400]; /* what the service was asked */

static void view(void *self, struct http_view *ret)
{
    (void)self;
    *ret = world->view;
}

static int silence(void *self, const char *target, int64_t duration_us, const char *reason, char words[240])
{
    (void)self;
    if (!strcmp(target, "nobody")) {
        strcpy(words, "no such target");
        return -ENOENT;
    }
    snprintf(done, sizeof done, "silence %s %lld %s", target, (long long)duration_us, reason);
    return 0;
}

static int reading(void *self, const char *source, int64_t at_ms, double wh, char words[240])
{
    (void)self, (void)words;
    snprintf(done, sizeof done, "reading %s %lld %.3f", source, (long long)at_ms, wh);
    return !strcmp(source, "full") ? -ENOSPC : 0;
}

static int import(void *self, const char *source, size_t n, const int64_t *quarter_s, const double *wh, char words[240])
{
    (void)self, (void)words;
    snprintf(done, sizeof done, "import %s %zu %lld %.3f", source, n, (long long)quarter_s[n - 1], wh[n - 1]);
    return 0;
}

static const struct http_service service = {.view = view, .silence = silence, .reading = reading, .import = import};

static const char *argument(void *context, const char *name)
{
    const char *const *pair = context;
    return pair && !strcmp(pair[0], name) ? pair[1] : NULL;
}

static const char *const glob[] = {"match", "ups*"}, *const kelder[] = {"scope", "kelder"},
                         *const site[] = {"scope", "site"}, *const month[] = {"window", "month"},
                         *const week[] = {"window", "week"};

static const struct {
    const char *name, *method, *path;
    const char *const *query;
    bool local;
    const char *body;
    unsigned status;
    const char *part; /* of the answer */
    const char *done;
} rows[] = {
    {"health", "GET", "/healthz", NULL, false, NULL, 200, "ok\n", ""},
    {"head", "HEAD", "/healthz", NULL, false, NULL, 200, "ok\n", ""},
    {"status", "GET", "/api/v1/status", NULL, false, NULL, 200, "\"ready\": true", ""},
    {"points", "GET", "/api/v1/points", glob, false, NULL, 200, "[{\"point\": \"ups-1/total/active_power\"", ""},
    {"kpi", "GET", "/api/v1/kpi", site, false, NULL, 200, "[{\"id\": \"power-ratio\", \"scope\": \"site\"", ""},
    {"kpi of no room", "GET", "/api/v1/kpi", kelder, false, NULL, 404, "{\"error\": {\"where\": \"/api/v1/kpi\"", ""},
    {"kpi of the month, none yet", "GET", "/api/v1/kpi", month, false, NULL, 200, "[]\n", ""},
    {"kpi of the week", "GET", "/api/v1/kpi", week, false, NULL, 400, "window: expected month", ""},
    {"alerts", "GET", "/api/v1/alerts", NULL, false, NULL, 200, "device-silent", ""},
    {"metrics", "GET", "/metrics", NULL, false, NULL, 200, "# EOF\n", ""},
    {"unknown", "GET", "/", NULL, false, NULL, 404, "{\"error\": {\"where\": \"/\", \"what\": \"there", ""},
    {"a slash more", "GET", "/metrics/", NULL, false, NULL, 404, "error", ""},
    {"dots", "GET", "/api/../metrics", NULL, false, NULL, 404, "error", ""},
    {"a host", "GET", "http://evil/metrics", NULL, false, NULL, 404, "error", ""},
    {"a quote", "GET", "/\"\n", NULL, false, NULL, 404, "{\"where\": \"/\\\"\\n\"", ""},
    {"wrong method", "POST", "/metrics", NULL, true, NULL, 405, "expected GET", ""},
    {"options", "OPTIONS", "/metrics", NULL, true, NULL, 405, "expected GET", ""},
    {"get of a post", "GET", "/api/v1/flush", NULL, true, NULL, 405, "expected POST", ""},
    {"delete", "DELETE", "/api/v1/silence", NULL, true, NULL, 405, "expected POST", ""},
    {"post by TCP", "POST", "/api/v1/silence", NULL, false, "{}", 403, "unix socket", ""},
    {"get with a body", "GET", "/healthz", NULL, true, "x", 400, "no body", ""},
    {"silence", "POST", "/api/v1/silence", NULL, true,
     "{\"target\": \"ups-1\", \"duration_s\": 3600, \"reason\": \"works\"}", 200, "ok",
     "silence ups-1 3600000000 works"},
    {"silence of nobody", "POST", "/api/v1/silence", NULL, true,
     "{\"target\": \"nobody\", \"duration_s\": 1, \"reason\": \"x\"}", 404, "no such target", ""},
    {"silence ended", "POST", "/api/v1/silence", NULL, true,
     "{\"target\": \"ups-1\", \"duration_s\": 0, \"reason\": \"done\"}", 200, "ok", "silence ups-1 0 done"},
    {"silence without end", "POST", "/api/v1/silence", NULL, true, "{\"target\": \"a\", \"reason\": \"x\"}", 400,
     "duration_s: expected", ""},
    {"silence for ever", "POST", "/api/v1/silence", NULL, true,
     "{\"target\": \"a\", \"duration_s\": 1e12, \"reason\": \"x\"}", 400, "duration_s: expected", ""},
    {"silence without reason", "POST", "/api/v1/silence", NULL, true, "{\"target\": \"a\", \"duration_s\": 1}", 400,
     "reason: expected", ""},
    {"misspelt member", "POST", "/api/v1/silence", NULL, true, "{\"tarhet\": \"a\"}", 400, "tarhet: no such member",
     ""},
    {"twice", "POST", "/api/v1/silence", NULL, true, "{\"target\": \"a\", \"target\": \"b\"}", 400, "duplicate", ""},
    {"not JSON", "POST", "/api/v1/silence", NULL, true, "target=a", 400, "expected JSON", ""},
    {"no body", "POST", "/api/v1/silence", NULL, true, "", 400, "expected JSON", ""},
    {"an array", "POST", "/api/v1/silence", NULL, true, "[1]", 400, "expected an object", ""},
    {"reading", "POST", "/api/v1/meter/read", NULL, true,
     "{\"source\": \"grid\", \"value\": 1234500.5, \"at\": \"2026-11-22T04:00:00Z\"}", 200, "ok",
     "reading grid 1795320000000 1234500.500"},
    {"reading now", "POST", "/api/v1/meter/read", NULL, true, "{\"source\": \"grid\", \"value\": 7}", 200, "ok",
     "reading grid 1795322846500 7.000"},
    {"reading of tomorrow", "POST", "/api/v1/meter/read", NULL, true,
     "{\"source\": \"grid\", \"value\": 7, \"at\": \"2026-11-23T04:00:00Z\"}", 400, "not in the future", ""},
    {"reading as text", "POST", "/api/v1/meter/read", NULL, true, "{\"source\": \"grid\", \"value\": \"7\"}", 400,
     "value: expected", ""},
    {"negative reading", "POST", "/api/v1/meter/read", NULL, true, "{\"source\": \"grid\", \"value\": -7}", 400,
     "value: expected", ""},
    {"no id", "POST", "/api/v1/meter/read", NULL, true, "{\"source\": \"../x\", \"value\": 7}", 400, "source: expected",
     ""},
    {"disk full", "POST", "/api/v1/meter/read", NULL, true, "{\"source\": \"full\", \"value\": 7}", 503, "No space",
     NULL},
    {"import", "POST", "/api/v1/meter/import", NULL, true,
     "{\"source\": \"grid\", \"rows\": [[\"2026-11-22T04:00:00Z\", 10], [\"2026-11-22T05:15:00+01:00\", 12.5]]}", 200,
     "ok", "import grid 2 1795320900 12.500"},
    {"import off the grid", "POST", "/api/v1/meter/import", NULL, true,
     "{\"source\": \"grid\", \"rows\": [[\"2026-11-22T04:01:00Z\", 10]]}", 400, "rows[0]: expected the start", ""},
    {"import backwards", "POST", "/api/v1/meter/import", NULL, true,
     "{\"source\": \"grid\", \"rows\": [[\"2026-11-22T04:15:00Z\", 1], [\"2026-11-22T04:15:00Z\", 1]]}", 400,
     "rows[1]: expected a later", ""},
    {"import of nothing", "POST", "/api/v1/meter/import", NULL, true, "{\"source\": \"grid\", \"rows\": []}", 400,
     "rows: expected", ""},
    {"import of triples", "POST", "/api/v1/meter/import", NULL, true,
     "{\"source\": \"grid\", \"rows\": [[\"2026-11-22T04:15:00Z\", 1, 2]]}", 400, "rows[0]: expected a time", ""},
};

static struct http_call call_of(size_t i, char **text, size_t *n)
{
    struct http_call call = {.service = &service,
                             .method = rows[i].method,
                             .path = rows[i].path,
                             .argument = argument,
                             .context = (void *)rows[i].query,
                             .local = rows[i].local,
                             .body = rows[i].body,
                             .n_body = rows[i].body ? strlen(rows[i].body) : 0,
                             .lengths = rows[i].body ? 1 : 0};
    call.out = open_memstream(text, n);
    return call;
}

static void test_rows(void **state)
{
    (void)state;
    world = world_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text;
        size_t n;
        struct http_call call = call_of(i, &text, &n);
        *done = '\0';
        print_message("  %s\n", rows[i].name);
        if (!http_call_refused(&call))
            http_call_run(&call);
        fclose(call.out);
        assert_int_equal(call.status, rows[i].status);
        assert_non_null(strstr(text, rows[i].part));
        assert_int_equal(call.allow != NULL, call.status == 405);
        if (rows[i].done)
            assert_string_equal(done, rows[i].done);
        free(text);
    }
    world_free(world);
}

static void test_health_in_words(void **state)
{
    (void)state;
    static const struct {
        bool ready;
        const char *trouble, *text;
        unsigned status;
    } health[] = {{true, NULL, "ok\n", 200},
                  {false, NULL, "starting\n", 503},
                  {true, "log: no space left on the device", "log: no space left on the device\n", 503}};
    world = world_new();
    for (size_t i = 0; i < sizeof health / sizeof health[0]; i++) {
        char *text;
        size_t n;
        struct http_call call = call_of(0, &text, &n);
        world->view.ready = health[i].ready;
        world->view.trouble = health[i].trouble;
        http_call_run(&call);
        fclose(call.out);
        assert_int_equal(call.status, health[i].status);
        assert_string_equal(text, health[i].text);
        free(text);
    }
    world_free(world);
}

static void test_two_lengths(void **state)
{
    (void)state;
    char *text;
    size_t n;
    struct http_call call = call_of(0, &text, &n);
    call.method = "POST";
    call.path = "/api/v1/silence";
    call.local = true;
    call.lengths = 2;
    assert_true(http_call_refused(&call));
    fclose(call.out);
    assert_int_equal(call.status, 400);
    assert_true(call.close);
    free(text);
}

static void test_flush(void **state)
{
    (void)state;
    char *text;
    size_t n;
    struct http_call call = call_of(0, &text, &n);
    call.method = "POST";
    call.path = "/api/v1/flush";
    call.local = true;
    assert_false(http_call_refused(&call));
    http_call_run(&call);
    assert_true(call.wants_flush);
    http_call_flushed(&call, false);
    fclose(call.out);
    assert_int_equal(call.status, 503);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_health_in_words),
                                       cmocka_unit_test(test_two_lengths), cmocka_unit_test(test_flush)};
    return cmocka_run_group_tests_name("http_call", tests, NULL, NULL);
}
