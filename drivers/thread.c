/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "thread.h"

#include <signal.h>

int thread_begin(pthread_t *ret, const char *name, size_t stack, void *(*run)(void *), void *arg)
{
    static const int of_a_fault[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
    pthread_attr_t attributes;
    sigset_t blocked, before;
    int r = pthread_attr_init(&attributes);
    if (r)
        return -r;
    if (stack)
        r = pthread_attr_setstacksize(&attributes, stack);
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof of_a_fault / sizeof of_a_fault[0]; i++)
        sigdelset(&blocked, of_a_fault[i]);
    if (!r) {
        pthread_sigmask(SIG_SETMASK, &blocked, &before);
        r = pthread_create(ret, &attributes, run, arg);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_attr_destroy(&attributes);
    if (!r)
        pthread_setname_np(*ret, name);
    return -r;
}
