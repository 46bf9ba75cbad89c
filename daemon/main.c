/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wattwachtd: polls, stores, publishes, computes and alarms. Reads as a table of contents. */
#include "daemon/journal.h"
#include "daemon/loop_time.h"
#include "daemon/notify.h"
#include "daemon/options.h"
#include "daemon/service.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

enum { EXIT_WRONG = 1, EXIT_USAGE = 2 }; /* contract A */

struct arguments {
    struct option_list config;
    const char *state, *credentials;
};

static const struct option_row options[] = {
    {"config", OPTION_LIST, offsetof(struct arguments, config), "DIR", "configuration; /etc/wattwacht/conf.d"},
    {"state", OPTION_TEXT, offsetof(struct arguments, state), "DIR", "$STATE_DIRECTORY, else /var/lib/wattwacht"},
    {"credentials", OPTION_TEXT, offsetof(struct arguments, credentials), "DIR",
     "$CREDENTIALS_DIRECTORY, else credentials/ of the first configuration directory"},
    {0},
};

/* -1: go on; else the exit code. */
static int read_arguments(int argc, char **argv, struct arguments *arguments)
{
    size_t operands;
    char words[200] = "";
    int r = options_parse(options, argc, argv, arguments, &operands, words);
    if (r == OPTIONS_HELP) {
        printf("wattwachtd [OPTION...]\nPolls PDUs, UPSs, meters and coolers; see wattwachtd(8).\n\n");
        options_print(options, stdout);
        return 0;
    }
    if (r == OPTIONS_VERSION) {
        printf("wattwachtd %s\n", WATTWACHT_VERSION);
        return 0;
    }
    if (r < 0 || operands) {
        fprintf(stderr, "wattwachtd: %s\n", r < 0 ? words : "takes no words beside its options");
        return EXIT_USAGE;
    }
    return -1;
}

static void set_defaults(struct arguments *arguments)
{
    const char *state = getenv("STATE_DIRECTORY"), *credentials = getenv("CREDENTIALS_DIRECTORY");
    if (!arguments->config.n)
        arguments->config.item[arguments->config.n++] = "/etc/wattwacht/conf.d";
    if (!arguments->state)
        arguments->state = state ? state : "/var/lib/wattwacht";
    if (!arguments->credentials)
        arguments->credentials = credentials; /* NULL: config_load takes the first directory's */
}

static int load_config(const struct arguments *arguments, struct config **ret)
{
    struct diag *diag = diag_new();
    int r = config_load(arguments->config.item, arguments->config.n, arguments->credentials, PROFILES_USED, NULL, diag,
                        ret);
    /* file:line:col at the head of the line, as an editor wants it; systemd takes <3> off. sd-daemon(3) */
    const char *level = getenv("JOURNAL_STREAM") ? SD_ERR : "";
    for (size_t i = 0; r < 0 && diag_line(diag, i); i++)
        fprintf(stderr, "%s%s\n", level, diag_line(diag, i));
    for (size_t i = 0; r >= 0 && diag_line(diag, i); i++)
        journal_line(LOG_WARNING, "%s", diag_line(diag, i));
    diag_free(diag);
    return r;
}

/* Before any thread: signals go to the loop alone, the time zone is read once, sockets may be many. */
static void prepare_process(const struct config *config)
{
    sigset_t mask;
    struct rlimit files;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGHUP);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_IGN);
    setenv("TZ", config->timezone, 1);
    tzset();
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static int on_end(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
    struct service *service = context;
    (void)info;
    service->stopping = true;
    return sd_event_exit(sd_event_source_get_event(source), 0);
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
    (void)source, (void)info;
    service_reload(context);
    return 0;
}

static int serve(struct service *service)
{
    int r = service_start_exits(service);
    if (r >= 0)
        r = service_start_ticks(service);
    if (r >= 0)
        r = service_start_drivers(service);
    if (r >= 0)
        r = sd_event_add_signal(service->loop, NULL, SIGTERM, on_end, service);
    if (r >= 0)
        r = sd_event_add_signal(service->loop, NULL, SIGINT, on_end, service);
    if (r >= 0)
        r = sd_event_add_signal(service->loop, NULL, SIGHUP, on_hangup, service);
    if (r < 0)
        return r;
    journal_line(LOG_NOTICE, "site %s: %zu rooms, %zu devices, state in %s", service->config->site,
                 service->config->n_rooms, service->config->n_devices, service->options.state);
    notify_send("READY=1");
    r = loop_run(service->loop, &service->slow_turns);
    notify_send("STOPPING=1");
    return r;
}

/* Larger blocks, an answer of all points, a year of figures, are mapped, and go back to the system when they are freed.
 * Said, since glibc otherwise raises its limit to the largest that was freed, and keeps all below in the heap for good:
 * mallopt(3), "dynamic mmap threshold". */
#define MAPPED_FROM (128 * 1024)

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct config *config = NULL;
    struct service *service = NULL;
    int r = read_arguments(argc, argv, &arguments);
    if (r >= 0)
        return r;
    set_defaults(&arguments);
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
    if (load_config(&arguments, &config) < 0)
        return EXIT_WRONG;
    prepare_process(config);
    journal_start();
    struct service_options o = {arguments.config.item, arguments.config.n, arguments.state, arguments.credentials};
    r = service_new(&o, config, &service);
    config_unref(config);
    if (r >= 0)
        r = serve(service);
    service_free(service);
    if (r < 0)
        journal_line(LOG_ERR, "ends: %s", strerror(-r));
    journal_stop();
    return r < 0 ? EXIT_WRONG : 0;
}
