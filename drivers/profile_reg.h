/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a value lies in registers and how it is coded. Data only.
 *
 * Units: wire addresses, counted from 0; in a SunSpec table from the model's id register.
 */
#pragma once
#include <stdint.h>

/* Bytes of a value in its registers, as manuals write it for two of them. */
enum reg_order { RO_DEFAULT, RO_ABCD, RO_CDAB, RO_BADC, RO_DCBA };
enum reg_type {
    RT_U16,
    RT_I16,
    RT_U32,
    RT_I32,
    RT_U64,
    RT_I64,
    RT_F32,
    RT_F64,
    RT_ACC32,
    RT_ACC64,
    RT_BCD16,
    RT_BCD32,
    RT_MOD10K,
    RT_STRING,
    RT_COUNT
};

struct reg {
    int space; /* enum modbus_space; -1: the profile's */
    uint16_t address, count;
    unsigned model; /* SunSpec: counted from this model, not from the table's; 0: as the table says */
    enum reg_type type;
    enum reg_order order;
};
