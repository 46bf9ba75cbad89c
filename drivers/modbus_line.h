/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line, that is a bus or a gateway, and the thread that polls its units one after the other.
 *
 * Shape: devices come and go while the thread runs. A line without devices waits to be used again or ended.
 * Owner: a device added keeps a reference to its setup.
 * Threads: all functions in the loop's thread; none waits for the wire but modbus_line_free, which waits for one answer
 *          of an RTU unit at most.
 */
#pragma once
#include "inbox.h"
#include "setup.h"

struct modbus_line;

/* address: the line's name. */
int modbus_line_new(const char *address, struct inbox *inbox, struct modbus_line **ret);
/* Asks the thread to end, without waiting: before freeing many. */
void modbus_line_end(struct modbus_line *line);
void modbus_line_free(struct modbus_line *line);
const char *modbus_line_address(const struct modbus_line *line);
size_t modbus_line_devices(struct modbus_line *line);
int modbus_line_add(struct modbus_line *line, struct device_setup *setup);
/* False: not here. After this no answer of the device is put. */
bool modbus_line_remove(struct modbus_line *line, uint32_t device);
