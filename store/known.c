/* Rows of known_recipient: whom an account has written to, as hashes. Makes no
 * hashes. */
#include "config.h"

#include "store/brakes.h"
#include "store/query.h"

enum sg_err
store_known_add(struct store *store, int64_t account_id, int64_t hash,
    bool *is_new_r, struct err *err_r)
{
	struct query q;
	int64_t changed;
	enum sg_err code;

	query_open(&q, store, QUERY_KNOWN_ADD, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$hash", hash);
	code = query_run(&q, &changed);
	*is_new_r = changed > 0;
	return code;
}

enum sg_err
store_known_has(struct store *store, int64_t account_id, int64_t hash,
    bool *has_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_KNOWN_HAS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$hash", hash);
	*has_r = query_next(&q);
	return query_close(&q);
}
