/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Live values by server-sent events: one view a page and language for all its viewers, and of it what changed.
 *
 * Shape: a channel is a page, its id and a language; it is there while it has viewers. A viewer is sent all values,
 * then what changed with each turn; one who is slow misses turns and then gets all values again, so nothing queues up.
 *        event "values": {KEY: {"v", "u", "s", "w"}}; event "stale": the page itself is to be asked anew.
 * Owner: a viewer ends with its connection.
 * Threads: the loop's.
 * Source: WHATWG HTML, 9.2 server-sent events.
 */
#pragma once
#include "daemon/web_site.h"

#include <microhttpd.h>

#define STREAM_VIEWERS 200

struct streams;

struct streams *streams_new(const struct web_site *site);
void streams_free(struct streams *streams);
/* The answer of a viewer; NULL where there are too many, or the page is none. */
struct MHD_Response *streams_open(struct streams *streams, struct MHD_Connection *connection,
                                  const struct web_query *query, enum speech_language language);
/* The model changed: everybody is sent what did. */
void streams_turn(struct streams *streams);
/* Before the listener closes: nobody may wait then. */
void streams_end(struct streams *streams);
