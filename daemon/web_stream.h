/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live values by server-sent events: one view a page and language for all its viewers, and of it what changed.
 *
 * Shape: a channel is a page, its id and a language; it is there while it has viewers. A viewer is sent all values,
 * then what changed with each turn; one who is slow misses turns and then gets all values again, so nothing queues up.
 *        event "values": {KEY: {"v", "u", "s", "w"}}; its id is the page's fingerprint: whoever shows another one (an
 *        alert came, a device fell silent) asks for the page anew, at each message until it has it.
 * Owner: a viewer ends with its connection.
 * Threads: the loop's.
 * Source: WHATWG HTML, 9.2 server-sent events.
 */
#pragma once
#include "daemon/web_site.h"

#include <microhttpd.h>

#define STREAM_VIEWERS 200
#define STREAM_PRINT   17

struct streams;
struct web_page;

struct streams *streams_new(const struct web_site *site);
void streams_free(struct streams *streams);
/* The answer of a viewer; NULL where there are too many, or the page is none. */
struct MHD_Response *streams_open(struct streams *streams, struct MHD_Connection *connection,
                                  const struct web_query *query, enum speech_language language);
/* The fingerprint of a page as it is now: what it carries. */
void streams_print(const struct web_site *site, const struct web_page *page, const char *id,
                   enum speech_language language, char ret[STREAM_PRINT]);
/* The model changed: everybody is sent what did. */
void streams_turn(struct streams *streams);
/* Before the listener closes: nobody may wait then. */
void streams_end(struct streams *streams);
