/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_event.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct disk_box {
    pthread_mutex_t lock;
    struct disk_event *first, **last;
    int fd;
};

struct disk_box *disk_box_new(void)
{
    struct disk_box *box = calloc(1, sizeof *box);
    if (!box)
        return NULL;
    box->last = &box->first;
    box->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (box->fd < 0) {
        free(box);
        return NULL;
    }
    pthread_mutex_init(&box->lock, NULL);
    return box;
}

void disk_box_free(struct disk_box *box)
{
    if (!box)
        return;
    for (struct disk_event *e = box->first, *next; e; e = next) {
        next = e->next;
        disk_event_free(e);
    }
    pthread_mutex_destroy(&box->lock);
    close(box->fd);
    free(box);
}

int disk_box_fd(const struct disk_box *box)
{
    return box->fd;
}

struct disk_event *disk_event_new(enum disk_event_kind kind)
{
    struct disk_event *event = calloc(1, sizeof *event);
    if (!event)
        abort();
    event->kind = kind;
    return event;
}

void disk_event_free(struct disk_event *event)
{
    if (!event)
        return;
    for (struct row *row = event->row, *next; row; row = next) {
        next = row->next;
        row_free(row);
    }
    free(event->kpi);
    free(event->past_alert);
    free(event);
}

void disk_box_put(struct disk_box *box, struct disk_event *event)
{
    pthread_mutex_lock(&box->lock);
    bool was_empty = !box->first;
    *box->last = event;
    box->last = &event->next;
    pthread_mutex_unlock(&box->lock);
    if (was_empty && eventfd_write(box->fd, 1) < 0 && errno != EAGAIN)
        abort();
}

struct disk_event *disk_box_take(struct disk_box *box)
{
    eventfd_t count;
    (void)eventfd_read(box->fd, &count);
    pthread_mutex_lock(&box->lock);
    struct disk_event *all = box->first;
    box->first = NULL;
    box->last = &box->first;
    pthread_mutex_unlock(&box->lock);
    return all;
}
