/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#define FILE_MAX  (1 << 20)
#define DEPTH_MAX 32
#define NODES_MAX 100000

struct loader {
    yaml_parser_t parser;
    struct arena *arena;
    struct diag *diag;
    const char *file;
    const unsigned char *text;
    size_t nodes, mistakes; /* such as leave the tree whole */
};

static struct place place_of(const struct loader *l, yaml_mark_t mark)
{
    return (struct place){l->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1};
}

/* A reader error (invalid UTF-8, a control character) has only an offset: find the line ourselves. */
static struct place place_of_offset(const struct loader *l, size_t offset)
{
    struct place at = {l->file, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        at.col++;
        if (l->text[i] == '\n') {
            at.line++;
            at.col = 1;
        }
    }
    return at;
}

static int parser_error(struct loader *l)
{
    const yaml_parser_t *p = &l->parser;
    if (p->error == YAML_READER_ERROR) {
        diag_error(l->diag, place_of_offset(l, p->problem_offset), NULL, "%s: expected plain UTF-8 text", p->problem);
        return -EINVAL;
    }
    /* the place where parsing failed is often a line after the mistake: the context says where it began */
    if (p->context)
        diag_error(l->diag, place_of(l, p->problem_mark), NULL, "%s, %s that began at line %zu", p->problem, p->context,
                   p->context_mark.line + 1);
    else
        diag_error(l->diag, place_of(l, p->problem_mark), NULL, "%s", p->problem ? p->problem : "not YAML");
    return -EINVAL;
}

static int next_event(struct loader *l, yaml_event_t *event)
{
    return yaml_parser_parse(&l->parser, event) ? 0 : parser_error(l);
}

static int refuse(struct loader *l, yaml_mark_t mark, const char *what)
{
    diag_error(l->diag, place_of(l, mark), NULL, "%s", what);
    return -EINVAL;
}

static int check_plain(struct loader *l, const yaml_event_t *event, const unsigned char *anchor,
                       const unsigned char *tag)
{
    if (anchor)
        return refuse(l, event->start_mark, "anchors are not used here: write the value out");
    if (tag)
        return refuse(l, event->start_mark, "tags are not used here: the key decides the type");
    return 0;
}

static struct yaml_node *node_new(struct loader *l, enum yaml_kind kind, yaml_mark_t mark)
{
    struct yaml_node *node = ARENA_NEW(l->arena, struct yaml_node);
    node->kind = kind;
    node->at = place_of(l, mark);
    l->nodes++;
    return node;
}

static int load_node(struct loader *l, const yaml_event_t *event, unsigned depth, struct yaml_node **ret);

static int load_scalar(struct loader *l, const yaml_event_t *event, struct yaml_node **ret)
{
    const char *value = (const char *)event->data.scalar.value;
    if (strlen(value) != event->data.scalar.length)
        return refuse(l, event->start_mark, "text with a NUL inside");
    struct yaml_node *node = node_new(l, YAML_SCALAR, event->start_mark);
    node->text = arena_strdup(l->arena, value);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *ret = node;
    return 0;
}

static void append(struct loader *l, struct yaml_node *parent, struct yaml_node *child)
{
    parent->item = arena_push(l->arena, parent->item, &parent->n, sizeof *parent->item);
    parent->item[parent->n - 1] = child;
}

static int load_list(struct loader *l, const yaml_event_t *start, unsigned depth, struct yaml_node **ret)
{
    struct yaml_node *list = node_new(l, YAML_LIST, start->start_mark);
    for (;;) {
        yaml_event_t event;
        struct yaml_node *child;
        int r = next_event(l, &event);
        if (r < 0)
            return r;
        bool end = event.type == YAML_SEQUENCE_END_EVENT;
        if (!end)
            r = load_node(l, &event, depth, &child);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (end)
            break;
        append(l, list, child);
    }
    *ret = list;
    return 0;
}

/* The first of two counts: what else is wrong in the file can still be told. */
static int check_key(struct loader *l, const struct yaml_node *map, const yaml_event_t *event, bool *ret_twice)
{
    if (event->type != YAML_SCALAR_EVENT)
        return refuse(l, event->start_mark, "a key must be a plain word");
    const char *key = (const char *)event->data.scalar.value;
    for (size_t i = 0; i < map->n; i++)
        if (!strcmp(map->item[i]->key, key)) {
            diag_error(l->diag, place_of(l, event->start_mark), key, "given twice, first in line %u",
                       map->item[i]->key_at.line);
            l->mistakes++;
            *ret_twice = true;
        }
    return 0;
}

static int load_pair(struct loader *l, struct yaml_node *map, const yaml_event_t *key, unsigned depth)
{
    yaml_event_t event;
    struct yaml_node *key_node, *child;
    bool twice = false;
    int r = check_key(l, map, key, &twice);
    if (!r)
        r = check_plain(l, key, key->data.scalar.anchor, key->data.scalar.tag);
    if (!r)
        r = load_scalar(l, key, &key_node);
    if (!r)
        r = next_event(l, &event);
    if (r < 0)
        return r;
    r = load_node(l, &event, depth, &child);
    yaml_event_delete(&event);
    if (r < 0)
        return r;
    child->key = key_node->text;
    child->key_at = key_node->at;
    if (!twice)
        append(l, map, child);
    return 0;
}

static int load_map(struct loader *l, const yaml_event_t *start, unsigned depth, struct yaml_node **ret)
{
    struct yaml_node *map = node_new(l, YAML_MAP, start->start_mark);
    for (;;) {
        yaml_event_t event;
        int r = next_event(l, &event);
        if (r < 0)
            return r;
        bool end = event.type == YAML_MAPPING_END_EVENT;
        if (!end)
            r = load_pair(l, map, &event, depth);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (end)
            break;
    }
    *ret = map;
    return 0;
}

static int load_node(struct loader *l, const yaml_event_t *event, unsigned depth, struct yaml_node **ret)
{
    int r;
    if (depth >= DEPTH_MAX)
        return refuse(l, event->start_mark, "nested more than 32 deep");
    if (l->nodes >= NODES_MAX)
        return refuse(l, event->start_mark, "more than 100000 values in one file");
    if (event->type == YAML_ALIAS_EVENT)
        return refuse(l, event->start_mark, "aliases are not used here: write the value out");
    if (event->type == YAML_SCALAR_EVENT) {
        r = check_plain(l, event, event->data.scalar.anchor, event->data.scalar.tag);
        return r < 0 ? r : load_scalar(l, event, ret);
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        r = check_plain(l, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        return r < 0 ? r : load_list(l, event, depth + 1, ret);
    }
    r = check_plain(l, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    return r < 0 ? r : load_map(l, event, depth + 1, ret);
}

/* The events around the one document: stream start, document start, node, document end, stream end. */
static int load_stream(struct loader *l, struct yaml_node **ret)
{
    struct yaml_node *root = NULL;
    for (;;) {
        yaml_event_t event;
        int r = next_event(l, &event);
        if (r < 0)
            return r;
        bool end = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && root)
            r = refuse(l, event.start_mark, "a second document: one file holds one");
        else if (event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
                 event.type == YAML_MAPPING_START_EVENT || event.type == YAML_ALIAS_EVENT)
            r = load_node(l, &event, 0, &root);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (end)
            break;
    }
    bool empty = !root || (root->kind == YAML_SCALAR && !root->quoted && !*root->text);
    if (empty) {
        root = ARENA_NEW(l->arena, struct yaml_node);
        root->kind = YAML_MAP;
        root->at = (struct place){l->file, 1, 1};
    }
    *ret = root;
    return 0;
}

int yaml_load_text(struct arena *arena, const char *file, const char *text, size_t n, struct diag *diag,
                   struct yaml_node **ret_root)
{
    struct loader l = {.arena = arena, .diag = diag, .file = file, .text = (const void *)text};
    if (n > FILE_MAX) {
        diag_error(diag, (struct place){.file = l.file}, NULL, "larger than 1 MiB");
        return -EFBIG;
    }
    if (!yaml_parser_initialize(&l.parser))
        return -ENOMEM;
    if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) { /* the mark that editors of Windows put before UTF-8 */
        l.text += 3;
        n -= 3;
    }
    yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&l.parser, l.text, n);
    int r = load_stream(&l, ret_root);
    yaml_parser_delete(&l.parser);
    return r == 0 && l.mistakes ? -EINVAL : r;
}

int yaml_load_file(struct arena *arena, const char *path, struct diag *diag, struct yaml_node **ret_root)
{
    struct place whole = {.file = arena_strdup(arena, path)};
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a fifo would wait for its writer */
    bool regular = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    FILE *f = regular ? fdopen(fd, "r") : NULL;
    if (!f) {
        int r = fd < 0 || regular ? -errno : -EINVAL;
        diag_error(diag, whole, NULL, "cannot be opened: %s", r == -EINVAL ? "it is no regular file" : strerror(-r));
        if (fd >= 0)
            close(fd);
        return r;
    }
    char *text = malloc(FILE_MAX + 1);
    if (!text)
        abort();
    size_t n = fread(text, 1, FILE_MAX + 1, f);
    int r = ferror(f) ? -EIO : 0;
    fclose(f);
    if (r < 0)
        diag_error(diag, whole, NULL, "cannot be read");
    else
        r = yaml_load_text(arena, whole.file, text, n, diag, ret_root);
    free(text);
    return r;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (!strcmp(map->item[i]->key, key))
            return map->item[i];
    return NULL;
}
