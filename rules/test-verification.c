/* Every transition at its edges, with the time in the test's hand. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "rules/verification.h"

#define NOW INT64_C(1790000000)
#define HOUR 3600
#define DAY VERIFICATION_DAILY_SEC
#define PENDING_END VERIFICATION_PENDING_SEC
#define GRACE_END VERIFICATION_GRACE_SEC
#define SILENT_END VERIFICATION_SILENT_SEC

#define S_NONE RULES_IDENTITY_NOT_STARTED
#define S_PEND RULES_IDENTITY_PENDING
#define S_OK RULES_IDENTITY_SUCCESS
#define S_FAIL RULES_IDENTITY_FAILED
#define S_TEMP RULES_IDENTITY_TEMPORARY_FAILURE

struct step_row {
	const char *name;
	enum rules_identity_status from;
	int64_t age_sec; /* since started (PENDING) or failing began (TEMP) */
	enum verification_look look;
	bool asked;
	enum rules_identity_status to;
	enum verification_event event;
	int64_t next_sec; /* from now; -1: none */
};

/* clang-format off */
static const struct step_row steps[] = {
	{ "pending, found at once",       S_PEND, 0,               LOOK_PRESENT, false, S_OK,   VERIFICATION_VERIFIED, DAY },
	{ "pending, found, asked",        S_PEND, 10,              LOOK_PRESENT, true,  S_OK,   VERIFICATION_VERIFIED, DAY },
	{ "pending, found in the last second", S_PEND, PENDING_END - 1, LOOK_PRESENT, false, S_OK, VERIFICATION_VERIFIED, DAY },
	{ "pending, found too late is found", S_PEND, PENDING_END + 99, LOOK_PRESENT, false, S_OK, VERIFICATION_VERIFIED, DAY },
	{ "pending, not there",           S_PEND, 0,               LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  5 },
	{ "pending for 40 s",             S_PEND, 40,              LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  5 },
	{ "pending for 48 s",             S_PEND, 48,              LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  6 },
	{ "pending for an hour",          S_PEND, HOUR,            LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  450 },
	{ "pending for eight hours",      S_PEND, 8 * HOUR,        LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  HOUR },
	{ "pending for nine hours",       S_PEND, 9 * HOUR,        LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  HOUR },
	{ "pending, asking changes no interval", S_PEND, HOUR,     LOOK_ABSENT,  true,  S_PEND, VERIFICATION_NOTHING,  450 },
	{ "pending, the end is looked at", S_PEND, PENDING_END - 100, LOOK_ABSENT, false, S_PEND, VERIFICATION_NOTHING, 100 },
	{ "pending, 72 h less a second",  S_PEND, PENDING_END - 1, LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  1 },
	{ "pending, 72 h",                S_PEND, PENDING_END,     LOOK_ABSENT,  false, S_FAIL, VERIFICATION_FAILED,   -1 },
	{ "pending, 72 h, asked",         S_PEND, PENDING_END,     LOOK_ABSENT,  true,  S_FAIL, VERIFICATION_FAILED,   -1 },
	{ "pending, no answer",           S_PEND, 0,               LOOK_UNKNOWN, false, S_PEND, VERIFICATION_NOTHING,  5 },
	{ "pending, no answer, 72 h less a second", S_PEND, PENDING_END - 1, LOOK_UNKNOWN, false, S_PEND, VERIFICATION_NOTHING, 1 },
	{ "pending, no answer at 72 h",   S_PEND, PENDING_END,     LOOK_UNKNOWN, false, S_PEND, VERIFICATION_NOTHING,  HOUR },
	{ "pending, answered at last",    S_PEND, PENDING_END + 9, LOOK_ABSENT,  false, S_FAIL, VERIFICATION_FAILED,   -1 },
	{ "pending, silent, the end is looked at", S_PEND, SILENT_END - 7, LOOK_UNKNOWN, false, S_PEND, VERIFICATION_NOTHING, 7 },
	{ "pending, silent to the end",   S_PEND, SILENT_END,      LOOK_UNKNOWN, false, S_FAIL, VERIFICATION_FAILED,   -1 },
	{ "pending, the clock went back", S_PEND, -9 * DAY,        LOOK_ABSENT,  false, S_PEND, VERIFICATION_NOTHING,  5 },
	{ "verified, there",              S_OK,   0,               LOOK_PRESENT, false, S_OK,   VERIFICATION_NOTHING,  DAY },
	{ "verified, vanished",           S_OK,   0,               LOOK_ABSENT,  false, S_TEMP, VERIFICATION_WARNING,  HOUR },
	{ "verified, vanished, asked",    S_OK,   0,               LOOK_ABSENT,  true,  S_TEMP, VERIFICATION_WARNING,  HOUR },
	{ "verified, no answer",          S_OK,   0,               LOOK_UNKNOWN, false, S_OK,   VERIFICATION_NOTHING,  HOUR },
	{ "grace, there again",           S_TEMP, HOUR,            LOOK_PRESENT, false, S_OK,   VERIFICATION_RESTORED, DAY },
	{ "grace, there again after its end", S_TEMP, 9 * DAY,     LOOK_PRESENT, false, S_OK,   VERIFICATION_RESTORED, DAY },
	{ "grace, still gone",            S_TEMP, HOUR,            LOOK_ABSENT,  false, S_TEMP, VERIFICATION_NOTHING,  HOUR },
	{ "grace, the end is looked at",  S_TEMP, GRACE_END - 60,  LOOK_ABSENT,  false, S_TEMP, VERIFICATION_NOTHING,  60 },
	{ "grace, 72 h less a second",    S_TEMP, GRACE_END - 1,   LOOK_ABSENT,  false, S_TEMP, VERIFICATION_NOTHING,  1 },
	{ "grace, 72 h",                  S_TEMP, GRACE_END,       LOOK_ABSENT,  false, S_FAIL, VERIFICATION_REVOKED,  -1 },
	{ "grace, no answer",             S_TEMP, HOUR,            LOOK_UNKNOWN, false, S_TEMP, VERIFICATION_NOTHING,  HOUR },
	{ "grace, no answer at 72 h",     S_TEMP, GRACE_END,       LOOK_UNKNOWN, false, S_TEMP, VERIFICATION_NOTHING,  HOUR },
	{ "grace, no answer for a year",  S_TEMP, 365 * DAY,       LOOK_UNKNOWN, false, S_TEMP, VERIFICATION_NOTHING,  HOUR },
	{ "grace, the clock went back",   S_TEMP, -9 * DAY,        LOOK_ABSENT,  false, S_TEMP, VERIFICATION_NOTHING,  HOUR },
	{ "failed, gone",                 S_FAIL, 0,               LOOK_ABSENT,  false, S_FAIL, VERIFICATION_NOTHING,  -1 },
	{ "failed, gone, asked",          S_FAIL, 0,               LOOK_ABSENT,  true,  S_FAIL, VERIFICATION_NOTHING,  -1 },
	{ "failed, no answer, asked",     S_FAIL, 0,               LOOK_UNKNOWN, true,  S_FAIL, VERIFICATION_NOTHING,  -1 },
	{ "failed, there, nobody asked",  S_FAIL, 0,               LOOK_PRESENT, false, S_FAIL, VERIFICATION_NOTHING,  -1 },
	{ "failed, there, asked",         S_FAIL, 0,               LOOK_PRESENT, true,  S_OK,   VERIFICATION_VERIFIED, DAY },
	{ "not started, there",           S_NONE, 0,               LOOK_PRESENT, true,  S_NONE, VERIFICATION_NOTHING,  -1 },
	{ "not started, gone",            S_NONE, 0,               LOOK_ABSENT,  true,  S_NONE, VERIFICATION_NOTHING,  -1 },
};
/* clang-format on */

static void
check_step(const struct step_row *row)
{
	struct verification v = {.status = row->from};
	enum verification_event event;
	int64_t next = row->next_sec < 0 ? 0 : NOW + row->next_sec;
	bool was_looked_at = row->from != S_NONE;

	if (row->from == S_PEND)
		v.started_sec = NOW - row->age_sec;
	if (row->from == S_TEMP)
		v.failing_sec = NOW - row->age_sec;
	event = verification_step(
	    &v, row->look, VERIFICATION_INVALID_VALUE, row->asked, 0, NOW);
	if (v.status != row->to || event != row->event)
		fail_msg("%s: status %d, event %d", row->name, (int)v.status,
		    (int)event);
	if (v.next_sec != next)
		fail_msg(
		    "%s: next %lld", row->name, (long long)(v.next_sec - NOW));
	if (v.checked_sec != (was_looked_at ? NOW : 0))
		fail_msg("%s: checked", row->name);
	if (v.success_sec !=
	    (was_looked_at && row->look == LOOK_PRESENT ? NOW : 0))
		fail_msg("%s: success", row->name);
	if (was_looked_at &&
	    (v.error == VERIFICATION_NO_ERROR) != (row->look == LOOK_PRESENT))
		fail_msg("%s: error %d", row->name, (int)v.error);
	if ((v.failing_sec != 0) != (row->to == S_TEMP))
		fail_msg("%s: failing", row->name);
	if (v.started_sec > NOW || v.failing_sec > NOW)
		fail_msg("%s: began tomorrow", row->name);
}

static void
test_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		check_step(&steps[i]);
}

struct spread_row {
	const char *name;
	int64_t spread, day_sec;
};

/* clang-format off */
static const struct spread_row spreads[] = {
	{ "first",            0,         DAY },
	{ "second",           1,         DAY - 1 },
	{ "last of a round",  10799,     DAY - 10799 },
	{ "next round",       10800,     DAY },
	{ "negative",         -1,        DAY - 10799 },
	{ "largest",          INT64_MAX, DAY - INT64_MAX % 10800 },
	{ "smallest",         INT64_MIN, DAY - (10800 + INT64_MIN % 10800) },
};
/* clang-format on */

static void
test_spread(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; i++) {
		struct verification v = {.status = S_OK};

		(void)verification_step(&v, LOOK_PRESENT, VERIFICATION_NO_ERROR,
		    false, spreads[i].spread, NOW);
		if (v.next_sec - NOW != spreads[i].day_sec)
			fail_msg("%s: %lld", spreads[i].name,
			    (long long)(v.next_sec - NOW));
	}
}

/* Nothing is ever found: looks begin dense, grow apart, end after 72 hours. */
static void
test_whole_pending(void **state)
{
	struct verification v = {0};
	int64_t now = NOW, wait = 0;
	int looks = 0;

	(void)state;
	verification_start(&v, NOW);
	assert_int_equal(v.next_sec, NOW);
	while (v.next_sec != 0 && looks < 1000) {
		int64_t last = wait;

		now = v.next_sec;
		looks++;
		(void)verification_step(&v, LOOK_ABSENT,
		    VERIFICATION_HOST_NOT_FOUND, false, 7, now);
		wait = v.next_sec - now;
		if (v.next_sec != 0 && now + HOUR < NOW + PENDING_END)
			assert_true(wait >= last && wait >= 5 && wait <= HOUR);
	}
	assert_int_equal(v.status, S_FAIL);
	assert_int_equal(now, NOW + PENDING_END);
	assert_in_range(looks, 64 + 20, 64 + 80);
}

/* A record that comes and goes: each warning gives 72 hours of its own. */
static void
test_come_and_go(void **state)
{
	struct verification v = {.status = S_OK};
	int64_t now = NOW;

	(void)state;
	for (int round = 0; round < 5; round++) {
		assert_int_equal(
		    verification_step(&v, LOOK_ABSENT,
			VERIFICATION_TYPE_NOT_FOUND, false, 1, now),
		    VERIFICATION_WARNING);
		now += GRACE_END - 1;
		assert_int_equal(
		    verification_step(&v, LOOK_ABSENT,
			VERIFICATION_TYPE_NOT_FOUND, false, 1, now),
		    VERIFICATION_NOTHING);
		assert_int_equal(verification_step(&v, LOOK_PRESENT,
				     VERIFICATION_NO_ERROR, false, 1, ++now),
		    VERIFICATION_RESTORED);
	}
}

static void
test_start_again(void **state)
{
	struct verification v = {.status = S_FAIL,
	    .started_sec = 5,
	    .checked_sec = 6,
	    .success_sec = 7,
	    .failing_sec = 8,
	    .error = VERIFICATION_INVALID_VALUE};

	(void)state;
	verification_start(&v, NOW);
	assert_int_equal(v.status, S_PEND);
	assert_int_equal(v.started_sec, NOW);
	assert_int_equal(v.next_sec, NOW);
	assert_int_equal(v.failing_sec, 0);
	assert_int_equal(v.checked_sec, 6);
	assert_int_equal(v.success_sec, 7);
	assert_int_equal(v.error, VERIFICATION_NO_ERROR);
}

/* Times that no clock shows overflow nothing. */
static void
test_extremes(void **state)
{
	static const int64_t times[] = {INT64_MIN, -1, 0, 1, NOW, INT64_MAX};
	size_t count = sizeof times / sizeof times[0];

	(void)state;
	for (size_t i = 0; i < count * count * 3 * 5; i++) {
		int64_t since = times[i % count];
		int64_t now = times[i / count % count];
		struct verification v = {.status = (enum rules_identity_status)(
					     i / (count * count) % 5),
		    .started_sec = since,
		    .failing_sec = since};

		(void)verification_step(&v,
		    (enum verification_look)(i / (count * count * 5)),
		    VERIFICATION_SERVICE_ERROR, false, since, now);
	}
}

static void
test_awaited(void **state)
{
	(void)state;
	assert_int_equal(verification_next_awaited(NOW, NOW), NOW + 5);
	assert_int_equal(verification_next_awaited(NOW - HOUR, NOW), NOW + 450);
	assert_int_equal(verification_next_awaited(NOW - DAY, NOW), NOW + HOUR);
	assert_int_equal(
	    verification_next_awaited(NOW - PENDING_END, NOW), NOW + DAY);
	assert_int_equal(verification_next_awaited(NOW + DAY, NOW), NOW + 5);
	assert_int_equal(
	    verification_next_awaited(INT64_MIN, INT64_MAX), INT64_MAX);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(verification_error_name(VERIFICATION_NO_ERROR), "");
	assert_string_equal(verification_error_name(VERIFICATION_SERVICE_ERROR),
	    "SERVICE_ERROR");
	assert_string_equal(
	    verification_error_name(VERIFICATION_DNS_SERVER_ERROR),
	    "DNS_SERVER_ERROR");
	assert_string_equal(
	    verification_error_name(VERIFICATION_HOST_NOT_FOUND),
	    "HOST_NOT_FOUND");
	assert_string_equal(
	    verification_error_name(VERIFICATION_TYPE_NOT_FOUND),
	    "TYPE_NOT_FOUND");
	assert_string_equal(verification_error_name(VERIFICATION_INVALID_VALUE),
	    "INVALID_VALUE");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps),
	    cmocka_unit_test(test_spread),
	    cmocka_unit_test(test_whole_pending),
	    cmocka_unit_test(test_come_and_go),
	    cmocka_unit_test(test_start_again),
	    cmocka_unit_test(test_extremes),
	    cmocka_unit_test(test_awaited),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
