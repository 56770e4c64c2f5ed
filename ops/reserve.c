/* Counting recipients once per message (DESIGN §5: rate and quota), on top of
 * the store's conditional counters. Opens no transaction but reserve_release's
 * own; logs nothing. */
#include "config.h"
#include "ops/reserve.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "conf/conf.h"
#include "rules/quota.h"
#include "rules/rate.h"
#include "rules/verdict.h"
#include "store/store.h"

#define USEC_PER_SEC INT64_C(1000000)
/* far, but with room to add to it */
#define CEILING_NONE_USEC (INT64_C(1) << 62)
/* What the clocks of hosts with one store may differ by: a state that is so much
 * too late is another host's, not a wrong clock's. */
#define CLOCK_SKEW_USEC (60 * USEC_PER_SEC)

/* A reservation while it is worked on. */
struct held {
	bool is_found;
	bool is_changed;
	struct store_reservation row;
	uint64_t hashes[STORE_RESERVATION_MAX_HASHES];
};

/* Names of Postfix's instances, "SECONDS.MICROSECONDS.NUMBER.PROCESS:ACCOUNT" in
 * hexadecimal, sort by age when compared field by field; others sort somehow. */
static bool
is_newer(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		size_t a_len = strcspn(a, ".");
		size_t b_len = strcspn(b, ".");
		int order = a_len != b_len ? (a_len > b_len ? 1 : -1)
					   : memcmp(a, b, a_len);

		if (order != 0)
			return order > 0;
		a += a_len + (a[a_len] == '.');
		b += b_len + (b[b_len] == '.');
	}
	return *a != '\0';
}

/* Of several (by session) the newest is kept: it is the one in hand. */
static bool
hold_row(void *ctx, const struct store_reservation *row)
{
	struct held *held = ctx;

	if (held->is_found &&
	    (row->created_sec < held->row.created_sec ||
		(row->created_sec == held->row.created_sec &&
		    !is_newer(row->instance, held->row.instance))))
		return true;
	held->is_found = true;
	held->row = *row;
	if (held->row.hash_count > STORE_RESERVATION_MAX_HASHES)
		held->row.hash_count = STORE_RESERVATION_MAX_HASHES;
	if (held->row.hash_count > 0)
		memcpy(held->hashes, row->hashes,
		    held->row.hash_count * sizeof(held->hashes[0]));
	held->row.hashes = held->hashes;
	return true;
}

/* Two hosts may use one instance at one time, two accounts never share one
 * reservation: the account is part of the name. Postfix's instances begin with
 * the process; put last, what is made together lies together in the store. */
static enum sg_err
name_of(char name_r[sizeof(((struct store_reservation *)0)->instance)],
    const struct rules_account *account, const char *instance,
    struct err *err_r)
{
	size_t len = strlen(instance);
	size_t process_len = strcspn(instance, ".");
	const char *rest = instance + process_len;

	if (len == 0 || len > RESERVE_INSTANCE_MAX)
		return err_set(err_r, SG_INVALID,
		    "instance of %zu bytes, 1 to %d are possible", len,
		    RESERVE_INSTANCE_MAX);
	(void)snprintf(name_r,
	    sizeof(((struct store_reservation *)0)->instance),
	    "%s%s%.*s:%" PRId64, *rest == '.' ? rest + 1 : "",
	    *rest == '.' ? "." : "", (int)process_len, instance, account->id);
	return SG_OK;
}

static enum sg_err
held_load(struct held *held, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    struct err *err_r)
{
	char name[sizeof(held->row.instance)];
	enum sg_err rc = name_of(name, account, request->instance, err_r);

	held->is_found = false;
	held->is_changed = false;
	if (rc != SG_OK)
		return rc;
	rc = store_reservation_get(store, name, hold_row, held, err_r);
	if (rc != SG_MISSING)
		return rc;
	memset(&held->row, 0, sizeof(held->row));
	memcpy(held->row.instance, name, sizeof(name));
	held->row.account_id = account->id;
	held->row.created_sec = request->now_usec / USEC_PER_SEC;
	held->row.bucket_sec = quota_bucket(held->row.created_sec);
	held->row.hashes = held->hashes;
	return SG_OK;
}

/* Only new facts are written: most repeated requests write nothing. */
static enum sg_err
held_save(struct held *held, struct store *store,
    const struct reserve_request *request, struct err *err_r)
{
	struct store_reservation *row = &held->row;

	if (request->stage != RESERVE_RCPT && !row->closed) {
		row->closed = true;
		held->is_changed = true;
	}
	if (row->queue_id[0] == '\0' && request->queue_id[0] != '\0') {
		(void)snprintf(row->queue_id, sizeof(row->queue_id), "%s",
		    request->queue_id);
		held->is_changed = true;
	}
	if (!held->is_changed)
		return SG_OK;
	if (!held->is_found)
		(void)snprintf(
		    row->session, sizeof(row->session), "%s", request->session);
	return store_reservation_put(store, row, err_r);
}

static enum sg_err
held_delete(struct held *held, struct store *store, int64_t *given_back_r,
    struct err *err_r)
{
	const struct store_reservation *row = &held->row;
	enum sg_err rc = SG_OK;

	*given_back_r = 0;
	if (!held->is_found)
		return SG_OK;
	if (row->recipients > 0)
		rc = store_quota_give_back(store, row->account_id,
		    row->bucket_sec, row->recipients, err_r);
	if (rc == SG_OK)
		rc = store_reservation_delete(store, row->instance, err_r);
	if (rc == SG_OK)
		*given_back_r = row->recipients;
	return rc;
}

/* Salted with the instance, which no client can know beforehand: recipients
 * whose hashes are equal, which would be counted as one, cannot be chosen. */
static enum sg_err
hash_recipient(
    const struct reserve_request *request, uint64_t *hash_r, struct err *err_r)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[RESERVE_INSTANCE_MAX + 1 + 1024];
	int len = snprintf(
	    text, sizeof(text), "%s %s", request->instance, request->recipient);

	if (len < 0 || (size_t)len >= sizeof(text))
		return err_set(err_r, SG_INVALID, "recipient over 1024 bytes");
	if (EVP_Digest(text, (size_t)len, digest, NULL, EVP_sha256(), NULL) !=
	    1)
		return err_set(err_r, SG_CRYPTO, "SHA-256 failed");
	memcpy(hash_r, digest, sizeof(*hash_r));
	return SG_OK;
}

static bool
has_hash(const struct held *held, uint64_t hash)
{
	for (size_t i = 0; i < held->row.hash_count; i++)
		if (held->hashes[i] == hash)
			return true;
	return false;
}

/* Recipients beyond what is counted already (negative: fewer). False: the
 * request does not say how many there are. */
static bool
wanted(const struct held *held, const struct reserve_request *request,
    uint64_t hash, int64_t *more_r)
{
	int64_t count = request->recipient_count;

	if (request->stage == RESERVE_RCPT) {
		*more_r = held->row.closed || has_hash(held, hash) ? 0 : 1;
		return true;
	}
	if (count < 1 && request->recipient[0] != '\0')
		count = 1;
	if (count < 1)
		count = held->row.recipients;
	*more_r = count - held->row.recipients;
	return count >= 1;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The state's latest after messages that the milter lets pass. */
static int64_t
horizon_of(const struct conf *conf, struct rate_limit limit, int64_t now_usec,
    int64_t recipients)
{
	return rate_horizon_usec(limit, now_usec + CLOCK_SKEW_USEC,
	    conf->pacing_sec * USEC_PER_SEC,
	    later(conf->max_recipients, recipients));
}

/* One take from the counter, with or without its limits. */
static enum sg_err
take(const struct held *held, const struct admit *admit, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    int64_t recipients, bool is_limited, enum store_taken *taken_r,
    struct store_counter *counter_r, struct err *err_r)
{
	struct rate_limit limit = rate_limit_of(account->rate);
	/* never into a bucket older than the reservation's own */
	int64_t now_usec =
	    later(request->now_usec, held->row.bucket_sec * USEC_PER_SEC);
	struct store_take order = {
	    .account_id = account->id,
	    .recipients = recipients,
	    .daily_quota = is_limited ? account->daily_quota : -1,
	    .now_sec = now_usec / USEC_PER_SEC,
	    .now_usec = now_usec,
	    .rate_cost_usec =
		is_limited ? rate_cost_usec(limit, recipients) : 0,
	    .rate_ceiling_usec =
		is_limited ? rate_ceiling_usec(limit, now_usec,
				 admit->conf->pacing_sec * USEC_PER_SEC)
			   : CEILING_NONE_USEC,
	    .rate_horizon_usec =
		horizon_of(admit->conf, limit, now_usec, recipients),
	};

	return store_quota_take(store, &order, taken_r, counter_r, err_r);
}

/* All recipients of a message stand in one bucket, the latest: they come free
 * together, and not before 24 h have passed since the last of them. */
static enum sg_err
move_to_now(struct held *held, const struct admit *admit, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    struct err *err_r)
{
	int64_t bucket = quota_bucket(request->now_usec / USEC_PER_SEC);
	struct store_counter counter;
	enum store_taken taken;
	enum sg_err rc;

	if (bucket <= held->row.bucket_sec)
		return SG_OK;
	if (held->row.recipients > 0) {
		rc = store_quota_give_back(store, account->id,
		    held->row.bucket_sec, held->row.recipients, err_r);
		if (rc == SG_OK)
			rc = take(held, admit, store, account, request,
			    held->row.recipients, false, &taken, &counter,
			    err_r);
		if (rc != SG_OK)
			return rc;
	}
	held->row.bucket_sec = bucket;
	held->is_changed = true;
	return SG_OK;
}

static int64_t
wait_of(const struct admit *admit, const struct rules_account *account,
    const struct reserve_request *request, int64_t state_usec)
{
	int64_t most = admit->conf->pacing_sec * USEC_PER_SEC;
	int64_t wait = rate_wait_usec(
	    rate_limit_of(account->rate), state_usec, request->now_usec);

	return wait < most ? wait : most;
}

static enum sg_err
take_more(struct held *held, const struct admit *admit, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    int64_t more, struct reserve_answer *answer_r, struct err *err_r)
{
	bool is_monitor = admit->conf->mode == CONF_MODE_MONITOR;
	struct store_counter counter = {0};
	enum store_taken taken = STORE_TAKEN;
	enum sg_err rc = take(held, admit, store, account, request, more, true,
	    &taken, &counter, err_r);

	if (rc != SG_OK)
		return rc;
	if (taken == STORE_TAKEN)
		answer_r->wait_usec =
		    wait_of(admit, account, request, counter.rate_state_usec);
	else if (taken == STORE_QUOTA_FULL)
		verdict_quota(&answer_r->verdict);
	else
		verdict_rate(&answer_r->verdict);
	if (taken != STORE_TAKEN && is_monitor)
		rc = take(held, admit, store, account, request, more, false,
		    &taken, &counter, err_r);
	if (rc != SG_OK || taken != STORE_TAKEN)
		return rc;
	held->row.recipients += more;
	held->is_changed = true;
	answer_r->counted = more;
	answer_r->used = counter.used;
	return SG_OK;
}

static enum sg_err
give_back_some(struct held *held, struct store *store, int64_t less,
    struct reserve_answer *answer_r, struct err *err_r)
{
	enum sg_err rc = store_quota_give_back(
	    store, held->row.account_id, held->row.bucket_sec, less, err_r);

	if (rc != SG_OK)
		return rc;
	held->row.recipients -= less;
	held->is_changed = true;
	answer_r->counted = -less;
	return SG_OK;
}

static void
add_hash(struct held *held, uint64_t hash)
{
	if (held->row.hash_count < STORE_RESERVATION_MAX_HASHES)
		held->hashes[held->row.hash_count++] = hash;
}

/* At RCPT the recipients before this one stay; later it is the whole message. */
static enum sg_err
refuse(struct held *held, struct store *store,
    const struct reserve_request *request, struct reserve_answer *answer_r,
    struct err *err_r)
{
	int64_t given_back;
	enum sg_err rc;

	if (request->stage == RESERVE_RCPT)
		return held->is_found ? held_save(held, store, request, err_r)
				      : SG_OK;
	rc = held_delete(held, store, &given_back, err_r);
	answer_r->counted = -given_back;
	return rc;
}

/* Counts `more` and keeps the reservation in step. */
static enum sg_err
count(struct held *held, const struct admit *admit, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    uint64_t hash, int64_t more, struct reserve_answer *answer_r,
    struct err *err_r)
{
	enum sg_err rc =
	    move_to_now(held, admit, store, account, request, err_r);

	if (rc == SG_OK && more > 0)
		rc = take_more(held, admit, store, account, request, more,
		    answer_r, err_r);
	else if (rc == SG_OK && more < 0)
		rc = give_back_some(held, store, -more, answer_r, err_r);
	if (rc != SG_OK)
		return rc;
	if (more > 0 && answer_r->counted == 0)
		return refuse(held, store, request, answer_r, err_r);
	if (request->stage == RESERVE_RCPT && more > 0)
		add_hash(held, hash);
	return held_save(held, store, request, err_r);
}

enum sg_err
reserve_decide(const struct admit *admit, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    struct reserve_answer *answer_r, struct err *err_r)
{
	struct held held;
	uint64_t hash = 0;
	int64_t more = 0;
	enum sg_err rc;

	memset(answer_r, 0, sizeof(*answer_r));
	verdict_accept(&answer_r->verdict);
	rc = held_load(&held, store, account, request, err_r);
	if (rc == SG_OK && request->stage == RESERVE_RCPT)
		rc = hash_recipient(request, &hash, err_r);
	if (rc == SG_OK && !wanted(&held, request, hash, &more)) {
		verdict_wrong_stage(
		    &answer_r->verdict, "a stage without recipient_count");
		return SG_OK;
	}
	if (rc == SG_OK)
		rc = count(&held, admit, store, account, request, hash, more,
		    answer_r, err_r);
	if (rc != SG_OK) {
		memset(answer_r, 0, sizeof(*answer_r));
		verdict_unavailable(&answer_r->verdict);
	}
	return rc;
}

enum sg_err
reserve_release(struct store *store, const char *queue_id, const char *session,
    int64_t *recipients_r, struct err *err_r)
{
	struct held held;
	enum sg_err rc = store_begin(store, err_r);

	*recipients_r = 0;
	if (rc != SG_OK)
		return rc;
	held.is_found = false;
	rc = store_reservation_find(
	    store, queue_id, session, hold_row, &held, err_r);
	if (rc == SG_MISSING)
		rc = SG_OK;
	if (rc == SG_OK)
		rc = held_delete(&held, store, recipients_r, err_r);
	rc = store_finish(store, rc, err_r);
	if (rc != SG_OK)
		*recipients_r = 0;
	return rc;
}
