/* Rows of account_details. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

enum sg_err
store_details_put(struct store *store, int64_t account_id,
    const struct store_details *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DETAILS_PUT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$mail_type", row->mail_type);
	query_bind_text(&q, "$website", row->website);
	query_bind_text(&q, "$language", row->language);
	query_bind_text(&q, "$use_case", row->use_case);
	query_bind_text(&q, "$contacts", row->contacts);
	return query_run(&q, NULL);
}

enum sg_err
store_details_get(struct store *store, int64_t account_id,
    struct store_details *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	*row_r = (struct store_details){0};
	query_open(&q, store, QUERY_DETAILS_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	found = query_next(&q);
	if (found) {
		query_copy(&q, 0, row_r->mail_type, sizeof(row_r->mail_type));
		query_copy(&q, 1, row_r->website, sizeof(row_r->website));
		query_copy(&q, 2, row_r->language, sizeof(row_r->language));
		query_copy(&q, 3, row_r->use_case, sizeof(row_r->use_case));
		query_copy(&q, 4, row_r->contacts, sizeof(row_r->contacts));
	}
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no details of the account");
	return code;
}
