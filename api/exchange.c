/* A response's memory: see exchange.h. */
#include "config.h"

#include "api/exchange.h"

void
api_response_init(struct api_response *response)
{
	*response = (struct api_response){.status = 500};
	buf_init(&response->body, API_BODY_MAX);
}

void
api_response_fini(struct api_response *response)
{
	buf_fini(&response->body);
}
