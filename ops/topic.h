/* Topics and their subscriptions: made, confirmed, ended. Does not deliver. */
#ifndef SENDWARD_OPS_TOPIC_H
#define SENDWARD_OPS_TOPIC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/topics.h"

struct conf;
struct seal;

/* Names: 1 to 256 of A-Z a-z 0-9 _ -. One that is there is not made again
 * (*is_new_r false), as with SNS. */
enum sg_err topic_create(struct store *store, const char *account,
    const char *name, int64_t now_sec, struct store_topic *row_r,
    bool *is_new_r, struct err *err_r);
enum sg_err topic_get(struct store *store, const char *account,
    const char *name, struct store_topic *row_r, struct err *err_r);
/* signature_version 0: stays; display_name NULL: stays. */
enum sg_err topic_change(struct store *store, const char *account,
    const char *name, int signature_version, const char *display_name,
    struct store_topic *row_r, struct err *err_r);
enum sg_err topic_delete(struct store *store, const char *account,
    const char *name, struct err *err_r);

/* arn:aws:sns:REGION:000000000001:NAME; of a subscription with :UUID behind it. */
#define TOPIC_ARN_MAX 400
void topic_arn(const struct conf *conf, const struct store_topic *topic,
    char arn_r[TOPIC_ARN_MAX]);
void topic_subscription_arn(const struct conf *conf,
    const struct store_topic *topic, const char *uuid,
    char arn_r[TOPIC_ARN_MAX]);

/* The other way: what stands behind arn:aws:sns:REGION:NUMBER: (a name, and of a
 * subscription :UUID). Any region will do: clients put what they were given. NULL: it
 * is another account's, or no such ARN. */
const char *topic_arn_name(int64_t account_id, const char *arn);

#define TOPIC_TOKEN_DAYS 2
struct topic_subscribe {
	const char *protocol; /* http, https, email, email-json, command */
	const char *endpoint;
	bool raw;
	bool is_operator;  /* may name a command, and confirm by his word */
	bool is_confirmed; /* by the operator's word */
};
/* A confirmation is on its way to the endpoint (http, https, email) unless it is
 * confirmed by word; commands always are. One that is there: a new token when it
 * waits, else as it is. SG_INVALID says what is wrong with the endpoint (form,
 * forbidden address literal, command outside notify.command_dir). */
enum sg_err topic_subscribe(struct store *store, const struct conf *conf,
    const struct seal *seal, const char *account, const char *topic,
    const struct topic_subscribe *wanted, int64_t now_msec,
    struct store_subscription *row_r, struct err *err_r);
/* By the token of the confirmation (sent to the endpoint alone). SG_MISSING: void or
 * used up after TOPIC_TOKEN_DAYS. Confirmed again: SG_OK. */
enum sg_err topic_confirm(struct store *store, const char *token,
    int64_t now_sec, struct store_subscription *row_r, struct err *err_r);
/* Whose token it is, without using it: SG_MISSING as above. */
enum sg_err topic_look(struct store *store, const char *token, int64_t now_sec,
    struct store_subscription *row_r, struct store_topic *topic_r,
    struct err *err_r);
/* Ends it. A confirmed one of http(s) is told (UnsubscribeConfirmation), with a
 * token that takes it back for TOPIC_TOKEN_DAYS: until then its row stays, not
 * confirmed. Any other is gone at once. SG_MISSING. */
enum sg_err topic_unsubscribe(struct store *store, const struct conf *conf,
    const struct seal *seal, const char *uuid, int64_t now_msec,
    struct err *err_r);

/* Subscriptions that nobody confirmed while their token was valid are deleted, at
 * most `most`; *gone_r how many. */
enum sg_err topic_expire(struct store *store, int64_t now_sec, int most,
    int64_t *gone_r, struct err *err_r);

/* Mail to confirm a subscription goes to one address at most so often. */
#define TOPIC_RESEND_SEC 60
#define TOPIC_UNCONFIRMED_MOST 5

#define TOPIC_SEAL_TOKEN "subscription"
#define TOPIC_SEAL_KEY "signing certificate"

/* The certificate whose key signs; makes one (RSA 2048, ten years, self-signed)
 * when there is none. */
enum sg_err topic_certificate(struct store *store, const struct seal *seal,
    int64_t now_sec, store_certificate_fn *fn, void *ctx, struct err *err_r);

#endif
