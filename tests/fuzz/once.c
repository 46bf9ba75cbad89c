/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzzer's seeds once each, as an ordinary test: files and directories on the command line. */
#include "tests/fuzz/once.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned ran;

static int run_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "%s cannot be read\n", path);
        return 1;
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    /* exactly as long as the input, so that the sanitizer sees a byte too far */
    uint8_t *exact = malloc(n ? n : 1);
    memcpy(exact, bytes, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    ran++;
    return 0;
}

int main(int argc, char **argv)
{
    int result = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **names;
        int n = scandir(argv[i], &names, NULL, alphasort);
        for (int k = 0; k < n; k++) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", argv[i], names[k]->d_name);
            if (names[k]->d_name[0] != '.')
                result |= run_file(path);
            free(names[k]);
        }
        if (n >= 0)
            free(names);
        else
            result |= run_file(argv[i]);
    }
    printf("%u inputs\n", ran);
    return result || !ran;
}
