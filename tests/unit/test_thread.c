/* SPDX-License-Identifier: GPL-3.0-or-later */
/* drivers/thread: what a thread has of signals, name and stack, and what its parent keeps. */
#include "drivers/thread.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <signal.h>
#include <string.h>

static struct {
    sigset_t mask;
    size_t stack;
    void *arg;
} seen;

static void *look(void *arg)
{
    pthread_attr_t attributes;
    pthread_sigmask(SIG_SETMASK, NULL, &seen.mask);
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstacksize(&attributes, &seen.stack);
        pthread_attr_destroy(&attributes);
    }
    seen.arg = arg;
    return NULL;
}

static void *wait_for_word(void *lock)
{
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

static void test_signals(void **state)
{
    (void)state;
    static const struct {
        int number, blocked;
    } signals[] = {
        {SIGTERM, 1}, {SIGHUP, 1}, {SIGINT, 1}, {SIGPIPE, 1}, {SIGCHLD, 1}, {SIGUSR1, 1},
        {SIGSEGV, 0}, {SIGBUS, 0}, {SIGILL, 0}, {SIGFPE, 0},  {SIGABRT, 0},
    };
    pthread_t thread;
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(thread_begin(&thread, "looks", 0, look, &seen), 0);
    pthread_join(thread, NULL);
    assert_ptr_equal(seen.arg, &seen);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        print_message("  %s\n", strsignal(signals[i].number));
        assert_int_equal(sigismember(&seen.mask, signals[i].number), signals[i].blocked);
    }
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int s = 1; s < SIGRTMAX; s++)
        assert_int_equal(sigismember(&before, s), sigismember(&after, s));
}

static void test_name_and_stack(void **state)
{
    (void)state;
    pthread_t thread;
    char name[16];
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    assert_int_equal(thread_begin(&thread, "fifteen letters", 0, wait_for_word, &lock), 0);
    assert_int_equal(pthread_getname_np(thread, name, sizeof name), 0);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    assert_string_equal(name, "fifteen letters");
    assert_int_equal(thread_begin(&thread, "small", 256 * 1024, look, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(seen.stack, 256 * 1024);
    assert_int_equal(thread_begin(&thread, "none", 1, look, NULL), -EINVAL); /* less than a stack can be */
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_signals), cmocka_unit_test(test_name_and_stack)};
    return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
