/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inbox.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct inbox {
    pthread_mutex_t lock;
    struct answer *first, **last;
    int fd;
};

struct inbox *inbox_new(void)
{
    struct inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        return NULL;
    inbox->last = &inbox->first;
    inbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (inbox->fd < 0) {
        free(inbox);
        return NULL;
    }
    pthread_mutex_init(&inbox->lock, NULL);
    return inbox;
}

void inbox_free(struct inbox *inbox)
{
    if (!inbox)
        return;
    for (struct answer *a = inbox->first, *next; a; a = next) {
        next = a->next;
        answer_free(a);
    }
    pthread_mutex_destroy(&inbox->lock);
    close(inbox->fd);
    free(inbox);
}

int inbox_fd(const struct inbox *inbox)
{
    return inbox->fd;
}

struct answer *answer_new(uint32_t device, enum answer_kind kind, size_t n)
{
    struct answer *answer = calloc(1, sizeof *answer + n * sizeof answer->sample[0]);
    if (!answer)
        abort();
    answer->device = device;
    answer->kind = kind;
    answer->n = n;
    for (size_t i = 0; i < n; i++)
        answer->sample[i] = (struct sample){NAN, QL_SILENT};
    return answer;
}

struct answer *answer_failed(uint32_t device, enum fault fault, const char *format, ...)
{
    struct answer *answer = answer_new(device, ANSWER_FAILED, 0);
    va_list args;
    va_start(args, format);
    vsnprintf(answer->words, sizeof answer->words, format, args);
    va_end(args);
    answer->fault = fault;
    return answer;
}

void answer_free(struct answer *answer)
{
    if (!answer)
        return;
    shape_unref(answer->shape);
    free(answer);
}

void inbox_put(struct inbox *inbox, struct answer *answer)
{
    answer->next = NULL;
    pthread_mutex_lock(&inbox->lock);
    bool was_empty = !inbox->first;
    *inbox->last = answer;
    inbox->last = &answer->next;
    pthread_mutex_unlock(&inbox->lock);
    /* only the first of a batch has to wake the loop */
    if (was_empty && eventfd_write(inbox->fd, 1) < 0 && errno != EAGAIN)
        abort();
}

struct answer *inbox_take(struct inbox *inbox)
{
    eventfd_t count;
    (void)eventfd_read(inbox->fd, &count);
    pthread_mutex_lock(&inbox->lock);
    struct answer *all = inbox->first;
    inbox->first = NULL;
    inbox->last = &inbox->first;
    pthread_mutex_unlock(&inbox->lock);
    return all;
}
