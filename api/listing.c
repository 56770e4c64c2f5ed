/* Lists in pages: see listing.h. */
#include "config.h"

#include "api/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define OWN_MOST 100
#define OWN_USUAL 50

bool
api_listing_open(struct api_call *call, const char *size, int64_t most,
    const char *member, struct api_listing *listing_r)
{
	*listing_r = (struct api_listing){.call = call};
	if (!api_page_open(call, size, most, &listing_r->page))
		return false;
	listing_r->list = api_put_list(call->out, member);
	return true;
}

bool
api_listing_page_own(struct api_call *call, struct api_page *page_r)
{
	return api_page_open(call, "PageSize",
	    api_has(call->in, "PageSize") ? OWN_MOST : OWN_USUAL, page_r);
}

bool
api_listing_open_own(
    struct api_call *call, const char *member, struct api_listing *listing_r)
{
	*listing_r = (struct api_listing){.call = call};
	if (!api_listing_page_own(call, &listing_r->page))
		return false;
	listing_r->list = api_put_list(call->out, member);
	return true;
}

bool
api_listing_takes(struct api_listing *listing, const char *key)
{
	if (listing->page.count == listing->page.most) {
		api_page_more(listing->call, listing->last);
		return false;
	}
	listing->page.count++;
	(void)snprintf(listing->last, sizeof(listing->last), "%s", key);
	return true;
}

bool
api_listing_takes_id(struct api_listing *listing, int64_t id)
{
	char key[24];

	(void)snprintf(key, sizeof(key), "%" PRId64, id);
	return api_listing_takes(listing, key);
}

int64_t
api_listing_last_id(const struct api_listing *listing)
{
	return strtoll(listing->page.after, NULL, 10);
}
