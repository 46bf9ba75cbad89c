/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread beside the loop's.
 *
 * Shape: signals are the loop's: a thread, and those that a library starts from it, have them blocked; but not those of
 *        a fault, with which the kernel would end the process before a handler, a sanitizer's say, has its word.
 * Errors: -EAGAIN; -EINVAL for a stack that is too small; as pthread_create(3).
 */
#pragma once
#include <pthread.h>
#include <stddef.h>

/* name: at most 15 characters; stack: bytes, 0 for the usual. */
int thread_begin(pthread_t *ret, const char *name, size_t stack, void *(*run)(void *), void *arg);
