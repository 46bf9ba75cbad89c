/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_broker.h"
#include "free_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

extern char **environ;

static void die(const char *what)
{
    fprintf(stderr, "mqtt_broker: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* err, out: -1, or the child's end of a pipe. */
static pid_t spawn(const char *const *argv, int out, int err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (out >= 0)
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (err >= 0)
        posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    if (posix_spawnp(&pid, argv[0], &actions, &attributes, (char *const *)argv, environ) != 0)
        die(argv[0]);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return pid;
}

static void run(const char *const *argv)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC), status;
    pid_t pid = spawn(argv, null, null);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        die(argv[0]);
    close(null);
}

__attribute__((format(printf, 3, 4))) static void write_file(const char *dir, const char *name, const char *format, ...)
{
    char path[128];
    va_list args;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "we");
    if (!file)
        die(path);
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fclose(file);
}

/* An authority, a certificate for the name localhost and nothing else, a client's, one of localhost that has expired,
 * and an authority that signed none.
 */
static void make_certificates(const char *dir)
{
    static const char *const authorities[] = {"ca", "other"};
    static const char *const signed_ones[] = {"localhost", "client", "expired"};
    char path[4][128];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path[0], sizeof path[0], "%s/%s.key", dir, authorities[i]);
        snprintf(path[1], sizeof path[1], "%s/%s.crt", dir, authorities[i]);
        snprintf(path[2], sizeof path[2], "/CN=%s", authorities[i]);
        run((const char *const[]){"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                  "-nodes", "-days", "2", "-keyout", path[0], "-out", path[1], "-subj", path[2], NULL});
    }
    for (size_t i = 0; i < 3; i++) {
        char authority[128], key[128], san[64];
        snprintf(path[0], sizeof path[0], "%s/%s.key", dir, signed_ones[i]);
        snprintf(path[1], sizeof path[1], "%s/%s.csr", dir, signed_ones[i]);
        snprintf(path[2], sizeof path[2], "/CN=%s", signed_ones[i]);
        snprintf(path[3], sizeof path[3], "%s/%s.crt", dir, signed_ones[i]);
        snprintf(authority, sizeof authority, "%s/ca.crt", dir);
        snprintf(key, sizeof key, "%s/ca.key", dir);
        snprintf(san, sizeof san, "subjectAltName=DNS:%s", i == 2 ? "localhost" : signed_ones[i]);
        write_file(dir, "san", "%s\n", san);
        char extensions[128];
        snprintf(extensions, sizeof extensions, "%s/san", dir);
        run((const char *const[]){"openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                                  "-keyout", path[0], "-out", path[1], "-subj", path[2], NULL});
        run((const char *const[]){"openssl", "x509", "-req", "-in", path[1], "-CA", authority, "-CAkey", key,
                                  "-CAcreateserial", "-days", i == 2 ? "-1" : "2", "-extfile", extensions, "-out",
                                  path[3], NULL});
    }
}

void broker_prepare(struct broker *broker, bool tls)
{
    char passwords[128];
    *broker = (struct broker){.dir = "/tmp/wattwacht-mqtt-XXXXXX", .tls = tls, .pid = -1, .err = -1};
    if (!mkdtemp(broker->dir))
        die("directory");
    broker->port = free_port(SOCK_STREAM);
    if (!broker->port)
        die("port");
    snprintf(passwords, sizeof passwords, "%s/passwords", broker->dir);
    run((const char *const[]){"mosquitto_passwd", "-c", "-b", passwords, "wattwacht", "geheim", NULL});
    run((const char *const[]){"mosquitto_passwd", "-b", passwords, "reader", "lezer", NULL});
    write_file(broker->dir, "acl",
               "user wattwacht\ntopic readwrite wattwacht/#\ntopic readwrite homeassistant/#\n"
               "user reader\ntopic read #\ntopic write homeassistant/#\n");
    if (tls)
        make_certificates(broker->dir);
    write_file(broker->dir, "mosquitto.conf",
               "per_listener_settings true\nlistener %u 127.0.0.1\nallow_anonymous false\npassword_file %s\n"
               "acl_file %s/acl\nlog_dest stderr\nlog_type notice\nlog_type information\nconnection_messages false\n",
               broker->port, passwords, broker->dir);
    char path[128];
    snprintf(path, sizeof path, "%s/mosquitto.conf", broker->dir);
    FILE *file = fopen(path, "ae");
    if (!file)
        die(path);
    if (geteuid() == 0)
        fputs("user root\n", file);
    if (tls)
        fprintf(file, "cafile %s/ca.crt\ncertfile %s/localhost.crt\nkeyfile %s/localhost.key\n", broker->dir,
                broker->dir, broker->dir);
    fclose(file);
}

void broker_configure(const struct broker *broker, const char *line)
{
    char path[128];
    snprintf(path, sizeof path, "%s/mosquitto.conf", broker->dir);
    FILE *file = fopen(path, "ae");
    if (!file)
        die(path);
    fprintf(file, "%s\n", line);
    fclose(file);
}

void broker_certify(const struct broker *broker, const char *name)
{
    static const char *const ends[] = {"crt", "key"};
    for (size_t i = 0; i < 2; i++) {
        char from[128], to[128];
        snprintf(from, sizeof from, "%s/%s.%s", broker->dir, name, ends[i]);
        snprintf(to, sizeof to, "%s/localhost.%s", broker->dir, ends[i]);
        if (rename(from, to) < 0)
            die(from);
    }
}

void broker_start(struct broker *broker)
{
    char config[128], log[4096];
    int ends[2];
    size_t n = 0;
    snprintf(config, sizeof config, "%s/mosquitto.conf", broker->dir);
    if (pipe2(ends, O_CLOEXEC) < 0)
        die("pipe");
    const char *path = access("/usr/sbin/mosquitto", X_OK) == 0 ? "/usr/sbin/mosquitto" : "mosquitto";
    broker->pid = spawn((const char *const[]){path, "-c", config, NULL}, -1, ends[1]);
    close(ends[1]);
    broker->err = ends[0];
    /* its log says when it listens; end of file: it ended instead */
    while (n + 1 < sizeof log) {
        ssize_t got = read(broker->err, log + n, sizeof log - 1 - n);
        if (got <= 0)
            die("mosquitto ended");
        n += (size_t)got;
        log[n] = '\0';
        if (strstr(log, " running"))
            return;
    }
    die("mosquitto does not say that it runs");
}

void broker_signal(const struct broker *broker, int signal)
{
    if (kill(broker->pid, signal) < 0)
        die("kill");
}

void broker_stop(struct broker *broker, int signal)
{
    int status;
    if (broker->pid < 0)
        return;
    broker_signal(broker, signal);
    waitpid(broker->pid, &status, 0);
    close(broker->err);
    broker->pid = -1;
}

void broker_done(struct broker *broker)
{
    broker_stop(broker, SIGKILL);
    run((const char *const[]){"rm", "-r", broker->dir, NULL});
}

void broker_publish(const struct broker *broker, const char *topic, const char *text, bool retained)
{
    char port[8];
    snprintf(port, sizeof port, "%u", broker->port);
    const char *argv[20] = {"mosquitto_pub", "-h", "127.0.0.1", "-p", port,  "-u", "reader", "-P",
                            "lezer",         "-q", "1",         "-t", topic, NULL};
    size_t n = 13;
    if (retained)
        argv[n++] = "-r";
    argv[n++] = text ? "-m" : "-n";
    argv[n++] = text;
    run(argv);
}

/* TOPIC|QOS|RETAINED|PAYLOAD */
static void hear(struct subscriber *subscriber, char *line)
{
    char *qos = strchr(line, '|'), *retained = qos ? strchr(qos + 1, '|') : NULL;
    char *payload = retained ? strchr(retained + 1, '|') : NULL;
    if (!payload || strlen(line) - strlen(qos) >= HEARD_TOPIC)
        return;
    *qos = *payload = '\0';
    struct heard *heard = (struct heard *)subscriber_heard(subscriber, line);
    if (!heard) {
        subscriber->heard = reallocarray(subscriber->heard, subscriber->n + 1, sizeof *heard);
        if (!subscriber->heard)
            die("memory");
        heard = &subscriber->heard[subscriber->n++];
        memset(heard, 0, sizeof *heard);
        memcpy(heard->topic, line, strlen(line) + 1);
    }
    snprintf(heard->payload, sizeof heard->payload, "%s", payload + 1);
    heard->qos = atoi(qos + 1);
    heard->retained = atoi(retained + 1) == 1;
    heard->count++;
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *context)
{
    struct subscriber *subscriber = context;
    (void)source;
    (void)events;
    ssize_t got = read(fd, subscriber->line + subscriber->n_line, sizeof subscriber->line - 1 - subscriber->n_line);
    if (got <= 0) {
        sd_event_source_set_enabled(source, SD_EVENT_OFF);
        return 0;
    }
    subscriber->n_line += (size_t)got;
    subscriber->line[subscriber->n_line] = '\0';
    char *begin = subscriber->line, *end;
    while ((end = strchr(begin, '\n'))) {
        *end = '\0';
        hear(subscriber, begin);
        begin = end + 1;
    }
    subscriber->n_line -= (size_t)(begin - subscriber->line);
    memmove(subscriber->line, begin, subscriber->n_line);
    return 0;
}

void subscriber_start(struct subscriber *subscriber, sd_event *loop, const struct broker *broker)
{
    char port[8], authority[128];
    int ends[2];
    *subscriber = (struct subscriber){0};
    snprintf(port, sizeof port, "%u", broker->port);
    snprintf(authority, sizeof authority, "%s/ca.crt", broker->dir);
    if (pipe2(ends, O_CLOEXEC) < 0)
        die("pipe");
    const char *argv[24] = {"mosquitto_sub", "-h", "localhost", "-p", port, "-u", "reader",      "-P",
                            "lezer",         "-t", "#",         "-q", "1",  "-F", "%t|%q|%r|%p", NULL};
    if (broker->tls) {
        argv[15] = "--cafile";
        argv[16] = authority;
    }
    subscriber->pid = spawn(argv, ends[1], -1);
    close(ends[1]);
    subscriber->fd = ends[0];
    if (sd_event_add_io(loop, &subscriber->source, subscriber->fd, EPOLLIN, on_output, subscriber) < 0)
        die("event");
}

void subscriber_stop(struct subscriber *subscriber)
{
    int status;
    kill(subscriber->pid, SIGKILL);
    waitpid(subscriber->pid, &status, 0);
    sd_event_source_disable_unref(subscriber->source);
    close(subscriber->fd);
    free(subscriber->heard);
}

const struct heard *subscriber_heard(const struct subscriber *subscriber, const char *topic)
{
    for (size_t i = 0; i < subscriber->n; i++)
        if (strcmp(subscriber->heard[i].topic, topic) == 0)
            return &subscriber->heard[i];
    return NULL;
}
