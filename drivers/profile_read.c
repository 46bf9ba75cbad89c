/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_read.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct profile_context *context_of(struct field_reader *reader)
{
    return reader->context;
}

bool word_number(const char *text, double *ret)
{
    if (!strncmp(text, "0x", 2) && isxdigit((unsigned char)text[2]) && strlen(text) <= 18) {
        char *end;
        unsigned long long n = strtoull(text + 2, &end, 16);
        if (*end)
            return false;
        *ret = (double)n;
        return true;
    }
    struct decimal d;
    const char *end;
    if (decimal_parse(text, &d, &end) < 0 || *end)
        return false;
    *ret = decimal_value(d);
    return true;
}

regex_t *pattern_read(struct field_reader *reader, const struct yaml_node *at, const char *text)
{
    struct pattern_list *kept = malloc(sizeof *kept);
    if (!kept)
        abort();
    int r = regcomp(&kept->regex, text, REG_EXTENDED);
    if (r) {
        char words[100];
        regerror(r, &kept->regex, words, sizeof words);
        diag_error(reader->diag, at->at, at->key, "'%s' is not a regular expression: %s", text, words);
        free(kept);
        return NULL;
    }
    struct pattern_list **list = context_of(reader)->patterns;
    kept->next = *list;
    *list = kept;
    return &kept->regex;
}

void patterns_free(struct pattern_list *list)
{
    while (list) {
        struct pattern_list *next = list->next;
        regfree(&list->regex);
        free(list);
        list = next;
    }
}

/* clang-format off */
static const struct {
    const char *name;
    enum reg_type type;
    uint16_t count;
} reg_types[] = {
    {"u16", RT_U16, 1},     {"i16", RT_I16, 1},     {"u32", RT_U32, 2},     {"i32", RT_I32, 2},
    {"u64", RT_U64, 4},     {"i64", RT_I64, 4},     {"f32", RT_F32, 2},     {"f64", RT_F64, 4},
    {"acc32", RT_ACC32, 2}, {"acc64", RT_ACC64, 4}, {"bcd16", RT_BCD16, 1}, {"bcd32", RT_BCD32, 2},
    {"mod10k", RT_MOD10K, 4},
};
/* clang-format on */
static const char *const spaces[] = {"holding", "input", "coil", "discrete"};
static const char *const orders[] = {"", "abcd", "cdab", "badc", "dcba"};

static bool whole(const char **p, unsigned long limit, unsigned long *ret)
{
    if (!isdigit((unsigned char)**p))
        return false;
    char *end;
    unsigned long n = strtoul(*p, &end, !strncmp(*p, "0x", 2) ? 16 : 10);
    if (n > limit)
        return false;
    *p = end;
    *ret = n;
    return true;
}

static bool reg_type_parse(const char *word, size_t n, struct reg *reg)
{
    for (size_t i = 0; i < sizeof reg_types / sizeof reg_types[0]; i++)
        if (strlen(reg_types[i].name) == n && !strncmp(reg_types[i].name, word, n)) {
            reg->type = reg_types[i].type;
            reg->count = reg_types[i].count;
            return true;
        }
    unsigned long count;
    const char *p = word + 6;
    if (n < 7 || strncmp(word, "string", 6) != 0 || !whole(&p, 60, &count) || !count || p != word + n)
        return false;
    reg->type = RT_STRING;
    reg->count = (uint16_t)count;
    return true;
}

/* [SPACE:|sunspecN:]ADDRESS[/TYPE[/ORDER]] */
static bool reg_parse(const char *text, struct reg *ret)
{
    struct reg reg = {.space = -1, .count = 1, .type = RT_U16};
    const char *p = text, *colon = strchr(text, ':');
    unsigned long n;
    if (colon) {
        for (int i = 0; i < 4; i++)
            if ((size_t)(colon - text) == strlen(spaces[i]) && !strncmp(text, spaces[i], strlen(spaces[i])))
                reg.space = i;
        p = text + 7;
        if (reg.space < 0) {
            if (strncmp(text, "sunspec", 7) != 0 || !whole(&p, 65534, &n) || p != colon)
                return false;
            reg.model = (unsigned)n;
        }
        p = colon + 1;
    }
    if (!whole(&p, 65535, &n))
        return false;
    reg.address = (uint16_t)n;
    if (*p == '/') {
        size_t length = strcspn(++p, "/");
        if (!reg_type_parse(p, length, &reg))
            return false;
        p += length;
    }
    if (*p == '/') {
        p++;
        for (int i = RO_ABCD; i <= RO_DCBA; i++)
            if (!strcmp(p, orders[i])) {
                reg.order = (enum reg_order)i;
                p += strlen(p);
            }
    }
    *ret = reg;
    return !*p && (unsigned)reg.address + reg.count <= 65536;
}

static bool named(const char *text, size_t length, const char *const *names, size_t n, size_t *ret)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == length && !strncmp(names[i], text, length)) {
            *ret = i;
            return true;
        }
    return false;
}

/* NAME.REST of SNMP, index. and param. included; the dot is there. */
static bool named_ref(struct field_reader *reader, const char *text, struct ref *ref)
{
    struct profile_context *context = context_of(reader);
    const char *dot = strchr(text, '.'), *rest = dot + 1;
    unsigned long n;
    if (!strncmp(text, "param.", 6)) {
        *ref = (struct ref){.kind = REF_PARAM, .param = arena_strdup(reader->arena, rest)};
        return named(rest, strlen(rest), context->param, context->n_params, &ref->number);
    }
    if (!strncmp(text, "index.", 6)) {
        ref->kind = REF_INDEX;
        return named(rest, strlen(rest), context->index, context->n_index, &ref->number);
    }
    ref->kind = REF_JOIN;
    if (!named(text, (size_t)(dot - text), context->join, context->n_joins, &ref->number) ||
        !whole(&rest, UINT32_MAX, &n) || *rest)
        return false;
    ref->column = (uint32_t)n;
    return true;
}

/* TOPIC[#POINTER]: TOPIC is row, ".", "./SUB" or has %topic% in it. */
static bool message_parse(struct arena *arena, const char *text, struct message_ref *ret)
{
    const char *hash = strchr(text, '#'), *at = strstr(text, "%topic%");
    size_t n = hash ? (size_t)(hash - text) : strlen(text);
    bool row = n == 3 && !strncmp(text, "row", 3);
    bool relative = *text == '.' && (n == 1 || (text[1] == '/' && n > 2));
    if ((!row && !relative && !(at && at < text + n)) || memchr(text, '+', n) || (hash && hash[1] && hash[1] != '/'))
        return false;
    *ret = (struct message_ref){.topic = row ? NULL : arena_strndup(arena, text, n),
                                .pointer = hash ? arena_strdup(arena, hash + 1) : NULL};
    return true;
}

int ref_parse(struct field_reader *reader, const struct yaml_node *at, const char *text, struct ref *ret)
{
    struct ref ref = {0};
    const char *p = text + 1;
    unsigned long n;
    bool good;
    bool own = !strncmp(text, "param.", 6) || !strncmp(text, "index.", 6);
    if (context_of(reader)->mqtt && !own) {
        ref.kind = REF_MESSAGE;
        good = message_parse(reader->arena, text, &ref.message);
    } else if (*text == '.') {
        good = whole(&p, UINT32_MAX, &n) && !*p && !context_of(reader)->modbus;
        ref.kind = REF_COLUMN;
        ref.column = good ? (uint32_t)n : 0;
    } else if (!strncmp(text, "param.", 6) || (isalpha((unsigned char)*text) && strchr(text, '.'))) {
        good = named_ref(reader, text, &ref);
    } else if (context_of(reader)->modbus) {
        ref.kind = REF_REGISTER;
        good = reg_parse(text, &ref.reg);
    } else {
        ref.kind = REF_SCALAR;
        good = strchr(text, '.') && oid_read(reader->arena, text, &ref.oid) == 0;
    }
    if (!good) {
        diag_error(reader->diag, at->at, at->key, "'%s' is not a source: expected %s", text,
                   context_of(reader)->mqtt ? "./TOPIC#/POINTER, .#/POINTER, row#/POINTER, index.NAME or param.NAME"
                   : context_of(reader)->modbus
                       ? "[SPACE:]ADDRESS[/TYPE[/ORDER]] like input:52/f32, or param.NAME (declared)"
                       : ".COLUMN, index.NAME, JOIN.COLUMN, param.NAME (each declared) or a whole OID");
        return -EINVAL;
    }
    *ret = ref;
    return 0;
}

int profile_ref_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    (void)field;
    if (node->kind != YAML_SCALAR) {
        diag_error(reader->diag, node->at, node->key, "expected a source, like .5");
        return -EINVAL;
    }
    return ref_parse(reader, node, node->text, into);
}

static int read_choices(struct field_reader *reader, const struct yaml_node *map, struct select *select)
{
    if (map->kind != YAML_MAP)
        goto wrong;
    for (size_t i = 0; i < map->n; i++) {
        const struct yaml_node *value = map->item[i];
        if (value->kind != YAML_SCALAR)
            goto wrong;
        select->choice = arena_push(reader->arena, select->choice, &select->n, sizeof *select->choice);
        struct choice *choice = &select->choice[select->n - 1];
        *choice = (struct choice){.key = arena_strdup(reader->arena, value->key),
                                  .value = arena_strdup(reader->arena, value->text)};
        size_t length = strlen(choice->key);
        if (length > 2 && choice->key[0] == '/' && choice->key[length - 1] == '/') {
            choice->like = pattern_read(reader, value, arena_strndup(reader->arena, choice->key + 1, length - 2));
            if (!choice->like)
                return -EINVAL;
        }
    }
    return 0;
wrong:
    diag_error(reader->diag, map->at, map->key, "expected a map of words, like {1: l1, 2: l2}");
    return -EINVAL;
}

static int read_select_map(struct field_reader *reader, const struct yaml_node *node, struct select *select)
{
    struct {
        const char *from, *otherwise, *take;
        int64_t add;
        bool ordinal;
        const struct yaml_node *map;
    } raw = {0};
#define AT(member) ((size_t)((char *)&raw.member - (char *)&raw))
    const struct field table[] = {
        {.name = "from", .read = field_text, .offset = AT(from), .required = true, .help = "the source"},
        {.name = "map", .read = field_node, .offset = AT(map), .help = "what each word of the source means"},
        {.name = "else", .read = field_text, .offset = AT(otherwise), .help = "for words that the map does not hold"},
        {.name = "take", .read = field_text, .offset = AT(take), .help = "regular expression: only its first group"},
        {.name = "add", .read = field_integer, .offset = AT(add), .help = "added to the number"},
        {.name = "ordinal", .read = field_bool, .offset = AT(ordinal), .help = "its place among all words, from 1"},
        {0}};
#undef AT
    if (field_read_map(reader, table, node, &raw) < 0 || ref_parse(reader, node, raw.from, &select->from) < 0)
        return -EINVAL;
    select->otherwise = raw.otherwise;
    select->add = raw.add;
    select->ordinal = raw.ordinal;
    if (raw.take && !(select->take = pattern_read(reader, node, raw.take)))
        return -EINVAL;
    return raw.map ? read_choices(reader, raw.map, select) : 0;
}

int profile_select_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                         void *into)
{
    (void)field;
    struct select select = {0};
    if (node->kind == YAML_LIST || (node->kind == YAML_SCALAR && !*node->text)) {
        diag_error(reader->diag, node->at, node->key, "expected a word, or {from: SOURCE, map: {...}}");
        return -EINVAL;
    }
    int r = 0;
    if (node->kind == YAML_MAP)
        r = read_select_map(reader, node, &select);
    else if (!node->quoted && strpbrk(node->text, context_of(reader)->mqtt ? ".#%" : ".:"))
        r = ref_parse(reader, node, node->text, &select.from);
    else
        select.text = arena_strdup(reader->arena, node->text);
    if (r == 0)
        memcpy(into, &select, sizeof select);
    return r;
}

int profile_selects_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                          void *into)
{
    struct field_items *items = into;
    size_t n = node->kind == YAML_LIST ? node->n : 1;
    struct select *select = arena_alloc(reader->arena, n * sizeof *select);
    for (size_t i = 0; i < n; i++)
        if (profile_select_field(reader, field, node->kind == YAML_LIST ? node->item[i] : node, &select[i]) < 0)
            return -EINVAL;
    *items = (struct field_items){n, select};
    return 0;
}
