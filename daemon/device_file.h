/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STATE/devices/ID.json: what was learnt of a device. As state_file.h says.
 */
#pragma once
#include "state_file.h"

char *device_file_read(const char *state, const char *id);
int device_file_write(const char *state, const char *id, const char *json);
