/* Messages of a batch and what they add up to: see ingest_parts.h. Reads no line. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ops/figure.h"
#include "ops/metric.h"
#include "rules/recipients.h"
#include "rules/reputation.h"
#include "store/tenants.h"

#define ARENA_MAX_BYTES (256 * 1024 * 1024)
#define DAY_SEC INT64_C(86400)
#define MINUTE_SEC INT64_C(60)
/* A key of facts that says of what is counted elsewhere, too. */
#define OUTGOING "\"outgoingIp\":"

enum sg_err
ingest_batch_init(struct ingest_batch *batch, struct store *store,
    const struct conf *conf, int64_t now_sec, struct err *err_r)
{
	*batch = (struct ingest_batch){.store = store,
	    .conf = conf,
	    .now_sec = now_sec,
	    .arena = arena_new(ARENA_MAX_BYTES),
	    .sums = {.entry_size = sizeof(struct ingest_sum),
		.key_size = offsetof(struct ingest_sum, numbers)},
	    .counted = {.entry_size = sizeof(struct ingest_counted),
		.key_size = offsetof(struct ingest_counted, is_there)}};
	return batch->arena != NULL
		   ? SG_OK
		   : err_set(err_r, SG_NOMEM, "no memory for a batch");
}

void
ingest_batch_fini(struct ingest_batch *batch)
{
	ingest_table_fini(&batch->sums);
	ingest_table_fini(&batch->counted);
	free(batch->list);
	batch->list = NULL;
	free(batch->rejected);
	batch->rejected = NULL;
	arena_free(&batch->arena);
}

static enum sg_err
no_memory(struct err *err_r)
{
	return err_set(err_r, SG_NOMEM, "no memory to count messages");
}

/* ---- who is counted ---------------------------------------------------------------- */

static struct ingest_counted *
counted_of(struct ingest_batch *batch, enum store_counted_kind kind, int64_t id,
    bool *is_new_r)
{
	const int64_t key[2] = {kind, id};

	return ingest_table_get(&batch->counted, key, is_new_r);
}

struct finding {
	struct ingest_batch *batch;
	enum store_counted_kind kind;
};

static bool
note_counted(void *ctx, const struct store_counted *row)
{
	struct finding *finding = ctx;
	bool is_new;
	struct ingest_counted *counted =
	    counted_of(finding->batch, finding->kind, row->id, &is_new);

	if (counted == NULL)
		return false;
	counted->is_there = true;
	counted->row = *row;
	return true;
}

enum sg_err
ingest_batch_find(struct ingest_batch *batch, enum store_counted_kind kind,
    int64_t id, const struct store_counted **found_r, struct err *err_r)
{
	struct finding finding = {batch, kind};
	bool is_new;
	struct ingest_counted *counted = counted_of(batch, kind, id, &is_new);
	enum sg_err rc = SG_OK;

	*found_r = NULL;
	if (counted != NULL && is_new) {
		rc = store_counted_list(
		    batch->store, kind, &id, 1, note_counted, &finding, err_r);
		counted = counted_of(batch, kind, id, &is_new);
	}
	if (counted == NULL)
		return no_memory(err_r);
	if (counted->is_there)
		*found_r = &counted->row;
	return rc;
}

static int64_t
id_of(const struct store_message *message, enum store_counted_kind kind)
{
	switch (kind) {
	case STORE_COUNTED_ACCOUNT:
		return message->account_id;
	case STORE_COUNTED_SET:
		return message->set_id;
	default:
		return message->tenant_id;
	}
}

/* Those of all messages at once. */
static enum sg_err
find_all(
    struct ingest_batch *batch, enum store_counted_kind kind, struct err *err_r)
{
	struct finding finding = {batch, kind};
	int64_t *ids = calloc(batch->count + 1, sizeof(*ids));
	size_t count = 0;
	enum sg_err rc = SG_OK;

	if (ids == NULL)
		return no_memory(err_r);
	for (size_t i = 0; i < batch->count && rc == SG_OK; i++) {
		int64_t id = id_of(&batch->list[i], kind);
		bool is_new;

		if (id == 0)
			continue;
		if (counted_of(batch, kind, id, &is_new) == NULL)
			rc = no_memory(err_r);
		else if (is_new)
			ids[count++] = id;
	}
	if (rc == SG_OK)
		rc = store_counted_list(batch->store, kind, ids, count,
		    note_counted, &finding, err_r);
	free(ids);
	return rc;
}

/* ---- counting ---------------------------------------------------------------------- */

static int64_t *
sum_of(struct ingest_batch *batch, const struct ingest_sum *which)
{
	bool is_new;
	struct ingest_sum *sum = ingest_table_get(&batch->sums, which, &is_new);

	return sum != NULL ? sum->numbers : NULL;
}

static enum sg_err
count_for(struct ingest_batch *batch, const struct store_message *message,
    enum store_counted_kind kind, const struct store_tally *tally,
    struct err *err_r)
{
	const struct store_counted *found;
	int64_t id = id_of(message, kind), *numbers;
	struct ingest_sum sum = {
	    .account_id = message->account_id, .kind = INGEST_TALLY};
	enum sg_err rc = SG_OK;

	if (id == 0)
		return SG_OK;
	rc = ingest_batch_find(batch, kind, id, &found, err_r);
	if (rc != SG_OK)
		return rc;
	if (kind != STORE_COUNTED_ACCOUNT)
		sum.set_id =
		    kind == STORE_COUNTED_SET ? id : STORE_TALLY_TENANT(id);
	sum.at_sec = reputation_bucket(message->sent_msec / 1000,
	    STORE_TALLY_BUCKET_SEC, found != NULL ? found->fresh_start_sec : 0);
	numbers = sum_of(batch, &sum);
	if (numbers == NULL)
		return no_memory(err_r);
	numbers[0] += tally->sent;
	numbers[1] += tally->eligible;
	numbers[2] += tally->bounces;
	numbers[3] += tally->complaints;
	numbers[4] += tally->rejected;
	return SG_OK;
}

enum sg_err
ingest_batch_count(struct ingest_batch *batch,
    const struct store_message *message, const struct store_tally *tally,
    struct err *err_r)
{
	enum sg_err rc =
	    count_for(batch, message, STORE_COUNTED_ACCOUNT, tally, err_r);

	if (rc == SG_OK)
		rc = count_for(batch, message, STORE_COUNTED_SET, tally, err_r);
	if (rc == SG_OK)
		rc = count_for(
		    batch, message, STORE_COUNTED_TENANT, tally, err_r);
	return rc;
}

static enum sg_err
count_message(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	struct store_tally tally = {0};
	const char *text = message->recipients;
	struct recipient recipient;

	while (recipients_next(&text, &recipient)) {
		tally.sent += !recipients_is_dropped(recipient.flag);
		tally.eligible += recipient.flag == RECIPIENT_ELIGIBLE;
	}
	return ingest_batch_count(batch, message, &tally, err_r);
}

/* What its Send event counts. */
static enum sg_err
count_send(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	int64_t sec = message->sent_msec / 1000;
	int64_t sends = metric_count_sends(message);
	int64_t *numbers;

	if (sends > 0) {
		numbers = sum_of(batch,
		    &(struct ingest_sum){.account_id = message->account_id,
			.kind = INGEST_METRIC,
			.set_id = message->set_id,
			.identity_id = message->identity_id,
			.at_sec = sec - sec % DAY_SEC});
		if (numbers == NULL)
			return no_memory(err_r);
		numbers[0] += sends;
	}
	numbers = sum_of(
	    batch, &(struct ingest_sum){.account_id = message->account_id,
		       .kind = INGEST_FLOW,
		       .at_sec = sec - sec % MINUTE_SEC});
	if (numbers == NULL)
		return no_memory(err_r);
	figure_count_sends(message, numbers);
	return SG_OK;
}

static bool
is_nothing(const struct ingest_sum *sum)
{
	for (int i = 0; i < 6; i++)
		if (sum->numbers[i] != 0)
			return false;
	return true;
}

static enum sg_err
write_sum(struct store *store, const struct ingest_sum *sum, struct err *err_r)
{
	const int64_t *n = sum->numbers;

	switch ((enum ingest_sum_kind)sum->kind) {
	case INGEST_TALLY:
		return store_tally_send(store,
		    &(struct store_tally){.account_id = sum->account_id,
			.set_id = sum->set_id,
			.bucket_sec = sum->at_sec,
			.sent = n[0],
			.eligible = n[1],
			.bounces = n[2],
			.complaints = n[3],
			.rejected = n[4]},
		    err_r);
	case INGEST_METRIC:
		return store_metric_send(store,
		    &(struct store_metric){.account_id = sum->account_id,
			.day_sec = sum->at_sec,
			.kind = STORE_METRIC_SEND,
			.set_id = sum->set_id,
			.identity_id = sum->identity_id,
			.recipients = n[0]},
		    err_r);
	default:
		return is_nothing(sum) ? SG_OK
				       : store_flow_send(store, sum->account_id,
					     sum->at_sec, n, err_r);
	}
}

static enum sg_err
write_sums(struct ingest_batch *batch, struct err *err_r)
{
	const struct ingest_sum *sums;
	enum sg_err rc = SG_OK;

	ingest_table_sort(&batch->sums);
	sums = (const void *)batch->sums.entries;
	for (size_t i = 0; i < batch->sums.count && rc == SG_OK; i++)
		rc = write_sum(batch->store, &sums[i], err_r);
	return rc;
}

/* ---- messages ------------------------------------------------------------------------ */

/* Room for one more of that size. */
static enum sg_err
widen(void **list, size_t *size, size_t count, size_t bytes, struct err *err_r)
{
	size_t wider = *size * 2 + 64;
	void *moved;

	if (count < *size)
		return SG_OK;
	moved = realloc(*list, wider * bytes);
	if (moved == NULL)
		return no_memory(err_r);
	*list = moved;
	*size = wider;
	return SG_OK;
}

static enum sg_err
add_message(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	void *list = batch->list;
	enum sg_err rc = widen(
	    &list, &batch->size, batch->count, sizeof(*batch->list), err_r);

	batch->list = list;
	if (rc == SG_OK)
		batch->list[batch->count++] = *message;
	return rc;
}

static enum sg_err
add_rejected(struct ingest_batch *batch, const struct ingest_record *record,
    struct err *err_r)
{
	void *list = batch->rejected;
	enum sg_err rc = widen(&list, &batch->rejected_size,
	    batch->rejected_count, sizeof(*batch->rejected), err_r);

	batch->rejected = list;
	if (rc == SG_OK)
		batch->rejected[batch->rejected_count++] = *record;
	return rc;
}

enum sg_err
ingest_line(
    struct ingest_batch *batch, const char *line, size_t len, struct err *err_r)
{
	struct ingest_record record;

	if (!ingest_scan(batch->arena, line, len, &record)) {
		enum sg_err rc =
		    ingest_read(batch->arena, line, len, &record, err_r);

		if (rc != SG_OK)
			return rc;
	}
	batch->bytes += len;
	return record.is_sent ? add_message(batch, &record.message, err_r)
			      : add_rejected(batch, &record, err_r);
}

/* Those of accounts that were deleted go. */
static enum sg_err
drop_orphans(struct ingest_batch *batch, struct err *err_r)
{
	const struct store_counted *found;
	size_t kept = 0;
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->count && rc == SG_OK; i++) {
		rc = ingest_batch_find(batch, STORE_COUNTED_ACCOUNT,
		    batch->list[i].account_id, &found, err_r);
		if (found != NULL)
			batch->list[kept++] = batch->list[i];
	}
	if (rc == SG_OK)
		batch->count = kept;
	return rc;
}

/* Its Send event has a row when somebody is told of it, or it counts elsewhere. */
static enum sg_err
decide_send(struct ingest_batch *batch, struct store_message *message,
    struct err *err_r)
{
	const struct store_counted *set = NULL;
	enum sg_err rc = SG_OK;

	if (message->set_id != 0)
		rc = ingest_batch_find(
		    batch, STORE_COUNTED_SET, message->set_id, &set, err_r);
	message->tells_send = (set == NULL || !set->tells_sends) &&
			      strstr(message->facts, OUTGOING) == NULL;
	return rc;
}

static enum sg_err
decide_sends(struct ingest_batch *batch, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->count && rc == SG_OK; i++)
		rc = decide_send(batch, &batch->list[i], err_r);
	return rc;
}

static enum sg_err
follow(struct ingest_batch *batch, const struct store_message *message,
    struct err *err_r)
{
	enum sg_err rc = message->tells_send
			     ? count_send(batch, message, err_r)
			     : ingest_put_send(batch, message, err_r);

	batch->messages++;
	return rc == SG_OK ? count_message(batch, message, err_r) : rc;
}

/* Recipients on the suppression list, whose bounces stand behind the Send. */
static enum sg_err
put_all_dropped(struct ingest_batch *batch, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->count && rc == SG_OK; i++)
		if (batch->list[i].id != 0 &&
		    ingest_has_dropped(batch->list[i].recipients))
			rc = ingest_put_dropped(batch, &batch->list[i], err_r);
	return rc;
}

static enum sg_err
follow_all(struct ingest_batch *batch, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->count && rc == SG_OK; i++)
		if (batch->list[i].id != 0)
			rc = follow(batch, &batch->list[i], err_r);
	return rc == SG_OK ? put_all_dropped(batch, err_r) : rc;
}

/* ---- what waited ----------------------------------------------------------------------- */

struct waiting {
	struct ingest_batch *batch;
	const struct store_message **list; /* as many as there are messages */
	size_t count;
};

static bool
note_waiting(void *ctx, int64_t account_id, const char *queue_id)
{
	struct waiting *waiting = ctx;
	const struct ingest_batch *batch = waiting->batch;

	for (size_t i = 0; i < batch->count; i++) {
		const struct store_message *message = &batch->list[i];

		if (message->id != 0 && message->account_id == account_id &&
		    strcmp(message->queue_id, queue_id) == 0) {
			waiting->list[waiting->count++] = message;
			break;
		}
	}
	return waiting->count < batch->count;
}

static enum sg_err
settle_all(struct ingest_batch *batch, int64_t last_id, struct err *err_r)
{
	struct waiting waiting = {.batch = batch,
	    .list = calloc(batch->count + 1, sizeof(*waiting.list))};
	enum sg_err rc;

	if (waiting.list == NULL)
		return no_memory(err_r);
	rc = store_fate_waiting(
	    batch->store, last_id, note_waiting, &waiting, err_r);
	for (size_t i = 0; i < waiting.count && rc == SG_OK; i++)
		rc = ingest_settle(batch, waiting.list[i], err_r);
	free(waiting.list);
	return rc;
}

enum sg_err
ingest_batch_write(struct ingest_batch *batch, struct err *err_r)
{
	int64_t last_id = 0;
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->rejected_count && rc == SG_OK; i++)
		rc = ingest_put_rejected(batch, &batch->rejected[i], err_r);
	for (int kind = 0; kind <= STORE_COUNTED_TENANT && rc == SG_OK; kind++)
		rc = find_all(batch, (enum store_counted_kind)kind, err_r);
	if (rc == SG_OK)
		rc = drop_orphans(batch, err_r);
	if (rc == SG_OK)
		rc = decide_sends(batch, err_r);
	if (rc == SG_OK && batch->count > 0)
		rc = store_message_add_many(
		    batch->store, batch->list, batch->count, &last_id, err_r);
	if (rc == SG_OK && batch->count > 0)
		rc = follow_all(batch, err_r);
	if (rc == SG_OK && batch->count > 0)
		rc = settle_all(batch, last_id, err_r);
	return rc == SG_OK ? write_sums(batch, err_r) : rc;
}
