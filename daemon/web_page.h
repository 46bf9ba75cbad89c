/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages: one row each, from a path to a view and the template that shows it.
 *
 * Shape: `view` fills a page from what is live; `asks` tells what else it needs of the ledger and the files (requests
 * of web_books.h), `add` puts the answers in, in the order of the requests; an answer that did not come is null. Live
 * values are those of `view` alone, so every viewer of a page is served by one view. Errors: -ENOENT: no such room or
 * device; -EINVAL with words in view's "error".
 */
#pragma once
#include "daemon/web_world.h"

struct web_page {
    const char *path; /* ends in '/': one id follows */
    const char *name; /* of the template, and of the page in the navigation */
    const char *title;
    int (*view)(const struct web_world *world, const struct web_query *query, json_t *view);
    void (*asks)(const struct web_world *world, const struct web_query *query, json_t *asks);
    void (*add)(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view);
};

extern const struct web_page web_pages[]; /* ended by a row without path */

/* The row, and the id into query; NULL. */
const struct web_page *web_page_find(const char *path, struct web_query *query);
/* What every page has round it; the view is finished with it. */
void web_page_frame(const struct web_world *world, const struct web_page *page, const struct web_query *query,
                    json_t *view);
/* A fingerprint of all that is not live: a page whose fingerprint changed is to be asked anew. */
uint64_t web_page_print(const json_t *view);
/* All live values of a view by their keys. */
void web_page_collect(const json_t *view, json_t *values);

/* Pieces that several pages show. */
json_t *web_alert_view(const struct web_world *world, const json_t *alert);
/* of: a room's id, a device's id, or NULL for all. */
json_t *web_alert_list(const struct web_world *world, const char *room, const char *device);
#define WEB_SMALL "&width=620&height=300" /* beside others */
#define WEB_WIDE  "&width=1100&height=460"
/* {"light", "dark", "what", "title", "href", ...} of a picture. */
json_t *web_picture(const struct web_world *world, const char *what, const char *scope, const char *from,
                    const char *title, const char *size);

/* One option of a list, chosen or not; and all scopes as options. */
json_t *web_choice(json_t *list, const char *id, const char *title, const char *chosen);
void web_put_scopes(const struct web_world *world, const char *chosen, json_t *list);

int web_overview(const struct web_world *world, const struct web_query *query, json_t *view);
int web_room_page(const struct web_world *world, const struct web_query *query, json_t *view);
void web_room_asks(const struct web_world *world, const struct web_query *query, json_t *asks);
void web_room_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view);
int web_device_page(const struct web_world *world, const struct web_query *query, json_t *view);
void web_device_asks(const struct web_world *world, const struct web_query *query, json_t *asks);
void web_device_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view);
int web_alerts_page(const struct web_world *world, const struct web_query *query, json_t *view);
void web_alerts_asks(const struct web_world *world, const struct web_query *query, json_t *asks);
void web_alerts_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view);
int web_capacity_page(const struct web_world *world, const struct web_query *query, json_t *view);
void web_capacity_asks(const struct web_world *world, const struct web_query *query, json_t *asks);
void web_capacity_add(const struct web_world *world, const struct web_query *query, const json_t *answers,
                      json_t *view);
int web_reports_page(const struct web_world *world, const struct web_query *query, json_t *view);
void web_reports_asks(const struct web_world *world, const struct web_query *query, json_t *asks);
void web_reports_add(const struct web_world *world, const struct web_query *query, const json_t *answers, json_t *view);
int web_graphs_page(const struct web_world *world, const struct web_query *query, json_t *view);
