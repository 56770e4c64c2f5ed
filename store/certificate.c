/* Rows of signing_certificate. Opens no seal. */
#include "config.h"

#include "store/query.h"
#include "store/topics.h"

enum sg_err
store_certificate_add(
    struct store *store, struct store_certificate *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_CERTIFICATE_ADD, err_r);
	query_bind_text(&q, "$name", row->name);
	query_bind_text(&q, "$certificate", row->certificate);
	query_bind_blob(&q, "$sealed", row->sealed, row->sealed_len);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

/* Texts point into the query's row. */
static bool
certificate_read(struct query *q, struct store_certificate *row_r)
{
	*row_r = (struct store_certificate){0};
	row_r->id = query_int(q, 0);
	query_copy(q, 1, row_r->name, sizeof(row_r->name));
	row_r->certificate = query_text(q, 2);
	row_r->sealed = query_blob(q, 3, &row_r->sealed_len);
	row_r->created_sec = query_int(q, 4);
	return q->failed == SG_OK;
}

enum sg_err
store_certificate_get(struct store *store, const char *name,
    store_certificate_fn *fn, void *ctx, struct err *err_r)
{
	struct store_certificate row;
	struct query q;
	enum sg_err code;
	bool found;

	if (name == NULL) {
		query_open(&q, store, QUERY_CERTIFICATE_NEWEST, err_r);
	} else {
		query_open(&q, store, QUERY_CERTIFICATE_GET, err_r);
		query_bind_text(&q, "$name", name);
	}
	found = query_next(&q);
	if (found && certificate_read(&q, &row))
		(void)fn(ctx, &row); /* there is no more that it could end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no such certificate");
	return code;
}
