/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that is given back all at once: a configuration, a profile, a shape.
 *
 * Errors: running out of memory ends the process (abort): nothing here can go on without it.
 * Threads: one arena, one thread at a time.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed, aligned for any object. size 0 gives a unique pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* An array grown by doubling: room for one more, zeroed and counted in *n. Returns the array, which may have moved. */
void *arena_push(struct arena *arena, void *array, size_t *n, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t n);
void *arena_memdup(struct arena *arena, const void *bytes, size_t n);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
