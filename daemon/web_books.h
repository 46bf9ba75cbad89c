/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pages need of the ledger and of the files, asked of children that may wait for a disk and may die.
 *
 * Shape: a request is JSON, {"do": ..., ...} as web_child.h lists them; so is the answer. Equal requests within their
 *        freshness ("fresh", seconds; 10 by default) get the same answer; what is asked while it is being answered
 * waits for that. A few children, a queue of BOOKS_QUEUE, a deadline: who gets nothing is told NULL. Owner: the answer
 * is lent for the call. Threads: the loop's; `done` may be called before books_ask returns.
 */
#pragma once
#include <jansson.h>
#include <stddef.h>

#define BOOKS_QUEUE 48

typedef struct sd_event sd_event;

struct books;

typedef void books_done(void *context, const json_t *answer);

/* argv of a child, NULL-ended; borrowed. */
int books_new(sd_event *loop, char *const *argv, struct books **ret);
void books_free(struct books *books); /* whoever waits is told NULL */
void books_ask(struct books *books, const json_t *request, books_done *done, void *context);
void books_renew(struct books *books); /* after the configuration changed */
