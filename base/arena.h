/* Memory that is freed all at once: a message's strings live in one arena and
 * die with it. Not for memory that has to be freed piece by piece. */
#ifndef SENDWARD_BASE_ARENA_H
#define SENDWARD_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* An arena that hands out at most max_bytes in all. NULL: no memory. */
struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena **arena);

/* Forgets everything handed out; keeps one block for reuse. */
void arena_reset(struct arena *arena);

/* Aligned for any type, zeroed. NULL when the cap or memory is exhausted. One
 * arena belongs to one thread at a time. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

#endif
