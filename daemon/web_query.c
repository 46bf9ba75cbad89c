/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_query.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at, size;
} rows[] = {
#define ROW(member)                                                                          \
    {                                                                                        \
#member, offsetof(struct web_query, member), sizeof(((struct web_query *)0)->member) \
    }
    ROW(id),     ROW(lang),     ROW(theme),  ROW(room), ROW(feed),  ROW(rack),  ROW(device),
    ROW(what),   ROW(scope),    ROW(from),   ROW(to),   ROW(range), ROW(width), ROW(height),
    ROW(format), ROW(download), ROW(period), ROW(sink), ROW(load),  ROW(page),  ROW(wall),
#undef ROW
};

/* Letters, digits, and what names, numbers, times and periods are written with. */
static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-+_.,:/";

int web_query_put(struct web_query *query, const char *name, const char *value, char words[160])
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        size_t n = value ? strlen(value) : 0;
        if (n >= rows[i].size) {
            snprintf(words, 160, "%s: expected at most %zu characters", name, rows[i].size - 1);
            return -EINVAL;
        }
        if (value && strspn(value, allowed) != n) {
            snprintf(words, 160, "%s: expected letters, digits and - + _ . , : /", name);
            return -EINVAL;
        }
        if (n)
            memcpy((char *)query + rows[i].at, value, n + 1);
        else
            *((char *)query + rows[i].at) = '\0';
        return 0;
    }
    return 0;
}
