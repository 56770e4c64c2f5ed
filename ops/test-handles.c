/* Store handles for many threads: no more are open than may be, one that is lost is
 * replaced, and an answer is the store's. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "ops/handles.h"
#include "store/store.h"
#include "store/test-database.h"

struct fixture {
	char url[TEST_DATABASE_URL_SIZE];
	struct handles *handles;
	struct err err;
	atomic_int asking, most, times;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(test_database_make(f->url, sizeof(f->url)));
	assert_int_equal(handles_new(f->url, &f->handles, &f->err), SG_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	handles_free(&f->handles);
	handles_free(&f->handles);
	test_database_drop(f->url);
	free(f);
	return 0;
}

static enum sg_err
ask_account(void *ctx, struct store *store, struct err *err_r)
{
	struct store_account row;

	++*(int *)ctx;
	return store_account_get(store, "demo", &row, err_r);
}

static void
test_answers(void **state)
{
	struct fixture *f = *state;
	int times = 0;
	int64_t value;

	assert_int_equal(
	    handles_ask(f->handles, ask_account, &times, &f->err), SG_MISSING);
	assert_int_equal(times, 1);
	assert_true(test_database_sql(f->url,
	    "INSERT INTO account (id, name, production, paused, pause_reason, "
	    "daily_quota, rate, policy, pool, contact, created_sec) VALUES "
	    "(1, 'demo', 1, 0, '', 500, 10.5, 'none', '', '', 0)",
	    &value));
	assert_int_equal(
	    handles_ask(f->handles, ask_account, &times, &f->err), SG_OK);
	assert_int_equal(times, 2);
}

/* Fails as often as *ctx says. */
static enum sg_err
fail_first(void *ctx, struct store *store, struct err *err_r)
{
	int *left = ctx;

	(void)store;
	return (*left)-- > 0 ? err_set(err_r, SG_IO, "lost") : SG_OK;
}

static void
test_lost(void **state)
{
	struct fixture *f = *state;
	int left = 1;

	/* a new one that fails is not tried again: the store is gone */
	assert_int_equal(
	    handles_ask(f->handles, fail_first, &left, &f->err), SG_IO);
	assert_int_equal(
	    handles_ask(f->handles, fail_first, &left, &f->err), SG_OK);
	/* one that was open may be lost alone */
	left = 1;
	assert_int_equal(
	    handles_ask(f->handles, fail_first, &left, &f->err), SG_OK);
	assert_int_equal(left, -1);
	left = 2;
	assert_int_equal(
	    handles_ask(f->handles, fail_first, &left, &f->err), SG_IO);
	if (test_database_is_postgresql())
		return; /* there it is emptied, not removed */
	test_database_drop(f->url);
	left = 0;
	assert_int_equal(
	    handles_ask(f->handles, fail_first, &left, &f->err), SG_IO);
}

#define THREADS 24
#define TURNS 20

static enum sg_err
linger(void *ctx, struct store *store, struct err *err_r)
{
	const struct timespec nap = {0, 1000000};
	struct fixture *f = ctx;
	int asking = atomic_fetch_add(&f->asking, 1) + 1;
	int most = atomic_load(&f->most);

	(void)store;
	(void)err_r;
	while (asking > most &&
	       !atomic_compare_exchange_weak(&f->most, &most, asking))
		continue;
	(void)nanosleep(&nap, NULL);
	(void)atomic_fetch_sub(&f->asking, 1);
	(void)atomic_fetch_add(&f->times, 1);
	return SG_OK;
}

static void *
ask_on(void *ctx)
{
	struct fixture *f = ctx;
	struct err err;
	uintptr_t failed = 0;

	for (int i = 0; i < TURNS; i++)
		failed += handles_ask(f->handles, linger, f, &err) != SG_OK;
	return (void *)failed;
}

static void
test_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask_on, f), 0);
	for (int i = 0; i < THREADS; i++) {
		void *failed;

		(void)pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(atomic_load(&f->times), THREADS * TURNS);
	assert_in_range(atomic_load(&f->most), 2, HANDLES_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_answers),
	    TEST(test_lost),
	    TEST(test_threads),
	};

	return cmocka_run_group_tests_name("handles", tests, NULL, NULL);
}
