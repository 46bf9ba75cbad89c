/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a page is made from, and the small pieces every page is made of: values that stay live, figures with their
 * grounds, times.
 *
 * Shape: a page is a view: JSON that a template shows. A live value is an object with a key "k": the page's script
 *        replaces its text "v", unit "u", state "s" and width "w" when they change, by the same key.
 * Units: base units; ms since 1970; shares 0..1.
 * Owner: the world is borrowed for one page.
 */
#pragma once
#include "daemon/config.h"
#include "daemon/web_model.h"
#include "daemon/web_query.h"
#include "daemon/web_template.h"

struct catalog;

struct web_world {
    const struct config *config;
    const struct catalog *catalog; /* of alerts, in the language; NULL */
    const struct web_model *model;
    const json_t *graphs; /* which there are; NULL: not known yet */
    struct web_words words;
    const char *language; /* "nl" */
    char decimal;
    bool dark, forced; /* forced: chosen by the reader, not by the screen */
    int64_t now_ms;
};

/* States: what a value's colour says. */
#define WEB_FINE   ""
#define WEB_WARN   "warn"
#define WEB_BAD    "bad"
#define WEB_ABSENT "absent"

const char *web_say(const struct web_world *world, const char *english);

/* Into a member of an object. */
void web_put(json_t *object, const char *key, json_t *value);
void web_put_text(json_t *object, const char *key, const char *text); /* NULL: not put */
void web_put_words(json_t *object, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
json_t *web_add(json_t *list, json_t *object); /* returns the object */

/* "3,45" and "kW" of a value; "-" where there is none. */
void web_value_text(const struct web_world *world, enum quantity quantity, double value, char number[48],
                    char unit[16]);
/* A live value. state NULL: absent or fine. */
json_t *web_value(const struct web_world *world, const char *key, enum quantity quantity, double value,
                  const char *state);
json_t *web_value_of(const struct web_world *world, const struct web_point *point); /* NULL: absent */
json_t *web_live_text(const char *key, const char *text, const char *state);
json_t *web_live_bar(const char *key, double part, const char *state); /* 0..1 of its length */
/* A number with so many digits and the language's decimal sign. */
const char *web_digits(const struct web_world *world, char buffer[48], double value, int digits);
/* A figure with name, category, coverage, window, uncertainty, reason, by the API's object. */
json_t *web_figure(const struct web_world *world, const json_t *kpi);
const char *web_clock(char buffer[40], int64_t ms); /* 2026-11-22 14:02, local */
const char *web_ago(const struct web_world *world, char buffer[60], int64_t ms);

/* Names. */
const struct room_config *web_room(const struct config *config, const char *id);
const struct rack_config *web_rack(const struct config *config, const char *id);
const struct device_config *web_device(const struct config *config, const char *id);
const char *web_role(const struct web_world *world, enum role role); /* "" for none */
const char *web_room_title(const struct room_config *room);
const char *web_rack_title(const struct rack_config *rack);
