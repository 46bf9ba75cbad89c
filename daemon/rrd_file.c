/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rrd_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <rrd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* librrd gives no code: its text, or errno where the text is empty, as it is on a full disk. */
static int failed(const char *path, const char *doing, char words[RRD_WORDS])
{
    int code = errno;
    const char *text = rrd_test_error() ? rrd_get_error() : "";
    if (strstr(text, "could not lock"))
        code = EAGAIN;
    else if (!code)
        code = EIO;
    snprintf(words, RRD_WORDS, "%s: cannot %s: %s", path, doing, *text ? text : strerror(code));
    rrd_clear_error();
    return -code;
}

static int full_path(const char *root, const char *path, char ret[PATH_MAX])
{
    /* librrd takes a rejected file's path as a format */
    if (strchr(root, '%') || snprintf(ret, PATH_MAX, "%s/%s", root, path) >= PATH_MAX)
        return -ENAMETOOLONG;
    return 0;
}

static int create(const char *full, const char *path, const struct rrd_plan *plan, int64_t begin_s, bool from_itself,
                  char words[RRD_WORDS])
{
    struct rrd_arguments arguments;
    const char *sources[] = {full, NULL};
    rrd_plan_arguments(plan, &arguments);
    rrd_clear_error();
    errno = 0;
    int r = rrd_create_r2(full, (unsigned long)plan->step_s, from_itself ? -1 : (time_t)begin_s, !from_itself,
                          from_itself ? sources : NULL, NULL, arguments.n, arguments.argument);
    if (r < 0 || rrd_test_error())
        return failed(path, from_itself ? "change its archives" : "make it", words);
    return 0;
}

/* Away with the last archive. Nobody's rrdcached is asked, whatever the environment says. */
static int drop_archive(char *full, const char *path, size_t last, char words[RRD_WORDS])
{
    char which[32];
    char *argv[] = {"tune", "--daemon", "", full, which, NULL};
    snprintf(which, sizeof which, "DELRRA:%zu", last);
    rrd_clear_error();
    errno = 0;
    if (rrd_tune(sizeof argv / sizeof argv[0] - 1, argv) != 0 || rrd_test_error())
        return failed(path, "change its archives", words);
    return 0;
}

/* librrd fills long rows from single steps. Where these are too few it adds an archive of its own for the time being,
 * and reads far behind its data sources' state as it does so (rra_for_cdp_prefilling: pdp_prep by the archive's index):
 * a thread near its heap's end dies of it. So it is given one. Killed in between, the file has an archive more than its
 * plan, and is brought to it the next time. */
static int migrate(char *full, const char *path, const struct rrd_plan *plan, char words[RRD_WORDS])
{
    struct rrd_plan filled = *plan;
    bool more = rrd_plan_filler(plan, &filled.archive[plan->n_archives]);
    filled.n_archives += more;
    int r = create(full, path, &filled, 0, true, words);
    return r < 0 || !more ? r : drop_archive(full, path, plan->n_archives, words);
}

static int make_directory(const char *full, const char *path, char words[RRD_WORDS])
{
    char directory[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", full);
    *strrchr(directory, '/') = '\0';
    if (mkdir(directory, 0755) < 0 && errno != EEXIST) {
        int r = -errno;
        snprintf(words, RRD_WORDS, "%s: cannot make its directory: %s", path, strerror(-r));
        return r;
    }
    return 0;
}

static int set_aside(const char *full, const char *path, int64_t now_s, const char *why, char words[RRD_WORDS])
{
    char aside[PATH_MAX + 60], stamp[20];
    struct tm tm;
    time_t now = (time_t)now_s;
    gmtime_r(&now, &tm);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
    snprintf(aside, sizeof aside, "%s.bad-%s", full, stamp);
    /* two in one second: neither is lost */
    for (int i = 2; i < 100 && faccessat(AT_FDCWD, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0; i++)
        snprintf(aside, sizeof aside, "%s.bad-%s.%d", full, stamp, i);
    if (rename(full, aside) < 0) {
        int r = -errno;
        snprintf(words, RRD_WORDS, "%s: %s, and it cannot be set aside: %s", path, why, strerror(-r));
        return r;
    }
    snprintf(words, RRD_WORDS, "%s: %s; set aside as %s and begun anew", path, why, strrchr(aside, '/') + 1);
    return 0;
}

/* A copied file may have holes, and librrd writes through a map: filled now, or refused now. */
static int fill_holes(const char *full, const char *path, char words[RRD_WORDS])
{
    struct stat status;
    int r = 0, fd = open(full, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) == 0 && fallocate(fd, 0, 0, status.st_size) < 0 && errno != EOPNOTSUPP) {
        r = -errno;
        snprintf(words, RRD_WORDS, "%s: has holes that cannot be filled: %s", path, strerror(-r));
    }
    close(fd);
    return r;
}

int rrd_file_ready(const char *root, const char *path, const struct rrd_plan *wanted, int64_t begin_s, int64_t now_s,
                   struct rrd_plan *ret_plan, int64_t *ret_last_s, enum rrd_outcome *ret, char words[RRD_WORDS])
{
    char full[PATH_MAX], why[160];
    struct rrd_head head;
    struct rrd_plan plan = *wanted;
    enum rrd_outcome outcome = RRD_CREATED;
    int64_t last = begin_s;
    words[0] = '\0';
    int r = full_path(root, path, full);
    if (r < 0)
        return r;
    r = rrd_head_read(full, &head, why);
    if (r == -EBADMSG || r == -EMEDIUMTYPE || r == -ELOOP || r == -EISDIR) {
        outcome = RRD_REPLACED;
        r = set_aside(full, path, now_s, why, words);
        if (r < 0)
            return r;
        r = -ENOENT;
    }
    if (r == -ENOENT) {
        char trouble[RRD_WORDS] = "";
        r = make_directory(full, path, trouble);
        if (r >= 0)
            r = create(full, path, &plan, begin_s, false, trouble);
        if (r < 0)
            memcpy(words, trouble, sizeof trouble);
    } else if (r < 0) {
        snprintf(words, RRD_WORDS, "%s: cannot read it: %s", path, why);
    } else {
        outcome = rrd_plan_merge(wanted, &head.plan, &plan) ? RRD_MIGRATED : RRD_AS_IT_WAS;
        last = head.last_s;
        if (head.sparse)
            r = fill_holes(full, path, words);
        if (r >= 0 && outcome == RRD_MIGRATED)
            r = migrate(full, path, &plan, words);
    }
    if (r < 0)
        return r;
    *ret_plan = plan;
    *ret_last_s = last;
    *ret = outcome;
    return 0;
}

int rrd_file_update(const char *root, const char *path, int n, const char **sample, char words[RRD_WORDS])
{
    char full[PATH_MAX];
    int r = full_path(root, path, full);
    if (r < 0)
        return r;
    rrd_clear_error();
    errno = 0;
    if (rrd_updatex_r(full, NULL, RRD_SKIP_PAST_UPDATES, n, sample) < 0 || rrd_test_error())
        return failed(path, "update it", words);
    return 0;
}

/* mkstemp's letters only: somebody's total.rrd.saved is not ours to remove */
#define LETTER    "[A-Za-z0-9]"
#define TEMPORARY "*.rrd" LETTER LETTER LETTER LETTER LETTER LETTER

static unsigned sweep_one(int parent, const char *name)
{
    unsigned n = 0;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (!directory) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(directory));)
        if (!fnmatch(TEMPORARY, entry->d_name, 0) && unlinkat(fd, entry->d_name, 0) == 0)
            n++;
    closedir(directory);
    return n;
}

unsigned rrd_file_sweep(const char *root)
{
    unsigned n = 0;
    DIR *directory = opendir(root);
    if (!directory)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory));)
        if (entry->d_name[0] != '.')
            n += sweep_one(dirfd(directory), entry->d_name);
    closedir(directory);
    return n;
}
