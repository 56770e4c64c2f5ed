/* SES v2: identities, their proofs and settings. Policies are in
 * identity_policy.c. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/identity.h"
#include "api/identity_policy.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/v2_tag.h"
#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/identity_dkim.h"
#include "ops/identity_notify.h"
#include "ops/records.h"
#include "rules/ascii.h"
#include "rules/identity.h"
#include "rules/verification.h"

static const char *
name_of(const struct api_call *call)
{
	return api_text(call->in, "EmailIdentity");
}

/* ---- telling ---------------------------------------------------------------------- */

static bool
may_send(const struct store_identity *row)
{
	return identity_may_send(&row->facts);
}

static const char *
type_name(const struct store_identity *row)
{
	return row->facts.type == RULES_IDENTITY_DOMAIN ? "DOMAIN"
							: "EMAIL_ADDRESS";
}

static void
put_length(json_t *dkim, const char *name, int bits)
{
	if (bits == 1024 || bits == 2048)
		api_put_text(
		    dkim, name, bits == 1024 ? "RSA_1024_BIT" : "RSA_2048_BIT");
}

/* Where the records of the tokens are: for keys that the customer publishes himself
 * that is his own domain. NULL: not said. */
static const char *
zone_of(const struct api_call *call, const struct identity_file *file,
    const struct identity_dkim *dkim)
{
	if (dkim->token_count == 0 || dkim->origin == KEY_EXTERNAL)
		return NULL;
	return dkim->origin == KEY_EASY ? call->conf->dkim_zone
					: identity_domain(&file->row);
}

static void
put_tokens(json_t *object, const char *name, const struct identity_dkim *dkim)
{
	json_t *list = api_put_list(object, name);

	for (size_t i = 0; i < dkim->token_count; i++)
		api_add_text(list, dkim->tokens[i]);
}

static void
put_dkim(struct api_call *call, const struct identity_file *file)
{
	json_t *object = api_put_object(call->out, "DkimAttributes");
	bool is_own;
	struct identity_dkim dkim;
	const char *zone;

	identity_dkim_read(file, &dkim);
	is_own = dkim.origin == KEY_EXTERNAL;
	zone = zone_of(call, file, &dkim);
	api_put_flag(object, "SigningEnabled", file->row.facts.signing_enabled);
	api_put_text(object, "Status", identity_status_name(dkim.status));
	put_tokens(object, "Tokens", &dkim);
	if (zone != NULL)
		api_put_text(object, "SigningHostedZone", zone);
	api_put_text(
	    object, "SigningAttributesOrigin", is_own ? "EXTERNAL" : "AWS_SES");
	if (is_own)
		return;
	put_length(object, "NextSigningKeyLength", dkim.next_bits);
	put_length(object, "CurrentSigningKeyLength", dkim.current_bits);
	if (dkim.made_sec != 0)
		api_put_time(
		    object, "LastKeyGenerationTimestamp", dkim.made_sec);
}

/* Not of Amazon's model, and left out by its SDKs: all that is to be published. */
static void
put_records(struct api_call *call, const struct identity_file *file)
{
	json_t *list = api_put_list(call->out, "DnsRecords");

	for (size_t i = 0; i < file->record_count; i++) {
		const struct wanted_record *record = &file->records[i];
		json_t *object;

		if (record->key_retired)
			continue;
		object = api_add_object(list);
		api_put_text(object, "Name", record->name);
		api_put_text(object, "Type",
		    record->type == DNS_CNAME ? "CNAME"
		    : record->type == DNS_MX  ? "MX"
					      : "TXT");
		api_put_text(object, "Value", record->value);
	}
}

static void
put_mail_from(struct api_call *call, const struct store_identity *row)
{
	json_t *object = api_put_object(call->out, "MailFromAttributes");

	if (row->facts.mail_from[0] != '\0') {
		api_put_text(object, "MailFromDomain", row->facts.mail_from);
		api_put_text(object, "MailFromDomainStatus",
		    identity_status_name(row->mail_from_status));
	}
	api_put_text(object, "BehaviorOnMxFailure",
	    row->mail_from_reject ? "REJECT_MESSAGE" : "USE_DEFAULT_VALUE");
}

/* Of an address nothing is looked for. */
static void
put_verification(struct api_call *call, const struct identity_file *file)
{
	const struct verification *look = &file->looks[VERIFICATION_IDENTITY];
	json_t *object = api_put_object(call->out, "VerificationInfo");

	if (!file->has_look[VERIFICATION_IDENTITY])
		return;
	if (look->checked_sec != 0)
		api_put_time(object, "LastCheckedTimestamp", look->checked_sec);
	if (look->success_sec != 0)
		api_put_time(object, "LastSuccessTimestamp", look->success_sec);
	if (look->error != VERIFICATION_NO_ERROR)
		api_put_text(
		    object, "ErrorType", verification_error_name(look->error));
}

static void
put_set(struct api_call *call, const struct store_identity *row)
{
	struct identity_notify_names names;
	struct err err = {0};

	if (!api_identity_done(call,
		identity_notify_names(call->store, row, &names, &err), &err,
		row->facts.name))
		return;
	if (names.set[0] != '\0')
		api_put_text(call->out, "ConfigurationSetName", names.set);
}

static void
put_tags(struct api_call *call, const struct store_identity *row)
{
	char resource[RULES_ADDRESS_MAX + sizeof("identity/")];

	(void)snprintf(resource, sizeof(resource), "identity/%s",
	    row->facts.name); /* fits */
	api_tags_list(call, resource, api_put_list(call->out, "Tags"));
}

static void
get_email_identity(struct api_call *call)
{
	struct identity_file *file = NULL;
	struct store_identity row;

	if (!api_identity_find(call, name_of(call), &row) ||
	    !api_identity_load(call, &row, &file))
		return;
	api_put_text(call->out, "IdentityType", type_name(&row));
	api_put_flag(call->out, "FeedbackForwardingStatus", row.forwarding);
	api_put_flag(call->out, "VerifiedForSendingStatus", may_send(&row));
	api_put_text(call->out, "VerificationStatus",
	    identity_status_name(row.facts.status));
	put_dkim(call, file);
	put_mail_from(call, &row);
	put_verification(call, file);
	put_records(call, file);
	put_set(call, &row);
	put_tags(call, &row);
	api_policy_put_all(call, &row);
	identity_file_free(&file);
}

static void
add_identity(json_t *list, const struct store_identity *row)
{
	json_t *object = api_add_object(list);

	api_put_text(object, "IdentityType", type_name(row));
	api_put_text(object, "IdentityName", row->facts.name);
	api_put_flag(object, "SendingEnabled", may_send(row));
	api_put_text(object, "VerificationStatus",
	    identity_status_name(row->facts.status));
}

static void
list_email_identities(struct api_call *call)
{
	api_identity_list(
	    call, "PageSize", -1, "EmailIdentities", add_identity);
}

/* ---- keys -------------------------------------------------------------------------- */

static int
bits_of(const json_t *attributes)
{
	const char *length = api_text(attributes, "NextSigningKeyLength");

	return strcmp(length, "RSA_1024_BIT") == 0   ? 1024
	       : strcmp(length, "RSA_2048_BIT") == 0 ? 2048
						     : 0;
}

static bool
check_origin(struct api_call *call, const char *origin)
{
	if (origin[0] == '\0' || strcmp(origin, "AWS_SES") == 0 ||
	    strcmp(origin, "EXTERNAL") == 0)
		return true;
	api_fail(call, "BadRequestException",
	    "Keys are not replicated from other regions here: origin %s is "
	    "not supported.",
	    origin);
	return false;
}

/* Letters in lower case: DNS knows no other, and a signature names it so. */
static bool
take_selector(struct api_call *call, const json_t *attributes,
    char selector_r[IDENTITY_SELECTOR_MAX + 1])
{
	const char *text = api_text(attributes, "DomainSigningSelector");
	size_t len = strlen(text);
	bool is_good = len > 0 && len <= IDENTITY_SELECTOR_MAX &&
		       text[0] != '-' && text[len - 1] != '-';

	for (size_t i = 0; i < len && is_good; i++) {
		is_good = ascii_is_alnum(text[i]) || text[i] == '-';
		selector_r[i] = ascii_lower(text[i]);
	}
	if (!is_good) {
		api_fail(call, "BadRequestException",
		    "DomainSigningSelector has 1 to %d letters, digits and "
		    "inner hyphens",
		    IDENTITY_SELECTOR_MAX);
		return false;
	}
	selector_r[len] = '\0';
	return true;
}

/* A key of the customer's own? key_r NULL: no. False: the call has failed. */
static bool
take_own_key(struct api_call *call, const json_t *attributes,
    char selector_r[IDENTITY_SELECTOR_MAX + 1], const char **key_r)
{
	bool has_selector = api_has(attributes, "DomainSigningSelector");
	bool has_key = api_has(attributes, "DomainSigningPrivateKey");

	*key_r = NULL;
	if (!has_selector && !has_key)
		return true;
	if (!has_selector || !has_key) {
		api_fail(call, "BadRequestException",
		    "DomainSigningSelector and DomainSigningPrivateKey belong "
		    "together: one of them is missing.");
		return false;
	}
	if (api_has(attributes, "NextSigningKeyLength")) {
		api_fail(call, "BadRequestException",
		    "NextSigningKeyLength is of Easy DKIM: it does not go with "
		    "DomainSigningPrivateKey.");
		return false;
	}
	*key_r = api_text(attributes, "DomainSigningPrivateKey");
	return take_selector(call, attributes, selector_r);
}

static void
import_own(struct api_call *call, const struct store_identity *row,
    const char *selector, const char *key)
{
	struct err err = {0};
	bool has;

	if (row->facts.type != RULES_IDENTITY_DOMAIN) {
		api_fail(call, "BadRequestException",
		    "%s is an address: only a domain has keys.",
		    row->facts.name);
		return;
	}
	/* A call that is repeated: its key is there. */
	if (!api_identity_done(call,
		identity_dkim_has(call->store, row, selector, key, &has, &err),
		&err, row->facts.name) ||
	    has)
		return;
	(void)api_identity_done(call,
	    identity_import_key(call->store, call->seal, call->account,
		row->facts.name, selector, key, strlen(key), false,
		call->now_sec, &err),
	    &err, row->facts.name);
}

static void
set_signing(struct api_call *call, const struct store_identity *row)
{
	const json_t *attributes = api_object(call->in, "SigningAttributes");
	const char *origin = api_text(call->in, "SigningAttributesOrigin");
	char selector[IDENTITY_SELECTOR_MAX + 1];
	struct err err = {0};
	const char *key;

	if (!check_origin(call, origin) ||
	    !take_own_key(call, attributes, selector, &key))
		return;
	if ((key != NULL) != (strcmp(origin, "EXTERNAL") == 0))
		api_fail(call, "BadRequestException",
		    "SigningAttributesOrigin EXTERNAL goes with "
		    "DomainSigningSelector and DomainSigningPrivateKey, and "
		    "they with it.");
	else if (key != NULL)
		import_own(call, row, selector, key);
	else
		(void)api_identity_done(call,
		    identity_dkim_generate(call->store, call->seal, call->conf,
			call->account, row->facts.name, bits_of(attributes),
			call->now_sec, &err),
		    &err, row->facts.name);
}

static void
put_email_identity_dkim_signing_attributes(struct api_call *call)
{
	struct identity_file *file = NULL;
	struct identity_dkim dkim;
	struct store_identity row;
	const char *zone;

	if (!api_identity_find(call, name_of(call), &row))
		return;
	set_signing(call, &row);
	if (!api_failed(call))
		api_identity_begin_anew(call, &row);
	if (api_failed(call) || !api_identity_load(call, &row, &file))
		return;
	identity_dkim_read(file, &dkim);
	zone = zone_of(call, file, &dkim);
	api_put_text(
	    call->out, "DkimStatus", identity_status_name(dkim.status));
	put_tokens(call->out, "DkimTokens", &dkim);
	if (zone != NULL)
		api_put_text(call->out, "SigningHostedZone", zone);
	put_records(call, file);
	identity_file_free(&file);
}

/* ---- making and deleting --------------------------------------------------------------- */

static bool
take_wish(struct api_call *call, struct identity_wish *wish,
    struct tag tags[TAG_MOST], char selector[IDENTITY_SELECTOR_MAX + 1])
{
	const json_t *attributes =
	    api_object(call->in, "DkimSigningAttributes");
	bool is_domain = identity_is_domain(wish->name);

	wish->set = api_text(call->in, "ConfigurationSetName");
	wish->tags = tags;
	if (!api_tags_check(call, api_object(call->in, "Tags")) ||
	    !api_tags_read(
		call, api_object(call->in, "Tags"), tags, &wish->tag_count))
		return false;
	if (json_object_size(attributes) > 0 && !is_domain) {
		api_fail(call, "BadRequestException",
		    "DkimSigningAttributes are of a domain, and %.300s is an "
		    "address.",
		    wish->name);
		return false;
	}
	if (!check_origin(
		call, api_text(attributes, "DomainSigningAttributesOrigin")) ||
	    !take_own_key(call, attributes, selector, &wish->key_text))
		return false;
	wish->selector = selector;
	if (is_domain && wish->key_text == NULL)
		api_identity_wish_keys(call, bits_of(attributes), wish);
	return true;
}

static void
create_email_identity(struct api_call *call)
{
	struct identity_wish wish = {
	    .name = name_of(call), .keys = IDENTITY_KEYS_NONE};
	char selector[IDENTITY_SELECTOR_MAX + 1];
	struct identity_file *file = NULL;
	struct tag tags[TAG_MOST];
	struct store_identity row;

	if (!take_wish(call, &wish, tags, selector) ||
	    !api_identity_make(call, &wish, &row) ||
	    !api_identity_load(call, &row, &file))
		return;
	api_put_text(call->out, "IdentityType", type_name(&row));
	api_put_flag(call->out, "VerifiedForSendingStatus", may_send(&row));
	put_dkim(call, file);
	put_records(call, file);
	identity_file_free(&file);
}

static void
delete_email_identity(struct api_call *call)
{
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_delete(call->store, call->account, name_of(call), &err),
	    &err, name_of(call));
}

/* ---- settings ------------------------------------------------------------------------------ */

/* SDKs leave a false flag out: one that is missing is false. */

static void
put_email_identity_dkim_attributes(struct api_call *call)
{
	struct store_identity row;
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_set_signing(call->store, call->account, name_of(call),
		api_flag(call->in, "SigningEnabled"), &row, &err),
	    &err, name_of(call));
}

static void
put_email_identity_mail_from_attributes(struct api_call *call)
{
	const char *behavior = api_text(call->in, "BehaviorOnMxFailure");
	struct store_identity row;
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_set_mail_from(call->store, call->conf, call->account,
		name_of(call), api_text(call->in, "MailFromDomain"),
		strcmp(behavior, "REJECT_MESSAGE") == 0, call->now_sec, &row,
		&err),
	    &err, name_of(call));
}

static void
put_email_identity_feedback_attributes(struct api_call *call)
{
	const struct identity_notify_change change = {.has_forwarding = true,
	    .forwarding = api_flag(call->in, "EmailForwardingEnabled")};
	struct store_identity row;
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_notify_change(
		call->store, call->account, name_of(call), &change, &row, &err),
	    &err, name_of(call));
}

static void
put_email_identity_configuration_set_attributes(struct api_call *call)
{
	const char *set = api_text(call->in, "ConfigurationSetName");
	const struct identity_notify_change change = {.set = set};
	struct store_identity row;
	struct err err = {0};
	enum sg_err rc;

	if (!api_identity_find(call, name_of(call), &row))
		return;
	rc = identity_notify_change(
	    call->store, call->account, name_of(call), &change, &row, &err);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Configuration set <%.100s> does not exist.", set);
	else
		(void)api_identity_done(call, rc, &err, name_of(call));
}

/* clang-format off */
const struct api_operation api_v2_identity[] = {
	{API_V2, "CreateEmailIdentity", "POST", "/v2/email/identities",
	    api_in_v2_create_email_identity, NULL, API_OP_SLOW,
	    "AlreadyExistsException|LimitExceededException|"
	    "NotFoundException", create_email_identity},
	{API_V2, "GetEmailIdentity", "GET", "/v2/email/identities/{EmailIdentity}",
	    api_in_v2_get_email_identity, NULL, API_OP_READS,
	    "NotFoundException", get_email_identity},
	{API_V2, "ListEmailIdentities", "GET", "/v2/email/identities",
	    api_in_v2_list_email_identities, NULL, API_OP_READS,
	    "", list_email_identities},
	{API_V2, "DeleteEmailIdentity", "DELETE", "/v2/email/identities/{EmailIdentity}",
	    api_in_v2_delete_email_identity, NULL, 0,
	    "NotFoundException", delete_email_identity},
	{API_V2, "PutEmailIdentityDkimAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/dkim",
	    api_in_v2_put_email_identity_dkim_attributes, NULL, 0,
	    "NotFoundException", put_email_identity_dkim_attributes},
	{API_V2, "PutEmailIdentityDkimSigningAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/dkim/signing",
	    api_in_v2_put_email_identity_dkim_signing_attributes, NULL,
	    API_OP_SLOW,
	    "NotFoundException", put_email_identity_dkim_signing_attributes},
	{API_V2, "PutEmailIdentityMailFromAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/mail-from",
	    api_in_v2_put_email_identity_mail_from_attributes, NULL, 0,
	    "NotFoundException", put_email_identity_mail_from_attributes},
	{API_V2, "PutEmailIdentityFeedbackAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/feedback",
	    api_in_v2_put_email_identity_feedback_attributes, NULL, 0,
	    "NotFoundException", put_email_identity_feedback_attributes},
	{API_V2, "PutEmailIdentityConfigurationSetAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/configuration-set",
	    api_in_v2_put_email_identity_configuration_set_attributes, NULL, 0,
	    "NotFoundException",
	    put_email_identity_configuration_set_attributes},
	{API_V2, "CreateEmailIdentityPolicy", "POST", "/v2/email/identities/{EmailIdentity}/policies/{PolicyName}",
	    api_in_v2_create_email_identity_policy, NULL, 0,
	    "AlreadyExistsException|LimitExceededException|NotFoundException",
	    api_policy_v2_create},
	{API_V2, "UpdateEmailIdentityPolicy", "PUT", "/v2/email/identities/{EmailIdentity}/policies/{PolicyName}",
	    api_in_v2_update_email_identity_policy, NULL, 0,
	    "LimitExceededException|NotFoundException",
	    api_policy_v2_update},
	{API_V2, "DeleteEmailIdentityPolicy", "DELETE", "/v2/email/identities/{EmailIdentity}/policies/{PolicyName}",
	    api_in_v2_delete_email_identity_policy, NULL, 0,
	    "NotFoundException", api_policy_v2_delete},
	{API_V2, "GetEmailIdentityPolicies", "GET", "/v2/email/identities/{EmailIdentity}/policies",
	    api_in_v2_get_email_identity_policies, NULL, API_OP_READS,
	    "NotFoundException", api_policy_v2_get},
	{.name = NULL}};
/* clang-format on */
