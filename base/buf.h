/* A growing byte buffer with a maximum. Knows nothing of what it holds. */
#ifndef SENDWARD_BASE_BUF_H
#define SENDWARD_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;  /* NUL-terminated when len > 0 or after any append */
	size_t len;  /* bytes in use, without the NUL */
	size_t size; /* bytes allocated */
	size_t max;  /* len never passes it */
	bool failed; /* an append did not fit or found no memory */
};

/* An empty buffer that never holds more than max bytes. Allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Frees the memory; the buffer is empty and usable again. */
void buf_fini(struct buf *b);

/* Empties the buffer, keeps its memory, clears `failed`. */
void buf_clear(struct buf *b);

/* Append. On failure (cap reached, no memory) nothing is appended, `failed`
 * is set and stays set, false is returned: callers may append many times and
 * look once. */
bool buf_append(struct buf *b, const void *data, size_t len);
bool buf_puts(struct buf *b, const char *text);
bool buf_putc(struct buf *b, char c);
bool buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes (n <= len). */
void buf_consume(struct buf *b, size_t n);

/* The content as a string; "" when empty. Owned by the buffer. */
const char *buf_str(const struct buf *b);

#endif
