/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/web_template.h"

#include "drivers/arena.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH 40 /* of sections, partials and so of a tree that is drawn by a partial of itself */

enum node_kind { NODE_TEXT, NODE_VALUE, NODE_WORDS, NODE_EACH, NODE_UNLESS, NODE_END, NODE_PARTIAL };

struct node {
    enum node_kind kind;
    const char *text; /* literal text, or a name */
    size_t length;
    size_t end; /* of a section: its NODE_END */
    unsigned line;
    const struct template *partial;
};

struct template
{
    const char *name;
    size_t n;
    struct node *node;
};

struct templates {
    struct arena *arena;
    size_t n;
    struct template *one;
};

struct frame {
    const struct templates *templates;
    const struct web_words *language;
    FILE *out;
    size_t depth;
    const json_t *item[DEPTH];
};

void web_put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        size_t plain = strcspn(text, "&<>\"'");
        fwrite(text, 1, plain, out);
        text += plain;
        switch (*text) {
        case '\0': return;
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        default: fputs("&#39;", out); break;
        }
    }
}

static const struct template *find(const struct templates *templates, const char *name)
{
    for (size_t i = 0; i < templates->n; i++)
        if (!strcmp(templates->one[i].name, name))
            return &templates->one[i];
    return NULL;
}

static struct node *add_node(struct arena *arena, struct template *template, enum node_kind kind, const char *text,
                             size_t length, unsigned line)
{
    template->node = arena_push(arena, template->node, &template->n, sizeof(struct node));
    struct node *node = &template->node[template->n - 1];
    *node = (struct node){.kind = kind, .text = arena_strndup(arena, text, length), .length = length, .line = line};
    return node;
}

static int refuse(const struct template *template, unsigned line, const char *what, const char *name, char words[300])
{
    snprintf(words, 300, "%.60s.html:%u: %.60s %.100s", template->name, line, what, name);
    return -EINVAL;
}

/* Reads one {{...}}; open is the stack of sections. */
static int read_tag(struct arena *arena, struct template *template, const char *tag, size_t length, unsigned line,
                    size_t open[DEPTH], size_t *depth, char words[300])
{
    static const struct {
        char mark;
        enum node_kind kind;
    } kinds[] = {{'#', NODE_EACH}, {'^', NODE_UNLESS}, {'/', NODE_END}, {'>', NODE_PARTIAL}, {'_', NODE_WORDS}};
    enum node_kind kind = NODE_VALUE;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (tag[0] == kinds[i].mark)
            kind = kinds[i].kind;
    if (kind != NODE_VALUE)
        tag++, length--;
    struct node *node = add_node(arena, template, kind, tag, length, line);
    size_t at = template->n - 1;
    if (!length)
        return refuse(template, line, "a hole without a name", "", words);
    if (kind == NODE_EACH || kind == NODE_UNLESS) {
        if (*depth == DEPTH)
            return refuse(template, line, "too deep:", node->text, words);
        open[(*depth)++] = at;
    } else if (kind == NODE_END) {
        if (!*depth || strcmp(template->node[open[*depth - 1]].text, node->text) != 0)
            return refuse(template, line, "closes what is not open:", node->text, words);
        template->node[open[--*depth]].end = at;
    }
    return 0;
}

static int parse(struct arena *arena, struct template *template, const char *text, char words[300])
{
    size_t open[DEPTH], depth = 0;
    unsigned line = 1;
    while (*text) {
        const char *hole = strstr(text, "{{"), *stop = hole ? strstr(hole, "}}") : NULL;
        size_t plain = hole ? (size_t)(hole - text) : strlen(text);
        if (plain)
            add_node(arena, template, NODE_TEXT, text, plain, line);
        if (!hole)
            break;
        for (const char *c = text; c < hole; c++)
            line += *c == '\n';
        if (!stop)
            return refuse(template, line, "a hole without its end", "", words);
        int r = read_tag(arena, template, hole + 2, (size_t)(stop - hole - 2), line, open, &depth, words);
        if (r < 0)
            return r;
        for (const char *c = hole; c < stop; c++)
            line += *c == '\n';
        text = stop + 2;
    }
    return depth ? refuse(template, line, "not closed:", template->node[open[depth - 1]].text, words) : 0;
}

static int bind_partials(struct templates *templates, char words[300])
{
    for (size_t t = 0; t < templates->n; t++)
        for (size_t i = 0; i < templates->one[t].n; i++) {
            struct node *node = &templates->one[t].node[i];
            if (node->kind == NODE_PARTIAL && !(node->partial = find(templates, node->text)))
                return refuse(&templates->one[t], node->line, "no such template:", node->text, words);
        }
    return 0;
}

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = fopen(path, "re");
    if (f && getdelim(&text, &n, '\0', f) < 0) {
        free(text);
        text = NULL;
    }
    if (f)
        fclose(f);
    return text;
}

static int is_template(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 5 && !strcmp(entry->d_name + n - 5, ".html");
}

static int load_one(struct templates *templates, const char *directory, const char *name, char words[300])
{
    const char *path = arena_printf(templates->arena, "%s/%s", directory, name);
    char *text = read_file(path);
    if (!text) {
        snprintf(words, 300, "%.240s: cannot be read", path);
        return -EIO;
    }
    templates->one = arena_push(templates->arena, templates->one, &templates->n, sizeof(struct template));
    struct template *template = &templates->one[templates->n - 1];
    template->name = arena_strndup(templates->arena, name, strlen(name) - 5);
    int r = parse(templates->arena, template, text, words);
    free(text);
    return r;
}

int templates_load(const char *directory, struct templates **ret, char words[300])
{
    struct dirent **names;
    int n = scandir(directory, &names, is_template, alphasort), r = 0;
    if (n < 0) {
        r = -errno;
        snprintf(words, 300, "%.200s: %s", directory, strerror(errno));
        return r;
    }
    struct arena *arena = arena_new();
    struct templates *templates = ARENA_NEW(arena, struct templates);
    templates->arena = arena;
    for (int i = 0; i < n; i++) {
        if (!r)
            r = load_one(templates, directory, names[i]->d_name, words);
        free(names[i]);
    }
    free(names);
    if (!r)
        r = bind_partials(templates, words);
    if (r < 0) {
        templates_free(templates);
        return r;
    }
    *ret = templates;
    return 0;
}

void templates_free(struct templates *templates)
{
    if (templates)
        arena_free(templates->arena);
}

/* A member by its name, from the innermost object outward; a.b goes on inward. */
static const json_t *seek(const struct frame *frame, const char *name)
{
    if (!strcmp(name, "."))
        return frame->item[frame->depth - 1];
    size_t first = strcspn(name, ".");
    const json_t *value = NULL;
    for (size_t i = frame->depth; i > 0 && !value; i--)
        value = json_object_getn(frame->item[i - 1], name, first);
    while (value && name[first] == '.') {
        name += first + 1;
        first = strcspn(name, ".");
        value = json_object_getn(value, name, first);
    }
    return value;
}

static bool present(const json_t *value)
{
    if (!value || json_is_null(value) || json_is_false(value))
        return false;
    if (json_is_string(value))
        return json_string_length(value) > 0;
    return !(json_is_object(value) && !json_object_size(value)) && !(json_is_array(value) && !json_array_size(value));
}

static void put_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        web_put_escaped(out, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        fprintf(out, "%.6g", json_real_value(value));
}

static void put_words(const struct frame *frame, const char *english)
{
    const struct web_words *language = frame->language;
    const char *said = language && language->translate ? language->translate(language->context, english) : english;
    web_put_escaped(frame->out, said ? said : english);
}

static void render(struct frame *frame, const struct template *template, size_t from, size_t to);

static void render_in(struct frame *frame, const json_t *item, const struct template *template, size_t from, size_t to)
{
    if (frame->depth == DEPTH)
        return;
    frame->item[frame->depth++] = item;
    render(frame, template, from, to);
    frame->depth--;
}

static void render_section(struct frame *frame, const struct template *template, size_t at)
{
    const struct node *node = &template->node[at];
    const json_t *value = seek(frame, node->text);
    bool there = present(value);
    if (node->kind == NODE_UNLESS) {
        if (!there)
            render(frame, template, at + 1, node->end);
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            render_in(frame, json_array_get(value, i), template, at + 1, node->end);
    } else if (there) {
        render_in(frame, value, template, at + 1, node->end);
    }
}

static void render(struct frame *frame, const struct template *template, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct node *node = &template->node[i];
        switch (node->kind) {
        case NODE_TEXT: fwrite(node->text, 1, node->length, frame->out); break;
        case NODE_VALUE: put_value(frame->out, seek(frame, node->text)); break;
        case NODE_WORDS: put_words(frame, node->text); break;
        case NODE_PARTIAL: /* on the frame at hand: a level, so that a partial of itself ends */
            render_in(frame, frame->item[frame->depth - 1], node->partial, 0, node->partial->n);
            break;
        case NODE_EACH:
        case NODE_UNLESS:
            render_section(frame, template, i);
            i = node->end;
            break;
        case NODE_END: break;
        }
    }
}

int templates_render(const struct templates *templates, const char *name, const json_t *view,
                     const struct web_words *language, FILE *out)
{
    const struct template *template = find(templates, name);
    if (!template)
        return -ENOENT;
    struct frame frame = {.templates = templates, .language = language, .out = out, .depth = 1, .item = {view}};
    render(&frame, template, 0, template->n);
    return 0;
}
