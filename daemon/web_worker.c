/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define PIECE (256 * 1024)

extern char **environ;

struct worker {
    sd_event_source *source;
    pid_t pid;
    int fd;
    worker_said *said;
    void *context;
    uint32_t length; /* of the frame under way; got counts its head too */
    size_t got, size;
    char *bytes;
};

static void end_child(struct worker *worker)
{
    worker->source = sd_event_source_disable_unref(worker->source);
    if (worker->fd >= 0)
        close(worker->fd);
    worker->fd = -1;
    if (worker->pid > 0) {
        kill(worker->pid, SIGKILL);
        while (waitpid(worker->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    worker->pid = 0;
}

/* Room for `more` bytes of the frame; grows as they come, so that a length alone takes no memory. */
static bool grow(struct worker *worker, size_t more)
{
    if (worker->got + more <= worker->size)
        return true;
    size_t size = worker->size * 2 > worker->got + more ? worker->size * 2 : worker->got + more;
    char *bytes = realloc(worker->bytes, size);
    if (!bytes)
        return false;
    worker->bytes = bytes;
    worker->size = size;
    return true;
}

/* What is there of the frame; true when it is whole. *ret_r: -errno where the child is lost. */
static bool take(struct worker *worker, int *ret_r)
{
    for (;;) {
        size_t head = sizeof worker->length;
        size_t want = worker->got < head ? head - worker->got : head + worker->length - worker->got;
        if (worker->got >= head && !want)
            return true;
        want = want < PIECE ? want : PIECE;
        if (!grow(worker, want)) {
            *ret_r = -ENOMEM;
            return false;
        }
        ssize_t n = read(worker->fd, worker->bytes + worker->got, want);
        if (n <= 0) {
            *ret_r = n == 0 ? -EPIPE : errno == EAGAIN || errno == EINTR ? 0 : -errno;
            return false;
        }
        worker->got += (size_t)n;
        if (worker->got == head) {
            memcpy(&worker->length, worker->bytes, head);
            if (worker->length > WORKER_FRAME_MAX) {
                *ret_r = -EMSGSIZE;
                return false;
            }
        }
    }
}

static int on_bytes(sd_event_source *source, int fd, uint32_t events, void *user)
{
    struct worker *worker = user;
    int r = 0;
    (void)source, (void)fd, (void)events;
    if (take(worker, &r)) {
        size_t n = worker->length;
        char *bytes = worker->bytes;
        memmove(bytes, bytes + sizeof worker->length, n);
        worker->bytes = NULL;
        worker->got = worker->size = 0;
        worker->said(worker->context, bytes, n); /* may free the worker */
    } else if (r < 0) {
        end_child(worker);
        worker->said(worker->context, NULL, 0);
    }
    return 0;
}

static int spawn(struct worker *worker, char *const *argv, int theirs)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, theirs, 0);
    posix_spawn_file_actions_adddup2(&actions, theirs, 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int r = posix_spawn(&worker->pid, "/proc/self/exe", &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int worker_new(sd_event *loop, char *const *argv, worker_said *said, void *context, struct worker **ret)
{
    int pair[2];
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return -ENOMEM;
    *worker = (struct worker){.fd = -1, .said = said, .context = context};
    int r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ? -errno : 0;
    if (!r) {
        worker->fd = pair[0];
        fcntl(worker->fd, F_SETFL, O_NONBLOCK);
        r = spawn(worker, argv, pair[1]);
        close(pair[1]);
    }
    if (!r)
        r = sd_event_add_io(loop, &worker->source, worker->fd, EPOLLIN, on_bytes, worker);
    if (r < 0) {
        worker_free(worker);
        return r;
    }
    *ret = worker;
    return 0;
}

void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    end_child(worker);
    free(worker->bytes);
    free(worker);
}

int worker_tell(struct worker *worker, const void *bytes, size_t n)
{
    /* in one piece or not at all: what is told is small beside a socket's buffer */
    char frame[4096];
    uint32_t length = (uint32_t)n;
    if (n > sizeof frame - sizeof length)
        return -EMSGSIZE;
    memcpy(frame, &length, sizeof length);
    memcpy(frame + sizeof length, bytes, n);
    ssize_t sent = send(worker->fd, frame, sizeof length + n, MSG_NOSIGNAL);
    return sent == (ssize_t)(sizeof length + n) ? 0 : sent < 0 ? -errno : -EAGAIN;
}

static int read_all(void *to, size_t n)
{
    for (size_t got = 0; got < n;) {
        ssize_t r = read(0, (char *)to + got, n - got);
        if (r <= 0 && !(r < 0 && errno == EINTR))
            return r == 0 ? -EPIPE : -errno;
        got += r > 0 ? (size_t)r : 0;
    }
    return 0;
}

int worker_hear(int timeout_ms, char **ret_bytes, size_t *ret_n)
{
    struct pollfd wait = {.fd = 0, .events = POLLIN};
    uint32_t length;
    int ready = poll(&wait, 1, timeout_ms);
    if (ready <= 0)
        return ready == 0 || errno == EINTR ? -ETIMEDOUT : -errno;
    int r = read_all(&length, sizeof length);
    if (r < 0)
        return r;
    char *bytes = length <= WORKER_FRAME_MAX ? malloc((size_t)length + 1) : NULL;
    if (!bytes)
        return -ENOMEM;
    r = read_all(bytes, length);
    if (r < 0) {
        free(bytes);
        return r;
    }
    bytes[length] = '\0';
    *ret_bytes = bytes;
    *ret_n = length;
    return 0;
}

int worker_say(const void *bytes, size_t n)
{
    uint32_t length = (uint32_t)n;
    struct {
        const char *at;
        size_t n;
    } pieces[] = {{(const char *)&length, sizeof length}, {bytes, n}};
    for (int i = 0; i < 2; i++)
        while (pieces[i].n) {
            ssize_t sent = send(1, pieces[i].at, pieces[i].n, MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR)
                return -errno;
            pieces[i].at += sent > 0 ? sent : 0;
            pieces[i].n -= sent > 0 ? (size_t)sent : 0;
        }
    return 0;
}
