/* Policies of identities: see policy.h. Their form is in policy_document.c. */
#include "config.h"

#include "ops/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/identity.h"
#include "rules/ascii.h"

bool
policy_is_name(const char *name)
{
	return ascii_is_resource_name(name, STORE_POLICY_NAME_MAX);
}

/* ---- putting ------------------------------------------------------------------- */

struct search {
	const char *name;
	bool found;
	int count;
};

static bool
look(void *ctx, const struct store_policy *row)
{
	struct search *search = ctx;

	search->found |= strcmp(row->name, search->name) == 0;
	search->count++;
	return true;
}

/* Is there room, and is it to be made or replaced? */
static enum sg_err
check_place(struct store *store, const struct store_policy *row, bool create,
    bool *is_full_r, struct err *err_r)
{
	struct search search = {.name = row->name};
	enum sg_err rc =
	    store_policy_list(store, row->identity_id, look, &search, err_r);

	if (rc != SG_OK)
		return rc;
	if (search.found && create)
		return err_set(err_r, SG_EXISTS,
		    "the identity has a policy %s already", row->name);
	if (!search.found && search.count >= POLICY_MOST) {
		*is_full_r = true;
		return err_set(err_r, SG_INVALID,
		    "an identity has at most %d policies", POLICY_MOST);
	}
	return SG_OK;
}

static enum sg_err
allow(struct store *store, const struct store_policy *row,
    const struct policy_allow *allowed, struct err *err_r)
{
	enum sg_err rc = store_policy_grant_add(
	    store, row, allowed->account_id, allowed->pattern, err_r);

	if (rc == SG_MISSING)
		return err_set(err_r, SG_INVALID,
		    "Principal: no account has the number %012lld",
		    (long long)allowed->account_id);
	return rc;
}

static enum sg_err
put_grants(struct store *store, const struct store_policy *row,
    int64_t owner_id, const struct policy_document *document, bool *is_full_r,
    struct err *err_r)
{
	int64_t count;
	enum sg_err rc = store_policy_grant_clear(store, row->id, err_r);

	for (size_t i = 0; i < document->count && rc == SG_OK; i++)
		rc = allow(store, row, &document->list[i], err_r);
	if (rc == SG_OK)
		rc = store_policy_grant_count(store, owner_id, &count, err_r);
	if (rc == SG_OK && count > POLICY_GRANTS_MOST) {
		*is_full_r = true;
		rc = err_set(err_r, SG_INVALID,
		    "the policies of an account may allow at most %d pairs of "
		    "account and From address",
		    POLICY_GRANTS_MOST);
	}
	return rc;
}

/* Within a transaction. */
static enum sg_err
put(struct store *store, const char *account, const char *identity,
    struct store_policy *row, bool create, bool *is_full_r, struct err *err_r)
{
	struct policy_document *document = NULL;
	struct store_identity found;
	enum sg_err rc = identity_get(store, account, identity, &found, err_r);

	if (rc != SG_OK)
		return rc;
	document = malloc(sizeof(*document));
	if (document == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a policy");
	row->identity_id = found.facts.id;
	rc = policy_document_read(row->document, strlen(row->document),
	    found.facts.name, found.account_id, document, err_r);
	if (rc == SG_OK)
		rc = check_place(store, row, create, is_full_r, err_r);
	if (rc == SG_OK)
		rc = store_policy_put(store, row, err_r);
	if (rc == SG_OK)
		rc = put_grants(
		    store, row, found.account_id, document, is_full_r, err_r);
	free(document);
	return rc;
}

enum sg_err
policy_put(struct store *store, const char *account, const char *identity,
    const char *name, const char *document, bool create, int64_t now_sec,
    bool *is_full_r, struct err *err_r)
{
	struct store_policy row = {
	    .document = document, .created_sec = now_sec};
	enum sg_err rc;

	*is_full_r = false;
	if (!policy_is_name(name))
		return err_set(err_r, SG_INVALID,
		    "the name of a policy has 1 to %d of A-Z a-z 0-9 _ -",
		    STORE_POLICY_NAME_MAX);
	(void)snprintf(row.name, sizeof(row.name), "%s", name); /* fits */
	rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = put(store, account, identity, &row, create, is_full_r, err_r);
	return store_finish(store, rc, err_r);
}

/* ---- the others ------------------------------------------------------------------ */

enum sg_err
policy_delete(struct store *store, const char *account, const char *identity,
    const char *name, struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc = identity_get(store, account, identity, &row, err_r);

	if (rc != SG_OK)
		return rc;
	return store_policy_delete(store, row.facts.id, name, err_r);
}

enum sg_err
policy_list(struct store *store, const char *account, const char *identity,
    store_policy_fn *fn, void *ctx, struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc = identity_get(store, account, identity, &row, err_r);

	if (rc != SG_OK)
		return rc;
	return store_policy_list(store, row.facts.id, fn, ctx, err_r);
}
