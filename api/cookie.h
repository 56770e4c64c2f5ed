/* Cookies of a request (RFC 6265 §4.2). Knows none by name. */
#ifndef SENDWARD_API_COOKIE_H
#define SENDWARD_API_COOKIE_H

#include <stddef.h>

struct api_request;

/* How many cookies of that name there are in all fields. value_r: the first one's
 * value as it came, "" when it has none or does not fit into `size` with its NUL. */
int api_cookie_find(const struct api_request *request, const char *name,
    char *value_r, size_t size);

#endif
