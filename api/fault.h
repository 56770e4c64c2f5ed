/* Errors by their codes: HTTP status, and whose fault they are. One table for all
 * three protocols; a test holds every code of every operation's row against it. */
#ifndef SENDWARD_API_FAULT_H
#define SENDWARD_API_FAULT_H

#include <stdbool.h>

struct api_fault;
struct api_operation;

struct api_fault_kind {
	const char *code;
	int status;
	bool is_receiver; /* ours, not the sender's: XML's Type */
};

/* NULL: unknown. */
const struct api_fault_kind *api_fault_find(const char *code);

/* Fills fault_r, whatever it held. */
void api_fault_say(struct api_fault *fault_r, const char *code,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Those that any operation may answer, before or beside its handler: signature,
 * permission, limits, validation, ours. Ends with NULL. */
extern const char *const api_fault_common[];

/* Is it one of these, or of the operation's row? */
bool api_fault_may(const struct api_operation *operation, const char *code);

/* What the protocols call the same thing. */
const char *api_fault_invalid(int protocol);   /* BadRequestException,
    InvalidParameterValue, InvalidParameter */
const char *api_fault_throttled(int protocol); /* TooManyRequestsException,
    Throttling, Throttled */

#endif
