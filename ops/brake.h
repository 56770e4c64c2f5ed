/* Brakes for stolen logins: limits beside the quota, for a login, credential,
 * identity or domain, over several windows at once, decided in one transaction. Who
 * crosses one is throttled until a person releases him; nobody else is. */
#ifndef SENDWARD_OPS_BRAKE_H
#define SENDWARD_OPS_BRAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/brakes.h"

struct conf;

/* "login", "credential", …; "messages", "new-recipients", …; -1 unknown. */
const char *brake_scope_name(enum rules_brake_scope scope);
int brake_scope_from_name(const char *name);
const char *brake_measure_name(enum rules_brake_measure measure);
int brake_measure_from_name(const char *name);

/* account NULL: every account. SG_INVALID: subject, window (60 s to 31 days), most.
 * With the first brake on new recipients an account's kept messages become the
 * recipients that it knows. */
enum sg_err brake_add(struct store *store, const char *account,
    const struct store_brake *brake, int64_t now_sec, int64_t *id_r,
    struct err *err_r);
enum sg_err brake_remove(struct store *store, int64_t id, struct err *err_r);

/* A message that is about to leave. */
struct brake_message {
	int64_t account_id;
	const char *login;    /* "" none: LOGIN and CREDENTIAL do not apply */
	bool is_credential;   /* login is an access key id */
	const char *identity; /* that covers From */
	const char *domain;   /* of From */
	int64_t bytes;
	/* rules/recipients.h; those left out do not count */
	const char *recipients;
	int64_t now_sec;
};
/* Asks all brakes that apply, and counts the message in all of them or in none, in
 * one transaction. Accepted: *v accepts. Throttled, or over one now: RULES_DEFER
 * 454 4.7.1 with the limit in words; the first time the owner and the operator get
 * a letter, and it is logged. Of several that are crossed the narrowest is taken
 * (login, credential, identity, domain): what is wider goes on for others. In mode
 * monitor it counts and holds nobody; *v says what would have been.
 * Errors: the store's; the message must wait (*v says so). */
enum sg_err brake_decide(struct store *store, const struct conf *conf,
    const struct brake_message *message, struct rules_verdict *v,
    struct err *err_r);

/* By a person: who (a name for the record), and why. SG_MISSING: not throttled. */
enum sg_err brake_release(struct store *store, const char *account,
    enum rules_brake_scope scope, const char *subject, const char *who,
    const char *note, int64_t now_sec, struct err *err_r);

#endif
