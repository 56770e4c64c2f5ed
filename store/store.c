/* A handle: opening, closing, transactions. Knows no table. */
#include "config.h"

#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "store/driver.h"
#include "store/query.h"

static const struct {
	const char *scheme;
	const struct driver *driver;
} drivers[] = {
    {"sqlite:", &driver_sqlite},
    {"postgresql:", &driver_pgsql},
    {"postgres:", &driver_pgsql},
};

static const struct driver *
driver_of(const char *url, const char **where_r)
{
	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		size_t len = strlen(drivers[i].scheme);

		if (strncmp(url, drivers[i].scheme, len) == 0) {
			*where_r = url + len;
			return drivers[i].driver;
		}
	}
	return NULL;
}

enum sg_err
store_connect(const char *url, int driver_mode, int busy_msec,
    struct store **store_r, struct err *err_r)
{
	const char *where;
	const struct driver *driver = driver_of(url, &where);
	struct store *store;
	enum sg_err code;

	*store_r = NULL;
	if (driver == NULL)
		/* not the whole url: it may hold a password */
		return err_set(err_r, SG_INVALID,
		    "store \"%.*s\": only sqlite:PATH and "
		    "postgresql://USER@HOST/DATABASE are supported",
		    (int)strcspn(url, ":"), url);
	store = calloc(1, sizeof(*store));
	if (store == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for the store");
	store->driver = driver;
	code = driver->open(where, driver_mode, busy_msec, &store->db, err_r);
	if (code != SG_OK) {
		free(store);
		return code;
	}
	*store_r = store;
	return SG_OK;
}

/* The schema must be the program's own. */
static enum sg_err
check_version(struct store *store, struct err *err_r)
{
	int needed = store_schema_version();
	int version;
	enum sg_err code;

	code = store->driver->version(store->db, &version, err_r);
	if (code != SG_OK)
		return code;
	if (version < needed)
		return err_set(err_r, SG_SCHEMA,
		    "%s: schema %d, but this program needs %d; bring it up "
		    "with: sendwardctl db migrate",
		    store->driver->name(store->db), version, needed);
	if (version > needed)
		return err_set(err_r, SG_SCHEMA,
		    "%s: schema %d is newer than this program's %d; install "
		    "the newer sendward",
		    store->driver->name(store->db), version, needed);
	return SG_OK;
}

enum sg_err
store_open(const char *url, enum store_open_mode mode, int busy_msec,
    struct store **store_r, struct err *err_r)
{
	static const enum driver_mode modes[] = {
	    [STORE_OPEN_READ] = DRIVER_READ,
	    [STORE_OPEN_WRITE] = DRIVER_WRITE,
	    [STORE_OPEN_COUNT] = DRIVER_COUNT,
	    [STORE_OPEN_BULK] = DRIVER_BULK,
	};
	enum sg_err code;

	code = store_connect(url, modes[mode], busy_msec, store_r, err_r);
	if (code != SG_OK)
		return code;
	code = check_version(*store_r, err_r);
	if (code != SG_OK)
		store_close(store_r);
	return code;
}

void
store_close(struct store **store)
{
	struct store *s = *store;

	if (s == NULL)
		return;
	for (size_t i = 0; i < QUERY_COUNT; i++)
		if (s->slots[i].stmt != NULL)
			s->driver->finalize(s->slots[i].stmt);
	s->driver->close(s->db);
	free(s);
	*store = NULL;
}

static enum sg_err
begin(struct store *store,
    enum sg_err (*fn)(struct driver_db *db, struct err *err_r),
    struct err *err_r)
{
	enum sg_err code;

	if (store->in_transaction)
		return err_set(err_r, SG_BUG, "a transaction is open already");
	store_read_end(store);
	code = fn(store->db, err_r);
	store->in_transaction = code == SG_OK;
	return code;
}

enum sg_err
store_begin(struct store *store, struct err *err_r)
{
	return begin(store, store->driver->begin, err_r);
}

enum sg_err
store_begin_parallel(struct store *store, struct err *err_r)
{
	const struct driver *driver = store->driver;

	return begin(store,
	    driver->begin_parallel != NULL ? driver->begin_parallel
					   : driver->begin,
	    err_r);
}

enum sg_err
store_commit(struct store *store, struct err *err_r)
{
	if (!store->in_transaction)
		return err_set(err_r, SG_BUG, "no transaction is open");
	store->in_transaction = false;
	return store->driver->commit(store->db, err_r);
}

void
store_rollback(struct store *store)
{
	if (store->in_transaction)
		store->driver->rollback(store->db);
	store->in_transaction = false;
}

enum sg_err
store_read_begin(struct store *store, struct err *err_r)
{
	enum sg_err code;

	if (store->in_transaction || store->is_reading)
		return SG_OK;
	code = store->driver->begin_read(store->db, err_r);
	store->is_reading = code == SG_OK;
	return code;
}

void
store_read_end(struct store *store)
{
	if (store->is_reading)
		(void)store->driver->commit(store->db, NULL); /* rolls back */
	store->is_reading = false;
}

enum sg_err
store_scope_begin(struct store *store, bool *own_r, struct err *err_r)
{
	*own_r = !store->in_transaction;
	return *own_r ? store_begin(store, err_r) : SG_OK;
}

enum sg_err
store_scope_end(
    struct store *store, bool own, enum sg_err code, struct err *err_r)
{
	if (!own)
		return code;
	if (code == SG_OK)
		return store_commit(store, err_r);
	store_rollback(store);
	return code;
}

enum sg_err
store_maybe_changed(struct store *store, bool *changed_r, struct err *err_r)
{
	return store->driver->maybe_changed(store->db, changed_r, err_r);
}

enum sg_err
store_finish(struct store *store, enum sg_err code, struct err *err_r)
{
	if (code == SG_OK)
		return store_commit(store, err_r);
	store_rollback(store);
	return code;
}
