/* How a line of the journal becomes rows. Internal to ops/ingest*.c. */
#ifndef SENDWARD_OPS_INGEST_PARTS_H
#define SENDWARD_OPS_INGEST_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"

struct conf;

/* What a batch adds up, so that each count is written once. */
struct ingest_batch {
	struct store *store;
	const struct conf *conf;
	int64_t now_sec;
	struct store_tally *tallies;
	size_t tally_count, tally_size;
	int64_t messages;
};

/* One line into the store, within the batch's transaction. SG_INVALID: it is none;
 * nothing was written. Of an account that is gone: SG_OK, nothing is written. */
enum sg_err ingest_line(struct ingest_batch *batch, const char *line,
    size_t len, struct err *err_r);

/* store_message.facts of a line. A new reference; NULL: no memory. */
json_t *ingest_facts(const json_t *line);

#endif
