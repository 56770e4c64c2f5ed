/* SES v1: identities, their proofs and settings. Notifications are in
 * v1_identity_notify.c, policies in identity_policy.c. */
#include "config.h"

#include <string.h>

#include "api/call.h"
#include "api/identity.h"
#include "api/identity_policy.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/v1_identity_notify.h"
#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/identity_dkim.h"
#include "ops/link.h"
#include "ops/records.h"
#include "rules/identity.h"

static const char *
status_name(enum rules_identity_status status)
{
	switch (status) {
	case RULES_IDENTITY_PENDING:
		return "Pending";
	case RULES_IDENTITY_SUCCESS:
		return "Success";
	case RULES_IDENTITY_FAILED:
		return "Failed";
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return "TemporaryFailure";
	case RULES_IDENTITY_NOT_STARTED:
		break;
	}
	return "NotStarted";
}

static const char *
identity_of(const struct api_call *call)
{
	return api_identity_name(call, api_text(call->in, "Identity"));
}

/* ---- proofs ------------------------------------------------------------------------- */

/* False: there is none yet (*is_new_r), or the call has failed. */
static bool
is_there(struct api_call *call, const char *name, struct store_identity *row_r,
    bool *is_new_r)
{
	struct err err = {0};
	enum sg_err rc =
	    identity_get(call->store, call->account, name, row_r, &err);

	*is_new_r = rc == SG_MISSING;
	return rc == SG_OK ||
	       (!*is_new_r && api_identity_done(call, rc, &err, name));
}

/* One more letter, unless one has just left. */
static void
resend(struct api_call *call, const struct store_identity *row)
{
	struct err err = {0};
	enum sg_err rc = link_may_send(
	    call->store, row->account_id, row->facts.name, call->now_sec, &err);

	if (rc == SG_BUSY && row->facts.status == RULES_IDENTITY_PENDING)
		return;
	if (rc == SG_BUSY)
		api_fail(call, "Throttling", "%s", err.text);
	else if (rc == SG_OK)
		rc = identity_restart(call->store, call->seal, call->conf,
		    call->account, row->facts.name, call->now_sec, NULL, &err);
	(void)api_identity_done(call, rc, &err, row->facts.name);
}

static void
verify_email_identity(struct api_call *call)
{
	struct identity_wish wish = {.name = api_text(call->in, "EmailAddress"),
	    .keys = IDENTITY_KEYS_NONE};
	struct store_identity row;
	bool is_new;

	if (identity_is_domain(wish.name)) {
		api_fail(
		    call, "InvalidParameterValue", "Missing final '@domain'");
		return;
	}
	if (is_there(call, wish.name, &row, &is_new)) {
		if (!identity_may_send(&row.facts) &&
		    call->conf->mail_from[0] != '\0')
			resend(call, &row);
	} else if (is_new) {
		(void)api_identity_make(call, &wish, &row);
	}
}

/* The domain, which is made when there is none. *was_there_r: it was. False: the
 * call has failed. */
static bool
take_domain(
    struct api_call *call, struct store_identity *row_r, bool *was_there_r)
{
	struct identity_wish wish = {.name = api_text(call->in, "Domain")};
	bool is_new;

	if (!identity_is_domain(wish.name)) {
		api_fail(call, "InvalidParameterValue",
		    "Invalid domain name %.300s.", wish.name);
		return false;
	}
	*was_there_r = is_there(call, wish.name, row_r, &is_new);
	if (*was_there_r || !is_new)
		return *was_there_r;
	api_identity_wish_keys(call, 0, &wish);
	return api_identity_make(call, &wish, row_r);
}

static void
verify_domain_identity(struct api_call *call)
{
	struct store_identity row;
	struct err err = {0};
	bool was_there;

	if (!take_domain(call, &row, &was_there))
		return;
	if (was_there &&
	    !api_identity_done(call,
		identity_restart(call->store, call->seal, call->conf,
		    call->account, row.facts.name, call->now_sec, &row, &err),
		&err, row.facts.name))
		return;
	api_put_text(call->out, "VerificationToken", row.txt_token);
}

static void
put_tokens(json_t *object, const struct identity_dkim *dkim)
{
	json_t *list = api_put_list(object, "DkimTokens");

	for (size_t i = 0; i < dkim->token_count; i++)
		api_add_text(list, dkim->tokens[i]);
}

/* Keys that were brought stay: SES v2 changes them. */
static bool
lacks_keys(const struct identity_dkim *dkim)
{
	return dkim->origin != KEY_EXTERNAL &&
	       (dkim->token_count == 0 ||
		   dkim->status == RULES_IDENTITY_NOT_STARTED ||
		   dkim->status == RULES_IDENTITY_FAILED);
}

static void
verify_domain_dkim(struct api_call *call)
{
	struct identity_file *file = NULL;
	struct store_identity row;
	struct identity_dkim dkim;
	struct err err = {0};
	bool was_there;

	if (!take_domain(call, &row, &was_there))
		return;
	api_identity_begin_anew(call, &row);
	if (api_failed(call) || !api_identity_load(call, &row, &file))
		return;
	identity_dkim_read(file, &dkim);
	if (lacks_keys(&dkim)) {
		identity_file_free(&file);
		if (!api_identity_done(call,
			identity_dkim_generate(call->store, call->seal,
			    call->conf, call->account, row.facts.name, 0,
			    call->now_sec, &err),
			&err, row.facts.name) ||
		    !api_identity_load(call, &row, &file))
			return;
		identity_dkim_read(file, &dkim);
	}
	put_tokens(call->out, &dkim);
	identity_file_free(&file);
}

/* ---- deleting and listing -------------------------------------------------------------- */

/* One that is not there is no error. */
static void
drop(struct api_call *call, const char *name)
{
	struct err err = {0};
	enum sg_err rc =
	    identity_delete(call->store, call->account, name, &err);

	if (rc != SG_MISSING)
		(void)api_identity_done(call, rc, &err, name);
}

static void
delete_identity(struct api_call *call)
{
	drop(call, identity_of(call));
}

static void
delete_verified_email_address(struct api_call *call)
{
	const char *address = api_text(call->in, "EmailAddress");

	if (identity_is_domain(address))
		api_fail(
		    call, "InvalidParameterValue", "Missing final '@domain'");
	else
		drop(call, address);
}

static void
add_name(json_t *list, const struct store_identity *row)
{
	api_add_text(list, row->facts.name);
}

static void
list_identities(struct api_call *call)
{
	const char *type = api_text(call->in, "IdentityType");

	api_identity_list(call, "MaxItems",
	    strcmp(type, "Domain") == 0         ? RULES_IDENTITY_DOMAIN
	    : strcmp(type, "EmailAddress") == 0 ? RULES_IDENTITY_EMAIL
						: -1,
	    "Identities", add_name);
}

static bool
add_verified(void *ctx, const struct store_identity *row)
{
	if (identity_may_send(&row->facts))
		add_name(ctx, row);
	return true;
}

static void
list_verified_email_addresses(struct api_call *call)
{
	struct err err = {0};

	(void)api_check(call,
	    store_identity_page(call->store, call->owner.facts.id,
		RULES_IDENTITY_EMAIL, "", IDENTITY_MOST, add_verified,
		api_put_list(call->out, "VerifiedEmailAddresses"), &err),
	    &err, &api_v2_codes);
}

/* ---- attributes --------------------------------------------------------------------------- */

static void
put_verification(
    struct api_call *call, const struct store_identity *row, json_t *object)
{
	(void)call;
	api_put_text(
	    object, "VerificationStatus", status_name(row->facts.status));
	if (row->txt_token[0] != '\0')
		api_put_text(object, "VerificationToken", row->txt_token);
}

static void
get_identity_verification_attributes(struct api_call *call)
{
	api_notify_each(call, "VerificationAttributes", put_verification);
}

static void
put_dkim(
    struct api_call *call, const struct store_identity *row, json_t *object)
{
	struct identity_file *file = NULL;
	struct identity_dkim dkim;

	if (!api_identity_load(call, row, &file))
		return;
	identity_dkim_read(file, &dkim);
	api_put_flag(object, "DkimEnabled", row->facts.signing_enabled);
	api_put_text(
	    object, "DkimVerificationStatus", status_name(dkim.status));
	if (dkim.token_count > 0)
		put_tokens(object, &dkim);
	identity_file_free(&file);
}

static void
get_identity_dkim_attributes(struct api_call *call)
{
	api_notify_each(call, "DkimAttributes", put_dkim);
}

static void
set_identity_dkim_enabled(struct api_call *call)
{
	struct store_identity row;
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_set_signing(call->store, call->account, identity_of(call),
		api_flag(call->in, "DkimEnabled"), &row, &err),
	    &err, identity_of(call));
}

static void
put_mail_from(
    struct api_call *call, const struct store_identity *row, json_t *object)
{
	(void)call;
	if (row->facts.mail_from[0] != '\0') {
		api_put_text(object, "MailFromDomain", row->facts.mail_from);
		api_put_text(object, "MailFromDomainStatus",
		    status_name(row->mail_from_status));
	}
	api_put_text(object, "BehaviorOnMXFailure",
	    row->mail_from_reject ? "RejectMessage" : "UseDefaultValue");
}

static void
get_identity_mail_from_domain_attributes(struct api_call *call)
{
	api_notify_each(call, "MailFromDomainAttributes", put_mail_from);
}

static void
set_identity_mail_from_domain(struct api_call *call)
{
	const char *behavior = api_text(call->in, "BehaviorOnMXFailure");
	struct store_identity row;
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_set_mail_from(call->store, call->conf, call->account,
		identity_of(call), api_text(call->in, "MailFromDomain"),
		strcmp(behavior, "RejectMessage") == 0, call->now_sec, &row,
		&err),
	    &err, identity_of(call));
}

/* clang-format off */
const struct api_operation api_v1_identity[] = {
	{API_V1, "VerifyEmailIdentity", NULL, NULL,
	    api_in_v1_verify_email_identity, NULL, 0,
	    "LimitExceeded", verify_email_identity},
	{API_V1, "VerifyEmailAddress", NULL, NULL,
	    api_in_v1_verify_email_address, NULL, API_OP_NO_RESULT,
	    "LimitExceeded", verify_email_identity},
	{API_V1, "VerifyDomainIdentity", NULL, NULL,
	    api_in_v1_verify_domain_identity,
	    api_out_v1_verify_domain_identity, API_OP_SLOW,
	    "LimitExceeded", verify_domain_identity},
	{API_V1, "VerifyDomainDkim", NULL, NULL,
	    api_in_v1_verify_domain_dkim, api_out_v1_verify_domain_dkim,
	    API_OP_SLOW,
	    "LimitExceeded", verify_domain_dkim},
	{API_V1, "DeleteIdentity", NULL, NULL,
	    api_in_v1_delete_identity, NULL, 0,
	    "", delete_identity},
	{API_V1, "DeleteVerifiedEmailAddress", NULL, NULL,
	    api_in_v1_delete_verified_email_address, NULL, API_OP_NO_RESULT,
	    "", delete_verified_email_address},
	{API_V1, "ListIdentities", NULL, NULL,
	    api_in_v1_list_identities, api_out_v1_list_identities, API_OP_READS,
	    "", list_identities},
	{API_V1, "ListVerifiedEmailAddresses", NULL, NULL,
	    NULL, api_out_v1_list_verified_email_addresses, API_OP_READS,
	    "", list_verified_email_addresses},
	{API_V1, "GetIdentityVerificationAttributes", NULL, NULL,
	    api_in_v1_get_identity_verification_attributes,
	    api_out_v1_get_identity_verification_attributes, API_OP_READS,
	    "", get_identity_verification_attributes},
	{API_V1, "GetIdentityDkimAttributes", NULL, NULL,
	    api_in_v1_get_identity_dkim_attributes,
	    api_out_v1_get_identity_dkim_attributes, API_OP_READS,
	    "", get_identity_dkim_attributes},
	{API_V1, "SetIdentityDkimEnabled", NULL, NULL,
	    api_in_v1_set_identity_dkim_enabled, NULL, 0,
	    "", set_identity_dkim_enabled},
	{API_V1, "GetIdentityMailFromDomainAttributes", NULL, NULL,
	    api_in_v1_get_identity_mail_from_domain_attributes,
	    api_out_v1_get_identity_mail_from_domain_attributes, API_OP_READS,
	    "", get_identity_mail_from_domain_attributes},
	{API_V1, "SetIdentityMailFromDomain", NULL, NULL,
	    api_in_v1_set_identity_mail_from_domain, NULL, 0,
	    "", set_identity_mail_from_domain},
	{API_V1, "GetIdentityNotificationAttributes", NULL, NULL,
	    api_in_v1_get_identity_notification_attributes,
	    api_out_v1_get_identity_notification_attributes, API_OP_READS,
	    "", api_notify_get},
	{API_V1, "SetIdentityNotificationTopic", NULL, NULL,
	    api_in_v1_set_identity_notification_topic, NULL, 0,
	    "", api_notify_set_topic},
	{API_V1, "SetIdentityFeedbackForwardingEnabled", NULL, NULL,
	    api_in_v1_set_identity_feedback_forwarding_enabled, NULL, 0,
	    "", api_notify_set_forwarding},
	{API_V1, "SetIdentityHeadersInNotificationsEnabled", NULL, NULL,
	    api_in_v1_set_identity_headers_in_notifications_enabled, NULL, 0,
	    "", api_notify_set_headers},
	{API_V1, "PutIdentityPolicy", NULL, NULL,
	    api_in_v1_put_identity_policy, NULL, 0,
	    "InvalidPolicy|LimitExceeded", api_policy_v1_put},
	{API_V1, "GetIdentityPolicies", NULL, NULL,
	    api_in_v1_get_identity_policies, api_out_v1_get_identity_policies,
	    API_OP_READS,
	    "", api_policy_v1_get},
	{API_V1, "ListIdentityPolicies", NULL, NULL,
	    api_in_v1_list_identity_policies,
	    api_out_v1_list_identity_policies, API_OP_READS,
	    "", api_policy_v1_list},
	{API_V1, "DeleteIdentityPolicy", NULL, NULL,
	    api_in_v1_delete_identity_policy, NULL, 0,
	    "", api_policy_v1_delete},
	{.name = NULL}};
/* clang-format on */
