/* store/reservation.c: rows as they come back, found by queue id or session,
 * forgotten by age. Part of test-store. */
#include "config.h"
#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/store.h"

static bool
add_reservation(void *ctx, const struct store_reservation *row)
{
	return names_add(ctx, row->instance);
}

static void
reserve(struct fixture *f, const char *instance, const char *queue_id,
    const char *session, int64_t created)
{
	struct store_reservation row = {.account_id = f->account,
	    .bucket_sec = 60,
	    .recipients = 2,
	    .created_sec = created};

	(void)snprintf(row.instance, sizeof(row.instance), "%s", instance);
	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	(void)snprintf(row.session, sizeof(row.session), "%s", session);
	assert_ok(f, store_reservation_put(f->store, &row, &f->err));
}

static bool
check_reservation(void *ctx, const struct store_reservation *row)
{
	const struct store_reservation *want = ctx;

	assert_string_equal(row->instance, want->instance);
	assert_int_equal(row->account_id, want->account_id);
	assert_int_equal(row->bucket_sec, want->bucket_sec);
	assert_int_equal(row->recipients, want->recipients);
	assert_string_equal(row->queue_id, want->queue_id);
	assert_string_equal(row->session, want->session);
	assert_int_equal(row->created_sec, want->created_sec);
	assert_int_equal(row->closed, want->closed);
	assert_int_equal(row->hash_count, want->hash_count);
	if (want->hash_count > 0)
		assert_memory_equal(row->hashes, want->hashes,
		    want->hash_count * sizeof(*want->hashes));
	return true;
}

static void
test_reservation(void **state)
{
	struct fixture *f = *state;
	uint64_t hashes[STORE_RESERVATION_MAX_HASHES + 1];
	struct store_reservation row = {.instance = "1a2b.63",
	    .account_id = f->account,
	    .bucket_sec = 120,
	    .recipients = 1000,
	    .session = "192.0.2.1:4711",
	    .created_sec = 130,
	    .hashes = hashes,
	    .hash_count = STORE_RESERVATION_MAX_HASHES};

	for (size_t i = 0; i < STORE_RESERVATION_MAX_HASHES + 1; i++)
		hashes[i] = UINT64_MAX - i;
	assert_code(f, SG_MISSING,
	    store_reservation_get(
		f->store, row.instance, check_reservation, &row, &f->err));
	assert_ok(f, store_reservation_put(f->store, &row, &f->err));
	assert_ok(f, store_reservation_get(f->store, row.instance,
			 check_reservation, &row, &f->err));
	row.closed = true;
	row.hash_count = 0;
	(void)snprintf(row.queue_id, sizeof(row.queue_id), "4Xyz");
	assert_ok(f, store_reservation_put(f->store, &row, &f->err));
	assert_ok(f, store_reservation_get(f->store, row.instance,
			 check_reservation, &row, &f->err));
	row.hash_count = STORE_RESERVATION_MAX_HASHES + 1;
	assert_code(
	    f, SG_INVALID, store_reservation_put(f->store, &row, &f->err));
	assert_ok(f, store_reservation_delete(f->store, row.instance, &f->err));
	assert_ok(f, store_reservation_delete(f->store, row.instance, &f->err));
}

static void
test_reservation_find(void **state)
{
	static const struct {
		const char *queue_id, *session, *found;
	} rows[] = {
	    {"Q1", "s1", "i1"},
	    {"Q9", "s1", "i4 i3"}, /* newest first, none with a queue id */
	    {"", "s1", "i4 i3"},
	    {"", "", ""},
	    {"Q9", "", ""},
	    {"Q9", "s9", ""},
	};
	struct fixture *f = *state;

	reserve(f, "i1", "Q1", "s1", 10);
	reserve(f, "i2", "Q2", "s1", 20);
	reserve(f, "i3", "", "s1", 30);
	reserve(f, "i4", "", "s1", 40);
	reserve(f, "i5", "", "", 50);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct names names = {0};

		assert_ok(
		    f, store_reservation_find(f->store, rows[i].queue_id,
			   rows[i].session, add_reservation, &names, &f->err));
		assert_string_equal(names.text, rows[i].found);
	}
}

static void
test_reservation_purge(void **state)
{
	struct fixture *f = *state;
	int gone;

	for (int i = 0; i < 5; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "i%d", i);
		reserve(f, name, "", "", 10 * i);
	}
	assert_ok(f, store_reservation_purge(f->store, 30, 2, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_ok(f, store_reservation_purge(f->store, 30, 9, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM reservation"), 2);
}

static void
test_reservation_damaged(void **state)
{
	struct fixture *f = *state;
	struct names names = {0};

	reserve(f, "i1", "Q1", "", 10);
	fixture_sql(f, "UPDATE reservation SET hashes = x'0102'");
	assert_code(f, SG_IO,
	    store_reservation_get(
		f->store, "i1", add_reservation, &names, &f->err));
	assert_string_equal(names.text, "");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_reservations(void);

int
test_reservations(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_reservation),
	    TEST(test_reservation_find),
	    TEST(test_reservation_purge),
	    TEST(test_reservation_damaged),
	};

	return cmocka_run_group_tests_name("reservations", tests, NULL, NULL);
}
