/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One payload at a time, written as a stream into memory that is used again.
 *
 * Errors: running out of memory ends the process, as in arena.h.
 * Threads: one at a time.
 */
#pragma once
#include "mqtt_wire.h"

#include <stdio.h>

struct mqtt_pen {
    FILE *out;
    char *bytes;
    size_t size;
};

void mqtt_pen_open(struct mqtt_pen *pen);
void mqtt_pen_close(struct mqtt_pen *pen);
FILE *mqtt_pen_begin(struct mqtt_pen *pen);
/* What was written since begin goes to the wire. */
void mqtt_pen_put(struct mqtt_pen *pen, struct mqtt_wire *wire, enum mqtt_lane lane, const char *topic, int qos,
                  bool retained);
