/* Memory that is freed all at once: see arena.h.
 * Does not free single pieces. */
#include "config.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK_BYTES 4096
#define ARENA_ALIGN _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t size; /* of data */
	size_t used;
	max_align_t data[];
};

struct arena {
	struct block *blocks; /* the one that is being filled comes first */
	size_t max;
	size_t used;
};

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena != NULL)
		arena->max = max_bytes;
	return arena;
}

static void
free_blocks(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

void
arena_free(struct arena **arena)
{
	if (*arena == NULL)
		return;
	free_blocks((*arena)->blocks);
	free(*arena);
	*arena = NULL;
}

void
arena_reset(struct arena *arena)
{
	struct block **link = &arena->blocks;
	struct block *keep;

	/* Large blocks are not worth holding on to between messages. */
	while (*link != NULL && (*link)->size > ARENA_BLOCK_BYTES)
		link = &(*link)->next;
	keep = *link;
	if (keep != NULL) {
		*link = keep->next;
		keep->next = NULL;
		keep->used = 0;
	}
	free_blocks(arena->blocks);
	arena->blocks = keep;
	arena->used = 0;
}

static struct block *
add_block(struct arena *arena, size_t size)
{
	struct block *block;
	bool is_large = size > ARENA_BLOCK_BYTES / 4;

	if (!is_large)
		size = ARENA_BLOCK_BYTES;
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	block->used = 0;
	if (is_large && arena->blocks != NULL) {
		/* It is full at once; the one in use stays in front. */
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	unsigned char *piece;

	if (size > arena->max - arena->used)
		return NULL;
	size = size == 0 ? 1 : size;
	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (size > arena->max - arena->used)
		return NULL;
	if (block == NULL || size > block->size - block->used)
		block = add_block(arena, size);
	if (block == NULL)
		return NULL;
	piece = (unsigned char *)block->data + block->used;
	block->used += size;
	arena->used += size;
	return memset(piece, 0, size);
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}

char *
arena_strndup(struct arena *arena, const char *text, size_t len)
{
	size_t n = strnlen(text, len);
	char *copy = arena_alloc(arena, n + 1);

	if (copy != NULL)
		memcpy(copy, text, n);
	return copy;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	text = arena_alloc(arena, (size_t)len + 1);
	if (text == NULL)
		return NULL;
	va_start(args, format);
	(void)vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}
