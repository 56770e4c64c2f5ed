/* The nearest known word to one that was mistyped. */
#ifndef SENDWARD_CTL_NEAREST_H
#define SENDWARD_CTL_NEAREST_H

#include <stddef.h>

/* How far a is from b: letters to insert, delete, change or swap with the next.
 * Words over 63 bytes are far from everything. */
size_t nearest_distance(const char *a, const char *b);

/* Keeps the better of two: best (may be NULL) or candidate, as near to word.
 * NULL: neither is near (more than a third of the letters, at least two). */
const char *nearest_of(
    const char *word, const char *best, const char *candidate);

#endif
