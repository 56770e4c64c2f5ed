/* Rows of verification: when DNS was looked at and is to be looked at again. The
 * status that follows is identity's. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* The schema holds these numbers. */
_Static_assert(VERIFICATION_IDENTITY == 0 && VERIFICATION_DKIM == 1 &&
		   VERIFICATION_MAIL_FROM == 2,
    "verification.subject");
_Static_assert(VERIFICATION_NO_ERROR == 0 && VERIFICATION_SERVICE_ERROR == 1 &&
		   VERIFICATION_DNS_SERVER_ERROR == 2 &&
		   VERIFICATION_HOST_NOT_FOUND == 3 &&
		   VERIFICATION_TYPE_NOT_FOUND == 4 &&
		   VERIFICATION_INVALID_VALUE == 5,
    "verification.error");

static void
open_subject(struct query *q, struct store *store, enum query_id statement,
    int64_t identity_id, enum verification_subject subject, struct err *err_r)
{
	query_open(q, store, statement, err_r);
	query_bind_int(q, "$identity_id", identity_id);
	query_bind_int(q, "$subject", subject);
}

enum sg_err
store_verification_get(struct store *store, int64_t identity_id,
    enum verification_subject subject, struct verification *v_r,
    struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	open_subject(
	    &q, store, QUERY_VERIFICATION_GET, identity_id, subject, err_r);
	found = query_next(&q);
	if (found) {
		v_r->started_sec = query_int(&q, 0);
		v_r->checked_sec = query_int(&q, 1);
		v_r->success_sec = query_int(&q, 2);
		v_r->failing_sec = query_int(&q, 3);
		v_r->next_sec = query_int(&q, 4);
		v_r->error = (enum verification_error)query_int(&q, 5);
	}
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING,
		    "nothing is looked for in DNS for this identity");
	return code;
}

enum sg_err
store_verification_put(struct store *store, int64_t identity_id,
    enum verification_subject subject, const struct verification *v,
    struct err *err_r)
{
	struct query q;

	open_subject(
	    &q, store, QUERY_VERIFICATION_PUT, identity_id, subject, err_r);
	query_bind_int(&q, "$started_sec", v->started_sec);
	query_bind_int(&q, "$checked_sec", v->checked_sec);
	query_bind_int(&q, "$success_sec", v->success_sec);
	query_bind_int(&q, "$failing_sec", v->failing_sec);
	query_bind_int(&q, "$next_sec", v->next_sec);
	query_bind_int(&q, "$error", v->error);
	return query_run(&q, NULL);
}

enum sg_err
store_verification_delete(struct store *store, int64_t identity_id,
    enum verification_subject subject, struct err *err_r)
{
	struct query q;

	open_subject(
	    &q, store, QUERY_VERIFICATION_DELETE, identity_id, subject, err_r);
	return query_run(&q, NULL);
}

enum sg_err
store_verification_due(struct store *store, int64_t now_sec, int most,
    store_due_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_VERIFICATION_DUE, err_r);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$absurd", now_sec + STORE_DUE_ABSURD_SEC);
	query_bind_int(&q, "$most", most);
	return query_run_due(&q, fn, ctx);
}
