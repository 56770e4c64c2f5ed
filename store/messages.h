/* Messages found by what people know of them, messages that were refused, reports by
 * state, and what became of publications. Part of store.h: its rules on threads,
 * errors and lists hold here. */
#ifndef SENDWARD_STORE_MESSAGES_H
#define SENDWARD_STORE_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"
#include "store/topics.h"

/* ---- keys of messages --------------------------------------------------------- */
/* "r:" and a recipient in lower case, "d:" and a recipient's domain, "t:" and
 * NAME=VALUE of a tag (these up to 640 bytes), "s:" and the number of an enum store_event_kind that has
 * happened to it (DELIVERY to DELIVERY_DELAY), STORE_MESSAGE_PENDING while none of
 * these has. */
#define STORE_MESSAGE_PENDING "s:"

/* Writes the keys of messages that were just written, in the order of their ids, all
 * of which are behind last_id; those with id 0 are left out. Within a transaction.
 * They become one run: see store_message_tidy. */
enum sg_err store_message_add_keys(struct store *store,
    const struct store_message *list, size_t count, int64_t last_id,
    struct err *err_r);
/* The greatest id below before_id of the account's messages that have the key (""
 * any); *id_r 0: there is none. The message may be gone, but for STORE_MESSAGE_PENDING
 * and "". */
enum sg_err store_message_seek(struct store *store, int64_t account_id,
    const char *key, int64_t before_id, int64_t *id_r, struct err *err_r);
/* Ids of messages with a key that begins so, or (prefix of a queue id) whose queue id
 * does, in no order, some twice, at most `most`; ids from from_id to below
 * before_id. The prefix is not empty. */
typedef bool store_message_id_fn(void *ctx, int64_t id);
enum sg_err store_message_range(struct store *store, int64_t account_id,
    const char *prefix, bool is_queue_id, int64_t from_id, int64_t before_id,
    int most, store_message_id_fn *fn, void *ctx, struct err *err_r);
enum sg_err store_message_get_by_id(struct store *store, int64_t account_id,
    int64_t id, store_message_fn *fn, void *ctx,
    struct err *err_r); /* SG_MISSING */
/* Brings together some runs of keys, if there are too many small ones, so that to ask
 * stays cheap; a transaction of its own, of some megabytes at most. *is_done_r: there
 * was nothing to do. */
enum sg_err store_message_tidy(
    struct store *store, bool *is_done_r, struct err *err_r);
/* To who has been waiting for an hour or two STORE_MESSAGE_PENDING is given: before,
 * it is found out each time. Ids of at most `most` messages. *is_done_r: there is
 * nothing to do yet. */
enum sg_err store_message_settle(struct store *store, int64_t now_sec, int most,
    bool *is_done_r, struct err *err_r);
/* Kinds of event that have happened to it (DELIVERY to DELIVERY_DELAY): a sum of
 * 1 << kind. */
enum sg_err store_message_outcomes(struct store *store, int64_t account_id,
    int64_t id, int *kinds_r, struct err *err_r);
/* The id of the first message, of any account, that was sent at or after that time;
 * 0 none. Ids follow times but roughly. */
enum sg_err store_message_id_at(
    struct store *store, int64_t since_msec, int64_t *id_r, struct err *err_r);

/* Events of messages that never left (REJECT, RENDERING_FAILURE), the newest first,
 * with an id below before_id, at most `most`. */
enum sg_err store_event_refused(struct store *store, int64_t account_id,
    int64_t before_id, int most, store_event_fn *fn, void *ctx,
    struct err *err_r);

/* ---- reports ------------------------------------------------------------------- */
/* Without content, the newest first, with an id below before_id. */
enum sg_err store_report_list_state(struct store *store,
    enum store_report_state state, int64_t before_id, int most,
    store_report_fn *fn, void *ctx, struct err *err_r);

/* ---- notifications -------------------------------------------------------------- */
/* Dead letters of an account, the newest first, with an id below before_id. */
enum sg_err store_dead_letter_list(struct store *store, int64_t account_id,
    int64_t before_id, int most, store_notification_fn *fn, void *ctx,
    struct err *err_r);
/* Is it a dead letter of the account's? */
enum sg_err store_dead_letter_has(struct store *store, int64_t account_id,
    int64_t id, bool *has_r, struct err *err_r);
/* Due again, attempts 0. SG_MISSING: the account has no such dead letter. */
enum sg_err store_dead_letter_retry(struct store *store, int64_t account_id,
    int64_t id, int64_t now_sec, struct err *err_r);
/* Those that wait or are dead: of the account's publications that tell of a message;
 * of one publication. At most `most`. */
enum sg_err store_notification_of_message(struct store *store,
    int64_t account_id, const char *queue_id, int most,
    store_notification_fn *fn, void *ctx, struct err *err_r);
enum sg_err store_notification_of_publication(struct store *store,
    int64_t publication_id, int most, store_notification_fn *fn, void *ctx,
    struct err *err_r);

/* As store_notification_delete, and what was delivered is remembered while its
 * publication is one of the topic's STORE_PAST_MOST newest. */
#define STORE_PAST_MOST 20
enum sg_err store_notification_delivered(struct store *store,
    const struct store_notification *row, struct err *err_r);
/* The newest publications of a topic, the newest first: some still on their way,
 * some known by what was delivered alone. Borrowed. */
struct store_past {
	int64_t id;
	const char *uuid, *subject;
	int64_t created_msec;
};
typedef bool store_past_fn(void *ctx, const struct store_past *row);
enum sg_err store_publication_newest(struct store *store, int64_t topic_id,
    int most, store_past_fn *fn, void *ctx, struct err *err_r);
/* What was delivered of one, to subscriptions that are still there. */
struct store_past_delivery {
	char uuid[STORE_UUID_MAX + 1]; /* of the subscription */
	char protocol[16];
	char endpoint[STORE_ENDPOINT_MAX + 1];
	int64_t attempts;
};
typedef bool store_past_delivery_fn(
    void *ctx, const struct store_past_delivery *row);
enum sg_err store_past_delivery_list(struct store *store, int64_t topic_id,
    int64_t publication_id, int most, store_past_delivery_fn *fn, void *ctx,
    struct err *err_r);

#endif
