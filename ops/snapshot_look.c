/* Look-ups in a snapshot, under its lock: see snapshot.h. Loads nothing. */
#include "config.h"

#include "ops/snapshot.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "ops/handles.h"
#include "ops/snapshot_parts.h"

/* Patterns that one account has for one identity and that are looked at. */
#define GRANTS_MAX 1000

#define SAY_AGAIN_MSEC 60000

/* The lock is no part of what a const snapshot promises. */
static pthread_rwlock_t *
lock_of(const struct snapshot *snapshot)
{
	return (pthread_rwlock_t *)&snapshot->lock;
}

static void
read_begin(const struct snapshot *snapshot)
{
	(void)pthread_rwlock_rdlock(lock_of(snapshot));
}

static void
read_end(const struct snapshot *snapshot)
{
	(void)pthread_rwlock_unlock(lock_of(snapshot));
}

bool
snapshot_is_fresh(const struct snapshot *snapshot, int64_t now_mono_msec)
{
	bool fresh;

	read_begin(snapshot);
	fresh = snapshot->content != NULL &&
		now_mono_msec - snapshot->refreshed_msec <= SNAPSHOT_STALE_MSEC;
	read_end(snapshot);
	return fresh;
}

bool
snapshot_account_of_login(const struct snapshot *snapshot, const char *login,
    struct rules_account *account_r, bool *is_credential_r)
{
	int64_t id;
	bool found, is_credential;

	read_begin(snapshot);
	found =
	    snapshot->content != NULL &&
	    content_find_login(snapshot->content, login, &id, &is_credential) &&
	    content_find_account(snapshot->content, id, account_r);
	read_end(snapshot);
	if (found && is_credential_r != NULL)
		*is_credential_r = is_credential;
	return found;
}

bool
snapshot_account_by_name(const struct snapshot *snapshot, const char *name,
    struct rules_account *account_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		content_find_account_name(snapshot->content, name, account_r);
	read_end(snapshot);
	return found;
}

/* ---- what is asked ---- */

struct question {
	int64_t account_id;
	const char *name;
	struct store_identity identity;
	struct store_suppression suppression;
};

static enum sg_err
ask_identity(void *ctx, struct store *store, struct err *err_r)
{
	struct question *q = ctx;

	return store_identity_get(
	    store, q->account_id, q->name, &q->identity, err_r);
}

static enum sg_err
ask_suppression(void *ctx, struct store *store, struct err *err_r)
{
	struct question *q = ctx;

	return store_suppression_get(
	    store, q->account_id, q->name, &q->suppression, err_r);
}

/* The one thread that may say so now. */
static bool
may_say(const struct snapshot *snapshot)
{
	int64_t *said_msec = (int64_t *)&snapshot->said_msec;
	int64_t now_msec = clock_mono_msec();
	int64_t last = __atomic_load_n(said_msec, __ATOMIC_RELAXED);

	return (last == 0 || now_msec - last >= SAY_AGAIN_MSEC) &&
	       __atomic_compare_exchange_n(said_msec, &last, now_msec, false,
		   __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static enum snapshot_answer
ask(const struct snapshot *snapshot, handles_fn *fn, struct question *question)
{
	struct err err = {0};
	enum sg_err rc =
	    snapshot->handles != NULL
		? handles_ask(snapshot->handles, fn, question, &err)
		: err_set(&err, SG_BUG, "a snapshot that cannot ask");

	if (rc == SG_OK)
		return SNAPSHOT_YES;
	if (rc == SG_MISSING)
		return SNAPSHOT_NO;
	if (may_say(snapshot))
		log_event(LOG_STORE_UNKNOWN_EVENT, NULL, "error", err.text,
		    "code", err_name(rc), NULL);
	return SNAPSHOT_UNKNOWN;
}

/* Is a part to be asked for, when memory has nothing? */
static bool
is_to_ask(const struct snapshot *snapshot, int part)
{
	return (snapshot->parts & part) != 0 &&
	       (snapshot->content == NULL ||
		   (snapshot->content->whole & part) == 0);
}

enum snapshot_answer
snapshot_identity(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_identity *identity_r)
{
	struct question question = {.account_id = account_id, .name = name};
	enum snapshot_answer answer;
	bool found, is_open;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		content_find_identity(
		    snapshot->content, account_id, name, identity_r);
	is_open = is_to_ask(snapshot, SNAPSHOT_IDENTITIES);
	read_end(snapshot);
	if (found || !is_open)
		return found ? SNAPSHOT_YES : SNAPSHOT_NO;
	answer = ask(snapshot, ask_identity, &question);
	if (answer == SNAPSHOT_YES)
		*identity_r = question.identity.facts;
	return answer;
}

enum snapshot_answer
snapshot_suppression(const struct snapshot *snapshot, int64_t account_id,
    const char *address, struct rules_suppression *suppression_r)
{
	char lower[RULES_ADDRESS_MAX + 1];
	struct question question = {.account_id = account_id, .name = lower};
	enum snapshot_answer answer;
	bool is_open;

	read_begin(snapshot);
	is_open =
	    is_to_ask(snapshot, SNAPSHOT_SUPPRESSIONS) ||
	    (snapshot->content != NULL &&
		content_may_suppress(snapshot->content, account_id, address));
	read_end(snapshot);
	if (!is_open || !content_lower_address(address, lower))
		return SNAPSHOT_NO;
	answer = ask(snapshot, ask_suppression, &question);
	if (answer == SNAPSHOT_YES)
		*suppression_r = question.suppression.facts;
	return answer;
}

/* ---- grants ---- */

/* A copy of the nth grant with what it says now; an identity that is gone grants
 * nothing, nor does one of the same name that came after it. */
struct granted {
	int64_t owner_id, identity_id;
	struct rules_account owner;
	struct rules_identity identity;
	char from_pattern[RULES_ADDRESS_MAX + 1];
	bool has_owner;
};

static bool
find_granted(const struct snapshot *snapshot, int64_t account_id,
    const char *name, size_t nth, struct granted *granted_r)
{
	const struct snapshot_content *content;
	struct grant grant;
	bool found;

	read_begin(snapshot);
	content = snapshot->content;
	found = content != NULL &&
		grants_find(&content->grants, account_id, name, nth, &grant);
	if (found) {
		granted_r->owner_id = grant.owner_id;
		granted_r->identity_id = grant.identity_id;
		(void)snprintf(granted_r->from_pattern,
		    sizeof(granted_r->from_pattern), "%s",
		    grant.from_pattern); /* fits */
		granted_r->has_owner = content_find_account(
		    content, grant.owner_id, &granted_r->owner);
	}
	read_end(snapshot);
	return found;
}

bool
snapshot_granted(const struct snapshot *snapshot, int64_t account_id,
    const char *name, snapshot_grant_fn *fn, void *ctx)
{
	struct granted g;
	bool is_known = true;

	for (size_t nth = 0; nth < GRANTS_MAX; nth++) {
		enum snapshot_answer answer;

		if (!find_granted(snapshot, account_id, name, nth, &g))
			break;
		if (!g.has_owner)
			continue;
		answer =
		    snapshot_identity(snapshot, g.owner_id, name, &g.identity);
		is_known = is_known && answer != SNAPSHOT_UNKNOWN;
		if (answer == SNAPSHOT_YES && g.identity.id == g.identity_id &&
		    !fn(ctx, &g.owner, &g.identity, g.from_pattern))
			break;
	}
	return is_known;
}

bool
snapshot_set(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_set *set_r)
{
	bool found;

	read_begin(snapshot);
	found =
	    snapshot->content != NULL &&
	    sets_find_name(&snapshot->content->sets, account_id, name, set_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_set_by_id(
    const struct snapshot *snapshot, int64_t id, struct rules_set *set_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		sets_find(&snapshot->content->sets, id, set_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_tenant(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		tenants_find_name(
		    &snapshot->content->tenants, account_id, name, tenant_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_tenant_has(
    const struct snapshot *snapshot, int64_t tenant_id, const char *resource)
{
	bool has;

	read_begin(snapshot);
	has = snapshot->content != NULL &&
	      tenants_have_resource(
		  &snapshot->content->tenants, tenant_id, resource);
	read_end(snapshot);
	return has;
}

bool
snapshot_has_brakes(const struct snapshot *snapshot, int64_t account_id)
{
	bool has;

	read_begin(snapshot);
	has = snapshot->content != NULL &&
	      sets_brakes_has(&snapshot->content->brakes, account_id);
	read_end(snapshot);
	return has;
}

void
snapshot_size(const struct snapshot *snapshot, struct snapshot_size *size_r)
{
	const struct snapshot_content *content;

	*size_r = (struct snapshot_size){0};
	read_begin(snapshot);
	content = snapshot->content;
	if (content != NULL) {
		size_r->accounts = content->accounts.used;
		size_r->logins = content->logins.used;
		size_r->identities = content->identities.used;
		size_r->suppressions = content->suppressed.used;
		size_r->sets = content->sets.by_id.used;
		size_r->bytes = content_bytes(content);
	}
	read_end(snapshot);
}
