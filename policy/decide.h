/* What a policy request asks for, from the snapshot alone: whose it is, whether
 * it can be answered at once or has to be counted. Pure but for the
 * look-ups. */
#ifndef SENDWARD_POLICY_DECIDE_H
#define SENDWARD_POLICY_DECIDE_H

#include <stdbool.h>
#include "rules/types.h"

struct admit;
struct policy_request;
struct reserve_request;

enum policy_next {
	POLICY_ANSWER, /* the verdict is the answer */
	POLICY_COUNT,  /* reserve_decide has to say */
};

/* is_fresh: snapshot_is_fresh. account_r->id is 0 when no account is known.
 *
 * Nobody's mail is accepted. An account's mail: refused when paused; "451 4.3.5"
 * when it cannot be counted (a stage before RCPT, no instance, a value that was
 * cut) or is counted by the milter (milter.quota); "451 4.3.0" when the snapshot is
 * stale. VRFY and ETRN send nothing and are accepted: Postfix asks there, too, when
 * the service stands in the right place. */
enum policy_next policy_decide(const struct admit *admit, bool is_fresh,
    const struct policy_request *request, struct rules_account *account_r,
    struct rules_verdict *verdict_r);

/* Can nothing be counted at this stage: does the service stand in the wrong
 * place of main.cf? */
bool policy_is_wrong_stage(const struct policy_request *request);

#define POLICY_SESSION_MAX 80
/* Fills what ops/reserve.h asks for; the strings are borrowed from `request` and
 * session_r. The times are left alone. */
void policy_reserve_request(const struct policy_request *request,
    char session_r[POLICY_SESSION_MAX], struct reserve_request *reserve_r);

#endif
