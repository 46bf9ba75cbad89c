/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_LEAST  4 /* shorter ones stand in too many words by chance */
#define SERIAL_LEAST  8
#define SERIAL_DIGITS 6 /* a model has five at most: AP8959EU3, APDU10150SM */

struct met {
    size_t n;
    char *text, *stand_in;
};

struct redactor {
    size_t n_met, n_secrets;
    struct met *met, *secret;
};

struct shape {
    size_t digits, letters, hex, dots, colons, hyphens, others;
    bool lower, upper, at;
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct redactor *redactor_new(void)
{
    return must(calloc(1, sizeof(struct redactor)));
}

static void free_all(struct met *met, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(met[i].text);
        free(met[i].stand_in);
    }
    free(met);
}

void redactor_free(struct redactor *redactor)
{
    if (!redactor)
        return;
    free_all(redactor->met, redactor->n_met);
    free_all(redactor->secret, redactor->n_secrets);
    free(redactor);
}

static struct shape shape_of(const char *text, size_t n)
{
    struct shape s = {0};
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        s.digits += isdigit(c) != 0;
        s.letters += isalpha(c) != 0;
        s.hex += isxdigit(c) != 0;
        s.dots += c == '.';
        s.colons += c == ':';
        s.hyphens += c == '-' || c == '_';
        s.others += !isalnum(c) && !strchr(".:-_@", c);
        s.lower = s.lower || islower(c);
        s.upper = s.upper || isupper(c);
        s.at = s.at || c == '@';
    }
    return s;
}

bool redact_is_number(const char *text, size_t n)
{
    size_t i = 0, digits = 0, points = 0;
    while (i < n && strchr(" +-", text[i]) && text[i])
        i++;
    for (; i < n && (isdigit((unsigned char)text[i]) || text[i] == '.' || text[i] == ','); i++) {
        digits += isdigit((unsigned char)text[i]) != 0;
        points += !isdigit((unsigned char)text[i]);
    }
    if (!digits || points > 1 || (digits >= SERIAL_LEAST && !memchr(text, '.', n)))
        return false;
    size_t unit = i;
    while (i < n && text[i] && (isalpha((unsigned char)text[i]) || strchr(" %/.\xc2\xb0", text[i])))
        i++;
    return i == n && i - unit <= 12;
}

static bool is_mac(const struct shape *s, size_t n)
{
    return (n == 17 && s->hex == 12 && (s->colons == 5 || s->hyphens == 5)) ||
           (n == 12 && s->hex == 12 && s->digits >= 2 && s->letters >= 1) || (n == 14 && s->hex == 12 && s->dots == 2);
}

bool redact_is_mac(const char *word, size_t n)
{
    struct shape s = shape_of(word, n);
    return is_mac(&s, n);
}

bool redact_is_private(const char *word, size_t n)
{
    struct shape s = shape_of(word, n);
    if (s.at || is_mac(&s, n))
        return n > 2;
    if (s.others)
        return false;
    if (s.dots == 3 && s.digits >= 4 && s.digits + s.dots == n)
        return true; /* IPv4 */
    if (s.colons >= 2 && s.hex + s.colons == n && s.hex >= 3)
        return true; /* IPv6 */
    if (s.dots >= 1 && s.letters >= 4 && s.lower && !s.upper && !s.colons && islower((unsigned char)word[n - 1]) &&
        s.dots + s.letters + s.digits + s.hyphens == n && s.dots + s.hyphens >= 2)
        return true; /* pdu-1.example.org */
    if (s.hyphens && s.digits && s.letters && s.lower && !s.dots)
        return true; /* dc-np2-pdu_1a */
    return n >= SERIAL_LEAST && s.digits + s.letters == n && !s.lower && s.digits >= SERIAL_DIGITS;
}

static bool all_digits(const char *text, size_t n)
{
    size_t digits = 0;
    while (digits < n && isdigit((unsigned char)text[digits]))
        digits++;
    return digits == n;
}

static struct met *find(struct met *met, size_t n_met, const char *text, size_t n)
{
    for (size_t i = 0; i < n_met; i++)
        if (met[i].n == n && !memcmp(met[i].text, text, n))
            return &met[i];
    return NULL;
}

/* Digits and letters stay what they were; the last of them count. Of a MAC all are digits, so that it stays one. */
static char *invent(const char *text, size_t n, size_t number)
{
    struct shape s = shape_of(text, n);
    bool mac = is_mac(&s, n);
    char *made = must(malloc(n + 1));
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        made[i] = (char)(isdigit(c) || (mac && isxdigit(c)) ? '0' : isupper(c) ? 'X' : islower(c) ? 'x' : c);
        if (c >= 0x80 || c < 0x20)
            made[i] = 0;
    }
    made[n] = '\0';
    for (size_t i = n; i-- > 0 && number;) {
        if (made[i] == '0') {
            made[i] = (char)('0' + number % 10);
            number /= 10;
        } else if (made[i] == 'X' || made[i] == 'x') {
            made[i] = (char)(made[i] - 'X' + 'A' + (char)(number % 23));
            number /= 23;
        } else if (!made[i]) {
            made[i] = (char)(number % 128);
            number /= 128;
        }
    }
    return made;
}

void redact_stand_in(struct redactor *redactor, const char *text, size_t n, char *ret)
{
    struct met *met = find(redactor->met, redactor->n_met, text, n);
    if (!met) {
        redactor->met = must(reallocarray(redactor->met, redactor->n_met + 1, sizeof *met));
        met = &redactor->met[redactor->n_met++];
        *met = (struct met){n, must(malloc(n + 1)), invent(text, n, redactor->n_met)};
        memcpy(met->text, text, n);
    }
    memcpy(ret, met->stand_in, n);
}

void redact_secret(struct redactor *redactor, const char *text, size_t n)
{
    while (n && text[n - 1] == ' ')
        n--;
    if (n < SECRET_LEAST || (all_digits(text, n) ? n <= SECRET_LEAST : redact_is_number(text, n)) ||
        find(redactor->secret, redactor->n_secrets, text, n))
        return;
    redactor->secret = must(reallocarray(redactor->secret, redactor->n_secrets + 1, sizeof *redactor->secret));
    struct met *secret = &redactor->secret[redactor->n_secrets++];
    *secret = (struct met){n, must(malloc(n + 1)), must(malloc(n + 1))};
    memcpy(secret->text, text, n);
    redact_stand_in(redactor, text, n, secret->stand_in);
}

static bool is_part_of_number(char c)
{
    return isdigit((unsigned char)c) || c == '.';
}

void redact_within(struct redactor *redactor, char *text, size_t n)
{
    for (size_t k = 0; k < redactor->n_secrets; k++) {
        const struct met *secret = &redactor->secret[k];
        bool digits = all_digits(secret->text, secret->n);
        for (char *at = text; (at = memmem(at, n - (size_t)(at - text), secret->text, secret->n)); at += secret->n) {
            const char *end = at + secret->n;
            /* a serial number of digits is not to be found within a measured number */
            if (!digits || !((at > text && is_part_of_number(at[-1])) || (end < text + n && is_part_of_number(*end))))
                memcpy(at, secret->stand_in, secret->n);
        }
    }
}

void redact_words(struct redactor *redactor, char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t first = i;
        while (i < n && !strchr(" ,;()[]<>\"'=|/", text[i]) && text[i])
            i++;
        if (i > first && redact_is_private(text + first, i - first))
            redact_stand_in(redactor, text + first, i - first, text + first);
        i += i < n;
    }
}
