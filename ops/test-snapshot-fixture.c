/* A store and a snapshot for each test: see test-snapshot.h. */
#include "config.h"
#include "ops/test-snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

const char fixture_fill[] = INSERT_ACCOUNT
    "VALUES (1, 'demo', 1, 0, '', 500, 10.5, 'none', '', '', 0);"
    "INSERT INTO login VALUES ('app', 1, 0);"
    "INSERT INTO credential VALUES ('AKIA', 1, 1, 0, 'h', x'00', 0);" INSERT_IDENTITY
    "(1, 1, 'demo.example', 1, 2, 1, 0, 0);" INSERT_KEY
    "(1, 1, 's', 'rsa', 2048, 1, 0, 'p', x'00');" INSERT_SUPPRESSION
    "VALUES (1, 'x@y.example', 1, 1700000000);";

void
fixture_sql(struct fixture *f, const char *text)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, "PRAGMA foreign_keys = 1", NULL, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

void
fixture_refresh(struct fixture *f)
{
	assert_code(
	    f, SG_OK, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
}

void
fixture_open(struct fixture *f)
{
	int from, to;

	assert_code(f, SG_OK, store_migrate(f->url, &from, &to, &f->err));
	assert_code(f, SG_OK,
	    store_open(f->url, STORE_OPEN_READ, 1000, &f->reader, &f->err));
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(f);
	if (tmp == NULL)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(f->dir, sizeof(f->dir), "%s/snapshot-XXXXXX", tmp);
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/a.db", f->dir);
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);
	fixture_open(f);
	assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &f->snapshot, &f->err));
	*state = f;
	return 0;
}

void
fixture_remove(struct fixture *f)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[200];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		(void)unlink(name);
	}
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	snapshot_free(&f->snapshot);
	snapshot_free(&f->snapshot);
	store_close(&f->reader);
	fixture_remove(f);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

const char *
fixture_view(const struct fixture *f, char text[1024])
{
	const struct snapshot *s = f->snapshot;
	struct rules_account a = {0};
	struct rules_identity i = {0};
	struct rules_suppression p = {0};
	bool app = snapshot_account_of_login(s, "app", &a, NULL);
	bool akia = snapshot_account_of_login(s, "AKIA", &a, NULL);
	bool demo = snapshot_account_by_name(s, "demo", &a);
	bool identity = snapshot_identity(s, 1, "demo.example", &i);
	bool suppressed = snapshot_suppression(s, 1, "X@Y.Example", &p);

	(void)snprintf(text, 1024,
	    "app%d akia%d demo%d:%lld,%s,%d%d%s,%lld,%.1f "
	    "identity%d:%lld,%s,%d%d%d%d%d%s,%lld,%lld x%d:%d,%lld",
	    app, akia, demo, (long long)a.id, a.name, a.production, a.paused,
	    a.pause_reason, (long long)a.daily_quota, a.rate, identity,
	    (long long)i.id, i.name, (int)i.type, (int)i.status,
	    i.signing_enabled, (int)i.dkim_status, (int)i.mail_from_use,
	    i.mail_from, (long long)i.key_id[0], (long long)i.key_id[1],
	    suppressed, (int)p.reason, (long long)p.since_sec);
	return text;
}
