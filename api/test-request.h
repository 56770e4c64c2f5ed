/* For tests: requests out of texts, and what the codec makes of them. */
#ifndef SENDWARD_API_TEST_REQUEST_H
#define SENDWARD_API_TEST_REQUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/call.h"
#include "api/codec.h"
#include "api/exchange.h"

struct test_request {
	char target[API_TARGET_MAX + 1];
	struct api_field fields[2];
	struct api_request request;
};

/* target with its query. content_type NULL: none. The body is borrowed. */
void test_request_init(struct test_request *t, const char *verb,
    const char *target, const char *content_type, const char *body);

/* The input as JSON with sorted keys, or "CODE: message"; to be freed. */
char *test_request_read(const char *verb, const char *target, const char *body);

/* "OPERATION", or "CODE". */
void test_request_find(
    const char *verb, const char *target, const char *body, char name_r[64]);

#endif
