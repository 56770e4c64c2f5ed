/* The chain of decisions, step by step: see explain.h. Changes nothing: what the
 * limits take is rolled back. */
#include "config.h"

#include "ops/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/operator_key.h"
#include "ops/snapshot.h"
#include "rules/mailbox.h"
#include "rules/quota.h"
#include "rules/rate.h"
#include "rules/verdict.h"
#include "store/store.h"

static const char *const check_names[] = {
    [EXPLAIN_ACCOUNT] = "account",
    [EXPLAIN_SENDER] = "sender",
    [EXPLAIN_RECIPIENT] = "recipient",
    [EXPLAIN_LIMITS] = "limits",
    [EXPLAIN_HEADERS] = "headers",
    [EXPLAIN_SIGNATURE] = "signature",
};

const char *
explain_check_name(enum explain_check check)
{
	return check_names[check];
}

/* What one explanation carries along. */
struct chain {
	struct admit admit;
	struct store *store;
	const struct explain_request *request;
	struct explain_result *result;
	explain_step_fn *fn;
	void *ctx;
	char sender[RULES_ADDRESS_MAX + 1];
	struct admit_cover cover;     /* of From */
	struct rules_set set;         /* id 0: none, or it is refused */
	struct rules_tenant tenant;   /* id 0: none, or it is refused */
	struct rules_verdict headers; /* what is said of From, set, tenant */
	bool is_refused;
	int64_t taken; /* recipients that are accepted at RCPT */
};

static void
step(struct chain *chain, enum explain_check check, const char *subject,
    const char *note, const struct rules_verdict *verdict)
{
	struct explain_step s = {.check = check,
	    .subject = subject,
	    .note = note,
	    .verdict = *verdict};

	if (verdict->action == RULES_REJECT || verdict->action == RULES_DEFER)
		chain->is_refused = true;
	chain->fn(chain->ctx, &s);
}

/* True: an account's mail, so that the rules apply. */
static bool
explain_account(struct chain *chain)
{
	const struct explain_request *r = chain->request;
	struct admit_client client = {.login = r->login,
	    .auth_author = "",
	    .daemon_name = "",
	    .address = r->address};
	struct rules_account *account = &chain->result->account;
	struct rules_verdict v;
	char note[128] = "";
	enum admit_owner owner =
	    admit_owner_of(&chain->admit, &client, account, &v);

	chain->result->has_account = owner == ADMIT_ACCOUNT;
	if (owner == ADMIT_ACCOUNT)
		(void)snprintf(note, sizeof(note), "mail of account %s%s",
		    account->name, /* fits */
		    account->production ? "" : ", in the sandbox");
	else if (owner == ADMIT_NOBODY)
		(void)snprintf(note, sizeof(note), /* fits */
		    "mail of no account: passes untouched, nothing is checked");
	step(chain, EXPLAIN_ACCOUNT,
	    r->login[0] != '\0' ? r->login : "(no login)", note, &v);
	return owner == ADMIT_ACCOUNT;
}

/* "covered by identity shop.example", and by whose. */
static void
note_cover(char *note, size_t size, const struct admit_cover *cover)
{
	bool is_granted = cover->owner[0] != '\0';

	(void)snprintf(note, size, "covered by identity %s%s%s", /* fits */
	    cover->identity.settings.name,
	    is_granted ? ", granted by account " : "", cover->owner);
}

#define COVER_NOTE_MAX                                                         \
	(RULES_ADDRESS_MAX + RULES_NAME_MAX + RULES_DOMAIN_MAX + 80 + 180)

static void
explain_sender(struct chain *chain)
{
	const struct explain_request *r = chain->request;
	const char *raw = r->sender;
	struct admit_cover cover;
	struct mailbox path;
	struct rules_verdict v;
	char note[COVER_NOTE_MAX] = "null sender";

	if (mailbox_parse_path(raw, &path) != MAILBOX_OK) {
		verdict_not_verified(&v, chain->admit.conf->region, &raw, 1,
		    RULES_REASON_NOT_VERIFIED);
		step(chain, EXPLAIN_SENDER, raw, "", &v);
		return;
	}
	memcpy(chain->sender, path.address, sizeof(chain->sender));
	if (admit_sender(
		&chain->admit, &chain->result->account, chain->sender, 0, &v) &&
	    admit_covers(
		&chain->admit, &chain->result->account, chain->sender, &cover))
		note_cover(note, sizeof(note), &cover);
	step(chain, EXPLAIN_SENDER, raw[0] == '\0' ? "<>" : raw, note, &v);
}

static void
explain_recipient(struct chain *chain, const char *given)
{
	const struct rules_account *account = &chain->result->account;
	struct admit_recipient recipient;
	struct rules_verdict v;
	const char *note = "";

	if (admit_recipient(
		&chain->admit, account, given, chain->taken, &recipient, &v)) {
		const struct admit_listing *listing = &recipient.listing;

		chain->taken++;
		if (admit_is_held(listing, account, &chain->set)) {
			verdict_suppressed(&v, given, &listing->entry, true);
			note = "accepted, and left out on delivery: on the "
			       "suppression list";
		} else if (listing->is_listed) {
			note = "on the suppression list for a reason that is "
			       "not in force";
		} else if (!account->production) {
			note = "verified, or the simulator";
		}
	}
	step(chain, EXPLAIN_RECIPIENT, given, note, &v);
}

static void
explain_recipients(struct chain *chain)
{
	for (size_t i = 0; i < chain->request->recipient_count; i++)
		explain_recipient(chain, chain->request->recipients[i]);
}

#define USEC_PER_SEC INT64_C(1000000)

/* What the store would say of the rate, rolled back. Slots that lie unused in a
 * program's leases count as used here. */
static enum sg_err
ask_rate(struct chain *chain, enum store_taken *taken_r,
    struct store_counter *counter_r, struct err *err_r)
{
	const struct rules_account *account = &chain->result->account;
	struct rate_limit limit = rate_limit_of(account->rate);
	int64_t now_usec = chain->request->now_usec;
	int64_t pacing_usec = chain->admit.conf->pacing_sec * USEC_PER_SEC;
	const struct store_take take = {
	    .account_id = account->id,
	    .recipients = chain->taken,
	    .daily_quota = -1,
	    .now_sec = now_usec / USEC_PER_SEC,
	    .now_usec = now_usec,
	    .rate_cost_usec = rate_cost_usec(limit, chain->taken),
	    .rate_ceiling_usec =
		rate_ceiling_usec(limit, now_usec, pacing_usec),
	    .rate_horizon_usec =
		rate_horizon_usec(limit, now_usec, pacing_usec, chain->taken),
	};
	enum sg_err rc = store_begin(chain->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_quota_take(chain->store, &take, taken_r, counter_r, err_r);
	store_rollback(chain->store);
	return rc;
}

/* Full quota is told before full rate. */
static enum sg_err
ask_limits(struct chain *chain, struct rules_verdict *v, struct err *err_r)
{
	struct explain_result *result = chain->result;
	const struct rules_account *account = &result->account;
	int64_t most_usec = chain->admit.conf->pacing_sec * USEC_PER_SEC;
	struct store_counter counter = {0};
	enum store_taken taken;
	enum sg_err rc;

	verdict_accept(v);
	if (!quota_allows(result->used, chain->taken, account->daily_quota)) {
		verdict_quota(v);
		return SG_OK;
	}
	rc = ask_rate(chain, &taken, &counter, err_r);
	if (rc != SG_OK)
		return rc;
	if (taken != STORE_TAKEN) {
		verdict_rate(v);
		return SG_OK;
	}
	result->wait_usec = rate_wait_usec(rate_limit_of(account->rate),
	    counter.rate_state_usec, chain->request->now_usec);
	if (result->wait_usec > most_usec)
		result->wait_usec = most_usec;
	return SG_OK;
}

static enum sg_err
explain_limits(struct chain *chain, struct err *err_r)
{
	struct explain_result *result = chain->result;
	struct rules_verdict v;
	char note[192], limit[32] = "unlimited", wait[64] = "";
	enum sg_err rc = store_quota_used(chain->store, result->account.id,
	    chain->request->now_usec / 1000000, &result->used, err_r);

	if (rc != SG_OK || chain->taken == 0)
		return rc;
	rc = ask_limits(chain, &v, err_r);
	if (rc != SG_OK)
		return rc;
	if (result->wait_usec > 0)
		(void)snprintf(wait, sizeof(wait), /* fits */
		    "; the answer waits %.1f s for the rate",
		    (double)result->wait_usec / 1e6);
	if (result->account.daily_quota >= 0)
		(void)snprintf(limit, sizeof(limit), "%lld", /* fits */
		    (long long)result->account.daily_quota);
	(void)snprintf(note, sizeof(note), /* fits */
	    "used %lld of %s in 24 h, %g/s%s", (long long)result->used, limit,
	    result->account.rate, wait);
	step(chain, EXPLAIN_LIMITS, result->account.name, note, &v);
	return SG_OK;
}

/* What From's identity makes of the message. */
static void
take_cover(struct explain_result *result, const struct admit_cover *cover)
{
	const struct identity_cover *identity = &cover->identity;

	memcpy(result->identity, identity->settings.name,
	    sizeof(result->identity));
	memcpy(result->owner, cover->owner, sizeof(result->owner));
	result->signing_off = identity->signing_off;
	result->dkim_waits = identity->is_waiting;
	if (identity->settings.mail_from_use == RULES_MAIL_FROM_VERIFIED)
		memcpy(result->mail_from, identity->settings.mail_from,
		    sizeof(result->mail_from));
}

static void
note_return_path(char *note, size_t size, const struct chain *chain)
{
	const char *domain = chain->result->mail_from;
	size_t used = strlen(note);

	if (domain[0] == '\0')
		domain = chain->admit.conf->bounce_domain;
	(void)snprintf(note + used, size - used, /* fits */
	    "; return path at %s", domain);
}

/* Room for an address in angle brackets. */
#define FROM_VALUE_MAX (RULES_ADDRESS_MAX + 3)

static const char *
from_value(const struct chain *chain, char value[FROM_VALUE_MAX])
{
	const char *given = chain->request->header_from;

	if (given[0] != '\0')
		return given;
	(void)snprintf(value, FROM_VALUE_MAX, "<%s>", chain->sender); /* fits */
	return value;
}

static const char *
or_none(const char *name)
{
	return name != NULL && name[0] != '\0' ? name : NULL;
}

/* Asked for ahead: what becomes of recipients depends on the set. */
static void
look_at_headers(struct chain *chain)
{
	const struct rules_account *account = &chain->result->account;
	const struct explain_request *request = chain->request;
	const struct admit *admit = &chain->admit;
	char value[FROM_VALUE_MAX];
	struct rules_header from = {
	    .name = "From", .value = from_value(chain, value)};

	if (!admit_headers(admit, account, chain->sender, &from, 1,
		&chain->cover, &chain->headers))
		return;
	if (!admit_set(admit, account, or_none(request->set), &chain->cover,
		&chain->set, &chain->headers))
		memset(&chain->set, 0, sizeof(chain->set));
	else if (!admit_tenant(admit, account, or_none(request->tenant),
		     &chain->cover, &chain->set, &chain->tenant,
		     &chain->headers))
		memset(&chain->tenant, 0, sizeof(chain->tenant));
}

static void
note_set(char *note, size_t size, const struct chain *chain)
{
	size_t used = strlen(note);

	if (chain->set.id != 0)
		(void)snprintf(note + used, size - used, /* fits */
		    "; configuration set %s", chain->set.name);
	used = strlen(note);
	if (chain->tenant.id != 0)
		(void)snprintf(note + used, size - used, /* fits */
		    "; tenant %s", chain->tenant.name);
}

static void
explain_headers(struct chain *chain)
{
	struct explain_result *result = chain->result;
	char value[FROM_VALUE_MAX];
	char note[COVER_NOTE_MAX] = "";

	if (chain->headers.action == RULES_ACCEPT) {
		take_cover(result, &chain->cover);
		memcpy(result->set, chain->set.name, sizeof(result->set));
		note_cover(note, sizeof(note), &chain->cover);
		note_return_path(note, sizeof(note), chain);
		note_set(note, sizeof(note), chain);
	}
	step(chain, EXPLAIN_HEADERS, from_value(chain, value), note,
	    &chain->headers);
}

static void
add_signature(struct explain_result *result, const char *domain,
    const char *selector, const char *algorithm)
{
	size_t i = result->signature_count++;

	(void)snprintf(result->signatures[i].domain, /* fit */
	    sizeof(result->signatures[i].domain), "%s", domain);
	(void)snprintf(result->signatures[i].selector,
	    sizeof(result->signatures[i].selector), "%s", selector);
	(void)snprintf(result->signatures[i].algorithm,
	    sizeof(result->signatures[i].algorithm), "%s", algorithm);
}

static bool
take_key(void *ctx, const struct store_key *row)
{
	struct chain *chain = ctx;
	const char *name = chain->cover.identity.signer.name;
	const char *at = strrchr(name, '@');

	add_signature(chain->result, at == NULL ? name : at + 1, row->selector,
	    row->algorithm);
	return false;
}

static const char *
signature_note(const struct chain *chain)
{
	if (chain->result->signature_count > 0)
		return "signed by its keys";
	if (chain->result->signing_off)
		return "not signed: the identity has signing off";
	if (chain->result->dkim_waits)
		return "not signed: DNS does not have its keys yet";
	return "no identity that covers From has a key";
}

/* The operator signs last. A key that cannot be read is no fault here: it may be
 * root's. */
static void
explain_operator(struct chain *chain)
{
	const struct conf *conf = chain->admit.conf;
	struct dkim_key *key = NULL;
	const char *algorithm = "";
	struct err err;

	if (conf->dkim_operator_domain[0] == '\0')
		return;
	if (operator_key_load(conf, &key, &err) == SG_OK)
		algorithm = dkim_algorithm_name(dkim_key_algorithm(key));
	dkim_key_unref(&key);
	add_signature(chain->result, conf->dkim_operator_domain,
	    conf->dkim_operator_selector, algorithm);
}

static enum sg_err
explain_signature(struct chain *chain, struct err *err_r)
{
	const struct identity_cover *cover = &chain->cover.identity;
	const char *subject = cover->signer.name;
	struct rules_verdict v;
	enum sg_err rc = SG_OK;

	if (chain->result->identity[0] == '\0')
		return SG_OK;
	for (int i = 0;
	     i < RULES_KEYS_PER_IDENTITY && cover->is_signed && rc == SG_OK;
	     i++)
		if (cover->signer.key_id[i] != 0)
			rc = store_key_get(chain->store,
			    cover->signer.key_id[i], take_key, chain, err_r);
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	if (subject[0] == '\0')
		subject = chain->result->identity;
	verdict_accept(&v);
	if (identity_lacks_key(cover))
		verdict_unavailable(&v);
	step(chain, EXPLAIN_SIGNATURE, subject, signature_note(chain), &v);
	explain_operator(chain);
	return SG_OK;
}

static enum sg_err
run_chain(struct chain *chain, struct err *err_r)
{
	enum sg_err rc;

	if (!explain_account(chain))
		return SG_OK;
	explain_sender(chain);
	look_at_headers(chain);
	explain_recipients(chain);
	rc = explain_limits(chain, err_r);
	if (rc != SG_OK)
		return rc;
	explain_headers(chain);
	return explain_signature(chain, err_r);
}

enum sg_err
explain_message(const struct conf *conf, struct store *store,
    const struct explain_request *request, explain_step_fn *fn, void *ctx,
    struct explain_result *result_r, struct err *err_r)
{
	struct snapshot *snapshot = NULL;
	struct chain chain = {.store = store,
	    .request = request,
	    .result = result_r,
	    .fn = fn,
	    .ctx = ctx};
	enum sg_err rc = snapshot_new(SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES |
					  SNAPSHOT_SUPPRESSIONS | SNAPSHOT_SETS,
	    &snapshot, err_r);

	memset(result_r, 0, sizeof(*result_r));
	if (rc != SG_OK)
		return rc;
	chain.admit = (struct admit){.conf = conf, .snapshot = snapshot};
	rc = snapshot_set_store(snapshot, conf->store, err_r);
	if (rc == SG_OK)
		rc =
		    snapshot_refresh(snapshot, store, clock_mono_msec(), err_r);
	if (rc == SG_OK)
		rc = run_chain(&chain, err_r);
	result_r->observed =
	    chain.is_refused && conf->mode == CONF_MODE_MONITOR;
	result_r->accepted = !chain.is_refused || result_r->observed;
	snapshot_free(&snapshot);
	return rc;
}
