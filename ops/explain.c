/* The chain of decisions, step by step: see explain.h. Changes nothing: what the
 * limits take is rolled back. */
#include "config.h"

#include "ops/explain.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/reserve.h"
#include "ops/snapshot.h"
#include "rules/mailbox.h"
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
	struct rules_identity signer;
	bool is_refused, is_signed;
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

static bool
find_identity(void *ctx, const char *name, struct rules_identity *identity_r)
{
	const struct chain *chain = ctx;

	return snapshot_identity(
	    chain->admit.snapshot, chain->result->account.id, name, identity_r);
}

static void
explain_sender(struct chain *chain)
{
	const struct explain_request *r = chain->request;
	const char *raw = r->sender;
	struct identity_cover cover;
	struct mailbox path;
	struct rules_verdict v;
	char note[RULES_ADDRESS_MAX + 64] = "null sender";

	if (mailbox_parse_path(raw, &path) != MAILBOX_OK) {
		verdict_not_verified(&v, chain->admit.conf->region, &raw, 1,
		    RULES_REASON_NOT_VERIFIED);
		step(chain, EXPLAIN_SENDER, raw, "", &v);
		return;
	}
	memcpy(chain->sender, path.address, sizeof(chain->sender));
	if (admit_sender(
		&chain->admit, &chain->result->account, chain->sender, 0, &v) &&
	    identity_resolve(chain->sender, find_identity, chain, &cover))
		(void)snprintf(note, sizeof(note), /* fits */
		    "covered by identity %s", cover.settings.name);
	step(chain, EXPLAIN_SENDER, raw[0] == '\0' ? "<>" : raw, note, &v);
}

static void
explain_recipients(struct chain *chain)
{
	const struct rules_account *account = &chain->result->account;

	for (size_t i = 0; i < chain->request->recipient_count; i++) {
		const char *recipient = chain->request->recipients[i];
		struct rules_verdict v;
		const char *note = "";

		if (admit_recipient(
			&chain->admit, account, recipient, chain->taken, &v)) {
			chain->taken++;
			if (v.action == RULES_DROP)
				note = "accepted, and left out on delivery: "
				       "on the suppression list";
			else if (!account->production)
				note = "verified, or the simulator";
		}
		step(chain, EXPLAIN_RECIPIENT, recipient, note, &v);
	}
}

static enum sg_err
ask_limits(
    struct chain *chain, struct reserve_answer *answer_r, struct err *err_r)
{
	/* A name that no mail server gives: it counts recipients anew. */
	struct reserve_request request = {
	    .stage = RESERVE_DATA,
	    .instance = "explain.0.0",
	    .queue_id = "",
	    .session = "",
	    .recipient = "",
	    .recipient_count = chain->taken,
	    .now_usec = chain->request->now_usec,
	};
	enum sg_err rc = store_begin(chain->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = reserve_decide(&chain->admit, chain->store,
	    &chain->result->account, &request, answer_r, err_r);
	store_rollback(chain->store);
	return rc;
}

static enum sg_err
explain_limits(struct chain *chain, struct err *err_r)
{
	struct explain_result *result = chain->result;
	struct reserve_answer answer;
	char note[192], limit[32] = "unlimited", wait[64] = "";
	enum sg_err rc = store_quota_used(chain->store, result->account.id,
	    chain->request->now_usec / 1000000, &result->used, err_r);

	if (rc != SG_OK || chain->taken == 0)
		return rc;
	rc = ask_limits(chain, &answer, err_r);
	if (rc != SG_OK)
		return rc;
	result->wait_usec = answer.wait_usec;
	if (answer.wait_usec > 0)
		(void)snprintf(wait, sizeof(wait), /* fits */
		    "; the answer waits %.1f s for the rate",
		    (double)answer.wait_usec / 1e6);
	if (result->account.daily_quota >= 0)
		(void)snprintf(limit, sizeof(limit), "%lld", /* fits */
		    (long long)result->account.daily_quota);
	(void)snprintf(note, sizeof(note), /* fits */
	    "used %lld of %s in 24 h, %g/s%s", (long long)result->used, limit,
	    result->account.rate, wait);
	step(
	    chain, EXPLAIN_LIMITS, result->account.name, note, &answer.verdict);
	return SG_OK;
}

static void
explain_headers(struct chain *chain)
{
	const char *given = chain->request->header_from;
	struct identity_cover cover;
	struct rules_header from = {.name = "From"};
	struct rules_verdict v;
	char value[RULES_ADDRESS_MAX + 3];
	char note[RULES_ADDRESS_MAX + 64] = "";

	(void)snprintf(value, sizeof(value), "<%s>", chain->sender); /* fits */
	from.value = given[0] != '\0' ? given : value;
	if (admit_headers(&chain->admit, &chain->result->account, chain->sender,
		&from, 1, &cover, &v)) {
		memcpy(chain->result->identity, cover.settings.name,
		    sizeof(chain->result->identity));
		(void)snprintf(note, sizeof(note), /* fits */
		    "covered by identity %s", cover.settings.name);
		chain->is_signed = cover.is_signed;
		chain->signer = cover.signer;
		chain->result->signing_off = cover.signing_off;
	}
	step(chain, EXPLAIN_HEADERS, from.value, note, &v);
}

static bool
take_key(void *ctx, const struct store_key *row)
{
	struct chain *chain = ctx;
	struct explain_result *result = chain->result;
	const char *at = strrchr(chain->signer.name, '@');
	size_t i = result->signature_count++;

	(void)snprintf(result->signatures[i].domain, /* fits */
	    sizeof(result->signatures[i].domain), "%s",
	    at == NULL ? chain->signer.name : at + 1);
	memcpy(result->signatures[i].selector, row->selector,
	    sizeof(row->selector));
	memcpy(result->signatures[i].algorithm, row->algorithm,
	    sizeof(row->algorithm));
	return false;
}

static enum sg_err
explain_signature(struct chain *chain, struct err *err_r)
{
	struct rules_verdict v;
	const char *subject = chain->signer.name;
	const char *note = "not signed: no identity that covers From has a key";
	enum sg_err rc = SG_OK;

	if (chain->result->identity[0] == '\0')
		return SG_OK;
	for (int i = 0;
	     i < RULES_KEYS_PER_IDENTITY && chain->is_signed && rc == SG_OK;
	     i++)
		if (chain->signer.key_id[i] != 0)
			rc = store_key_get(chain->store,
			    chain->signer.key_id[i], take_key, chain, err_r);
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	if (chain->result->signature_count > 0)
		note = "signed by its keys";
	else if (chain->result->signing_off)
		note = "not signed: the identity has signing off";
	if (subject[0] == '\0')
		subject = chain->result->identity;
	verdict_accept(&v);
	step(chain, EXPLAIN_SIGNATURE, subject, note, &v);
	return SG_OK;
}

static enum sg_err
run_chain(struct chain *chain, struct err *err_r)
{
	enum sg_err rc;

	if (!explain_account(chain))
		return SG_OK;
	explain_sender(chain);
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
	enum sg_err rc = snapshot_new(
	    SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES | SNAPSHOT_SUPPRESSIONS,
	    &snapshot, err_r);

	memset(result_r, 0, sizeof(*result_r));
	if (rc != SG_OK)
		return rc;
	chain.admit = (struct admit){.conf = conf, .snapshot = snapshot};
	rc = snapshot_refresh(snapshot, store, clock_mono_msec(), err_r);
	if (rc == SG_OK)
		rc = run_chain(&chain, err_r);
	result_r->observed =
	    chain.is_refused && conf->mode == CONF_MODE_MONITOR;
	result_r->accepted = !chain.is_refused || result_r->observed;
	snapshot_free(&snapshot);
	return rc;
}
