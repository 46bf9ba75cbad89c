/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_speech.h"

#include "daemon/language.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SPEECH_TURNS 2000

const char *const speech_codes[SPEECH_LANGUAGES] = {"en", "nl", "fr"};

struct speech {
    struct language *one[SPEECH_LANGUAGES];
    char decimal[SPEECH_LANGUAGES];
    unsigned turns;
};

static int load(struct speech *speech, char words[300])
{
    int result = 0;
    for (int i = 0; i < SPEECH_LANGUAGES; i++) {
        struct diag *diag = diag_new();
        struct language *fresh = NULL;
        int r = language_load(speech_codes[i], diag, &fresh);
        if (r < 0) {
            snprintf(words, 300, "%.280s", diag_first(diag) ? diag_first(diag) : speech_codes[i]);
            result = r;
        } else {
            language_free(speech->one[i]);
            speech->one[i] = fresh;
            speech->decimal[i] = language_number(fresh, 0.5, 1)[1];
        }
        diag_free(diag);
    }
    return result;
}

int speech_new(struct speech **ret, char words[300])
{
    struct speech *speech = calloc(1, sizeof *speech);
    if (!speech)
        return -ENOMEM;
    *ret = speech;
    return load(speech, words);
}

void speech_free(struct speech *speech)
{
    if (!speech)
        return;
    for (int i = 0; i < SPEECH_LANGUAGES; i++)
        language_free(speech->one[i]);
    free(speech);
}

void speech_turn(struct speech *speech)
{
    char words[300];
    if (++speech->turns < SPEECH_TURNS)
        return;
    speech->turns = 0;
    load(speech, words); /* what cannot be read now stays as it was */
}

static const char *translate(void *context, const char *english)
{
    return language_say(context, english);
}

struct web_words speech_words(struct speech *speech, enum speech_language language)
{
    struct language *one = speech->one[language];
    return one && language != SPEECH_EN ? (struct web_words){translate, one} : (struct web_words){NULL, NULL};
}

char speech_decimal(const struct speech *speech, enum speech_language language)
{
    return speech->decimal[language] ? speech->decimal[language] : '.';
}

int speech_parse(const char *code)
{
    for (int i = 0; i < SPEECH_LANGUAGES; i++)
        if (!strcmp(speech_codes[i], code))
            return i;
    return -1;
}

/* RFC 9110 12.5.4: ranges with a weight; the first part of a range is enough here. */
enum speech_language speech_accept(const char *header)
{
    enum speech_language best = SPEECH_EN;
    double most = 0;
    for (const char *c = header; c && *c; c = strchr(c, ',') ? strchr(c, ',') + 1 : NULL) {
        c += strspn(c, " \t");
        size_t n = strcspn(c, ",;- \t"), whole = strcspn(c, ",");
        const char *weight = memmem(c, whole, "q=", 2);
        double q = weight ? strtod(weight + 2, NULL) : 1;
        for (int i = 0; i < SPEECH_LANGUAGES; i++)
            if (n == 2 && !strncasecmp(c, speech_codes[i], 2) && q > most) {
                best = (enum speech_language)i;
                most = q;
            }
    }
    return best;
}
