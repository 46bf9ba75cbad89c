/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "resolve.h"
#include "thread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>
#include <unistd.h>

/* The resolver's own needs with NSS modules (sssd, mdns) behind it. */
#define STACK_SIZE (256 * 1024)

struct question {
    struct question *next;
    resolved *done; /* NULL: cancelled */
    void *user;
    int error;
    size_t n;
    struct endpoint endpoint[RESOLVE_MAX];
    uint16_t port;
    char host[];
};

/* Shared with the thread, which may sit in getaddrinfo long after the resolver is gone. */
struct resolver {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct question *asked, *answered; /* under the lock; asked oldest first */
    bool closed;
    unsigned users; /* 2: loop and thread */
    int wake;
    sd_event_source *source;
};

static void questions_free(struct question *q)
{
    while (q) {
        struct question *next = q->next;
        free(q);
        q = next;
    }
}

static void let_go(struct resolver *r)
{
    pthread_mutex_lock(&r->lock);
    bool last = --r->users == 0;
    pthread_mutex_unlock(&r->lock);
    if (!last)
        return;
    questions_free(r->asked);
    questions_free(r->answered);
    close(r->wake);
    pthread_cond_destroy(&r->some);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static void look_up(struct question *q)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
    int e = getaddrinfo(q->host, NULL, &hints, &list);
    if (e != 0) {
        q->error = e == EAI_AGAIN || e == EAI_SYSTEM || e == EAI_MEMORY ? -EAGAIN : -ENOENT;
        return;
    }
    for (struct addrinfo *a = list; a && q->n < RESOLVE_MAX; a = a->ai_next) {
        struct endpoint *to = &q->endpoint[q->n];
        if (a->ai_family != AF_INET && a->ai_family != AF_INET6)
            continue;
        memcpy(to, a->ai_addr, a->ai_addrlen < sizeof(*to) ? a->ai_addrlen : sizeof(*to));
        if (a->ai_family == AF_INET)
            to->v4.sin_port = htons(q->port);
        else
            to->v6.sin6_port = htons(q->port);
        q->n++;
    }
    freeaddrinfo(list);
    q->error = q->n ? 0 : -ENOENT;
}

static void *work(void *user)
{
    struct resolver *r = user;
    pthread_mutex_lock(&r->lock);
    while (!r->closed) {
        struct question *q = r->asked;
        if (!q) {
            pthread_cond_wait(&r->some, &r->lock);
            continue;
        }
        r->asked = q->next;
        pthread_mutex_unlock(&r->lock);
        look_up(q);
        pthread_mutex_lock(&r->lock);
        q->next = r->answered;
        r->answered = q;
        uint64_t one = 1;
        /* cannot fail or block: the counter is far from its end */
        (void)!write(r->wake, &one, sizeof(one));
    }
    pthread_mutex_unlock(&r->lock);
    let_go(r);
    return NULL;
}

static int on_answers(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)source;
    (void)events;
    struct resolver *r = user;
    uint64_t count;
    (void)!read(fd, &count, sizeof(count));
    pthread_mutex_lock(&r->lock);
    struct question *q = r->answered;
    r->answered = NULL;
    pthread_mutex_unlock(&r->lock);
    while (q) {
        struct question *next = q->next;
        if (q->done)
            q->done(q->user, q->error, q->endpoint, q->n);
        free(q);
        q = next;
    }
    return 0;
}

/* Nobody waits for it: it may be in the middle of a question for long. */
static int begin_thread(struct resolver *r)
{
    pthread_t thread;
    int e = thread_begin(&thread, "resolve", STACK_SIZE, work, r);
    if (e >= 0)
        pthread_detach(thread);
    return e;
}

int resolver_new(sd_event *loop, struct resolver **ret)
{
    struct resolver *r = calloc(1, sizeof(*r));
    if (!r)
        return -ENOMEM;
    r->users = 1;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->some, NULL);
    r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int e = r->wake < 0 ? -errno : sd_event_add_io(loop, &r->source, r->wake, 1 /* EPOLLIN */, on_answers, r);
    if (e >= 0) {
        r->users = 2;
        e = begin_thread(r);
        if (e < 0)
            r->users = 1;
    }
    if (e < 0) {
        r->source = sd_event_source_disable_unref(r->source);
        let_go(r);
        return e;
    }
    *ret = r;
    return 0;
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    r->source = sd_event_source_disable_unref(r->source);
    pthread_mutex_lock(&r->lock);
    r->closed = true;
    pthread_cond_signal(&r->some);
    pthread_mutex_unlock(&r->lock);
    let_go(r);
}

int resolve(struct resolver *r, const char *host, uint16_t port, resolved *done, void *user, struct question **ret)
{
    size_t length = strlen(host);
    struct question *q = calloc(1, sizeof(*q) + length + 1);
    if (!q)
        return -ENOMEM;
    memcpy(q->host, host, length);
    q->port = port;
    q->done = done;
    q->user = user;
    pthread_mutex_lock(&r->lock);
    struct question **end = &r->asked;
    while (*end)
        end = &(*end)->next;
    *end = q;
    pthread_cond_signal(&r->some);
    pthread_mutex_unlock(&r->lock);
    *ret = q;
    return 0;
}

void resolve_cancel(struct question *q)
{
    /* `done` is the loop's alone: the thread neither reads nor writes it */
    if (q)
        q->done = NULL;
}

bool resolve_numeric(const char *host, uint16_t port, struct endpoint *ret)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *list = NULL;
    /* AI_NUMERICHOST never asks a server, and it knows scopes */
    if (getaddrinfo(host, NULL, &hints, &list) != 0)
        return false;
    memset(ret, 0, sizeof(*ret));
    memcpy(ret, list->ai_addr, list->ai_addrlen < sizeof(*ret) ? list->ai_addrlen : sizeof(*ret));
    bool v4 = list->ai_family == AF_INET, known = v4 || list->ai_family == AF_INET6;
    freeaddrinfo(list);
    if (v4)
        ret->v4.sin_port = htons(port);
    else
        ret->v6.sin6_port = htons(port);
    return known;
}

void endpoint_format(const struct endpoint *e, char ret[ENDPOINT_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "", scope[IF_NAMESIZE + 1] = "";
    if (e->any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &e->v4.sin_addr, host, sizeof(host));
        snprintf(ret, ENDPOINT_TEXT_MAX, "%s:%u", host, (unsigned)ntohs(e->v4.sin_port));
        return;
    }
    inet_ntop(AF_INET6, &e->v6.sin6_addr, host, sizeof(host));
    if (e->v6.sin6_scope_id && if_indextoname(e->v6.sin6_scope_id, scope + 1))
        scope[0] = '%';
    snprintf(ret, ENDPOINT_TEXT_MAX, "[%s%s]:%u", host, scope, (unsigned)ntohs(e->v6.sin6_port));
}

socklen_t endpoint_size(const struct endpoint *e)
{
    return e->any.sa_family == AF_INET ? sizeof(e->v4) : sizeof(e->v6);
}
