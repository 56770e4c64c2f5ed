/* From a request to its next step. Neither reads sockets nor the store. */
#include "config.h"
#include "policy/decide.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/reserve.h"
#include "policy/codec.h"
#include "rules/verdict.h"

/* 16 bytes, IPv4 mapped; false for "unknown" and the like. */
static bool
address_of(const char *text, unsigned char address_r[16])
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(address_r, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, address_r + sizeof(mapped)) == 1 ||
	       inet_pton(AF_INET6, text, address_r) == 1;
}

static enum admit_owner
owner_of(const struct admit *admit, bool is_fresh,
    const struct policy_request *request, struct rules_account *account_r,
    struct rules_verdict *verdict_r)
{
	unsigned char address[16];
	/* Postfix has no attribute with the listener's name: policy_context,
	 * which only master.cf can set, stands for it. */
	const struct admit_client client = {
	    .login = request->sasl_username,
	    .auth_author = request->sasl_sender,
	    .daemon_name = request->policy_context,
	    /* a login goes before it */
	    .address = request->sasl_username[0] == '\0' &&
			       address_of(request->client_address, address)
			   ? address
			   : NULL,
	};

	account_r->id = 0;
	account_r->name[0] = '\0';
	if (is_fresh)
		return admit_owner_of(admit, &client, account_r, verdict_r);
	if (!admit_may_have_owner(admit, &client))
		return ADMIT_NOBODY;
	verdict_unavailable(verdict_r);
	return ADMIT_REFUSED;
}

bool
policy_is_wrong_stage(const struct policy_request *request)
{
	switch (request->stage) {
	case POLICY_STAGE_RCPT:
	case POLICY_STAGE_DATA:
	case POLICY_STAGE_END_OF_MESSAGE:
	case POLICY_STAGE_VRFY:
	case POLICY_STAGE_ETRN:
		return false;
	default:
		return true;
	}
}

static enum policy_next
decide_for_account(const struct conf *conf,
    const struct policy_request *request, const struct rules_account *account,
    struct rules_verdict *verdict_r)
{
	bool is_milters = conf->milter_quota == CONF_MILTER_QUOTA_YES;
	const char *fault = "instance is missing";
	char what[64];

	if (account->paused) {
		verdict_paused(verdict_r, account->pause_reason);
		return POLICY_ANSWER;
	}
	if (request->instance[0] != '\0' && request->too_long == NULL &&
	    !is_milters)
		return POLICY_COUNT;
	/* Counted under a wrong or no name, a repeat would count again or
	 * another recipient not at all; by both, everything twice. */
	if (is_milters)
		fault = "milter.quota is yes";
	else if (request->too_long != NULL)
		fault = "is too long";
	(void)snprintf(what, sizeof(what), "%s: %s%s%s",
	    policy_stage_name(request->stage),
	    !is_milters && request->too_long != NULL ? request->too_long : "",
	    !is_milters && request->too_long != NULL ? " " : "", fault);
	verdict_wrong_stage(verdict_r, what);
	return POLICY_ANSWER;
}

enum policy_next
policy_decide(const struct admit *admit, bool is_fresh,
    const struct policy_request *request, struct rules_account *account_r,
    struct rules_verdict *verdict_r)
{
	enum admit_owner owner =
	    owner_of(admit, is_fresh, request, account_r, verdict_r);

	if (owner == ADMIT_NOBODY || request->stage == POLICY_STAGE_VRFY ||
	    request->stage == POLICY_STAGE_ETRN) {
		verdict_accept(verdict_r);
		return POLICY_ANSWER;
	}
	if (policy_is_wrong_stage(request)) {
		verdict_wrong_stage(
		    verdict_r, policy_stage_name(request->stage));
		return POLICY_ANSWER;
	}
	if (owner == ADMIT_REFUSED)
		return POLICY_ANSWER;
	return decide_for_account(admit->conf, request, account_r, verdict_r);
}

void
policy_reserve_request(const struct policy_request *request,
    char session_r[POLICY_SESSION_MAX], struct reserve_request *reserve_r)
{
	const char *port = request->client_port;
	size_t len = strlen(request->client_address);

	session_r[0] = '\0';
	if (port[0] != '\0' && strcmp(port, "0") != 0) {
		memcpy(session_r, request->client_address, len);
		session_r[len] = ':';
		memcpy(session_r + len + 1, port, strlen(port) + 1); /* fits */
	}
	reserve_r->stage = RESERVE_END_OF_MESSAGE;
	if (request->stage == POLICY_STAGE_RCPT)
		reserve_r->stage = RESERVE_RCPT;
	else if (request->stage == POLICY_STAGE_DATA)
		reserve_r->stage = RESERVE_DATA;
	reserve_r->instance = request->instance;
	reserve_r->queue_id = request->queue_id;
	reserve_r->session = session_r;
	reserve_r->recipient = request->recipient;
	reserve_r->recipient_count = request->recipient_count;
}
