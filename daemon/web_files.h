/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page's own files: style, script, uPlot and its licence, by a fixed table. No path of a request opens anything.
 *
 * Shape: read once; each has an ETag of its bytes, and the pages name it with it, so that it may be kept for ever.
 * Errors: a file that is not there is left out: without uPlot the pictures serve.
 */
#pragma once
#include <jansson.h>
#include <stddef.h>

struct web_file {
    const char *path; /* "/static/page.css" */
    const char *type;
    char tag[20]; /* of its bytes */
    size_t n;
    char *bytes;
};

struct web_files;

int web_files_load(struct web_files **ret, char words[300]);
void web_files_free(struct web_files *files);
const struct web_file *web_files_find(const struct web_files *files, const char *path); /* NULL */
/* {"page_css": "/static/page.css?v=TAG", ...} for templates; what is not there is absent. */
json_t *web_files_view(const struct web_files *files);
