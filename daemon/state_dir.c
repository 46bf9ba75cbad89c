/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int make(const char *path, char *words, size_t size)
{
    if (mkdir(path, 0755) == 0 || errno == EEXIST)
        return 0;
    int r = -errno;
    snprintf(words, size, "%s: cannot make it: %s", path, strerror(-r));
    return r;
}

static int take_lock(const char *state, int fd, char *words, size_t size)
{
    char holder[24] = "";
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        int n = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
        /* for people only: the lock holds without it, so a full disk is no reason to refuse */
        if (ftruncate(fd, 0) == 0)
            (void)!pwrite(fd, holder, (size_t)n, 0);
        return 0;
    }
    int r = errno == EWOULDBLOCK ? -EBUSY : -errno;
    ssize_t n = pread(fd, holder, sizeof holder - 1, 0);
    holder[n > 0 ? strcspn(holder, "\n") : 0] = '\0';
    if (r == -EBUSY)
        snprintf(words, size, "%s: in use by another process (%s): one state directory serves one daemon", state,
                 *holder ? holder : "unknown");
    else
        snprintf(words, size, "%s/lock: %s", state, strerror(-r));
    return r;
}

int state_dir_take(const char *state, int *ret_fd, char *words, size_t size)
{
    static const char *const inner[] = {"", "/rrd", "/devices", "/mqtt"};
    char path[PATH_MAX];
    if (strlen(state) > PATH_MAX - 200 || strchr(state, '%')) {
        snprintf(words, size, "%s: not usable as a state directory: too long, or with a %%", state);
        return -EINVAL;
    }
    for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++) {
        snprintf(path, sizeof path, "%s%s", state, inner[i]);
        int r = make(path, words, size);
        if (r < 0)
            return r;
    }
    snprintf(path, sizeof path, "%s/lock", state);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        int r = -errno;
        snprintf(words, size, "%s: %s", path, strerror(-r));
        return r;
    }
    int r = take_lock(state, fd, words, size);
    if (r < 0) {
        close(fd);
        return r;
    }
    *ret_fd = fd;
    return 0;
}

int state_dir_sync(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}
