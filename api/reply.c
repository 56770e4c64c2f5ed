/* Replies of the mail server as the API's errors: see reply.h. */
#include "config.h"

#include "api/reply.h"

#include <stdio.h>
#include <string.h>

/* What is told apart. */
struct kind {
	const char *codes[API_SNS];
	const char *status[API_SNS];
	bool is_ours;
};

/* clang-format off */
static const struct kind rejected = {
	{"MessageRejected", "MessageRejected"},
	{"MESSAGE_REJECTED", "MessageRejected"}, false};
static const struct kind unavailable = {
	{"ServiceUnavailable", "ServiceUnavailable"},
	{"TRANSIENT_FAILURE", "TransientFailure"}, true};
static const struct kind throttled = {
	{"TooManyRequestsException", "Throttling"},
	{"ACCOUNT_THROTTLED", "AccountThrottled"}, false};
static const struct kind quota = {
	{"LimitExceededException", "Throttling"},
	{"ACCOUNT_DAILY_QUOTA_EXCEEDED", "AccountDailyQuotaExceeded"}, false};
static const struct kind paused = {
	{"SendingPausedException", "AccountSendingPausedException"},
	{"ACCOUNT_SENDING_PAUSED", "AccountSendingPaused"}, false};
static const struct kind set_paused = {
	{"SendingPausedException", "ConfigurationSetSendingPausedException"},
	{"CONFIGURATION_SET_SENDING_PAUSED", "ConfigurationSetSendingPaused"},
	false};
static const struct kind no_set = {
	{"NotFoundException", "ConfigurationSetDoesNotExist"},
	{"CONFIGURATION_SET_NOT_FOUND", "ConfigurationSetDoesNotExist"}, false};
static const struct kind no_tenant = {
	{"NotFoundException", "MessageRejected"},
	{"INVALID_PARAMETER", "MessageRejected"}, false};
static const struct kind mail_from = {
	{"MailFromDomainNotVerifiedException",
	    "MailFromDomainNotVerifiedException"},
	{"MAIL_FROM_DOMAIN_NOT_VERIFIED", "MailFromDomainNotVerified"}, false};
static const struct kind invalid = {
	{"BadRequestException", "InvalidParameterValue"},
	{"INVALID_PARAMETER", "InvalidParameterValue"}, false};

/* The words by which the gate's replies are known, whatever Postfix puts before
 * them, in the order in which they are looked for; skip: bytes that SES does not
 * show. status: NULL any. */
static const struct {
	int code;
	const char *status, *words;
	size_t skip;
	const struct kind *kind;
} known[] = {
	{454, "4.7.1", "Throttling failure: Maximum sending rate exceeded", 20,
	    &throttled},
	{454, "4.7.1", "Throttling failure: Daily message quota exceeded", 20,
	    &quota},
	{454, "4.7.1", "Throttling failure: ", 20, &throttled},
	{554, "5.7.1", "Message rejected: Sending paused for this account", 18,
	    &paused},
	{554, "5.7.1", "Message rejected: Sending paused for this configuration"
	    " set", 18, &set_paused},
	{554, "5.7.1", "Message rejected: Sending paused for this tenant", 18,
	    &paused},
	{554, "5.7.1", "MAIL FROM domain not verified", 0, &mail_from},
	{554, "5.7.1", "Message rejected: ", 18, &rejected},
	{554, "5.7.1", "Transaction failed: Configuration set ", 20, &no_set},
	{554, "5.7.1", "Transaction failed: Tenant ", 20, &no_tenant},
	{554, NULL, "Transaction failed: ", 20, &rejected},
	/* the mail server does not know us, or the account is gone */
	{554, "5.7.1", " belongs to no account", 0, &unavailable},
	{452, "4.5.3", "", 0, &invalid},
	{552, "5.3.4", "", 0, &invalid},
};
/* clang-format on */

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

static void
take_kind(const struct kind *kind, struct api_reply *reply_r)
{
	memcpy(reply_r->codes, kind->codes, sizeof(reply_r->codes));
	memcpy(reply_r->status, kind->status, sizeof(reply_r->status));
	reply_r->is_ours = kind->is_ours;
}

/* text_r: from the words on. */
static const struct kind *
find_kind(const struct submit_reply *reply, const char **text_r)
{
	*text_r = reply->text;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		const char *at = strstr(reply->text, known[i].words);

		if (known[i].code != reply->code || at == NULL ||
		    (known[i].status != NULL &&
			strcmp(known[i].status, reply->status) != 0))
			continue;
		if (known[i].skip > 0)
			*text_r = at + known[i].skip;
		return known[i].kind;
	}
	return reply->code >= 500 ? &rejected : &unavailable;
}

void
api_reply_read(enum submit_result result, const struct submit_reply *reply,
    struct api_reply *reply_r)
{
	const char *text = reply->text;
	const struct kind *kind = &unavailable;

	if (result == SUBMIT_REFUSED || result == SUBMIT_LATER)
		kind = find_kind(reply, &text);
	take_kind(kind, reply_r);
	/* Whose fault it is stands in most texts, not in those of others. */
	if (reply->recipient != NULL && !kind->is_ours &&
	    strstr(text, reply->recipient) == NULL)
		(void)snprintf(reply_r->text, sizeof(reply_r->text),
		    "%.320s: %.690s", reply->recipient, text);
	else
		(void)snprintf(
		    reply_r->text, sizeof(reply_r->text), "%.1023s", text);
}

const char *
api_reply_status(enum api_protocol protocol, const char *code)
{
	static const struct kind *const kinds[] = {&rejected, &unavailable,
	    &throttled, &quota, &paused, &set_paused, &mail_from, &invalid,
	    &no_set};

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i]->codes[protocol], code) == 0)
			return kinds[i]->status[protocol];
	return protocol == API_V2 ? "FAILED" : "Failed";
}

const char *
api_reply_success(enum api_protocol protocol)
{
	return protocol == API_V2 ? "SUCCESS" : "Success";
}
