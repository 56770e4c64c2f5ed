/* Lists that are told in pages, by the handlers that ask the store for
 * one entry more than a page has. Knows nothing of what is listed. */
#ifndef SENDWARD_API_LISTING_H
#define SENDWARD_API_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "api/call.h"

struct api_listing {
	struct api_call *call;
	struct api_page page;            /* after: where the page begins */
	json_t *list;                    /* of the output */
	char last[API_PAGE_KEY_MAX + 1]; /* key of the last one told */
};

/* Reads NextToken and the size as api_page_open does, and puts the list, empty, as
 * `member` of the output. False: the call has failed. */
bool api_listing_open(struct api_call *call, const char *size, int64_t most,
    const char *member, struct api_listing *listing_r);
/* The same for sendward's own operations: by PageSize, at most 100, 50 without; or
 * the page alone. */
bool api_listing_open_own(
    struct api_call *call, const char *member, struct api_listing *listing_r);
bool api_listing_page_own(struct api_call *call, struct api_page *page_r);
/* May the entry of this key be told? False: the page is full, NextToken says where to
 * go on. */
bool api_listing_takes(struct api_listing *listing, const char *key);
/* For lists whose key is a number: the last one of the page before, 0 at first. */
bool api_listing_takes_id(struct api_listing *listing, int64_t id);
int64_t api_listing_last_id(const struct api_listing *listing);

#endif
