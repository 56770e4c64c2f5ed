/* Brings a database to the program's schema, file by file. */
#include "config.h"

#include "store/migrate.h"

#include "base/buf.h"
#include "store/driver.h"
#include "store/query.h"
#include "store/store.h"

#define SCHEMA_FILE_MAX_BYTES (256 * 1024)
#define MIGRATE_BUSY_MSEC 10000

int
store_schema_version(void)
{
	return schema_sqlite.files[schema_sqlite.count - 1].version;
}

static enum sg_err
run_lines(
    struct store *store, const struct schema_file *file, struct err *err_r)
{
	enum sg_err code;
	struct buf sql;

	buf_init(&sql, SCHEMA_FILE_MAX_BYTES);
	for (size_t i = 0; file->lines[i] != NULL; i++)
		buf_puts(&sql, file->lines[i]);
	if (sql.failed)
		code = err_set(err_r, SG_NOMEM, "no memory");
	else
		code = store->driver->script(store->db, buf_str(&sql), err_r);
	buf_fini(&sql);
	return code;
}

static enum sg_err
note_version(struct store *store, int version, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_VERSION_SET, err_r);
	query_bind_int(&q, "$version", version);
	return query_run(&q, NULL);
}

/* One file, unless another process was faster. */
static enum sg_err
apply(struct store *store, const struct schema_file *file, struct err *err_r)
{
	int version;
	enum sg_err code = store_begin(store, err_r);

	if (code != SG_OK)
		return code;
	code = store->driver->version(store->db, &version, err_r);
	if (code == SG_OK && version < file->version) {
		code = run_lines(store, file, err_r);
		if (code == SG_OK)
			code = note_version(store, file->version, err_r);
	}
	code = store_scope_end(store, true, code, err_r);
	return code == SG_OK ? code
			     : err_prefix(err_r, code, "schema %s", file->name);
}

static enum sg_err
apply_all(struct store *store, int *from_r, int *to_r, struct err *err_r)
{
	const struct schema *schema = store->driver->schema;
	enum sg_err code;

	code = store->driver->version(store->db, from_r, err_r);
	if (code != SG_OK)
		return code;
	*to_r = *from_r;
	if (*from_r > store_schema_version())
		return err_set(err_r, SG_SCHEMA,
		    "%s: schema %d is newer than this program's %d; install "
		    "the newer sendward",
		    store->driver->name(store->db), *from_r,
		    store_schema_version());
	for (size_t i = 0; i < schema->count; i++) {
		if (schema->files[i].version <= *from_r)
			continue;
		code = apply(store, &schema->files[i], err_r);
		if (code != SG_OK)
			return code;
		*to_r = schema->files[i].version;
	}
	return SG_OK;
}

enum sg_err
store_migrate(const char *url, int *from_r, int *to_r, struct err *err_r)
{
	struct store *store;
	enum sg_err code;

	*from_r = *to_r = 0;
	code =
	    store_connect(url, DRIVER_CREATE, MIGRATE_BUSY_MSEC, &store, err_r);
	if (code != SG_OK)
		return code;
	code = apply_all(store, from_r, to_r, err_r);
	store_close(&store);
	return code;
}
