/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a browser may send: any path, argument and language become a page and a query, or are refused with words. */
#include "daemon/graph_request.h"
#include "daemon/web_page.h"
#include "daemon/web_speech.h"
#include "tests/fuzz/once.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"room", "feed",  "lang",   "theme", "what", "scope", "from",
                                    "to",   "width", "period", "sink",  "load", "page",  "format"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct web_query query = {0};
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char words[160] = "";
        if (web_query_put(&query, names[i], text, words) < 0 && !*words)
            abort();
    }
    const char *harmful = "<>\"'&;%\\`$(){}\n";
    if (strpbrk(query.what, harmful) || strpbrk(query.period, harmful))
        abort();
    struct web_query of = {0};
    if (web_page_find(text, &of) && *of.id && !id_valid(of.id))
        abort();
    const struct graph_words words = {.what = query.what,
                                      .scope = query.scope,
                                      .from = query.from,
                                      .to = query.to,
                                      .width = query.width,
                                      .format = query.format};
    struct graph_request request;
    char why[GRAPH_WORDS] = "";
    if (graph_request_read(&words, 1795322846, &request, why) < 0 && !*why)
        abort();
    if (speech_accept(text) >= SPEECH_LANGUAGES)
        abort();
    free(text);
    return 0;
}
