/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_pen.h"

#include <stdio_ext.h>
#include <stdlib.h>

void mqtt_pen_open(struct mqtt_pen *pen)
{
    *pen = (struct mqtt_pen){.out = open_memstream(&pen->bytes, &pen->size)};
    if (!pen->out)
        abort();
    __fsetlocking(pen->out, FSETLOCKING_BYCALLER); /* one thread only: no lock for each character */
}

void mqtt_pen_close(struct mqtt_pen *pen)
{
    fclose(pen->out);
    free(pen->bytes);
}

FILE *mqtt_pen_begin(struct mqtt_pen *pen)
{
    rewind(pen->out);
    return pen->out;
}

void mqtt_pen_put(struct mqtt_pen *pen, struct mqtt_wire *wire, enum mqtt_lane lane, const char *topic, int qos,
                  bool retained)
{
    if (fflush(pen->out) != 0)
        abort(); /* memory */
    mqtt_wire_put(wire, lane, topic, pen->bytes, pen->size, qos, retained);
}
