/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_time.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int zone_parse(const char *p, int64_t *ret_s)
{
    if ((p[0] == 'Z' || p[0] == 'z') && !p[1]) {
        *ret_s = 0;
        return 0;
    }
    if ((p[0] != '+' && p[0] != '-') || strlen(p) != 6 || p[3] != ':' || strspn(p + 1, "0123456789") != 2 ||
        strspn(p + 4, "0123456789") != 2)
        return -EINVAL;
    long hours = strtol(p + 1, NULL, 10), minutes = strtol(p + 4, NULL, 10);
    if (hours > 23 || minutes > 59)
        return -EINVAL;
    *ret_s = (p[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    return 0;
}

int mqtt_time_parse(const char *text, int64_t *ret_ms)
{
    struct tm tm = {0};
    int64_t ms = 0, zone;
    const char *p = strptime(text, "%Y-%m-%d", &tm);
    if (!p || (*p != 'T' && *p != 't' && *p != ' ') || !(p = strptime(p + 1, "%H:%M:%S", &tm)))
        return -EINVAL;
    if (*p == '.') {
        int64_t unit = 100;
        for (p++; isdigit((unsigned char)*p); p++, unit /= 10)
            ms += (*p - '0') * unit;
    }
    if (zone_parse(p, &zone) < 0)
        return -EINVAL;
    *ret_ms = ((int64_t)timegm(&tm) - zone) * 1000 + ms;
    return 0;
}

bool mqtt_time_number(double number, int64_t *ret_ms)
{
    if (number >= 1e9 && number < 1e10)
        *ret_ms = (int64_t)(number * 1000);
    else if (number >= 1e12 && number < 1e13)
        *ret_ms = (int64_t)number;
    else
        return false;
    return true;
}
