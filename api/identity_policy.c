/* Policies of identities: see identity_policy.h. What a document may say is in
 * ops/policy_document.h. */
#include "config.h"

#include "api/identity_policy.h"

#include <string.h>

#include "api/call.h"
#include "api/fault.h"
#include "api/identity.h"
#include "ops/policy.h"
#include "store/policies.h"

/* ---- putting and deleting -------------------------------------------------------- */

static bool
check_name(struct api_call *call, const char *name)
{
	if (policy_is_name(name))
		return true;
	api_fail(call, api_fault_invalid(call->operation->protocol),
	    "PolicyName has 1 to %d of A-Z a-z 0-9 _ -: %.200s",
	    STORE_POLICY_NAME_MAX, name);
	return false;
}

/* invalid, full: codes. */
static void
put(struct api_call *call, const char *identity, bool create,
    const char *invalid, const char *full)
{
	const char *name = api_text(call->in, "PolicyName");
	struct err err = {0};
	bool is_full;
	enum sg_err rc;

	if (!check_name(call, name))
		return;
	rc = policy_put(call->store, call->account, identity, name,
	    api_text(call->in, "Policy"), create, call->now_sec, &is_full,
	    &err);
	if (rc == SG_EXISTS)
		api_fail(call, "AlreadyExistsException",
		    "Policy %s of %.400s already exists.", name, identity);
	else if (rc == SG_INVALID)
		api_fail(
		    call, is_full ? full : invalid, "Policy: %s", err.text);
	else
		(void)api_identity_done(call, rc, &err, identity);
}

void
api_policy_v2_create(struct api_call *call)
{
	put(call, api_text(call->in, "EmailIdentity"), true,
	    "BadRequestException", "LimitExceededException");
}

void
api_policy_v2_update(struct api_call *call)
{
	put(call, api_text(call->in, "EmailIdentity"), false,
	    "BadRequestException", "LimitExceededException");
}

void
api_policy_v1_put(struct api_call *call)
{
	put(call, api_identity_name(call, api_text(call->in, "Identity")),
	    false, "InvalidPolicy", "LimitExceeded");
}

/* One that is not there is no error, as in Amazon SES. */
static void
drop(struct api_call *call, const char *identity)
{
	const char *name = api_text(call->in, "PolicyName");
	struct store_identity row;
	struct err err = {0};
	enum sg_err rc;

	if (!check_name(call, name) || !api_identity_find(call, identity, &row))
		return;
	rc = policy_delete(call->store, call->account, identity, name, &err);
	if (rc != SG_MISSING)
		(void)api_identity_done(call, rc, &err, identity);
}

void
api_policy_v2_delete(struct api_call *call)
{
	drop(call, api_text(call->in, "EmailIdentity"));
}

void
api_policy_v1_delete(struct api_call *call)
{
	drop(call, api_identity_name(call, api_text(call->in, "Identity")));
}

/* ---- telling ------------------------------------------------------------------------ */

static bool
add_document(void *ctx, const struct store_policy *row)
{
	api_put_text(ctx, row->name, row->document);
	return true;
}

static bool
add_name(void *ctx, const struct store_policy *row)
{
	api_add_text(ctx, row->name);
	return true;
}

struct chosen {
	const json_t *names;
	json_t *policies;
};

static bool
add_chosen(void *ctx, const struct store_policy *row)
{
	const struct chosen *chosen = ctx;
	bool is_chosen = false;

	for (size_t i = 0; i < json_array_size(chosen->names); i++) {
		const char *name =
		    json_string_value(json_array_get(chosen->names, i));

		is_chosen |= name != NULL && strcmp(name, row->name) == 0;
	}
	if (is_chosen)
		api_put_text(chosen->policies, row->name, row->document);
	return true;
}

static void
list(
    struct api_call *call, const char *identity, store_policy_fn *fn, void *ctx)
{
	struct err err = {0};

	(void)api_identity_done(call,
	    policy_list(call->store, call->account, identity, fn, ctx, &err),
	    &err, identity);
}

void
api_policy_put_all(struct api_call *call, const struct store_identity *row)
{
	list(call, row->facts.name, add_document,
	    api_put_object(call->out, "Policies"));
}

void
api_policy_v2_get(struct api_call *call)
{
	list(call, api_text(call->in, "EmailIdentity"), add_document,
	    api_put_object(call->out, "Policies"));
}

void
api_policy_v1_get(struct api_call *call)
{
	struct chosen chosen = {.names = api_object(call->in, "PolicyNames"),
	    .policies = api_put_object(call->out, "Policies")};

	if (json_array_size(chosen.names) > POLICY_MOST)
		api_fail(call, "InvalidParameterValue",
		    "PolicyNames holds at most %d names", POLICY_MOST);
	else
		list(call,
		    api_identity_name(call, api_text(call->in, "Identity")),
		    add_chosen, &chosen);
}

void
api_policy_v1_list(struct api_call *call)
{
	list(call, api_identity_name(call, api_text(call->in, "Identity")),
	    add_name, api_put_list(call->out, "PolicyNames"));
}
