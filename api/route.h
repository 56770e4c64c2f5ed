/* Which handler answers: a table of methods, paths and handlers. Pure. */
#ifndef SENDWARD_API_ROUTE_H
#define SENDWARD_API_ROUTE_H

#include <stddef.h>
#include "api/exchange.h"

struct api_service;

/* Fills the response. Runs in one of several threads. */
typedef void api_handler_fn(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

struct api_route {
	const char
	    *name; /* in the log and in /metrics: never the path itself */
	enum api_method method;
	const char *pattern; /* `*` stands for one part, not empty, without /;
				`**` at the end for all the rest, or none */
	api_handler_fn *handler;
};

/* The table, and its length. Rows of one pattern stand together and have one
 * name. */
extern const struct api_route api_routes[];
extern const size_t api_route_count;

/* The row for method and path; NULL: none. params_r: what `*` stood for. allow_r:
 * what the path can be asked with, "" when no row has it. name_r: the route's
 * name, also when only the method is wrong; "none". */
const struct api_route *api_route_find(const struct api_route *routes,
    size_t count, enum api_method method, const char *path,
    struct api_param params_r[API_PARAMS_MAX], char allow_r[32],
    const char **name_r);

#endif
