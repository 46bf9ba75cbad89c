/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wattwacht-sim FILE.yaml: the command `simulate` alone, for tests that do not need the whole command line. */
#include "simulate.h"

int main(int argc, char **argv)
{
    struct diag *diag = diag_new();
    int r = argc == 2 ? simulate(argv[1], diag) : -1;
    diag_print(diag, stderr);
    diag_free(diag);
    return r < 0;
}
