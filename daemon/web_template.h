/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Templates of the page: text with holes that JSON fills. A small part of Mustache, and words in the reader's language.
 *
 * Shape: {{name}} and {{a.b}} a member, sought in the object at hand and then outward; {{.}} the item at hand;
 *        {{#name}} ... {{/name}} for each item of an array, else once where the member is neither absent, null, false,
 *        "" nor {}; {{^name}} ... {{/name}} otherwise; {{>file}} another template; {{_English words}} translated.
 *        What fills a hole is escaped for HTML, always: there is no hole without.
 * Errors: -errno with words that name file and line: a section not closed, a template that there is not.
 * Owner: what templates_load gives, until templates_free.
 */
#pragma once
#include <jansson.h>
#include <stdio.h>

struct templates;

/* The words of a language for English ones; NULL as function: English. */
typedef const char *web_translate(void *context, const char *english);

struct web_words {
    web_translate *translate;
    void *context;
};

/* Every *.html of a directory; a template is named as its file without the ending. */
int templates_load(const char *directory, struct templates **ret, char words[300]);
void templates_free(struct templates *templates);
/* -ENOENT: no such template. */
int templates_render(const struct templates *templates, const char *name, const json_t *view,
                     const struct web_words *language, FILE *out);
void web_put_escaped(FILE *out, const char *text);
