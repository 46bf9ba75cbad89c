/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the program's own data lie: profiles, catalog, languages, page.
 *
 * Shape: $WATTWACHT_DATA where it has the name, else the installed directory; run from a build directory, the source
 *        tree.
 * Source: contract A.
 */
#pragma once
#include "drivers/arena.h"

const char *data_path(struct arena *arena, const char *name);
