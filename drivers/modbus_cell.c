/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_cell.h"

#include <math.h>
#include <string.h>

bool modbus_locate(const struct modbus_place *place, const struct reg *reg, struct modbus_block *ret)
{
    int64_t address = (int64_t)reg->address + place->offset;
    bool found = !reg->model && !(place->table && place->table->models.n);
    for (size_t m = 0; !found && m < place->n_models; m++) {
        const struct sunspec_model *model = &place->model[m];
        found = reg->model == model->id;
        for (size_t i = 0; !reg->model && i < place->table->models.n; i++)
            found = found || (unsigned)place->table->models.item[i] == model->id;
        if (found)
            address = model->address + reg->address;
    }
    if (!found || address < 0 || address + reg->count > 65536)
        return false;
    int space = reg->space >= 0 ? reg->space : place->profile->registers.space;
    *ret = (struct modbus_block){(enum modbus_space)space, (uint16_t)address, reg->count};
    return true;
}

enum reg_order modbus_order(const struct profile *profile, const struct reg *reg)
{
    return reg->order != RO_DEFAULT ? reg->order : (enum reg_order)profile->registers.order;
}

/* As ABCD: the most significant word first, no bytes swapped. */
static void put_in_order(const uint16_t *from, size_t n, enum reg_order order, uint16_t *to)
{
    bool words = order == RO_CDAB || order == RO_DCBA, bytes = order == RO_BADC || order == RO_DCBA;
    for (size_t i = 0; i < n; i++) {
        uint16_t word = from[words ? n - 1 - i : i];
        to[i] = bytes ? __builtin_bswap16(word) : word;
    }
}

static double bcd(uint64_t bits, unsigned digits)
{
    double value = 0;
    for (unsigned i = digits; i-- > 0;) {
        unsigned digit = bits >> (4 * i) & 15;
        if (digit > 9)
            return NAN;
        value = value * 10 + digit;
    }
    return value;
}

/* Four registers of 0 to 9999 each. Source: Schneider PM600, PM800: "modulo-10,000". */
static double modulo_10k(const uint16_t *word)
{
    double value = 0;
    for (int i = 0; i < 4; i++) {
        if (word[i] > 9999)
            return NAN;
        value = value * 10000 + word[i];
    }
    return value;
}

double modbus_number(const struct reg *reg, enum reg_order order, const uint16_t *registers)
{
    uint16_t word[4];
    uint64_t bits = 0;
    float single;
    double number;
    if (reg->count > 4)
        return NAN;
    put_in_order(registers, reg->count, order, word);
    for (size_t i = 0; i < reg->count; i++)
        bits = bits << 16 | word[i];
    uint32_t half = (uint32_t)bits;
    switch (reg->type) {
    case RT_U16:
    case RT_U32:
    case RT_U64: return (double)bits;
    case RT_I16: return (int16_t)bits;
    case RT_I32: return (int32_t)half;
    case RT_I64: return (double)(int64_t)bits;
    case RT_F32: memcpy(&single, &half, sizeof single); return (double)single;
    case RT_F64: memcpy(&number, &bits, sizeof number); return number;
    case RT_ACC32:
    case RT_ACC64: /* 0: not accumulated. Source: SunSpec Information Model Specification, "acc32" */
        return bits ? (double)bits : NAN;
    case RT_BCD16: return bcd(bits, 4);
    case RT_BCD32: return bcd(bits, 8);
    case RT_MOD10K: return modulo_10k(word);
    case RT_STRING:
    case RT_COUNT: break;
    }
    return NAN;
}

char *modbus_words(struct arena *arena, const struct reg *reg, enum reg_order order, const uint16_t *registers)
{
    char *text = arena_alloc(arena, 2u * reg->count + 1);
    size_t n = 0;
    bool swapped = order == RO_BADC || order == RO_DCBA;
    for (size_t i = 0; i < reg->count; i++) {
        char high = (char)(registers[i] >> 8), low = (char)(registers[i] & 0xff);
        text[n++] = swapped ? low : high;
        text[n++] = swapped ? high : low;
    }
    n = strnlen(text, n);
    while (n && (text[n - 1] == ' ' || text[n - 1] == '\xff'))
        n--;
    text[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (text[i] < ' ' || text[i] == 127)
            text[i] = '?'; /* no part of UTF-8 either: names in registers are ASCII */
    return text;
}

struct cell modbus_cell(const struct cells *cells, const struct ref *ref)
{
    const struct modbus_place *place = cells->context;
    struct modbus_block block;
    uint16_t registers[64];
    if (ref->kind != REF_REGISTER || !modbus_locate(place, &ref->reg, &block) || block.count > 64 ||
        !modbus_image_get(place->image, block, registers))
        return cell_of_text(NULL);
    enum reg_order order = modbus_order(place->profile, &ref->reg);
    if (ref->reg.type == RT_STRING)
        return cell_of_text(modbus_words(cells->arena, &ref->reg, order, registers));
    return cell_of_number(cells->arena, modbus_number(&ref->reg, order, registers));
}
