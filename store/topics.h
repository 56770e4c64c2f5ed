/* Who is told: configuration sets with their event destinations, topics, their
 * subscriptions, and what is on its way to these. Part of store.h: its rules on
 * threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_TOPICS_H
#define SENDWARD_STORE_TOPICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/store.h"

/* ---- configuration sets ----------------------------------------------------- */
struct store_set {
	struct rules_set facts; /* listens_kinds is made by the store */
	bool reputation;        /* counted by itself */
	enum rules_standing standing;
	int64_t fresh_start_sec;
	int64_t created_sec;
	enum store_paused_by paused_by; /* means something while paused */
	char pool[65];                  /* that sends its mail; "" none */
};
typedef bool store_set_fn(void *ctx, const struct store_set *row);
enum sg_err store_set_create(struct store *store,
    struct store_set *row /* facts.id is filled */, struct err *err_r);
enum sg_err store_set_get(struct store *store, int64_t account_id,
    const char *name, struct store_set *row_r, struct err *err_r);
enum sg_err store_set_get_by_id(struct store *store, int64_t id,
    struct store_set *row_r, struct err *err_r);
enum sg_err store_set_update(struct store *store, const struct store_set *row,
    struct err *err_r); /* all but id, account, name, created_sec */
enum sg_err store_set_delete(
    struct store *store, int64_t id, struct err *err_r);
/* account_id 0: all. */
enum sg_err store_set_list(struct store *store, int64_t account_id,
    store_set_fn *fn, void *ctx, struct err *err_r);
enum sg_err store_set_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);
/* The first `most` behind the name `after`, by name. */
enum sg_err store_set_page(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_set_fn *fn, void *ctx,
    struct err *err_r);

struct store_destination {
	int64_t id;
	int64_t set_id;
	char name[65];
	bool enabled;
	int kinds; /* sum of 1 << enum store_event_kind */
	int64_t topic_id;
};
typedef bool store_destination_fn(
    void *ctx, const struct store_destination *row);
enum sg_err store_destination_add(struct store *store,
    struct store_destination *row, struct err *err_r); /* SG_EXISTS */
enum sg_err store_destination_update(struct store *store,
    const struct store_destination *row, struct err *err_r); /* by set, name */
enum sg_err store_destination_remove(
    struct store *store, int64_t set_id, const char *name, struct err *err_r);
enum sg_err store_destination_list(struct store *store, int64_t set_id,
    store_destination_fn *fn, void *ctx, struct err *err_r);

/* ---- topics -------------------------------------------------------------------- */
struct store_topic {
	int64_t id;
	int64_t account_id;
	char name[257];
	char display_name[101];
	int signature_version; /* 1 SHA1, 2 SHA256 */
	int64_t created_sec;
};
typedef bool store_topic_fn(void *ctx, const struct store_topic *row);
enum sg_err store_topic_create(
    struct store *store, struct store_topic *row, struct err *err_r);
enum sg_err store_topic_get(struct store *store, int64_t account_id,
    const char *name, struct store_topic *row_r, struct err *err_r);
enum sg_err store_topic_get_by_id(struct store *store, int64_t id,
    struct store_topic *row_r, struct err *err_r);
enum sg_err store_topic_update(struct store *store,
    const struct store_topic *row, struct err *err_r); /* display_name,
    signature_version */
/* With its subscriptions, destinations, and what is on its way. */
enum sg_err store_topic_delete(
    struct store *store, int64_t id, struct err *err_r);
/* account_id 0: all. */
enum sg_err store_topic_list(struct store *store, int64_t account_id,
    store_topic_fn *fn, void *ctx, struct err *err_r);
/* Those of an account with names behind `after`, in their order, at most `most`. */
enum sg_err store_topic_page(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_topic_fn *fn, void *ctx,
    struct err *err_r);
enum sg_err store_topic_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);

/* ---- subscriptions ---------------------------------------------------------------- */
#define STORE_UUID_MAX 36
#define STORE_ENDPOINT_MAX 2048
struct store_subscription {
	int64_t id;
	char uuid[STORE_UUID_MAX + 1];
	int64_t topic_id;
	char protocol[16]; /* http, https, email, email-json, command */
	char endpoint[STORE_ENDPOINT_MAX + 1];
	bool confirmed;
	unsigned char token_hash[32]; /* valid while token_expires_sec > 0 */
	int64_t token_expires_sec;
	bool raw; /* the message alone, without the envelope */
	int64_t created_sec;
};
typedef bool store_subscription_fn(
    void *ctx, const struct store_subscription *row);
enum sg_err store_subscription_add(struct store *store,
    struct store_subscription *row, struct err *err_r); /* SG_EXISTS */
enum sg_err store_subscription_get(struct store *store, const char *uuid,
    struct store_subscription *row_r, struct err *err_r);
enum sg_err store_subscription_get_by_id(struct store *store, int64_t id,
    struct store_subscription *row_r, struct err *err_r);
enum sg_err store_subscription_get_by_endpoint(struct store *store,
    int64_t topic_id, const char *protocol, const char *endpoint,
    struct store_subscription *row_r, struct err *err_r);
enum sg_err store_subscription_get_by_token(struct store *store,
    const unsigned char hash[32], struct store_subscription *row_r,
    struct err *err_r);
enum sg_err store_subscription_update(struct store *store,
    const struct store_subscription *row, struct err *err_r); /* confirmed,
    token_hash, token_expires_sec, raw */
enum sg_err store_subscription_delete(
    struct store *store, int64_t id, struct err *err_r);
/* topic_id 0: all. */
enum sg_err store_subscription_list(struct store *store, int64_t topic_id,
    store_subscription_fn *fn, void *ctx, struct err *err_r);
/* Those of an account, or of one topic of the account's (topic_id not 0), with ids
 * above after_id, in their order, at most `most`. */
enum sg_err store_subscription_page(struct store *store, int64_t account_id,
    int64_t topic_id, int64_t after_id, int64_t most, store_subscription_fn *fn,
    void *ctx, struct err *err_r);
/* Of a topic. */
enum sg_err store_subscription_count(struct store *store, int64_t topic_id,
    int64_t *confirmed_r, int64_t *pending_r, struct err *err_r);

/* ---- publications and their way ---------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_publication_type {
	STORE_PUBLICATION_NOTIFICATION,
	STORE_PUBLICATION_CONFIRMATION,
	STORE_PUBLICATION_UNSUBSCRIBED,
};
struct store_publication {
	int64_t id;
	char uuid[STORE_UUID_MAX + 1]; /* MessageId */
	int64_t topic_id;
	enum store_publication_type type;
	const char *subject;         /* "" none */
	const char *body;            /* Message */
	const unsigned char *sealed; /* token, seal context "subscription" */
	size_t sealed_len;
	int64_t created_msec;
	const char *queue_id; /* of the message it tells of, for
				 store_publication_add alone; NULL none */
};
/* With one notification for each confirmed subscription of the topic; or, when
 * subscription_id is not 0, for that one alone, confirmed or not. Nobody to tell:
 * nothing is written, row->id is 0. */
enum sg_err store_publication_add(struct store *store,
    struct store_publication *row, int64_t subscription_id, int64_t now_sec,
    struct err *err_r);

struct store_notification {
	int64_t id;
	int64_t next_sec; /* 0: a dead letter */
	int64_t attempts;
	char error[256];                      /* of the last attempt */
	struct store_publication publication; /* borrowed strings */
	struct store_subscription subscription;
	struct store_topic topic;
};
typedef bool store_notification_fn(
    void *ctx, const struct store_notification *row);
/* Due at now_sec, the longest due first, but no more than `each` of one
 * subscription: one that is slow must not stand in the way of the others. */
enum sg_err store_notification_due(struct store *store, int64_t now_sec,
    int most, int each, store_notification_fn *fn, void *ctx,
    struct err *err_r);
/* subscription_id 0: all; is_dead: dead letters alone, else those that wait. */
enum sg_err store_notification_list(struct store *store,
    int64_t subscription_id, bool is_dead, int most, store_notification_fn *fn,
    void *ctx, struct err *err_r);
/* attempts + 1, next_sec (0: dead), error (may be cut). SG_OK also when gone. */
enum sg_err store_notification_retry(struct store *store, int64_t id,
    int64_t next_sec, const char *error, struct err *err_r);
/* next_sec and error, without counting an attempt. SG_OK also when gone. */
enum sg_err store_notification_set(struct store *store, int64_t id,
    int64_t next_sec, const char *error, struct err *err_r);
/* Delivered: the row goes, and the publication when it was its last. SG_OK also
 * when there is none. */
enum sg_err store_notification_delete(
    struct store *store, int64_t id, struct err *err_r);
/* Dead letters of a subscription are due again, attempts 0. */
enum sg_err store_notification_replay(struct store *store,
    int64_t subscription_id, int64_t now_sec, int64_t *count_r,
    struct err *err_r);
/* Dead letters that were published before, with publications nobody waits for. */
enum sg_err store_notification_purge(struct store *store, int64_t before_msec,
    int most, int64_t *gone_r, struct err *err_r);
struct store_notification_numbers {
	int64_t waiting, due, dead;
};
enum sg_err store_notification_count(struct store *store,
    int64_t subscription_id /* 0: all */, int64_t now_sec,
    struct store_notification_numbers *numbers_r, struct err *err_r);

/* ---- keys that notifications are signed with ---------------------------------------- */
struct store_certificate {
	int64_t id;
	char name[65];           /* lower-case hexadecimal */
	const char *certificate; /* PEM */
	const unsigned char
	    *sealed; /* PEM, seal context "signing certificate" */
	size_t sealed_len;
	int64_t created_sec;
};
typedef bool store_certificate_fn(
    void *ctx, const struct store_certificate *row);
enum sg_err store_certificate_add(
    struct store *store, struct store_certificate *row, struct err *err_r);
/* name NULL: the newest. SG_MISSING */
enum sg_err store_certificate_get(struct store *store, const char *name,
    store_certificate_fn *fn, void *ctx, struct err *err_r);

#endif
