/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sources of a profile say at one row: words, numbers, and the choices, conditions, factors and labels made
 * of them. Used when a plan is made, not while polling.
 *
 * Owner: words lie in the arena.
 */
#pragma once
#include "profile_types.h"
#include "setup.h"

struct cell {
    const char *text; /* NULL: not there */
    double number;    /* NAN: not a number */
};

struct seen_words { /* in the order in which they first came */
    size_t n;
    const char **word;
};

struct cells {
    struct arena *arena;
    const struct profile *profile;                                        /* declares the params */
    const struct device_setup *setup;                                     /* says them */
    struct cell (*get)(const struct cells *cells, const struct ref *ref); /* all but params */
    const void *context;
    struct seen_words *seen;         /* NULL: nothing is counted, ordinals have no number */
    const struct param_def *missing; /* set when a param was asked that the site does not say */
};

struct cell cell_of_number(struct arena *arena, double number);
struct cell cell_of_text(const char *text);
struct cell cell_get(struct cells *cells, const struct ref *ref);

/* NULL: nothing, or a word that the map does not hold. */
const char *select_word(struct cells *cells, const struct select *select);
bool select_number(struct cells *cells, const struct select *select, int64_t *ret);
bool select_given(const struct select *select);
bool condition_holds(struct cells *cells, const struct condition *condition);
/* The same for a number that is polled. */
bool condition_number_holds(const struct condition *condition, double x);
bool conditions_hold(struct cells *cells, const struct condition_list *list);
/* Without the factors that are read with each poll. False where a source does not answer. */
bool scale_factor(struct cells *cells, const struct scale_list *list, struct decimal *ret_k, double *ret_over);
bool scale_apply(int rule, double x, struct decimal *k, double *over);
/* NULL: none of the templates says anything. */
const char *label_of(struct cells *cells, const struct template_list *list);
