/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox and shape: what drivers hand over, from threads to the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "drivers/inbox.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#define THREADS 4
#define EACH    2000

static bool readable(const struct inbox *inbox, int ms)
{
    struct pollfd p = {inbox_fd(inbox), POLLIN, 0};
    return poll(&p, 1, ms) == 1;
}

static void *put_many(void *context)
{
    struct inbox *inbox = context;
    for (uint32_t i = 0; i < EACH; i++)
        inbox_put(inbox, answer_new(i, ANSWER_VALUES, 2));
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    struct inbox *inbox = inbox_new();
    pthread_t thread[THREADS];
    unsigned taken = 0;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, put_many, inbox), 0);
    while (taken < THREADS * EACH) {
        assert_true(readable(inbox, 10000));
        for (struct answer *a = inbox_take(inbox), *next; a; a = next, taken++) {
            next = a->next;
            answer_free(a);
        }
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    assert_false(readable(inbox, 0));
    assert_null(inbox_take(inbox));
    inbox_free(inbox);
}

static void test_order(void **state)
{
    (void)state;
    struct inbox *inbox = inbox_new();
    inbox_put(inbox, answer_new(1, ANSWER_VALUES, 3));
    inbox_put(inbox, answer_failed(2, FAULT_SILENT, "no answer in %d s", 2));
    struct answer *first = inbox_take(inbox), *second = first->next;
    assert_int_equal(first->device, 1);
    assert_true(isnan(first->sample[2].value));
    assert_int_equal(first->sample[2].quality, QL_SILENT);
    assert_string_equal(second->words, "no answer in 2 s");
    assert_null(second->next);
    answer_free(first);
    answer_free(second);
    inbox_put(inbox, answer_new(3, ANSWER_VALUES, 0)); /* freed with what waits in it */
    inbox_free(inbox);
}

static struct shape *make(const char *serial, const char *label, double rating)
{
    struct shape *shape = shape_new();
    shape->identity.serial = arena_strdup(shape->arena, serial);
    struct point_shape *p = shape_add(shape);
    memcpy(p->part, "total", 6);
    p->quantity = Q_CURRENT;
    shape->label[0] = label;
    p->rating = rating;
    return shape;
}

static const struct {
    const char *serial, *label;
    double rating;
    bool equal;
} shapes[] = {{"S1", "a", NAN, true},
              {"S2", "a", NAN, false},
              {"S1", "b", NAN, false},
              {"S1", NULL, NAN, false},
              {"S1", "a", 16, false}};

static void test_equal(void **state)
{
    (void)state;
    struct shape *one = make("S1", "a", NAN);
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct shape *other = make(shapes[i].serial, shapes[i].label, shapes[i].rating);
        assert_int_equal(shape_equal(one, other), shapes[i].equal);
        shape_unref(other);
    }
    struct shape *more = make("S1", "a", NAN);
    shape_add(more);
    assert_false(shape_equal(one, more));
    shape_note(more, "%s is missing", "energy");
    assert_string_equal(more->note[0], "energy is missing");
    shape_unref(shape_ref(more));
    shape_unref(more);
    shape_unref(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_threads), cmocka_unit_test(test_order),
                                       cmocka_unit_test(test_equal)};
    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
