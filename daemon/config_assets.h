/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equipment with its age, as written under assets: and as used.
 *
 * Errors: what is wrong goes to the reader's diag.
 */
#pragma once
#include "daemon/config_raw.h"

struct raw_asset {
    const char *id, *title, *room;
    struct field_items points;
    int64_t since_ms;
    double life, embodied;
    struct {
        double power, embodied;
        unsigned replaces;
    } replacement;
};

/* After the devices: their parts are looked up. */
void config_resolve_assets(struct field_reader *reader, const struct yaml_node *root, const struct raw_config *raw,
                           struct config *config);
