/* What carries requests, apart from sockets: limits by the header, the pool's threads,
 * dates. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/limits.h"
#include "api/pool.h"

/* ---- limits --------------------------------------------------------------------- */

static const struct limits_case {
	const char *name;
	struct api_field fields[3];
	size_t header_bytes;
	int status;
	uint64_t bytes;
} limits_cases[] = {
    {"nothing", {{"Host", "x"}}, 10, 0, 0},
    {"a body", {{"content-length", "1000"}}, 10, 0, 1000},
    {"one too large", {{"Content-Length", "1001"}}, 10, 413, 1001},
    {"a huge one", {{"Content-Length", "999999999999999999"}}, 10, 413,
	999999999999999999},
    {"beyond numbers", {{"Content-Length", "9999999999999999999"}}, 10, 400, 0},
    {"negative", {{"Content-Length", "-1"}}, 10, 400, 0},
    {"a sign", {{"Content-Length", "+1"}}, 10, 400, 0},
    {"no number", {{"Content-Length", ""}}, 10, 400, 0},
    {"a list", {{"Content-Length", "3, 3"}}, 10, 400, 0},
    {"two lengths", {{"Content-Length", "3"}, {"CONTENT-LENGTH", "3"}}, 10, 400,
	3},
    {"chunks", {{"Transfer-Encoding", "chunked"}}, 10, 411, 0},
    {"both", {{"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}, 10,
	400, 3},
    {"two hosts", {{"Host", "x"}, {"host", "x"}}, 10, 400, 0},
    {"a blank behind a name", {{"Transfer-Encoding ", "chunked"}}, 10, 400, 0},
    {"a tab", {{"Content-Length\t", "3"}}, 10, 400, 0},
    {"no name", {{"", "x"}}, 10, 400, 0},
    {"a line end", {{"X-A", "b\rTransfer-Encoding: chunked"}}, 10, 400, 0},
    {"odd but good", {{"x_a!", "b\tc"}}, 10, 0, 0},
    {"a large header", {{"Host", "x"}}, 101, 431, 0},
    {"the largest", {{"Host", "x"}}, 100, 0, 0},
};

static void
test_limits(void **state)
{
	const struct api_limits limits = {
	    .header_bytes = 100, .body_bytes = 1000};

	(void)state;
	for (size_t i = 0; i < sizeof(limits_cases) / sizeof(limits_cases[0]);
	     i++) {
		const struct limits_case *c = &limits_cases[i];
		struct api_request request = {
		    .path = "/", .query = "", .fields = c->fields};
		uint64_t bytes = 1;
		int status;

		while (request.field_count < 3 &&
		       c->fields[request.field_count].name != NULL)
			request.field_count++;
		status = api_limits_judge(
		    &limits, &request, c->header_bytes, &bytes);
		if (status != c->status || bytes != c->bytes)
			fail_msg("%s: %d, %ju bytes", c->name, status,
			    (uintmax_t)bytes);
	}
}

static void
test_long_target(void **state)
{
	const struct api_limits limits = {.header_bytes = 10000};
	char path[API_TARGET_MAX + 1];
	struct api_request request = {.path = path, .query = "a=b"};
	uint64_t bytes;

	(void)state;
	memset(path, 'a', sizeof(path));
	path[API_TARGET_MAX - 4] = '\0';
	assert_int_equal(api_limits_judge(&limits, &request, 10, &bytes), 0);
	path[API_TARGET_MAX - 4] = 'a';
	path[API_TARGET_MAX - 3] = '\0';
	assert_int_equal(api_limits_judge(&limits, &request, 10, &bytes), 414);
}

/* ---- the pool ------------------------------------------------------------------- */

/* A job holds its thread until it is let go. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool is_open;
	int inside, done, freed;
	pthread_key_t key;
};

static void
free_value(void *value)
{
	struct gate *gate = value;

	(void)pthread_mutex_lock(&gate->lock);
	gate->freed++;
	(void)pthread_mutex_unlock(&gate->lock);
}

static void
pass(void *job)
{
	struct gate *gate = job;

	(void)pthread_setspecific(gate->key, gate);
	(void)pthread_mutex_lock(&gate->lock);
	gate->inside++;
	(void)pthread_cond_broadcast(&gate->moved);
	while (!gate->is_open)
		(void)pthread_cond_wait(&gate->moved, &gate->lock);
	gate->done++;
	(void)pthread_mutex_unlock(&gate->lock);
}

static void
wait_inside(struct gate *gate, int count)
{
	(void)pthread_mutex_lock(&gate->lock);
	while (gate->inside < count)
		(void)pthread_cond_wait(&gate->moved, &gate->lock);
	(void)pthread_mutex_unlock(&gate->lock);
}

static void
open_gate(struct gate *gate)
{
	(void)pthread_mutex_lock(&gate->lock);
	gate->is_open = true;
	(void)pthread_cond_broadcast(&gate->moved);
	(void)pthread_mutex_unlock(&gate->lock);
}

static int
setup(void **state)
{
	static struct gate gate;

	memset(&gate, 0, sizeof(gate));
	(void)pthread_mutex_init(&gate.lock, NULL);
	(void)pthread_cond_init(&gate.moved, NULL);
	(void)pthread_key_create(&gate.key, free_value);
	*state = &gate;
	return 0;
}

static int
teardown(void **state)
{
	struct gate *gate = *state;

	(void)pthread_key_delete(gate->key);
	(void)pthread_cond_destroy(&gate->moved);
	(void)pthread_mutex_destroy(&gate->lock);
	return 0;
}

static void
test_pool_is_bounded(void **state)
{
	struct gate *gate = *state;
	struct api_pool *pool;
	struct err err;

	assert_int_equal(api_pool_new(2, 3, &pool, &err), SG_OK);
	assert_true(api_pool_add(pool, pass, gate));
	assert_true(api_pool_add(pool, pass, gate));
	wait_inside(gate, 2);
	/* Both threads work: the ring holds what waits and what they could take. */
	for (int i = 0; i < 5; i++)
		assert_true(api_pool_add(pool, pass, gate));
	assert_false(api_pool_add(pool, pass, gate));
	assert_int_equal(gate->inside, 2);
	open_gate(gate);
	api_pool_stop(pool);
	assert_int_equal(gate->done, 7);
	assert_int_equal(gate->freed, 2); /* what each thread kept */
	assert_false(api_pool_add(pool, pass, gate));
	api_pool_stop(pool);
	api_pool_free(&pool);
	assert_null(pool);
	api_pool_free(&pool);
}

static void
test_pool_reuses_threads(void **state)
{
	struct gate *gate = *state;
	struct api_pool *pool;
	struct err err;

	gate->is_open = true;
	assert_int_equal(api_pool_new(50, 100, &pool, &err), SG_OK);
	for (int i = 0; i < 100; i++) {
		assert_true(api_pool_add(pool, pass, gate));
		wait_inside(gate, i + 1);
	}
	api_pool_free(&pool);
	assert_int_equal(gate->done, 100);
	/* One after the other: never fifty at once. */
	assert_in_range(gate->freed, 1, 49);
}

/* ---- dates ---------------------------------------------------------------------- */

static void
test_dates(void **state)
{
	static const struct {
		int64_t sec;
		const char *text;
	} cases[] = {{0, "Thu, 01 Jan 1970 00:00:00 GMT"},
	    {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
	    {1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"}};
	char date[API_DATE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		api_response_date(cases[i].sec, date);
		assert_string_equal(date, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_long_target),
	    cmocka_unit_test_setup_teardown(
		test_pool_is_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(
		test_pool_reuses_threads, setup, teardown),
	    cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
