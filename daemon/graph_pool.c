/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_pool.h"

#include "daemon/graph_child.h"
#include "drivers/thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define DRAWN_MAX 1000 /* librrd and what is below it lose a little with each picture */

struct job {
    struct job *next;
    struct graph_request request;
    graph_done *done;
    void *context;
    unsigned tries;
};

struct slot {
    struct graph_child child;
    struct job *job; /* NULL: idle */
    int64_t deadline_ms;
    unsigned generation; /* of the configuration that the child has read */
};

struct graph_pool {
    struct graph_pool_options options;
    pthread_t thread;
    int wake;
    pthread_mutex_t lock; /* guards what follows */
    struct job *first, **last;
    size_t waiting;
    bool stop;
    unsigned generation;
    struct graph_pool_stats stats;
    /* the pool's thread only */
    struct slot slot[GRAPH_CHILDREN_MAX];
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void wake(struct graph_pool *pool)
{
    uint64_t one = 1;
    /* a full counter wakes as well */
    if (write(pool->wake, &one, sizeof one) < 0)
        return;
}

static void count(struct graph_pool *pool, uint64_t *figure)
{
    pthread_mutex_lock(&pool->lock);
    (*figure)++;
    pthread_mutex_unlock(&pool->lock);
}

static void finish(struct job *job, struct graph_answer *answer)
{
    job->done(job->context, answer);
    free(job);
}

static void refuse(struct job *job, int error, const char *words)
{
    struct graph_answer answer = {.error = error, .type = graph_type(job->request.format)};
    snprintf(answer.words, sizeof answer.words, "%s", words);
    finish(job, &answer);
}

static struct job *take_job(struct graph_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct job *job = pool->first;
    if (job) {
        pool->first = job->next;
        if (!pool->first)
            pool->last = &pool->first;
        pool->waiting--;
    }
    pthread_mutex_unlock(&pool->lock);
    return job;
}

/* A child that works with what the configuration is now; -errno where none can be started. */
static int ready(struct graph_pool *pool, struct slot *slot)
{
    pthread_mutex_lock(&pool->lock);
    unsigned generation = pool->generation;
    pthread_mutex_unlock(&pool->lock);
    if (slot->child.pid && (slot->generation != generation || slot->child.drawn >= DRAWN_MAX))
        graph_child_end(&slot->child);
    if (slot->child.pid)
        return 0;
    slot->generation = generation;
    return graph_child_start(&slot->child, &pool->options.place);
}

static void give(struct graph_pool *pool, struct slot *slot, struct job *job)
{
    char words[GRAPH_WORDS];
    int r = ready(pool, slot);
    /* one that died while it had nothing to do is no fault of the request */
    if (!r && graph_child_ask(&slot->child, &job->request) < 0) {
        graph_child_end(&slot->child);
        r = ready(pool, slot);
        if (!r)
            r = graph_child_ask(&slot->child, &job->request);
    }
    if (r < 0) {
        graph_child_end(&slot->child);
        snprintf(words, sizeof words, "no process that draws can be started: %s", strerror(-r));
        refuse(job, r, words);
        return;
    }
    slot->job = job;
    slot->deadline_ms = now_ms() + pool->options.deadline_ms;
}

static void distribute(struct graph_pool *pool)
{
    /* nobody has to wait for a start */
    for (unsigned i = 0; i < pool->options.children; i++)
        if (!pool->slot[i].job && pool->slot[i].child.pid)
            ready(pool, &pool->slot[i]);
    for (unsigned i = 0; i < pool->options.children; i++)
        while (!pool->slot[i].job) {
            struct job *job = take_job(pool);
            if (!job)
                return;
            give(pool, &pool->slot[i], job);
        }
}

static void died(struct graph_pool *pool, struct slot *slot)
{
    struct job *job = slot->job;
    bool useful = slot->child.drawn > 0;
    slot->job = NULL;
    graph_child_end(&slot->child);
    count(pool, &pool->stats.died);
    if (!job && useful)
        ready(pool, slot);
    else if (job && job->tries++ == 0)
        give(pool, slot, job);
    else if (job)
        refuse(job, -EPIPE, "the process that draws ended without an answer, twice");
}

static void hear(struct graph_pool *pool, struct slot *slot)
{
    struct graph_answer answer;
    int r = graph_child_hear(&slot->child, &answer);
    if (r == -EAGAIN)
        return;
    if (r < 0 || !slot->job) {
        if (!r)
            graph_answer_done(&answer);
        died(pool, slot);
        return;
    }
    struct job *job = slot->job;
    slot->job = NULL;
    count(pool, &pool->stats.drawn);
    finish(job, &answer);
}

static void check_deadline(struct graph_pool *pool, struct slot *slot, int64_t now)
{
    if (!slot->job || now < slot->deadline_ms)
        return;
    struct job *job = slot->job;
    char words[GRAPH_WORDS];
    slot->job = NULL;
    graph_child_end(&slot->child);
    count(pool, &pool->stats.late);
    snprintf(words, sizeof words, "not drawn within %.1f s: choose a shorter time or a smaller scope",
             (double)pool->options.deadline_ms / 1e3);
    refuse(job, -ETIMEDOUT, words);
}

/* Until a child says something, somebody asks, or a deadline is over. */
static void wait_for_news(struct graph_pool *pool)
{
    struct pollfd fds[GRAPH_CHILDREN_MAX + 1] = {{.fd = pool->wake, .events = POLLIN}};
    int64_t now = now_ms(), until = INT64_MAX;
    unsigned n = pool->options.children;
    for (unsigned i = 0; i < n; i++) {
        fds[i + 1] = (struct pollfd){.fd = pool->slot[i].child.pid ? pool->slot[i].child.fd : -1, .events = POLLIN};
        if (pool->slot[i].job && pool->slot[i].deadline_ms < until)
            until = pool->slot[i].deadline_ms;
    }
    int timeout = until == INT64_MAX ? -1 : until > now ? (int)(until - now) + 1 : 0;
    if (poll(fds, n + 1, timeout) < 0)
        return;
    uint64_t woken;
    if (fds[0].revents && read(pool->wake, &woken, sizeof woken) < 0)
        return;
    for (unsigned i = 0; i < n; i++)
        if (fds[i + 1].revents && pool->slot[i].child.pid)
            hear(pool, &pool->slot[i]);
    now = now_ms();
    for (unsigned i = 0; i < n; i++)
        check_deadline(pool, &pool->slot[i], now);
}

static bool stopped(struct graph_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool stop = pool->stop;
    pthread_mutex_unlock(&pool->lock);
    return stop;
}

static void *run(void *user)
{
    struct graph_pool *pool = user;
    struct job *job;
    for (unsigned i = 0; i < pool->options.children; i++)
        ready(pool, &pool->slot[i]); /* one that cannot be started now is tried with its first request */
    while (!stopped(pool)) {
        distribute(pool);
        wait_for_news(pool);
    }
    for (unsigned i = 0; i < pool->options.children; i++) {
        graph_child_end(&pool->slot[i].child);
        if (pool->slot[i].job)
            refuse(pool->slot[i].job, -ECANCELED, "the program ends");
    }
    while ((job = take_job(pool)))
        refuse(job, -ECANCELED, "the program ends");
    return NULL;
}

int graph_pool_new(const struct graph_pool_options *options, struct graph_pool **ret)
{
    struct graph_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        abort();
    pool->options = *options;
    if (!pool->options.children)
        pool->options.children = 2;
    if (pool->options.children > GRAPH_CHILDREN_MAX)
        pool->options.children = GRAPH_CHILDREN_MAX;
    if (pool->options.deadline_ms <= 0)
        pool->options.deadline_ms = 10000;
    pool->last = &pool->first;
    pthread_mutex_init(&pool->lock, NULL);
    pool->wake = eventfd(0, EFD_CLOEXEC);
    if (pool->wake < 0) {
        free(pool);
        return -errno;
    }
    int r = thread_begin(&pool->thread, "graphs", 0, run, pool);
    if (r < 0) {
        close(pool->wake);
        free(pool);
        return r;
    }
    *ret = pool;
    return 0;
}

void graph_pool_free(struct graph_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_mutex_unlock(&pool->lock);
    wake(pool);
    pthread_join(pool->thread, NULL);
    close(pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void graph_pool_ask(struct graph_pool *pool, const struct graph_request *request, graph_done *done, void *context)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->request = *request;
    job->done = done;
    job->context = context;
    pthread_mutex_lock(&pool->lock);
    pool->stats.asked++;
    bool full = pool->waiting >= GRAPH_QUEUE;
    if (full) {
        pool->stats.refused++;
    } else {
        *pool->last = job;
        pool->last = &job->next;
        pool->waiting++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (full)
        refuse(job, -EBUSY, "too many graphs are asked for at once: try again in a moment");
    else
        wake(pool);
}

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t come;
    bool done;
    struct graph_answer answer;
};

static void on_done(void *context, struct graph_answer *answer)
{
    struct waiter *waiter = context;
    pthread_mutex_lock(&waiter->lock);
    waiter->answer = *answer;
    waiter->done = true;
    pthread_cond_signal(&waiter->come);
    pthread_mutex_unlock(&waiter->lock);
}

void graph_pool_wait(struct graph_pool *pool, const struct graph_request *request, struct graph_answer *ret)
{
    struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER, .come = PTHREAD_COND_INITIALIZER};
    graph_pool_ask(pool, request, on_done, &waiter);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.done)
        pthread_cond_wait(&waiter.come, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    *ret = waiter.answer;
}

void graph_pool_renew(struct graph_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->generation++;
    pthread_mutex_unlock(&pool->lock);
    wake(pool);
}

void graph_pool_stats(struct graph_pool *pool, struct graph_pool_stats *ret)
{
    pthread_mutex_lock(&pool->lock);
    *ret = pool->stats;
    pthread_mutex_unlock(&pool->lock);
}
