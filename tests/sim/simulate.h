/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `wattwacht simulate FILE.yaml`: plays the devices of a scene until it is told to stop.
 *
 * Shape: when all agents listen: READY=1 to the service manager and one line of JSON on stdout. At the end
 *        `writes: N` on stderr: how many writes were asked, and refused. "-" is stdin.
 * Errors: -errno with the words in diag: the file, or a port, says no.
 */
#pragma once
#include "drivers/diag.h"

int simulate(const char *path, struct diag *diag);
