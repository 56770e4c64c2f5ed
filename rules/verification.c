/* The states of what is looked for in DNS. Does not look, and does not say what
 * a record must be. */
#include "config.h"

#include "rules/verification.h"

#define LOOK_LEAST_SEC 5
#define LOOK_MOST_SEC 3600
#define LOOK_SHARE                                                             \
	8 /* a pending look comes after an eighth of the time so far */

const char *
verification_error_name(enum verification_error error)
{
	switch (error) {
	case VERIFICATION_SERVICE_ERROR:
		return "SERVICE_ERROR";
	case VERIFICATION_DNS_SERVER_ERROR:
		return "DNS_SERVER_ERROR";
	case VERIFICATION_HOST_NOT_FOUND:
		return "HOST_NOT_FOUND";
	case VERIFICATION_TYPE_NOT_FOUND:
		return "TYPE_NOT_FOUND";
	case VERIFICATION_INVALID_VALUE:
		return "INVALID_VALUE";
	case VERIFICATION_NO_ERROR:
		break;
	}
	return "";
}

void
verification_start(struct verification *v, int64_t now_sec)
{
	v->status = RULES_IDENTITY_PENDING;
	v->started_sec = now_sec;
	v->failing_sec = 0;
	v->next_sec = now_sec;
	v->error = VERIFICATION_NO_ERROR;
}

/* A period that lies ahead was begun under a clock that was wrong: it begins
 * now, rather than last for years. */
static int64_t
elapsed_since(int64_t *since_sec, int64_t now_sec)
{
	int64_t elapsed;

	if (*since_sec > now_sec)
		*since_sec = now_sec;
	if (__builtin_sub_overflow(now_sec, *since_sec, &elapsed))
		return INT64_MAX;
	return elapsed;
}

static int64_t
clamp(int64_t value, int64_t least, int64_t most)
{
	if (value < least)
		return least;
	return value > most ? most : value;
}

/* In `wait` seconds, but no later than when the period's end can be told. */
static void
look_again(
    struct verification *v, int64_t wait_sec, int64_t left_sec, int64_t now_sec)
{
	if (left_sec > 0 && left_sec < wait_sec)
		wait_sec = left_sec;
	if (__builtin_add_overflow(now_sec, wait_sec, &v->next_sec))
		v->next_sec = INT64_MAX;
}

static void
look_daily(struct verification *v, int64_t spread, int64_t now_sec)
{
	int64_t room = VERIFICATION_DAILY_SEC / LOOK_SHARE;
	int64_t earlier = spread % room;

	if (earlier < 0)
		earlier += room;
	look_again(v, VERIFICATION_DAILY_SEC - earlier, 0, now_sec);
}

static enum verification_event
end(struct verification *v, enum verification_event event)
{
	v->status = RULES_IDENTITY_FAILED;
	v->failing_sec = 0;
	v->next_sec = 0;
	return event;
}

static enum verification_event
step_pending(
    struct verification *v, enum verification_look look, int64_t now_sec)
{
	int64_t elapsed = elapsed_since(&v->started_sec, now_sec);
	bool is_late = elapsed >= VERIFICATION_PENDING_SEC;

	if (elapsed >= VERIFICATION_SILENT_SEC ||
	    (is_late && look == LOOK_ABSENT))
		return end(v, VERIFICATION_FAILED);
	look_again(v,
	    clamp(elapsed / LOOK_SHARE, LOOK_LEAST_SEC, LOOK_MOST_SEC),
	    (is_late ? VERIFICATION_SILENT_SEC : VERIFICATION_PENDING_SEC) -
		elapsed,
	    now_sec);
	return VERIFICATION_NOTHING;
}

static enum verification_event
step_verified(
    struct verification *v, enum verification_look look, int64_t now_sec)
{
	look_again(v, LOOK_MOST_SEC, 0, now_sec);
	if (look == LOOK_UNKNOWN)
		return VERIFICATION_NOTHING;
	v->status = RULES_IDENTITY_TEMPORARY_FAILURE;
	v->failing_sec = now_sec;
	return VERIFICATION_WARNING;
}

static enum verification_event
step_failing(
    struct verification *v, enum verification_look look, int64_t now_sec)
{
	int64_t elapsed = elapsed_since(&v->failing_sec, now_sec);

	if (look == LOOK_ABSENT && elapsed >= VERIFICATION_GRACE_SEC)
		return end(v, VERIFICATION_REVOKED);
	look_again(v, LOOK_MOST_SEC, VERIFICATION_GRACE_SEC - elapsed, now_sec);
	return VERIFICATION_NOTHING;
}

static enum verification_event
step_present(
    struct verification *v, bool asked, int64_t spread, int64_t now_sec)
{
	enum rules_identity_status before = v->status;

	v->success_sec = now_sec;
	if (before == RULES_IDENTITY_FAILED && !asked)
		return VERIFICATION_NOTHING;
	v->status = RULES_IDENTITY_SUCCESS;
	v->failing_sec = 0;
	look_daily(v, spread, now_sec);
	switch (before) {
	case RULES_IDENTITY_SUCCESS:
		return VERIFICATION_NOTHING;
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return VERIFICATION_RESTORED;
	default:
		return VERIFICATION_VERIFIED;
	}
}

enum verification_event
verification_step(struct verification *v, enum verification_look look,
    enum verification_error error, bool asked, int64_t spread, int64_t now_sec)
{
	if (v->status == RULES_IDENTITY_NOT_STARTED)
		return VERIFICATION_NOTHING;
	v->checked_sec = now_sec;
	v->error = look == LOOK_PRESENT ? VERIFICATION_NO_ERROR : error;
	if (look == LOOK_PRESENT)
		return step_present(v, asked, spread, now_sec);
	switch (v->status) {
	case RULES_IDENTITY_PENDING:
		return step_pending(v, look, now_sec);
	case RULES_IDENTITY_SUCCESS:
		return step_verified(v, look, now_sec);
	case RULES_IDENTITY_TEMPORARY_FAILURE:
		return step_failing(v, look, now_sec);
	default: /* FAILED: only a person begins again */
		v->next_sec = 0;
		return VERIFICATION_NOTHING;
	}
}

int64_t
verification_next_awaited(int64_t since_sec, int64_t now_sec)
{
	int64_t elapsed = elapsed_since(&since_sec, now_sec);
	int64_t wait = VERIFICATION_DAILY_SEC, next;

	if (elapsed < VERIFICATION_PENDING_SEC)
		wait =
		    clamp(elapsed / LOOK_SHARE, LOOK_LEAST_SEC, LOOK_MOST_SEC);
	return __builtin_add_overflow(now_sec, wait, &next) ? INT64_MAX : next;
}
