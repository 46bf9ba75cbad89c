/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sources of a profile as registers: where they lie for this device, and the numbers and words in them.
 *
 * Units: registers host-endian; numbers raw, not scaled.
 */
#pragma once
#include "cell.h"
#include "modbus_plan.h"

struct sunspec_model {
    unsigned id;
    uint16_t address; /* of its id register */
};

/* One device's address room while references are looked up. */
struct modbus_place {
    const struct profile *profile;
    const struct modbus_image *image;
    const struct table_def *table; /* whose model addresses count from; NULL: none */
    size_t n_models;
    const struct sunspec_model *model;
    int32_t offset; /* of all addresses */
};

/* False where the model is not there, or the address is none. */
bool modbus_locate(const struct modbus_place *place, const struct reg *reg, struct modbus_block *ret);
/* The number in the registers; NAN where the type has none: NaN, no BCD, an accumulator that does not count. */
double modbus_number(const struct reg *reg, enum reg_order order, const uint16_t *registers);
char *modbus_words(struct arena *arena, const struct reg *reg, enum reg_order order, const uint16_t *registers);
enum reg_order modbus_order(const struct profile *profile, const struct reg *reg);
/* cells.get with a struct modbus_place as context. */
struct cell modbus_cell(const struct cells *cells, const struct ref *ref);
/* All of the block was read, or asking for this block or less of it was refused. */
bool modbus_image_settled(const struct modbus_image *image, struct modbus_block block);
