/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every shipped profile: loads without a word, carries at least three vectors, and all of them give what they say. */
#include "drivers/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define VECTORS_LEAST 3

static struct profile_set *load(struct diag *diag)
{
    char dir[500];
    const char *source = getenv("WATTWACHT_SOURCE"), *dirs[] = {dir};
    struct profile_set *set = NULL;
    snprintf(dir, sizeof dir, "%s/conf.d/profiles", source ? source : ".");
    if (profile_set_load(dirs, 1, diag, &set) < 0)
        diag_print(diag, stderr);
    return set;
}

static void test_profiles_load(void **state)
{
    (void)state;
    struct diag *diag = diag_new();
    struct profile_set *set = load(diag);
    assert_non_null(set);
    assert_int_equal(diag_errors(diag), 0);
    assert_int_equal(diag_warnings(diag), 0);
    assert_true(profile_count(set) > 0);
    profile_set_unref(set);
    diag_free(diag);
}

static void test_vectors(void **state)
{
    (void)state;
    struct diag *diag = diag_new();
    struct profile_set *set = load(diag);
    assert_non_null(set);
    size_t few = 0;
    for (size_t i = 0; i < profile_count(set); i++) {
        size_t n = profile_run_vectors(profile_at(set, i), diag);
        if (n < VECTORS_LEAST) {
            print_error("%s has %zu vectors\n", profile_name(profile_at(set, i)), n);
            few++;
        }
    }
    diag_print(diag, stderr);
    assert_int_equal(diag_errors(diag), 0);
    assert_int_equal(few, 0);
    profile_set_unref(set);
    diag_free(diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_profiles_load), cmocka_unit_test(test_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
