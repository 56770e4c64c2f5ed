/* Signing keys get successors when it is time, and old ones go: see rotation.h.
 * One identity a transaction. */
#include "config.h"

#include "ops/rotation.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "dkim/record.h"
#include "ops/letter.h"
#include "ops/rotation_parts.h"

#define DAY_SEC INT64_C(86400)
#define REMIND_SEC (30 * DAY_SEC) /* of own keys */
#define RECORDS_MAX 8192
#define MOST 100

static bool
may_send(enum rules_identity_status status)
{
	return status == RULES_IDENTITY_SUCCESS ||
	       status == RULES_IDENTITY_TEMPORARY_FAILURE;
}

struct calendar_work {
	struct store *store;
	const struct seal *seal;
	const struct conf *conf;
	int64_t now_sec, before_sec;
};

/* One identity whose turn it is. */
struct visit {
	const struct calendar_work *work;
	char account[RULES_NAME_MAX + 1];
	struct store_identity row;
	struct identity_key_set set;
	struct rotation_turn turn;
	bool has_turn; /* there is a successor to make */
};

/* The keys and what is to be done about them, as they are now. */
static enum sg_err
visit_look(struct visit *visit, int64_t identity_id, struct err *err_r)
{
	const struct calendar_work *w = visit->work;
	struct store_account account;
	enum sg_err rc =
	    store_identity_get_by_id(w->store, identity_id, &visit->row, err_r);

	if (rc == SG_OK)
		rc = store_account_get_by_id(
		    w->store, visit->row.account_id, &account, err_r);
	if (rc == SG_OK)
		rc = identity_key_set_load(
		    w->store, identity_id, &visit->set, err_r);
	if (rc != SG_OK)
		return rc;
	(void)snprintf(
	    visit->account, sizeof(visit->account), "%s", account.facts.name);
	visit->has_turn =
	    visit->row.facts.signing_enabled &&
	    may_send(visit->row.facts.status) &&
	    may_send(visit->row.facts.dkim_status) &&
	    rotation_plan(w->conf, &visit->row, &visit->set, w->before_sec,
		false, &visit->turn, NULL) == SG_OK;
	return SG_OK;
}

/* ---- letters ---------------------------------------------------------------- */

/* "Name: …" and so on, for the forms that name servers' owners have. */
static bool
print_record(
    const struct visit *visit, const struct store_key *key, struct buf *out)
{
	const struct dkim_record record = {
	    .selector = key->selector,
	    .domain = identity_domain(&visit->row),
	    .algorithm = key->algorithm,
	    .public_base64 = key->public_base64,
	};

	(void)buf_puts(out, out->len > 0 ? "\n\nName:  " : "Name:  ");
	(void)dkim_record_name(&record, out);
	(void)buf_puts(out, "\nType:  TXT\nValue: ");
	return dkim_record_value(&record, out);
}

/* A new key that its owner must publish. */
static enum sg_err
tell_ready(const struct visit *visit, struct err *err_r)
{
	const struct calendar_work *w = visit->work;
	enum sg_err rc = SG_OK;
	struct buf records;

	buf_init(&records, RECORDS_MAX);
	for (size_t i = 0; i < visit->turn.count; i++)
		if (visit->turn.made[i].row.origin == KEY_TXT)
			(void)print_record(
			    visit, &visit->turn.made[i].row, &records);
	if (records.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for a letter");
	else if (records.len > 0)
		rc = letter_put(w->store, w->conf, STORE_LETTER_KEY_READY,
		    visit->row.account_id, &visit->row,
		    (const struct letter_fact[]){
			{"records", buf_str(&records)}, {NULL, NULL}},
		    NULL, 0, w->now_sec, err_r);
	buf_fini(&records);
	return rc;
}

static bool
is_aged(const struct visit *visit, const struct store_key *key)
{
	return key->active && key->active_sec <= visit->work->before_sec;
}

/* An own key of age, whose owner has brought no other; NULL: none. */
static const struct store_key *
own_aged(const struct visit *visit)
{
	const struct identity_key_set *set = &visit->set;

	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].origin == KEY_EXTERNAL &&
		    identity_key_waits(&set->list[i]))
			return NULL;
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].origin == KEY_EXTERNAL &&
		    is_aged(visit, &set->list[i]))
			return &set->list[i];
	return NULL;
}

static enum sg_err
tell_old(
    const struct visit *visit, const struct store_key *key, struct err *err_r)
{
	const struct calendar_work *w = visit->work;
	char when[CLOCK_ISO_MAX], why[256];

	(void)snprintf(why, sizeof(why),
	    "the key with selector %s signs since %.10s, and keys are to be "
	    "changed after %lld days",
	    key->selector, clock_iso(key->active_sec, when),
	    (long long)w->conf->dkim_rotate_days);
	return letter_put(w->store, w->conf, STORE_LETTER_KEY_OLD,
	    visit->row.account_id, &visit->row,
	    (const struct letter_fact[]){{"why", why}, {NULL, NULL}}, NULL, 0,
	    w->now_sec, err_r);
}

/* ---- one identity ------------------------------------------------------------ */

/* The calendar does not come to these keys again before wait_sec have passed. */
static enum sg_err
put_off(const struct visit *visit, int64_t wait_sec, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < visit->set.count && rc == SG_OK; i++)
		if (is_aged(visit, &visit->set.list[i]))
			rc = store_key_put_off(visit->work->store,
			    visit->set.list[i].id,
			    visit->work->before_sec + wait_sec, err_r);
	return rc;
}

/* Within a transaction; visit was looked at in it. */
static enum sg_err
visit_write(struct visit *visit, bool has_turn, struct err *err_r)
{
	const struct store_key *own = own_aged(visit);
	enum sg_err rc = SG_OK;

	if (has_turn) {
		rc = rotation_write(visit->work->store, &visit->row,
		    &visit->turn, visit->work->now_sec, err_r);
		if (rc == SG_OK)
			rc = tell_ready(visit, err_r);
	}
	if (rc == SG_OK && own != NULL && visit->row.facts.signing_enabled &&
	    may_send(visit->row.facts.dkim_status))
		rc = tell_old(visit, own, err_r);
	if (rc != SG_OK)
		return rc;
	return put_off(visit, own != NULL ? REMIND_SEC : DAY_SEC, err_r);
}

/* Looks once more, in the transaction: others may have been here since the keys
 * were made. */
static enum sg_err
visit_finish(struct visit *visit, int64_t identity_id, struct err *err_r)
{
	struct visit again = {.work = visit->work};
	bool has_turn;
	enum sg_err rc = store_begin(visit->work->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = visit_look(&again, identity_id, err_r);
	has_turn = rc == SG_OK && visit->has_turn && again.has_turn &&
		   rotation_is_same(&visit->turn, &again.turn);
	if (has_turn)
		memcpy(
		    again.turn.made, visit->turn.made, sizeof(again.turn.made));
	if (rc == SG_OK)
		rc = visit_write(&again, has_turn, err_r);
	rc = store_finish(visit->work->store, rc, err_r);
	for (size_t i = 0; i < again.turn.count && has_turn && rc == SG_OK; i++)
		rotation_log(again.account, again.row.facts.name,
		    &again.turn.made[i].row, "is made");
	return rc;
}

static enum sg_err
visit_identity(
    const struct calendar_work *work, int64_t identity_id, struct err *err_r)
{
	struct visit visit = {.work = work};
	enum sg_err rc = visit_look(&visit, identity_id, err_r);

	if (rc == SG_OK && visit.has_turn)
		rc = rotation_make(
		    &visit.turn, work->seal, work->now_sec, err_r);
	if (rc == SG_OK)
		rc = visit_finish(&visit, identity_id, err_r);
	rotation_turn_fini(&visit.turn);
	return rc == SG_MISSING ? SG_OK : rc; /* deleted meanwhile */
}

/* ---- all of them -------------------------------------------------------------- */

/* Keys and their identities, at most `size`. */
struct key_list {
	struct store_key list[MOST];
	int count, size;
};

static bool
list_key(void *ctx, const struct store_key *row)
{
	struct key_list *keys = ctx;

	keys->list[keys->count] = *row;
	keys->list[keys->count].public_base64 = NULL; /* borrowed */
	return ++keys->count < keys->size;
}

/* Both keys of an identity come in one visit. */
static bool
was_visited(const struct key_list *keys, int i)
{
	for (int k = 0; k < i; k++)
		if (keys->list[k].identity_id == keys->list[i].identity_id)
			return true;
	return false;
}

static enum sg_err
turn_aged(
    const struct calendar_work *work, int most, int *done_r, struct err *err_r)
{
	struct key_list keys = {.size = most};
	enum sg_err rc = store_key_list_aged(
	    work->store, work->before_sec, most, list_key, &keys, err_r);

	for (int i = 0; i < keys.count && rc == SG_OK; i++) {
		if (!was_visited(&keys, i))
			rc = visit_identity(
			    work, keys.list[i].identity_id, err_r);
		*done_r += rc == SG_OK;
	}
	return rc;
}

static enum sg_err
log_removed(const struct calendar_work *work, const struct store_key *key,
    struct err *err_r)
{
	struct store_account account;
	struct store_identity row;
	enum sg_err rc = store_identity_get_by_id(
	    work->store, key->identity_id, &row, err_r);

	if (rc == SG_OK)
		rc = store_account_get_by_id(
		    work->store, row.account_id, &account, err_r);
	if (rc == SG_OK)
		rotation_log(
		    account.facts.name, row.facts.name, key, "is removed");
	return rc == SG_MISSING ? SG_OK : rc;
}

/* Within a transaction. */
static enum sg_err
delete_retired(
    const struct calendar_work *work, struct key_list *keys, struct err *err_r)
{
	enum sg_err rc;

	keys->count = 0;
	rc = store_key_list_retired(work->store,
	    work->now_sec - KEY_PLAN_KEEP_SEC, keys->size, list_key, keys,
	    err_r);
	for (int i = 0; i < keys->count && rc == SG_OK; i++)
		rc = store_key_delete(work->store, keys->list[i].id, err_r);
	return rc;
}

static enum sg_err
remove_retired(
    const struct calendar_work *work, int most, int *done_r, struct err *err_r)
{
	struct key_list keys = {.size = most};
	enum sg_err rc = store_key_list_retired(work->store,
	    work->now_sec - KEY_PLAN_KEEP_SEC, 1, list_key, &keys, err_r);

	if (rc != SG_OK || keys.count == 0)
		return rc; /* no need to write */
	rc = store_begin(work->store, err_r);
	if (rc == SG_OK) {
		rc = delete_retired(work, &keys, err_r);
		rc = store_finish(work->store, rc, err_r);
	}
	for (int i = 0; i < keys.count && rc == SG_OK; i++) {
		rc = log_removed(work, &keys.list[i], err_r);
		*done_r += rc == SG_OK;
	}
	return rc;
}

enum sg_err
rotation_calendar(struct store *store, const struct seal *seal,
    const struct conf *conf, int most, int64_t now_sec, int *done_r,
    struct err *err_r)
{
	const struct calendar_work work = {.store = store,
	    .seal = seal,
	    .conf = conf,
	    .now_sec = now_sec,
	    .before_sec = now_sec - conf->dkim_rotate_days * DAY_SEC};
	enum sg_err rc;

	*done_r = 0;
	if (most > MOST)
		most = MOST;
	if (most < 1)
		return SG_OK;
	rc = remove_retired(&work, most, done_r, err_r);
	if (rc == SG_OK && conf->dkim_rotate_days > 0)
		rc = turn_aged(&work, most, done_r, err_r);
	return rc;
}
