/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_commands.h"
#include "daemon/notify.h"
#include "daemon/web.h"
#include "daemon/web_child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>

#define LISTEN "127.0.0.1:9481"
#define API    "unix:/run/wattwacht/api.sock"

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *user)
{
    char words[300] = "";
    (void)source, (void)info;
    notify_send("RELOADING=1");
    if (web_reload(user, words) < 0)
        fprintf(stderr, "wattwacht web: the configuration stays as it was: %s\n", words);
    notify_send("READY=1");
    return 0;
}

static int serve(const struct cli *cli, sd_event *loop, const struct web_options *options)
{
    char words[300] = "";
    struct web *web = NULL;
    int r = web_start(loop, options, &web, words);
    if (r < 0)
        return cli_fail(cli, r == -EINVAL && !*words ? CLI_USAGE : CLI_NO, "", "%s", *words ? words : strerror(-r));
    sd_event_add_signal(loop, NULL, SIGTERM, NULL, NULL);
    sd_event_add_signal(loop, NULL, SIGINT, NULL, NULL);
    sd_event_add_signal(loop, NULL, SIGHUP, on_hangup, web);
    sd_event_set_watchdog(loop, 1);
    fprintf(stderr, "wattwacht web: %s%s\n", strncmp(options->listen, "unix:", 5) != 0 ? "http://" : "",
            options->listen);
    notify_send("READY=1");
    r = sd_event_loop(loop);
    notify_send("STOPPING=1");
    web_stop(web);
    return r < 0 ? CLI_NO : CLI_DONE;
}

int cmd_web(const struct cli *cli)
{
    static const char *const standard[] = {"/etc/wattwacht/conf.d"};
    const struct cli_options *o = &cli->options;
    const char *state = getenv("STATE_DIRECTORY");
    const struct web_options options = {
        .listen = o->listen ? o->listen : LISTEN,
        .dirs = o->config.n ? o->config.item : standard,
        .n_dirs = o->config.n ? o->config.n : 1,
        .state = o->state ? o->state
                 : state  ? state
                          : "/var/lib/wattwacht",
        .api = o->api ? o->api : API,
        .token_file = o->token,
    };
    sigset_t set;
    sd_event *loop = NULL;
    /* before any thread: they inherit it */
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    int r = sd_event_default(&loop);
    if (r < 0)
        return cli_fail(cli, CLI_NO, "", "%s", strerror(-r));
    r = serve(cli, loop, &options);
    sd_event_unref(loop);
    return r;
}

int cmd_web_child(int argc, char **argv)
{
    return web_child_main(argc, argv);
}
