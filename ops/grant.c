/* Sending authorization: see grant.h. */
#include "config.h"

#include "ops/grant.h"

#include <stdio.h>
#include <string.h>

#include "ops/account.h"
#include "ops/identity.h"
#include "rules/ascii.h"
#include "rules/identity.h"
#include "rules/pattern.h"

/* ---- whose identity ---------------------------------------------------------- */

struct owner_search {
	const char *name;
	struct store_identity *row_r;
	int count;
};

static bool
owner_look(void *ctx, const struct store_identity *row)
{
	struct owner_search *search = ctx;
	bool is_verified =
	    row->facts.status == RULES_IDENTITY_SUCCESS ||
	    row->facts.status == RULES_IDENTITY_TEMPORARY_FAILURE;

	if (is_verified && strcmp(row->facts.name, search->name) == 0) {
		search->count++;
		*search->row_r = *row;
	}
	return search->count < 2;
}

/* The identity of the one account that has it verified. */
static enum sg_err
find_owner(struct store *store, const char *identity,
    struct store_identity *row_r, struct err *err_r)
{
	char name[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	struct owner_search search = {.name = name, .row_r = row_r};
	const char *wrong = identity_check_name(identity, name, &type);
	enum sg_err rc;

	if (wrong != NULL)
		return err_set(
		    err_r, SG_INVALID, "%.100s: %s", identity, wrong);
	rc = store_identity_list(store, 0, owner_look, &search, err_r);
	if (rc == SG_OK && search.count == 0)
		rc = err_set(err_r, SG_MISSING,
		    "no account has the verified identity %s", name);
	if (rc == SG_OK && search.count > 1)
		rc = err_set(err_r, SG_INVALID,
		    "several accounts have the identity %s: name the one that "
		    "gives",
		    name);
	return rc;
}

/* The identity, and the account that may send as it. */
static enum sg_err
find_sides(struct store *store, const char *owner, const char *identity,
    const char *delegate, struct store_identity *identity_r,
    struct store_account *delegate_r, struct err *err_r)
{
	enum sg_err rc =
	    owner != NULL
		? identity_get(store, owner, identity, identity_r, err_r)
		: find_owner(store, identity, identity_r, err_r);

	if (rc == SG_OK)
		rc = account_get(store, delegate, delegate_r, err_r);
	return rc;
}

/* ---- patterns ------------------------------------------------------------------ */

/* With the domain in lower case, so that one pattern is one row. NULL: any. */
static enum sg_err
take_pattern(
    const char *pattern, char to[RULES_ADDRESS_MAX + 1], struct err *err_r)
{
	size_t len;
	char *at;

	if (pattern == NULL)
		pattern = "*";
	len = strnlen(pattern, RULES_ADDRESS_MAX + 1);
	if (len == 0 || len > RULES_ADDRESS_MAX)
		return err_set(err_r, SG_INVALID,
		    "a pattern of From addresses has 1 to %d bytes",
		    RULES_ADDRESS_MAX);
	for (size_t i = 0; i < len; i++)
		if (pattern[i] <= ' ' || pattern[i] > '~')
			return err_set(err_r, SG_INVALID,
			    "a pattern of From addresses is printable ASCII "
			    "without blanks");
	memcpy(to, pattern, len + 1);
	at = strrchr(to, '@');
	for (char *c = at; c != NULL && *c != '\0'; c++)
		*c = ascii_lower(*c);
	return SG_OK;
}

static enum sg_err
check_fit(const char *pattern, const char *identity, struct err *err_r)
{
	if (pattern_fits_identity(pattern, identity))
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "no address of %s matches the pattern %s", identity, pattern);
}

enum sg_err
grant_pattern(const char *pattern, const char *identity,
    char pattern_r[RULES_ADDRESS_MAX + 1], struct err *err_r)
{
	enum sg_err rc = take_pattern(pattern, pattern_r, err_r);

	return rc == SG_OK ? check_fit(pattern_r, identity, err_r) : rc;
}

/* ---- giving and taking back ------------------------------------------------------ */

static enum sg_err
add_grant(struct store *store, const struct store_identity *identity,
    const struct store_account *delegate, struct store_grant *row,
    struct err *err_r)
{
	enum sg_err rc;

	if (identity->account_id == delegate->facts.id)
		return err_set(err_r, SG_INVALID,
		    "%s is account %s's own identity: nothing is to be allowed",
		    identity->facts.name, delegate->facts.name);
	rc = check_fit(row->from_pattern, identity->facts.name, err_r);
	if (rc != SG_OK)
		return rc;
	row->identity_id = identity->facts.id;
	row->owner_id = identity->account_id;
	row->account_id = delegate->facts.id;
	memcpy(row->identity, identity->facts.name, sizeof(row->identity));
	rc = store_grant_add(store, row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(err_r, SG_EXISTS,
		    "account %s may send as %s (%s) already",
		    delegate->facts.name, row->identity, row->from_pattern);
	return rc;
}

enum sg_err
grant_allow(struct store *store, const char *owner, const char *identity,
    const char *delegate, const char *pattern, int64_t now_sec,
    struct store_grant *row_r, struct err *err_r)
{
	struct store_identity found;
	struct store_account to;
	enum sg_err rc;

	*row_r = (struct store_grant){.created_sec = now_sec};
	rc = take_pattern(pattern, row_r->from_pattern, err_r);
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = find_sides(store, owner, identity, delegate, &found, &to, err_r);
	if (rc == SG_OK)
		rc = add_grant(store, &found, &to, row_r, err_r);
	return store_finish(store, rc, err_r);
}

static enum sg_err
remove_grant(struct store *store, const struct store_identity *identity,
    const struct store_account *delegate, const char *pattern,
    struct err *err_r)
{
	enum sg_err rc = store_grant_remove(
	    store, identity->facts.id, delegate->facts.id, pattern, err_r);

	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "account %s was not allowed to send as %s%s%s; see: "
		    "sendwardctl identity grants",
		    delegate->facts.name, identity->facts.name,
		    pattern != NULL ? " with the pattern " : "",
		    pattern != NULL ? pattern : "");
	return rc;
}

enum sg_err
grant_disallow(struct store *store, const char *owner, const char *identity,
    const char *delegate, const char *pattern, struct err *err_r)
{
	char text[RULES_ADDRESS_MAX + 1];
	struct store_identity found;
	struct store_account to;
	enum sg_err rc = take_pattern(pattern, text, err_r);

	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = find_sides(store, owner, identity, delegate, &found, &to, err_r);
	if (rc == SG_OK)
		rc = remove_grant(
		    store, &found, &to, pattern != NULL ? text : NULL, err_r);
	return store_finish(store, rc, err_r);
}

/* ---- looking ----------------------------------------------------------------------- */

struct list_ctx {
	grant_list_fn *fn;
	void *ctx;
	const char *account; /* NULL: all */
	struct account_names names;
};

static bool
list_row(void *ctx, const struct store_grant *row)
{
	const struct list_ctx *list = ctx;
	const char *owner = account_names_find(&list->names, row->owner_id);
	const char *delegate =
	    account_names_find(&list->names, row->account_id);

	if (list->account != NULL && strcmp(list->account, owner) != 0 &&
	    strcmp(list->account, delegate) != 0)
		return true;
	return list->fn(list->ctx, owner, delegate, row);
}

enum sg_err
grant_list(struct store *store, const char *account, grant_list_fn *fn,
    void *ctx, struct err *err_r)
{
	struct list_ctx list = {.fn = fn, .ctx = ctx, .account = account};
	struct store_account row;
	enum sg_err rc = SG_OK;
	int64_t all;

	if (account != NULL)
		rc = account_get(store, account, &row, err_r);
	if (rc != SG_OK)
		return rc;
	rc = account_names_load(store, NULL, &list.names, &all, err_r);
	if (rc == SG_OK)
		rc = store_grant_list(store, 0, 0, list_row, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}
