/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plain_json.h"

#include "daemon/wire_text.h"

#include <stdlib.h>
#include <string.h>

/* A string with its quotes. */
static const char *put_string(FILE *out, const char *p)
{
    const char *end = p + 1;
    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    end += *end == '"';
    fwrite(p, 1, (size_t)(end - p), out);
    return end;
}

static const char *put_number(FILE *out, const char *p)
{
    size_t n = strspn(p, "+-.0123456789eE");
    if (memchr(p, 'e', n))
        wire_put_number(out, strtod(p, NULL));
    else
        fwrite(p, 1, n, out);
    return p + n;
}

void plain_json_put(FILE *out, const json_t *value, unsigned indent)
{
    char *text = json_dumps(value, JSON_INDENT(indent) | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
    for (const char *p = text ? text : "null"; *p;)
        if (*p == '"')
            p = put_string(out, p);
        else if (*p == '-' || (*p >= '0' && *p <= '9'))
            p = put_number(out, p);
        else
            fputc(*p++, out);
    fputc('\n', out);
    free(text);
}
