/* What is known of mail that left: one message with all that happened to it, and
 * lists of messages, events and reports for people. Changes nothing. */
#ifndef SENDWARD_OPS_MESSAGE_H
#define SENDWARD_OPS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"

struct arena;

/* At most so many events, fates and reports each of one message; what is beyond is
 * left out. */
#define MESSAGE_ROWS_MAX 5000

/* Everything about one message, loaded at once. */
struct message_file {
	/* False: the message is not known (any more), only events or reports
	 * that name it; then row holds queue id and account alone. */
	bool is_known;
	struct store_message row;
	char account[RULES_NAME_MAX + 1];     /* "" nobody's */
	char identity[RULES_ADDRESS_MAX + 1]; /* of From; "" none, or gone */
	char set[65];                         /* "" none, or gone */
	struct store_event *events;           /* in the order of time */
	size_t event_count;
	struct store_fate *fates;
	size_t fate_count;
	struct store_report *reports; /* without content; the newest first */
	size_t report_count;
	bool is_cut; /* there are more events, fates or reports */
	struct arena *arena;
};
/* By the queue id, whoever's it is; when two accounts had it, the newer message.
 * SG_MISSING says how to find one. Free with message_file_free. */
enum sg_err message_file_load(struct store *store, const char *queue_id,
    struct message_file **file_r, struct err *err_r);
/* The same of one account: what others have is not there. */
enum sg_err message_file_load_of(struct store *store, int64_t account_id,
    const char *queue_id, struct message_file **file_r, struct err *err_r);
void message_file_free(struct message_file **file);

/* The newest first, at most `most`. account NULL: all. */
typedef bool message_list_fn(
    void *ctx, const char *account, const struct store_message *row);
enum sg_err message_list(struct store *store, const char *account, int most,
    message_list_fn *fn, void *ctx, struct err *err_r);

/* Events that the filter wants (its account_id is filled from account; NULL: all),
 * each with its message, NULL when that is not known (any more). */
typedef bool message_event_fn(void *ctx, const struct store_event *event,
    const struct store_message *message);
enum sg_err message_event_list(struct store *store, const char *account,
    const struct store_event_filter *filter, message_event_fn *fn, void *ctx,
    struct err *err_r);

/* "MATCHED", "UNMATCHED", …, and what that means, for people. */
const char *message_report_state_name(enum store_report_state state);
const char *message_report_state_text(enum store_report_state state);

/* Kept reports without content, the newest first. account NULL: all;
 * is_nobodys: those that belong to no account alone. */
typedef bool message_report_fn(
    void *ctx, const char *account, const struct store_report *row);
enum sg_err message_report_list(struct store *store, const char *account,
    bool is_nobodys, int most, message_report_fn *fn, void *ctx,
    struct err *err_r);
/* One, with its content. SG_MISSING. */
enum sg_err message_report_get(struct store *store, int64_t id,
    message_report_fn *fn, void *ctx, struct err *err_r);

#endif
