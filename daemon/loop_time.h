/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the event loop and counts the turns that took longer than 50 ms: nothing on the loop may wait. */
#pragma once
#include <stdint.h>

typedef struct sd_event sd_event;

/* Until sd_event_exit; its code, or -errno. *slow_turns is counted up. */
int loop_run(sd_event *loop, uint64_t *slow_turns);
