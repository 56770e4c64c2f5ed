/* May a request go on, by what its header says? Sizes, and what could be understood in
 * two ways (RFC 9112 §3.2, §6.3). Pure. */
#ifndef SENDWARD_API_LIMITS_H
#define SENDWARD_API_LIMITS_H

#include <stddef.h>
#include <stdint.h>
#include "api/exchange.h"

struct api_limits {
	size_t header_bytes;
	uint64_t body_bytes;
};

/* The status of a refusal, or 0; *body_bytes_r: what Content-Length says, 0 without.
 * header_bytes: the size of line and fields as they came. */
int api_limits_judge(const struct api_limits *limits,
    const struct api_request *request, size_t header_bytes,
    uint64_t *body_bytes_r);

#endif
