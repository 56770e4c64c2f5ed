/* Rows of template, verification_template and link_redirection. */
#include "config.h"

#include "store/templates.h"

#include <string.h>

#include "store/query.h"

/* ---- of messages ----------------------------------------------------------------- */

static void
bind_template(struct query *q, const struct store_template *row)
{
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_text(q, "$name", row->name);
	query_bind_text(q, "$subject", row->subject);
	query_bind_text(q, "$text", row->text);
	query_bind_text(q, "$html", row->html);
}

enum sg_err
store_template_create(
    struct store *store, struct store_template *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TEMPLATE_CREATE, err_r);
	bind_template(&q, row);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_template_update(
    struct store *store, const struct store_template *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TEMPLATE_UPDATE, err_r);
	bind_template(&q, row);
	return query_run_one(&q, "such template");
}

static struct store_template
read_template(struct query *q)
{
	return (struct store_template){.id = query_int(q, 0),
	    .account_id = query_int(q, 1),
	    .name = query_text(q, 2),
	    .created_sec = query_int(q, 3)};
}

/* Statements of one template. */
static void
open_this(struct query *q, struct store *store, enum query_id id,
    int64_t account_id, const char *name, struct err *err_r)
{
	query_open(q, store, id, err_r);
	query_bind_int(q, "$account_id", account_id);
	query_bind_text(q, "$name", name);
}

static void
open_page(struct query *q, struct store *store, enum query_id id,
    int64_t account_id, const char *after, int64_t most, struct err *err_r)
{
	query_open(q, store, id, err_r);
	query_bind_int(q, "$account_id", account_id);
	query_bind_text(q, "$after", after);
	query_bind_int(q, "$most", most);
}

static enum sg_err
count(struct store *store, enum query_id id, int64_t account_id,
    int64_t *count_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$account_id", account_id);
	*count_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}

enum sg_err
store_template_get(struct store *store, int64_t account_id, const char *name,
    store_template_fn *fn, void *ctx, struct err *err_r)
{
	struct store_template row;
	struct query q;
	enum sg_err code;
	bool found;

	open_this(&q, store, QUERY_TEMPLATE_GET, account_id, name, err_r);
	found = query_next(&q);
	if (found) {
		row = read_template(&q);
		row.subject = query_text(&q, 4);
		row.text = query_text(&q, 5);
		row.html = query_text(&q, 6);
		(void)fn(ctx, &row); /* there is no other */
	}
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no template %s", name);
	return code;
}

enum sg_err
store_template_page(struct store *store, int64_t account_id, const char *after,
    int64_t most, store_template_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	open_page(
	    &q, store, QUERY_TEMPLATE_PAGE, account_id, after, most, err_r);
	while (query_next(&q)) {
		struct store_template row = read_template(&q);

		row.subject = row.text = row.html = "";
		if (!fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_template_delete(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct query q;

	open_this(&q, store, QUERY_TEMPLATE_DELETE, account_id, name, err_r);
	return query_run_one(&q, "such template");
}

enum sg_err
store_template_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	return count(store, QUERY_TEMPLATE_COUNT, account_id, count_r, err_r);
}

/* ---- of verification ----------------------------------------------------------------- */

static void
bind_wording(struct query *q, const struct store_wording *row)
{
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_text(q, "$name", row->name);
	query_bind_text(q, "$from_address", row->from);
	query_bind_text(q, "$subject", row->subject);
	query_bind_text(q, "$content", row->content);
	query_bind_text(q, "$success_url", row->success_url);
	query_bind_text(q, "$failure_url", row->failure_url);
}

enum sg_err
store_wording_create(
    struct store *store, struct store_wording *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_WORDING_CREATE, err_r);
	bind_wording(&q, row);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_wording_update(
    struct store *store, const struct store_wording *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_WORDING_UPDATE, err_r);
	bind_wording(&q, row);
	return query_run_one(&q, "such template");
}

static struct store_wording
read_wording(struct query *q)
{
	return (struct store_wording){.id = query_int(q, 0),
	    .account_id = query_int(q, 1),
	    .name = query_text(q, 2),
	    .created_sec = query_int(q, 3),
	    .from = query_text(q, 4),
	    .subject = query_text(q, 5),
	    .content = "",
	    .success_url = query_text(q, 6),
	    .failure_url = query_text(q, 7)};
}

enum sg_err
store_wording_get(struct store *store, int64_t account_id, const char *name,
    store_wording_fn *fn, void *ctx, struct err *err_r)
{
	struct store_wording row;
	struct query q;
	enum sg_err code;
	bool found;

	open_this(&q, store, QUERY_WORDING_GET, account_id, name, err_r);
	found = query_next(&q);
	if (found) {
		row = read_wording(&q);
		row.content = query_text(&q, 8);
		(void)fn(ctx, &row); /* there is no other */
	}
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no template %s", name);
	return code;
}

enum sg_err
store_wording_page(struct store *store, int64_t account_id, const char *after,
    int64_t most, store_wording_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	open_page(
	    &q, store, QUERY_WORDING_PAGE, account_id, after, most, err_r);
	while (query_next(&q)) {
		struct store_wording row = read_wording(&q);

		if (!fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_wording_delete(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct query q;

	open_this(&q, store, QUERY_WORDING_DELETE, account_id, name, err_r);
	return query_run_one(&q, "such template");
}

enum sg_err
store_wording_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	return count(store, QUERY_WORDING_COUNT, account_id, count_r, err_r);
}

/* ---- where links lead ------------------------------------------------------------------ */

enum sg_err
store_redirection_put(
    struct store *store, const struct store_redirection *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REDIRECTION_PUT, err_r);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_blob(&q, "$hash", row->hash, sizeof(row->hash));
	query_bind_text(&q, "$success_url", row->success_url);
	query_bind_text(&q, "$failure_url", row->failure_url);
	return query_run(&q, NULL);
}

enum sg_err
store_redirection_get(struct store *store,
    const unsigned char hash[STORE_LINK_HASH_BYTES],
    struct store_redirection *row_r, struct err *err_r)
{
	struct query q;

	*row_r = (struct store_redirection){.identity_id = 0};
	memcpy(row_r->hash, hash, STORE_LINK_HASH_BYTES);
	query_open(&q, store, QUERY_REDIRECTION_GET, err_r);
	query_bind_blob(&q, "$hash", hash, STORE_LINK_HASH_BYTES);
	if (query_next(&q)) {
		row_r->identity_id = query_int(&q, 0);
		query_copy(
		    &q, 1, row_r->success_url, sizeof(row_r->success_url));
		query_copy(
		    &q, 2, row_r->failure_url, sizeof(row_r->failure_url));
	}
	return query_close(&q);
}

enum sg_err
store_redirection_delete(
    struct store *store, int64_t identity_id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REDIRECTION_DELETE, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	return query_run(&q, NULL);
}

enum sg_err
store_link_sent_undo(struct store *store, int64_t account_id,
    const char *address, int64_t sent_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_SENT_UNDO, err_r);
	query_bind_text(&q, "$address", address);
	query_bind_int(&q, "$sent_sec", sent_sec);
	query_bind_int(&q, "$account_id", account_id);
	return query_run(&q, NULL);
}
