/* Messages of one account, found by what people know of them. Changes nothing. */
#ifndef SENDWARD_OPS_MESSAGE_SEARCH_H
#define SENDWARD_OPS_MESSAGE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"

struct message_query {
	int64_t account_id;
	const char *recipient;  /* a whole address, "@" and a domain, or how an
				  address begins; in any case; "" any */
	const char *message_id; /* or how it begins; "" any */
	const char *tag;        /* NAME=VALUE; "" any */
	/* "DELIVERED", "BOUNCED", "COMPLAINED", "DELAYED", "PENDING" (none of
	 * these), "REJECTED" (it never left; only these are so); "" all that
	 * left */
	const char *status;
	int64_t since_msec, until_msec; /* sent then; 0: any time */
	int64_t before;                 /* of the page before; 0: the newest */
	int most;
};

/* status: "DELIVERED", …; of what has happened to a message: a sum of 1 << enum
 * store_event_kind. */
typedef bool message_search_fn(
    void *ctx, const struct store_message *row, int kinds);
/* The newest first, at most `most`. *next_r: `before` of the next page; 0: this was
 * the last. A page that would need a look at too much is short, even empty, and
 * goes on. SG_INVALID: a filter that is too long. */
enum sg_err message_search(struct store *store,
    const struct message_query *query, message_search_fn *fn, void *ctx,
    int64_t *next_r, struct err *err_r);

/* "DELIVERED", …; NULL: a kind of event that is no outcome. */
const char *message_search_status(enum store_event_kind kind);

#endif
