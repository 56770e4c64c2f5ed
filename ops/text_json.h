/* Text of any bytes as a JSON string: what is not UTF-8 becomes U+FFFD. Decodes no
 * other charset. */
#ifndef SENDWARD_OPS_TEXT_JSON_H
#define SENDWARD_OPS_TEXT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A new reference. One U+FFFD for each byte that belongs to no character, also for
 * NUL. NULL: no memory. */
json_t *text_json_new(const char *text, size_t len);

struct buf;
/* The same as text, with its quotes, for the mail path: a tree of objects costs five
 * times as much as the line that is made of it. False: buf is full. */
bool text_json_write(struct buf *buf, const char *text, size_t len);

#endif
