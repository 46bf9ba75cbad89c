/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A look at all addresses of a small IPv4 range at once.
 *
 * Shape: operand A.B.C.D/22 to /32; a progress line on stderr, which a terminal sees grow.
 * Errors: exit codes as for one device; 3 where something answered that nobody knows, 4 where nothing did.
 */
#pragma once
#include "daemon/cli.h"
#include "drivers/profile.h"

int probe_subnet(const struct cli *cli, struct profile_set *set);
