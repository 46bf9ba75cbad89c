/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "last_readings.h"

#include "daemon/wire_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct last {
    char *source;
    int64_t at_s;
    double value;
};

struct last_readings {
    size_t n;
    struct last *last;
};

struct last_readings *last_readings_new(void)
{
    struct last_readings *readings = calloc(1, sizeof *readings);
    if (!readings)
        abort();
    return readings;
}

void last_readings_free(struct last_readings *readings)
{
    if (!readings)
        return;
    for (size_t i = 0; i < readings->n; i++)
        free(readings->last[i].source);
    free(readings->last);
    free(readings);
}

static struct last *find(const struct last_readings *readings, const char *name, size_t n)
{
    for (size_t i = 0; i < readings->n; i++)
        if (strlen(readings->last[i].source) == n && !memcmp(readings->last[i].source, name, n))
            return &readings->last[i];
    return NULL;
}

void last_readings_know(struct last_readings *readings, const char *name, int64_t at_s, double value)
{
    size_t n = strcspn(name, "/");
    struct last *last = find(readings, name, n);
    if (!last) {
        readings->last = reallocarray(readings->last, readings->n + 1, sizeof *last);
        if (!readings->last)
            abort();
        last = &readings->last[readings->n++];
        last->source = strndup(name, n);
        if (!last->source)
            abort();
    }
    last->at_s = at_s;
    last->value = value;
}

int last_readings_take(struct last_readings *readings, const char *source, bool water, int64_t at_s, double value,
                       char words[240])
{
    const struct last *last = find(readings, source, strlen(source));
    if (last && at_s <= last->at_s) {
        char at[WIRE_TIME_MAX];
        wire_time(at, sizeof at, last->at_s * 1000);
        snprintf(words, 240, "at: expected a time after the last reading's, %s", at);
        return -EINVAL;
    }
    if (last && value < last->value) {
        snprintf(words, 240, "value: lower than the last reading, %.15g %s: a register does not count down",
                 water ? last->value : last->value / 1000, water ? "m3" : "kWh");
        return -EINVAL;
    }
    last_readings_know(readings, source, at_s, value);
    return 0;
}
