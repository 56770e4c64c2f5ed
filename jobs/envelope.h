/* What a subscriber gets: the envelope of Amazon SNS around a message, as JSON,
 * signed. Sends nothing. */
#ifndef SENDWARD_JOBS_ENVELOPE_H
#define SENDWARD_JOBS_ENVELOPE_H

#include <stdint.h>
#include "base/err.h"
#include "store/topics.h"

struct buf;
struct conf;
struct seal;

/* The key that signs; read-only once it is made. */
struct envelope_signer;
enum sg_err envelope_signer_new(const struct seal *seal,
    const struct store_certificate *row, struct envelope_signer **signer_r,
    struct err *err_r);
void envelope_signer_free(struct envelope_signer **signer);

/* Borrowed for the call. */
struct envelope_env {
	const struct conf *conf;
	const struct seal *seal;
	const struct envelope_signer *signer;
	const char *base_url; /* of sendward-apid, without a final slash */
};

/* "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation" */
const char *envelope_type(enum store_publication_type type);

/* A body that has the form of ops/event.h can be as large as a message's header;
 * an envelope escapes it. */
#define ENVELOPE_MAX_BYTES (4 * 1024 * 1024)

/* Appends the JSON text. The same row gives the same text, signature and all.
 * SG_INVALID, SG_CRYPTO: it can never be written; SG_NOMEM. */
enum sg_err envelope_write(const struct envelope_env *env,
    const struct store_notification *row, struct buf *out, struct err *err_r);

/* The token of a confirmation, in clear; seal_wipe_free it. */
enum sg_err envelope_token(const struct seal *seal,
    const struct store_publication *row, char **token_r, size_t *len_r,
    struct err *err_r);

#endif
