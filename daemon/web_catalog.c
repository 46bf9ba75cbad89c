/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_catalog.h"

#include "daemon/rule.h"
#include "drivers/arena.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    const char *id, *subject, *text;
};

struct catalog {
    struct arena *arena;
    size_t n;
    struct entry *entry;
};

static void add_line(struct catalog *catalog, char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    struct entry *entry = catalog->n ? &catalog->entry[catalog->n - 1] : NULL;
    if (!strncmp(line, "-- ", 3)) {
        catalog->entry = arena_push(catalog->arena, catalog->entry, &catalog->n, sizeof *catalog->entry);
        catalog->entry[catalog->n - 1] =
            (struct entry){arena_strndup(catalog->arena, line + 3, strcspn(line + 3, " ")), "", ""};
    } else if (entry && !strncmp(line, "Subject: ", 9)) {
        entry->subject = arena_strdup(catalog->arena, line + 9);
    } else if (entry && strncmp(line, "Defined-By:", 11) != 0 && strncmp(line, "Documentation:", 14) != 0 &&
               strncmp(line, "Support:", 8) != 0 && *line != '#') {
        /* lines of a paragraph are joined, an empty one ends it */
        entry->text = arena_printf(catalog->arena, "%s%s%s", entry->text,
                                   !*line                                                                ? "\n"
                                   : *entry->text && !strchr("\n", entry->text[strlen(entry->text) - 1]) ? " "
                                                                                                         : "",
                                   line);
    }
}

int catalog_load(const char *path, struct catalog **ret)
{
    FILE *f = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    if (!f)
        return -errno;
    struct arena *arena = arena_new();
    struct catalog *catalog = ARENA_NEW(arena, struct catalog);
    catalog->arena = arena;
    while (getline(&line, &size, f) > 0)
        add_line(catalog, line);
    free(line);
    fclose(f);
    *ret = catalog;
    return 0;
}

void catalog_free(struct catalog *catalog)
{
    if (catalog)
        arena_free(catalog->arena);
}

static const struct entry *find(const struct catalog *catalog, const char *id)
{
    for (size_t i = 0; catalog && i < catalog->n; i++)
        if (!strcmp(catalog->entry[i].id, id))
            return &catalog->entry[i];
    return NULL;
}

/* @WATTWACHT_DEVICE@ is the alert's "device", and so on: the fields of contract G. */
static json_t *fill(const char *text, const json_t *alert)
{
    char filled[2000], name[24];
    size_t n = 0;
    for (const char *c = text; *c && n + 1 < sizeof filled;) {
        const char *end = *c == '@' && !strncmp(c, "@WATTWACHT_", 11) ? strchr(c + 1, '@') : NULL;
        if (!end || (size_t)(end - c - 11) >= sizeof name) {
            filled[n++] = *c++;
            continue;
        }
        snprintf(name, sizeof name, "%.*s", (int)(end - c - 11), c + 11);
        for (char *l = name; *l; l++)
            if (*l >= 'A' && *l <= 'Z')
                *l = (char)(*l - 'A' + 'a');
        const json_t *value = json_object_get(alert, name);
        if (json_is_string(value))
            n += (size_t)snprintf(filled + n, sizeof filled - n, "%s", json_string_value(value));
        else if (json_is_number(value))
            n += (size_t)snprintf(filled + n, sizeof filled - n, "%.4g", json_number_value(value));
        if (n >= sizeof filled)
            n = sizeof filled - 1;
        c = end + 1;
    }
    return json_stringn(filled, n);
}

json_t *catalog_explain(const struct catalog *catalog, const char *rule, const json_t *alert)
{
    enum rule known = rule_parse(rule);
    /* a rule of the site's own is a threshold */
    const struct entry *entry = find(catalog, rule_row(known == RULE_COUNT ? RULE_THRESHOLD : known)->message_id);
    json_t *explained = json_object(), *paragraphs = json_array();
    json_object_set_new(explained, "subject", fill(entry ? entry->subject : "", alert));
    for (const char *text = entry ? entry->text : ""; *text;) {
        size_t n = strcspn(text, "\n");
        char *paragraph = strndup(text, n);
        if (n && paragraph)
            json_array_append_new(paragraphs, fill(paragraph, alert));
        free(paragraph);
        text += n + (text[n] != '\0');
    }
    json_object_set_new(explained, "text", paragraphs);
    return explained;
}
