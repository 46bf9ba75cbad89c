/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a request asks, out of its path and query: short texts of harmless characters, and nothing else gets further.
 *
 * Shape: a name that is not known is passed over; an empty value is none. What the texts mean is for those who use
 * them: ids are looked up, periods and times parsed. Errors: -EINVAL with words: too long, or a character that no such
 * text has.
 */
#pragma once
#include "drivers/part.h"

struct web_query {
    char id[ID_MAX + 1]; /* of a room or device: the last piece of the path */
    char lang[4], theme[8];
    char room[ID_MAX + 8], feed[ID_MAX + 1], rack[ID_MAX + 1], device[ID_MAX + 1];
    char what[ID_MAX + PART_MAX + 24], scope[ID_MAX + 8];
    char from[40], to[40], range[8], width[8], height[8], format[8], download[4];
    char period[64];
    char sink[8], load[12]; /* what-if: degC, W */
    char page[64];          /* of live values: the page's own path */
    char wall[4];
};

int web_query_put(struct web_query *query, const char *name, const char *value, char words[160]);
