/* The reasons' tokens are a contract with logs and the API. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rules/types.h"

/* clang-format off */
static const struct { enum rules_reason reason; const char *token; } rows[] = {
	{ RULES_REASON_NONE,                "NONE" },
	{ RULES_REASON_NO_ACCOUNT,          "NO_ACCOUNT" },
	{ RULES_REASON_PAUSED,              "SENDING_PAUSED" },
	{ RULES_REASON_RATE,                "RATE_EXCEEDED" },
	{ RULES_REASON_QUOTA,               "QUOTA_EXCEEDED" },
	{ RULES_REASON_NOT_VERIFIED,        "NOT_VERIFIED" },
	{ RULES_REASON_SANDBOX,             "SANDBOX" },
	{ RULES_REASON_BAD_RECIPIENT,       "BAD_RECIPIENT" },
	{ RULES_REASON_BAD_HEADER,          "BAD_HEADER" },
	{ RULES_REASON_TOO_MANY_RECIPIENTS, "TOO_MANY_RECIPIENTS" },
	{ RULES_REASON_TOO_LARGE,           "TOO_LARGE" },
	{ RULES_REASON_SUPPRESSED,          "SUPPRESSED" },
	{ RULES_REASON_UNAVAILABLE,         "UNAVAILABLE" },
	{ RULES_REASON_SET,                 "CONFIGURATION_SET" },
	{ RULES_REASON_SET_PAUSED,          "CONFIGURATION_SET_PAUSED" },
	{ RULES_REASON_TENANT,              "TENANT" },
	{ RULES_REASON_TENANT_PAUSED,       "TENANT_PAUSED" },
	{ RULES_REASON_TENANT_RESOURCE,     "NOT_THE_TENANTS" },
	{ RULES_REASON_THROTTLED,           "THROTTLED" },
	{ RULES_REASON_MAIL_FROM,           "MAIL_FROM_NOT_VERIFIED" },
	{ RULES_REASON_WRONG_STAGE,         "WRONG_STAGE" },
	{ RULES_REASON_COUNT,               "UNKNOWN" },
};
/* clang-format on */

static void
test_tokens(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(sizeof rows / sizeof rows[0], RULES_REASON_COUNT + 1);
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(
		    rules_reason_token(rows[i].reason), rows[i].token);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
