/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/graph_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_FD  3
#define REPLY_MAX (64u << 20)
#define MEMORY    (1u << 30)
#define CPU_S     20 /* of one request */
#define FILES     128
#define ARGUMENTS 40

extern char **environ;

struct graph_reply {
    int error;
    enum graph_format format;
    uint64_t n;
    char words[GRAPH_WORDS];
};

static int spawn(const struct graph_place *place, int fd, pid_t *ret)
{
    const char *argv[ARGUMENTS] = {"wattwacht", "graph-child", place->state};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    size_t n = 3;
    for (size_t i = 0; i < place->n_dirs && n < ARGUMENTS - 1; i++)
        argv[n++] = place->dirs[i];
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, CHILD_FD);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int r = posix_spawn(ret, "/proc/self/exe", &actions, &attributes, (char **)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int graph_child_start(struct graph_child *child, const struct graph_place *place)
{
    int fds[2];
    pid_t pid;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    int r = spawn(place, fds[1], &pid);
    close(fds[1]);
    if (r < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0) {
        close(fds[0]);
        return r < 0 ? r : -errno;
    }
    *child = (struct graph_child){.pid = pid, .fd = fds[0]};
    return 0;
}

static void forget_reply(struct graph_child *child)
{
    free(child->head);
    free(child->bytes);
    child->head = NULL;
    child->bytes = NULL;
    child->have = 0;
}

void graph_child_end(struct graph_child *child)
{
    if (!child->pid)
        return;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(child->fd);
    forget_reply(child);
    child->pid = 0;
    child->fd = -1;
}

int graph_child_ask(struct graph_child *child, const struct graph_request *request)
{
    /* smaller than any socket's buffer, and the child has answered all before */
    ssize_t n = send(child->fd, request, sizeof *request, MSG_NOSIGNAL);
    return n == (ssize_t)sizeof *request ? 0 : -EPIPE;
}

/* Up to `size` bytes of the reply; at the n-th of it. */
static int take(struct graph_child *child, char *into, size_t size, size_t at)
{
    while (child->have - at < size) {
        ssize_t n = recv(child->fd, into + (child->have - at), size - (child->have - at), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return -EAGAIN;
        if (n <= 0)
            return -EPIPE;
        child->have += (size_t)n;
    }
    return 0;
}

int graph_child_hear(struct graph_child *child, struct graph_answer *ret)
{
    if (!child->head && !(child->head = calloc(1, sizeof *child->head)))
        abort();
    if (child->have < sizeof *child->head) {
        int r = take(child, (char *)child->head, sizeof *child->head, 0);
        if (r < 0)
            return r;
        if (child->head->n > REPLY_MAX || child->head->format >= GRAPH_FORMAT_COUNT || child->head->error > 0)
            return -EPROTO;
        child->bytes = child->head->n ? malloc(child->head->n) : NULL;
        if (child->head->n && !child->bytes)
            abort();
    }
    int r = take(child, child->bytes, child->head->n, sizeof *child->head);
    if (r < 0)
        return r;
    *ret = (struct graph_answer){.error = child->head->error,
                                 .type = graph_type(child->head->format),
                                 .n = child->head->n,
                                 .bytes = child->bytes};
    snprintf(ret->words, sizeof ret->words, "%.*s", GRAPH_WORDS - 1, child->head->words);
    child->bytes = NULL;
    child->drawn++;
    forget_reply(child);
    return 0;
}

static void limit(int what, rlim_t most)
{
    struct rlimit limit = {most, most};
    setrlimit(what, &limit);
}

static void limit_all(void)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, FILES);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__clang__)
    /* sanitizers reserve terabytes of addresses and write their reports */
    signal(SIGXFSZ, SIG_IGN);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_AS, MEMORY);
#endif
}

/* For the next request: what was used so far, and CPU_S more. */
static void limit_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    struct rlimit limit = {(rlim_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + CPU_S, RLIM_INFINITY};
    setrlimit(RLIMIT_CPU, &limit);
}

static bool send_all(const void *bytes, size_t n)
{
    const char *at = bytes;
    while (n) {
        ssize_t done = send(CHILD_FD, at, n, MSG_NOSIGNAL);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

static bool answer(const struct graph_request *request, const struct graph_answer *answer)
{
    struct graph_reply reply;
    memset(&reply, 0, sizeof reply);
    reply.error = answer->error;
    reply.format = request->format;
    reply.n = answer->n;
    memcpy(reply.words, answer->words, sizeof reply.words);
    return send_all(&reply, sizeof reply) && send_all(answer->bytes, answer->n);
}

static bool receive(struct graph_request *ret)
{
    ssize_t n;
    do
        n = recv(CHILD_FD, ret, sizeof *ret, MSG_WAITALL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *ret;
}

/* Where new devices were learnt. What was read stays where it cannot be read now. */
static void renew(const struct graph_place *place, struct graph **graph)
{
    struct graph *newer;
    struct diag *diag = diag_new();
    if (*graph && graph_is_old(*graph) && graph_open(place, diag, &newer) >= 0) {
        graph_close(*graph);
        *graph = newer;
    }
    diag_free(diag);
}

int graph_child_main(int argc, char **argv)
{
    struct graph_place place = {.dirs = (const char *const *)argv + 2,
                                .n_dirs = argc > 2 ? (size_t)argc - 2 : 0,
                                .state = argc > 1 ? argv[1] : ""};
    struct graph_request request;
    struct graph *graph = NULL;
    struct diag *diag = diag_new();
    if (!place.n_dirs || fcntl(CHILD_FD, F_GETFD) < 0) {
        fputs("wattwacht graph-child: started by the pool of graphs, not by people\n", stderr);
        diag_free(diag);
        return 2;
    }
    fcntl(CHILD_FD, F_SETFD, FD_CLOEXEC);
    limit_all();
    limit_time();
    int r = graph_open(&place, diag, &graph);
    while (receive(&request)) {
        struct graph_answer drawn = {.error = r};
        limit_time();
        renew(&place, &graph);
        if (graph)
            graph_run(graph, &request, &drawn);
        else
            snprintf(drawn.words, sizeof drawn.words, "%s", diag_first(diag) ? diag_first(diag) : strerror(-r));
        bool told = answer(&request, &drawn);
        graph_answer_done(&drawn);
        if (!told || !graph) /* a new child reads the configuration again */
            break;
    }
    graph_close(graph);
    diag_free(diag);
    return 0;
}
