/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wattwacht-sim: the command `simulate` alone, for tests that do not need the whole command line. */
#include "simulate.h"

int main(int argc, char **argv)
{
    return cmd_simulate(argc, argv);
}
