/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Point names and their numbers: the same name has the same number for ever.
 *
 * Shape: filled from the ledger before the loop starts; a new name gets the next number and is kept with the first
 *        record or row that carries it.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

struct names;

struct names *names_new(void);
void names_free(struct names *names);
void names_know(struct names *names, uint32_t number, const char *name);
uint32_t names_number(struct names *names, const char *name); /* given at first sight */
