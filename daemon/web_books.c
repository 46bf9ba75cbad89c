/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_books.h"

#include "daemon/web_worker.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#define CHILDREN    2
#define DEADLINE_US (20 * 1000000ull)
#define KEPT        32 /* answers */
#define FRESH_S     10

struct waiter {
    struct waiter *next;
    books_done *done;
    void *context;
};

/* A question: waiting, with a child, or answered and kept for a while. */
struct question {
    struct question *next;
    char *text;
    json_t *answer;
    uint64_t fresh_us, asked_us, answered_us;
    struct waiter *waiters;
    struct child *child;
};

struct child {
    struct books *books;
    struct worker *worker;
    struct question *question; /* in its hands */
    bool old;                  /* of an earlier configuration */
};

struct books {
    sd_event *loop;
    sd_event_source *timer;
    char *const *argv;
    struct child child[CHILDREN];
    struct question *first;
    unsigned telling;
    bool ending;
};

static uint64_t now_us(const struct books *books)
{
    uint64_t now = 0;
    sd_event_now(books->loop, CLOCK_MONOTONIC, &now);
    return now;
}

static void question_free(struct question *question)
{
    for (struct waiter *w = question->waiters, *next; w; w = next) {
        next = w->next;
        free(w);
    }
    free(question->text);
    json_decref(question->answer);
    free(question);
}

/* Who is told may ask anew at once: nothing is swept away meanwhile. */
static void tell(struct books *books, struct question *question)
{
    struct waiter *waiters = question->waiters;
    question->waiters = NULL;
    books->telling++;
    for (struct waiter *w = waiters, *next; w; w = next) {
        next = w->next;
        w->done(w->context, question->answer);
        free(w);
    }
    books->telling--;
}

/* Lets go of what is no longer fresh, and of the oldest beyond KEPT. */
static void sweep(struct books *books)
{
    size_t kept = 0;
    if (books->telling)
        return;
    for (struct question **p = &books->first; *p;) {
        struct question *q = *p;
        bool done = !q->child && !q->waiters;
        if (done && (!q->answer || now_us(books) - q->answered_us > q->fresh_us || ++kept > KEPT)) {
            *p = q->next;
            question_free(q);
        } else {
            p = &q->next;
        }
    }
}

static void hand_out(struct books *books);

static void on_said(void *context, char *bytes, size_t n)
{
    struct child *child = context;
    struct question *question = child->question;
    child->question = NULL;
    if (question) {
        question->child = NULL;
        question->answered_us = now_us(child->books);
        question->answer = bytes ? json_loadb(bytes, n, 0, NULL) : NULL;
        tell(child->books, question);
    }
    free(bytes);
    if (!bytes || child->old) {
        worker_free(child->worker);
        child->worker = NULL;
        child->old = false;
    }
    sweep(child->books);
    hand_out(child->books);
}

/* The question that waits longest: they are pushed in front. */
static struct question *next_of(struct books *books)
{
    struct question *found = NULL;
    for (struct question *q = books->first; q; q = q->next)
        if (q->waiters && !q->child && !q->answer)
            found = q;
    return found;
}

static void hand_out(struct books *books)
{
    for (size_t i = 0; i < CHILDREN; i++) {
        struct child *child = &books->child[i];
        struct question *question = child->question ? NULL : next_of(books);
        if (!question)
            continue;
        int r = child->worker ? 0 : worker_new(books->loop, books->argv, on_said, child, &child->worker);
        if (!r)
            r = worker_tell(child->worker, question->text, strlen(question->text));
        if (r < 0) { /* nobody can be asked: better no answer than a page that waits */
            question->answered_us = now_us(books);
            tell(books, question);
            continue;
        }
        child->question = question;
        question->child = child;
        question->asked_us = now_us(books);
    }
}

static int on_timer(sd_event_source *source, uint64_t usec, void *user)
{
    struct books *books = user;
    (void)usec;
    for (size_t i = 0; i < CHILDREN; i++) {
        struct child *child = &books->child[i];
        if (!child->question || now_us(books) - child->question->asked_us < DEADLINE_US)
            continue;
        worker_free(child->worker);
        child->worker = NULL;
        on_said(child, NULL, 0);
    }
    sweep(books);
    hand_out(books);
    sd_event_source_set_time(source, now_us(books) + 1000000);
    return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void wait_for(struct question *question, books_done *done, void *context)
{
    struct waiter *waiter = malloc(sizeof *waiter);
    if (!waiter)
        abort();
    *waiter = (struct waiter){question->waiters, done, context};
    question->waiters = waiter;
}

void books_ask(struct books *books, const json_t *request, books_done *done, void *context)
{
    char *text = json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS);
    size_t waiting = 0;
    if (!text)
        abort();
    sweep(books);
    for (struct question *q = books->first; q; q = q->next) {
        waiting += q->waiters && !q->child;
        if (strcmp(q->text, text) != 0)
            continue;
        free(text);
        if (q->answer)
            done(context, q->answer);
        else
            wait_for(q, done, context);
        return;
    }
    struct question *question = waiting < BOOKS_QUEUE && !books->ending ? calloc(1, sizeof *question) : NULL;
    if (!question) {
        free(text);
        done(context, NULL);
        return;
    }
    const json_t *fresh = json_object_get(request, "fresh");
    question->fresh_us = (uint64_t)(json_is_integer(fresh) ? json_integer_value(fresh) : FRESH_S) * 1000000;
    question->text = text;
    question->next = books->first;
    books->first = question;
    wait_for(question, done, context);
    hand_out(books);
}

void books_renew(struct books *books)
{
    for (size_t i = 0; i < CHILDREN; i++) {
        struct child *child = &books->child[i];
        child->old = child->question != NULL;
        if (child->old)
            continue;
        worker_free(child->worker);
        child->worker = NULL;
    }
    for (struct question *q = books->first; q; q = q->next)
        q->fresh_us = 0;
}

int books_new(sd_event *loop, char *const *argv, struct books **ret)
{
    struct books *books = calloc(1, sizeof *books);
    if (!books)
        return -ENOMEM;
    books->loop = sd_event_ref(loop);
    books->argv = argv;
    for (size_t i = 0; i < CHILDREN; i++)
        books->child[i].books = books;
    int r = sd_event_add_time(loop, &books->timer, CLOCK_MONOTONIC, 0, 100000, on_timer, books);
    if (r < 0) {
        books_free(books);
        return r;
    }
    *ret = books;
    return 0;
}

void books_free(struct books *books)
{
    if (!books)
        return;
    books->ending = true;
    for (size_t i = 0; i < CHILDREN; i++)
        worker_free(books->child[i].worker);
    for (struct question *q = books->first; q; q = q->next)
        tell(books, q);
    for (struct question *q = books->first, *next; q; q = next) {
        next = q->next;
        question_free(q);
    }
    sd_event_source_disable_unref(books->timer);
    sd_event_unref(books->loop);
    free(books);
}
