/* From the journal into the store: messages, their Send and Reject events, the
 * counts of reputation, and what a report that came earlier was waiting for. Each
 * batch and the place up to which it was read are one transaction, so nothing is
 * lost and nothing comes twice, whoever does it and whenever he is killed. */
#ifndef SENDWARD_OPS_INGEST_H
#define SENDWARD_OPS_INGEST_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct store;

/* Lines in one transaction, and how long it may take: others wait for the store
 * meanwhile. Only what has piled up is taken by more than the first; then a thread
 * reads the next ones while these are written. */
#define INGEST_BATCH 500
#define INGEST_BATCH_MOST 4000
#define INGEST_BATCH_MSEC 200

/* A line of what left: the message's row, its Send event (a row of its own only when
 * somebody is told of it: store_message.tells_send), and, as in Amazon SES, a
 * Bounce or Complaint event OnAccountSuppressionList for the recipients that the list
 * held back; tallies of the account and of its set, in the bucket of the time of
 * sending. facts of the row: {"headers": [{"name", "value"}], "headersTruncated",
 * "commonHeaders": {"from": [], "to": [], …}, "tags": {"name": [values]}, "identity",
 * "set"}, and of the API's mail "submission", "operation". A refused message has no row: its Reject event {"reason", "reply"} keeps
 * what `mail` is made of (EVENT_PRIVATE_KEY).
 *
 * Reads what there is (bounded by what was there at the beginning), in batches;
 * files that were read to their end and have no writer any more are deleted. Not
 * within a transaction. *messages_r: how many. A line that cannot be read is
 * logged and skipped. Messages of accounts that are gone are skipped. */
enum sg_err ingest_run(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *messages_r, struct err *err_r);

/* For who calls again and again: whom the memory knows to have been judged less than
 * INGEST_JUDGED_SEC ago is not judged for what he sent, unless bounces or complaints
 * came with it. NULL is fine. */
#define INGEST_JUDGED_SEC 10
struct ingest_memory;
struct ingest_memory *ingest_memory_new(void); /* NULL: no memory */
void ingest_memory_free(struct ingest_memory **memory);
enum sg_err ingest_follow(struct store *store, const struct conf *conf,
    struct ingest_memory *memory, int64_t now_sec, int64_t *messages_r,
    struct err *err_r);

#endif
