/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "state_file.h"
#include "drivers/part.h"
#include "state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int path_of(const char *state, const char *folder, const char *id, const char *end, char ret[PATH_MAX])
{
    if (!id_valid(id))
        return -EINVAL;
    return snprintf(ret, PATH_MAX, "%s/%s/%s%s", state, folder, id, end) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static char *read_all(int fd, size_t size)
{
    char *text = malloc(size + 1);
    size_t have = 0;
    ssize_t n = 1;
    while (text && have < size && (n = read(fd, text + have, size - have)) > 0)
        have += (size_t)n;
    if (text && n < 0) {
        free(text);
        return NULL;
    }
    if (text)
        text[have] = '\0';
    return text;
}

char *state_file_read(const char *state, const char *folder, const char *id)
{
    char path[PATH_MAX];
    struct stat status;
    char *text = NULL;
    if (path_of(state, folder, id, ".json", path) < 0)
        return NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= STATE_FILE_MAX)
        text = read_all(fd, (size_t)status.st_size);
    close(fd);
    return text;
}

static int write_all(int fd, const char *text, size_t n)
{
    while (n) {
        ssize_t done = write(fd, text, n);
        if (done < 0)
            return -errno;
        text += done;
        n -= (size_t)done;
    }
    return fsync(fd) < 0 ? -errno : 0;
}

int state_file_write(const char *state, const char *folder, const char *id, const char *json)
{
    char path[PATH_MAX], fresh[PATH_MAX], directory[PATH_MAX];
    if (strlen(json) > STATE_FILE_MAX)
        return -EFBIG;
    int r = path_of(state, folder, id, ".json", path);
    if (r >= 0)
        r = path_of(state, folder, id, ".new", fresh);
    if (r < 0)
        return r;
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    r = write_all(fd, json, strlen(json));
    if (close(fd) < 0 && r >= 0)
        r = -errno;
    if (r >= 0 && rename(fresh, path) < 0)
        r = -errno;
    if (r < 0) {
        unlink(fresh);
        return r;
    }
    snprintf(directory, sizeof directory, "%s/%s", state, folder);
    return state_dir_sync(directory);
}
