/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backup.h"

#include "daemon/state_dir.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* An update holds its lock for a tenth of a millisecond. */
#define LOCK_TRIES   200
#define LOCK_WAIT_NS 10000000L
#define PREFIX       "wattwacht/"

struct backup {
    const char *state;
    FILE *out;
    struct archive *archive;
    char *buffer; /* one file: a file that grows while it is read must not break the archive */
    size_t buffer_size;
    size_t files;
};

static int tell(const struct backup *backup, const char *what, int r)
{
    fprintf(backup->out, "%s: %s\n", what, strerror(-r));
    return r;
}

static int tell_archive(const struct backup *backup)
{
    int code = archive_errno(backup->archive);
    fprintf(backup->out, "the archive: %s\n", archive_error_string(backup->archive));
    return code > 0 ? -code : -EIO;
}

/* librrd locks a file for each update, and lets go at once. */
static int lock_rrd(int fd)
{
    const struct timespec wait = {0, LOCK_WAIT_NS};
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (fcntl(fd, F_SETLK, &lock) == 0)
            return 0;
        if (errno != EAGAIN && errno != EACCES)
            return -errno;
        nanosleep(&wait, NULL);
    }
    return -EAGAIN;
}

static int read_whole(struct backup *backup, int fd, size_t size)
{
    if (size > backup->buffer_size) {
        char *grown = realloc(backup->buffer, size);
        if (!grown)
            return -ENOMEM;
        backup->buffer = grown;
        backup->buffer_size = size;
    }
    for (size_t have = 0; have < size;) {
        ssize_t n = read(fd, backup->buffer + have, size - have);
        if (n <= 0)
            return n < 0 ? -errno : -EIO; /* cut off under our hands */
        have += (size_t)n;
    }
    return 0;
}

static int add_entry(struct backup *backup, const char *name, const struct stat *status)
{
    char path[PATH_MAX];
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return -ENOMEM;
    snprintf(path, sizeof path, PREFIX "%s", name);
    archive_entry_set_pathname(entry, path);
    archive_entry_set_size(entry, status->st_size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, status->st_mode & 0777);
    archive_entry_set_mtime(entry, status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
    int r = 0;
    if (archive_write_header(backup->archive, entry) != ARCHIVE_OK ||
        archive_write_data(backup->archive, backup->buffer, (size_t)status->st_size) != (la_ssize_t)status->st_size)
        r = tell_archive(backup);
    archive_entry_free(entry);
    backup->files++;
    return r;
}

/* full under the name given. A file that is gone by now is none; links and directories are not ours. */
static int add_file(struct backup *backup, const char *full, const char *name, bool rrd)
{
    struct stat status;
    int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP ? 0 : tell(backup, full, -errno);
    int r = rrd ? lock_rrd(fd) : 0;
    if (r >= 0 && fstat(fd, &status) < 0)
        r = -errno;
    if (r >= 0 && !S_ISREG(status.st_mode)) {
        close(fd);
        return 0;
    }
    if (r >= 0)
        r = read_whole(backup, fd, (size_t)status.st_size);
    close(fd);
    if (r < 0)
        return tell(backup, full, r);
    return add_entry(backup, name, &status);
}

static int add_all(struct backup *backup, const char *pattern, bool rrd)
{
    char full[PATH_MAX];
    glob_t found;
    int r = 0;
    snprintf(full, sizeof full, "%s/%s", backup->state, pattern);
    if (glob(full, 0, NULL, &found) != 0)
        return 0;
    for (size_t i = 0; i < found.gl_pathc && r >= 0; i++)
        r = add_file(backup, found.gl_pathv[i], found.gl_pathv[i] + strlen(backup->state) + 1, rrd);
    globfree(&found);
    return r;
}

/* One moment's copy of the ledger into fd's file. */
static int copy_ledger(struct backup *backup, const char *target)
{
    char path[PATH_MAX];
    sqlite3 *from = NULL, *to = NULL;
    snprintf(path, sizeof path, "%s/ledger.db", backup->state);
    int rc = sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_open_v2(target, &to, SQLITE_OPEN_READWRITE, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(from, 5000);
        sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");
        rc = copy ? SQLITE_OK : sqlite3_errcode(to);
        if (copy) {
            /* all pages in one step: copied by pieces it begins again whenever the daemon writes */
            rc = sqlite3_backup_step(copy, -1);
            int finished = sqlite3_backup_finish(copy);
            rc = rc == SQLITE_DONE ? finished : rc;
        }
    }
    if (rc != SQLITE_OK)
        fprintf(backup->out, "%s: %s\n", path, sqlite3_errstr(rc));
    sqlite3_close(from);
    sqlite3_close(to);
    return rc == SQLITE_OK ? 0 : rc == SQLITE_CANTOPEN ? -ENOENT : rc == SQLITE_FULL ? -ENOSPC : -EIO;
}

static int add_ledger(struct backup *backup, const char *file)
{
    char target[PATH_MAX];
    snprintf(target, sizeof target, "%s.ledger-XXXXXX", file);
    int fd = mkostemp(target, O_CLOEXEC);
    if (fd < 0)
        return tell(backup, target, -errno);
    int r = copy_ledger(backup, target);
    if (r >= 0)
        r = fchmod(fd, 0644) < 0 ? -errno : add_file(backup, target, "ledger.db", false);
    close(fd);
    unlink(target);
    return r;
}

static const struct {
    const char *end;
    int (*filter)(struct archive *archive);
} endings[] = {
    {".tar", archive_write_add_filter_none},
    {".tar.gz", archive_write_add_filter_gzip},
    {".tgz", archive_write_add_filter_gzip},
    {".tar.zst", archive_write_add_filter_zstd},
};

static int begin(struct backup *backup, const char *file, int fd)
{
    size_t n = strlen(file);
    backup->archive = archive_write_new();
    if (!backup->archive)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t k = strlen(endings[i].end);
        if (n <= k || strcmp(file + n - k, endings[i].end) != 0)
            continue;
        if (endings[i].filter(backup->archive) != ARCHIVE_OK ||
            archive_write_set_format_pax_restricted(backup->archive) != ARCHIVE_OK ||
            archive_write_open_fd(backup->archive, fd) != ARCHIVE_OK)
            return tell_archive(backup);
        return 0;
    }
    fprintf(backup->out, "%s: expected a name that ends in .tar, .tar.gz or .tar.zst\n", file);
    return -EINVAL;
}

static int fill(struct backup *backup, const char *file, int fd)
{
    int r = begin(backup, file, fd);
    if (r >= 0)
        r = add_ledger(backup, file);
    if (r >= 0)
        r = add_all(backup, "devices/*.json", false);
    if (r >= 0)
        r = add_all(backup, "mqtt/*.json", false);
    if (r >= 0)
        r = add_all(backup, "rrd/*/*.rrd", true);
    if (r >= 0 && archive_write_close(backup->archive) != ARCHIVE_OK)
        r = tell_archive(backup);
    if (r >= 0 && (fchmod(fd, 0640) < 0 || fsync(fd) < 0))
        r = tell(backup, file, -errno);
    return r;
}

int backup_write(const char *state, const char *file, FILE *out)
{
    char fresh[PATH_MAX], directory[PATH_MAX];
    struct backup backup = {.state = state, .out = out};
    if (strlen(state) > PATH_MAX - 300 || strlen(file) > PATH_MAX - 40)
        return tell(&backup, file, -ENAMETOOLONG);
    snprintf(fresh, sizeof fresh, "%s.new-XXXXXX", file);
    int fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return tell(&backup, file, -errno);
    int r = fill(&backup, file, fd);
    archive_write_free(backup.archive);
    free(backup.buffer);
    close(fd);
    if (r >= 0 && rename(fresh, file) < 0)
        r = tell(&backup, file, -errno);
    if (r < 0) {
        unlink(fresh);
        return r;
    }
    snprintf(directory, sizeof directory, "%s", file);
    char *slash = strrchr(directory, '/');
    if (slash)
        slash[slash == directory] = '\0';
    (void)state_dir_sync(slash ? directory : "."); /* FAT and the like cannot: the file itself is on the disk */
    fprintf(out, "%s: %zu files\n", file, backup.files);
    return 0;
}
