/* Rows of reservation. */
#include "config.h"

#include <endian.h>
#include <string.h>

#include "store/query.h"
#include "store/store.h"

#define HASH_BYTES sizeof(uint64_t)

static bool
hashes_read(struct query *q, int column,
    uint64_t hashes_r[STORE_RESERVATION_MAX_HASHES], size_t *count_r)
{
	size_t len;
	const unsigned char *data = query_blob(q, column, &len);

	*count_r = 0;
	if (len % HASH_BYTES != 0 ||
	    len / HASH_BYTES > STORE_RESERVATION_MAX_HASHES) {
		q->failed = err_set(q->err_r, SG_IO,
		    "a reservation's hashes are damaged (%zu bytes)", len);
		return false;
	}
	*count_r = len / HASH_BYTES;
	for (size_t i = 0; i < *count_r; i++) {
		memcpy(&hashes_r[i], data + i * HASH_BYTES, HASH_BYTES);
		hashes_r[i] = le64toh(hashes_r[i]);
	}
	return true;
}

/* Calls back for the present row; false: no more are wanted. */
static bool
reservation_hand_out(struct query *q, store_reservation_fn *fn, void *ctx)
{
	uint64_t hashes[STORE_RESERVATION_MAX_HASHES];
	struct store_reservation row = {0};

	query_copy(q, 0, row.instance, sizeof(row.instance));
	row.account_id = query_int(q, 1);
	row.bucket_sec = query_int(q, 2);
	row.recipients = query_int(q, 3);
	query_copy(q, 4, row.queue_id, sizeof(row.queue_id));
	query_copy(q, 5, row.session, sizeof(row.session));
	row.created_sec = query_int(q, 6);
	row.closed = query_int(q, 7) != 0;
	row.hashes = hashes;
	if (q->failed != SG_OK || !hashes_read(q, 8, hashes, &row.hash_count))
		return false;
	return fn(ctx, &row);
}

enum sg_err
store_reservation_get(struct store *store, const char *instance,
    store_reservation_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_RESERVATION_GET, err_r);
	query_bind_text(&q, "$instance", instance);
	found = query_next(&q);
	if (found)
		(void)reservation_hand_out(&q, fn, ctx); /* only one row */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code =
		    err_set(err_r, SG_MISSING, "no reservation %s", instance);
	return code;
}

enum sg_err
store_reservation_put(
    struct store *store, const struct store_reservation *row, struct err *err_r)
{
	uint64_t hashes[STORE_RESERVATION_MAX_HASHES];
	struct query q;

	if (row->hash_count > STORE_RESERVATION_MAX_HASHES)
		return err_set(err_r, SG_INVALID,
		    "a reservation of more than %d recipients",
		    STORE_RESERVATION_MAX_HASHES);
	for (size_t i = 0; i < row->hash_count; i++)
		hashes[i] = htole64(row->hashes[i]);
	query_open(&q, store, QUERY_RESERVATION_PUT, err_r);
	query_bind_text(&q, "$instance", row->instance);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$bucket_sec", row->bucket_sec);
	query_bind_int(&q, "$recipients", row->recipients);
	query_bind_text(&q, "$queue_id", row->queue_id);
	query_bind_text(&q, "$session", row->session);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$closed", row->closed);
	query_bind_blob(&q, "$hashes", hashes, row->hash_count * HASH_BYTES);
	return query_run(&q, NULL);
}

enum sg_err
store_reservation_delete(
    struct store *store, const char *instance, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_RESERVATION_DELETE, err_r);
	query_bind_text(&q, "$instance", instance);
	return query_run(&q, NULL);
}

static enum sg_err
find_by(struct query *q, store_reservation_fn *fn, void *ctx, bool *found_r)
{
	*found_r = false;
	while (query_next(q)) {
		*found_r = true;
		if (!reservation_hand_out(q, fn, ctx))
			break;
	}
	return query_close(q);
}

enum sg_err
store_reservation_find(struct store *store, const char *queue_id,
    const char *session, store_reservation_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;
	bool found;
	enum sg_err code;

	query_open(&q, store, QUERY_RESERVATION_BY_QUEUE_ID, err_r);
	query_bind_text(&q, "$queue_id", queue_id);
	code = find_by(&q, fn, ctx, &found);
	if (code != SG_OK || found || session[0] == '\0')
		return code;
	query_open(&q, store, QUERY_RESERVATION_BY_SESSION, err_r);
	query_bind_text(&q, "$session", session);
	return find_by(&q, fn, ctx, &found);
}

enum sg_err
store_reservation_purge(struct store *store, int64_t before_sec, int most,
    int *gone_r, struct err *err_r)
{
	struct query q;
	int64_t gone;
	enum sg_err code;

	query_open(&q, store, QUERY_RESERVATION_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(&q, "$most", most > 0 ? most : 0);
	code = query_run(&q, &gone);
	*gone_r = (int)gone;
	return code;
}
