/* Configuration sets, for SES v1 and v2: see set.h. */
#include "config.h"

#include "api/set.h"

#include "api/listing.h"

#define PAGE_MOST 1000

static const struct api_codes codes = {NULL, NULL, NULL};

bool
api_set_find(struct api_call *call, const char *no_set, struct store_set *row_r)
{
	const char *name = api_text(call->in, "ConfigurationSetName");
	struct err err;
	enum sg_err rc = set_get(call->store, call->account, name, row_r, &err);

	if (rc == SG_MISSING)
		api_fail(call, no_set,
		    "Configuration set <%.100s> does not exist.", name);
	return api_check(call, rc, &err, &codes);
}

void
api_set_delete(struct api_call *call, const char *no_set)
{
	const struct api_codes found = {NULL, no_set, NULL};
	struct store_set set;
	struct err err;

	if (api_set_find(call, no_set, &set))
		(void)api_check(call,
		    set_delete(
			call->store, call->account, set.facts.name, &err),
		    &err, &found);
}

struct sets {
	struct api_listing listing;
	const char *member;
};

static bool
list_set(void *ctx, const struct store_set *row)
{
	struct sets *sets = ctx;

	if (!api_listing_takes(&sets->listing, row->facts.name))
		return false;
	if (sets->member == NULL)
		api_add_text(sets->listing.list, row->facts.name);
	else
		api_put_text(api_add_object(sets->listing.list), sets->member,
		    row->facts.name);
	return true;
}

void
api_set_list(struct api_call *call, const char *size, const char *member)
{
	struct sets sets = {.member = member};
	struct err err;

	if (api_listing_open(
		call, size, PAGE_MOST, "ConfigurationSets", &sets.listing))
		(void)api_check(call,
		    store_set_page(call->store, call->owner.facts.id,
			sets.listing.page.after, sets.listing.page.most + 1,
			list_set, &sets, &err),
		    &err, &codes);
}
