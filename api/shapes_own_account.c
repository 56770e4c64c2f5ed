/* Shapes of sendward's own operations: accounts, their figures, their requests. */
#include "config.h"

#include "api/shapes.h"

#define ACCOUNT                                                                \
	{                                                                      \
		"AccountName", NULL, REQUIRED | IN_PATH, TEXT(1, 64)           \
	}

/* clang-format off */

const struct api_member api_in_own_get_timeline[] = {
	{"Period", NULL, REQUIRED | IN_QUERY, CHOICE("HOUR|DAY|FORTNIGHT")},
	END};

const struct api_member api_in_own_list_accounts[] = {
	{"Name", NULL, IN_QUERY, TEXT(0, 64)},
	{"State", NULL, IN_QUERY, CHOICE("SANDBOX|PRODUCTION|PAUSED|REVIEW")},
	{"Order", NULL, IN_QUERY, CHOICE("RISK|VOLUME|NAME|CREATED")},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	END};

const struct api_member api_in_own_account[] = {
	ACCOUNT,
	END};

const struct api_member api_in_own_create_account[] = {
	{"AccountName", NULL, REQUIRED, TEXT(1, 64)},
	{"Contact", NULL, 0, TEXT(0, 320)},
	END};

const struct api_member api_in_own_set_account[] = {
	ACCOUNT,
	{"Production", NULL, 0, FLAG},
	{"Max24Hour", NULL, 0, INTEGER(-1, INT64_C(1000000000000))},
	{"MaxSendRate", NULL, 0, NUMBER},
	{"Policy", NULL, 0, CHOICE("none|standard|strict")},
	{"Contact", NULL, 0, TEXT(0, 320)},
	{"Pool", NULL, 0, TEXT(0, 64)},
	END};

const struct api_member api_in_own_pause_account[] = {
	ACCOUNT,
	{"Reason", NULL, REQUIRED, TEXT(1, 160)},
	END};

const struct api_member api_in_own_resume_account[] = {
	ACCOUNT,
	{"FreshStart", NULL, IN_QUERY, FLAG},
	{"Reason", NULL, REQUIRED | IN_QUERY, TEXT(1, 250)},
	END};

const struct api_member api_in_own_release_throttle[] = {
	ACCOUNT,
	{"ThrottleId", NULL, REQUIRED | IN_PATH, TEXT(1, 20)},
	{"Reason", NULL, REQUIRED | IN_QUERY, TEXT(1, 250)},
	END};

const struct api_member api_in_own_list_requests[] = {
	{"Status", NULL, IN_QUERY, CHOICE("PENDING|GRANTED|DENIED")},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(1, 100)},
	END};

const struct api_member api_in_own_decide_request[] = {
	ACCOUNT,
	{"Decision", NULL, REQUIRED, CHOICE("GRANT|DENY")},
	{"Reason", NULL, 0, TEXT(0, 1000)},
	END};
/* clang-format on */
