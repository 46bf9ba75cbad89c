/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire_text.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DIGITS 15 /* what a double always carries: DBL_DIG */

static size_t copy(char *buf, size_t size, const char *text)
{
    size_t n = strlen(text);
    if (n >= size)
        n = size ? size - 1 : 0;
    memcpy(buf, text, n);
    if (size)
        buf[n] = '\0';
    return n;
}

/* Lays out n digits with the point after `point` of them (which may be negative or more than n). */
static size_t lay_out(char *buf, bool negative, const char *digits, int n, int point)
{
    char *p = buf;
    if (negative)
        *p++ = '-';
    if (point <= 0)
        *p++ = '0';
    for (int i = 0; i < point; i++)
        *p++ = i < n ? digits[i] : '0';
    if (point < n) {
        *p++ = '.';
        for (int i = point; i < n; i++)
            *p++ = i < 0 ? '0' : digits[i];
    }
    *p = '\0';
    return (size_t)(p - buf);
}

/* Nearly all readings are whole numbers of tenths to ten-thousandths: for those the digits are known without the
 * library's long way. A whole number below 1e15 over a power of ten has no more than 15 digits, and the quotient is the
 * nearest double to it, so equality says that it is what %.15g prints. 0: not such a number. */
static size_t few_decimals(char text[WIRE_NUMBER_MAX], double value)
{
    double scale = 1;
    for (int decimals = 0; decimals <= 4; decimals++, scale *= 10) {
        double whole = rint(fabs(value) * scale);
        if (!(whole < 1e15) || whole / scale < fabs(value) || whole / scale > fabs(value))
            continue;
        char digits[20], *end = digits + sizeof digits, *p = end;
        for (uint64_t left = (uint64_t)whole; left; left /= 10)
            *--p = (char)('0' + left % 10);
        return lay_out(text, value < 0, p, (int)(end - p), (int)(end - p) - decimals);
    }
    return 0;
}

size_t wire_number(char *buf, size_t size, double value)
{
    char form[32], digits[DIGITS + 1], text[WIRE_NUMBER_MAX];
    if (!isfinite(value) || fabs(value) >= 1e36)
        return copy(buf, size, "null");
    if (fabs(value) < 1e-20)
        return copy(buf, size, "0");
    size_t length = few_decimals(text, value);
    if (length)
        return length < size ? copy(buf, size, text) : copy(buf, size, "null");
    /* d.dddde+xx: the rounding is the C library's, the layout ours */
    snprintf(form, sizeof form, "%.*e", DIGITS - 1, fabs(value));
    digits[0] = form[0];
    memcpy(digits + 1, form + 2, DIGITS - 1);
    digits[DIGITS] = '\0';
    int exponent = atoi(strchr(form, 'e') + 1), n = DIGITS;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    length = lay_out(text, value < 0, digits, n, exponent + 1);
    return length < size ? copy(buf, size, text) : copy(buf, size, "null");
}

size_t wire_time(char *buf, size_t size, int64_t ms)
{
    static const int64_t last = 253402300799999; /* 9999-12-31: four digits of the year */
    /* a poll tells all its parts with the same time */
    static _Thread_local int64_t known = -1;
    static _Thread_local char text[64];
    int64_t at = ms < 0 ? 0 : ms > last ? last : ms;
    if (at != known) {
        time_t seconds = (time_t)(at / 1000);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                 tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(at % 1000));
        known = at;
    }
    return copy(buf, size, text);
}

/* Exactly n digits at *p, moved over. */
static bool take(const char **p, int n, int low, int high, int *ret)
{
    int value = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        value = value * 10 + (**p - '0');
    }
    *ret = value;
    return value >= low && value <= high;
}

static bool take_char(const char **p, const char *any)
{
    if (!**p || !strchr(any, **p))
        return false;
    (*p)++;
    return true;
}

static bool take_zone(const char **p, int *ret_minutes)
{
    *ret_minutes = 0;
    if (take_char(p, "Zz"))
        return true;
    int sign = **p == '-' ? -1 : 1, hour, minute;
    if (!take_char(p, "+-") || !take(p, 2, 0, 23, &hour) || !take_char(p, ":") || !take(p, 2, 0, 59, &minute))
        return false;
    *ret_minutes = sign * (hour * 60 + minute);
    return true;
}

int wire_time_parse(const char *text, int64_t *ret_ms)
{
    const char *p = text;
    int year, month, day, hour, minute, second, zone, ms = 0;
    if (!take(&p, 4, 1970, 9999, &year) || !take_char(&p, "-") || !take(&p, 2, 1, 12, &month) || !take_char(&p, "-") ||
        !take(&p, 2, 1, 31, &day) || !take_char(&p, "Tt ") || !take(&p, 2, 0, 23, &hour) || !take_char(&p, ":") ||
        !take(&p, 2, 0, 59, &minute) || !take_char(&p, ":") || !take(&p, 2, 0, 60, &second))
        return -EINVAL;
    if (take_char(&p, ".")) {
        int weight = 100;
        if (*p < '0' || *p > '9')
            return -EINVAL;
        for (; *p >= '0' && *p <= '9'; p++, weight /= 10)
            ms += (*p - '0') * weight;
    }
    if (!take_zone(&p, &zone) || *p)
        return -EINVAL;
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
    time_t seconds = timegm(&tm);
    if (tm.tm_mday != day) /* 31 April became 1 May */
        return -EINVAL;
    *ret_ms = ((int64_t)seconds + second - (int64_t)zone * 60) * 1000 + ms;
    return 0;
}

void wire_put_number(FILE *out, double value)
{
    char buf[WIRE_NUMBER_MAX];
    fwrite(buf, 1, wire_number(buf, sizeof buf, value), out);
}

void wire_put_time(FILE *out, int64_t ms)
{
    char buf[WIRE_TIME_MAX];
    if (ms == 0) {
        fputs("null", out);
        return;
    }
    wire_time(buf, sizeof buf, ms);
    fprintf(out, "\"%s\"", buf);
}

/* RFC 3629: no surrogates, no overlong forms, up to U+10FFFF. */
size_t wire_text_sequence(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool wrong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
                 (p[0] == 0xf4 && p[1] > 0x8f);
    return wrong ? 0 : n;
}

void wire_put_string(FILE *out, const char *text)
{
    if (!text) {
        fputs("null", out);
        return;
    }
    putc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t plain = 0;
        while (p[plain] >= 0x20 && p[plain] < 0x7f && p[plain] != '"' && p[plain] != '\\')
            plain++;
        fwrite(p, 1, plain, out);
        p += plain;
        if (!*p)
            break;
        if (*p < 0x80) {
            if (*p == '"' || *p == '\\')
                fprintf(out, "\\%c", *p);
            else if (*p == '\n')
                fputs("\\n", out);
            else
                fprintf(out, "\\u%04x", *p);
            p++;
            continue;
        }
        size_t n = wire_text_sequence((const char *)p);
        if (n)
            fwrite(p, 1, n, out);
        else
            fputs("\xef\xbf\xbd", out);
        p += n ? n : 1;
    }
    putc('"', out);
}
