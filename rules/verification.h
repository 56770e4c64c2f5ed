/* When something is looked for in DNS, and what follows from what was found: the
 * states of Amazon SES v2 for an identity, its DKIM and its MAIL FROM domain.
 * Pure: looks come in, states go out. */
#ifndef SENDWARD_RULES_VERIFICATION_H
#define SENDWARD_RULES_VERIFICATION_H

#include <stdbool.h>
#include <stdint.h>
#include "rules/types.h"

#define VERIFICATION_PENDING_SEC (72 * 3600) /* then FAILED */
#define VERIFICATION_GRACE_SEC (72 * 3600) /* TEMPORARY_FAILURE, then FAILED */
#define VERIFICATION_DAILY_SEC 86400       /* verified: looked at again */
/* A pending one that no name server answers for ends after this time all the
 * same; a verified one never ends for want of an answer. */
#define VERIFICATION_SILENT_SEC (2 * VERIFICATION_PENDING_SEC)

/* What has a status. */
enum verification_subject {
	VERIFICATION_IDENTITY,
	VERIFICATION_DKIM,
	VERIFICATION_MAIL_FROM,
	VERIFICATION_SUBJECTS
};

/* SES v2 VerificationInfo.ErrorType. */
enum verification_error {
	VERIFICATION_NO_ERROR,
	VERIFICATION_SERVICE_ERROR,    /* "SERVICE_ERROR": our own trouble */
	VERIFICATION_DNS_SERVER_ERROR, /* SERVFAIL, REFUSED, no answer, bogus */
	VERIFICATION_HOST_NOT_FOUND,   /* NXDOMAIN */
	VERIFICATION_TYPE_NOT_FOUND,   /* the name is there, the type is not */
	VERIFICATION_INVALID_VALUE /* the record is there with another value */
};
/* "" for VERIFICATION_NO_ERROR. */
const char *verification_error_name(enum verification_error error);

/* One look: found is what counts. */
enum verification_look {
	LOOK_PRESENT,
	LOOK_ABSENT,  /* a name server said so, or said something else */
	LOOK_UNKNOWN, /* nobody answered: proves nothing, revokes nothing */
};

struct verification {
	enum rules_identity_status status;
	int64_t started_sec; /* PENDING since */
	int64_t checked_sec; /* last look; 0 none */
	int64_t success_sec; /* last LOOK_PRESENT; 0 none */
	int64_t failing_sec; /* TEMPORARY_FAILURE since; 0 */
	int64_t next_sec;    /* next look; 0: none any more */
	enum verification_error error;
};

enum verification_event {
	VERIFICATION_NOTHING,
	VERIFICATION_VERIFIED, /* PENDING → SUCCESS */
	VERIFICATION_FAILED,   /* PENDING → FAILED */
	VERIFICATION_WARNING,  /* SUCCESS → TEMPORARY_FAILURE */
	VERIFICATION_RESTORED, /* TEMPORARY_FAILURE → SUCCESS */
	VERIFICATION_REVOKED,  /* TEMPORARY_FAILURE → FAILED */
};

/* Begins (again): PENDING, next look now. checked_sec and success_sec stay. */
void verification_start(struct verification *v, int64_t now_sec);

/* Takes one look in. error: what was wrong, for LOOK_ABSENT and LOOK_UNKNOWN.
 * NOT_STARTED stays as it is. FAILED stays FAILED, but for LOOK_PRESENT when
 * `asked` (somebody asked to look: `identity check`): VERIFICATION_VERIFIED.
 * Sets next_sec: pending looks grow apart from 5 seconds to an hour (an eighth of
 * the time since the start), grace is looked at hourly, and at its last second;
 * verified daily, hourly while nobody answers; spread (any number, such as the
 * identity's id) makes days shorter by up to an eighth, so that looks move apart.
 * A start that lies ahead (the clock went back) counts as now. */
enum verification_event verification_step(struct verification *v,
    enum verification_look look, enum verification_error error, bool asked,
    int64_t spread, int64_t now_sec);

/* When to look next for a thing that is awaited beside what is there already (a new
 * key in DNS): as while pending for 72 hours, then daily. */
int64_t verification_next_awaited(int64_t since_sec, int64_t now_sec);

#endif
