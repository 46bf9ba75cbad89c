/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_value.h"

#include "daemon/wire_text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How a unit is shown: from a size on, divided, with so many decimals. The first row that fits counts. */
static const struct shown {
    const char *unit;
    double from, divisor;
    const char *text;
    int digits;
} shown[] = {
    {"Wh", 1e11, 1e9, "GWh", 2},   {"Wh", 1e8, 1e6, "MWh", 1},    {"Wh", 1e5, 1e3, "kWh", 0},
    {"Wh", 0, 1e3, "kWh", 2},      {"W", 1e8, 1e6, "MW", 1},      {"W", 1e5, 1e3, "kW", 1},
    {"W", 0, 1e3, "kW", 2},        {"VA", 0, 1e3, "kVA", 2},      {"share", 0, 0.01, "%", 1},
    {"%", 0, 1, "%", 1},           {"degC", 0, 1, "°C", 1},       {"K", 0, 1, "K", 1},
    {"m3", 1e3, 1, "m³", 0},       {"m3", 0, 1, "m³", 2},         {"m3/h", 0, 1, "m³/h", 2},
    {"kg/kWh", 0, 1, "kg/kWh", 3}, {"m3/MWh", 0, 1, "m³/MWh", 3}, {"kg", 1e4, 1e3, "t", 1},
    {"kg", 0, 1, "kg", 0},         {"EUR", 1e3, 1, "€", 0},       {"EUR", 0, 1, "€", 2},
    {"EUR/MWh", 0, 1, "€/MWh", 1}, {"A", 0, 1, "A", 1},           {"h", 0, 1, "h", 0},
    {"a", 0, 1, "a", 1},           {"years", 0, 1, "years", 1},   {"count", 0, 1, "", 0},
    {"", 1e3, 1, "", 0},           {"", 1e2, 1, "", 1},           {"", 0, 1, "", 2},
};

static const struct shown *shown_of(const char *unit, double value)
{
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (!strcmp(shown[i].unit, unit) && fabs(value) >= shown[i].from)
            return &shown[i];
    return NULL;
}

static const char *with_unit(struct language *l, const char *number, const char *unit)
{
    /* a no-break blank: number and unit stay on one line */
    return *unit ? report_words(l, "%s\u00a0%s", number, unit) : number;
}

static int digits_of(const struct shown *s, const char *unit, double u)
{
    return !*unit && u > 0 && u < 0.005 ? s->digits + 1 : s->digits;
}

const char *report_value(struct language *l, double value, const char *unit, double u)
{
    const struct shown *s = shown_of(unit, value);
    if (isnan(value))
        return "–";
    if (!s)
        return with_unit(l, language_number(l, value, 2), unit);
    /* a unit that is a word has a translation */
    return with_unit(l, language_number(l, value / s->divisor, digits_of(s, unit, u)), language_say(l, s->text));
}

const char *report_value_u(struct language *l, double value, const char *unit, double u)
{
    const struct shown *s = shown_of(unit, value);
    if (isnan(value) || isnan(u) || !s)
        return report_value(l, value, unit, u);
    int digits = digits_of(s, unit, u);
    double scaled = u / s->divisor;
    double least = u > 0 ? pow(10, -digits) : 0; /* 0.004 is not ± 0.00 */
    double up = fmax(scaled, least);
    const char *both =
        report_words(l, "%s ± %s", language_number(l, value / s->divisor, digits), language_number(l, up, digits));
    return with_unit(l, both, s->text);
}

const char *report_words(struct language *l, const char *format, ...)
{
    char *words = NULL;
    va_list ap;
    va_start(ap, format);
    if (vasprintf(&words, format, ap) < 0)
        abort();
    va_end(ap);
    const char *kept = language_keep(l, words);
    free(words);
    return kept;
}

static int64_t seconds_of(const char *text)
{
    int64_t ms;
    return text && wire_time_parse(text, &ms) == 0 ? ms / 1000 : 0;
}

const char *report_member(struct language *l, const json_t *value, const char *unit)
{
    if (json_is_number(value))
        return report_value(l, json_number_value(value), unit, (double)NAN);
    if (json_is_boolean(value))
        return language_say(l, json_is_true(value) ? "yes" : "no");
    if (!json_is_string(value))
        return json_is_null(value) || !value ? "–" : "…";
    if (!strcmp(unit, "time") || !strcmp(unit, "date")) {
        const char *text = json_string_value(value);
        int64_t s = seconds_of(strlen(text) == 10 ? report_words(l, "%sT12:00:00Z", text) : text);
        return s ? language_date(l, s, !strcmp(unit, "time")) : "–";
    }
    if (!strcmp(unit, "month")) {
        time_t t = (time_t)seconds_of(json_string_value(value));
        struct tm tm;
        localtime_r(&t, &tm);
        return report_words(l, "%s %d", language_month(l, tm.tm_mon), tm.tm_year + 1900);
    }
    return !strcmp(unit, "name") ? json_string_value(value) : language_say(l, json_string_value(value));
}

double report_double(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

const char *report_string(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

int64_t report_seconds(const json_t *object, const char *key)
{
    return seconds_of(json_string_value(json_object_get(object, key)));
}
