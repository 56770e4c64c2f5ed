/* A new database for each test of store/. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "store/test-database.h"

int64_t
fixture_account(struct fixture *f, const char *name)
{
	struct store_account row = {
	    .facts = {.production = true, .daily_quota = 500, .rate = 10},
	    .policy = "standard",
	    .created_sec = 1000,
	};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_ok(f, store_account_create(f->store, &row, &f->err));
	return row.facts.id;
}

bool
fixture_is_sqlite(void)
{
	return !test_database_is_postgresql();
}

/* The file and its folder. */
static void
note_path(struct fixture *f)
{
	const char *path = f->url + strlen("sqlite:");
	const char *slash = strrchr(path, '/');

	assert_non_null(slash);
	assert_true(strlen(path) < sizeof(f->path));
	assert_true((size_t)(slash - path) < sizeof(f->dir));
	memcpy(f->path, path, strlen(path) + 1);
	memcpy(f->dir, path, (size_t)(slash - path));
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(test_database_make(f->url, sizeof(f->url)));
	if (fixture_is_sqlite())
		note_path(f);
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_WRITE, 5000, &f->store, &f->err));
	f->account = fixture_account(f, "demo");
	*state = f;
	return 0;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	store_close(&f->store);
	test_database_drop(f->url);
	free(f);
	return 0;
}

int64_t
fixture_sql(struct fixture *f, const char *sql)
{
	int64_t value;

	if (!test_database_sql(f->url, sql, &value))
		fail_msg("%s", sql);
	return value;
}

bool
names_add(struct names *names, const char *name)
{
	size_t len = strlen(names->text);

	(void)snprintf(names->text + len, sizeof(names->text) - len, "%s%s",
	    len > 0 ? " " : "", name);
	return ++names->count != names->most;
}
