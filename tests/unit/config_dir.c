/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config_dir.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int dir_setup(void **state)
{
    struct dir *dir = calloc(1, sizeof *dir);
    strcpy(dir->path, "/tmp/test_config.XXXXXX");
    assert_non_null(mkdtemp(dir->path));
    *state = dir;
    return 0;
}

int dir_teardown(void **state)
{
    struct dir *dir = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", dir->path);
    int r = system(command);
    free(dir);
    return r;
}

void dir_write(const char *dir, const char *name, const char *text, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

int dir_load(const struct dir *dir, const struct config *previous, struct diag *diag, struct config **ret_config)
{
    const char *dirs[] = {dir->path};
    return config_load(dirs, 1, NULL, PROFILES_ALL, previous, diag, ret_config);
}
