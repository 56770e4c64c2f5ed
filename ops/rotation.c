/* Signing keys get successors when somebody asks: see rotation.h. The calendar is
 * in rotation_calendar.c. Lets no key sign: ops/check.h does. */
#include "config.h"

#include "ops/rotation.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/rotation_parts.h"

void
rotation_log(const char *account, const char *identity,
    const struct store_key *key, const char *what)
{
	log_event(LOG_DKIM_ROTATE_EVENT, NULL, "account", account, "identity",
	    identity, "selector", key->selector, "algorithm", key->algorithm,
	    "what", what, NULL);
}

/* ---- the plan -------------------------------------------------------------- */

/* A key that waits to take this one's place; NULL: none. */
static const struct store_key *
successor_of(const struct identity_key_set *set, const struct store_key *key)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct store_key *other = &set->list[i];

		if (identity_key_waits(other) && other->origin == key->origin &&
		    strcmp(other->algorithm, key->algorithm) == 0)
			return other;
	}
	return NULL;
}

static enum sg_err
already_waits(const struct store_identity *identity,
    const struct store_key *key, struct err *err_r)
{
	char when[CLOCK_ISO_MAX];

	return err_set(err_r, SG_EXISTS,
	    "a new key of %s waits already to be seen in DNS: selector %s, "
	    "made %s",
	    identity->facts.name, key->selector,
	    clock_iso(key->created_sec, when));
}

/* Nothing was chosen: why not? */
static enum sg_err
nothing_to_turn(const struct store_identity *identity,
    const struct identity_key_set *set, struct err *err_r)
{
	const struct store_key *waiting = NULL, *successor = NULL;
	bool has_own = false;

	for (size_t i = 0; i < set->count; i++) {
		const struct store_key *key = &set->list[i];

		if (identity_key_waits(key) && key->origin != KEY_EXTERNAL)
			waiting = key;
		if (!key->active)
			continue;
		has_own |= key->origin == KEY_EXTERNAL;
		if (key->origin != KEY_EXTERNAL)
			successor = successor_of(set, key);
	}
	if (successor == NULL && !has_own)
		successor = waiting;
	if (successor != NULL)
		return already_waits(identity, successor, err_r);
	return err_set(err_r, SG_INVALID,
	    has_own ? "%s signs with a key that was brought along; make the "
		      "next one yourself and take it over with: sendwardctl "
		      "dkim import"
		    : "%s has no key that could get a successor; bring one: "
		      "sendwardctl dkim import",
	    identity->facts.name);
}

static struct key_facts
facts_of(const struct store_key *key)
{
	return (struct key_facts){
	    .id = key->id,
	    .origin = key->origin,
	    .slot = key->slot,
	    .is_ed25519 = strcmp(key->algorithm, "ed25519") == 0,
	    .active = key->active,
	    .created_sec = key->created_sec,
	    .published_sec = key->published_sec,
	    .active_sec = key->active_sec,
	    .retired_sec = key->retired_sec,
	    .look = KEY_UNKNOWN,
	};
}

static const struct store_key *
key_in_slot(const struct identity_key_set *set, int slot)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].origin == KEY_EASY &&
		    set->list[i].slot == slot)
			return &set->list[i];
	return NULL;
}

static enum sg_err
plan_slot(const struct conf *conf, const struct store_identity *identity,
    const struct identity_key_set *set, bool give_up_old,
    struct rotation_turn *turn, struct err *err_r)
{
	struct key_facts facts[KEY_PLAN_MAX_KEYS];
	const struct store_key *in_it;
	char when[CLOCK_ISO_MAX];
	int64_t free_at;

	if (conf->dkim_zone[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "%s signs by Easy DKIM, and the option dkim.zone, where "
		    "its keys are published, is not set",
		    identity->facts.name);
	for (size_t i = 0; i < set->count; i++)
		facts[i] = facts_of(&set->list[i]);
	turn->easy_slot =
	    key_plan_free_slot(facts, set->count, give_up_old, &free_at);
	if (turn->easy_slot < 0)
		return err_set(err_r, SG_BUSY,
		    "the key before the last one of %s is kept in DNS until "
		    "%s, for mail on its way; rotate then, or give it up with "
		    "--give-up-old",
		    identity->facts.name, clock_iso(free_at, when));
	in_it = key_in_slot(set, turn->easy_slot);
	turn->give_up_id = in_it == NULL ? 0 : in_it->id;
	return SG_OK;
}

enum sg_err
rotation_plan(const struct conf *conf, const struct store_identity *identity,
    const struct identity_key_set *set, int64_t before_sec, bool give_up_old,
    struct rotation_turn *turn_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	*turn_r = (struct rotation_turn){.easy_slot = -1};
	for (size_t i = 0; i < set->count && rc == SG_OK; i++) {
		const struct store_key *key = &set->list[i];

		if (!key->active || key->origin == KEY_EXTERNAL ||
		    key->active_sec > before_sec ||
		    turn_r->count == ROTATION_MOST ||
		    successor_of(set, key) != NULL)
			continue;
		turn_r->old[turn_r->count++] = *key;
		if (key->origin == KEY_EASY)
			rc = plan_slot(
			    conf, identity, set, give_up_old, turn_r, err_r);
	}
	if (rc == SG_OK && turn_r->count == 0)
		rc = nothing_to_turn(identity, set, err_r);
	if (rc == SG_OK)
		rc = identity_key_room(
		    set, turn_r->count, identity->facts.name, err_r);
	return rc;
}

bool
rotation_is_same(
    const struct rotation_turn *turn, const struct rotation_turn *other)
{
	if (turn->count != other->count ||
	    turn->easy_slot != other->easy_slot ||
	    turn->give_up_id != other->give_up_id)
		return false;
	for (size_t i = 0; i < turn->count; i++)
		if (turn->old[i].id != other->old[i].id)
			return false;
	return true;
}

/* ---- the successors --------------------------------------------------------- */

enum sg_err
rotation_make(struct rotation_turn *turn, const struct seal *seal,
    int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < turn->count && rc == SG_OK; i++) {
		bool is_ed25519 =
		    strcmp(turn->old[i].algorithm, "ed25519") == 0;

		rc = identity_new_key_make(&turn->made[i], seal,
		    is_ed25519 ? DKIM_ED25519_SHA256 : DKIM_RSA_SHA256,
		    turn->old[i].bits, now_sec, err_r);
	}
	return rc;
}

void
rotation_turn_fini(struct rotation_turn *turn)
{
	for (size_t i = 0; i < turn->count; i++)
		identity_new_key_fini(&turn->made[i]);
	turn->count = 0;
}

static enum sg_err
write_key(struct store *store, const struct store_identity *identity,
    struct rotation_turn *turn, size_t i, struct err *err_r)
{
	struct identity_new_key *made = &turn->made[i];

	made->row.identity_id = identity->facts.id;
	if (turn->old[i].origin == KEY_EASY)
		identity_new_key_set_easy(made, identity, turn->easy_slot);
	return store_key_add(store, &made->row, err_r);
}

/* DKIM that failed is looked for anew: the new key is another chance. */
static enum sg_err
look_again(struct store *store, struct store_identity *identity,
    int64_t now_sec, struct err *err_r)
{
	enum sg_err rc;

	if (identity->facts.dkim_status != RULES_IDENTITY_FAILED)
		return identity_look_now(store, identity->facts.id,
		    VERIFICATION_DKIM, now_sec, err_r);
	rc = identity_look_start(store, identity->facts.id, VERIFICATION_DKIM,
	    &identity->facts.dkim_status, now_sec, err_r);
	return rc == SG_OK ? store_identity_update(store, identity, err_r) : rc;
}

enum sg_err
rotation_write(struct store *store, struct store_identity *identity,
    struct rotation_turn *turn, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (turn->give_up_id != 0)
		rc = store_key_delete(store, turn->give_up_id, err_r);
	for (size_t i = 0; i < turn->count && rc == SG_OK; i++)
		rc = write_key(store, identity, turn, i, err_r);
	return rc == SG_OK ? look_again(store, identity, now_sec, err_r) : rc;
}

enum sg_err
rotation_drop_old(struct store *store, struct identity_key_set *set,
    int64_t now_sec, struct identity_key_set *gone_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;
	size_t kept = 0;

	gone_r->count = 0;

	for (size_t i = 0; i < set->count && rc == SG_OK; i++) {
		const struct store_key *key = &set->list[i];

		if (key->active || key->retired_sec == 0 ||
		    key->retired_sec > now_sec - KEY_PLAN_KEEP_SEC) {
			set->list[kept++] = *key;
			continue;
		}
		rc = store_key_delete(store, key->id, err_r);
		gone_r->list[gone_r->count++] = *key;
	}
	set->count = kept;
	return rc;
}

/* ---- by command ------------------------------------------------------------- */

struct start {
	const struct conf *conf;
	bool give_up_old;
	int64_t now_sec;
	struct rotation_turn turn;
	struct identity_key_set gone;
};

/* What is planned, in or outside of a transaction. */
static enum sg_err
plan_now(const struct start *start, struct store *store,
    const struct store_identity *row, struct rotation_turn *turn_r,
    struct err *err_r)
{
	struct identity_key_set set;
	enum sg_err rc =
	    identity_key_set_load(store, row->facts.id, &set, err_r);

	if (rc != SG_OK)
		return rc;
	return rotation_plan(start->conf, row, &set, INT64_MAX,
	    start->give_up_old, turn_r, err_r);
}

static enum sg_err
drop_old(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	struct start *start = ctx;
	struct identity_key_set set;
	enum sg_err rc =
	    identity_key_set_load(store, row->facts.id, &set, err_r);

	if (rc == SG_OK)
		rc = rotation_drop_old(
		    store, &set, start->now_sec, &start->gone, err_r);
	return rc;
}

static enum sg_err
write_turn(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	struct start *start = ctx;
	struct rotation_turn again;
	enum sg_err rc = plan_now(start, store, row, &again, err_r);

	if (rc == SG_OK && !rotation_is_same(&start->turn, &again))
		rc = err_set(err_r, SG_BUSY,
		    "the keys of %s were changed by another at this moment; "
		    "try again",
		    row->facts.name);
	if (rc == SG_OK)
		rc = rotation_write(
		    store, row, &start->turn, start->now_sec, err_r);
	return rc;
}

static void
tell(const struct start *start, const char *account, const char *name,
    struct rotation *list_r, size_t *count_r)
{
	*count_r = start->turn.count;
	for (size_t i = 0; i < start->turn.count; i++) {
		const struct store_key *key = &start->turn.made[i].row;

		list_r[i] = (struct rotation){
		    .origin = key->origin,
		    .key_id = key->id,
		    .waits_for_customer = key->origin == KEY_TXT,
		};
		memcpy(list_r[i].selector, key->selector,
		    sizeof(list_r[i].selector));
		rotation_log(account, name, key, "is made");
	}
}

enum sg_err
rotation_start(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name,
    bool give_up_old, int64_t now_sec, struct rotation *list_r, size_t *count_r,
    struct err *err_r)
{
	struct start start = {
	    .conf = conf, .give_up_old = give_up_old, .now_sec = now_sec};
	struct store_identity row;
	enum sg_err rc = identity_change(
	    store, account, name, drop_old, &start, &row, err_r);

	*count_r = 0;
	for (size_t i = 0; i < start.gone.count && rc == SG_OK; i++)
		rotation_log(
		    account, row.facts.name, &start.gone.list[i], "is removed");
	if (rc == SG_OK)
		rc = plan_now(&start, store, &row, &start.turn, err_r);
	if (rc == SG_OK)
		rc = rotation_make(&start.turn, seal, now_sec, err_r);
	if (rc == SG_OK)
		rc = identity_change(
		    store, account, name, write_turn, &start, NULL, err_r);
	if (rc == SG_OK)
		tell(&start, account, row.facts.name, list_r, count_r);
	rotation_turn_fini(&start.turn);
	return rc;
}
