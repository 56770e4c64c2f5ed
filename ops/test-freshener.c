/* ops/freshener.h: what was changed a moment ago is there after freshener_hurry. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>

#include <cmocka.h>

#include "base/clock.h"
#include "ops/freshener.h"
#include "ops/snapshot.h"
#include "store/store.h"
#include "store/test-database.h"

struct fixture {
	char url[TEST_DATABASE_URL_SIZE];
	struct store *store;
	struct snapshot *snapshot;
	struct freshener *freshener;
	struct err err;
};

#define assert_done(f, call)                                                   \
	do {                                                                   \
		if ((call) != SG_OK)                                           \
			fail_msg("%s: %s", #call, (f)->err.text);              \
	} while (0)

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(test_database_make(f->url, sizeof(f->url)));
	assert_done(
	    f, store_open(f->url, STORE_OPEN_COUNT, 1000, &f->store, &f->err));
	assert_done(f, snapshot_new(SNAPSHOT_ACCOUNTS, &f->snapshot, &f->err));
	assert_done(
	    f, freshener_new(f->url, f->snapshot, &f->freshener, &f->err));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	freshener_free(&f->freshener);
	snapshot_free(&f->snapshot);
	store_close(&f->store);
	test_database_drop(f->url);
	free(f);
	return 0;
}

static void
create_account(struct fixture *f, const char *name)
{
	struct store_account row = {.policy = "none"};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	row.facts.rate = 1;
	assert_done(f, store_account_create(f->store, &row, &f->err));
}

static void
test_change_is_there(void **state)
{
	struct fixture *f = *state;
	struct rules_account account;
	char name[32];

	assert_done(f, freshener_start(f->freshener, &f->err));
	for (int i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof(name), "account%d", i);
		create_account(f, name);
		assert_true(freshener_hurry(f->freshener, 5000));
		assert_true(
		    snapshot_account_by_name(f->snapshot, name, &account));
	}
}

static void
test_without_a_thread(void **state)
{
	struct fixture *f = *state;

	assert_false(freshener_hurry(f->freshener, 5000));
	assert_done(f, freshener_start(f->freshener, &f->err));
	assert_true(freshener_hurry(f->freshener, 5000));
	freshener_stop(f->freshener);
	assert_false(freshener_hurry(f->freshener, 5000));
	freshener_stop(f->freshener); /* once more does nothing */
}

static void *
hurry_often(void *ctx)
{
	for (int i = 0; i < 10; i++)
		(void)freshener_hurry(ctx, 5000);
	return NULL;
}

/* Many who hurry share the looks: they do not make the store busier. */
static void
test_looks_are_shared(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[20];
	int64_t begin, took;

	assert_done(f, freshener_start(f->freshener, &f->err));
	begin = clock_mono_msec();
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hurry_often,
				     f->freshener),
		    0);
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	took = clock_mono_msec() - begin;
	/* each waited for ten looks that lie so far apart */
	assert_in_range(took, 9 * FRESHENER_LEAST_MSEC, 60000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_change_is_there),
	    TEST(test_without_a_thread),
	    TEST(test_looks_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
