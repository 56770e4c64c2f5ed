/* Brakes at work: see brake.h. Setting them up is brake_setup.c. */
#include "config.h"

#include "ops/brake.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/brake_parts.h"
#include "ops/tell.h"
#include "rules/ascii.h"
#include "rules/recipients.h"
#include "rules/verdict.h"
#include "store/store.h"

#define SCOPES (RULES_BRAKE_DOMAIN + 1)

/* What is asked of one message, and counted. */
struct weighing {
	const struct brake_message *message;
	char subject[SCOPES][RULES_ADDRESS_MAX + 1]; /* "": does not apply */
	int64_t recipients;
	int64_t *hashes; /* of recipients, each once */
	size_t hash_count;
	size_t new_count;           /* those never written to come first */
	struct store_brake *brakes; /* that apply */
	size_t brake_count, brake_size;
	bool counts_new; /* the account has a brake on new recipients */
	bool failed;     /* no memory */
};

static void
set_subject(struct weighing *w, enum rules_brake_scope scope, const char *text)
{
	/* longer ones cannot have passed the gate */
	(void)snprintf(
	    w->subject[scope], sizeof(w->subject[scope]), "%s", text);
}

static void
set_subjects(struct weighing *w)
{
	const struct brake_message *m = w->message;

	set_subject(w, RULES_BRAKE_LOGIN, m->login);
	if (m->is_credential)
		set_subject(w, RULES_BRAKE_CREDENTIAL, m->login);
	set_subject(w, RULES_BRAKE_IDENTITY, m->identity);
	set_subject(w, RULES_BRAKE_DOMAIN, m->domain);
	for (char *c = w->subject[RULES_BRAKE_DOMAIN]; *c != '\0'; c++)
		*c = ascii_lower(*c);
}

static bool
add_brake(void *ctx, const struct store_brake *row)
{
	struct weighing *w = ctx;
	const char *subject = w->subject[row->scope];

	w->counts_new |= row->measure == RULES_BRAKE_NEW_RECIPIENTS;
	if (subject[0] == '\0' ||
	    (row->subject[0] != '\0' && strcmp(row->subject, subject) != 0))
		return true;
	if (w->brake_count == w->brake_size) {
		size_t size = w->brake_size == 0 ? 16 : 2 * w->brake_size;
		void *list = realloc(w->brakes, size * sizeof(*w->brakes));

		if (list == NULL) {
			w->failed = true;
			return false;
		}
		w->brakes = list;
		w->brake_size = size;
	}
	w->brakes[w->brake_count++] = *row;
	return true;
}

/* ---- recipients ------------------------------------------------------------ */

static int
by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Those that get the message: how many, and their hashes, each once. */
static bool
read_recipients(struct weighing *w)
{
	const char *text = w->message->recipients;
	struct recipient r;
	size_t lines = 1, unique = 0;

	for (const char *c = text; *c != '\0'; c++)
		lines += *c == '\n';
	w->hashes = calloc(lines, sizeof(*w->hashes));
	if (w->hashes == NULL)
		return false;
	while (recipients_next(&text, &r)) {
		if (recipients_is_dropped(r.flag))
			continue;
		w->recipients++;
		if (!brake_hash(r.address, &w->hashes[w->hash_count++]))
			return false;
	}
	if (w->hash_count > 1)
		qsort(w->hashes, w->hash_count, sizeof(*w->hashes), by_number);
	for (size_t i = 0; i < w->hash_count; i++)
		if (i == 0 || w->hashes[i] != w->hashes[unique - 1])
			w->hashes[unique++] = w->hashes[i];
	w->hash_count = unique;
	return true;
}

static enum sg_err
find_new(struct store *store, struct weighing *w, struct err *err_r)
{
	for (size_t i = 0; i < w->hash_count; i++) {
		bool is_known;
		enum sg_err rc = store_known_has(store, w->message->account_id,
		    w->hashes[i], &is_known, err_r);

		if (rc != SG_OK)
			return rc;
		if (!is_known)
			w->hashes[w->new_count++] = w->hashes[i];
	}
	return SG_OK;
}

/* ---- asking ------------------------------------------------------------------- */

static int64_t
amount_of(const struct weighing *w, enum rules_brake_measure measure)
{
	switch (measure) {
	case RULES_BRAKE_MESSAGES:
		return 1;
	case RULES_BRAKE_RECIPIENTS:
		return w->recipients;
	case RULES_BRAKE_BYTES:
		return w->message->bytes;
	case RULES_BRAKE_NEW_RECIPIENTS:
		return (int64_t)w->new_count;
	}
	return 0;
}

static void
say(struct rules_verdict *v, enum rules_brake_scope scope, const char *subject,
    const char *why)
{
	char what[RULES_REPLY_MAX];

	(void)snprintf(what, sizeof(what),
	    "%s %.140s%s has crossed a limit: %.80s; sending with it is held "
	    "until it is released",
	    brake_scope_name(scope), subject,
	    strlen(subject) > 140 ? "..." : "", why);
	verdict_throttled(v, what);
}

/* Is one of them throttled already? The narrowest is told. */
static enum sg_err
find_throttle(struct store *store, const struct weighing *w,
    struct rules_verdict *v, struct err *err_r)
{
	struct store_throttle row;

	for (int scope = 0; scope < SCOPES; scope++) {
		enum sg_err rc;

		if (w->subject[scope][0] == '\0')
			continue;
		rc = store_throttle_get(store, w->message->account_id,
		    (enum rules_brake_scope)scope, w->subject[scope], &row,
		    err_r);
		if (rc == SG_OK)
			say(v, row.scope, row.subject, row.why);
		if (rc != SG_MISSING)
			return rc;
	}
	return SG_OK;
}

/* The brake that the message would cross, NULL none. Of several the narrowest one's:
 * its subject is held, and what is wider was not crossed by others. */
static enum sg_err
find_crossed(struct store *store, const struct weighing *w,
    const struct store_brake **brake_r, struct err *err_r)
{
	*brake_r = NULL;
	for (size_t i = 0; i < w->brake_count; i++) {
		const struct store_brake *brake = &w->brakes[i];
		int64_t amount = amount_of(w, brake->measure), used;
		enum sg_err rc;

		if (amount <= 0 ||
		    (*brake_r != NULL && brake->scope >= (*brake_r)->scope))
			continue;
		rc = store_brake_used(store, brake, w->message->account_id,
		    w->subject[brake->scope], w->message->now_sec, &used,
		    err_r);
		if (rc != SG_OK)
			return rc;
		if (used > brake->most || amount > brake->most - used)
			*brake_r = brake;
	}
	return SG_OK;
}

/* ---- what follows ---------------------------------------------------------------- */

static enum sg_err
count(struct store *store, const struct weighing *w, struct err *err_r)
{
	const struct brake_message *m = w->message;
	enum sg_err rc = SG_OK;
	bool is_new;

	for (size_t i = 0; i < w->brake_count && rc == SG_OK; i++) {
		const struct store_brake *brake = &w->brakes[i];
		int64_t amount = amount_of(w, brake->measure);

		if (amount > 0)
			rc = store_brake_use(store, brake, m->account_id,
			    w->subject[brake->scope], amount, m->now_sec,
			    err_r);
	}
	for (size_t i = 0; i < w->new_count && rc == SG_OK; i++)
		rc = store_known_add(
		    store, m->account_id, w->hashes[i], &is_new, err_r);
	return rc;
}

/* Goes into a shell: a subject that is more than an address or name is quoted. */
static void
release_command(const char *account, enum rules_brake_scope scope,
    const char *subject, char command_r[5 * RULES_ADDRESS_MAX])
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789"
				    "@._+=-";
	bool is_plain =
	    subject[strspn(subject, plain)] == '\0' && subject[0] != '-';
	size_t used = (size_t)snprintf(command_r, 5 * RULES_ADDRESS_MAX,
	    "sendwardctl limit release %s %s %s", account,
	    brake_scope_name(scope), is_plain ? subject : "'");

	if (is_plain)
		return;
	for (; *subject != '\0'; subject++) {
		const char *text = *subject == '\'' ? "'\\''" : subject;
		size_t len = *subject == '\'' ? 4 : 1;

		memcpy(command_r + used, text, len); /* 4 for each byte fit */
		used += len;
	}
	memcpy(command_r + used, "'", 2);
}

static enum sg_err
tell(struct store *store, const struct conf *conf,
    const struct store_throttle *row, struct err *err_r)
{
	struct store_account account;
	char who[RULES_ADDRESS_MAX + 32], release[5 * RULES_ADDRESS_MAX];
	const struct letter_fact facts[] = {
	    {"who", who},
	    {"why", row->why},
	    {"release", release},
	    {NULL, NULL},
	};
	enum sg_err rc =
	    store_account_get_by_id(store, row->account_id, &account, err_r);

	if (rc != SG_OK)
		return rc;
	(void)snprintf(who, sizeof(who), "%s %s", brake_scope_name(row->scope),
	    row->subject);
	release_command(account.facts.name, row->scope, row->subject, release);
	rc = tell_both(store, conf, STORE_LETTER_THROTTLED, &account, facts,
	    row->since_sec, err_r);
	if (rc == SG_OK)
		log_event(LOG_BRAKE_CROSSED_EVENT, NULL, "account",
		    account.facts.name, "scope", brake_scope_name(row->scope),
		    "subject", row->subject, "limit", row->why, NULL);
	return rc;
}

static enum sg_err
throttle(struct store *store, const struct conf *conf, const struct weighing *w,
    const struct store_brake *brake, struct rules_verdict *v, struct err *err_r)
{
	struct store_throttle row = {.account_id = w->message->account_id,
	    .scope = brake->scope,
	    .since_sec = w->message->now_sec};
	bool is_new = false;
	enum sg_err rc = SG_OK;

	memcpy(row.subject, w->subject[brake->scope], sizeof(row.subject));
	brake_limit_text(brake, row.why);
	say(v, row.scope, row.subject, row.why);
	if (conf->mode == CONF_MODE_MONITOR)
		return count(store, w, err_r);
	rc = store_throttle_add(store, &row, &is_new, err_r);
	if (rc == SG_OK && is_new)
		rc = tell(store, conf, &row, err_r);
	return rc;
}

static enum sg_err
weigh(struct store *store, const struct conf *conf, struct weighing *w,
    struct rules_verdict *v, struct err *err_r)
{
	const struct store_brake *crossed = NULL;
	enum sg_err rc = store_brake_list(
	    store, w->message->account_id, add_brake, w, err_r);

	if (rc == SG_OK && w->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for brakes");
	if (rc == SG_OK && conf->mode != CONF_MODE_MONITOR)
		rc = find_throttle(store, w, v, err_r);
	if (rc != SG_OK || v->action != RULES_ACCEPT)
		return rc;
	if (w->counts_new)
		rc = find_new(store, w, err_r);
	if (rc == SG_OK)
		rc = find_crossed(store, w, &crossed, err_r);
	if (rc != SG_OK)
		return rc;
	return crossed != NULL ? throttle(store, conf, w, crossed, v, err_r)
			       : count(store, w, err_r);
}

enum sg_err
brake_decide(struct store *store, const struct conf *conf,
    const struct brake_message *message, struct rules_verdict *v,
    struct err *err_r)
{
	struct weighing w = {.message = message};
	enum sg_err rc = SG_OK;

	verdict_accept(v);
	set_subjects(&w);
	if (!read_recipients(&w))
		rc = err_set(err_r, SG_NOMEM, "no memory for recipients");
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc == SG_OK) {
		rc = weigh(store, conf, &w, v, err_r);
		rc = store_finish(store, rc, err_r);
	}
	if (rc != SG_OK)
		verdict_unavailable(v);
	free(w.hashes);
	free(w.brakes);
	return rc;
}

/* ---- released by a person ------------------------------------------------------------ */

static enum sg_err
find_held(struct store *store, const char *account,
    enum rules_brake_scope scope, const char *subject,
    struct store_throttle *row_r, struct err *err_r)
{
	struct store_account owner;
	char text[RULES_ADDRESS_MAX + 1];
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc == SG_OK)
		rc = brake_take_subject(scope, subject, text, err_r);
	if (rc != SG_OK)
		return rc;
	rc = store_throttle_get(
	    store, owner.facts.id, scope, text, row_r, err_r);
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "%s %.100s of account %s is not held; see: sendwardctl "
		    "limit status",
		    brake_scope_name(scope), text, account);
	return rc;
}

enum sg_err
brake_release(struct store *store, const char *account,
    enum rules_brake_scope scope, const char *subject, const char *who,
    const char *note, int64_t now_sec, struct err *err_r)
{
	struct store_throttle row;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = find_held(store, account, scope, subject, &row, err_r);
	if (rc == SG_OK) {
		row.released_sec = now_sec;
		(void)snprintf(
		    row.released_by, sizeof(row.released_by), "%s", who);
		(void)snprintf(row.note, sizeof(row.note), "%s", note);
		rc = store_throttle_release(store, &row, err_r);
	}
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK)
		log_event(LOG_BRAKE_RELEASED_EVENT, NULL, "account", account,
		    "scope", brake_scope_name(scope), "subject", row.subject,
		    "who", who, "note", note[0] != '\0' ? note : NULL, NULL);
	return rc;
}
