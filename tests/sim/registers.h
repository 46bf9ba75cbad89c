/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registers of one Modbus unit: a few blocks, holes between them.
 *
 * Shape: addresses as on the wire (from 0). Numbers of several registers stand most significant first. A put outside
 *        every block ends the process (abort): a device's image is written with its blocks.
 * Source: Modbus Application Protocol V1.1b3, section 4.3.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum space { SPACE_COIL, SPACE_DISCRETE, SPACE_INPUT, SPACE_HOLDING, SPACES };

struct registers;

struct registers *registers_new(void);
void registers_free(struct registers *registers);
void registers_block(struct registers *registers, enum space space, unsigned first, unsigned n);
/* Takes a range out of service: reading it is an illegal address. */
void registers_hole(struct registers *registers, unsigned first, unsigned last);
/* The largest number of registers that one request may ask. */
void registers_limit(struct registers *registers, unsigned n);
void registers_u16(struct registers *registers, enum space space, unsigned at, int64_t value);
void registers_u32(struct registers *registers, enum space space, unsigned at, uint32_t value);
void registers_i64(struct registers *registers, enum space space, unsigned at, int64_t value);
void registers_float(struct registers *registers, enum space space, unsigned at, double value);
void registers_text(struct registers *registers, enum space space, unsigned at, unsigned n, const char *text);
/* Fault `wrong-type`: every word is answered with its bytes exchanged. */
void registers_confuse(struct registers *registers, bool confused);
/* 0, or the Modbus exception: 2 illegal address, 3 illegal count. */
int registers_read(const struct registers *registers, enum space space, unsigned at, unsigned n, uint16_t *ret);
