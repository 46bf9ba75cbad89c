/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decimal.h"
#include "field.h"
#include "oid.h"
#include "part.h"
#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static int complain(struct field_reader *reader, const struct yaml_node *node, const char *expected)
{
    if (node->kind == YAML_SCALAR)
        diag_error(reader->diag, node->at, node->key, "'%s' is not %s", node->text, expected);
    else
        diag_error(reader->diag, node->at, node->key, "a %s is not %s", node->kind == YAML_MAP ? "map" : "list",
                   expected);
    return -EINVAL;
}

/* The text of a scalar that is not quoted, or NULL: numbers in quotes are text. */
static const char *plain(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted ? node->text : NULL;
}

/* The text of a scalar: a number with its unit is text with quotes or without. */
static const char *word(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR ? node->text : NULL;
}

int field_text(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    if (node->kind != YAML_SCALAR || !*node->text || (!node->quoted && !strcmp(node->text, "~")))
        return complain(reader, node, "a text");
    *(const char **)into = arena_strdup(reader->arena, node->text);
    return 0;
}

int field_id(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    if (node->kind != YAML_SCALAR || !id_valid(node->text))
        return complain(reader, node, "a name: expected a-z, 0-9 and '-' inside, at most 32 characters");
    if (id_reserved(node->text))
        return complain(reader, node, "free: site, kpi and unit-... are reserved names");
    *(const char **)into = arena_strdup(reader->arena, node->text);
    return 0;
}

int field_bool(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"yes", true}, {"no", false}, {"true", true}, {"false", false}};
    const char *text = word(node); /* a tool that writes YAML puts its yes in quotes */
    for (size_t i = 0; text && i < sizeof words / sizeof words[0]; i++)
        if (!strcmp(text, words[i].text)) {
            *(bool *)into = words[i].value;
            return 0;
        }
    return complain(reader, node, "yes or no");
}

static bool whole_number(const char *text, int64_t *ret)
{
    struct decimal d;
    const char *end;
    if (!strncmp(text, "0x", 2) && text[2]) {
        uint64_t n = 0;
        for (const char *p = text + 2; *p; p++) {
            const char *digits = "0123456789abcdef", *at = strchr(digits, *p | 0x20);
            if (!at || n >> 60)
                return false;
            n = n << 4 | (uint64_t)(at - digits);
        }
        *ret = (int64_t)n;
        return true;
    }
    if (decimal_parse(text, &d, &end) < 0 || *end || d.exponent < 0 || strpbrk(text, ".eE+"))
        return false;
    for (; d.exponent; d.exponent--)
        if (__builtin_mul_overflow(d.mantissa, 10, &d.mantissa))
            return false;
    *ret = d.mantissa;
    return true;
}

int field_integer(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    const char *text = plain(node);
    int64_t n;
    if (!text || !whole_number(text, &n))
        return complain(reader, node, "a whole number");
    *(int64_t *)into = n;
    return 0;
}

int field_count(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    const char *text = plain(node);
    int64_t n;
    if (!text || !whole_number(text, &n) || n < 0 || n > INT_MAX)
        return complain(reader, node, "a whole number from 0 on");
    *(unsigned *)into = (unsigned)n;
    return 0;
}

int field_decimal(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    struct decimal d;
    const char *text = plain(node), *end;
    if (!text || decimal_parse(text, &d, &end) < 0 || *end)
        return complain(reader, node, "a number with a decimal point, like 0.1");
    *(struct decimal *)into = d;
    return 0;
}

int field_number(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct decimal d;
    int r = field_decimal(reader, field, node, &d);
    if (r < 0)
        return r;
    *(double *)into = decimal_value(d);
    return 0;
}

int field_value(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    double value;
    const char *text = word(node);
    if (!text || unit_parse_value(text, field->dimension, &value) < 0) {
        char expected[120];
        const char *name = dimension_name(field->dimension);
        snprintf(expected, sizeof expected, "%s %s with its unit, like %s", strchr("aeio", *name) ? "an" : "a", name,
                 dimension_example(field->dimension));
        return complain(reader, node, expected);
    }
    *(double *)into = value;
    return 0;
}

int field_duration(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    double seconds;
    const char *text = word(node);
    if (text && !strcmp(text, "0")) {
        *(int64_t *)into = 0; /* nothing has the same length in every unit */
        return 0;
    }
    if (!text || unit_parse_value(text, D_TIME, &seconds) < 0 || seconds < 0 || seconds > 3.2e10)
        return complain(reader, node, "a duration with its unit, like 10s");
    *(int64_t *)into = llround(seconds * 1e6);
    return 0;
}

int field_size(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    double bytes;
    const char *text = word(node);
    if (!text || unit_parse_value(text, D_SIZE, &bytes) < 0 || bytes < 0 || bytes > 1e18)
        return complain(reader, node, "a size with its unit, like 2GB");
    *(uint64_t *)into = (uint64_t)bytes;
    return 0;
}

int field_choice(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    const char *const *names = field->arg;
    char expected[300] = "one of:";
    size_t used = strlen(expected), n = 0;
    for (; names[n]; n++) {
        if (node->kind == YAML_SCALAR && !strcmp(names[n], node->text)) {
            *(int *)into = (int)n;
            return 0;
        }
        if (used < sizeof expected)
            used += (size_t)snprintf(expected + used, sizeof expected - used, " %s", names[n]);
    }
    const char *near = node->kind == YAML_SCALAR ? field_nearest(node->text, names, n) : NULL;
    if (near && used < sizeof expected)
        snprintf(expected + used, sizeof expected - used, "; did you mean '%s'?", near);
    return complain(reader, node, expected);
}

int field_oid(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    if (node->kind != YAML_SCALAR || *node->text == '.' || oid_read(reader->arena, node->text, into) < 0)
        return complain(reader, node, "a numeric object identifier without a leading dot, like 1.3.6.1.2.1.1.1.0");
    return 0;
}

/* Elements of maps begin with their key (field.h), so the key is written through the first member. */
static int read_items(struct field_reader *reader, const struct field *field, const struct yaml_node *node, bool keyed,
                      struct field_items *items)
{
    int result = 0;
    items->n = node->n;
    items->item = arena_alloc(reader->arena, node->n * field->size);
    for (size_t i = 0; i < node->n; i++) {
        char *element = (char *)items->item + i * field->size;
        const struct yaml_node *child = node->item[i];
        if (keyed) {
            const char *key = arena_strdup(reader->arena, child->key);
            memcpy(element, &key, sizeof key);
        }
        if (field_read_map(reader, field->arg, child, element) < 0)
            result = -EINVAL;
    }
    return result;
}

int field_map_of(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    if (node->kind != YAML_MAP)
        return complain(reader, node, "a map of names");
    return read_items(reader, field, node, true, into);
}

int field_list_of(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    if (node->kind != YAML_LIST)
        return complain(reader, node, "a list");
    return read_items(reader, field, node, false, into);
}

int field_texts(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct field_items *items = into;
    const struct yaml_node *one[] = {node};
    const struct yaml_node *const *from = one;
    size_t n = 1;
    int result = 0;
    if (node->kind == YAML_LIST) {
        from = (const struct yaml_node *const *)node->item;
        n = node->n;
    }
    items->n = n;
    items->item = arena_alloc(reader->arena, n * sizeof(const char *));
    for (size_t i = 0; i < n; i++)
        if (field_text(reader, field, from[i], (const char **)items->item + i) < 0)
            result = -EINVAL;
    return result;
}

int field_sub(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    return field_read_map(reader, field->arg, node, into);
}

int field_node(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)reader;
    (void)field;
    *(const struct yaml_node **)into = node;
    return 0;
}
