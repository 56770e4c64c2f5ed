/* Sealed secrets of all tables: see sealed.h. */
#include "config.h"

#include "store/sealed.h"

#include <string.h>

#include "store/query.h"

static const struct {
	enum query_id next, put;
} queries[] = {
    [STORE_SEALED_CREDENTIAL] = {QUERY_SEALED_CREDENTIAL,
	QUERY_SEALED_CREDENTIAL_PUT},
    [STORE_SEALED_DKIM] = {QUERY_SEALED_DKIM, QUERY_SEALED_DKIM_PUT},
    [STORE_SEALED_LETTER] = {QUERY_SEALED_LETTER, QUERY_SEALED_LETTER_PUT},
    [STORE_SEALED_PUBLICATION] = {QUERY_SEALED_PUBLICATION,
	QUERY_SEALED_PUBLICATION_PUT},
    [STORE_SEALED_CERTIFICATE] = {QUERY_SEALED_CERTIFICATE,
	QUERY_SEALED_CERTIFICATE_PUT},
    [STORE_SEALED_TOTP] = {QUERY_SEALED_TOTP, QUERY_SEALED_TOTP_PUT},
    [STORE_SEALED_TOTP_PENDING] = {QUERY_SEALED_TOTP_PENDING,
	QUERY_SEALED_TOTP_PENDING_PUT},
};

enum sg_err
store_sealed_next(struct store *store, enum store_sealed_kind kind,
    struct store_sealed *row_r, struct err *err_r)
{
	bool is_named = kind == STORE_SEALED_CREDENTIAL, is_there;
	const void *blob;
	struct query q;
	enum sg_err rc;

	query_open(&q, store, queries[kind].next, err_r);
	if (is_named)
		query_bind_text(&q, "$name", row_r->name);
	else
		query_bind_int(&q, "$after", row_r->id);
	query_bind_int(&q, "$most", 1);
	is_there = query_next(&q);
	if (is_there && is_named)
		query_copy(&q, 0, row_r->name, sizeof(row_r->name));
	else if (is_there)
		row_r->id = query_int(&q, 0);
	if (is_there) {
		blob = query_blob(&q, 1, &row_r->len);
		if (row_r->len > sizeof(row_r->blob))
			q.failed = err_set(
			    err_r, SG_IO, "a sealed secret is too long");
		else if (row_r->len > 0)
			memcpy(row_r->blob, blob, row_r->len);
	}
	rc = query_close(&q);
	return rc == SG_OK && !is_there ? SG_MISSING : rc;
}

enum sg_err
store_sealed_put(struct store *store, enum store_sealed_kind kind,
    const struct store_sealed *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, queries[kind].put, err_r);
	if (kind == STORE_SEALED_CREDENTIAL)
		query_bind_text(&q, "$name", row->name);
	else
		query_bind_int(&q, "$id", row->id);
	query_bind_blob(&q, "$sealed", row->blob, row->len);
	return query_run_one(&q, "sealed secret of that name");
}
