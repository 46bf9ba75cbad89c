/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page's children: what may wait for the daemon or a disk. This program again: `wattwacht web-child poll API`, or
 * `wattwacht web-child books STATE CONFIG...`.
 *
 * Shape: poll tells {"status", "kpi", "alerts", "points"} or {"error"} every few seconds, and asks the daemon to write
 *        its files when it hears "flush". books answers one request after another, by the rows of web_child_books.c:
 *        device, energy, peaks, history, report, document. It reads; it has nothing opened for writing.
 * Source: web_worker.h for the frames.
 */
#pragma once
#include "daemon/config.h"

#include <jansson.h>

int web_child_main(int argc, char **argv);

struct web_books_place {
    const char *state;
    const struct config *config;
};
/* {"error": words} where it cannot be told. */
json_t *web_books_answer(const struct web_books_place *place, const json_t *request, int64_t now_ms);
