/* SES v2: the account, its quota and statistics. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/suppression.h"
#include "ops/account.h"
#include "ops/pool.h"
#include "ops/request.h"
#include "ops/set.h"

/* PROBATION also for an account that a person let go on under figures that had shut
 * it down (ops/account.h). */
static const char *
enforcement(const struct store_account *owner)
{
	if (owner->facts.paused && owner->paused_by != STORE_PAUSED_BY_ACCOUNT)
		return "SHUTDOWN";
	return owner->standing == RULES_HEALTHY ? "HEALTHY" : "PROBATION";
}

static void
put_quota(struct api_call *call, int64_t used)
{
	json_t *quota = api_put_object(call->out, "SendQuota");

	api_put_number(
	    quota, "Max24HourSend", (double)call->owner.facts.daily_quota);
	api_put_number(quota, "MaxSendRate", call->owner.facts.rate);
	api_put_number(quota, "SentLast24Hours", (double)used);
}

static const char *
review_status(const char *status)
{
	return strcmp(status, "PENDING") == 0   ? "PENDING"
	       : strcmp(status, "GRANTED") == 0 ? "GRANTED"
						: "DENIED";
}

static void
put_contacts(json_t *details, const char *contacts)
{
	json_t *list;

	if (contacts[0] == '\0')
		return;
	list = api_put_list(details, "AdditionalContactEmailAddresses");
	while (*contacts != '\0') {
		size_t len = strcspn(contacts, "\n");
		char contact[RULES_ADDRESS_MAX + 1];

		(void)snprintf(
		    contact, sizeof(contact), "%.*s", (int)len, contacts);
		api_add_text(list, contact);
		contacts += len + (contacts[len] == '\n');
	}
}

/* Nothing when the account never said anything. */
static void
put_details(struct api_call *call)
{
	static const struct api_codes codes = {NULL, NULL, NULL};
	struct store_details row;
	struct store_request request;
	struct err err;
	json_t *details, *review;
	char id[24];
	enum sg_err rc =
	    request_details_get(call->store, call->owner.facts.id, &row, &err);

	if (rc == SG_MISSING || !api_check(call, rc, &err, &codes))
		return;
	details = api_put_object(call->out, "Details");
	api_put_text(details, "MailType", row.mail_type);
	api_put_text(details, "WebsiteURL", row.website);
	if (row.language[0] != '\0')
		api_put_text(details, "ContactLanguage", row.language);
	if (row.use_case[0] != '\0')
		api_put_text(details, "UseCaseDescription", row.use_case);
	put_contacts(details, row.contacts);
	rc = store_request_get(
	    call->store, call->owner.facts.id, &request, &err);
	if (rc == SG_MISSING || !api_check(call, rc, &err, &codes))
		return;
	review = api_put_object(details, "ReviewDetails");
	api_put_text(review, "Status", review_status(request.status));
	(void)snprintf(id, sizeof(id), "%lld", (long long)request.id);
	api_put_text(review, "CaseId", id);
}

/* Few reads: clients ask often. */
static void
get_account(struct api_call *call)
{
	const struct store_account *owner = &call->owner;
	struct err err;
	int64_t used;

	if (!api_check(call,
		store_quota_used(
		    call->store, owner->facts.id, call->now_sec, &used, &err),
		&err, &api_v2_codes))
		return;
	put_quota(call, used);
	api_put_flag(
	    call->out, "DedicatedIpAutoWarmupEnabled", owner->auto_warmup);
	api_put_flag(
	    call->out, "ProductionAccessEnabled", owner->facts.production);
	api_put_flag(call->out, "SendingEnabled", !owner->facts.paused);
	api_put_text(call->out, "EnforcementStatus", enforcement(owner));
	api_put_reasons(api_put_object(call->out, "SuppressionAttributes"),
	    owner->facts.suppressed_reasons);
	put_details(call);
}

static void
put_account_details(struct api_call *call)
{
	const json_t *list =
	    api_object(call->in, "AdditionalContactEmailAddresses");
	const char *contacts[REQUEST_CONTACTS_MAX + 1];
	struct request_details details = {
	    .mail_type = api_text(call->in, "MailType"),
	    .website = api_text(call->in, "WebsiteURL"),
	    .use_case = api_text(call->in, "UseCaseDescription"),
	    .language = api_text(call->in, "ContactLanguage"),
	    .contacts = contacts,
	};
	struct err err;
	enum sg_err rc;

	for (size_t i = 0; i < json_array_size(list) &&
			   details.contact_count <= REQUEST_CONTACTS_MAX;
	     i++)
		contacts[details.contact_count++] =
		    json_string_value(json_array_get(list, i));
	rc = request_tell(call->store, call->conf, call->account, &details,
	    api_flag(call->in, "ProductionAccessEnabled"), call->now_sec, &err);
	(void)api_check(call, rc, &err,
	    &(const struct api_codes){
		"BadRequestException", NULL, "ConflictException"});
}

static void
put_account_sending_attributes(struct api_call *call)
{
	struct err err;
	enum sg_err rc = account_switch(call->store, call->account,
	    api_flag(call->in, "SendingEnabled"), call->now_sec, NULL, &err);

	(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
change(struct api_call *call, const struct account_change *change)
{
	struct err err;
	enum sg_err rc = account_change(
	    call->store, call->conf, call->account, change, NULL, &err);

	(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
put_account_suppression_attributes(struct api_call *call)
{
	const json_t *validation = api_object(
	    api_object(call->in, "ValidationAttributes"), "ConditionThreshold");
	struct account_change suppressed = {0};

	if (strcmp(api_text(validation, "ConditionThresholdEnabled"),
		"ENABLED") == 0) {
		api_fail(call, "BadRequestException",
		    "ValidationAttributes: addresses are not validated before "
		    "mail is sent to them");
		return;
	}
	if (api_has(call->in, "SuppressedReasons") || validation == NULL)
		suppressed.suppressed =
		    set_suppressed_name(api_suppressed_reasons(call->in));
	change(call, &suppressed);
}

static void
put_account_dedicated_ip_warmup_attributes(struct api_call *call)
{
	const struct account_change warmup = {.has_auto_warmup = true,
	    .auto_warmup = api_flag(call->in, "AutoWarmupEnabled")};
	struct err err = {0};

	if (warmup.auto_warmup == call->owner.auto_warmup ||
	    api_check(call,
		pool_ip_settle(call->store, call->owner.facts.id,
		    call->owner.auto_warmup, call->now_sec, &err),
		&err, &api_v2_codes))
		change(call, &warmup);
}

/* clang-format off */
const struct api_operation api_v2_account[] = {
	{API_V2, "GetAccount", "GET", "/v2/email/account",
	    NULL, NULL, API_OP_READS,
	    "", get_account},
	{API_V2, "PutAccountDetails", "POST", "/v2/email/account/details",
	    api_in_v2_put_account_details, NULL, 0,
	    "ConflictException", put_account_details},
	{API_V2, "PutAccountSendingAttributes", "PUT", "/v2/email/account/sending",
	    api_in_v2_put_account_sending_attributes, NULL, 0,
	    "", put_account_sending_attributes},
	{API_V2, "PutAccountSuppressionAttributes", "PUT", "/v2/email/account/suppression",
	    api_in_v2_put_account_suppression_attributes, NULL, 0,
	    "", put_account_suppression_attributes},
	{API_V2, "PutAccountDedicatedIpWarmupAttributes", "PUT", "/v2/email/account/dedicated-ips/warmup",
	    api_in_v2_put_account_dedicated_ip_warmup_attributes, NULL, 0,
	    "", put_account_dedicated_ip_warmup_attributes},
	{.name = NULL}};
/* clang-format on */
