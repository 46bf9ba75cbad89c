/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_cell.h"

#include <stdlib.h>
#include <string.h>

#define SPACES 4
#define PAGE   256u

struct page {
    uint16_t value[PAGE];
    uint8_t known[PAGE];    /* 0 not read, 1 read, 2 refused */
    uint16_t refused[PAGE]; /* registers of the block that was refused */
};

struct modbus_image {
    struct page *page[SPACES][65536 / PAGE];
    struct modbus_ident ident;
};

struct modbus_image *modbus_image_new(void)
{
    struct modbus_image *image = calloc(1, sizeof *image);
    if (!image)
        abort(); /* as the arena does */
    return image;
}

void modbus_image_clear(struct modbus_image *image)
{
    image->ident.known = false;
    for (size_t s = 0; s < SPACES; s++)
        for (size_t p = 0; p < 65536 / PAGE; p++)
            if (image->page[s][p])
                memset(image->page[s][p]->known, 0, sizeof image->page[s][p]->known);
}

void modbus_image_free(struct modbus_image *image)
{
    for (size_t s = 0; image && s < SPACES; s++)
        for (size_t p = 0; p < 65536 / PAGE; p++)
            free(image->page[s][p]);
    free(image);
}

const struct modbus_ident *modbus_image_ident(const struct modbus_image *image)
{
    return image->ident.known ? &image->ident : NULL;
}

void modbus_image_identify(struct modbus_image *image, const struct modbus_ident *ident)
{
    image->ident = *ident;
}

void modbus_image_put(struct modbus_image *image, struct modbus_block block, const uint16_t *registers)
{
    for (uint32_t i = 0; i < block.count && block.address + i < 65536; i++) {
        uint32_t address = block.address + i;
        struct page **page = &image->page[block.space][address / PAGE];
        if (!*page && !(*page = calloc(1, sizeof **page)))
            abort();
        uint8_t *known = &(*page)->known[address % PAGE];
        if (registers) {
            (*page)->value[address % PAGE] = registers[i];
            *known = 1;
        } else if (*known != 1) {
            /* what was read before was not what the device refuses */
            *known = 2;
            (*page)->refused[address % PAGE] = block.count;
        }
    }
}

bool modbus_image_get(const struct modbus_image *image, struct modbus_block block, uint16_t *ret)
{
    if ((uint32_t)block.address + block.count > 65536)
        return false;
    for (uint32_t i = 0; i < block.count; i++) {
        uint32_t address = block.address + i;
        const struct page *page = image->page[block.space][address / PAGE];
        if (!page || page->known[address % PAGE] != 1)
            return false;
        ret[i] = page->value[address % PAGE];
    }
    return true;
}

bool modbus_image_settled(const struct modbus_image *image, struct modbus_block block)
{
    bool read = true;
    for (uint32_t i = 0; i < block.count && block.address + i < 65536; i++) {
        uint32_t address = block.address + i;
        const struct page *page = image->page[block.space][address / PAGE];
        uint8_t known = page ? page->known[address % PAGE] : 0;
        if (known == 2 && page->refused[address % PAGE] <= block.count)
            return true;
        read = read && known == 1;
    }
    return read;
}
