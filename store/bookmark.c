/* Rows of bookmark: how far a file was read. Opens no file. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"

enum sg_err
store_bookmark_get(struct store *store, const char *name,
    struct store_bookmark *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_BOOKMARK_GET, err_r);
	query_bind_text(&q, "$name", name);
	found = query_next(&q);
	if (found) {
		*row_r = (struct store_bookmark){0};
		query_copy(&q, 0, row_r->name, sizeof(row_r->name));
		query_copy(&q, 1, row_r->file, sizeof(row_r->file));
		row_r->offset = query_int(&q, 2);
		row_r->updated_sec = query_int(&q, 3);
	}
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no bookmark %s", name);
	return code;
}

enum sg_err
store_bookmark_put(
    struct store *store, const struct store_bookmark *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_BOOKMARK_PUT, err_r);
	query_bind_text(&q, "$name", row->name);
	query_bind_text(&q, "$file", row->file);
	query_bind_int(&q, "$position", row->offset);
	query_bind_int(&q, "$updated_sec", row->updated_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_bookmark_delete(struct store *store, const char *name, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_BOOKMARK_DELETE, err_r);
	query_bind_text(&q, "$name", name);
	return query_run(&q, NULL);
}
