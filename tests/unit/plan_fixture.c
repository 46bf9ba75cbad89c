/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct profile_set *fixture_load(const char *name, const char *text)
{
    char dir[] = "/tmp/wattwacht-plan-XXXXXX", path[80];
    const char *dirs[] = {dir};
    struct profile_set *set = NULL;
    struct diag *diag = diag_new();
    if (!mkdtemp(dir))
        abort();
    snprintf(path, sizeof path, "%s/%s.yaml", dir, name);
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        abort();
    if (profile_set_load(dirs, 1, diag, &set) < 0) {
        diag_print(diag, stderr);
        abort();
    }
    diag_free(diag);
    unlink(path);
    rmdir(dir);
    return set;
}

void fixture_part(struct device_setup *setup, struct part_setup part)
{
    setup->part = arena_push(setup->arena, setup->part, &setup->n_parts, sizeof part);
    setup->part[setup->n_parts - 1] = part;
}

void fixture_param(struct device_setup *setup, const char *name, const char *value)
{
    setup->param = arena_push(setup->arena, setup->param, &setup->n_params, sizeof *setup->param);
    setup->param[setup->n_params - 1] = (struct param){name, value};
}
