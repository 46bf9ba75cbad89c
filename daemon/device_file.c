/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "device_file.h"

char *device_file_read(const char *state, const char *id)
{
    return state_file_read(state, "devices", id);
}

int device_file_write(const char *state, const char *id, const char *json)
{
    return state_file_write(state, "devices", id, json);
}
