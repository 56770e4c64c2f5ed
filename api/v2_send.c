/* SES v2: sending. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/outgoing.h"
#include "api/rendering.h"
#include "api/sender.h"
#include "api/send_parts.h"
#include "api/shapes.h"
#include "api/verification.h"
#include "ops/tenant.h"
#include "store/templates.h"

static const struct api_outgoing_names names = {.from = "FromEmailAddress",
    .feedback = "FeedbackForwardingEmailAddress",
    .tags = "EmailTags",
    .needs_from = true};

/* What SES has and there is none of here. */
static bool
is_supported(struct api_call *call)
{
	if (api_has(call->in, "ListManagementOptions"))
		api_fail(call, "BadRequestException",
		    "ListManagementOptions is not supported: there are no "
		    "contact lists");
	if (api_text(call->in, "EndpointId")[0] != '\0')
		api_fail(call, "BadRequestException",
		    "EndpointId is not supported: there are no multi-region "
		    "endpoints");
	return !api_failed(call);
}

/* Exactly one of them is there; NULL: the call has failed. */
static const char *
kind_of_content(struct api_call *call, const json_t *content)
{
	static const char *const kinds[] = {"Simple", "Raw", "Template"};
	const char *found = NULL;
	int count = 0;

	for (size_t i = 0; i < 3; i++) {
		if (!api_has(content, kinds[i]))
			continue;
		found = kinds[i];
		count++;
	}
	if (count == 1)
		return found;
	api_fail(call, "BadRequestException",
	    "Content must have one of Simple, Raw and Template");
	return NULL;
}

static struct post_text
text_of(const json_t *content)
{
	return (struct post_text){
	    .data = content != NULL ? api_text(content, "Data") : NULL,
	    .charset = api_text(content, "Charset")};
}

static void
send_simple(struct api_call *call, struct api_try *try, struct api_outgoing *o,
    const json_t *simple)
{
	const json_t *body = api_object(simple, "Body");
	struct post_mail mail = {
	    .subject = text_of(api_object(simple, "Subject")),
	    .text = text_of(api_object(body, "Text")),
	    .html = text_of(api_object(body, "Html"))};

	if (mail.text.data == NULL && mail.html.data == NULL)
		api_fail(
		    call, "BadRequestException", "Body must have Text or Html");
	else
		send_one(call, try, o, &mail, api_object(simple, "Headers"),
		    api_object(simple, "Attachments"));
}

/* A stored template, too, must be the tenant's; what else must be is the gate's to
 * say, and whether there is such a tenant. */
static bool
is_the_tenants(struct api_call *call, const struct api_rendering *rendering)
{
	const char *tenant = api_text(call->in, "TenantName");
	const char *name = api_rendering_name(rendering);
	char resource[STORE_TEMPLATE_NAME_MAX + sizeof("template/")];
	struct err err;
	bool has = true;
	enum sg_err rc;

	if (tenant[0] == '\0' || name[0] == '\0')
		return true;
	(void)snprintf(resource, sizeof(resource), "template/%s", name);
	rc = tenant_has(
	    call->store, call->owner.facts.id, tenant, resource, &has, &err);
	if (rc == SG_MISSING)
		return true;
	if (api_check(call, rc, &err, &api_v2_codes) && !has)
		api_fail(call, "BadRequestException",
		    "Template %s is not associated with tenant %s.", name,
		    tenant);
	return !api_failed(call);
}

static bool
open_template(struct api_call *call, const json_t *template,
    struct api_rendering **rendering_r)
{
	if (!api_rendering_open(call, template, rendering_r))
		return false;
	if (is_the_tenants(call, *rendering_r))
		return true;
	api_rendering_close(rendering_r);
	return false;
}

static void
send_template(struct api_call *call, struct api_try *try,
    struct api_outgoing *o, const json_t *template)
{
	struct api_rendering *rendering;

	if (!open_template(call, template, &rendering))
		return;
	send_rendered(call, try, o, rendering,
	    api_text(template, "TemplateData"), api_object(template, "Headers"),
	    api_object(template, "Attachments"));
	api_rendering_close(&rendering);
}

static void
try_send_email(struct api_call *call, struct api_try *try)
{
	const json_t *content = api_object(call->in, "Content");
	const char *kind = kind_of_content(call, content);
	struct api_outgoing_names wanted = names;
	struct api_outgoing o;
	struct err err = {0};
	enum sg_err rc;

	if (kind == NULL)
		return;
	wanted.needs_from = strcmp(kind, "Raw") != 0;
	if (api_outgoing_open(call, &wanted, &o)) {
		rc = api_outgoing_address(
		    &o, api_object(call->in, "Destination"), &err);
		content = api_object(content, kind);
		if (rc != SG_OK)
			api_outgoing_fail(call, rc, &err);
		else if (kind[0] == 'S')
			send_simple(call, try, &o, content);
		else if (kind[0] == 'R')
			send_raw(call, try, &o, api_text(content, "Data"));
		else
			send_template(call, try, &o, content);
	}
	api_outgoing_close(&o);
}

static void
send_email(struct api_call *call)
{
	if (is_supported(call))
		api_sender_run(call, try_send_email);
}

static void
try_send_bulk_email(struct api_call *call, struct api_try *try)
{
	static const struct send_bulk_names bulk = {
	    .entries = "BulkEmailEntries",
	    .results = "BulkEmailEntryResults",
	    .tags = "ReplacementTags",
	    .headers = "ReplacementHeaders"};
	const json_t *template =
	    api_object(api_object(call->in, "DefaultContent"), "Template");
	struct api_outgoing_names wanted = names;
	struct api_rendering *rendering;

	wanted.tags = "DefaultEmailTags";
	if (template == NULL)
		api_fail(call, "BadRequestException",
		    "DefaultContent must have a Template");
	else if (send_is_bulk(call, &bulk) &&
		 open_template(call, template, &rendering)) {
		send_bulk(call, try, &wanted, &bulk, rendering,
		    api_text(template, "TemplateData"),
		    api_object(template, "Headers"),
		    api_object(template, "Attachments"));
		api_rendering_close(&rendering);
	}
}

static void
send_bulk_email(struct api_call *call)
{
	if (is_supported(call))
		api_sender_run(call, try_send_bulk_email);
}

/* clang-format off */
const struct api_operation api_v2_send[] = {
	{API_V2, "SendEmail", "POST", "/v2/email/outbound-emails",
	    api_in_v2_send_email, NULL, API_OP_SENDS | API_OP_SLOW,
	    "IdempotentParameterMismatch|LimitExceededException|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "NotFoundException|SendingPausedException", send_email},
	{API_V2, "SendBulkEmail", "POST", "/v2/email/outbound-bulk-emails",
	    api_in_v2_send_bulk_email, NULL, API_OP_SENDS | API_OP_SLOW,
	    "IdempotentParameterMismatch|NotFoundException", send_bulk_email},
	{API_V2, "SendCustomVerificationEmail", "POST", "/v2/email/outbound-custom-verification-emails",
	    api_in_v2_send_custom_verification_email, NULL, API_OP_SENDS
	    | API_OP_SLOW,
	    "IdempotentParameterMismatch|LimitExceededException|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "NotFoundException|SendingPausedException",
	    api_verification_send},
	{.name = NULL}};
/* clang-format on */
