/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small site in a directory of its own: a configuration, what was learnt of its devices, and half an hour of values.
 *
 * Shape: pdu-a 1000 W and an inlet of 24 degC with one peak of 30; pdu-b 500 W from step 30 on, silent from 90 to 120;
 *        an air conditioner of 300 W; `never` was never read.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define GRAPH_SITE_STEPS 180 /* of 10 s */

struct graph_fixture {
    char dir[64], conf[80], state[80];
    int64_t begin; /* of the first step */
    const char *dirs[1];
};

extern struct graph_fixture graph_site;

int graph_site_set_up(void **state);
int graph_site_tear_down(void **state);
void graph_site_path(char *buffer, size_t size, const char *name); /* below its state directory */
