/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was learnt of a device, as kept in STATE/devices/ID.json: so that a silent device has its points at start.
 *
 * Shape: {"schema", "profile", "version", "kind", "vendor", "model", "serial", "firmware", "points": [...]}.
 * Errors: -EBADMSG for a text that is not this; what is unknown in it is left out.
 */
#pragma once
#include "drivers/manners.h"
#include "drivers/shape.h"

char *device_json_write(const struct shape *shape); /* freed by the caller */
/* Also what its agent does not stand; "manners": {"varbinds", "repetitions", "no_bulk", "version_1"}. */
char *device_json_write_with(const struct shape *shape, const struct manners *manners);
struct manners device_json_manners(const char *text); /* nothing where the text does not say */
int device_json_read(const char *text, struct shape **ret);
