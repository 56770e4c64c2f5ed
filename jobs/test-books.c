/* Retention: what is kept for a time goes after it, all of it, in small steps. */
#include "config.h"
#include "jobs/books.h"

#include <stdio.h>

#include "conf/conf.h"
#include "ops/test-admin.h"
#include "store/test-database.h"

#define YEAR_SEC INT64_C(31536000)
#define ROWS 250 /* more than one transaction takes */

/* All of TEST_NOW, of account 1 and, where one is needed, of user 1. */
static const char *const fill[] = {
    "INSERT INTO console_user (id, name, role, password_hash, totp_sealed, "
    "totp_pending, created_sec, password_sec) "
    "VALUES (1, 'ann', 0, 'x', CAST('' AS BLOB), CAST('' AS BLOB), 0, 0)",
    "INSERT INTO console_session (token_hash, user_id, created_sec, used_sec, "
    "expires_sec, address, user_agent) SELECT 'h' || i, 1, 1790000040, "
    "1790000040, 1790086440, '', '' FROM n",
    "INSERT INTO sign_in_failure SELECT 'u' || i, '', 1, 0, 1790000040, "
    "1790000040, 0 FROM n",
    "INSERT INTO flow SELECT 1, 60, 1790000040 - i * 60, 1, 0, 0, 0, 0, 0 FROM n",
    "INSERT INTO flow SELECT 1, 3600, 1790000040 - i * 3600, 1, 0, 0, 0, 0, 0 "
    "FROM n",
    "INSERT INTO heartbeat SELECT 'p', 'h', i, 0, 1790000040, '', '' FROM n",
    "INSERT INTO observed SELECT i, 'l' || i, '', 'd', 1, 1, 0, 1790000040, 0, "
    "'' FROM n",
    "INSERT INTO message SELECT i, 1, 'q' || i, 1790000040000, '', '', '', 0, "
    "0, 0, 'E a@b.example\n', '{}', 0, 0 FROM n",
    "INSERT INTO message_run SELECT i, i, 1790000040000, 9 FROM n",
    "INSERT INTO message_chunk (run_id, first, entries) SELECT i, "
    "CAST('a' AS BLOB), CAST('b' AS BLOB) FROM n",
    "INSERT INTO message_key SELECT 1, 'r:a@b.example', id FROM message",
    "INSERT INTO message_key SELECT 1, 'd:b.example', id FROM message",
    "INSERT INTO event SELECT i, 1, 0, 1, 'q' || i, 1790000040000, '', '{}' "
    "FROM n",
    "INSERT INTO tally (account_id, set_id, bucket_sec, sent, eligible, "
    "bounces, complaints) SELECT 1, 0, 1790000040 - i * 900, 1, 1, 0, 0 FROM n",
};
static const char *const kept[] = {"console_session", "sign_in_failure", "flow",
    "heartbeat", "observed", "message", "message_key", "message_run",
    "message_chunk", "event", "tally"};

static void
run(struct admin_fixture *f, const char *sql)
{
	if (!test_database_sql(f->conf->store, sql, NULL))
		fail_msg("%s", sql);
}

static int64_t
count(struct admin_fixture *f, const char *table)
{
	char sql[128];
	int64_t rows;

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	assert_true(test_database_sql(f->conf->store, sql, &rows));
	return rows;
}

static void
fill_tables(struct admin_fixture *f)
{
	run(f, "CREATE TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION "
	       "ALL SELECT i + 1 FROM n WHERE i < 250) SELECT i FROM n");
	for (size_t i = 0; i < sizeof(fill) / sizeof(fill[0]); i++)
		run(f, fill[i]);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		assert_true(count(f, kept[i]) >= ROWS);
}

static void
turn_at(struct admin_fixture *f, int64_t now_sec)
{
	struct books books;

	books_init(&books, f->conf->store);
	for (int64_t msec = 0; msec < 100 * BOOKS_PURGE_MSEC;
	     msec += BOOKS_PURGE_MSEC)
		(void)books_turn(&books, f->conf, NULL, now_sec, msec);
	books_fini(&books);
}

static void
test_all_goes(void **state)
{
	struct admin_fixture *f = *state;

	fill_tables(f);
	turn_at(f, TEST_NOW + 60);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (count(f, kept[i]) < ROWS)
			fail_msg("%s: gone too early", kept[i]);
	turn_at(f, TEST_NOW + YEAR_SEC);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (count(f, kept[i]) != 0)
			fail_msg("%s: %lld left", kept[i],
			    (long long)count(f, kept[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_all_goes, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
