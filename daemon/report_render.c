/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_render.h"

#include "daemon/report_compose.h"
#include "daemon/report_csv.h"
#include "daemon/report_html.h"
#include "daemon/report_plain.h"
#include "daemon/plain_json.h"

#include <stdlib.h>
#include <string.h>

static void write_json(FILE *out, const json_t *document, struct language *language)
{
    (void)language; /* data have none */
    plain_json_put(out, document, 2);
}

static void write_eu_json(FILE *out, const json_t *document, struct language *language)
{
    (void)language;
    json_t *eu = json_copy(json_object_get(document, "eu"));
    static const char *const keys[] = {"site", "scope", "period", "created"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        json_object_set(eu, keys[i], json_object_get(document, keys[i]));
    plain_json_put(out, eu, 2);
    json_decref(eu);
}

static void write_text(FILE *out, const json_t *document, struct language *language)
{
    struct page *page = report_compose(document, language);
    report_plain(out, page);
    page_free(page);
}

static void write_html(FILE *out, const json_t *document, struct language *language)
{
    struct page *page = report_compose(document, language);
    report_html_page(out, page, language);
    page_free(page);
}

const struct report_format report_formats[] = {
    {"text", "text/plain; charset=utf-8", write_text},
    {"csv", "text/csv; charset=utf-8", report_csv},
    {"eu", "text/csv; charset=utf-8", report_csv_eu},
    {"eu-json", "application/json", write_eu_json},
    {"html", "text/html; charset=utf-8", write_html},
    {"json", "application/json", write_json},
    {NULL, NULL, NULL},
};

const struct report_format *report_format_find(const char *name)
{
    for (const struct report_format *f = report_formats; f->name; f++)
        if (!strcmp(f->name, name))
            return f;
    return NULL;
}

int report_render(const json_t *document, const struct report_format *format, const char *name, struct diag *diag,
                  char **ret, size_t *ret_n)
{
    struct language *language = NULL;
    int r = language_load(name ? name : "en", diag, &language);
    if (r)
        return r;
    FILE *out = open_memstream(ret, ret_n);
    if (!out)
        abort();
    format->write(out, document, language);
    fclose(out);
    language_free(language);
    return 0;
}
