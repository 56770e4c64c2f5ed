/* Lists of SES and SNS that are told in pages, by the handlers that ask the store for
 * one entry more than a page has. Knows nothing of what is listed. */
#ifndef SENDWARD_API_LISTING_H
#define SENDWARD_API_LISTING_H

#include <jansson.h>
#include <stdbool.h>
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
/* May the entry of this key be told? False: the page is full, NextToken says where to
 * go on. */
bool api_listing_takes(struct api_listing *listing, const char *key);

#endif
