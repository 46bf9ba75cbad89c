/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equal things are kept once: shared, and the points of finished shapes. */
#include "drivers/shape.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct word {
    struct shared shared;
    const char *text;
};

static unsigned copies;

static bool same_words(const struct shared *a, const struct shared *b)
{
    return !strcmp(((const struct word *)a)->text, ((const struct word *)b)->text);
}

static struct shared *copy_word(struct arena *arena, const struct shared *draft)
{
    struct word *word = ARENA_NEW(arena, struct word);
    word->text = arena_strdup(arena, ((const struct word *)draft)->text);
    copies++;
    return &word->shared;
}

static struct shared_pool words = {.lock = PTHREAD_MUTEX_INITIALIZER, .same = same_words, .copy = copy_word};

static const struct shared *take(const char *text, uint64_t hash)
{
    const struct word draft = {.text = text};
    return shared_take(&words, &draft.shared, hash);
}

static void test_once(void **state)
{
    (void)state;
    char text[] = "one";
    const struct shared *first = take(text, 7), *again = take("one", 7), *other = take("two", 7);
    text[0] = 'x'; /* the draft was copied */
    assert_ptr_equal(first, again);
    assert_ptr_not_equal(first, other);
    assert_int_equal(copies, 2);
    assert_string_equal(((const struct word *)first)->text, "one");
    shared_drop(&words, first);
    assert_ptr_equal(take("one", 7), again); /* still there */
    shared_drop(&words, again);
    shared_drop(&words, again);
    first = take("one", 7);
    assert_int_equal(copies, 3); /* it was let go in between */
    shared_drop(&words, first);
    shared_drop(&words, other);
    shared_drop(&words, NULL);
    for (int i = 0; i < SHARED_BUCKETS; i++)
        assert_null(words.bucket[i]);
}

struct row {
    const char *what, *serial, *label, *source, *also, *state;
    double rating, step;
    bool shared;
};

static const struct row rows[] = {
    {"another device of the model", "S2", "a", "1.2.3", "1.2.4", "on", NAN, 10, true},
    {"another label", "S1", "b", "1.2.3", "1.2.4", "on", NAN, 10, true},
    {"no label", "S1", NULL, "1.2.3", "1.2.4", "on", NAN, 10, true},
    {"another source", "S1", "a", "1.2.5", "1.2.4", "on", NAN, 10, false},
    {"nothing else that carries it", "S1", "a", "1.2.3", NULL, "on", NAN, 10, false},
    {"another state", "S1", "a", "1.2.3", "1.2.4", "off", NAN, 10, false},
    {"a rating", "S1", "a", "1.2.3", "1.2.4", "on", 16, 10, false},
    {"another step", "S1", "a", "1.2.3", "1.2.4", "on", NAN, 1, false},
};

static struct shape *finished(const struct row *row)
{
    struct shape *shape = shape_new();
    const char **states = arena_alloc(shape->arena, 3 * sizeof *states);
    states[0] = "1";
    states[1] = row->state;
    shape->identity = (struct identity){.profile = "p", .version = 2, .serial = row->serial};
    for (int i = 0; i < 2; i++) {
        struct point_shape *point = shape_add(shape);
        snprintf(point->part, sizeof point->part, i ? "outlet-01" : "total");
        point->quantity = Q_CURRENT;
        point->source = row->source;
        point->also = row->also;
        point->states = states;
        point->rating = row->rating;
        point->step = row->step;
        shape->label[i] = row->label;
    }
    shape_note(shape, "of %s", row->serial);
    return shape_finish(shape);
}

static void test_shapes(void **state)
{
    (void)state;
    const struct row usual = {"", "S1", "a", "1.2.3", "1.2.4", "on", NAN, 10, true};
    struct shape *one = finished(&usual);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct shape *other = finished(row);
        print_message("  %s\n", row->what);
        assert_int_equal(other->point == one->point, row->shared);
        assert_int_equal(other->n, 2);
        assert_string_equal(other->point[1].part, "outlet-01");
        assert_string_equal(other->point[1].source, row->source);
        assert_string_equal(other->point[0].states[1], row->state);
        assert_null(other->point[0].states[2]);
        assert_string_equal(other->identity.serial, row->serial);
        assert_int_equal(other->identity.version, 2);
        assert_true(row->label ? !strcmp(other->label[1], row->label) : !other->label[1]);
        assert_int_equal(other->n_notes, 1);
        shape_unref(other);
    }
    assert_string_equal(one->point[0].source, "1.2.3");
    struct shape *twin = finished(&usual);
    shape_unref(one);
    assert_string_equal(twin->point[1].also, "1.2.4"); /* outlives the one that brought it */
    shape_unref(twin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_once), cmocka_unit_test(test_shapes)};
    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
