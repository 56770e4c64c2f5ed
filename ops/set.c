/* Configuration sets: see set.h. Does not publish, counts nothing. */
#include "config.h"

#include "ops/set.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ops/account.h"
#include "ops/topic.h"
#include "rules/ascii.h"
#include "store/events.h"

#define NAME_LEN_MAX 64
#define DESTINATIONS_MAX 10

/* ---- names -------------------------------------------------------------------- */

static bool
is_name(const char *name)
{
	size_t len = strnlen(name, NAME_LEN_MAX + 1);

	if (len == 0 || len > NAME_LEN_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_alnum(name[i]) && name[i] != '_' &&
		    name[i] != '-')
			return false;
	return true;
}

static enum sg_err
check_name(const char *what, const char *name, struct err *err_r)
{
	if (is_name(name))
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

enum sg_err
set_get(struct store *store, const char *account, const char *name,
    struct store_set *row_r, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = is_name(name)
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
typedef void edit_fn(struct store_set *row, const void *ctx);

static enum sg_err
edit_set(struct store *store, const char *account, const char *name,
    edit_fn *edit, const void *ctx, struct store_set *row_r, struct err *err_r)
{
	struct store_set row;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = set_get(store, account, name, &row, err_r);
	if (rc == SG_OK) {
		edit(&row, ctx);
		rc = store_set_update(store, &row, err_r);
	}
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

static void
edit_change(struct store_set *row, const void *ctx)
{
	const struct set_change *change = ctx;

	if (change->suppressed != NULL)
		row->facts.suppressed_reasons =
		    set_suppressed_from_name(change->suppressed);
	if (!change->has_reputation)
		return;
	row->reputation = change->reputation;
	if (!change->reputation) /* nobody would look at it again */
		row->standing = RULES_HEALTHY;
}

enum sg_err
set_change(struct store *store, const char *account, const char *name,
    const struct set_change *change, struct store_set *row_r, struct err *err_r)
{
	if (change->suppressed != NULL &&
	    set_suppressed_from_name(change->suppressed) == -2)
		return err_set(err_r, SG_INVALID,
		    "what is suppressed must be account, none, BOUNCE, "
		    "COMPLAINT or BOUNCE,COMPLAINT");
	return edit_set(
	    store, account, name, edit_change, change, row_r, err_r);
}

static void
edit_pause(struct store_set *row, const void *ctx)
{
	row->facts.paused = true;
	(void)snprintf(row->facts.pause_reason, sizeof(row->facts.pause_reason),
	    "%s", (const char *)ctx);
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
static void
edit_resume(struct store_set *row, const void *ctx)
{
	const int64_t *fresh_start_sec = ctx;

	row->facts.paused = false;
	row->facts.pause_reason[0] = '\0';
	if (fresh_start_sec == NULL)
		return;
	row->fresh_start_sec = *fresh_start_sec;
	row->standing = RULES_HEALTHY;
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
};

static bool
look(void *ctx, const struct store_destination *row)
{
	struct search *search = ctx;

	search->count++;
	search->found |= strcmp(row->name, search->name) == 0;
	return true;
}

static enum sg_err
put(struct store *store, const struct store_set *set,
    struct store_destination *row, struct err *err_r)
{
	struct search search = {.name = row->name};
	enum sg_err rc =
	    store_destination_list(store, set->facts.id, look, &search, err_r);

	if (rc != SG_OK)
		return rc;
	if (search.found)
		return store_destination_update(store, row, err_r);
	if (search.count >= DESTINATIONS_MAX)
		return err_set(err_r, SG_INVALID,
		    "configuration set %s has %d event destinations already",
		    set->facts.name, DESTINATIONS_MAX);
	return store_destination_add(store, row, err_r);
}

enum sg_err
set_destination_put(struct store *store, const char *account, const char *name,
    const char *destination, int kinds, bool enabled, const char *topic,
    struct err *err_r)
{
	struct store_destination row = {.kinds = kinds, .enabled = enabled};
	struct store_topic found;
	struct store_set set;
	enum sg_err rc = check_name("n event destination", destination, err_r);

	if (rc == SG_OK && (kinds <= 0 || kinds >= 1 << STORE_EVENT_KINDS))
		rc = err_set(err_r, SG_INVALID,
		    "an event destination is told of one kind of event at "
		    "least");
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	memcpy(row.name, destination, strlen(destination) + 1);
	rc = set_get(store, account, name, &set, err_r);
	if (rc == SG_OK)
		rc = topic_get(store, account, topic, &found, err_r);
	if (rc == SG_OK) {
		row.set_id = set.facts.id;
		row.topic_id = found.id;
		rc = put(store, &set, &row, err_r);
	}
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
