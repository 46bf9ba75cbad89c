/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_walk.h"

static bool walk_models(const struct modbus_image *image, int space, uint32_t at, struct sunspec_model *models,
                        size_t *n, struct modbus_block *next)
{
    while (*n < SUNSPEC_MODELS && at + 2 <= 65536) {
        uint16_t head[2];
        *next = (struct modbus_block){(enum modbus_space)space, (uint16_t)at, 2};
        if (!modbus_image_get(image, *next, head)) {
            if (modbus_image_settled(image, *next))
                return true; /* a map that ends without its end mark */
            return false;
        }
        if (head[0] == 0xffff)
            return true;
        models[(*n)++] = (struct sunspec_model){head[0], (uint16_t)at};
        at += 2u + head[1];
    }
    return true;
}

bool modbus_walk(const struct modbus_image *image, const struct modbus_access *access,
                 struct sunspec_model ret_models[SUNSPEC_MODELS], size_t *ret_n, struct modbus_block *ret_next)
{
    *ret_n = 0;
    for (size_t i = 0; i < access->bases.n; i++) {
        uint16_t marker[2];
        double base = access->bases.item[i];
        if (!(base >= 0 && base <= 65534))
            continue;
        *ret_next = (struct modbus_block){(enum modbus_space)access->space, (uint16_t)base, 2};
        if (modbus_image_get(image, *ret_next, marker)) {
            if (marker[0] == 0x5375 && marker[1] == 0x6e53) /* "SunS" */
                return walk_models(image, access->space, ret_next->address + 2u, ret_models, ret_n, ret_next);
        } else if (!modbus_image_settled(image, *ret_next)) {
            return false;
        }
    }
    return true;
}
