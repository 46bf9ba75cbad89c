/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate.h"

#include "sim.h"

#include "sim_loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

static int read_file(const char *path, char **ret, size_t *ret_n)
{
    size_t room = 0;
    *ret = NULL;
    bool is_stdin = !strcmp(path, "-");
    FILE *file = is_stdin ? stdin : fopen(path, "re");
    if (!file)
        return -errno;
    ssize_t n = getdelim(ret, &room, '\0', file);
    int r = n < 0 && ferror(file) ? -errno : 0;
    if (!is_stdin)
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

int simulate(const char *path, struct diag *diag)
{
    char *text;
    size_t n;
    struct sim *sim = NULL;
    block_signals();
    int r = read_file(path, &text, &n);
    if (r == 0)
        r = sim_open(path, text ? text : "", n, diag, &sim);
    free(text);
    if (r < 0) {
        if (!diag_errors(diag))
            diag_error(diag, (struct place){.file = path}, NULL, "%s", strerror(-r));
        return r;
    }
    sim_print_ready(sim, stdout);
    sd_notify(0, "READY=1");
    r = sim_run(sim, true);
    fprintf(stderr, "writes: %lu\n", site_writes(sim->site));
    sim_close(sim);
    return r;
}
