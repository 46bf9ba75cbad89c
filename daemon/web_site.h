/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All that requests of the page stand on; made and replaced by web.c.
 *
 * Threads: the loop's.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/web_books.h"
#include "daemon/web_catalog.h"
#include "daemon/web_files.h"
#include "daemon/web_poll.h"
#include "daemon/web_speech.h"
#include "daemon/web_template.h"
#include "daemon/web_world.h"

struct pictures;
struct streams;

struct web_site {
    sd_event *loop;
    struct config *config;
    struct templates *templates;
    struct speech *speech;
    struct catalog *catalog[SPEECH_LANGUAGES];
    struct web_files *files;
    struct web_poll *poll;
    struct books *books;
    struct pictures *pictures;
    struct streams *streams;
    const char *token; /* asked of everybody; NULL: of nobody */
    const char *state;
    void (*turn)(void *user); /* the listener, after connections were resumed */
    void *user;
};

/* The world of a moment, in a language and on a paper. dark: -1: by the screen. */
struct web_world web_site_world(const struct web_site *site, enum speech_language language, int dark);
