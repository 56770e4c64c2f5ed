/* What the store has of the entries of an import, and taking those that are new: see
 * import.h. Reads no file of another program. */
#include "config.h"

#include "ctl/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/identity.h"
#include "ops/identity_notify.h"
#include "ops/login.h"
#include "ops/set.h"
#include "ops/suppression.h"
#include "rules/identity.h"

#define BATCH 1000

struct taking {
	struct import *in;
	struct store *store;
	const struct seal *seal;
	const struct conf *conf;
	const char *account;
	bool is_applied;
	int64_t now_sec;
	json_t *logins; /* name: account, of all */
};

typedef enum sg_err take_fn(
    struct taking *t, struct import_entry *entry, struct err *err_r);

/* What people can mend is a reason; the rest ends the command. */
static enum sg_err
refuse_or_fail(struct taking *t, struct import_entry *entry, enum sg_err rc,
    const struct err *err)
{
	if (rc != SG_INVALID && rc != SG_EXISTS && rc != SG_MISSING)
		return rc;
	entry->state = IMPORT_REFUSED;
	import_note(t->in, entry, "%s", err->text);
	return SG_OK;
}

/* ---- logins ---------------------------------------------------------------------- */

static bool
keep_login(void *ctx, const char *account, const struct store_login *row)
{
	struct taking *t = ctx;

	/* a name that is no UTF-8 is none that is asked for */
	(void)json_object_set_new(t->logins, row->name, json_string(account));
	return true;
}

static enum sg_err
load_logins(struct taking *t, struct err *err_r)
{
	t->logins = json_object();
	if (t->logins == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for logins");
	return login_list(t->store, NULL, keep_login, t, err_r);
}

static enum sg_err
take_login(struct taking *t, struct import_entry *entry, struct err *err_r)
{
	const char *owner =
	    json_string_value(json_object_get(t->logins, entry->name));

	if (owner == NULL)
		return t->is_applied ? login_add(t->store, t->account,
					   entry->name, t->now_sec, err_r)
				     : SG_OK;
	entry->state = IMPORT_THERE;
	if (strcmp(owner, t->account) == 0)
		return SG_OK;
	entry->state = IMPORT_REFUSED;
	import_note(t->in, entry, "the login belongs to account %s", owner);
	return SG_OK;
}

/* ---- identities ------------------------------------------------------------------ */

/* SG_MISSING: not there. */
static enum sg_err
find_identity(struct taking *t, const struct import_entry *entry,
    struct store_identity *row_r, struct err *err_r)
{
	const char *at = strrchr(entry->name, '@');
	const char *domain = at == NULL ? entry->name : at + 1;
	const char *bounces = t->conf->bounce_domain;

	if (strcmp(domain, bounces) == 0 || identity_is_below(domain, bounces))
		return err_set(err_r, SG_INVALID,
		    "%s is where this server's bounces go; nobody sends from it",
		    bounces);
	return identity_get(t->store, t->account, entry->name, row_r, err_r);
}

static bool
is_same(const char *have, const char *want)
{
	return strcmp(have, want == NULL ? "" : want) == 0;
}

/* Is everything set as it was? */
static enum sg_err
has_settings(struct taking *t, const struct store_identity *row,
    const struct import_settings *want, bool *has_r, struct err *err_r)
{
	struct identity_notify_names names;
	enum sg_err rc = identity_notify_names(t->store, row, &names, err_r);

	*has_r = rc == SG_OK &&
		 is_same(row->facts.mail_from, want->mail_from) &&
		 (want->mail_from == NULL ||
		     row->mail_from_reject == want->mail_from_reject) &&
		 row->forwarding == want->forwarding &&
		 row->facts.signing_enabled == want->signing &&
		 (want->set == NULL || is_same(names.set, want->set));
	return rc;
}

static enum sg_err
set_identity(struct taking *t, const char *name,
    const struct import_settings *want, struct err *err_r)
{
	const struct identity_notify_change change = {.has_forwarding = true,
	    .forwarding = want->forwarding,
	    .set = want->set};
	struct store_identity row;
	enum sg_err rc = identity_set_signing(
	    t->store, t->account, name, want->signing, &row, err_r);

	if (rc == SG_OK)
		rc = identity_notify_change(
		    t->store, t->account, name, &change, &row, err_r);
	if (rc == SG_OK && want->mail_from != NULL)
		rc = identity_set_mail_from(t->store, t->conf, t->account, name,
		    want->mail_from, want->mail_from_reject, t->now_sec, &row,
		    err_r);
	return rc;
}

static enum sg_err
make_identity(struct taking *t, const char *name, struct err *err_r)
{
	const struct identity_wish wish = {.name = name,
	    .keys = strchr(name, '@') == NULL ? IDENTITY_KEYS_RSA2048
					      : IDENTITY_KEYS_NONE};

	return identity_make(t->store, t->seal, t->conf, t->account, &wish,
	    t->now_sec, NULL, err_r);
}

/* A configuration set that is not there is not asked for; a later import brings it. */
static enum sg_err
find_set(struct taking *t, struct import_entry *entry, struct err *err_r)
{
	struct import_settings *want = entry->settings;
	struct store_set set;
	enum sg_err rc;

	if (want == NULL || want->set == NULL)
		return SG_OK;
	rc = set_get(t->store, t->account, want->set, &set, err_r);
	if (rc != SG_MISSING)
		return rc;
	import_note(t->in, entry,
	    "there is no configuration set %.64s: sendwardctl configset "
	    "create %s %.64s, then import again",
	    want->set, t->account, want->set);
	free(want->set);
	want->set = NULL;
	return SG_OK;
}

static enum sg_err
take_identity(struct taking *t, struct import_entry *entry, struct err *err_r)
{
	struct store_identity row;
	bool has_settings_already = true;
	enum sg_err rc = find_set(t, entry, err_r);

	if (rc == SG_OK)
		rc = find_identity(t, entry, &row, err_r);
	if (rc == SG_OK && entry->settings != NULL)
		rc = has_settings(
		    t, &row, entry->settings, &has_settings_already, err_r);
	if (rc == SG_OK && has_settings_already) {
		entry->state = IMPORT_THERE;
		return SG_OK;
	}
	if (rc == SG_OK)
		import_note(t->in, entry, "its settings change");
	if (!t->is_applied)
		return rc == SG_MISSING ? SG_OK : rc;
	if (rc == SG_MISSING)
		rc = make_identity(t, entry->name, err_r);
	if (rc == SG_OK && entry->settings != NULL)
		rc = set_identity(t, entry->name, entry->settings, err_r);
	return rc;
}

/* ---- keys ------------------------------------------------------------------------ */

struct match {
	const struct import_entry *entry;
	bool is_there, is_taken; /* the selector: by this key, by another */
};

static bool
match_key(void *ctx, const struct store_key *row)
{
	struct match *match = ctx;
	const struct import_entry *entry = match->entry;

	if (strcmp(row->selector, entry->selector) != 0)
		return true;
	match->is_there = strcmp(row->public_base64, entry->public_base64) == 0;
	match->is_taken = !match->is_there;
	return false;
}

/* With the domain, which has no other keys then. */
static enum sg_err
make_with_key(
    struct taking *t, const struct import_entry *entry, struct err *err_r)
{
	const struct identity_wish wish = {.name = entry->name,
	    .keys = IDENTITY_KEYS_NONE,
	    .selector = entry->selector,
	    .key_text = entry->key_text};

	return identity_make(t->store, t->seal, t->conf, t->account, &wish,
	    t->now_sec, NULL, err_r);
}

static enum sg_err
take_key(struct taking *t, struct import_entry *entry, struct err *err_r)
{
	struct match match = {.entry = entry};
	struct store_identity row;
	enum sg_err rc = find_identity(t, entry, &row, err_r);

	if (rc == SG_MISSING)
		return t->is_applied ? make_with_key(t, entry, err_r) : SG_OK;
	if (rc == SG_OK)
		rc =
		    identity_key_list(t->store, &row, match_key, &match, err_r);
	if (rc == SG_OK && match.is_taken)
		rc = err_set(err_r, SG_EXISTS,
		    "the identity has another key with selector %s",
		    entry->selector);
	if (rc == SG_OK && match.is_there)
		entry->state = IMPORT_THERE;
	else if (rc == SG_OK && t->is_applied)
		rc = identity_import_key(t->store, t->seal, t->account,
		    entry->name, entry->selector, entry->key_text,
		    strlen(entry->key_text), false, t->now_sec, err_r);
	return rc;
}

/* ---- suppressions ---------------------------------------------------------------- */

static enum sg_err
take_suppression(
    struct taking *t, struct import_entry *entry, struct err *err_r)
{
	struct store_suppression row;
	int64_t since_sec = entry->since_sec;
	enum sg_err rc =
	    suppression_get(t->store, t->account, entry->name, &row, err_r);

	if (rc == SG_OK)
		entry->state = IMPORT_THERE;
	if (rc != SG_MISSING)
		return rc;
	if (since_sec <= 0 || since_sec > t->now_sec)
		since_sec = t->now_sec;
	return t->is_applied
		   ? suppression_add(t->store, t->account, entry->name,
			 (enum rules_suppression_reason)entry->reason,
			 since_sec, NULL, err_r)
		   : SG_OK;
}

/* ---- all ------------------------------------------------------------------------- */

static take_fn *const takers[] = {
    [IMPORT_KEY] = take_key,
    [IMPORT_IDENTITY] = take_identity,
    [IMPORT_LOGIN] = take_login,
    [IMPORT_SUPPRESSION] = take_suppression,
    [IMPORT_OTHER] = NULL,
};

static enum sg_err
take_entry(struct taking *t, struct import_entry *entry, struct err *err_r)
{
	struct err err = {.code = SG_OK};
	enum sg_err rc;

	if (entry->state == IMPORT_REFUSED || takers[entry->kind] == NULL)
		return SG_OK;
	rc = takers[entry->kind](t, entry, &err);
	if (rc != SG_OK)
		rc = refuse_or_fail(t, entry, rc, &err);
	if (rc != SG_OK)
		*err_r = err;
	return rc;
}

/* Neighbours of the suppression list share a transaction; what else is taken has one
 * of its own. */
static size_t
batch_from(const struct taking *t, size_t first)
{
	size_t n = 0;

	if (!t->is_applied)
		return 0;
	while (first + n < t->in->count && n < BATCH &&
	       t->in->list[first + n].kind == IMPORT_SUPPRESSION)
		n++;
	return n;
}

static enum sg_err
take_batch(struct taking *t, size_t first, size_t count, struct err *err_r)
{
	enum sg_err rc = store_begin(t->store, err_r);

	if (rc != SG_OK)
		return rc;
	for (size_t i = 0; i < count && rc == SG_OK; i++)
		rc = take_entry(t, &t->in->list[first + i], err_r);
	return store_finish(t->store, rc, err_r);
}

enum sg_err
import_take(
    struct import *in, const char *account, bool is_applied, struct err *err_r)
{
	struct taking t = {.in = in,
	    .store = in->ctl->store,
	    .seal = in->ctl->seal,
	    .conf = in->ctl->conf,
	    .account = account,
	    .is_applied = is_applied,
	    .now_sec = clock_now_sec()};
	struct store_account owner;
	enum sg_err rc = account_get(t.store, account, &owner, err_r);
	size_t i = 0;

	if (rc == SG_OK)
		rc = load_logins(&t, err_r);
	while (i < in->count && rc == SG_OK) {
		size_t batch = batch_from(&t, i);

		rc = batch > 0 ? take_batch(&t, i, batch, err_r)
			       : take_entry(&t, &in->list[i], err_r);
		i += batch > 0 ? batch : 1;
	}
	json_decref(t.logins);
	return rc;
}
