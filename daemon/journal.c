/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/journal.h"

#include "daemon/wire_text.h"
#include "drivers/thread.h"

#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#include <time.h>

#define LINES_MAX  1000
#define FIELDS_MAX 14

struct line {
    struct line *next;
    int priority;
    unsigned n;
    char *field[FIELDS_MAX]; /* "NAME=value"; the first is MESSAGE */
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_t thread;
    struct line *first, **last;
    size_t waiting;
    uint64_t dropped, said;
    bool running, stop, idle, journal;
} q = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

static const char *const words[] = {"emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"};

static void line_free(struct line *line)
{
    for (unsigned i = 0; i < line->n; i++)
        free(line->field[i]);
    free(line);
}

static void add_field(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_field(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (line->n < FIELDS_MAX && vasprintf(&line->field[line->n], format, args) >= 0)
        line->n++;
    va_end(args);
}

static void write_stderr(const struct line *line)
{
    const char *text = line->n ? line->field[0] + strlen("MESSAGE=") : "";
    fprintf(stderr, "%s: %s\n", words[line->priority & 7], text);
}

static void write_line(const struct line *line)
{
    struct iovec fields[FIELDS_MAX];
    if (!q.journal) {
        write_stderr(line);
        return;
    }
    for (unsigned i = 0; i < line->n; i++)
        fields[i] = (struct iovec){line->field[i], strlen(line->field[i])};
    if (sd_journal_sendv(fields, (int)line->n) < 0)
        write_stderr(line);
}

/* Said once the queue moves again: a loss is never silent. */
static void say_dropped(uint64_t dropped)
{
    struct line line = {.priority = LOG_WARNING};
    add_field(&line, "MESSAGE=%llu log lines were lost: the journal did not take them in time",
              (unsigned long long)dropped);
    add_field(&line, "PRIORITY=%d", LOG_WARNING);
    write_line(&line);
    for (unsigned i = 0; i < line.n; i++)
        free(line.field[i]);
}

static void *run(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&q.lock);
    for (;;) {
        while (!q.first && !q.stop) {
            q.idle = true;
            pthread_cond_broadcast(&q.more);
            pthread_cond_wait(&q.more, &q.lock);
        }
        struct line *line = q.first;
        if (!line)
            break;
        q.idle = false;
        q.first = line->next;
        if (!q.first)
            q.last = &q.first;
        q.waiting--;
        uint64_t lost = q.dropped - q.said;
        q.said = q.dropped;
        pthread_mutex_unlock(&q.lock);
        write_line(line);
        line_free(line);
        if (lost)
            say_dropped(lost);
        pthread_mutex_lock(&q.lock);
    }
    q.idle = true;
    pthread_cond_broadcast(&q.more);
    pthread_mutex_unlock(&q.lock);
    return NULL;
}

/* Under systemd stderr is the journal's stream: $JOURNAL_STREAM names its device and inode. systemd.exec(5). */
static bool under_systemd(void)
{
    struct stat st;
    unsigned long long device, inode;
    const char *stream = getenv("JOURNAL_STREAM");
    if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2 || fstat(2, &st) < 0)
        return false;
    return st.st_dev == device && st.st_ino == inode;
}

int journal_start(void)
{
    q.last = &q.first;
    q.journal = under_systemd();
    int r = thread_begin(&q.thread, "journal", 0, run, NULL);
    q.running = r == 0;
    return r;
}

void journal_stop(void)
{
    struct timespec until;
    if (!q.running)
        return;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 2;
    pthread_mutex_lock(&q.lock);
    q.stop = true;
    pthread_cond_broadcast(&q.more);
    int r = 0;
    while ((q.first || !q.idle) && r == 0)
        r = pthread_cond_timedwait(&q.more, &q.lock, &until);
    bool done = !q.first && q.idle;
    pthread_mutex_unlock(&q.lock);
    /* a thread stuck in the journal's socket is left to the end of the process */
    if (done)
        pthread_join(q.thread, NULL);
    else
        pthread_detach(q.thread);
    q.running = false;
}

static void put(struct line *line)
{
    pthread_mutex_lock(&q.lock);
    bool room = q.waiting < LINES_MAX;
    if (room) {
        *q.last = line;
        q.last = &line->next;
        q.waiting++;
        pthread_cond_broadcast(&q.more);
    } else {
        q.dropped++;
    }
    pthread_mutex_unlock(&q.lock);
    if (!room)
        line_free(line);
}

static struct line *line_new(int priority, const char *text)
{
    struct line *line = calloc(1, sizeof *line);
    if (!line)
        abort();
    line->priority = priority;
    add_field(line, "MESSAGE=%s", text);
    add_field(line, "PRIORITY=%d", priority);
    add_field(line, "SYSLOG_IDENTIFIER=wattwachtd");
    return line;
}

void journal_line(int priority, const char *format, ...)
{
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (q.running)
        put(line_new(priority, text));
    else
        fprintf(stderr, "%s: %s\n", words[priority & 7], text);
}

static void add_number(struct line *line, const char *name, double value)
{
    char text[40];
    if (isnan(value))
        return;
    wire_number(text, sizeof text, value);
    add_field(line, "WATTWACHT_%s=%s", name, text);
}

static void add_text(struct line *line, const char *name, const char *text)
{
    if (text && *text)
        add_field(line, "WATTWACHT_%s=%s", name, text);
}

void journal_alert(const struct alert_entry *entry, const char *site, const char *message_id)
{
    char text[400];
    snprintf(text, sizeof text, "%s %s: %s", entry->rule, entry->raised ? "raised" : "cleared", entry->text);
    struct line *line = line_new(entry->raised ? entry->priority : LOG_WARNING, text);
    add_field(line, "MESSAGE_ID=%s", message_id);
    add_text(line, "RULE", entry->rule);
    add_text(line, "STATE", entry->raised ? "raised" : "cleared");
    add_text(line, "SITE", site);
    add_text(line, "ROOM", entry->room);
    add_text(line, "DEVICE", entry->device);
    add_text(line, "POINT", entry->point);
    add_number(line, "VALUE", entry->value);
    add_text(line, "UNIT", entry->unit);
    add_number(line, "LIMIT", entry->limit);
    put(line);
}

uint64_t journal_dropped(void)
{
    pthread_mutex_lock(&q.lock);
    uint64_t n = q.dropped;
    pthread_mutex_unlock(&q.lock);
    return n;
}
