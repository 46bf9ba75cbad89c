/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manners.h"

#include <stdio.h>

bool manners_equal(const struct manners *a, const struct manners *b)
{
    return a->varbinds == b->varbinds && a->repetitions == b->repetitions && a->no_bulk == b->no_bulk &&
           a->version_1 == b->version_1;
}

const char *manners_words(const struct manners *m, char *text, size_t size)
{
    char varbinds[48] = "", rows[48] = "";
    if (m->varbinds)
        snprintf(varbinds, sizeof varbinds, ", at most %u object%s at once", m->varbinds, m->varbinds == 1 ? "" : "s");
    if (m->repetitions && !m->no_bulk)
        snprintf(rows, sizeof rows, ", at most %u rows at once", m->repetitions);
    char all[160];
    snprintf(all, sizeof all, "%s%s%s%s", varbinds, rows, m->no_bulk ? ", no GETBULK" : "",
             m->version_1 ? ", only SNMPv1" : "");
    snprintf(text, size, "%s", *all ? all + 2 : "");
    return text;
}
