/* The operations of the three services that sendward has not, so that it can say so:
 * clients can then tell "not here" from "misspelled". */
#ifndef SENDWARD_API_UNSUPPORTED_H
#define SENDWARD_API_UNSUPPORTED_H

#include <stdbool.h>
#include "api/operation.h"

struct api_unsupported {
	enum api_protocol protocol;
	const char *name;          /* NULL ends the table */
	const char *method, *path; /* as in api_operation */
};
/* One of several paths has a row for each. */
extern const struct api_unsupported api_unsupported[];

bool api_unsupported_has(enum api_protocol protocol, const char *name);

#endif
