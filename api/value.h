/* Values as texts: what path, query and forms hold, and times. Knows no operation. */
#ifndef SENDWARD_API_VALUE_H
#define SENDWARD_API_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "api/shape.h"

/* Decodes %XX once into out_r (len + 1 bytes, may be text itself), which ends with
 * NUL; plus_is_space: as in forms. False: an escape that is none, a NUL, or what is
 * not UTF-8. */
bool api_value_decode(const char *text, size_t len, bool plus_is_space,
    char *out_r, size_t *len_r);

/* A text as the shape's kind, a new reference: numbers, flags and times are read,
 * all else is the text. NULL: it is no such thing, or there is no memory. Checks no
 * limits. */
json_t *api_value_new(
    const struct api_shape *shape, const char *text, size_t len);

/* ISO 8601 "2026-01-02T03:04:05Z", with or without a fraction, an offset "+01:00"
 * instead of Z; or seconds since 1970 in digits. A new reference: integer, or real
 * with a fraction. NULL: none. */
json_t *api_value_time_new(const char *text);

/* The other way, UTC. A fraction is written in milliseconds. */
#define API_VALUE_TIME_MAX 96
void api_value_time_text(double sec, char text_r[API_VALUE_TIME_MAX]);

/* Years 1 to 9999. */
bool api_value_is_time(double sec);

#endif
