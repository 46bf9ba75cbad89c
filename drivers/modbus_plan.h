/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a profile to few reads of registers, and from registers to samples. Pure: no socket, no clock.
 *
 * Shape: 1. modbus_plan_new: blocks to read once (identity, scale and unit registers, SunSpec model walk step by
 *        step), then modbus_plan_ready makes the shape; 2. each poll: read plan->block[] -> modbus_plan_decode.
 * Units: addresses are 0-based wire addresses; registers host-endian uint16_t as libmodbus gives them.
 * Owner: a plan owns its arena and borrows the profile and the setup.
 */
#pragma once
#include "inbox.h"
#include "modbus_ident.h"
#include "setup.h"

enum modbus_space { MS_HOLDING, MS_INPUT, MS_COIL, MS_DISCRETE }; /* functions 3, 4, 1, 2 */

struct modbus_block {
    enum modbus_space space;
    uint16_t address, count;
};

/* Registers as read, by space and address; what was not read or refused is absent. */
struct modbus_image;
struct modbus_image *modbus_image_new(void);
void modbus_image_free(struct modbus_image *image);
void modbus_image_clear(struct modbus_image *image);
void modbus_image_put(struct modbus_image *image, struct modbus_block block, const uint16_t *registers);
/* False where any of the block is absent. */
bool modbus_image_get(const struct modbus_image *image, struct modbus_block block, uint16_t *ret);
/* Who the unit said it is, if it was asked; NULL: not told. */
const struct modbus_ident *modbus_image_ident(const struct modbus_image *image);
void modbus_image_identify(struct modbus_image *image, const struct modbus_ident *ident);

struct modbus_plan {
    struct arena *arena;
    size_t n;
    struct modbus_block *block; /* this poll's reads, in order */
    unsigned max_registers;
    int64_t pause_us; /* the profile's gap between requests */
    struct shape *shape;
    const void *decode; /* private */
};

/* The profile named by the setup ("auto": the rules that name registers are tried by the caller with
 * modbus_ask_identity). */
int modbus_plan_new(const struct profile *profile, const struct device_setup *setup, const char *why,
                    struct modbus_plan **ret);
void modbus_plan_free(struct modbus_plan *plan);
/* Before polling: the next blocks to read once, *ret_n 0 when nothing is missing any more; call again with the image
 * until then. Blocks that the device refused are marked by modbus_image_put with registers NULL. */
int modbus_plan_prepare(struct modbus_plan *plan, const struct modbus_image *image,
                        const struct modbus_block **ret_blocks, size_t *ret_n);
/* The device refused block i (exception 2 or 3): split it at value borders, or drop it when it is one value.
 * False when nothing of the plan is left. */
bool modbus_plan_refused(struct modbus_plan *plan, size_t i);
void modbus_plan_decode(const struct modbus_plan *plan, const struct modbus_image *image, struct answer *answer);

struct modbus_asks {
    size_t n;
    struct modbus_block *block;
};
struct modbus_asks modbus_ask_identity(struct arena *arena, const struct profile_set *set);
/* The id of the model behind the SunSpec marker; 0: no SunSpec map among what modbus_ask_identity asks. */
unsigned modbus_first_model(const struct modbus_image *image);
const struct profile *profile_match_modbus(struct arena *arena, const struct profile_set *set,
                                           const struct modbus_image *image, const char **ret_why);
