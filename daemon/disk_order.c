/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "disk_order.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct disk_orders {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct disk_order *first, **last;
    bool urgent, stop;
};

struct disk_orders *disk_orders_new(void)
{
    pthread_condattr_t attributes;
    struct disk_orders *orders = calloc(1, sizeof *orders);
    if (!orders)
        return NULL;
    orders->last = &orders->first;
    pthread_mutex_init(&orders->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&orders->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    return orders;
}

void disk_orders_free(struct disk_orders *orders)
{
    if (!orders)
        return;
    for (struct disk_order *o = orders->first, *next; o; o = next) {
        next = o->next;
        disk_order_free(o);
    }
    pthread_cond_destroy(&orders->wake);
    pthread_mutex_destroy(&orders->lock);
    free(orders);
}

struct disk_order *disk_order_new(enum disk_order_kind kind)
{
    struct disk_order *order = calloc(1, sizeof *order);
    if (!order)
        abort();
    order->kind = kind;
    return order;
}

void disk_order_free(struct disk_order *order)
{
    if (!order)
        return;
    row_free(order->row);
    if (order->config)
        config_unref(order->config);
    free(order->record);
    free(order->alert);
    free(order->name);
    free(order->text);
    free(order->quarter_s);
    free(order->wh);
    free(order);
}

struct record *disk_record_copy(const struct record *record)
{
    const char *text[] = {record->device, record->part, record->room, record->serial, record->feed};
    const char *copied[5] = {NULL};
    size_t size = sizeof *record;
    for (int i = 0; i < 5; i++)
        size += text[i] ? strlen(text[i]) + 1 : 0;
    struct record *copy = malloc(size);
    if (!copy)
        abort();
    char *at = (char *)(copy + 1);
    for (int i = 0; i < 5; i++)
        if (text[i]) {
            size_t n = strlen(text[i]) + 1;
            copied[i] = memcpy(at, text[i], n);
            at += n;
        }
    *copy = *record;
    copy->device = copied[0];
    copy->part = copied[1];
    copy->room = copied[2];
    copy->serial = copied[3];
    copy->feed = copied[4];
    return copy;
}

void disk_orders_put(struct disk_orders *orders, struct disk_order *order)
{
    bool urgent = order->kind != ORDER_ROW && order->kind != ORDER_POINT;
    pthread_mutex_lock(&orders->lock);
    *orders->last = order;
    orders->last = &order->next;
    orders->urgent = orders->urgent || urgent;
    if (urgent)
        pthread_cond_signal(&orders->wake);
    pthread_mutex_unlock(&orders->lock);
}

void disk_orders_stop(struct disk_orders *orders)
{
    pthread_mutex_lock(&orders->lock);
    orders->stop = true;
    pthread_cond_signal(&orders->wake);
    pthread_mutex_unlock(&orders->lock);
}

struct disk_order *disk_orders_take(struct disk_orders *orders, int64_t boot_us, bool *ret_stop)
{
    struct timespec now, until;
    clock_gettime(CLOCK_BOOTTIME, &now);
    int64_t wait_us = boot_us - ((int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    clock_gettime(CLOCK_MONOTONIC, &until);
    if (wait_us > 0) {
        until.tv_sec += wait_us / 1000000;
        until.tv_nsec += wait_us % 1000000 * 1000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
    }
    pthread_mutex_lock(&orders->lock);
    while (wait_us > 0 && !orders->urgent && !orders->stop)
        if (pthread_cond_timedwait(&orders->wake, &orders->lock, &until) == ETIMEDOUT)
            break;
    struct disk_order *all = orders->first;
    orders->first = NULL;
    orders->last = &orders->first;
    orders->urgent = false;
    *ret_stop = orders->stop;
    pthread_mutex_unlock(&orders->lock);
    return all;
}
