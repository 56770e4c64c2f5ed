/* Signs one message as it streams by: From oversigned, one signature per key. The
 * only door to libopendkim. Does not verify, does not touch the message. */
#ifndef SENDWARD_DKIM_SIGN_H
#define SENDWARD_DKIM_SIGN_H

#include <stddef.h>
#include <stdint.h>
#include "dkim/key.h"

struct dkim_signer;

enum dkim_canon { DKIM_RELAXED_RELAXED, DKIM_RELAXED_SIMPLE };

/* Once per process before any thread signs; and at the end. */
enum sg_err dkim_sign_init(struct err *err_r);
void dkim_sign_fini(void);

/* For tests that compare signatures: t= of every later signature; 0 = clock. */
void dkim_sign_set_time(uint64_t now_sec);

/* Two of the sender's, one of the operator's. */
#define DKIM_SIGN_MAX_KEYS 3

/* keys: 1..DKIM_SIGN_MAX_KEYS, each with its selector and domain (d=, lower case);
 * the signer takes references of its own. message_id names the message in
 * libopendkim's errors. The library writes t= from the system clock by itself. One signer belongs to one thread at a time,
 * but may move between threads. */
struct dkim_sign_key {
	struct dkim_key *key;
	const char *selector;
	const char *domain;
};
enum sg_err dkim_signer_new(const char *message_id,
    const struct dkim_sign_key *keys, size_t key_count, enum dkim_canon canon,
    struct dkim_signer **signer_r, struct err *err_r);
void dkim_signer_free(struct dkim_signer **signer);

/* In this order: each header field ("Name", value as the milter hears it, folding
 * "\n " or "\r\n "), only those that will leave with the message; end of headers;
 * body pieces (CRLF line ends; bare LF is made CRLF); finish. */
enum sg_err dkim_signer_header(struct dkim_signer *signer, const char *name,
    const char *value, struct err *err_r);
enum sg_err dkim_signer_end_of_headers(
    struct dkim_signer *signer, struct err *err_r);
enum sg_err dkim_signer_body(struct dkim_signer *signer, const void *data,
    size_t len, struct err *err_r);
/* The values for DKIM-Signature fields, one per key in the order given, folded
 * with "\n\t", owned by the signer. No value is handed out unless all succeeded. */
enum sg_err dkim_signer_finish(struct dkim_signer *signer,
    const char *values_r[DKIM_SIGN_MAX_KEYS], size_t *count_r,
    struct err *err_r);

/* How often the decoded key was used instead of being read again (a test proves
 * that libopendkim takes our key). */
unsigned long dkim_sign_cache_hits(void);

#endif
