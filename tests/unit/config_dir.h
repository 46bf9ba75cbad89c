/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A directory of configuration files, as one test writes them. For tests.
 *
 * Shape: *state is the struct dir; a function that checks fails the test.
 */
#pragma once
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "daemon/config.h"

#include <sys/stat.h>

#define DIR_HEAD       "site: {name: s}\nrooms: {r: {}}\n" /* two lines that every configuration needs */
#define DIR_TEST(name) cmocka_unit_test_setup_teardown(name, dir_setup, dir_teardown)

struct dir {
    char path[64];
};

int dir_setup(void **state);
int dir_teardown(void **state);
void dir_write(const char *dir, const char *name, const char *text, mode_t mode);
/* With all that is shipped; previous: what is loaded now, or NULL. */
int dir_load(const struct dir *dir, const struct config *previous, struct diag *diag, struct config **ret_config);
