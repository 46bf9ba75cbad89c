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

/* Of the values to be asserted: those of the classes below, of entities only what RFC 3433 tells. */
struct tally {
    unsigned expected, found, wrong, disputed;
};

static const char *const kinds[] = {"pdu", "ups", "ats", "cooling", "meter", "env", "entity"};
#define N_KINDS  (sizeof kinds / sizeof kinds[0])
#define LEAST    0.98 /* of each kind are to be found */
#define DISPUTED 0.01 /* of all may stand in disputed.tsv */

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
    {"power_consumed", {Q_ENERGY, Q_APPARENT_ENERGY, Q_ENERGY_PARTIAL}},
    {"frequency", {Q_FREQUENCY}},
    {"temperature", {Q_TEMPERATURE, Q_TEMPERATURE_SUPPLY, Q_TEMPERATURE_RETURN, Q_TEMPERATURE_DIFF, Q_DEW_POINT}},
    {"humidity", {Q_HUMIDITY}},
    {"load", {Q_LOAD}},
    {"charge", {Q_CHARGE}},
    {"runtime", {Q_RUNTIME, Q_OPERATING_TIME}},
    {"power_factor", {Q_POWER_FACTOR}},
};

/* -1: not asserted, like counts and switches */
static int class_of(const char *word, const char *kind, const char *oid)
{
    if (!strcmp(kind, "entity") && strncmp(oid, "1.3.6.1.2.1.99.", 15) != 0)
        return -1;
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

static void compare_row(const struct shape *shape, const struct answer *answer, const char *file, int class,
                        char *const *field, struct tally *tally)
{
    double expected = in_base(field[0], strtod(field[2], NULL));
    for (size_t i = 0; i < shape->n; i++) {
        const struct point_shape *point = &shape->point[i];
        if (!has_source(point, field[1]) || !is_class(class, point->quantity))
            continue;
        const struct sample *sample = &answer->sample[i];
        tally->found++;
        /* what the device marks as no value is none, whatever the other project shows */
        if (sample->quality == QL_SENTINEL && getenv("WATTWACHT_MISSING"))
            fprintf(stderr, "%s: no value %s %s, expected %s\n", file, field[0], field[1], field[2]);
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

static void compare_file(const char *path, const char *name, const char *kind, const struct snmp_plan *plan,
                         struct answer **answers, struct tally *tally)
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
        int class = field[7] && !strcmp(field[6], "ok") && !*field[7] ? class_of(field[0], kind, field[1]) : -1;
        tally->expected += class >= 0;
        tally->disputed += class >= 0 && is_disputed(name, field[1]);
        if (class >= 0 && !is_disputed(name, field[1]))
            compare_row(plan->device[0].shape, answers[0], name, class, field, tally);
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
                shape->label[i] ? shape->label[i] : "", shape->point[i].source,
                shape->point[i].also ? shape->point[i].also : "-");
    for (size_t i = 0; i < shape->n_notes; i++)
        fprintf(stderr, "  note: %s\n", shape->note[i]);
    fprintf(stderr, "  %s | %s | %s | %s\n", shape->identity.vendor, shape->identity.model, shape->identity.serial,
            shape->identity.firmware);
}

/* ../shared/recordings/index.tsv: name, vendor, kind, sysObjectID, sysDescr, ...; false: not in it */
static bool find_in_index(const char *path, char *row, size_t size)
{
    char index[600];
    const char *name = strrchr(path, '/') + 1;
    size_t n = strlen(name) - strlen(".snmprec");
    snprintf(index, sizeof index, "%.*s/index.tsv", (int)(name - path), path);
    FILE *file = fopen(index, "re");
    bool found = false;
    assert_non_null(file);
    while (!found && fgets(row, (int)size, file))
        found = !strncmp(row, name, n) && row[n] == '\t';
    fclose(file);
    return found;
}

static bool is_column(const char *row, int column, const char *word)
{
    for (int i = 0; i < column; i++)
        row += strcspn(row, "\t\n") + (row[strcspn(row, "\t\n")] == '\t');
    size_t n = strcspn(row, "\t\n");
    return word && n == strlen(word) && !strncmp(row, word, n);
}

/* More than sysDescr and sysObjectID. */
static bool says_more(const struct snmp_image *image)
{
    static const uint32_t descr[] = {1, 3, 6, 1, 2, 1, 1, 1, 0}, id[] = {1, 3, 6, 1, 2, 1, 1, 2, 0};
    struct oid name = {0};
    const struct snmp_value *value;
    while (snmp_image_next(image, name, &name, &value))
        if (oid_compare(name, (struct oid){9, descr}) != 0 && oid_compare(name, (struct oid){9, id}) != 0)
            return true;
    return false;
}

/* Who it is, against its row of the index; false where it is not so. */
static bool compare_identity(const char *row, const struct snmp_image *image, const struct identity *identity)
{
    if (!says_more(image) || (identity && is_column(row, 1, identity->vendor) && is_column(row, 2, identity->kind)))
        return true;
    fprintf(stderr, "%s by %s, expected %.80s\n", identity ? identity->kind : "unknown",
            identity && identity->vendor ? identity->vendor : "nobody", row);
    return false;
}

static void compare_values(const char *path, const char *kind, const struct snmp_plan *plan,
                           const struct snmp_image *image, struct tally *tally)
{
    char expected[600];
    const struct shape *shape = plan->device[0].shape;
    struct answer *answers[1] = {answer_new(0, ANSWER_VALUES, shape->n)};
    struct snmp_value *values = values_of(plan, image);
    snmp_plan_decode(plan, values, answers);
    snprintf(expected, sizeof expected, "%.*s.expected.tsv", (int)(strlen(path) - strlen(".snmprec")), path);
    compare_file(expected, strrchr(path, '/') + 1, kind, plan, answers, tally);
    if (getenv("WATTWACHT_DUMP") && strstr(path, getenv("WATTWACHT_DUMP")))
        dump(shape, answers[0]);
    free(values);
    answer_free(answers[0]);
}

/* row: of the index, "" where it has none. False: it is not who it is. */
static bool replay(const struct profile_set *set, const char *path, const char *row, struct tally *tally)
{
    struct snmp_image *image = snmp_image_new();
    struct arena *arena = arena_new();
    struct device_setup *setup = setup_new();
    const char *why = NULL;
    setup->once = true; /* as probe: who it is, even without a point */
    assert_int_equal(recording_load(path, image), 0);
    const struct profile *profile = profile_match_snmp(arena, set, image, &why);
    struct snmp_plan *plan;
    int r = profile ? snmp_plan_new(profile, setup, image, why, &plan) : -ENOENT;
    bool known = !*row || compare_identity(row, image, r == 0 ? &plan->device[0].shape->identity : NULL);
    if (r == 0) {
        const char *kind = "";
        for (size_t k = 0; k < N_KINDS; k++)
            kind = is_column(row, 2, kinds[k]) ? kinds[k] : kind;
        compare_values(path, kind, plan, image, tally);
        printf("%-40s %-18s points %4zu  expected %4u  found %4u  wrong %u  (%s)\n", strrchr(path, '/') + 1,
               profile_name(profile), plan->device[0].shape->n, tally->expected, tally->found, tally->wrong, why);
        snmp_plan_free(plan);
    }
    setup_unref(setup);
    arena_free(arena);
    snmp_image_free(image);
    return known;
}

/* Prints and asserts the totals; all[N_KINDS] is those without a row in the index. */
static void assert_totals(const struct tally all[N_KINDS + 1])
{
    struct tally sum = {0};
    for (size_t k = 0; k <= N_KINDS; k++) {
        if (all[k].expected)
            printf("%-8s expected %4u, found %4u, disputed %2u, wrong %u\n", k < N_KINDS ? kinds[k] : "others",
                   all[k].expected, all[k].found, all[k].disputed, all[k].wrong);
        sum.expected += all[k].expected;
        sum.found += all[k].found;
        sum.disputed += all[k].disputed;
        sum.wrong += all[k].wrong;
    }
    printf("%-8s expected %4u, found %4u, disputed %2u, wrong %u\n", "all", sum.expected, sum.found, sum.disputed,
           sum.wrong);
    assert_int_equal(sum.wrong, 0);
    assert_true(sum.disputed <= DISPUTED * sum.expected);
    for (size_t k = 0; k < N_KINDS; k++)
        assert_true(all[k].found >= LEAST * (all[k].expected - all[k].disputed));
}

static struct profile_set *load_profiles(const char *source)
{
    char profiles[500];
    snprintf(profiles, sizeof profiles, "%s/conf.d/profiles", source);
    struct diag *diag = diag_new();
    struct profile_set *set = NULL;
    const char *dirs[] = {profiles};
    if (profile_set_load(dirs, 1, diag, &set) < 0)
        diag_print(diag, stderr);
    diag_free(diag);
    assert_non_null(set);
    return set;
}

static void test_recordings(void **state)
{
    (void)state;
    const char *source = getenv("WATTWACHT_SOURCE") ? getenv("WATTWACHT_SOURCE") : ".",
               *only = getenv("WATTWACHT_ONLY");
    char pattern[500];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/../shared/recordings/*.snmprec", source);
    if (glob(pattern, 0, NULL, &found) != 0) {
        print_message("no recordings beside the source tree: skipped\n");
        skip();
    }
    read_disputed(source);
    struct profile_set *set = load_profiles(source);
    struct tally all[N_KINDS + 1] = {0};
    unsigned strangers = 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char row[4000] = "";
        struct tally one = {0};
        size_t kind = 0;
        if (only && !strstr(found.gl_pathv[i], only))
            continue;
        if (!find_in_index(found.gl_pathv[i], row, sizeof row))
            *row = '\0';
        strangers += !replay(set, found.gl_pathv[i], row, &one);
        while (kind < N_KINDS && !is_column(row, 2, kinds[kind]))
            kind++;
        all[kind].expected += one.expected;
        all[kind].found += one.found;
        all[kind].disputed += one.disputed;
        all[kind].wrong += one.wrong;
    }
    globfree(&found);
    free(disputed);
    profile_set_unref(set);
    assert_int_equal(strangers, 0);
    if (!only)
        assert_totals(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_recordings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
