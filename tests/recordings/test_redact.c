/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real devices' answers without names (walk_redact): read as before, and no serial number is left in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/walk_redact.h"
#include "daemon/walk_run.h"
#include "drivers/diag.h"

#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct answer *read_all(const struct snmp_plan *plan, const struct snmp_image *image)
{
    struct snmp_value *values = calloc(plan->n, sizeof *values);
    struct answer *answers[1] = {answer_new(0, ANSWER_VALUES, plan->device[0].shape->n)};
    assert_non_null(values);
    for (size_t i = 0; i < plan->n; i++) {
        const struct snmp_value *value = snmp_image_get(image, plan->ask[i]);
        if (value)
            values[i] = *value;
    }
    snmp_plan_decode(plan, values, answers);
    free(values);
    return answers[0];
}

static bool same_value(struct sample a, struct sample b)
{
    return a.quality == b.quality && ((isnan(a.value) && isnan(b.value)) || fabs(a.value - b.value) <= 0);
}

/* Names, numbers and units; the source may name another row where the row was a serial number. */
static unsigned compare(const char *name, const struct snmp_plan *was, const struct snmp_plan *is,
                        const struct snmp_image *image, const struct snmp_image *clean)
{
    const struct shape *a = was->device[0].shape, *b = is->device[0].shape;
    unsigned wrong = a->n != b->n;
    struct answer *before = read_all(was, image), *after = read_all(is, clean);
    if (wrong)
        fprintf(stderr, "%s: %zu points, was %zu\n", name, b->n, a->n);
    for (size_t i = 0; !wrong && i < a->n; i++)
        if (strcmp(a->point[i].part, b->point[i].part) != 0 || a->point[i].quantity != b->point[i].quantity ||
            !same_value(before->sample[i], after->sample[i])) {
            fprintf(stderr, "%s: %s/%s from %s is %.10g, was %s/%s %.10g\n", name, b->point[i].part,
                    quantity_row(b->point[i].quantity)->name, b->point[i].source, after->sample[i].value,
                    a->point[i].part, quantity_row(a->point[i].quantity)->name, before->sample[i].value);
            wrong++;
        }
    answer_free(before);
    answer_free(after);
    return wrong;
}

/* The serial number that the profile finds, and the eleventh column of the index. */
static unsigned look_for(const char *name, const struct snmp_plan *plan, const struct snmp_image *clean)
{
    char *text;
    size_t n;
    const char *serial = plan->device[0].shape->identity.serial;
    if (!serial || strlen(serial) < 4 || strspn(serial, "0123456789.") == 4 || strchr(serial, '<') ||
        strspn(serial, "F0X") == strlen(serial))
        return 0;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    walk_write(clean, out);
    fclose(out);
    bool left = strstr(text, serial) != NULL;
    if (left)
        fprintf(stderr, "%s: the serial number %s is left\n", name, serial);
    free(text);
    return left;
}

static unsigned redact_one(const struct profile_set *set, const char *path)
{
    struct snmp_image *image = snmp_image_new(), *clean;
    struct device_setup *setup = setup_new();
    struct arena *arena = arena_new();
    struct snmp_plan *was, *is;
    const char *name = strrchr(path, '/') + 1, *why;
    char words[200];
    unsigned wrong = 0;
    setup->once = true;
    setup->snmp.community = "a-community-of-ours";
    setup->address.host = "127.0.0.1";
    assert_int_equal(walk_read(path, image), 0);
    const struct profile *profile = profile_match_snmp(arena, set, image, &why);
    clean = walk_redact(image, set, setup);
    if (profile) {
        if (walk_redact_differs(image, clean, set, setup, words, sizeof words)) {
            fprintf(stderr, "%s: %s\n", name, words);
            wrong++;
        }
        assert_int_equal(snmp_plan_new(profile, setup, image, why, &was), 0);
        assert_int_equal(snmp_plan_new(profile, setup, clean, why, &is), 0);
        wrong += compare(name, was, is, image, clean);
        wrong += look_for(name, was, clean);
        snmp_plan_free(was);
        snmp_plan_free(is);
    }
    snmp_image_free(image);
    snmp_image_free(clean);
    setup_unref(setup);
    arena_free(arena);
    return wrong;
}

static void test_recordings(void **state)
{
    (void)state;
    const char *source = getenv("WATTWACHT_SOURCE") ? getenv("WATTWACHT_SOURCE") : ".";
    char pattern[500], profiles[500];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/../shared/recordings/*.snmprec", source);
    snprintf(profiles, sizeof profiles, "%s/conf.d/profiles", source);
    if (glob(pattern, 0, NULL, &found) != 0) {
        print_message("no recordings beside the source tree: skipped\n");
        skip();
    }
    struct diag *diag = diag_new();
    struct profile_set *set = NULL;
    const char *dirs[] = {profiles};
    assert_int_equal(profile_set_load(dirs, 1, diag, &set), 0);
    unsigned wrong = 0;
    for (size_t i = 0; i < found.gl_pathc; i++)
        wrong += redact_one(set, found.gl_pathv[i]);
    print_message("%zu recordings without their names\n", found.gl_pathc);
    globfree(&found);
    profile_set_unref(set);
    diag_free(diag);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_recordings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
