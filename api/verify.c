/* Pages behind confirmation links: see verify.h. The rules are ops/link.h's. */
#include "config.h"

#include "api/verify.h"

#include <stdio.h>
#include <string.h>

#include "api/pages.h"
#include "api/service.h"
#include "ops/link.h"

typedef enum sg_err link_fn(struct store *store, const char *token,
    int64_t now_sec, enum link_state *state_r, struct link_facts *facts_r,
    struct err *err_r);
typedef void page_fn(
    struct api_response *response_r, const struct link_facts *facts);

/* What is too long for a token is none, cut or not. */
static void
copy_token(char token_r[LINK_TOKEN_MAX + 2], const struct api_param *param)
{
	size_t len = param->len;

	if (len > LINK_TOKEN_MAX + 1)
		len = LINK_TOKEN_MAX + 1;
	memcpy(token_r, param->text, len);
	token_r[len] = '\0';
}

static void
answer(struct api_service *service, const struct api_request *request,
    link_fn *link, page_fn *page, struct api_response *response_r)
{
	char token[LINK_TOKEN_MAX + 2];
	struct store *store;
	struct link_facts facts;
	enum link_state state;
	struct err err;
	enum sg_err rc = api_service_store(service, &store, &err);

	copy_token(token, &request->params[0]);
	if (rc == SG_OK)
		rc = link(store, token, request->now_sec, &state, &facts, &err);
	if (rc != SG_OK) {
		api_pages_error(response_r, 503);
		(void)snprintf(response_r->why, sizeof(response_r->why),
		    "%.200s", err.text);
		return;
	}
	if (facts.next_url[0] != '\0')
		api_pages_next(response_r, state == LINK_VALID, facts.next_url);
	else if (state == LINK_VALID)
		page(response_r, &facts);
	else
		api_pages_void(response_r);
}

void
api_verify_show(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	answer(service, request, link_look, api_pages_ask, response_r);
}

void
api_verify_confirm(struct api_service *service,
    const struct api_request *request, struct api_response *response_r)
{
	answer(service, request, link_confirm, api_pages_confirmed, response_r);
}
