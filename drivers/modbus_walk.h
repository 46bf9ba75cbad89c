/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SunSpec map of a device: where it begins and which models it holds, found in as few reads as it takes.
 *
 * Source: SunSpec Device Information Model Specification 1.1: marker "SunS", then models of id, length and registers,
 *         ended by id 0xFFFF.
 */
#pragma once
#include "modbus_cell.h"

#define SUNSPEC_MODELS 64

/* *ret_n models found in the image so far. True: the walk is at its end; false: *ret_next is to be read first. */
bool modbus_walk(const struct modbus_image *image, const struct modbus_access *access,
                 struct sunspec_model ret_models[SUNSPEC_MODELS], size_t *ret_n, struct modbus_block *ret_next);
