/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/timers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <systemd/sd-event.h>
/* cmocka's header wants the ones above first */
#include <cmocka.h>

#define N 500

static struct {
    struct timers *timers;
    struct timer timer[N];
    int64_t fired[N];
    size_t n;
    size_t cancels; /* by the first that fires */
} t;

static void note(struct timer *timer, int64_t now)
{
    assert_true(now >= timer->at_us);
    t.fired[t.n++] = timer->at_us;
    while (t.cancels > 0)
        timers_cancel(t.timers, &t.timer[N - t.cancels--]);
}

/* All are due already: the order is what counts, no time passes. */
static void run(size_t want)
{
    sd_event *loop;
    t.n = 0;
    assert_true(sd_event_new(&loop) >= 0);
    assert_int_equal(timers_new(loop, &t.timers), 0);
    int64_t due = boot_us() - 10 * N;
    for (size_t i = 0; i < N; i++) {
        t.timer[i] = (struct timer){.fire = note};
        timers_set(t.timers, &t.timer[i], due + (int64_t)(i * 7919 % N));
    }
    for (size_t i = 0; i < N; i += 3) /* moved */
        timers_set(t.timers, &t.timer[i], due + (int64_t)(i * 104729 % N));
    for (size_t i = 1; i < N && want < N; i += 5)
        timers_cancel(t.timers, &t.timer[i]);
    for (unsigned rounds = 0; t.n < want && rounds < 100; rounds++)
        assert_true(sd_event_run(loop, 1000000) >= 0);
    assert_int_equal(t.n, want);
    for (size_t i = 1; i < t.n; i++)
        assert_true(t.fired[i - 1] <= t.fired[i]);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(t.timer[i].place, 0);
    timers_free(t.timers);
    sd_event_unref(loop);
}

static void fire_in_order(void **state)
{
    (void)state;
    t.cancels = 0;
    run(N);
}

static void cancelled_do_not_fire(void **state)
{
    (void)state;
    t.cancels = 0;
    run(N - N / 5);
}

static void free_it(struct timer *timer, int64_t now)
{
    (void)timer;
    (void)now;
    t.n++;
    timers_free(t.timers);
}

static void freed_while_firing(void **state)
{
    (void)state;
    sd_event *loop;
    struct timer a = {.fire = free_it}, b = {.fire = free_it};
    t.n = 0;
    assert_true(sd_event_new(&loop) >= 0);
    assert_int_equal(timers_new(loop, &t.timers), 0);
    timers_set(t.timers, &a, 1);
    timers_set(t.timers, &b, 2);
    assert_true(sd_event_run(loop, 1000000) > 0);
    assert_int_equal(t.n, 1);
    sd_event_unref(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fire_in_order),
        cmocka_unit_test(cancelled_do_not_fire),
        cmocka_unit_test(freed_while_firing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
