/* A look at an identity in DNS: questions, answers, what they mean record by
 * record, and what follows. Used by sendwardctl (looks now, waits) and by
 * sendward-jobd (many at once). Asks nothing itself.
 *
 * Order: check_new, ask each of check_questions and hand in every answer,
 * check_apply once, read the findings, check_free. */
#ifndef SENDWARD_OPS_CHECK_H
#define SENDWARD_OPS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "dns/resolver.h"
#include "ops/records.h"
#include "rules/verification.h"

struct advice;
struct check;
struct conf;

struct check_question {
	char name[DNS_NAME_MAX + 1];
	enum dns_type type;
};

/* explain: also ask where people put records by mistake (DOMAIN twice, without
 * _domainkey, …) and what SPF and DMARC say; for people. A reference to conf is
 * kept. SG_MISSING. */
enum sg_err check_new(struct store *store, const struct conf *conf,
    int64_t identity_id, bool explain, struct check **check_r,
    struct err *err_r);
void check_free(struct check **check);

size_t check_questions(
    const struct check *check, const struct check_question **list_r);
/* index: of the question. The answer is borrowed. One that never comes counts as
 * DNS_TIMED_OUT. */
void check_answer(
    struct check *check, size_t index, const struct dns_answer *answer);

/* Judges, and writes what follows in one transaction: statuses, times, keys that
 * take over or retire, letters to the account. Changes that others made since
 * check_new are respected: an identity that is gone is SG_MISSING, and nothing
 * is written. asked: a person asked; a FAILED identity may come back. Logs
 * identity.state and dkim.rotate. */
enum sg_err check_apply(struct check *check, struct store *store, bool asked,
    int64_t now_sec, struct err *err_r);

enum finding_state {
	FINDING_OK,
	FINDING_MISSING,     /* name or type not there */
	FINDING_WRONG_VALUE, /* found stands beside wanted */
	FINDING_WRONG_PLACE, /* right value, at found_at */
	FINDING_OLD_VALUE,   /* the value of a key that was before */
	FINDING_SPLIT_WRONG, /* the key, with quotes or backslashes in it, or torn
	                        into several records */
	FINDING_SEVERAL,     /* more than one record where one must be */
	FINDING_NO_ANSWER,   /* name server unreachable, SERVFAIL, bogus */
	FINDING_NOT_NEEDED, /* not there, and another proof is */
};
struct finding {
	const struct wanted_record *record; /* lives as long as the check */
	enum finding_state state;
	enum verification_error error;
	const char *found;    /* what is there instead; "" nothing */
	const char *found_at; /* FINDING_WRONG_PLACE: name; "" */
	const char *hint;     /* one sentence for people: what to do */
};
/* After the last answer (also before check_apply). */
size_t check_findings(struct check *check, const struct finding **list_r);
const char *check_state_name(enum finding_state state); /* "WRONG_VALUE" */
/* Row and looks after check_apply. */
const struct identity_file *check_file(const struct check *check);
/* What SPF and DMARC say (ops/advice.h), after the last answer. False: made
 * without explain, nothing was asked. */
bool check_advice(
    const struct check *check, struct advice *spf_r, struct advice *dmarc_r);
/* No question has got an answer that says anything (SERVFAIL and time-outs do not;
 * an answer that is bogus does): all name servers may be down. */
bool check_is_unanswered(const struct check *check);

#endif
