/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST 512 /* most arenas stay small; each further block is twice as large */
#define BLOCK_SIZE  4096

struct block {
    struct block *next, *previous;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *block;
    size_t room; /* of the next block */
};

struct arena *arena_new(void)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        abort();
    arena->room = BLOCK_FIRST;
    return arena;
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    for (struct block *b = arena->block, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(arena);
}

static struct block *block_new(struct arena *arena, size_t size)
{
    size_t room = size > arena->room ? size : arena->room;
    struct block *b = calloc(1, sizeof *b + room), *head = arena->block;
    if (!b)
        abort();
    b->size = room;
    if (arena->room < BLOCK_SIZE)
        arena->room *= 2;
    /* a block for one large object goes behind the current one, whose rest stays in use */
    if (size > BLOCK_SIZE && head) {
        b->previous = head;
        b->next = head->next;
        head->next = b;
    } else {
        b->next = head;
        arena->block = b;
    }
    if (b->next)
        b->next->previous = b;
    return b;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    const size_t grain = alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        abort();
    size_t rounded = size ? (size + grain - 1) / grain * grain : grain;
    struct block *b = arena->block;
    if (!b || b->size - b->used < rounded)
        b = block_new(arena, rounded);
    void *p = b->bytes + b->used;
    b->used += rounded;
    return p;
}

/* A large array has a block of its own, which grows where it is, or moves and leaves nothing behind. */
static void *grow(struct arena *arena, void *array, size_t before, size_t size)
{
    struct block *b = (struct block *)((unsigned char *)array - offsetof(struct block, bytes));
    struct block *larger = realloc(b, sizeof *b + size);
    if (!larger)
        abort();
    memset(larger->bytes + before, 0, size - before);
    larger->size = larger->used = size;
    if (larger->previous)
        larger->previous->next = larger;
    else
        arena->block = larger;
    if (larger->next)
        larger->next->previous = larger;
    return larger->bytes;
}

void *arena_push(struct arena *arena, void *array, size_t *n, size_t size)
{
    /* room is always the next power of two: growing is due exactly when n reaches one */
    if ((*n & (*n - 1)) == 0) {
        size_t room = (*n ? *n * 2 : 1) * size;
        if (*n * size > BLOCK_SIZE) {
            array = grow(arena, array, *n * size, room);
        } else {
            void *larger = arena_alloc(arena, room);
            if (*n)
                memcpy(larger, array, *n * size);
            array = larger;
        }
    }
    (*n)++;
    return array;
}

void *arena_memdup(struct arena *arena, const void *bytes, size_t n)
{
    void *p = arena_alloc(arena, n);
    if (n)
        memcpy(p, bytes, n);
    return p;
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
    size_t length = strnlen(text, n);
    char *p = arena_alloc(arena, length + 1);
    memcpy(p, text, length);
    return p;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_memdup(arena, text, strlen(text) + 1);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0)
        abort();
    if ((size_t)n < sizeof small)
        return arena_strdup(arena, small);
    char *p = arena_alloc(arena, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return p;
}
