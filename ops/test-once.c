/* Tests of sends that happen once. */
#include "config.h"

#include "ops/test-admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "ops/journal.h"
#include "ops/once.h"
#include "store/once.h"
#include "store/store.h"

#define NOW (TEST_NOW * 1000)

struct once_case {
	struct admin_fixture *f;
	struct once_key key;
	enum once_state state;
	struct once_try try;
	struct buf answer;
};

static int
setup(void **state)
{
	struct once_case *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	assert_int_equal(admin_fixture_setup((void **)&c->f), 0);
	c->key = (struct once_key){.access_key_id = "AKIA",
	    .key = "key",
	    .body_hash = "hash",
	    .account_id = admin_fixture_account(c->f, "shop")};
	buf_init(&c->answer, 1000);
	*state = c;
	return 0;
}

static int
teardown(void **state)
{
	struct once_case *c = *state;
	int rc = admin_fixture_teardown((void **)&c->f);

	buf_fini(&c->answer);
	free(c);
	return rc;
}

static enum once_state
begin(struct once_case *c, int64_t now_msec)
{
	buf_clear(&c->answer);
	assert_code(c->f, SG_OK,
	    once_begin(c->f->store, &c->key, now_msec, &c->state, &c->try,
		&c->answer, &c->f->err));
	return c->state;
}

static void
test_answered(void **state)
{
	struct once_case *c = *state;
	char uuid[STORE_UUID_MAX + 1];

	assert_int_equal(begin(c, NOW), ONCE_BEGUN);
	assert_int_equal(strlen(c->try.uuid), 36);
	memcpy(uuid, c->try.uuid, sizeof(uuid));
	assert_int_equal(begin(c, NOW + 5), ONCE_RUNNING);
	assert_int_equal(c->try.begun_msec, NOW);
	assert_code(c->f, SG_OK,
	    once_answer(c->f->store, &c->key, "{\"a\":1}", &c->f->err));
	assert_int_equal(begin(c, NOW + 5), ONCE_ANSWERED);
	assert_string_equal(buf_str(&c->answer), "{\"a\":1}");
	/* what is answered is not begun any more */
	assert_code(
	    c->f, SG_MISSING, once_forget(c->f->store, &c->key, &c->f->err));
	/* for 24 hours */
	assert_int_equal(begin(c, NOW + INT64_C(86400000)), ONCE_ANSWERED);
	assert_int_equal(begin(c, NOW + INT64_C(86400001)), ONCE_BEGUN);
	assert_string_not_equal(c->try.uuid, uuid);
}

static void
test_mismatch(void **state)
{
	struct once_case *c = *state;

	assert_int_equal(begin(c, NOW), ONCE_BEGUN);
	c->key.body_hash = "other";
	assert_int_equal(begin(c, NOW), ONCE_MISMATCH);
	c->key.access_key_id = "AKIB";
	assert_int_equal(begin(c, NOW), ONCE_BEGUN);
}

static void
test_forgotten(void **state)
{
	struct once_case *c = *state;

	assert_int_equal(begin(c, NOW), ONCE_BEGUN);
	assert_code(c->f, SG_OK, once_forget(c->f->store, &c->key, &c->f->err));
	c->key.body_hash = "other";
	assert_int_equal(begin(c, NOW + 1), ONCE_BEGUN);
	assert_int_equal(c->try.begun_msec, NOW + 1);
}

static void
test_lost(void **state)
{
	struct once_case *c = *state;
	char uuid[STORE_UUID_MAX + 1];

	assert_int_equal(begin(c, NOW), ONCE_BEGUN);
	memcpy(uuid, c->try.uuid, sizeof(uuid));
	assert_code(c->f, SG_OK, once_lose(c->f->store, &c->key, &c->f->err));
	assert_int_equal(begin(c, NOW + 9), ONCE_LOST);
	assert_string_equal(c->try.uuid, uuid);
	assert_int_equal(c->try.begun_msec, NOW);
	/* by us from now on */
	assert_int_equal(begin(c, NOW + 9), ONCE_RUNNING);
	/* but not for ever */
	assert_int_equal(
	    begin(c, NOW + INT64_C(1000) * ONCE_CALL_SEC), ONCE_LOST);
}

/* The process that has begun it was killed. */
static void
test_killed(void **state)
{
	struct once_case *c = *state;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct store *store;
		struct err err;

		if (store_open(c->f->conf->store, STORE_OPEN_COUNT, 1000,
			&store, &err) != SG_OK ||
		    once_begin(store, &c->key, NOW, &c->state, &c->try,
			&c->answer, &err) != SG_OK)
			_exit(1);
		_exit(c->state == ONCE_BEGUN ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(begin(c, NOW), ONCE_LOST);
	assert_int_equal(strlen(c->try.uuid), 36);
}

static void
test_other_host(void **state)
{
	struct once_case *c = *state;
	const struct store_once row = {.access_key_id = "AKIA",
	    .key = "key",
	    .account_id = c->key.account_id,
	    .body_hash = "hash",
	    .holder = "elsewhere.example 1 1",
	    .answer = "uuid",
	    .created_msec = NOW};
	bool is_new;

	assert_code(c->f, SG_OK,
	    store_once_begin(c->f->store, &row, 0, &is_new, &c->f->err));
	assert_int_equal(begin(c, NOW), ONCE_RUNNING);
}

static void
test_find(void **state)
{
	struct once_case *c = *state;
	char dir[128], queue_id[RULES_QUEUE_ID_MAX + 1];
	struct journal_entry entry = {.kind = JOURNAL_SENT,
	    .account_id = c->key.account_id,
	    .queue_id = "4XQ",
	    .at_msec = NOW + 5,
	    .login = "",
	    .sender = "a@example.com",
	    .source_ip = "",
	    .identity = "",
	    .set_name = "",
	    .recipients = "E b@example.org\n",
	    .submission = "uuid-0",
	    .operation = "SendEmail"};
	struct journal *journal;

	(void)snprintf(dir, sizeof(dir), "%s/journal", c->f->dir);
	admin_fixture_set(&c->f->conf->journal, dir);
	assert_code(c->f, SG_MISSING,
	    once_find(c->f->store, c->f->conf, c->key.account_id, "uuid-0", NOW,
		TEST_NOW, queue_id, &c->f->err));
	assert_code(c->f, SG_OK, journal_open(dir, &journal, &c->f->err));
	assert_code(c->f, SG_OK, journal_append(journal, &entry, &c->f->err));
	journal_close(&journal);
	assert_code(c->f, SG_OK,
	    once_find(c->f->store, c->f->conf, c->key.account_id, "uuid-0", NOW,
		TEST_NOW, queue_id, &c->f->err));
	assert_string_equal(queue_id, "4XQ");
	assert_code(c->f, SG_MISSING,
	    once_find(c->f->store, c->f->conf, c->key.account_id, "uuid-1", NOW,
		TEST_NOW, queue_id, &c->f->err));
	admin_fixture_remove(dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_answered),
	    TEST(test_mismatch),
	    TEST(test_forgotten),
	    TEST(test_lost),
	    TEST(test_killed),
	    TEST(test_other_host),
	    TEST(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
