/* Counts over all accounts, for /metrics. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

static enum sg_err
count_by_status(
    struct store *store, struct store_numbers *numbers_r, struct err *err_r)
{
	int64_t *const counts[] = {
	    numbers_r->identities, numbers_r->dkim, numbers_r->mail_from};
	struct query q;

	query_open(&q, store, QUERY_NUMBERS_STATUS, err_r);
	while (query_next(&q)) {
		int64_t which = query_int(&q, 0), status = query_int(&q, 1);

		if (which >= 0 && which < 3 && status >= 0 && status < 5)
			counts[which][status] = query_int(&q, 2);
	}
	return query_close(&q);
}

enum sg_err
store_numbers(struct store *store, int64_t now_sec,
    struct store_numbers *numbers_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;

	*numbers_r = (struct store_numbers){0};
	code = count_by_status(store, numbers_r, err_r);
	if (code != SG_OK)
		return code;
	query_open(&q, store, QUERY_NUMBERS_OTHER, err_r);
	query_bind_int(&q, "$now", now_sec);
	if (query_next(&q)) {
		numbers_r->accounts = query_int(&q, 0);
		numbers_r->accounts_production = query_int(&q, 1);
		numbers_r->accounts_paused = query_int(&q, 2);
		numbers_r->looks_due = query_int(&q, 3);
		numbers_r->letters = query_int(&q, 4);
		numbers_r->letters_due = query_int(&q, 5);
		numbers_r->requests_open = query_int(&q, 6);
		numbers_r->zone_waiting = query_int(&q, 7);
		numbers_r->suppressions = query_int(&q, 8);
		numbers_r->accounts_review = query_int(&q, 9);
		numbers_r->throttled = query_int(&q, 10);
		numbers_r->leased = query_int(&q, 11);
		numbers_r->leased_lost = query_int(&q, 12);
	}
	return query_close(&q);
}
