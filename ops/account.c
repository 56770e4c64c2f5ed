/* Accounts: see account.h. Does not count mail. */
#include "config.h"

#include "ops/account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "ops/set.h"
#include "rules/identity.h"
#include "store/events.h"

/* Deleted at once with an account: milter and policyd wait meanwhile, and have their
 * turn then. */
#define FORGET_ROWS 1000
#define FORGET_PAUSE_MSEC 10

#define POOL_MAX 64

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
	       c == '_' || c == '-';
}

const char *
account_check_name(const char *name)
{
	size_t len = strnlen(name, RULES_NAME_MAX + 1);

	if (len == 0)
		return "an account's name cannot be empty";
	if (len > RULES_NAME_MAX)
		return "an account's name has at most 64 characters";
	for (size_t i = 0; i < len; i++)
		if (!is_name_char(name[i]))
			return "an account's name is made of a-z 0-9 . _ -";
	if (strchr("._-", name[0]) != NULL)
		return "an account's name begins with a letter or digit";
	return NULL;
}

/* Empty, or an address that could be an identity. */
static enum sg_err
check_contact(const char *contact, struct err *err_r)
{
	char name[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	const char *wrong;

	if (contact[0] == '\0')
		return SG_OK;
	wrong = identity_check_name(contact, name, &type);
	if (wrong == NULL && type != RULES_IDENTITY_EMAIL)
		wrong = "it is a domain";
	if (wrong != NULL)
		return err_set(err_r, SG_INVALID,
		    "--contact must be an e-mail address: %s", wrong);
	return SG_OK;
}

static void
copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from); /* checked before to fit */
}

enum sg_err
account_create(struct store *store, const struct conf *conf, const char *name,
    const char *contact, int64_t now_sec, struct store_account *row_r,
    struct err *err_r)
{
	struct store_account row = {
	    .policy = "standard", .created_sec = now_sec, .auto_warmup = true};
	const char *wrong = account_check_name(name);
	enum sg_err rc;

	if (wrong != NULL)
		return err_set(err_r, SG_INVALID, "%s", wrong);
	rc = check_contact(contact, err_r);
	if (rc != SG_OK)
		return rc;
	copy_text(row.facts.name, sizeof(row.facts.name), name);
	copy_text(row.contact, sizeof(row.contact), contact);
	row.facts.daily_quota = conf->sandbox_daily;
	row.facts.rate = (double)conf->sandbox_rate;
	row.facts.suppressed_reasons =
	    RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT;
	rc = store_account_create(store, &row, err_r);
	if (rc == SG_EXISTS)
		return err_set(err_r, SG_EXISTS,
		    "account %s exists already; see: sendwardctl account show "
		    "%s",
		    name, name);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

enum sg_err
account_get(struct store *store, const char *name, struct store_account *row_r,
    struct err *err_r)
{
	enum sg_err rc;

	if (account_check_name(name) != NULL)
		return err_set(err_r, SG_MISSING,
		    "no account can have the name given; see: sendwardctl "
		    "account list");
	rc = store_account_get(store, name, row_r, err_r);
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "there is no account %s; see: sendwardctl account list",
		    name);
	return rc;
}

static enum sg_err
check_change(const struct account_change *change, struct err *err_r)
{
	static const char *const policies[] = {"none", "standard", "strict"};
	bool is_policy = change->policy == NULL;

	if (change->has_daily && change->daily < 1 && change->daily != -1)
		return err_set(err_r, SG_INVALID,
		    "--daily must be 1 or more, or -1 for unlimited");
	if (change->has_rate &&
	    !(change->rate >= 0.001 && change->rate <= 1000000))
		return err_set(err_r, SG_INVALID,
		    "--rate must be between 0.001 and 1000000 per second");
	if (change->pool != NULL && change->pool[0] != '\0' &&
	    (strlen(change->pool) > POOL_MAX ||
		account_check_name(change->pool) != NULL))
		return err_set(err_r, SG_INVALID,
		    "--pool must be a name of at most %d of a-z 0-9 . _ -",
		    POOL_MAX);
	for (size_t i = 0; i < 3 && !is_policy; i++)
		is_policy = strcmp(change->policy, policies[i]) == 0;
	if (!is_policy)
		return err_set(err_r, SG_INVALID,
		    "--policy must be none, standard or strict");
	if (change->suppressed != NULL &&
	    set_suppressed_from_name(change->suppressed) < 0)
		return err_set(err_r, SG_INVALID,
		    "--suppressed must be none, BOUNCE, COMPLAINT or "
		    "BOUNCE,COMPLAINT");
	if (change->contact != NULL)
		return check_contact(change->contact, err_r);
	return SG_OK;
}

static void
apply_change(struct store_account *row, const struct conf *conf,
    const struct account_change *change)
{
	if (change->has_production) {
		row->facts.production = change->production;
		row->facts.daily_quota = change->production
					     ? conf->production_daily
					     : conf->sandbox_daily;
		row->facts.rate =
		    (double)(change->production ? conf->production_rate
						: conf->sandbox_rate);
	}
	if (change->has_daily)
		row->facts.daily_quota = change->daily;
	if (change->has_rate)
		row->facts.rate = change->rate;
	if (change->pool != NULL)
		copy_text(row->pool, sizeof(row->pool), change->pool);
	if (change->policy != NULL)
		copy_text(row->policy, sizeof(row->policy), change->policy);
	if (change->contact != NULL)
		copy_text(row->contact, sizeof(row->contact), change->contact);
	if (change->suppressed != NULL)
		row->facts.suppressed_reasons =
		    set_suppressed_from_name(change->suppressed);
	if (change->has_auto_warmup)
		row->auto_warmup = change->auto_warmup;
}

enum sg_err
account_edit(struct store_account *row, const struct conf *conf,
    const struct account_change *change, struct err *err_r)
{
	enum sg_err rc = check_change(change, err_r);

	if (rc == SG_OK)
		apply_change(row, conf, change);
	return rc;
}

/* Reads the account, lets `edit` change it, writes it, all in one transaction,
 * so that two operators do not undo each other's work. */
typedef void edit_fn(struct store_account *row, void *ctx);

static enum sg_err
edit_account(struct store *store, const char *name, edit_fn *edit, void *ctx,
    struct store_account *row_r, struct err *err_r)
{
	struct store_account row;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = account_get(store, name, &row, err_r);
	if (rc == SG_OK) {
		edit(&row, ctx);
		rc = store_account_update(store, &row, err_r);
	}
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

struct change_ctx {
	const struct conf *conf;
	const struct account_change *change;
};

static void
edit_change(struct store_account *row, void *ctx)
{
	const struct change_ctx *c = ctx;

	apply_change(row, c->conf, c->change);
}

enum sg_err
account_change(struct store *store, const struct conf *conf, const char *name,
    const struct account_change *change, struct store_account *row_r,
    struct err *err_r)
{
	struct change_ctx ctx = {conf, change};
	enum sg_err rc = check_change(change, err_r);

	if (rc != SG_OK)
		return rc;
	return edit_account(store, name, edit_change, &ctx, row_r, err_r);
}

enum sg_err
account_check_reason(const char *reason, struct err *err_r)
{
	const size_t max =
	    sizeof(((struct rules_account *)NULL)->pause_reason) - 1;
	size_t len = strnlen(reason, max + 1);

	if (len == 0 || len > max)
		return err_set(err_r, SG_INVALID,
		    "--reason must have 1 to %zu characters", max);
	for (size_t i = 0; i < len; i++)
		if (reason[i] < ' ' || reason[i] > '~')
			return err_set(err_r, SG_INVALID,
			    "--reason must be printable ASCII: clients see it "
			    "in an SMTP reply");
	return SG_OK;
}

struct pause_ctx {
	const char *reason;
	int64_t now_sec;
};

static void
edit_pause(struct store_account *row, void *ctx)
{
	const struct pause_ctx *pause = ctx;

	row->facts.paused = true;
	copy_text(row->facts.pause_reason, sizeof(row->facts.pause_reason),
	    pause->reason);
	row->paused_by = STORE_PAUSED_BY_OPERATOR;
	row->paused_sec = pause->now_sec;
}

enum sg_err
account_pause(struct store *store, const char *name, const char *reason,
    int64_t now_sec, struct store_account *row_r, struct err *err_r)
{
	struct pause_ctx pause = {reason, now_sec};
	enum sg_err rc = account_check_reason(reason, err_r);

	if (rc != SG_OK)
		return rc;
	return edit_account(store, name, edit_pause, &pause, row_r, err_r);
}

/* ctx: the moment of a fresh start, NULL none. A standing of SHUT_DOWN stays: so it
 * is known that a person let mail go on under these figures (ops/reputation.h). */
static void
edit_resume(struct store_account *row, void *ctx)
{
	const int64_t *fresh_start_sec = ctx;

	row->facts.paused = false;
	row->facts.pause_reason[0] = '\0';
	row->paused_by = STORE_PAUSED_BY_OPERATOR;
	row->paused_sec = 0;
	if (fresh_start_sec == NULL)
		return;
	row->fresh_start_sec = *fresh_start_sec;
	row->standing = RULES_HEALTHY;
}

enum sg_err
account_resume(struct store *store, const char *name, bool is_fresh,
    int64_t now_sec, struct store_account *row_r, struct err *err_r)
{
	return edit_account(
	    store, name, edit_resume, is_fresh ? &now_sec : NULL, row_r, err_r);
}

/* What the account's own switch does to the row; *changed_r. */
static enum sg_err
turn(struct store_account *row, bool is_enabled, int64_t now_sec,
    bool *changed_r, struct err *err_r)
{
	bool is_own = row->paused_by == STORE_PAUSED_BY_ACCOUNT;

	*changed_r = row->facts.paused == is_enabled && (is_own || !is_enabled);
	if (row->facts.paused && !is_own && is_enabled)
		return err_set(err_r, SG_INVALID,
		    "sending is paused by %s (%s), who alone can resume it",
		    row->paused_by == STORE_PAUSED_BY_REPUTATION
			? "the service for the account's reputation"
			: "the service's operator",
		    row->facts.pause_reason);
	if (!*changed_r)
		return SG_OK;
	row->facts.paused = !is_enabled;
	copy_text(row->facts.pause_reason, sizeof(row->facts.pause_reason),
	    is_enabled ? "" : "the account has switched it off");
	row->paused_by =
	    is_enabled ? STORE_PAUSED_BY_OPERATOR : STORE_PAUSED_BY_ACCOUNT;
	row->paused_sec = is_enabled ? 0 : now_sec;
	return SG_OK;
}

enum sg_err
account_switch(struct store *store, const char *name, bool is_enabled,
    int64_t now_sec, struct store_account *row_r, struct err *err_r)
{
	struct store_account row;
	bool changed = false;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = account_get(store, name, &row, err_r);
	if (rc == SG_OK)
		rc = turn(&row, is_enabled, now_sec, &changed, err_r);
	if (rc == SG_OK && changed)
		rc = store_account_update(store, &row, err_r);
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

const char *
account_resume_note(const struct store_account *row)
{
	if (row->facts.paused || row->standing != RULES_SHUT_DOWN)
		return "";
	return "its bounces and complaints count on: unless its figures are "
	       "better by now, the next one that counts pauses it again; to "
	       "count anew: account resume NAME --fresh-start";
}

enum sg_err
account_delete(struct store *store, const char *name, struct err *err_r)
{
	const struct timespec pause = {.tv_nsec = FORGET_PAUSE_MSEC * 1000000L};
	struct store_account row;
	int64_t gone = 1;
	enum sg_err rc = account_get(store, name, &row, err_r);

	while (rc == SG_OK && gone > 0) {
		rc = store_account_forget(
		    store, row.facts.id, FORGET_ROWS, &gone, err_r);
		if (gone >= FORGET_ROWS)
			(void)nanosleep(&pause, NULL);
	}
	return rc == SG_OK ? store_account_delete(store, row.facts.id, err_r)
			   : rc;
}

enum sg_err
account_list(
    struct store *store, store_account_fn *fn, void *ctx, struct err *err_r)
{
	return store_account_list(store, fn, ctx, err_r);
}

enum sg_err
account_quota(struct store *store, const char *name, int64_t now_sec,
    struct account_quota *quota_r, struct err *err_r)
{
	struct store_account row;
	int64_t used, limit;
	enum sg_err rc = account_get(store, name, &row, err_r);

	if (rc == SG_OK)
		rc = store_quota_used(
		    store, row.facts.id, now_sec, &used, err_r);
	if (rc != SG_OK)
		return rc;
	limit = row.facts.daily_quota;
	*quota_r = (struct account_quota){
	    .used = used,
	    .limit = limit,
	    .remaining = limit < 0      ? -1
			 : used < limit ? limit - used
					: 0,
	    .rate = row.facts.rate,
	    .production = row.facts.production,
	};
	return SG_OK;
}

/* ---- names by id -------------------------------------------------------- */

struct account_names_entry {
	int64_t id;
	char name[RULES_NAME_MAX + 1];
};

static bool
add_name(void *ctx, const struct store_account *row)
{
	struct account_names *names = ctx;
	struct account_names_entry *entry;

	if (names->count == names->size) {
		size_t size = names->size == 0 ? 64 : 2 * names->size;
		void *list = realloc(names->list, size * sizeof(*names->list));

		if (list == NULL) {
			names->failed = true;
			return false;
		}
		names->list = list;
		names->size = size;
	}
	entry = &names->list[names->count++];
	entry->id = row->facts.id;
	copy_text(entry->name, sizeof(entry->name), row->facts.name);
	return true;
}

static int
by_id(const void *a, const void *b)
{
	const struct account_names_entry *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

enum sg_err
account_names_load(struct store *store, const char *name,
    struct account_names *names_r, int64_t *account_id_r, struct err *err_r)
{
	struct store_account row;
	enum sg_err rc;

	memset(names_r, 0, sizeof(*names_r));
	*account_id_r = 0;
	if (name == NULL) {
		rc = store_account_list(store, add_name, names_r, err_r);
	} else {
		rc = account_get(store, name, &row, err_r);
		if (rc == SG_OK) {
			*account_id_r = row.facts.id;
			(void)add_name(names_r, &row); /* sets failed */
		}
	}
	if (rc == SG_OK && names_r->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for account names");
	if (rc == SG_OK && names_r->count > 1)
		qsort(names_r->list, names_r->count, sizeof(*names_r->list),
		    by_id);
	return rc;
}

const char *
account_names_find(const struct account_names *names, int64_t id)
{
	struct account_names_entry key = {.id = id}, *found = NULL;

	if (names->count > 0)
		found = bsearch(&key, names->list, names->count,
		    sizeof(*names->list), by_id);
	return found == NULL ? "" : found->name;
}

void
account_names_fini(struct account_names *names)
{
	free(names->list);
	memset(names, 0, sizeof(*names));
}
