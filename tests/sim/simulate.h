/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `wattwacht simulate FILE.yaml`: plays the devices of a scene until it is told to stop.
 *
 * Shape: when all agents listen: READY=1 to the service manager and one line of JSON on stdout. At the end
 *        `writes: N` on stderr: how many writes were asked, and refused.
 */
#pragma once

/* Returns the exit code: 0, 1 the file or a port says no, 2 wrong usage. */
int cmd_simulate(int argc, char **argv);
