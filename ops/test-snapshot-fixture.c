/* A store and a snapshot for each test: see test-snapshot.h. */
#include "config.h"
#include "ops/test-snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char fixture_fill[] = INSERT_ACCOUNT
    "VALUES (1, 'demo', 1, 0, '', 500, 10.5, 'none', '', '', 0);"
    "INSERT INTO login VALUES ('app', 1, 0);"
    "INSERT INTO credential VALUES ('AKIA', 1, 1, 0, 'h', CAST('0' AS BLOB), 0);" INSERT_IDENTITY
    "(1, 1, 'demo.example', 1, 2, 1, 0, 0);" INSERT_KEY
    "(1, 1, 's', 'rsa', 2048, 1, 0, 'p', CAST('0' AS BLOB));" INSERT_SUPPRESSION
    "VALUES (1, 'x@y.example', 1, 1700000000);";

void
fixture_sql(struct fixture *f, const char *text)
{
	if (!test_database_sql(f->url, text, NULL))
		fail_msg("%s", text);
}

static void
open_reader(struct fixture *f)
{
	assert_code(f, SG_OK,
	    store_open(f->url, STORE_OPEN_READ, 1000, &f->reader, &f->err));
}

void
fixture_refresh(struct fixture *f)
{
	if (test_database_is_postgresql()) {
		store_close(&f->reader);
		open_reader(f);
	}
	assert_code(
	    f, SG_OK, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
}

void
fixture_open(struct fixture *f)
{
	int from, to;

	assert_code(f, SG_OK, store_migrate(f->url, &from, &to, &f->err));
	open_reader(f);
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(test_database_make(f->url, sizeof(f->url)));
	open_reader(f);
	assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &f->snapshot, &f->err));
	assert_code(f, SG_OK, snapshot_set_store(f->snapshot, f->url, &f->err));
	*state = f;
	return 0;
}

void
fixture_remove(struct fixture *f)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[TEST_DATABASE_URL_SIZE + 8];

	assert_false(test_database_is_postgresql());
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s",
		    strchr(f->url, ':') + 1, ends[i]);
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
	test_database_drop(f->url);
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
