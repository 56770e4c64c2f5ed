/* Configuration sets: see set.h. Does not publish, counts nothing. */
#include "config.h"

#include "ops/set.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ops/account.h"
#include "ops/pool.h"
#include "ops/publish.h"
#include "ops/topic.h"
#include "rules/ascii.h"
#include "store/events.h"

#define NAME_LEN_MAX 64
#define KINDS                                                                  \
	(((1 << STORE_EVENT_KINDS) - 1) | SET_KIND_OPEN | SET_KIND_CLICK |     \
	    SET_KIND_SUBSCRIPTION)

/* ---- names -------------------------------------------------------------------- */

static enum sg_err
check_name(const char *what, const char *name, struct err *err_r)
{
	if (ascii_is_resource_name(name, NAME_LEN_MAX))
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "the name of a%s has 1 to %d of A-Z a-z 0-9 _ -", what,
	    NAME_LEN_MAX);
}

static const struct {
	int reasons;
	const char *name;
} suppressed[] = {
    {-1, "account"},
    {0, "none"},
    {RULES_REASONS_BOUNCE, "BOUNCE"},
    {RULES_REASONS_COMPLAINT, "COMPLAINT"},
    {RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT, "BOUNCE,COMPLAINT"},
};
#define SUPPRESSED_COUNT (sizeof(suppressed) / sizeof(*suppressed))

const char *
set_suppressed_name(int reasons)
{
	for (size_t i = 0; i < SUPPRESSED_COUNT; i++)
		if (suppressed[i].reasons == reasons)
			return suppressed[i].name;
	return "unknown";
}

int
set_suppressed_from_name(const char *name)
{
	for (size_t i = 0; i < SUPPRESSED_COUNT; i++)
		if (strcasecmp(suppressed[i].name, name) == 0)
			return suppressed[i].reasons;
	if (strcasecmp(name, "COMPLAINT,BOUNCE") == 0)
		return RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT;
	return -2;
}

/* ---- sets ----------------------------------------------------------------------- */

enum sg_err
set_create(struct store *store, const char *account, const char *name,
    int64_t now_sec, struct store_set *row_r, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = check_name(" configuration set", name, err_r);

	if (rc == SG_OK)
		rc = account_get(store, account, &owner, err_r);
	if (rc != SG_OK)
		return rc;
	*row_r = (struct store_set){.reputation = true, .created_sec = now_sec};
	row_r->facts.account_id = owner.facts.id;
	row_r->facts.suppressed_reasons = -1;
	memcpy(row_r->facts.name, name, strlen(name) + 1);
	rc = store_set_create(store, row_r, err_r);
	if (rc == SG_EXISTS)
		return err_set(err_r, SG_EXISTS,
		    "account %s has a configuration set %s already", account,
		    name);
	return rc;
}

static enum sg_err
check_room(struct store *store, const char *account, bool *is_full_r,
    struct err *err_r)
{
	struct store_account owner;
	int64_t count;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc == SG_OK)
		rc = store_set_count(store, owner.facts.id, &count, err_r);
	if (rc != SG_OK)
		return rc;
	*is_full_r = count >= SET_MOST;
	if (*is_full_r)
		return err_set(err_r, SG_INVALID,
		    "the account has %d configuration sets already", SET_MOST);
	return SG_OK;
}

enum sg_err
set_create_as(struct store *store, const char *account, const char *name,
    const struct set_change *change, int64_t now_sec, bool *is_full_r,
    struct err *err_r)
{
	struct store_set row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	*is_full_r = false;
	if (rc == SG_OK)
		rc = check_room(store, account, is_full_r, err_r);
	if (rc == SG_OK)
		rc = set_create(store, account, name, now_sec, &row, err_r);
	if (rc == SG_OK)
		rc = set_change(store, account, name, change, &row, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
set_get(struct store *store, const char *account, const char *name,
    struct store_set *row_r, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = ascii_is_resource_name(name, NAME_LEN_MAX)
		 ? store_set_get(store, owner.facts.id, name, row_r, err_r)
		 : SG_MISSING;
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "account %s has no configuration set %.64s; see: "
		    "sendwardctl configset list %s",
		    account, name, account);
	return rc;
}

/* Reads the set, lets `edit` change it, writes it, all in one transaction. */
typedef enum sg_err edit_fn(
    struct store_set *row, const void *ctx, struct err *err_r);

static enum sg_err
edit_set(struct store *store, const char *account, const char *name,
    edit_fn *edit, const void *ctx, struct store_set *row_r, struct err *err_r)
{
	struct store_set row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc == SG_OK)
		rc = set_get(store, account, name, &row, err_r);
	if (rc == SG_OK)
		rc = edit(&row, ctx, err_r);
	if (rc == SG_OK)
		rc = store_set_update(store, &row, err_r);
	rc = store_scope_end(store, own, rc, err_r);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

/* The account's own switch. */
static enum sg_err
turn(struct store_set *row, bool is_enabled, struct err *err_r)
{
	bool is_own = row->paused_by == STORE_PAUSED_BY_ACCOUNT;

	if (row->facts.paused != is_enabled)
		return SG_OK;
	if (is_enabled && !is_own)
		return err_set(err_r, SG_INVALID,
		    "sending with configuration set %s is paused by the "
		    "service (%s), which alone can resume it",
		    row->facts.name, row->facts.pause_reason);
	row->facts.paused = !is_enabled;
	row->paused_by =
	    is_enabled ? STORE_PAUSED_BY_OPERATOR : STORE_PAUSED_BY_ACCOUNT;
	(void)snprintf(row->facts.pause_reason, sizeof(row->facts.pause_reason),
	    "%s", is_enabled ? "" : "the account has switched it off");
	return SG_OK;
}

static enum sg_err
edit_change(struct store_set *row, const void *ctx, struct err *err_r)
{
	const struct set_change *change = ctx;

	if (change->suppressed != NULL)
		row->facts.suppressed_reasons =
		    set_suppressed_from_name(change->suppressed);
	if (change->pool != NULL)
		(void)snprintf(
		    row->pool, sizeof(row->pool), "%s", change->pool);
	if (change->has_reputation) {
		row->reputation = change->reputation;
		if (!change->reputation) /* nobody would look at it again */
			row->standing = RULES_HEALTHY;
	}
	return change->has_enabled ? turn(row, change->enabled, err_r) : SG_OK;
}

static enum sg_err
check_pool(struct store *store, const char *account, const char *pool,
    struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc;

	if (pool == NULL || pool[0] == '\0')
		return SG_OK;
	rc = account_get(store, account, &owner, err_r);
	return rc == SG_OK ? pool_check(store, owner.facts.id, pool, err_r)
			   : rc;
}

enum sg_err
set_change(struct store *store, const char *account, const char *name,
    const struct set_change *change, struct store_set *row_r, struct err *err_r)
{
	enum sg_err rc;

	if (change->suppressed != NULL &&
	    set_suppressed_from_name(change->suppressed) == -2)
		return err_set(err_r, SG_INVALID,
		    "what is suppressed must be account, none, BOUNCE, "
		    "COMPLAINT or BOUNCE,COMPLAINT");
	rc = check_pool(store, account, change->pool, err_r);
	if (rc != SG_OK)
		return rc;
	return edit_set(
	    store, account, name, edit_change, change, row_r, err_r);
}

static enum sg_err
edit_pause(struct store_set *row, const void *ctx, struct err *err_r)
{
	(void)err_r; /* cannot fail */
	row->facts.paused = true;
	(void)snprintf(row->facts.pause_reason, sizeof(row->facts.pause_reason),
	    "%s", (const char *)ctx);
	row->paused_by = STORE_PAUSED_BY_OPERATOR;
	return SG_OK;
}

enum sg_err
set_pause(struct store *store, const char *account, const char *name,
    const char *reason, struct err *err_r)
{
	enum sg_err rc = account_check_reason(reason, err_r);

	if (rc != SG_OK)
		return rc;
	return edit_set(store, account, name, edit_pause, reason, NULL, err_r);
}

/* ctx: the moment of a fresh start, NULL none. */
static enum sg_err
edit_resume(struct store_set *row, const void *ctx, struct err *err_r)
{
	const int64_t *fresh_start_sec = ctx;

	(void)err_r; /* cannot fail */
	row->facts.paused = false;
	row->facts.pause_reason[0] = '\0';
	row->paused_by = STORE_PAUSED_BY_OPERATOR;
	if (fresh_start_sec == NULL)
		return SG_OK;
	row->fresh_start_sec = *fresh_start_sec;
	row->standing = RULES_HEALTHY;
	return SG_OK;
}

enum sg_err
set_resume(struct store *store, const char *account, const char *name,
    bool is_fresh, int64_t now_sec, struct err *err_r)
{
	return edit_set(store, account, name, edit_resume,
	    is_fresh ? &now_sec : NULL, NULL, err_r);
}

enum sg_err
set_delete(struct store *store, const char *account, const char *name,
    struct err *err_r)
{
	struct store_set row;
	enum sg_err rc = set_get(store, account, name, &row, err_r);

	if (rc != SG_OK)
		return rc;
	return store_set_delete(store, row.facts.id, err_r);
}

/* ---- event destinations -------------------------------------------------------------- */

struct search {
	const char *name;
	int count;
	bool found;
	int64_t topic_id; /* of the one that was found */
};

static bool
look(void *ctx, const struct store_destination *row)
{
	struct search *search = ctx;

	search->count++;
	if (strcmp(row->name, search->name) == 0) {
		search->found = true;
		search->topic_id = row->topic_id;
	}
	return true;
}

static enum sg_err
check_presence(
    enum set_presence presence, const struct search *search, struct err *err_r)
{
	if (presence == SET_NEW && search->found)
		return err_set(err_r, SG_EXISTS,
		    "Event destination <%s> already exists.", search->name);
	if (presence == SET_OLD && !search->found)
		return err_set(err_r, SG_MISSING,
		    "Event destination <%s> does not exist.", search->name);
	return SG_OK;
}

static enum sg_err
put(struct store *store, const struct store_set *set,
    struct store_destination *row, enum set_presence presence,
    struct search *search_r, struct err *err_r)
{
	enum sg_err rc =
	    store_destination_list(store, set->facts.id, look, search_r, err_r);

	if (rc == SG_OK)
		rc = check_presence(presence, search_r, err_r);
	if (rc != SG_OK)
		return rc;
	if (search_r->found)
		return store_destination_update(store, row, err_r);
	if (search_r->count >= SET_DESTINATIONS_MOST)
		return err_set(err_r, SG_INVALID,
		    "configuration set %s has %d event destinations already",
		    set->facts.name, SET_DESTINATIONS_MOST);
	return store_destination_add(store, row, err_r);
}

/* Within a transaction. */
static enum sg_err
put_destination(struct store *store, const char *account, const char *name,
    const struct set_destination *destination, struct search *search_r,
    struct store_destination *row_r, struct err *err_r)
{
	struct store_topic topic;
	struct store_set set;
	enum sg_err rc = set_get(store, account, name, &set, err_r);

	*row_r = (struct store_destination){
	    .kinds = destination->kinds, .enabled = destination->enabled};
	*search_r = (struct search){.name = row_r->name};
	memcpy(row_r->name, destination->name, strlen(destination->name) + 1);
	if (rc == SG_OK)
		rc = topic_get(
		    store, account, destination->topic, &topic, err_r);
	if (rc != SG_OK)
		return rc;
	row_r->set_id = set.facts.id;
	row_r->topic_id = topic.id;
	return put(store, &set, row_r, destination->presence, search_r, err_r);
}

static enum sg_err
check_destination(const struct set_destination *destination, struct err *err_r)
{
	enum sg_err rc =
	    check_name("n event destination", destination->name, err_r);

	if (rc == SG_OK &&
	    (destination->kinds <= 0 || (destination->kinds & ~KINDS) != 0))
		rc = err_set(err_r, SG_INVALID,
		    "an event destination is told of one kind of event at "
		    "least");
	return rc;
}

enum sg_err
set_destination_put(struct store *store, const char *account, const char *name,
    const char *destination, int kinds, bool enabled, const char *topic,
    struct err *err_r)
{
	const struct set_destination wanted = {.name = destination,
	    .topic = topic,
	    .kinds = kinds,
	    .enabled = enabled};
	struct store_destination row;
	struct search search;
	enum sg_err rc = check_destination(&wanted, err_r);

	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = put_destination(
	    store, account, name, &wanted, &search, &row, err_r);
	return store_finish(store, rc, err_r);
}

/* As Amazon SES says it. */
static enum sg_err
tell_topic(
    struct store *store, int64_t topic_id, int64_t now_msec, struct err *err_r)
{
	return publish_message(store, topic_id,
	    "Amazon SES Email Event Notification",
	    "Successfully validated SNS topic for Amazon SES event publishing.",
	    now_msec, NULL, err_r);
}

enum sg_err
set_destination_write(struct store *store, const char *account,
    const char *name, const struct set_destination *destination,
    int64_t now_msec, bool *is_full_r, struct err *err_r)
{
	struct store_destination row;
	struct search search;
	enum sg_err rc = check_destination(destination, err_r);

	*is_full_r = false;
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = put_destination(
	    store, account, name, destination, &search, &row, err_r);
	*is_full_r = rc == SG_INVALID && search.count >= SET_DESTINATIONS_MOST;
	if (rc == SG_OK && (!search.found || search.topic_id != row.topic_id))
		rc = tell_topic(store, row.topic_id, now_msec, err_r);
	return store_finish(store, rc, err_r);
}

enum sg_err
set_destination_remove(struct store *store, const char *account,
    const char *name, const char *destination, struct err *err_r)
{
	struct store_set set;
	enum sg_err rc = set_get(store, account, name, &set, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_destination_remove(store, set.facts.id, destination, err_r);
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "configuration set %s has no event destination %.64s", name,
		    destination);
	return rc;
}
