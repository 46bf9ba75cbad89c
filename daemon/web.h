/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page: a process of its own that reads the configuration, the state directory and the daemon's API, and has no
 * right to write any of them.
 *
 * Shape: web_start opens the listener and begins to ask the daemon; then the loop serves. web_reload reads the
 *        configuration anew and keeps the old one where the new one is wrong.
 * Errors: -errno with words.
 * Owner: options are borrowed until web_stop.
 * Threads: the loop's; the graph pool has one of its own.
 */
#pragma once
#include <stddef.h>

typedef struct sd_event sd_event;

struct web;

struct web_options {
    const char *listen; /* HOST:PORT or unix:PATH */
    const char *const *dirs;
    size_t n_dirs;
    const char *state, *api, *token_file; /* token_file NULL: the credential web-token */
};

int web_start(sd_event *loop, const struct web_options *options, struct web **ret, char words[300]);
int web_reload(struct web *web, char words[300]);
void web_stop(struct web *web);
