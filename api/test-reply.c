/* Tests of replies as errors: those of the gate as rules/verdict.c writes them, and
 * as Postfix hands them on. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/fault.h"
#include "api/reply.h"
#include "rules/verdict.h"

/* As the client hears it; before: what Postfix puts in front of a policy's text. */
static struct submit_reply
heard(const struct rules_verdict *v, const char *before)
{
	struct submit_reply reply = {.code = v->code};

	(void)snprintf(reply.status, sizeof(reply.status), "%s", v->status);
	(void)snprintf(reply.text, sizeof(reply.text), "%s%s", before, v->text);
	return reply;
}

static void
assert_reply(const struct submit_reply *heard, const char *v2, const char *v1,
    const char *status, const char *text)
{
	struct api_reply reply;

	api_reply_read(
	    heard->code < 500 ? SUBMIT_LATER : SUBMIT_REFUSED, heard, &reply);
	assert_string_equal(reply.codes[API_V2], v2);
	assert_string_equal(reply.codes[API_V1], v1);
	assert_string_equal(reply.status[API_V2], status);
	assert_string_equal(reply.text, text);
	assert_non_null(api_fault_find(v2));
	assert_non_null(api_fault_find(v1));
	assert_int_equal(reply.is_ours, strcmp(v2, "ServiceUnavailable") == 0);
}

static void
assert_verdict(const struct rules_verdict *v, const char *v2, const char *v1,
    const char *status, const char *text)
{
	struct submit_reply plain = heard(v, "");
	struct submit_reply policy =
	    heard(v, "<DATA>: Data command rejected: ");

	assert_reply(&plain, v2, v1, status, text);
	if (strcmp(v->text, text) != 0) /* the words are found anywhere */
		assert_reply(&policy, v2, v1, status, text);
}

static void
test_gate(void **state)
{
	const char *const names[] = {"a@b.example"};
	const struct rules_suppression listed = {
	    .reason = RULES_SUPPRESSED_BOUNCE};
	struct rules_verdict v;

	(void)state;
	verdict_not_verified(&v, "local", names, 1, RULES_REASON_NOT_VERIFIED);
	assert_verdict(&v, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED",
	    "Email address is not verified. The following identities failed "
	    "the check in region LOCAL: a@b.example");
	verdict_mail_from(&v, "m.example");
	assert_verdict(&v, "MailFromDomainNotVerifiedException",
	    "MailFromDomainNotVerifiedException",
	    "MAIL_FROM_DOMAIN_NOT_VERIFIED", v.text);
	verdict_paused(&v, "bounces");
	assert_verdict(&v, "SendingPausedException",
	    "AccountSendingPausedException", "ACCOUNT_SENDING_PAUSED",
	    "Sending paused for this account: bounces");
	verdict_set_paused(&v, "set", "why");
	assert_verdict(&v, "SendingPausedException",
	    "ConfigurationSetSendingPausedException",
	    "CONFIGURATION_SET_SENDING_PAUSED",
	    "Sending paused for this configuration set: why");
	verdict_no_set(&v, "set");
	assert_verdict(&v, "NotFoundException", "ConfigurationSetDoesNotExist",
	    "CONFIGURATION_SET_NOT_FOUND",
	    "Configuration set set does not exist");
	verdict_rate(&v);
	assert_verdict(&v, "TooManyRequestsException", "Throttling",
	    "ACCOUNT_THROTTLED", "Maximum sending rate exceeded");
	verdict_quota(&v);
	assert_verdict(&v, "LimitExceededException", "Throttling",
	    "ACCOUNT_DAILY_QUOTA_EXCEEDED", "Daily message quota exceeded");
	verdict_throttled(&v, "brake x");
	assert_verdict(&v, "TooManyRequestsException", "Throttling",
	    "ACCOUNT_THROTTLED", "brake x");
	verdict_too_many(&v, 50);
	assert_verdict(&v, "BadRequestException", "InvalidParameterValue",
	    "INVALID_PARAMETER", v.text);
	verdict_too_large(&v);
	assert_verdict(&v, "BadRequestException", "InvalidParameterValue",
	    "INVALID_PARAMETER", v.text);
	verdict_suppressed(&v, "a@b.example", &listed, false);
	assert_verdict(&v, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED", v.text);
	verdict_bad_recipient(&v, "a%b@c.example", "why");
	assert_verdict(&v, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED", v.text);
	verdict_bad_header(&v, "Duplicate header 'From'.");
	assert_verdict(&v, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED", "Duplicate header 'From'.");
}

static void
test_tenants(void **state)
{
	struct rules_verdict v;

	(void)state;
	verdict_no_tenant(&v, "t");
	assert_verdict(&v, "NotFoundException", "MessageRejected",
	    "INVALID_PARAMETER", "Tenant t does not exist");
	verdict_tenant_paused(&v, "t", "why");
	assert_verdict(&v, "SendingPausedException",
	    "AccountSendingPausedException", "ACCOUNT_SENDING_PAUSED",
	    "Sending paused for this tenant: why");
	verdict_not_the_tenants(&v, "t", "identity", "x");
	assert_verdict(&v, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED",
	    "The identity x is not associated with the tenant t");
}

static void
test_not_the_clients_fault(void **state)
{
	struct rules_verdict v;
	struct submit_reply other = {
	    .code = 421, .text = "Too many connections"};

	(void)state;
	verdict_unavailable(&v);
	assert_verdict(&v, "ServiceUnavailable", "ServiceUnavailable",
	    "TRANSIENT_FAILURE", v.text);
	verdict_no_account(&v, "(no AUTH= given)");
	assert_verdict(&v, "ServiceUnavailable", "ServiceUnavailable",
	    "TRANSIENT_FAILURE", v.text);
	verdict_wrong_stage(&v, "RCPT");
	assert_verdict(&v, "ServiceUnavailable", "ServiceUnavailable",
	    "TRANSIENT_FAILURE", v.text);
	assert_reply(&other, "ServiceUnavailable", "ServiceUnavailable",
	    "TRANSIENT_FAILURE", other.text);
}

/* Whatever was in the reply: nobody knows, or nobody was there. */
static void
test_no_reply(void **state)
{
	static const enum submit_result results[] = {
	    SUBMIT_NO_ANSWER, SUBMIT_STOPPED, SUBMIT_UNKNOWN};
	const struct submit_reply heard = {.code = 554, .text = "no"};
	struct api_reply reply;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		api_reply_read(results[i], &heard, &reply);
		assert_string_equal(reply.codes[API_V2], "ServiceUnavailable");
		assert_true(reply.is_ours);
	}
}

static void
test_recipient_is_named(void **state)
{
	struct submit_reply heard = {.code = 550,
	    .status = "5.1.1",
	    .text = "User unknown",
	    .recipient = "x@y.example"};

	(void)state;
	assert_reply(&heard, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED", "x@y.example: User unknown");
	(void)snprintf(heard.text, sizeof(heard.text), "<x@y.example>: no");
	assert_reply(&heard, "MessageRejected", "MessageRejected",
	    "MESSAGE_REJECTED", "<x@y.example>: no");
}

static void
test_statuses(void **state)
{
	(void)state;
	assert_string_equal(api_reply_status(API_V2, "BadRequestException"),
	    "INVALID_PARAMETER");
	assert_string_equal(api_reply_status(API_V1, "InvalidParameterValue"),
	    "InvalidParameterValue");
	assert_string_equal(api_reply_status(API_V2, "ServiceUnavailable"),
	    "TRANSIENT_FAILURE");
	assert_string_equal(api_reply_status(API_V1, "what"), "Failed");
	assert_string_equal(api_reply_success(API_V1), "Success");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_gate),
	    cmocka_unit_test(test_tenants),
	    cmocka_unit_test(test_not_the_clients_fault),
	    cmocka_unit_test(test_no_reply),
	    cmocka_unit_test(test_recipient_is_named),
	    cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
