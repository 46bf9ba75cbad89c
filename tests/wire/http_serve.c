/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_serve.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-event.h>
#include <unistd.h>

struct serve {
    pthread_t thread;
    sem_t ready;
    int stop;
    void (*open)(sd_event *loop, void *user);
    void (*close)(void *user);
    void *user;
};

static int on_stop(sd_event_source *source, int fd, uint32_t events, void *user)
{
    (void)fd, (void)events, (void)user;
    return sd_event_exit(sd_event_source_get_event(source), 0);
}

static void *run(void *arg)
{
    struct serve *serve = arg;
    sd_event *loop = NULL;
    if (sd_event_new(&loop) < 0 || sd_event_add_io(loop, NULL, serve->stop, EPOLLIN, on_stop, NULL) < 0)
        abort();
    serve->open(loop, serve->user);
    sem_post(&serve->ready);
    sd_event_loop(loop);
    serve->close(serve->user);
    sd_event_unref(loop);
    return NULL;
}

struct serve *serve_start(void (*open)(sd_event *loop, void *user), void (*close)(void *user), void *user)
{
    struct serve *serve = calloc(1, sizeof *serve);
    if (!serve)
        abort();
    *serve = (struct serve){.stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .open = open, .close = close, .user = user};
    sem_init(&serve->ready, 0, 0);
    pthread_create(&serve->thread, NULL, run, serve);
    sem_wait(&serve->ready);
    return serve;
}

void serve_stop(struct serve *serve)
{
    eventfd_write(serve->stop, 1);
    pthread_join(serve->thread, NULL);
    close(serve->stop);
    free(serve);
}

int client_connect(const char *path, unsigned short port)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval limit = {.tv_sec = 60};
    int fd = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        abort();
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (path)
        snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
    int r = path ? connect(fd, (struct sockaddr *)&un, sizeof un) : connect(fd, (struct sockaddr *)&in, sizeof in);
    if (r == 0)
        return fd;
    close(fd);
    return -1;
}

/* Whether the answer is there as long as its head says. */
static int whole(const char *answer, size_t n)
{
    const char *body = strstr(answer, "\r\n\r\n"), *length = strcasestr(answer, "\r\nContent-Length:");
    return body && length && length < body && (size_t)(body + 4 - answer) + strtoul(length + 17, NULL, 10) <= n;
}

size_t client_ask(int fd, const char *text, size_t n, char *answer, size_t size)
{
    size_t sent = 0, got = 0;
    while (sent < n) {
        ssize_t k = send(fd, text + sent, n - sent, MSG_NOSIGNAL);
        if (k <= 0)
            break; /* it may answer and close before it read all */
        sent += (size_t)k;
    }
    *answer = '\0';
    while (got < size - 1 && !whole(answer, got)) {
        ssize_t k = recv(fd, answer + got, size - 1 - got, 0);
        if (k <= 0)
            break;
        got += (size_t)k;
        answer[got] = '\0';
    }
    return got;
}

int client_status(const char *answer)
{
    int status = 0;
    return sscanf(answer, "HTTP/1.%*d %d", &status) == 1 ? status : 0;
}
