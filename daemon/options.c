/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/options.h"

#include "drivers/field.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define WORDS 200

static int refuse(char words[WORDS], const char *format, ...) __attribute__((format(printf, 2, 3)));
static int refuse(char words[WORDS], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(words, WORDS, format, args);
    va_end(args);
    return -EINVAL;
}

/* How it is written: -o, --config. */
static const char *dashes(const char *name)
{
    return name[1] ? "--" : "-";
}

static const struct option_row *find(const struct option_row *table, const char *name, size_t n)
{
    for (; table->name; table++)
        if (strlen(table->name) == n && !memcmp(table->name, name, n))
            return table;
    return NULL;
}

static int unknown(const struct option_row *table, const char *word, const char *name, size_t n, char words[WORDS])
{
    const char *names[64] = {"help", "version"};
    char text[64];
    size_t count = 2;
    int shown = (int)strcspn(word, "="); /* never the value: it may be a secret */
    for (const struct option_row *row = table; row->name && count < sizeof names / sizeof names[0]; row++)
        if (row->name[1])
            names[count++] = row->name;
    snprintf(text, sizeof text, "%.*s", (int)(n < sizeof text ? n : sizeof text - 1), name);
    const char *nearest = n > 1 ? field_nearest(text, names, count) : NULL;
    if (nearest)
        return refuse(words, "%.*s: no such option, did you mean --%s?", shown, word, nearest);
    return refuse(words, "%.*s: no such option", shown, word);
}

static int set(const struct option_row *row, const char *value, void *into, char words[WORDS])
{
    void *at = (char *)into + row->offset;
    switch (row->kind) {
    case OPTION_FLAG: *(bool *)at = true; return 0;
    case OPTION_TEXT:
        if (*(const char **)at)
            return refuse(words, "%s%s: given twice", dashes(row->name), row->name);
        *(const char **)at = value;
        return 0;
    case OPTION_LIST: {
        struct option_list *list = at;
        if (list->n == sizeof list->item / sizeof list->item[0])
            return refuse(words, "%s%s: given more than %zu times", dashes(row->name), row->name, list->n);
        list->item[list->n++] = value;
        return 0;
    }
    }
    return 0;
}

/* argv[*i] is an option; takes the next word too where it is its value. */
static int read_one(const struct option_row *table, int argc, char **argv, int *i, void *into, char words[WORDS])
{
    const char *name = argv[*i] + (argv[*i][1] == '-' ? 2 : 1), *equals = strchr(name, '=');
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    bool is_short = argv[*i][1] != '-';
    if (!is_short && n == 4 && !strncmp(name, "help", 4))
        return OPTIONS_HELP;
    if (!is_short && n == 7 && !strncmp(name, "version", 7))
        return OPTIONS_VERSION;
    const struct option_row *row = (n == 1) == is_short ? find(table, name, n) : NULL;
    if (!row && is_short && n == 1 && *name == 'h')
        return OPTIONS_HELP;
    if (!row)
        return unknown(table, argv[*i], name, n, words);
    if (row->kind == OPTION_FLAG)
        return equals ? refuse(words, "%s%s: takes no value", dashes(row->name), row->name)
                      : set(row, NULL, into, words);
    bool follows = *i + 1 < argc && strncmp(argv[*i + 1], "--", 2) != 0; /* --api --json: the value was forgotten */
    const char *value = equals ? equals + 1 : follows ? argv[++*i] : "";
    if (!*value)
        return refuse(words, "%s%s: expected %s", dashes(row->name), row->name, row->value);
    return set(row, value, into, words);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && strchr("0123456789.", word[1]) == NULL;
}

int options_parse(const struct option_row *table, int argc, char **argv, void *into, size_t *ret_n, char words[WORDS])
{
    size_t n = 0;
    bool ended = false;
    for (int i = 1; i < argc; i++) {
        if (!ended && !strcmp(argv[i], "--")) {
            ended = true;
        } else if (!ended && is_option(argv[i])) {
            int r = read_one(table, argc, argv, &i, into, words);
            if (r != 0)
                return r;
        } else {
            argv[n++] = argv[i];
        }
    }
    *ret_n = n;
    return OPTIONS_READ;
}

void options_print(const struct option_row *table, FILE *out)
{
    static const struct option_row common[] = {
        {"help", OPTION_FLAG, 0, NULL, "say what there is, and stop"},
        {"version", OPTION_FLAG, 0, NULL, "say which version this is, and stop"},
        {NULL, OPTION_FLAG, 0, NULL, NULL},
    };
    const struct option_row *tables[] = {table, common};
    for (size_t t = 0; t < 2; t++)
        for (const struct option_row *row = tables[t]; row->name; row++) {
            char left[64];
            snprintf(left, sizeof left, "%s%s%s%s", dashes(row->name), row->name, row->value ? " " : "",
                     row->value ? row->value : "");
            fprintf(out, "  %-28s %s\n", left, row->help);
        }
}
