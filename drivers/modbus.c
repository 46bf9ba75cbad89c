/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "driver.h"
#include "modbus_line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 256 /* contract C */

struct modbus {
    struct inbox *inbox;
    size_t n;
    struct modbus_line *line[LINES_MAX];
};

static int modbus_start(sd_event *loop, struct inbox *inbox, void **ret_self)
{
    (void)loop; /* the threads of the lines wait for themselves */
    struct modbus *modbus = calloc(1, sizeof(*modbus));
    if (!modbus)
        return -ENOMEM;
    modbus->inbox = inbox;
    *ret_self = modbus;
    return 0;
}

/* A line's last device goes a moment before its next one comes when a configuration is read anew: so lines without
 * devices are ended only when another line is wanted, or all. */
static void sweep(struct modbus *modbus)
{
    size_t kept = 0;

    for (size_t i = 0; i < modbus->n; i++) {
        if (modbus_line_devices(modbus->line[i]) == 0)
            modbus_line_free(modbus->line[i]);
        else
            modbus->line[kept++] = modbus->line[i];
    }
    modbus->n = kept;
}

static struct modbus_line *line_of(struct modbus *modbus, const char *address)
{
    for (size_t i = 0; i < modbus->n; i++) {
        if (strcmp(modbus_line_address(modbus->line[i]), address) == 0)
            return modbus->line[i];
    }
    return NULL;
}

static int modbus_add(void *self, struct device_setup *setup)
{
    struct modbus *modbus = self;
    struct modbus_line *line = line_of(modbus, setup->address.line);

    if (!line) {
        if (modbus->n == LINES_MAX)
            sweep(modbus);
        if (modbus->n == LINES_MAX)
            return -EMFILE;
        int rc = modbus_line_new(setup->address.line, modbus->inbox, &line);
        if (rc < 0)
            return rc;
        modbus->line[modbus->n++] = line;
    }
    return modbus_line_add(line, setup);
}

static void modbus_remove(void *self, uint32_t device)
{
    struct modbus *modbus = self;

    for (size_t i = 0; i < modbus->n; i++) {
        if (modbus_line_remove(modbus->line[i], device))
            return;
    }
}

static void modbus_stop(void *self)
{
    struct modbus *modbus = self;

    if (!modbus)
        return;
    for (size_t i = 0; i < modbus->n; i++)
        modbus_line_end(modbus->line[i]);
    for (size_t i = 0; i < modbus->n; i++)
        modbus_line_free(modbus->line[i]);
    free(modbus);
}

const struct driver driver_modbus = {
    .name = "modbus",
    .start = modbus_start,
    .add = modbus_add,
    .remove = modbus_remove,
    .stop = modbus_stop,
};
