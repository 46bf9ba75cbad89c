/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_cell.h"
#include "profile.h"

#include <stdlib.h>
#include <string.h>

/* SunSpec model 1 is 65 or 66 registers long: the model behind it is where a meter says what it is.
 * Source: SunSpec model_1.json. */
static const uint16_t common_lengths[] = {65, 66};
static const uint32_t marker[] = {0x5375, 0x6e53}; /* "SunS" */

static void ask(struct arena *arena, struct modbus_asks *asks, struct modbus_block block)
{
    for (size_t i = 0; i < asks->n; i++)
        if (!memcmp(&asks->block[i], &block, sizeof block))
            return;
    asks->block = arena_push(arena, asks->block, &asks->n, sizeof block);
    asks->block[asks->n - 1] = block;
}

static struct modbus_block block_at(enum modbus_space space, uint32_t address, uint16_t count)
{
    struct modbus_block block;
    memset(&block, 0, sizeof block); /* compared as bytes */
    block.space = space;
    block.address = (uint16_t)address;
    block.count = count;
    return block;
}

static void ask_sunspec(struct arena *arena, struct modbus_asks *asks, const struct modbus_access *access)
{
    for (size_t i = 0; i < access->bases.n; i++) {
        uint32_t base = (uint32_t)access->bases.item[i];
        ask(arena, asks, block_at((enum modbus_space)access->space, base, 4));
        for (size_t k = 0; k < 2; k++)
            ask(arena, asks, block_at((enum modbus_space)access->space, base + 4 + common_lengths[k], 1));
    }
}

struct modbus_asks modbus_ask_identity(struct arena *arena, const struct profile_set *set)
{
    struct modbus_asks asks = {0};
    for (size_t p = 0; p < profile_count(set); p++) {
        const struct profile *one = profile_at(set, p);
        struct modbus_place place = {.profile = one};
        struct modbus_block found;
        for (size_t r = 0; one->modbus && r < one->n_rules; r++)
            for (size_t t = 0; t < one->rule[r].n; t++) {
                const struct match_test *test = &one->rule[r].test[t];
                if (test->kind == MK_SUNSPEC)
                    ask_sunspec(arena, &asks, &one->registers);
                else if (test->kind == MK_VALUE && modbus_locate(&place, &test->value.from.reg, &found))
                    ask(arena, &asks, block_at(found.space, found.address, found.count));
            }
    }
    return asks;
}

static bool is_sunspec(const struct modbus_image *image, const struct modbus_access *access,
                       const struct match_test *test)
{
    for (size_t i = 0; i < access->bases.n; i++) {
        uint32_t base = (uint32_t)access->bases.item[i];
        uint16_t head[4], id;
        enum modbus_space space = (enum modbus_space)access->space;
        if (!modbus_image_get(image, block_at(space, base, 4), head) || head[0] != marker[0] || head[1] != marker[1] ||
            !modbus_image_get(image, block_at(space, base + 4 + head[3], 1), &id))
            continue;
        for (size_t k = 0; k < test->models.n; k++)
            if ((unsigned)test->models.item[k] == id || (unsigned)test->models.item[k] == head[2])
                return true;
    }
    return false;
}

static bool is_called(const struct modbus_image *image, const struct match_test *test)
{
    char words[320];
    const struct modbus_ident *ident = modbus_image_ident(image);
    return ident && modbus_ident_words(ident, words, sizeof words) && regexec(test->like, words, 0, NULL, 0) == 0;
}

static bool test_holds(struct cells *cells, const struct match_test *test)
{
    const struct modbus_place *place = cells->context;
    if (test->kind == MK_SUNSPEC)
        return is_sunspec(place->image, &place->profile->registers, test);
    return test->kind == MK_IDENT ? is_called(place->image, test) : condition_holds(cells, &test->value);
}

static bool rule_holds(struct cells *cells, const struct match_rule *rule)
{
    for (size_t t = 0; t < rule->n; t++) {
        if (!test_holds(cells, &rule->test[t]))
            return false;
    }
    return rule->n > 0;
}

static const char *why_rule(struct cells *cells, const struct match_rule *rule)
{
    const struct match_test *test = &rule->test[0];
    if (test->kind == MK_SUNSPEC)
        return "a SunSpec map with a model of this profile";
    if (test->kind == MK_IDENT)
        return arena_printf(cells->arena, "its identification is like '%s'", test->text);
    return arena_printf(cells->arena, "register %u is '%s'", test->value.from.reg.address,
                        cell_get(cells, &test->value.from).text);
}

static int by_priority(const void *left, const void *right)
{
    const struct profile *a = *(const struct profile *const *)left, *b = *(const struct profile *const *)right;
    if (a->priority != b->priority)
        return a->priority > b->priority ? -1 : 1;
    return strcmp(a->name, b->name);
}

const struct profile *profile_match_modbus(struct arena *arena, const struct profile_set *set,
                                           const struct modbus_image *image, const char **ret_why)
{
    size_t n = profile_count(set);
    const struct profile **order = arena_alloc(arena, n * sizeof *order);
    static const struct device_setup nothing;
    for (size_t i = 0; i < n; i++)
        order[i] = profile_at(set, i);
    qsort(order, n, sizeof *order, by_priority);
    for (size_t i = 0; i < n; i++) {
        struct modbus_place place = {.profile = order[i], .image = image};
        struct cells cells = {
            .arena = arena, .profile = order[i], .setup = &nothing, .get = modbus_cell, .context = &place};
        for (size_t r = 0; order[i]->modbus && r < order[i]->n_rules; r++)
            if (rule_holds(&cells, &order[i]->rule[r])) {
                *ret_why = why_rule(&cells, &order[i]->rule[r]);
                return order[i];
            }
    }
    return NULL;
}

unsigned modbus_first_model(const struct modbus_image *image)
{
    static const uint32_t bases[] = {40000, 50000, 0};
    uint16_t head[4];
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (modbus_image_get(image, block_at(MS_HOLDING, bases[i], 4), head) && head[0] == marker[0] &&
            head[1] == marker[1])
            return head[2];
    return 0;
}
