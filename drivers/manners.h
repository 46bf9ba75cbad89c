/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an agent turned out not to stand, learnt while it was asked. Kept over restarts, so that it is not learnt by
 * silence again.
 *
 * Shape: zeroed: nothing was learnt, the profile's limits hold.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct manners {
    unsigned varbinds;    /* at most so many objects in one request; 0: as the profile says */
    unsigned repetitions; /* at most so many rows in one GETBULK; 0 */
    bool no_bulk;         /* GETBULK is not answered: GETNEXT */
    bool version_1;       /* only SNMPv1 is answered */
};

bool manners_equal(const struct manners *a, const struct manners *b);
/* "at most 8 objects at once, no GETBULK"; returns text, "" where nothing was learnt. */
const char *manners_words(const struct manners *manners, char *text, size_t size);
