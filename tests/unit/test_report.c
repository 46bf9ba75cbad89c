/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report, report_document, report_kpis: from a ledger to the one document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/report_document.h"

#include <errno.h>
#include <string.h>

#define T0 INT64_C(1767225600) /* 2026-01-01T00:00:00Z */

static struct room_config rooms[] = {{.id = "stad", .title = "Stad", .complete = true}};
static struct config config = {.site = "leuven", .title = "Leuven", .timezone = "UTC", .room = rooms, .n_rooms = 1};

static json_t *build(struct ledger *ledger, const char *scope, int64_t from_s, int64_t to_s, int64_t now_s)
{
    struct report_request request = {.config = &config,
                                     .ledger = ledger,
                                     .no_ledger = "nothing was kept yet",
                                     .scope = scope,
                                     .from_s = from_s,
                                     .to_s = to_s,
                                     .now_s = now_s};
    json_t *document = NULL;
    assert_int_equal(report_build(&request, &document), 0);
    return document;
}

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const json_t *kpi(const json_t *document, const char *id)
{
    const json_t *kpis = json_object_get(document, "kpis");
    for (size_t i = 0; i < json_array_size(kpis); i++)
        if (!strcmp(text(json_array_get(kpis, i), "id"), id))
            return json_array_get(kpis, i);
    fail_msg("%s is missing", id);
    return NULL;
}

/* No ledger at all: every figure is there, null, with its reason. */
static void test_nothing(void **state)
{
    (void)state;
    json_t *d = build(NULL, "stad", T0, T0 + 31 * 86400, T0 + 40 * 86400);
    assert_int_equal(json_integer_value(json_object_get(d, "schema")), 1);
    assert_string_equal(text(d, "site"), "leuven");
    assert_string_equal(text(json_object_get(d, "period"), "from"), "2026-01-01T00:00:00.000Z");
    assert_true(json_is_true(json_object_get(json_object_get(d, "period"), "closed")));
    static const char *const ids[] = {"ipue", "pue", "ppue", "dcie", "ref", "erf", "ere", "cer", "cue", "wue"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        assert_true(json_is_null(json_object_get(kpi(d, ids[i]), "value")));
        assert_true(json_is_string(json_object_get(kpi(d, ids[i]), "reason")));
    }
    assert_string_equal(text(json_array_get(json_object_get(d, "missing"), 0), "why"), "nothing was kept yet");
    json_decref(d);
}

static void test_future(void **state)
{
    (void)state;
    json_t *d = build(NULL, "site", T0 + 86400, T0 + 2 * 86400, T0);
    assert_string_equal(text(kpi(d, "ipue"), "reason"), "the period begins in the future");
    assert_true(json_is_false(json_object_get(json_object_get(d, "period"), "closed")));
    json_decref(d);
}

static void test_scope(void **state)
{
    (void)state;
    json_t *d = NULL;
    struct report_request request = {.config = &config, .scope = "elsewhere", .from_s = T0, .to_s = T0 + 900};
    assert_int_equal(report_build(&request, &d), -ENOENT);
    assert_null(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_future),
        cmocka_unit_test(test_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
