/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cell.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct cell cell_of_number(struct arena *arena, double number)
{
    if (isnan(number))
        return (struct cell){NULL, NAN};
    return (struct cell){arena_printf(arena, "%.15g", number), number};
}

struct cell cell_of_text(const char *text)
{
    struct cell cell = {text, NAN};
    double number;
    if (text && word_number(text, &number))
        cell.number = number;
    return cell;
}

static struct cell param_cell(struct cells *cells, const char *name)
{
    const char *said = setup_param(cells->setup, name);
    for (size_t i = 0; !said && i < cells->profile->n_params; i++)
        if (!strcmp(cells->profile->param[i].name, name)) {
            said = cells->profile->param[i].initial;
            if (!said)
                cells->missing = &cells->profile->param[i];
        }
    return cell_of_text(said);
}

struct cell cell_get(struct cells *cells, const struct ref *ref)
{
    return ref->kind == REF_PARAM ? param_cell(cells, ref->param) : cells->get(cells, ref);
}

bool select_given(const struct select *select)
{
    return select->text || select->from.kind != REF_NONE;
}

static bool same_word(const char *word, double number, const struct cell *cell)
{
    if (!isnan(number) && !isnan(cell->number))
        return !(number < cell->number) && !(number > cell->number);
    return cell->text && !strcmp(word, cell->text);
}

/* The first group of the pattern, or NULL. */
static const char *taken(struct arena *arena, regex_t *take, const char *text)
{
    regmatch_t group[2];
    if (regexec(take, text, 2, group, 0) != 0 || group[1].rm_so < 0)
        return NULL;
    return arena_strndup(arena, text + group[1].rm_so, (size_t)(group[1].rm_eo - group[1].rm_so));
}

const char *select_word(struct cells *cells, const struct select *select)
{
    if (select->text || select->from.kind == REF_NONE)
        return select->text;
    struct cell cell = cell_get(cells, &select->from);
    if (!cell.text)
        return NULL;
    if (select->take)
        cell = cell_of_text(taken(cells->arena, select->take, cell.text));
    if (!cell.text || !select->n)
        return cell.text;
    for (size_t i = 0; i < select->n; i++) {
        const struct choice *choice = &select->choice[i];
        double number;
        if (choice->like ? regexec(choice->like, cell.text, 0, NULL, 0) == 0
                         : same_word(choice->key, word_number(choice->key, &number) ? number : NAN, &cell))
            return choice->value;
    }
    return select->otherwise;
}

static int64_t ordinal_of(struct cells *cells, const char *word)
{
    struct seen_words *seen = cells->seen;
    for (size_t i = 0; i < seen->n; i++)
        if (!strcmp(seen->word[i], word))
            return (int64_t)i + 1;
    seen->word = arena_push(cells->arena, seen->word, &seen->n, sizeof *seen->word);
    seen->word[seen->n - 1] = arena_strdup(cells->arena, word);
    return (int64_t)seen->n;
}

bool select_number(struct cells *cells, const struct select *select, int64_t *ret)
{
    const char *word = select_word(cells, select);
    double number;
    if (word && select->ordinal && cells->seen) {
        *ret = ordinal_of(cells, word) + select->add;
        return true;
    }
    if (!word || select->ordinal || !word_number(word, &number) || fabs(number) > UINT32_MAX)
        return false;
    *ret = (int64_t)number + select->add;
    return true;
}

bool condition_number_holds(const struct condition *c, double x)
{
    bool in = false;
    for (size_t i = 0; i < c->n; i++)
        in = in || (x >= c->number[i] && x <= c->number[i]);
    switch (c->test) {
    case TEST_IN: return in;
    case TEST_NOT: return !isnan(x) && !in;
    case TEST_BELOW: return x < c->number[0];
    case TEST_ABOVE: return x > c->number[0];
    case TEST_BETWEEN: return x >= c->number[0] && x <= c->number[1];
    case TEST_BIT:
        return x >= 0 && x < 0x1p64 && c->number[0] >= 0 && c->number[0] < 64 &&
               ((uint64_t)x >> (unsigned)c->number[0] & 1);
    case TEST_PRESENT: return !isnan(x);
    case TEST_LIKE: /* of words only */
    case TEST_SAME:
    case TEST_COUNT: break;
    }
    return false;
}

bool condition_holds(struct cells *cells, const struct condition *c)
{
    struct cell cell = cell_get(cells, &c->from);
    bool in = false;
    if (c->test == TEST_PRESENT)
        return (cell.text != NULL) != c->negate;
    if (c->test == TEST_LIKE)
        return cell.text && regexec(c->like, cell.text, 0, NULL, 0) == 0;
    if (c->test == TEST_SAME) {
        struct cell other = cell_get(cells, &c->same);
        return other.text && same_word(other.text, other.number, &cell);
    }
    if (c->test != TEST_IN && c->test != TEST_NOT)
        return condition_number_holds(c, cell.number);
    for (size_t i = 0; i < c->n; i++)
        in = in || same_word(c->word[i], c->number[i], &cell);
    return c->test == TEST_IN ? in : cell.text && !in;
}

bool conditions_hold(struct cells *cells, const struct condition_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        if (!condition_holds(cells, &list->item[i]))
            return false;
    return true;
}

bool scale_apply(int rule, double x, struct decimal *k, double *over)
{
    double number = trunc(x);
    bool whole = !(number < x) && !(number > x) && fabs(x) < 1e15;
    switch ((enum scale_rule)rule) {
    case SC_CONST:
    case SC_COUNT: return true;
    case SC_TIMES:
        if (whole)
            *k = decimal_mul(*k, (struct decimal){(int64_t)x, 0});
        else
            *over /= x;
        return x > 0 || x < 0;
    case SC_OVER: *over *= x; return x > 0 || x < 0;
    case SC_EXPONENT:
    case SC_DIGITS:
        if (!whole || fabs(x) > 30)
            return false;
        k->exponent += (int)(rule == SC_DIGITS ? -x : x);
        return true;
    case SC_SIGNED: /* Rittal: 10 multiplies, -10 divides; 0 leaves as it is */
        if (x > 0)
            return scale_apply(SC_TIMES, x, k, over);
        return x < 0 ? scale_apply(SC_OVER, -x, k, over) : true;
    case SC_SI: /* EntitySensorDataScale: 9 = units, a step is a factor of 1000. Source: RFC 3433 section 4 */
        if (!whole || x < 1 || x > 17)
            return false;
        k->exponent += 3 * ((int)x - 9);
        return true;
    }
    return false;
}

bool scale_factor(struct cells *cells, const struct scale_list *list, struct decimal *ret_k, double *ret_over)
{
    struct decimal k = DECIMAL_ONE;
    double over = 1;
    for (size_t i = 0; i < list->n; i++) {
        const struct scale *scale = &list->item[i];
        if (scale->rule == SC_CONST) {
            k = decimal_mul(k, scale->k);
            continue;
        }
        if (scale->each)
            continue;
        struct cell cell = cell_get(cells, &scale->from);
        struct decimal exact;
        const char *end;
        if (!cell.text)
            return false;
        /* what a person wrote stays exact: 0.1 is not the nearest double */
        if (scale->rule == SC_TIMES && decimal_parse(cell.text, &exact, &end) == 0 && !*end && exact.mantissa)
            k = decimal_mul(k, exact);
        else if (isnan(cell.number) || !scale_apply(scale->rule, cell.number, &k, &over))
            return false;
    }
    *ret_k = k;
    *ret_over = over;
    return true;
}

static const char *filled(struct cells *cells, const struct template *template)
{
    const char *text = "";
    for (size_t i = 0; i < template->n; i++) {
        const struct template_piece *piece = &template->piece[i];
        const char *word = piece->text ? piece->text : cell_get(cells, &piece->from).text;
        if (!word || !*word)
            return NULL;
        text = arena_printf(cells->arena, "%s%s", text, word);
    }
    return text;
}

/* Blank, or the dots and dashes that some devices send for a name that nobody gave. */
static bool says_nothing(const char *text)
{
    return strspn(text, " .-_") == strlen(text);
}

const char *label_of(struct cells *cells, const struct template_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *text = filled(cells, &list->item[i]);
        if (text && !says_nothing(text))
            return text;
    }
    return NULL;
}
