/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_read.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static int wrong(struct field_reader *reader, const struct yaml_node *node, const char *expected)
{
    if (node->kind == YAML_SCALAR)
        diag_error(reader->diag, node->at, node->key, "'%s': expected %s", node->text, expected);
    else
        diag_error(reader->diag, node->at, node->key, "expected %s", expected);
    return -EINVAL;
}

/* A list of scalars, or one alone. */
static size_t items_of(const struct yaml_node *node, const struct yaml_node *const **ret, const struct yaml_node **one)
{
    if (node->kind == YAML_LIST) {
        *ret = (const struct yaml_node *const *)node->item;
        return node->n;
    }
    *one = node;
    *ret = one;
    return 1;
}

static int read_words(struct field_reader *reader, const struct yaml_node *node, struct condition *condition)
{
    const struct yaml_node *const *item, *one;
    size_t n = items_of(node, &item, &one);
    for (size_t i = 0; i < n; i++) {
        if (item[i]->kind != YAML_SCALAR)
            return wrong(reader, node, "a word, a number or a list of them");
        condition->word = arena_push(reader->arena, condition->word, &condition->n, sizeof *condition->word);
        condition->word[i] = arena_strdup(reader->arena, item[i]->text);
    }
    condition->number = arena_alloc(reader->arena, condition->n * sizeof *condition->number);
    for (size_t i = 0; i < condition->n; i++)
        if (!word_number(condition->word[i], &condition->number[i]))
            condition->number[i] = NAN;
    return 0;
}

static int read_test(struct field_reader *reader, const struct yaml_node *node, struct condition *condition)
{
    static const char *const names[TEST_COUNT] = {"in",   "not", "below",   "above", "between",
                                                  "like", "bit", "present", "same"};
    const struct yaml_node *test = node;
    condition->test = TEST_IN;
    if (node->kind == YAML_MAP) {
        const char *expected = "one test: in, not, below, above, between, like, bit, present or same";
        if (node->n != 1)
            return wrong(reader, node, expected);
        test = node->item[0];
        int found = -1;
        for (int i = 0; i < TEST_COUNT; i++)
            if (!strcmp(names[i], test->key))
                found = i;
        if (found < 0)
            return wrong(reader, node, expected);
        condition->test = (enum test)found;
    }
    if (condition->test == TEST_SAME)
        return test->kind == YAML_SCALAR ? ref_parse(reader, test, test->text, &condition->same)
                                         : wrong(reader, test, "a source");
    if (read_words(reader, test, condition) < 0)
        return -EINVAL;
    bool numeric = condition->test == TEST_BELOW || condition->test == TEST_ABOVE || condition->test == TEST_BIT;
    if (numeric && (condition->n != 1 || isnan(condition->number[0])))
        return wrong(reader, test, "one number");
    if (condition->test == TEST_BETWEEN && (condition->n != 2 || !(condition->number[0] < condition->number[1])))
        return wrong(reader, test, "[LOWEST, HIGHEST]");
    if (condition->test == TEST_PRESENT)
        condition->negate = condition->n == 1 && !strcmp(condition->word[0], "no");
    if (condition->test == TEST_LIKE &&
        (condition->n != 1 || !(condition->like = pattern_read(reader, test, condition->word[0]))))
        return wrong(reader, test, "a regular expression");
    return 0;
}

int profile_pattern_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                          void *into)
{
    (void)field;
    regex_t **pattern = into;
    *pattern = node->kind == YAML_SCALAR ? pattern_read(reader, node, node->text) : NULL;
    return *pattern ? 0 : wrong(reader, node, "a regular expression");
}

int profile_conditions_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                             void *into)
{
    (void)field;
    struct condition_list *list = into, own = *list;
    if (node->kind != YAML_MAP)
        return wrong(reader, node, "conditions, like {.6: 2, config.3: [1, 2]}");
    /* what is inherited stays and more is asked: a copy, since others inherit the same list */
    struct condition *all = arena_alloc(reader->arena, (list->n + node->n) * sizeof *all);
    if (list->n)
        memcpy(all, list->item, list->n * sizeof *all);
    own.item = all;
    for (size_t i = 0; i < node->n; i++) {
        struct condition condition = {0};
        if (ref_parse(reader, node->item[i], node->item[i]->key, &condition.from) < 0 ||
            read_test(reader, node->item[i], &condition) < 0)
            return -EINVAL;
        own.item[own.n++] = condition;
    }
    *list = own;
    return 0;
}

static int read_scale(struct field_reader *reader, const struct yaml_node *node, struct scale *scale)
{
    static const char *const rules[] = {"constant", "times", "over", "exponent", "digits", "signed", "si", NULL};
    struct {
        const char *from;
        int as;
        bool each;
    } raw = {.as = SC_TIMES};
    if (node->kind == YAML_SCALAR) {
        scale->rule = SC_CONST;
        if (field_decimal(reader, NULL, node, &scale->k) < 0)
            return -EINVAL;
        return scale->k.mantissa ? 0 : wrong(reader, node, "a factor other than 0");
    }
#define AT(member) ((size_t)((char *)&raw.member - (char *)&raw))
    const struct field table[] = {
        {.name = "from", .read = field_text, .offset = AT(from), .required = true, .help = "the source of the factor"},
        {.name = "as", .read = field_choice, .offset = AT(as), .arg = rules, .help = "what the number means"},
        {.name = "each", .read = field_bool, .offset = AT(each), .help = "read it with each poll, not once"},
        {0}};
#undef AT
    if (field_read_map(reader, table, node, &raw) < 0)
        return -EINVAL;
    scale->rule = raw.as;
    scale->each = raw.each;
    return ref_parse(reader, node, raw.from, &scale->from);
}

int profile_scales_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                         void *into)
{
    (void)field;
    struct scale_list list = {0};
    const struct yaml_node *const *item, *one;
    size_t n = items_of(node, &item, &one);
    list.item = arena_alloc(reader->arena, n * sizeof *list.item);
    for (size_t i = 0; i < n; i++)
        if (read_scale(reader, item[i], &list.item[list.n++]) < 0)
            return -EINVAL;
    *(struct scale_list *)into = list;
    return 0;
}

static int read_template(struct field_reader *reader, const struct yaml_node *node, struct template *template)
{
    const char *p = node->text;
    bool bare = !node->quoted && !strchr(p, '{') && !strchr(p, ' ') && strpbrk(p, ".:");
    while (*p) {
        template->piece = arena_push(reader->arena, template->piece, &template->n, sizeof *template->piece);
        struct template_piece *piece = &template->piece[template->n - 1];
        size_t n = bare ? 0 : strcspn(p, "{");
        if (n) {
            piece->text = arena_strndup(reader->arena, p, n);
        } else {
            const char *start = bare ? p : p + 1;
            n = bare ? strlen(p) : strcspn(p, "}");
            if (!bare && !p[n])
                return wrong(reader, node, "a closing }");
            const char *ref = bare ? p : arena_strndup(reader->arena, start, n - 1);
            if (ref_parse(reader, node, ref, &piece->from) < 0)
                return -EINVAL;
            n += bare ? 0 : 1;
        }
        p += n;
    }
    return 0;
}

int profile_labels_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                         void *into)
{
    (void)field;
    struct template_list list = {0};
    const struct yaml_node *const *item, *one;
    size_t n = items_of(node, &item, &one);
    list.item = arena_alloc(reader->arena, n * sizeof *list.item);
    for (size_t i = 0; i < n; i++) {
        if (item[i]->kind != YAML_SCALAR)
            return wrong(reader, node, "a source or a text like \"Outlet {.4}\", or a list of them");
        if (read_template(reader, item[i], &list.item[list.n++]) < 0)
            return -EINVAL;
    }
    *(struct template_list *)into = list;
    return 0;
}

int profile_numbers_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                          void *into)
{
    (void)field;
    struct number_list list = {0};
    const struct yaml_node *const *item, *one;
    size_t n = items_of(node, &item, &one);
    list.item = arena_alloc(reader->arena, n * sizeof *list.item);
    for (size_t i = 0; i < n; i++)
        if (item[i]->kind != YAML_SCALAR || !word_number(item[i]->text, &list.item[list.n++]))
            return wrong(reader, item[i], "a number, or a list of numbers");
    *(struct number_list *)into = list;
    return 0;
}

int profile_range_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                        void *into)
{
    struct number_list list;
    if (profile_numbers_field(reader, field, node, &list) < 0)
        return -EINVAL;
    if (list.n != 2 || !(list.item[0] < list.item[1]))
        return wrong(reader, node, "[LOWEST, HIGHEST] in the base unit");
    memcpy(into, list.item, 2 * sizeof(double));
    return 0;
}

int profile_states_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                         void *into)
{
    (void)field;
    if (node->kind != YAML_MAP || !node->n)
        return wrong(reader, node, "states, like {1: off, 2: on}");
    const char **pair = arena_alloc(reader->arena, (2 * node->n + 1) * sizeof *pair);
    for (size_t i = 0; i < node->n; i++) {
        double number;
        if (!word_number(node->item[i]->key, &number) || node->item[i]->kind != YAML_SCALAR)
            return wrong(reader, node->item[i], "a number and its name, like 1: off");
        pair[2 * i] = arena_strdup(reader->arena, node->item[i]->key);
        pair[2 * i + 1] = arena_strdup(reader->arena, node->item[i]->text);
    }
    *(const char ***)into = pair;
    return 0;
}

int profile_quantity_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                           void *into)
{
    (void)field;
    enum quantity quantity = node->kind == YAML_SCALAR ? quantity_parse(node->text) : Q_NONE;
    if (quantity != Q_NONE && quantity < Q_KPI_FIRST) {
        *(int *)into = (int)quantity;
        return 0;
    }
    const char *names[Q_COUNT];
    size_t n = 0;
    for (int i = Q_NONE + 1; i < (int)Q_KPI_FIRST; i++)
        names[n++] = quantity_row((enum quantity)i)->name;
    const char *near = node->kind == YAML_SCALAR ? field_nearest(node->text, names, n) : NULL;
    if (near)
        diag_error(reader->diag, node->at, node->key, "'%s' is not a quantity, did you mean '%s'?", node->text, near);
    else
        wrong(reader, node, "a quantity, like active_power");
    return -EINVAL;
}

int profile_aspect_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node,
                         void *into)
{
    (void)field;
    int aspect = node->kind == YAML_SCALAR ? aspect_parse(node->text) : -EINVAL;
    if (aspect <= A_VALUE)
        return wrong(reader, node, "peak, average, minimum, maximum, setpoint, rating or threshold");
    *(int *)into = aspect;
    return 0;
}

int profile_oids_field(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct field_items *list = into;
    const struct yaml_node *const *item, *one;
    size_t n = items_of(node, &item, &one);
    struct oid *oid = arena_alloc(reader->arena, n * sizeof *oid);
    for (size_t i = 0; i < n; i++)
        if (field_oid(reader, field, item[i], &oid[i]) < 0)
            return -EINVAL;
    *list = (struct field_items){n, oid};
    return 0;
}
