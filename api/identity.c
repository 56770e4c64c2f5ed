/* What the operations on identities share: see identity.h. */
#include "config.h"

#include "api/identity.h"

#include <inttypes.h>
#include <string.h>

#include "api/fault.h"
#include "conf/conf.h"
#include "ops/identity_keys.h"
#include "ops/link.h"
#include "ops/set.h"
#include "rules/identity.h"

#define PAGE_MOST 1000

static bool
is_v2(const struct api_call *call)
{
	return api_protocol_is_json(call->operation->protocol);
}

const char *
api_identity_name(const struct api_call *call, const char *text)
{
	char kind[64];
	const char *name;

	if (strncmp(text, "arn:", 4) != 0)
		return text;
	name = api_arn_name(call, text, kind);
	return name != NULL && strcmp(kind, "identity") == 0 ? name : text;
}

static void
fail_missing(struct api_call *call, const char *name)
{
	if (is_v2(call))
		api_fail(call, "NotFoundException",
		    "Email identity %.400s does not exist.", name);
	else
		api_fail(call, "InvalidParameterValue",
		    "Identity %.400s does not exist.", name);
}

bool
api_identity_done(struct api_call *call, enum sg_err rc, const struct err *err,
    const char *name)
{
	const char *invalid = api_fault_invalid(call->operation->protocol);
	const struct api_codes codes = {invalid, NULL, invalid};

	if (rc == SG_MISSING) {
		fail_missing(call, name);
		return false;
	}
	return api_check(call, rc, err, &codes);
}

bool
api_identity_find(
    struct api_call *call, const char *name, struct store_identity *row_r)
{
	struct err err = {0};

	return api_identity_done(call,
	    identity_get(call->store, call->account, name, row_r, &err), &err,
	    name);
}

bool
api_identity_load(struct api_call *call, const struct store_identity *row,
    struct identity_file **file_r)
{
	struct err err = {0};

	return api_identity_done(call,
	    identity_file_load(
		call->store, call->conf, row->facts.id, file_r, &err),
	    &err, row->facts.name);
}

/* ---- making ------------------------------------------------------------------- */

void
api_identity_wish_keys(
    const struct api_call *call, int bits, struct identity_wish *wish)
{
	wish->easy_only = call->conf->dkim_zone[0] != '\0' &&
			  strlen(wish->name) <= IDENTITY_EASY_DOMAIN_MAX;
	wish->keys =
	    bits == 1024 ? IDENTITY_KEYS_RSA1024 : IDENTITY_KEYS_RSA2048;
}

static bool
check_name(struct api_call *call, const char *name,
    char clean_r[RULES_ADDRESS_MAX + 1], enum rules_identity_type *type_r)
{
	const char *wrong = identity_check_name(name, clean_r, type_r);

	if (wrong != NULL)
		api_fail(call, api_fault_invalid(call->operation->protocol),
		    "%.300s is no domain or e-mail address: %s", name, wrong);
	return wrong == NULL;
}

static bool
check_room(struct api_call *call)
{
	struct err err = {0};
	int64_t count;

	if (!api_check(call,
		store_identity_count(
		    call->store, call->owner.facts.id, &count, &err),
		&err, &api_v2_codes))
		return false;
	if (count >= IDENTITY_MOST)
		api_fail(call,
		    is_v2(call) ? "LimitExceededException" : "LimitExceeded",
		    "An account has at most %d identities.", IDENTITY_MOST);
	return count < IDENTITY_MOST;
}

static bool
check_set(struct api_call *call, const char *name)
{
	struct store_set set;
	struct err err = {0};
	enum sg_err rc;

	if (name == NULL || name[0] == '\0')
		return true;
	rc = set_get(call->store, call->account, name, &set, &err);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Configuration set <%.100s> does not exist.", name);
	return rc == SG_OK || api_check(call, rc, &err, &api_v2_codes);
}

/* A letter with a link is about to go to it: in time? */
static bool
check_letter(struct api_call *call, const char *address)
{
	struct err err = {0};
	enum sg_err rc = SG_OK;

	if (call->conf->mail_from[0] != '\0')
		rc = link_may_send(call->store, call->owner.facts.id, address,
		    call->now_sec, &err);
	if (rc == SG_BUSY)
		api_fail(call, api_fault_throttled(call->operation->protocol),
		    "%s", err.text);
	return rc == SG_OK || api_check(call, rc, &err, &api_v2_codes);
}

static bool
check_is_new(struct api_call *call, const char *name)
{
	struct store_identity row;
	struct err err = {0};
	enum sg_err rc = store_identity_get(
	    call->store, call->owner.facts.id, name, &row, &err);

	if (rc == SG_OK)
		api_fail(call, "AlreadyExistsException",
		    "Email identity %.300s already exists.", name);
	return rc == SG_MISSING ||
	       (rc != SG_OK && api_check(call, rc, &err, &api_v2_codes));
}

bool
api_identity_make(struct api_call *call, const struct identity_wish *wish,
    struct store_identity *row_r)
{
	char name[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	struct err err = {0};
	enum sg_err rc;

	if (!check_name(call, wish->name, name, &type) ||
	    !check_is_new(call, name) || !check_set(call, wish->set) ||
	    !check_room(call) ||
	    (type == RULES_IDENTITY_EMAIL && !check_letter(call, name)))
		return false;
	rc = identity_make(call->store, call->seal, call->conf, call->account,
	    wish, call->now_sec, row_r, &err);
	/* made in this moment by another call */
	if (rc == SG_EXISTS)
		return check_is_new(call, name);
	return api_identity_done(call, rc, &err, wish->name);
}

void
api_identity_begin_anew(struct api_call *call, const struct store_identity *row)
{
	struct err err = {0};

	if (row->facts.type != RULES_IDENTITY_DOMAIN ||
	    row->facts.status != RULES_IDENTITY_FAILED)
		return;
	(void)api_identity_done(call,
	    identity_restart(call->store, call->seal, call->conf, call->account,
		row->facts.name, call->now_sec, NULL, &err),
	    &err, row->facts.name);
}

/* ---- listing --------------------------------------------------------------------- */

struct listing {
	struct api_call *call;
	struct api_page page;
	json_t *list;
	api_identity_fn *add;
};

static bool
add_row(void *ctx, const struct store_identity *row)
{
	struct listing *listing = ctx;
	bool is_full;

	if (api_page_takes(
		listing->call, &listing->page, row->facts.name, &is_full))
		listing->add(listing->list, row);
	return !is_full;
}

void
api_identity_list(struct api_call *call, const char *size, int type,
    const char *member, api_identity_fn *add)
{
	int64_t wanted = api_integer(call->in, size, 0);
	struct listing listing = {.call = call, .add = add};
	struct err err = {0};

	if (wanted < 0 || wanted > PAGE_MOST)
		api_fail(call, api_fault_invalid(call->operation->protocol),
		    "%s must be between 0 and %d, not %" PRId64, size,
		    PAGE_MOST, wanted);
	if (api_failed(call) ||
	    !api_page_open(call, size, PAGE_MOST, &listing.page))
		return;
	listing.list = api_put_list(call->out, member);
	(void)api_check(call,
	    store_identity_page(call->store, call->owner.facts.id, type,
		listing.page.after, listing.page.most + 1, add_row, &listing,
		&err),
	    &err, &api_v2_codes);
}
