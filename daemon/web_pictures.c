/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_pictures.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <systemd/sd-event.h>
#include <unistd.h>

struct wanted {
    struct wanted *next;
    struct pictures *pictures;
    struct graph_answer answer;
    picture_done *done;
    void *context;
};

struct pictures {
    struct graph_pool *pool;
    sd_event_source *source;
    int fd;
    pthread_mutex_t lock;
    struct wanted *answered; /* under the lock */
};

/* Everything that was answered, in the loop's thread. */
static void hand_over(struct pictures *pictures)
{
    pthread_mutex_lock(&pictures->lock);
    struct wanted *first = pictures->answered;
    pictures->answered = NULL;
    pthread_mutex_unlock(&pictures->lock);
    for (struct wanted *w = first, *next; w; w = next) {
        next = w->next;
        w->done(w->context, &w->answer);
        graph_answer_done(&w->answer);
        free(w);
    }
}

static int on_answered(sd_event_source *source, int fd, uint32_t events, void *user)
{
    uint64_t count;
    (void)source, (void)events;
    if (read(fd, &count, sizeof count) == sizeof count)
        hand_over(user);
    return 0;
}

/* The pool's thread, or the loop's for what is refused at once. */
static void answered(void *context, struct graph_answer *answer)
{
    struct wanted *wanted = context;
    struct pictures *pictures = wanted->pictures;
    const uint64_t one = 1;
    wanted->answer = *answer;
    *answer = (struct graph_answer){0};
    pthread_mutex_lock(&pictures->lock);
    wanted->next = pictures->answered;
    pictures->answered = wanted;
    /* under the lock: pictures_free waits for nobody else */
    ssize_t n = write(pictures->fd, &one, sizeof one);
    pthread_mutex_unlock(&pictures->lock);
    (void)n; /* a full counter wakes the loop as well */
}

int pictures_new(sd_event *loop, const struct graph_pool_options *options, struct pictures **ret)
{
    struct pictures *pictures = calloc(1, sizeof *pictures);
    if (!pictures)
        return -ENOMEM;
    pthread_mutex_init(&pictures->lock, NULL);
    pictures->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int r = pictures->fd < 0 ? -errno : 0;
    if (!r)
        r = sd_event_add_io(loop, &pictures->source, pictures->fd, EPOLLIN, on_answered, pictures);
    if (r >= 0)
        r = graph_pool_new(options, &pictures->pool);
    if (r < 0) {
        pictures_free(pictures);
        return r;
    }
    *ret = pictures;
    return 0;
}

void pictures_free(struct pictures *pictures)
{
    if (!pictures)
        return;
    graph_pool_free(pictures->pool); /* answers all that wait */
    hand_over(pictures);
    sd_event_source_disable_unref(pictures->source);
    if (pictures->fd >= 0)
        close(pictures->fd);
    pthread_mutex_destroy(&pictures->lock);
    free(pictures);
}

void pictures_ask(struct pictures *pictures, const struct graph_request *request, picture_done *done, void *context)
{
    struct wanted *wanted = calloc(1, sizeof *wanted);
    if (!wanted)
        abort();
    *wanted = (struct wanted){.pictures = pictures, .done = done, .context = context};
    graph_pool_ask(pictures->pool, request, answered, wanted);
}

void pictures_renew(struct pictures *pictures)
{
    graph_pool_renew(pictures->pool);
}
