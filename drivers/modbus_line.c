/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_line.h"

#include "modbus_turns.h"
#include "thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Enough for the resolver's modules and 4 kB of registers; 256 lines take 32 MB of address space, not of memory. */
#define STACK (128 * 1024)

/* Called away from a wait on the wire: the line ends, or the device that is being asked has gone. */
static bool asked_to_stop(void *arg)
{
    struct modbus_line *line = arg;

    pthread_mutex_lock(&line->lock);
    bool stop = line->quit || (line->current && line->current->gone);
    pthread_mutex_unlock(&line->lock);
    return stop;
}

static bool resolving(void *arg, bool begins)
{
    struct modbus_line *line = arg;

    pthread_mutex_lock(&line->lock);
    line->resolving = begins && !line->quit;
    bool go_on = !line->quit;
    pthread_mutex_unlock(&line->lock);
    return go_on;
}

int modbus_line_new(const char *address, struct inbox *inbox, struct modbus_line **ret)
{
    struct modbus_line *line = calloc(1, sizeof(*line));
    if (!line)
        return -ENOMEM;

    pthread_mutex_init(&line->lock, NULL);
    line->inbox = inbox;
    line->address = strdup(address);
    line->stop = (struct modbus_stop){
        .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .asked = asked_to_stop, .resolving = resolving, .arg = line};
    line->wire = modbus_wire_new(&line->stop);
    int rc = line->stop.fd < 0 ? -errno : -ENOMEM;
    if (line->stop.fd >= 0 && line->address && line->wire) {
        line->stop.fd = modbus_wait_raise(line->stop.fd);
        rc = thread_begin(&line->thread, "modbus", STACK, modbus_turns_run, line);
    }
    if (rc < 0) {
        modbus_turns_free(line);
        return rc;
    }
    *ret = line;
    return 0;
}

static void wake(struct modbus_line *line)
{
    eventfd_write(line->stop.fd, 1);
}

void modbus_line_end(struct modbus_line *line)
{
    pthread_mutex_lock(&line->lock);
    line->quit = true;
    pthread_mutex_unlock(&line->lock);
    wake(line);
}

void modbus_line_free(struct modbus_line *line)
{
    if (!line)
        return;
    pthread_t thread = line->thread;
    modbus_line_end(line);
    pthread_mutex_lock(&line->lock);
    bool orphan = line->orphan = line->resolving;
    pthread_mutex_unlock(&line->lock);
    if (orphan) {
        pthread_detach(thread);
        return;
    }
    pthread_join(thread, NULL);
    modbus_turns_free(line);
}

const char *modbus_line_address(const struct modbus_line *line)
{
    return line->address;
}

size_t modbus_line_devices(struct modbus_line *line)
{
    pthread_mutex_lock(&line->lock);
    size_t n = line->n;
    pthread_mutex_unlock(&line->lock);
    return n;
}

static int enter(struct modbus_line *line, struct modbus_device *device)
{
    struct modbus_device **grown = reallocarray(line->device, line->n + 1, sizeof(struct modbus_device *));
    if (!grown)
        return -ENOMEM;
    line->device = grown;
    int rc = modbus_schedule_put(&line->schedule, &device->slot);
    if (rc == 0)
        line->device[line->n++] = device;
    return rc;
}

int modbus_line_add(struct modbus_line *line, struct device_setup *setup)
{
    struct modbus_device *device = calloc(1, sizeof(*device));
    if (!device)
        return -ENOMEM;
    device->setup = setup_ref(setup);
    device->poll = modbus_poll_new(setup);
    modbus_schedule_init(&device->slot, setup->id ? setup->id : "", setup->every_us, modbus_turns_wall(),
                         modbus_wait_now());
    if (setup->once)
        device->slot.due_us = modbus_wait_now();

    int rc = -ENOMEM;
    if (device->poll) {
        pthread_mutex_lock(&line->lock);
        rc = enter(line, device);
        pthread_mutex_unlock(&line->lock);
    }
    if (rc < 0) {
        modbus_turns_free_device(device);
        return rc;
    }
    wake(line);
    return 0;
}

bool modbus_line_remove(struct modbus_line *line, uint32_t number)
{
    struct modbus_device *device = NULL;

    pthread_mutex_lock(&line->lock);
    for (size_t i = 0; i < line->n && !device; i++) {
        if (line->device[i]->setup->number != number)
            continue;
        device = line->device[i];
        line->device[i] = line->device[--line->n];
    }
    bool found = device != NULL;
    if (found && line->current == device) {
        device->gone = true; /* its poll frees it */
    } else if (found) {
        modbus_schedule_drop(&line->schedule, &device->slot);
        modbus_turns_free_device(device);
    }
    pthread_mutex_unlock(&line->lock);
    if (found)
        wake(line);
    return found;
}
