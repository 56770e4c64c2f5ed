/* The pages that people see: plain HTML without scripts, nothing loaded from
 * elsewhere, every value escaped. Decides nothing. */
#ifndef SENDWARD_API_PAGES_H
#define SENDWARD_API_PAGES_H

#include <stdbool.h>
#include "api/exchange.h"
#include "base/err.h"

struct link_facts;

/* The Content-Security-Policy that the pages need: their own style by its hash,
 * forms to this server, nothing else. */
#define API_PAGES_CSP_MAX 256
enum sg_err api_pages_csp(char csp_r[API_PAGES_CSP_MAX], struct err *err_r);

/* Each sets status, content type and body. */
void api_pages_ask(
    struct api_response *response_r, const struct link_facts *facts);
void api_pages_confirmed(
    struct api_response *response_r, const struct link_facts *facts);
/* In the place of the last, or of api_pages_void: leads the browser on at once. url:
 * http or https. By the page, not by a 303: a form's policy (form-action) would hold
 * for that. */
void api_pages_next(
    struct api_response *response_r, bool is_confirmed, const char *url);
/* Of subscriptions by mail. */
struct api_page_subscription {
	const char *account, *topic, *address;
	int64_t expires_sec; /* of the link */
};
void api_pages_subscription_ask(
    struct api_response *response_r, const struct api_page_subscription *facts);
void api_pages_subscription_confirmed(
    struct api_response *response_r, const struct api_page_subscription *facts);
void api_pages_subscription_ask_end(
    struct api_response *response_r, const struct api_page_subscription *facts);
void api_pages_subscription_ended(
    struct api_response *response_r, const struct api_page_subscription *facts);
void api_pages_subscription_void(struct api_response *response_r);

/* One page for every link that leads nowhere: 404. */
void api_pages_void(struct api_response *response_r);
/* At the console's address, when there is none: 404. */
void api_pages_no_console(struct api_response *response_r);
/* Any other end: what it is and what to do, for 4xx and 5xx. */
void api_pages_error(struct api_response *response_r, int status);

#endif
