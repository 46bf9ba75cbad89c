/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real devices' answers, where they lie beside the source tree: each is recognised by the profiles, planned and
 * decoded, and every point is compared with what another project makes of the same object. */
#include "drivers/profile.h"
#include "recording.h"

#include <errno.h>
#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOLERANCE 0.006 /* the recorded expectations are rounded to three digits in places */

struct tally {
    unsigned expected, found, wrong;
};

/* tests/recordings/disputed.tsv: recording, object, why their value is not right. */
static char *disputed;

static bool is_disputed(const char *file, const char *oid)
{
    char key[200];
    snprintf(key, sizeof key, "\n%.*s\t%s\t", (int)(strlen(file) - strlen(".snmprec")), file, oid);
    return disputed && strstr(disputed, key);
}

static void read_disputed(const char *source)
{
    char path[600];
    size_t size = 0;
    snprintf(path, sizeof path, "%s/tests/recordings/disputed.tsv", source);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    assert_true(getdelim(&disputed, &size, '\0', file) > 0);
    fclose(file);
}

/* Their units in ours: kWh, minutes. */
static double in_base(const char *class, double value)
{
    if (!strcmp(class, "power_consumed"))
        return value * 1000;
    return !strcmp(class, "runtime") ? value * 60 : value;
}

static const struct {
    const char *class;
    enum quantity quantity[8];
} classes[] = {
    {"current", {Q_CURRENT, Q_CURRENT_RESIDUAL}},
    {"voltage", {Q_VOLTAGE}},
    {"power", {Q_ACTIVE_POWER, Q_APPARENT_POWER, Q_REACTIVE_POWER, Q_COOLING_POWER}},
    {"power_consumed", {Q_ENERGY, Q_APPARENT_ENERGY}},
    {"frequency", {Q_FREQUENCY}},
    {"temperature", {Q_TEMPERATURE, Q_TEMPERATURE_SUPPLY, Q_TEMPERATURE_RETURN, Q_TEMPERATURE_DIFF, Q_DEW_POINT}},
    {"humidity", {Q_HUMIDITY}},
    {"load", {Q_LOAD}},
    {"charge", {Q_CHARGE}},
    {"runtime", {Q_RUNTIME}},
    {"fanspeed", {Q_FAN_SPEED}},
    {"power_factor", {Q_POWER_FACTOR}},
};

/* -1: their class is no quantity of ours, like counts and switches */
static int class_of(const char *word)
{
    for (int i = 0; i < (int)(sizeof classes / sizeof classes[0]); i++)
        if (!strcmp(classes[i].class, word))
            return i;
    return -1;
}

static bool is_class(int class, enum quantity quantity)
{
    for (size_t k = 0; k < 8 && quantity != Q_NONE; k++)
        if (classes[class].quantity[k] == quantity)
            return true;
    return false;
}

static bool has_source(const struct point_shape *point, const char *oid)
{
    size_t n = strlen(oid);
    if (!strcmp(point->source, oid))
        return true;
    for (const char *p = point->also; p && *p; p += strcspn(p, " ") + (p[strcspn(p, " ")] == ' '))
        if (!strncmp(p, oid, n) && (!p[n] || p[n] == ' '))
            return true;
    return false;
}

static void compare_row(const struct shape *shape, const struct answer *answer, const char *file, char *const *field,
                        struct tally *tally)
{
    double expected = in_base(field[0], strtod(field[2], NULL));
    int class = class_of(field[0]);
    if (class < 0)
        return;
    tally->expected++;
    for (size_t i = 0; i < shape->n; i++) {
        const struct point_shape *point = &shape->point[i];
        if (!has_source(point, field[1]) || !is_class(class, point->quantity))
            continue;
        const struct sample *sample = &answer->sample[i];
        tally->found++;
        /* what the device marks as no value is none, whatever the other project shows */
        if (sample->quality == QL_SENTINEL)
            return;
        if (!(fabs(sample->value - expected) <= fabs(expected) * TOLERANCE + 1e-9)) {
            tally->wrong++;
            fprintf(stderr, "%s: %s/%s from %s is %.10g, expected %.10g\n", file, point->part,
                    quantity_row(point->quantity)->name, field[1], sample->value, expected);
        }
        return;
    }
    if (getenv("WATTWACHT_MISSING"))
        fprintf(stderr, "%s: missing %s %s %s %s\n", file, field[0], field[1], field[2], field[4]);
}

static void compare_file(const char *path, const char *name, const struct snmp_plan *plan, struct answer **answers,
                         struct tally *tally)
{
    FILE *file = fopen(path, "re");
    char line[1000];
    while (file && fgets(line, sizeof line, file)) {
        char *field[8] = {line}, *p = line;
        line[strcspn(line, "\r\n")] = '\0';
        for (int i = 1; i < 8; i++) {
            p = strchr(p, '\t');
            if (!p)
                break;
            *p++ = '\0';
            field[i] = p;
        }
        if (field[7] && !strcmp(field[6], "ok") && !*field[7] && !is_disputed(name, field[1]))
            compare_row(plan->device[0].shape, answers[0], name, field, tally);
    }
    if (file)
        fclose(file);
}

static struct snmp_value *values_of(const struct snmp_plan *plan, const struct snmp_image *image)
{
    struct snmp_value *values = calloc(plan->n, sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < plan->n; i++) {
        const struct snmp_value *value = snmp_image_get(image, plan->ask[i]);
        if (value)
            values[i] = *value;
    }
    return values;
}

static void dump(const struct shape *shape, const struct answer *answer)
{
    for (size_t i = 0; i < shape->n; i++)
        fprintf(stderr, "  %s/%s%s%s = %.10g %s [%s] %s also %s\n", shape->point[i].part,
                quantity_row(shape->point[i].quantity)->name, shape->point[i].aspect ? "/" : "",
                aspect_name(shape->point[i].aspect), answer->sample[i].value, quality_name(answer->sample[i].quality),
                shape->point[i].label ? shape->point[i].label : "", shape->point[i].source,
                shape->point[i].also ? shape->point[i].also : "-");
    for (size_t i = 0; i < shape->n_notes; i++)
        fprintf(stderr, "  note: %s\n", shape->note[i]);
    fprintf(stderr, "  %s | %s | %s | %s\n", shape->identity.vendor, shape->identity.model, shape->identity.serial,
            shape->identity.firmware);
}

static struct tally replay(const struct profile_set *set, const char *path)
{
    struct snmp_image *image = snmp_image_new();
    struct arena *arena = arena_new();
    struct device_setup *setup = setup_new();
    struct tally tally = {0};
    const char *why = NULL, *slash = strrchr(path, '/');
    char expected[600];
    assert_int_equal(recording_load(path, image), 0);
    const struct profile *profile = profile_match_snmp(arena, set, image, &why);
    struct snmp_plan *plan;
    int r = profile ? snmp_plan_new(profile, setup, image, why, &plan) : -ENOENT;
    if (r == 0) {
        struct answer *answers[1] = {answer_new(0, ANSWER_VALUES, plan->device[0].shape->n)};
        struct snmp_value *values = values_of(plan, image);
        snmp_plan_decode(plan, values, answers);
        snprintf(expected, sizeof expected, "%.*s.expected.tsv", (int)(strlen(path) - strlen(".snmprec")), path);
        compare_file(expected, slash + 1, plan, answers, &tally);
        printf("%-40s %-18s points %4zu  expected %4u  found %4u  wrong %u  (%s)\n", slash + 1, profile_name(profile),
               plan->device[0].shape->n, tally.expected, tally.found, tally.wrong, why);
        if (getenv("WATTWACHT_DUMP") && strstr(path, getenv("WATTWACHT_DUMP")))
            dump(plan->device[0].shape, answers[0]);
        free(values);
        answer_free(answers[0]);
        snmp_plan_free(plan);
    } else if (profile) {
        printf("%-40s %-18s no point of it\n", slash + 1, profile_name(profile));
    }
    setup_unref(setup);
    arena_free(arena);
    snmp_image_free(image);
    return tally;
}

static void test_recordings(void **state)
{
    (void)state;
    const char *source = getenv("WATTWACHT_SOURCE");
    char pattern[500], profiles[500];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/../shared/recordings/*.snmprec", source ? source : ".");
    snprintf(profiles, sizeof profiles, "%s/conf.d/profiles", source ? source : ".");
    if (glob(pattern, 0, NULL, &found) != 0) {
        print_message("no recordings beside the source tree: skipped\n");
        skip();
    }
    read_disputed(source ? source : ".");
    struct diag *diag = diag_new();
    struct profile_set *set = NULL;
    const char *dirs[] = {profiles};
    if (profile_set_load(dirs, 1, diag, &set) < 0)
        diag_print(diag, stderr);
    assert_non_null(set);
    struct tally all = {0};
    unsigned blind = 0; /* recognised, but nothing of what is expected was found */
    for (size_t i = 0; i < found.gl_pathc; i++)
        if (!getenv("WATTWACHT_ONLY") || strstr(found.gl_pathv[i], getenv("WATTWACHT_ONLY"))) {
            struct tally one = replay(set, found.gl_pathv[i]);
            all.expected += one.expected;
            all.found += one.found;
            all.wrong += one.wrong;
            blind += one.expected && !one.found;
        }
    globfree(&found);
    free(disputed);
    profile_set_unref(set);
    diag_free(diag);
    printf("all: expected %u, found %u, wrong %u\n", all.expected, all.found, all.wrong);
    assert_int_equal(all.wrong, 0);
    assert_int_equal(blind, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_recordings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
