/* Sends by the API that happen once: SDKs repeat a call whose answer got lost, and
 * the second try is to hear what the first came to. What was begun is noted before
 * the mail server has the message; a try whose process was killed meanwhile is found
 * by what the milter noted. Sends nothing. */
#ifndef SENDWARD_OPS_ONCE_H
#define SENDWARD_OPS_ONCE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/topics.h"

struct buf;
struct conf;
struct store;

#define ONCE_KEEP_SEC 86400
/* A mail server that has the whole of a message may take so long to take it:
 * Postfix waits for a milter up to 5 minutes. Before, nobody knows that it did
 * not. */
#define ONCE_SETTLE_SEC 600
/* A call that is under way for so long has lost its thread. */
#define ONCE_CALL_SEC 7200

struct once_key {
	const char *access_key_id;
	const char
	    *key; /* up to 64 characters; the caller's hash of longer ones */
	const char *body_hash;
	int64_t account_id;
};
enum once_state {
	ONCE_BEGUN,    /* by us: the first time, or nothing came of others */
	ONCE_LOST,     /* by us now; another had begun and is gone: what he
	                  handed in is to be looked for, by once_find */
	ONCE_RUNNING,  /* by another, who is at it */
	ONCE_ANSWERED, /* answer_r */
	ONCE_MISMATCH, /* another body */
};
struct once_try {
	/* names it to the mail server: what the milter notes it under; "": of a
	 * try that is not ours */
	char uuid[STORE_UUID_MAX + 1];
	int64_t begun_msec; /* the first time */
	bool is_noted;      /* there is a row of it */
};

/* The store should be open as STORE_OPEN_COUNT. answer_r: appended to. */
enum sg_err once_begin(struct store *store, const struct once_key *key,
    int64_t now_msec, enum once_state *state_r, struct once_try *try_r,
    struct buf *answer_r, struct err *err_r);
/* A try that can be repeated by nobody: a name alone. */
enum sg_err once_unnoted(
    int64_t now_msec, struct once_try *try_r, struct err *err_r);

/* How a try of ours ended. */
enum sg_err once_answer(struct store *store, const struct once_key *key,
    const char *answer, struct err *err_r);
/* Nothing was sent: the next try is the first. */
enum sg_err once_forget(
    struct store *store, const struct once_key *key, struct err *err_r);
/* It is not known what came of it: the next try is to look. */
enum sg_err once_lose(
    struct store *store, const struct once_key *key, struct err *err_r);

/* Did a message leave that was handed in under this name (uuid and what the caller
 * appended) since? Reads the journal first. SG_MISSING: not yet. */
enum sg_err once_find(struct store *store, const struct conf *conf,
    int64_t account_id, const char *submission, int64_t since_msec,
    int64_t now_sec, char queue_id_r[RULES_QUEUE_ID_MAX + 1],
    struct err *err_r);

#endif
