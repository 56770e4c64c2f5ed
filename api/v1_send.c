/* SES v1: sending. */
#include "config.h"

#include "api/call.h"
#include "api/fault.h"
#include "api/operation.h"
#include "api/outgoing.h"
#include "api/rendering.h"
#include "api/send_parts.h"
#include "api/sender.h"
#include "api/shapes.h"
#include "api/verification.h"

static const struct api_outgoing_names names = {.from = "Source",
    .feedback = "ReturnPath",
    .tags = "Tags",
    .needs_from = true};

/* With the recipients of Destination. False: the call has failed. */
static bool
open_addressed(struct api_call *call, struct api_outgoing *o_r)
{
	struct err err = {0};
	enum sg_err rc;

	if (!api_outgoing_open(call, &names, o_r))
		return false;
	rc = api_outgoing_address(
	    o_r, api_object(call->in, "Destination"), &err);
	if (rc != SG_OK)
		api_outgoing_fail(call, rc, &err);
	return rc == SG_OK;
}

static struct post_text
text_of(const json_t *content)
{
	return (struct post_text){
	    .data = content != NULL ? api_text(content, "Data") : NULL,
	    .charset = api_text(content, "Charset")};
}

static void
try_send_email(struct api_call *call, struct api_try *try)
{
	const json_t *message = api_object(call->in, "Message");
	const json_t *body = api_object(message, "Body");
	struct post_mail mail = {
	    .subject = text_of(api_object(message, "Subject")),
	    .text = text_of(api_object(body, "Text")),
	    .html = text_of(api_object(body, "Html"))};
	struct api_outgoing o;

	if (mail.text.data == NULL && mail.html.data == NULL) {
		api_fail(call, "InvalidParameterValue",
		    "Message.Body must have Text or Html");
		return;
	}
	if (open_addressed(call, &o))
		send_one(call, try, &o, &mail, NULL, NULL);
	api_outgoing_close(&o);
}

static void
send_email(struct api_call *call)
{
	api_sender_run(call, try_send_email);
}

static void
try_send_raw_email(struct api_call *call, struct api_try *try)
{
	struct api_outgoing_names wanted = names;
	struct api_outgoing o;
	struct err err = {0};
	enum sg_err rc;

	wanted.needs_from = false;
	if (api_outgoing_open(call, &wanted, &o)) {
		rc = api_outgoing_add(
		    &o, api_object(call->in, "Destinations"), &err);
		if (rc != SG_OK)
			api_outgoing_fail(call, rc, &err);
		else
			send_raw(call, try, &o,
			    api_text(
				api_object(call->in, "RawMessage"), "Data"));
	}
	api_outgoing_close(&o);
}

static void
send_raw_email(struct api_call *call)
{
	api_sender_run(call, try_send_raw_email);
}

static void
try_send_templated_email(struct api_call *call, struct api_try *try)
{
	struct api_rendering *rendering;
	struct api_outgoing o;

	if (!api_rendering_open_named(call, api_text(call->in, "Template"),
		api_text(call->in, "TemplateArn"), &rendering))
		return;
	if (open_addressed(call, &o))
		send_rendered(call, try, &o, rendering,
		    api_text(call->in, "TemplateData"), NULL, NULL);
	api_outgoing_close(&o);
	api_rendering_close(&rendering);
}

static void
send_templated_email(struct api_call *call)
{
	api_sender_run(call, try_send_templated_email);
}

static void
try_send_bulk_templated_email(struct api_call *call, struct api_try *try)
{
	static const struct send_bulk_names bulk = {.entries = "Destinations",
	    .results = "Status",
	    .tags = "ReplacementTags"};
	struct api_outgoing_names wanted = names;
	struct api_rendering *rendering;

	wanted.tags = "DefaultTags";
	if (!send_is_bulk(call, &bulk) ||
	    !api_rendering_open_named(call, api_text(call->in, "Template"),
		api_text(call->in, "TemplateArn"), &rendering))
		return;
	send_bulk(call, try, &wanted, &bulk, rendering,
	    api_text(call->in, "DefaultTemplateData"), NULL, NULL);
	api_rendering_close(&rendering);
}

static void
send_bulk_templated_email(struct api_call *call)
{
	api_sender_run(call, try_send_bulk_templated_email);
}

/* clang-format off */
const struct api_operation api_v1_send[] = {
	{API_V1, "SendEmail", NULL, NULL,
	    api_in_v1_send_email, api_out_v1_send_email, API_OP_SENDS
	    | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "IdempotentParameterMismatch|"
	    "MailFromDomainNotVerifiedException|MessageRejected", send_email},
	{API_V1, "SendRawEmail", NULL, NULL,
	    api_in_v1_send_raw_email, api_out_v1_send_raw_email,
	    API_OP_SENDS | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "IdempotentParameterMismatch|"
	    "MailFromDomainNotVerifiedException|MessageRejected",
	    send_raw_email},
	{API_V1, "SendTemplatedEmail", NULL, NULL,
	    api_in_v1_send_templated_email, api_out_v1_send_templated_email,
	    API_OP_SENDS | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "IdempotentParameterMismatch|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "TemplateDoesNotExist", send_templated_email},
	{API_V1, "SendBulkTemplatedEmail", NULL, NULL,
	    api_in_v1_send_bulk_templated_email,
	    api_out_v1_send_bulk_templated_email, API_OP_SENDS | API_OP_SLOW,
	    "ConfigurationSetDoesNotExist|IdempotentParameterMismatch|"
	    "TemplateDoesNotExist", send_bulk_templated_email},
	{API_V1, "SendCustomVerificationEmail", NULL, NULL,
	    api_in_v1_send_custom_verification_email,
	    api_out_v1_send_custom_verification_email, API_OP_SENDS
	    | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "CustomVerificationEmailTemplateDoesNotExist|"
	    "FromEmailAddressNotVerified|IdempotentParameterMismatch|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "ProductionAccessNotGranted", api_verification_send},
	{.name = NULL}};
/* clang-format on */
