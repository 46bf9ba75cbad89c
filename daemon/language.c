/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "language.h"

#include "daemon/data.h"
#include "drivers/yaml.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define NUMBER_MAX 64

struct language {
    struct arena *arena;
    const char *name, *decimal, *group, *order; /* order: of a date, "d m y" or "m d, y" */
    const char *month[12];
    size_t n;
    struct message {
        const char *english, *text;
    } * message;
};

static int complain(struct diag *diag, const struct yaml_node *node, const char *key, const char *expected)
{
    diag_error(diag, node->at, key, "missing or wrong, expected %s", expected);
    return -EINVAL;
}

static int take_text(struct diag *diag, const struct yaml_node *root, const char *key, const char **ret)
{
    const struct yaml_node *node = yaml_get(root, key);
    if (!node || node->kind != YAML_SCALAR)
        return complain(diag, node ? node : root, key, "a text");
    *ret = node->text;
    return 0;
}

static int take_months(struct diag *diag, const struct yaml_node *root, struct language *l)
{
    const struct yaml_node *months = yaml_get(root, "months");
    if (!months || months->kind != YAML_LIST || months->n != 12)
        return complain(diag, months ? months : root, "months", "twelve names");
    for (size_t i = 0; i < 12; i++)
        l->month[i] = months->item[i]->text;
    return 0;
}

static size_t stars(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '*';
    return n;
}

static int take_messages(struct diag *diag, const struct yaml_node *root, struct language *l)
{
    const struct yaml_node *messages = yaml_get(root, "messages");
    for (size_t i = 0; messages && messages->kind == YAML_MAP && i < messages->n; i++) {
        const struct yaml_node *one = messages->item[i];
        if (one->kind != YAML_SCALAR || stars(one->text) > stars(one->key))
            return complain(diag, one, one->key, "a text with as many '*' as the English has");
        l->message = arena_push(l->arena, l->message, &l->n, sizeof *l->message);
        l->message[l->n - 1] = (struct message){one->key, one->text};
    }
    return 0;
}

static int load(struct language *l, const char *path, struct diag *diag)
{
    struct yaml_node *root;
    int r = yaml_load_file(l->arena, path, diag, &root);
    if (!r && root->kind != YAML_MAP)
        r = complain(diag, root, "file", "a map");
    if (!r)
        r = take_text(diag, root, "decimal", &l->decimal);
    if (!r)
        r = take_text(diag, root, "group", &l->group);
    if (!r)
        r = take_text(diag, root, "date", &l->order);
    if (!r)
        r = take_months(diag, root, l);
    return r ? r : take_messages(diag, root, l);
}

int language_load(const char *name, struct diag *diag, struct language **ret)
{
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz-") != strlen(name) || !*name)
        return -ENOENT;
    struct arena *arena = arena_new();
    struct language *l = ARENA_NEW(arena, struct language);
    l->arena = arena;
    l->name = arena_strdup(arena, name);
    const char *path = data_path(arena, arena_printf(arena, "languages/%s.yaml", name));
    FILE *file = fopen(path, "re");
    int r = file ? load(l, path, diag) : -ENOENT;
    if (file)
        fclose(file);
    if (r < 0)
        arena_free(arena);
    else
        *ret = l;
    return r < 0 ? r : 0;
}

void language_free(struct language *language)
{
    if (language)
        arena_free(language->arena);
}

const char *language_name(const struct language *language)
{
    return language->name;
}

/* What one '*' stands for. */
struct capture {
    const char *text;
    size_t n;
};

#define CAPTURES 6

/* The shortest words for each '*', the last to the end. */
static int match(const char *pattern, const char *text, struct capture captures[CAPTURES], size_t *n)
{
    for (; *pattern && *pattern != '*'; pattern++, text++)
        if (*pattern != *text)
            return 0;
    if (!*pattern)
        return !*text;
    if (*n == CAPTURES)
        return 0;
    size_t at = (*n)++;
    for (const char *end = text;; end++) {
        size_t before = *n;
        captures[at] = (struct capture){text, (size_t)(end - text)};
        if (end > text && match(pattern + 1, end, captures, n))
            return 1;
        *n = before;
        if (!*end)
            return 0;
    }
}

/* A number among words takes the language's point too: one that stands alone, so no version or address. */
static const char *say_numbers(struct language *l, const char *words)
{
    const char *made = "", *from = words;
    for (const char *c = words; *c; c++) {
        size_t whole = strspn(c, "0123456789"), part = c[whole] == '.' ? strspn(c + whole + 1, "0123456789") : 0;
        bool begins = c == words || strchr(" (", c[-1]);
        if (!whole)
            continue;
        const char *end = c + whole + (part ? 1 + part : 0);
        if (begins && part && strchr(" ,;)", *end)) { /* or the end */
            made = arena_printf(l->arena, "%s%.*s%s", made, (int)(c + whole - from), from, l->decimal);
            from = c + whole + 1;
        }
        c = end - 1;
    }
    return arena_printf(l->arena, "%s%s", made, from);
}

static const char *fill(struct language *l, const char *text, const struct capture *captures)
{
    const char *made = "";
    size_t used = 0;
    for (const char *star; (star = strchr(text, '*')) != NULL; text = star + 1, used++) {
        const char *words = arena_strndup(l->arena, captures[used].text, captures[used].n);
        made = arena_printf(l->arena, "%s%.*s%s", made, (int)(star - text), text, language_say(l, words));
    }
    return arena_printf(l->arena, "%s%s", made, text);
}

const char *language_say(struct language *l, const char *english)
{
    if (!english)
        return "";
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->message[i].english, english))
            return l->message[i].text;
    size_t best = l->n, most = 0;
    for (size_t i = 0; i < l->n; i++) { /* of those that fit the one that says most itself */
        struct capture captures[CAPTURES];
        const char *key = l->message[i].english;
        size_t n = 0, own = strlen(key) - stars(key);
        if (strchr(key, '*') && own > most && match(key, english, captures, &n)) {
            best = i;
            most = own;
        }
    }
    struct capture captures[CAPTURES];
    size_t n = 0;
    if (best < l->n && match(l->message[best].english, english, captures, &n))
        return fill(l, l->message[best].text, captures);
    return say_numbers(l, english);
}

const char *language_number(struct language *l, double value, int digits)
{
    char plain[NUMBER_MAX], *point;
    if (!isfinite(value) || fabs(value) > 1e18)
        return "–";
    snprintf(plain, sizeof plain, "%.*f", digits, value);
    if (strspn(plain, "-0.") == strlen(plain) && *plain == '-') /* no minus nought */
        memmove(plain, plain + 1, strlen(plain));
    point = strchr(plain, '.');
    size_t whole = point ? (size_t)(point - plain) : strlen(plain), first = *plain == '-';
    const char *made = first ? "\u2212" : "";
    for (size_t i = first; i < whole; i++) {
        size_t left = whole - i;
        const char *group = i > first && left % 3 == 0 && whole - first > 3 ? l->group : "";
        made = arena_printf(l->arena, "%s%s%c", made, group, plain[i]);
    }
    return point ? arena_printf(l->arena, "%s%s%s", made, l->decimal, point + 1) : made;
}

const char *language_month(struct language *l, int month)
{
    return month >= 0 && month < 12 ? l->month[month] : "";
}

const char *language_date(struct language *l, int64_t s, int with_time)
{
    time_t t = (time_t)s;
    struct tm tm;
    localtime_r(&t, &tm);
    const char *made = "";
    for (const char *p = l->order; *p; p++) {
        const char *more = *p == 'd'   ? arena_printf(l->arena, "%d", tm.tm_mday)
                           : *p == 'm' ? language_month(l, tm.tm_mon)
                           : *p == 'y' ? arena_printf(l->arena, "%d", tm.tm_year + 1900)
                                       : arena_printf(l->arena, "%c", *p);
        made = arena_printf(l->arena, "%s%s", made, more);
    }
    return with_time ? arena_printf(l->arena, "%s %02d:%02d", made, tm.tm_hour, tm.tm_min) : made;
}

const char *language_keep(struct language *l, const char *text)
{
    return arena_strdup(l->arena, text);
}
