/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a word or number of a profile comes from: `.5` a column, `config.3` a column of a joined table, `index.outlet`
 * a part of the index, `1.3.6.1...0` an object, `param.ct` the site, `holding:12/f32` registers. And what is made of
 * it: a choice, a condition, a template, a factor. Data only; profile_read.h reads it.
 *
 * Owner: everything lies in the arena of the profile set.
 */
#pragma once
#include "decimal.h"
#include "oid.h"
#include "profile_reg.h"
#include "yaml.h"

#include <regex.h>

enum ref_kind { REF_NONE, REF_COLUMN, REF_JOIN, REF_INDEX, REF_SCALAR, REF_PARAM, REF_REGISTER, REF_MESSAGE };

struct message_ref {
    const char *topic;   /* ".", "./SUB", or with %topic%; NULL: the row's */
    const char *pointer; /* JSON pointer, RFC 6901; NULL: the payload as text */
};

struct ref {
    enum ref_kind kind;
    uint32_t column;   /* COLUMN, JOIN: the last arc before the index */
    size_t number;     /* JOIN: of the table's joins; INDEX: of the table's index parts */
    struct oid oid;    /* SCALAR */
    const char *param; /* PARAM */
    struct reg reg;    /* REGISTER */
    struct message_ref message;
};

struct choice { /* a row of a map: a word as it comes, or like a /regular expression/ */
    const char *key, *value;
    regex_t *like;
};

struct select {       /* a word or number: said here, or by a source */
    const char *text; /* constant; NULL: from */
    struct ref from;  /* REF_NONE with text NULL: not given */
    size_t n;
    struct choice *choice;
    const char *otherwise; /* what the map does not hold; NULL: none */
    regex_t *take;         /* only its first group */
    int64_t add;
    bool ordinal; /* its place among the words that this source has said, from 1 */
};

enum test {
    TEST_IN,
    TEST_NOT,
    TEST_BELOW,
    TEST_ABOVE,
    TEST_BETWEEN,
    TEST_LIKE,
    TEST_BIT,
    TEST_PRESENT,
    TEST_SAME,
    TEST_COUNT
};

struct condition {
    struct ref from;
    enum test test;
    size_t n;
    const char **word;
    double *number; /* the words as numbers; NAN where one is none */
    regex_t *like;
    bool negate;
    struct ref same; /* TEST_SAME */
};

enum scale_rule { SC_CONST, SC_TIMES, SC_OVER, SC_EXPONENT, SC_DIGITS, SC_SIGNED, SC_SI, SC_COUNT };

struct scale {
    int rule; /* enum scale_rule */
    struct decimal k;
    struct ref from;
    bool each; /* read with each poll, not once */
};

struct template_piece { /* "Outlet {.4}": words and sources in turn */
    const char *text;
    struct ref from;
};
struct template
{
    size_t n;
    struct template_piece *piece;
};
