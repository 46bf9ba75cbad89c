/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of a command line by a table: --name VALUE and --name=VALUE, flags, and -x VALUE where a row's name is one
 * letter. The rest are operands.
 *
 * Shape: a row without a name ends the table. --help (-h) and --version are known everywhere; -- ends the options; a
 *        word like -5 is an operand.
 * Errors: -EINVAL with words, and the nearest option for a misspelt one; what was read before stays in `into`.
 * Owner: values are the words of argv.
 */
#pragma once
#include <stddef.h>
#include <stdio.h>

enum option_kind {
    OPTION_FLAG, /* bool */
    OPTION_TEXT, /* const char *; given twice is an error */
    OPTION_LIST  /* struct option_list; may come again */
};

struct option_list {
    size_t n;
    const char *item[32];
};

struct option_row {
    const char *name; /* "config", "o" */
    enum option_kind kind;
    size_t offset;
    const char *value; /* as the help shows it: "DIR" */
    const char *help;
};

enum { OPTIONS_READ = 0, OPTIONS_HELP = 1, OPTIONS_VERSION = 2 };

/* Reads argv[1] on. The operands stand in argv[0] on afterwards, *ret_n of them. */
int options_parse(const struct option_row *table, int argc, char **argv, void *into, size_t *ret_n, char words[200]);
/* One aligned line a row. */
void options_print(const struct option_row *table, FILE *out);
