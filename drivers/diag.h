/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong in a file that a person wrote: place, key, what was found and what was expected.
 *
 * Shape: lines `file:line:col: key: what, and what was expected`, in the order found; warnings say `warning: ` after
 *        the place. Line and column count from 1; 0 means the place is the whole file.
 * Errors: after 200 lines the rest is counted, not kept.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct place {
    const char *file; /* borrowed: lives as long as the document it came from */
    unsigned line, col;
};

struct diag;

struct diag *diag_new(void);
void diag_free(struct diag *diag);
void diag_error(struct diag *diag, struct place at, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_warn(struct diag *diag, struct place at, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* All lines of another, in their order: its errors as errors, or as no more than warnings. */
void diag_take(struct diag *diag, const struct diag *from, bool as_warnings);
size_t diag_errors(const struct diag *diag);
size_t diag_warnings(const struct diag *diag);
/* The first error as one line, or NULL. */
const char *diag_first(const struct diag *diag);
/* Line i, or NULL past the end. */
const char *diag_line(const struct diag *diag, size_t i);
void diag_print(const struct diag *diag, FILE *out);
