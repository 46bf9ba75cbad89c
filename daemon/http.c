/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http.h"

#include "daemon/http_listener.h"
#include "daemon/http_request.h"
#include "daemon/http_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#define REQUEST_US (30 * 1000000ull)

struct door {
    struct entry entry;
    struct listener *listener;
    char *name; /* path, or host:port: equal names are one listener */
    char *path; /* unix socket; NULL */
    uint16_t port;
};

struct http {
    sd_event *loop;
    struct requests *requests;
    size_t n;
    struct door **door;
};

static void door_free(struct door *door)
{
    if (!door)
        return;
    listener_close(door->listener);
    if (door->path)
        unlink(door->path);
    free(door->name);
    free(door->path);
    free(door);
}

static int door_open(struct http *http, const struct http_config *config, const char *name, struct door **ret,
                     char words[240])
{
    int fd, r = config->unix_path ? http_socket_unix(config->unix_path, &fd, words)
                                  : http_socket_tcp(config->host, config->port, &fd, words);
    if (r < 0)
        return r;
    struct sockaddr_storage bound = {0};
    socklen_t size = sizeof bound;
    getsockname(fd, (struct sockaddr *)&bound, &size);
    struct door *door = calloc(1, sizeof *door);
    if (!door)
        abort();
    door->entry = (struct entry){http->requests, config->unix_path != NULL};
    door->name = strdup(name);
    door->path = config->unix_path ? strdup(config->unix_path) : NULL;
    door->port = bound.ss_family == AF_INET6  ? ntohs(((struct sockaddr_in6 *)&bound)->sin6_port)
                 : bound.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&bound)->sin_port)
                                              : 0;
    const struct listener_limits limits = {.request_us = REQUEST_US};
    r = listener_open(http->loop, fd, &limits, requests_handle, requests_completed, &door->entry, &door->listener);
    if (r < 0) {
        snprintf(words, 240, "%.160s: %.60s", name, strerror(-r));
        door_free(door);
        return r;
    }
    *ret = door;
    return 0;
}

static struct door *find_door(const struct http *http, const char *name)
{
    for (size_t i = 0; i < http->n; i++)
        if (!strcmp(http->door[i]->name, name))
            return http->door[i];
    return NULL;
}

static bool listed(struct door *const *doors, size_t n, const struct door *door)
{
    for (size_t i = 0; i < n; i++)
        if (doors[i] == door)
            return true;
    return false;
}

int http_listen(struct http *http, size_t n, const struct http_config *listen, char words[240])
{
    struct door **doors = calloc(n + 1, sizeof(struct door *));
    size_t count = 0;
    int r = doors ? 0 : -ENOMEM;
    for (size_t i = 0; !r && i < n; i++) {
        char name[320];
        if (listen[i].unix_path)
            snprintf(name, sizeof name, "unix:%s", listen[i].unix_path);
        else
            snprintf(name, sizeof name, "%s:%u", listen[i].host ? listen[i].host : "*", (unsigned)listen[i].port);
        doors[count] = find_door(http, name);
        if (!doors[count])
            r = door_open(http, &listen[i], name, &doors[count], words);
        count += !r;
    }
    struct door **gone = r < 0 ? doors : http->door;
    struct door **kept = r < 0 ? http->door : doors;
    size_t n_gone = r < 0 ? count : http->n, n_kept = r < 0 ? http->n : count;
    if (!r)
        requests_release(http->requests, false); /* a listener is not closed while a connection waits */
    http->door = kept;
    http->n = n_kept;
    for (size_t i = 0; i < n_gone; i++)
        if (!listed(kept, n_kept, gone[i]))
            door_free(gone[i]);
    free(gone);
    return r;
}

static void turn_all(void *user)
{
    struct http *http = user;
    for (size_t i = 0; i < http->n; i++)
        listener_turn(http->door[i]->listener);
}

int http_start(sd_event *loop, size_t n, const struct http_config *listen, const struct http_service *service,
               struct http **ret, char words[240])
{
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        return -ENOMEM;
    http->loop = sd_event_ref(loop);
    int r = requests_new(loop, service, turn_all, http, &http->requests);
    if (r >= 0)
        r = http_listen(http, n, listen, words);
    if (r < 0) {
        http_stop(http);
        return r;
    }
    *ret = http;
    return 0;
}

void http_flushed(struct http *http, uint64_t token)
{
    requests_flushed(http->requests, token);
}

void http_stop(struct http *http)
{
    if (!http)
        return;
    if (http->requests)
        requests_release(http->requests, false);
    for (size_t i = 0; i < http->n; i++)
        door_free(http->door[i]);
    free(http->door);
    requests_free(http->requests);
    sd_event_unref(http->loop);
    free(http);
}

uint16_t http_port(const struct http *http, size_t i)
{
    return i < http->n ? http->door[i]->port : 0;
}
