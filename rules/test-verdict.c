/* The replies word for word: scripts and people rely on them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/verdict.h"

static void
assert_verdict(const struct rules_verdict *v, enum rules_action action,
    enum rules_reason reason, const char *reply)
{
	char got[RULES_REPLY_MAX + 32];

	(void)snprintf(
	    got, sizeof got, "%d %s %s", v->code, v->status, v->text);
	assert_string_equal(got, reply);
	assert_int_equal(v->action, action);
	assert_int_equal(v->reason, reason);
}

static void
test_fixed(void **state)
{
	struct rules_verdict v;

	(void)state;
	verdict_accept(&v);
	assert_verdict(&v, RULES_ACCEPT, RULES_REASON_NONE, "0  ");
	verdict_rate(&v);
	assert_verdict(&v, RULES_DEFER, RULES_REASON_RATE,
	    "454 4.7.1 Throttling failure: Maximum sending rate exceeded");
	verdict_quota(&v);
	assert_verdict(&v, RULES_DEFER, RULES_REASON_QUOTA,
	    "454 4.7.1 Throttling failure: Daily message quota exceeded");
	verdict_too_many(&v, 50);
	assert_verdict(&v, RULES_DEFER, RULES_REASON_TOO_MANY_RECIPIENTS,
	    "452 4.5.3 Too many recipients: at most 50 in one message");
	verdict_too_large(&v);
	assert_verdict(&v, RULES_REJECT, RULES_REASON_TOO_LARGE,
	    "552 5.3.4 Message is too long.");
	verdict_unavailable(&v);
	assert_verdict(&v, RULES_DEFER, RULES_REASON_UNAVAILABLE,
	    "451 4.3.0 Temporary service failure");
	verdict_wrong_stage(&v, "CONNECT");
	assert_verdict(&v, RULES_DEFER, RULES_REASON_WRONG_STAGE,
	    "451 4.3.5 Server configuration error: sendward-policyd cannot"
	    " count at CONNECT");
}

static void
test_with_a_value(void **state)
{
	struct rules_verdict v;

	(void)state;
	verdict_no_account(&v, "app@shop.example");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_NO_ACCOUNT,
	    "554 5.7.1 login app@shop.example belongs to no account");
	verdict_no_account(&v, "a\r\n\t\x7f\xc3\xbc%s");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_NO_ACCOUNT,
	    "554 5.7.1 login a??????%s belongs to no account");
	verdict_paused(&v, "bounce rate 12 %");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_PAUSED,
	    "554 5.7.1 Message rejected: Sending paused for this account:"
	    " bounce rate 12 %");
	verdict_paused(&v, "");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_PAUSED,
	    "554 5.7.1 Message rejected: Sending paused for this account");
	verdict_paused(&v, NULL);
	assert_verdict(&v, RULES_REJECT, RULES_REASON_PAUSED,
	    "554 5.7.1 Message rejected: Sending paused for this account");
	verdict_bad_recipient(&v, "x%y@z.example", "Missing final '@domain'");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_BAD_RECIPIENT,
	    "553 5.1.3 x%y@z.example: Missing final '@domain'");
	verdict_mail_from(&v, "bounce.shop.example");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_MAIL_FROM,
	    "554 5.7.1 MAIL FROM domain not verified: DNS setup for MAIL FROM"
	    " domain bounce.shop.example is invalid.");
	verdict_bad_header(&v, "Duplicate header 'Content-Type'.");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_BAD_HEADER,
	    "554 5.6.0 Transaction failed: Duplicate header 'Content-Type'.");
}

static void
test_sets_and_brakes(void **state)
{
	struct rules_verdict v;

	(void)state;
	verdict_throttled(&v, "login app has crossed a limit: 5 messages");
	assert_verdict(&v, RULES_DEFER, RULES_REASON_THROTTLED,
	    "454 4.7.1 Throttling failure: login app has crossed a limit:"
	    " 5 messages");
	verdict_throttled(&v, "a\r\nb");
	assert_verdict(&v, RULES_DEFER, RULES_REASON_THROTTLED,
	    "454 4.7.1 Throttling failure: a??b");
	verdict_no_set(&v, "news");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_SET,
	    "554 5.7.1 Transaction failed: Configuration set news does not"
	    " exist");
	verdict_no_set(&v, "n\xc3\xa4\n.");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_SET,
	    "554 5.7.1 Transaction failed: Configuration set n???. does not"
	    " exist");
	verdict_set_paused(&v, "news", "bounce rate 11.0 %");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_SET_PAUSED,
	    "554 5.7.1 Message rejected: Sending paused for this"
	    " configuration set: bounce rate 11.0 %");
	verdict_set_paused(&v, "news", "");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_SET_PAUSED,
	    "554 5.7.1 Message rejected: Sending paused for this"
	    " configuration set: news");
	verdict_set_paused(&v, "news", NULL);
	assert_non_null(strstr(v.text, "set: news"));
}

static void
test_tenants(void **state)
{
	struct rules_verdict v;
	char text[2000];

	(void)state;
	verdict_no_tenant(&v, "one");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_TENANT,
	    "554 5.7.1 Transaction failed: Tenant one does not exist");
	verdict_tenant_paused(&v, "one", "complaint rate 0.90 %");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_TENANT_PAUSED,
	    "554 5.7.1 Message rejected: Sending paused for this tenant:"
	    " complaint rate 0.90 %");
	verdict_tenant_paused(&v, "one", "");
	assert_non_null(strstr(v.text, "tenant: one"));
	verdict_tenant_paused(&v, "one", NULL);
	assert_non_null(strstr(v.text, "tenant: one"));
	verdict_not_the_tenants(&v, "one", "identity", "x.example");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_TENANT_RESOURCE,
	    "554 5.7.1 Message rejected: The identity x.example is not"
	    " associated with the tenant one");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	verdict_not_the_tenants(&v, text, "identity", text);
	assert_true(strlen(v.text) <= 490);
	verdict_no_tenant(&v, text);
	assert_true(strlen(v.text) <= 490);
}

#define NOT_VERIFIED                                                           \
	"554 5.7.1 Message rejected: Email address is not verified."           \
	" The following identities failed the check in region "

static void
test_not_verified(void **state)
{
	static const char *const names[] = {
	    "a@b.example", "c@d.example", "a@b.example"};
	struct rules_verdict v;

	(void)state;
	verdict_not_verified(&v, "local", names, 1, RULES_REASON_SANDBOX);
	assert_verdict(&v, RULES_REJECT, RULES_REASON_SANDBOX,
	    NOT_VERIFIED "LOCAL: a@b.example");
	verdict_not_verified(&v, "eu-1", names, 3, RULES_REASON_NOT_VERIFIED);
	assert_verdict(&v, RULES_REJECT, RULES_REASON_NOT_VERIFIED,
	    NOT_VERIFIED "EU-1: a@b.example, c@d.example");
}

static void
test_note(void **state)
{
	static const char *const names[] = {"a@b.example"};
	char long_note[400];
	struct rules_verdict v;

	(void)state;
	verdict_not_verified(&v, "local", names, 1, RULES_REASON_NOT_VERIFIED);
	verdict_add_note(&v, "granted by\n account shop");
	assert_verdict(&v, RULES_REJECT, RULES_REASON_NOT_VERIFIED,
	    NOT_VERIFIED "LOCAL: a@b.example (granted by? account shop)");
	memset(long_note, 'x', sizeof long_note - 1);
	long_note[sizeof long_note - 1] = '\0';
	verdict_add_note(&v, long_note);
	assert_verdict(&v, RULES_REJECT, RULES_REASON_NOT_VERIFIED,
	    NOT_VERIFIED "LOCAL: a@b.example (granted by? account shop)");
}

/* Names that do not all fit: whole ones, then "...". */
static void
test_not_verified_long(void **state)
{
	enum { COUNT = 40, LEN = RULES_ADDRESS_MAX };
	static char texts[COUNT][LEN + 1];
	const char *names[COUNT];
	struct rules_verdict v;
	size_t len, i, n;

	(void)state;
	for (len = 3; len <= LEN; len++) {
		for (i = 0; i < COUNT; i++) {
			memset(texts[i], 'a' + (int)(i % 26), len);
			(void)snprintf(texts[i], 3, "%02d", (int)i);
			texts[i][2] = '@';
			texts[i][len] = '\0';
			names[i] = texts[i];
		}
		for (n = 1; n <= COUNT; n++) {
			verdict_not_verified(
			    &v, "local", names, n, RULES_REASON_NOT_VERIFIED);
			assert_true(strlen(v.text) <= 490);
			assert_non_null(strstr(v.text, names[0]));
			if (strstr(v.text, names[n - 1]) == NULL)
				assert_string_equal(
				    v.text + strlen(v.text) - 5, ", ...");
		}
	}
}

static void
test_values_are_cut(void **state)
{
	static char text[5000], region[500];
	const char *names[] = {text};
	struct rules_suppression s = {RULES_SUPPRESSED_BOUNCE, 0};
	struct rules_verdict v;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	memset(region, 'r', sizeof region - 1);
	verdict_no_account(&v, text);
	assert_true(strlen(v.text) <= 490);
	assert_non_null(strstr(v.text, "x... belongs to no account"));
	verdict_paused(&v, text);
	assert_true(strlen(v.text) <= 490);
	verdict_bad_header(&v, text);
	assert_true(strlen(v.text) <= 490);
	verdict_suppressed(&v, text, &s, false);
	assert_non_null(strstr(v.text, "since 1970-01-01"));
	verdict_not_verified(&v, region, names, 1, RULES_REASON_SANDBOX);
	assert_true(strlen(v.text) <= 490);
	assert_non_null(strstr(v.text, "..."));
	verdict_wrong_stage(&v, text);
	assert_true(strlen(v.text) <= 490);
	verdict_no_set(&v, text);
	assert_true(strlen(v.text) <= 490);
	assert_non_null(strstr(v.text, "x... does not exist"));
	verdict_throttled(&v, text);
	assert_true(strlen(v.text) <= 490);
	verdict_set_paused(&v, "", text);
	assert_true(strlen(v.text) <= 490);
}

struct date_row {
	int64_t since_sec;
	const char *date;
};

/* clang-format off */
static const struct date_row dates[] = {
	{ 0,                       "1970-01-01" },
	{ 86399,                   "1970-01-01" },
	{ 86400,                   "1970-01-02" },
	{ 951782399,               "2000-02-28" },
	{ 951782400,               "2000-02-29" },
	{ 951868800,               "2000-03-01" },
	{ 1709164800,              "2024-02-29" },
	{ 1735689599,              "2024-12-31" },
	{ 1735689600,              "2025-01-01" },
	{ 4107542399,              "2100-02-28" },
	{ 4107542400,              "2100-03-01" },
	{ INT64_C(253402300799),   "9999-12-31" },
	{ INT64_C(253402300800),   "an unknown date" },
	{ INT64_MAX,               "an unknown date" },
	{ -1,                      "an unknown date" },
	{ INT64_MIN,               "an unknown date" },
};
/* clang-format on */

static void
test_suppressed(void **state)
{
	struct rules_suppression s = {RULES_SUPPRESSED_BOUNCE, 0};
	struct rules_verdict v;
	char reply[RULES_REPLY_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		s.since_sec = dates[i].since_sec;
		verdict_suppressed(&v, "a@b.example", &s, false);
		(void)snprintf(reply, sizeof reply,
		    "550 5.1.1 a@b.example is on the suppression list: BOUNCE,"
		    " since %s",
		    dates[i].date);
		assert_verdict(
		    &v, RULES_REJECT, RULES_REASON_SUPPRESSED, reply);
	}
	s.since_sec = 1735689600;
	s.reason = RULES_SUPPRESSED_COMPLAINT;
	verdict_suppressed(&v, "a@b.example", &s, true);
	assert_verdict(&v, RULES_DROP, RULES_REASON_SUPPRESSED,
	    "550 5.1.1 a@b.example is on the suppression list: COMPLAINT,"
	    " since 2025-01-01");
	s.reason = RULES_SUPPRESSED_MANUAL;
	verdict_suppressed(&v, "a@b.example", &s, false);
	assert_non_null(strstr(v.text, ": MANUAL, since"));
	s.reason = (enum rules_suppression_reason)9;
	verdict_suppressed(&v, "a@b.example", &s, false);
	assert_non_null(strstr(v.text, ": UNKNOWN, since"));
}

struct sandbox_row {
	const char *name;
	bool production;
	const char *recipient;
	bool is_verified;
	const char *simulator;
	bool is_allowed;
};

/* clang-format off */
static const struct sandbox_row sandbox[] = {
	{ "production",            true,  "x@y.example", false, "", true },
	{ "stranger",              false, "x@y.example", false, "", false },
	{ "verified",              false, "x@y.example", true,  "", true },
	{ "simulator",             false, "success@simulator.example", false, "simulator.example", true },
	{ "simulator, other case", false, "bounce@Simulator.EXAMPLE",  false, "simulator.example", true },
	{ "below the simulator",   false, "x@a.simulator.example",     false, "simulator.example", false },
	{ "ends like it",          false, "x@notsimulator.example",    false, "simulator.example", false },
	{ "simulator in the local part", false, "\"x@simulator.example\"@y.example", false, "simulator.example", false },
	{ "no domain, no simulator", false, "x", false, "", false },
	{ "no domain",             false, "simulator.example", false, "simulator.example", false },
};
/* clang-format on */

static void
test_sandbox(void **state)
{
	struct rules_account account = {.id = 1};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof sandbox / sizeof sandbox[0]; i++) {
		const struct sandbox_row *row = &sandbox[i];

		account.production = row->production;
		if (sandbox_allows(&account, row->recipient, row->is_verified,
			row->simulator) != row->is_allowed)
			fail_msg("%s", row->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_fixed),
	    cmocka_unit_test(test_with_a_value),
	    cmocka_unit_test(test_sets_and_brakes),
	    cmocka_unit_test(test_tenants),
	    cmocka_unit_test(test_not_verified),
	    cmocka_unit_test(test_note),
	    cmocka_unit_test(test_not_verified_long),
	    cmocka_unit_test(test_values_are_cut),
	    cmocka_unit_test(test_suppressed),
	    cmocka_unit_test(test_sandbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
