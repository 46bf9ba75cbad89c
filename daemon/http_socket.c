/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/http_socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

static int refuse(int r, char words[240], const char *format, ...) __attribute__((format(printf, 3, 4)));
static int refuse(int r, char words[240], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(words, 240, format, args);
    va_end(args);
    return r;
}

static int failed(int fd, const char *what, char words[240])
{
    int r = -errno;
    refuse(r, words, "%s: %s", what, strerror(-r));
    if (fd >= 0)
        close(fd);
    return r;
}

/* Takes away what a daemon that is gone left behind, and nothing else. */
static int remove_stale(const struct sockaddr_un *address, char words[240])
{
    struct stat st;
    if (lstat(address->sun_path, &st) < 0)
        return errno == ENOENT ? 0 : failed(-1, address->sun_path, words);
    if (!S_ISSOCK(st.st_mode))
        return refuse(-EEXIST, words, "%s: is there and is not a socket", address->sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return failed(-1, address->sun_path, words);
    int r = connect(fd, (const struct sockaddr *)address, sizeof *address) < 0 ? -errno : 0;
    close(fd);
    if (r != -ECONNREFUSED)
        return refuse(-EADDRINUSE, words, "%s: another program listens there", address->sun_path);
    return unlink(address->sun_path) < 0 ? failed(-1, address->sun_path, words) : 0;
}

int http_socket_unix(const char *path, int *ret_fd, char words[240])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return refuse(-ENAMETOOLONG, words, "%s: longer than %zu characters", path, sizeof address.sun_path - 1);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int r = remove_stale(&address, words);
    if (r < 0)
        return r;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* the mode of the descriptor is the one that bind gives the file, less the umask: never open to others in between;
     * chmod then adds what the umask took */
    if (fd < 0 || fchmod(fd, 0660) < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        chmod(path, 0660) < 0 || listen(fd, BACKLOG) < 0)
        return failed(fd, path, words);
    *ret_fd = fd;
    return 0;
}

static int open_tcp(const struct addrinfo *at, bool any, int *ret_fd)
{
    int on = 1, off = 0;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on);
    if (bind(fd, at->ai_addr, at->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0) {
        int r = -errno;
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

int http_socket_tcp(const char *host, uint16_t port, int *ret_fd, char words[240])
{
    bool any = !host || !*host || !strcmp(host, "*");
    const char *number = any ? "::" : !strcmp(host, "localhost") ? "127.0.0.1" : host;
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *at;
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    if (getaddrinfo(number, service, &hints, &at) != 0)
        return refuse(-EINVAL, words, "%s: expected an address as a number, localhost or *", host);
    int r = open_tcp(at, any, ret_fd);
    freeaddrinfo(at);
    if (r == -EAFNOSUPPORT && any) /* a kernel without IPv6 */
        return http_socket_tcp("0.0.0.0", port, ret_fd, words);
    return r < 0 ? refuse(r, words, "%s:%u: %s", any ? "*" : host, (unsigned)port, strerror(-r)) : 0;
}
