/* Text of any bytes as a JSON string: what is not UTF-8 becomes U+FFFD. Decodes no
 * other charset. */
#ifndef SENDWARD_OPS_TEXT_JSON_H
#define SENDWARD_OPS_TEXT_JSON_H

#include <jansson.h>
#include <stddef.h>

/* A new reference. One U+FFFD for each byte that belongs to no character, also for
 * NUL. NULL: no memory. */
json_t *text_json_new(const char *text, size_t len);

#endif
