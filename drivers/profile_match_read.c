/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile_match_read.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    enum match_kind kind;
    bool modbus;
} tests[] = {
    {"sysobjectid", MK_OBJECT_ID, false}, {"sysobjectid-under", MK_OBJECT_UNDER, false},
    {"sysdescr", MK_DESCRIPTION, false},  {"not-sysdescr", MK_NOT_DESCRIPTION, false},
    {"exists", MK_EXISTS, false},         {"absent", MK_ABSENT, false},
    {"under", MK_UNDER, false},           {"sunspec", MK_SUNSPEC, true},
    {"identification", MK_IDENT, true},
};

static int read_value_tests(struct field_reader *reader, const struct yaml_node *node, struct match_rule *rule)
{
    struct condition_list list = {0};
    if (profile_conditions_field(reader, NULL, node, &list) < 0)
        return -EINVAL;
    for (size_t i = 0; i < list.n; i++) {
        rule->test = arena_push(reader->arena, rule->test, &rule->n, sizeof *rule->test);
        rule->test[rule->n - 1] = (struct match_test){.kind = MK_VALUE, .value = list.item[i]};
    }
    return 0;
}

static int read_test(struct field_reader *reader, const struct yaml_node *node, struct match_test *test)
{
    switch (test->kind) {
    case MK_OBJECT_ID:
    case MK_OBJECT_UNDER:
    case MK_EXISTS:
    case MK_ABSENT:
    case MK_UNDER: return profile_oids_field(reader, NULL, node, &test->oids);
    case MK_DESCRIPTION:
    case MK_NOT_DESCRIPTION:
    case MK_IDENT:
        if (field_text(reader, NULL, node, &test->text) < 0)
            return -EINVAL;
        test->like = pattern_read(reader, node, test->text);
        return test->like ? 0 : -EINVAL;
    case MK_SUNSPEC: return profile_numbers_field(reader, NULL, node, &test->models);
    case MK_VALUE: break;
    }
    return -EINVAL;
}

static int read_rule(struct field_reader *reader, const struct yaml_node *node, bool modbus, struct match_rule *rule)
{
    for (size_t i = 0; node->kind == YAML_MAP && i < node->n; i++) {
        const struct yaml_node *item = node->item[i];
        if (!strcmp(item->key, "value")) {
            if (read_value_tests(reader, item, rule) < 0)
                return -EINVAL;
            continue;
        }
        const char *names[sizeof tests / sizeof tests[0] + 1] = {"value"};
        size_t n = 1, found = 0;
        for (size_t t = 0; t < sizeof tests / sizeof tests[0]; t++) {
            if (tests[t].modbus == modbus)
                names[n++] = tests[t].name;
            if (tests[t].modbus == modbus && !strcmp(tests[t].name, item->key))
                found = t + 1;
        }
        if (!found) {
            const char *near = field_nearest(item->key, names, n);
            diag_error(reader->diag, item->key_at, item->key, "unknown test%s%s%s", near ? ", did you mean '" : "",
                       near ? near : "", near ? "'?" : "");
            return -EINVAL;
        }
        rule->test = arena_push(reader->arena, rule->test, &rule->n, sizeof *rule->test);
        rule->test[rule->n - 1] = (struct match_test){.kind = tests[found - 1].kind};
        if (read_test(reader, item, &rule->test[rule->n - 1]) < 0)
            return -EINVAL;
    }
    if (rule->n)
        return 0;
    diag_error(reader->diag, node->at, node->key, "expected a map of tests that must all hold");
    return -EINVAL;
}

int profile_read_match(struct field_reader *reader, const struct yaml_node *node, struct profile *profile)
{
    int result = 0;
    if (node->kind != YAML_LIST) {
        diag_error(reader->diag, node->at, node->key, "expected a list of rules, each a map of tests");
        return -EINVAL;
    }
    for (size_t i = 0; i < node->n; i++) {
        profile->rule = arena_push(reader->arena, profile->rule, &profile->n_rules, sizeof *profile->rule);
        if (read_rule(reader, node->item[i], profile->modbus, &profile->rule[i]) < 0)
            result = -EINVAL;
    }
    return result;
}

/* PART/QUANTITY, or a number. */
static int read_operand(struct field_reader *reader, const struct yaml_node *node, struct operand *operand)
{
    const char *slash = node->kind == YAML_SCALAR ? strchr(node->text, '/') : NULL;
    if (node->kind == YAML_SCALAR && word_number(node->text, &operand->factor))
        return 0;
    if (!slash || slash == node->text || quantity_parse(slash + 1) == Q_NONE) {
        diag_error(reader->diag, node->at, node->key,
                   "expected PART/QUANTITY, like outlet-*/active_power, or a number");
        return -EINVAL;
    }
    operand->part = arena_strndup(reader->arena, node->text, (size_t)(slash - node->text));
    operand->quantity = arena_strdup(reader->arena, slash + 1);
    return 0;
}

static int read_one_computed(struct field_reader *reader, const struct yaml_node *node, struct computed_def *def)
{
    struct {
        const char *point;
        const struct yaml_node *op[CP_COUNT];
    } raw = {0};
#define AT(member) ((size_t)((char *)&raw.member - (char *)&raw))
    const struct field keys[] = {
        {.name = "point", .read = field_text, .offset = AT(point), .required = true, .help = "PART/QUANTITY"},
        {.name = "sum", .read = field_node, .offset = AT(op[CP_SUM]), .help = "points that are added"},
        {.name = "product", .read = field_node, .offset = AT(op[CP_PRODUCT]), .help = "points and numbers"},
        {.name = "mean", .read = field_node, .offset = AT(op[CP_MEAN]), .help = "points of which the mean is taken"},
        {.name = "difference",
         .read = field_node,
         .offset = AT(op[CP_DIFFERENCE]),
         .help = "two points: the first less the second"},
        {.name = "ratio", .read = field_node, .offset = AT(op[CP_RATIO]), .help = "two points: first by second"},
        {0}};
#undef AT
    if (field_read_map(reader, keys, node, &raw) < 0)
        return -EINVAL;
    const struct yaml_node *operands = NULL;
    for (int i = 0; i < CP_COUNT; i++)
        if (raw.op[i]) {
            operands = operands ? NULL : raw.op[i];
            def->op = (enum compute)i;
        }
    const char *slash = strchr(raw.point, '/');
    def->quantity = slash ? (int)quantity_parse(slash + 1) : Q_NONE;
    if (!operands || operands->kind != YAML_LIST || !operands->n || def->quantity == Q_NONE ||
        ((def->op == CP_RATIO || def->op == CP_DIFFERENCE) && operands->n != 2)) {
        diag_error(reader->diag, node->at, node->key,
                   "expected {point: PART/QUANTITY} and one of sum: [...], mean: [...], product: [...], ratio: [A, B], "
                   "difference: [A, B]");
        return -EINVAL;
    }
    def->part = arena_strndup(reader->arena, raw.point, (size_t)(slash - raw.point));
    def->n = operands->n;
    def->operand = arena_alloc(reader->arena, def->n * sizeof *def->operand);
    for (size_t i = 0; i < def->n; i++)
        if (read_operand(reader, operands->item[i], &def->operand[i]) < 0)
            return -EINVAL;
    return 0;
}

int profile_read_computed(struct field_reader *reader, const struct yaml_node *node, struct profile *profile)
{
    int result = 0;
    for (size_t i = 0; node->kind == YAML_LIST && i < node->n; i++) {
        profile->computed =
            arena_push(reader->arena, profile->computed, &profile->n_computed, sizeof *profile->computed);
        profile->computed[i].at = node->item[i]->at;
        if (read_one_computed(reader, node->item[i], &profile->computed[i]) < 0)
            result = -EINVAL;
    }
    if (node->kind == YAML_LIST)
        return result;
    diag_error(reader->diag, node->at, node->key, "expected a list of computed points");
    return -EINVAL;
}
