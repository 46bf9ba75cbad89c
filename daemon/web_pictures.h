/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph pool as the loop sees it: asked from the loop, answered in the loop.
 *
 * Shape: the pool answers in a thread of its own; answers wait here until the loop is woken by an eventfd.
 * Owner: the answer is lent for the call. pictures_free tells everybody who waits that it is over.
 */
#pragma once
#include "daemon/graph_pool.h"

typedef struct sd_event sd_event;

struct pictures;

typedef void picture_done(void *context, const struct graph_answer *answer);

int pictures_new(sd_event *loop, const struct graph_pool_options *options, struct pictures **ret);
void pictures_free(struct pictures *pictures);
void pictures_ask(struct pictures *pictures, const struct graph_request *request, picture_done *done, void *context);
void pictures_renew(struct pictures *pictures);
