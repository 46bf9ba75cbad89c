/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate.h"

#include "sim.h"

#include "sim_loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

static const char usage[] = "Usage: wattwacht simulate FILE.yaml\n"
                            "Plays the devices of a scene over SNMP and Modbus until it is told to stop.\n";

static int read_file(const char *path, char **ret, size_t *ret_n)
{
    size_t room = 0;
    *ret = NULL;
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    ssize_t n = getdelim(ret, &room, '\0', file);
    int r = n < 0 && ferror(file) ? -errno : 0;
    fclose(file);
    *ret_n = n < 0 ? 0 : (size_t)n;
    return r;
}

/* Signals are taken by the loop, so they are blocked before anything can start a thread. */
static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int simulate(const char *path)
{
    char *text;
    size_t n;
    struct sim *sim = NULL;
    int r = read_file(path, &text, &n);
    if (r < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
        free(text);
        return 1;
    }
    struct diag *diag = diag_new();
    r = sim_open(path, text ? text : "", n, diag, &sim);
    diag_print(diag, stderr);
    if (r < 0 && !diag_errors(diag))
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
    diag_free(diag);
    free(text);
    if (r < 0)
        return 1;
    sim_print_ready(sim, stdout);
    sd_notify(0, "READY=1");
    r = sim_run(sim, true);
    fprintf(stderr, "writes: %lu\n", site_writes(sim->site));
    sim_close(sim);
    return r < 0;
}

int cmd_simulate(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--help")) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc != 2 || argv[1][0] == '-') {
        fputs(usage, stderr);
        return 2;
    }
    block_signals();
    return simulate(argv[1]);
}
