/* Lists in pages: see listing.h. */
#include "config.h"

#include "api/listing.h"

#include <stdio.h>

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
