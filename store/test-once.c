/* Tests of sends that are to happen once. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/once.h"

#define NOW INT64_C(1700000000000)

static struct store_once
row_of(const struct fixture *f, const char *key, const char *holder)
{
	return (struct store_once){.access_key_id = "AKIA",
	    .key = key,
	    .account_id = f->account,
	    .body_hash = "hash",
	    .holder = holder,
	    .answer = "name",
	    .created_msec = NOW};
}

static void
write_row(void *ctx, const struct store_once *row)
{
	(void)snprintf(ctx, 256, "%lld %s %d %s %s %lld",
	    (long long)row->account_id, row->body_hash, row->is_answered,
	    row->holder, row->answer, (long long)row->created_msec);
}

static void
assert_row(struct fixture *f, const char *key, const char *want)
{
	char text[256] = "", whole[256];

	assert_ok(
	    f, store_once_get(f->store, "AKIA", key, write_row, text, &f->err));
	(void)snprintf(
	    whole, sizeof(whole), "%lld %s", (long long)f->account, want);
	assert_string_equal(text, whole);
}

static bool
begin(struct fixture *f, const struct store_once *row, int64_t before_msec)
{
	bool is_new;

	assert_ok(
	    f, store_once_begin(f->store, row, before_msec, &is_new, &f->err));
	return is_new;
}

static void
test_once(void **state)
{
	struct fixture *f = *state;
	struct store_once row = row_of(f, "k", "one");
	struct store_once other = row_of(f, "k", "two");

	assert_code(f, SG_MISSING,
	    store_once_get(f->store, "AKIA", "k", write_row, NULL, &f->err));
	assert_true(begin(f, &row, 0));
	assert_row(f, "k", "hash 0 one name 1700000000000");
	assert_false(begin(f, &other, 0));
	assert_code(
	    f, SG_MISSING, store_once_answer(f->store, &other, &f->err));
	assert_code(
	    f, SG_MISSING, store_once_forget(f->store, &other, &f->err));
	assert_code(
	    f, SG_MISSING, store_once_take(f->store, &other, "three", &f->err));
	assert_ok(f, store_once_take(f->store, &other, "one", &f->err));
	other.answer = "{}";
	assert_ok(f, store_once_answer(f->store, &other, &f->err));
	assert_row(f, "k", "hash 1 two {} 1700000000000");
	assert_code(
	    f, SG_MISSING, store_once_forget(f->store, &other, &f->err));
	/* too old is as none */
	row.created_msec = NOW + 1;
	assert_false(begin(f, &row, NOW));
	assert_true(begin(f, &row, NOW + 1));
	assert_row(f, "k", "hash 0 one name 1700000000001");
	assert_ok(f, store_once_forget(f->store, &row, &f->err));
	assert_true(begin(f, &row, 0));
}

static void
test_once_of_credentials(void **state)
{
	struct fixture *f = *state;
	struct store_once row = row_of(f, "k", "one");

	assert_true(begin(f, &row, 0));
	row.access_key_id = "AKIB";
	assert_true(begin(f, &row, 0));
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM once"), 2);
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM once"), 0);
}

static void
test_once_purge(void **state)
{
	struct fixture *f = *state;
	char key[16];
	int64_t gone;

	for (int i = 0; i < 5; i++) {
		struct store_once row = row_of(f, key, "one");

		(void)snprintf(key, sizeof(key), "%d", i);
		row.created_msec += i;
		assert_true(begin(f, &row, 0));
	}
	assert_ok(f, store_once_purge(f->store, NOW + 3, 2, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_ok(f, store_once_purge(f->store, NOW + 3, 2, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_row(f, "3", "hash 0 one name 1700000000003");
}

static void
add_message(struct fixture *f, int64_t account_id, const char *queue_id,
    int64_t sent_msec, const char *facts)
{
	struct store_message row = {.account_id = account_id,
	    .sent_msec = sent_msec,
	    .login = "",
	    .sender = "a@b.example",
	    .source_ip = "",
	    .recipients = "E c@d.example\n",
	    .facts = facts};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_message_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
}

static void
test_message_submitted(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");
	char queue_id[RULES_QUEUE_ID_MAX + 1];

	add_message(f, f->account, "q1", NOW, "{\"submission\": \"u-1\"}");
	add_message(f, f->account, "q2", NOW, "{\"submission\": \"u-11\"}");
	add_message(f, other, "q3", NOW, "{\"submission\": \"u-2\"}");
	assert_ok(f, store_message_submitted(
			 f->store, f->account, "u-1", NOW, queue_id, &f->err));
	assert_string_equal(queue_id, "q1");
	assert_ok(f, store_message_submitted(
			 f->store, f->account, "u-11", NOW, queue_id, &f->err));
	assert_string_equal(queue_id, "q2");
	assert_code(f, SG_MISSING,
	    store_message_submitted(
		f->store, f->account, "u-1", NOW + 1, queue_id, &f->err));
	assert_code(f, SG_MISSING,
	    store_message_submitted(
		f->store, f->account, "u-2", NOW, queue_id, &f->err));
}

int test_onces(void);

int
test_onces(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_once, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_once_of_credentials, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_once_purge, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_message_submitted, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("once", tests, NULL, NULL);
}
