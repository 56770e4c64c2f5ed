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

/* Lines in one transaction: others wait for the store meanwhile. */
#define INGEST_BATCH 200

/* Reads what there is (bounded by what was there at the beginning), in batches;
 * files that were read to their end and have no writer any more are deleted. Not
 * within a transaction. *messages_r: how many. A line that cannot be read is
 * logged and skipped. Messages of accounts that are gone are skipped. */
enum sg_err ingest_run(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *messages_r, struct err *err_r);

#endif
