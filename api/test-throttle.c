/* Token buckets of calls and of failed signatures. */
#include "config.h"

#include "api/throttle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define KEY "SWKAEXAMPLE"
#define CLIENT "192.0.2.1"
#define HOUR_MSEC (3600 * 1000)

static int
setup(void **state)
{
	struct api_throttle *throttle;

	if (api_throttle_new(&throttle, NULL) != SG_OK)
		return -1;
	*state = throttle;
	return 0;
}

static int
teardown(void **state)
{
	struct api_throttle *throttle = *state;

	api_throttle_free(&throttle);
	return 0;
}

static int
calls(struct api_throttle *throttle, const char *key, int per_sec,
    int64_t now_msec)
{
	int count = 0;

	while (
	    count < 1000 && api_throttle_call(throttle, key, per_sec, now_msec))
		count++;
	return count;
}

static void
test_calls(void **state)
{
	struct api_throttle *t = *state;

	assert_int_equal(calls(t, KEY, 20, 5000), 40);
	assert_int_equal(calls(t, KEY, 20, 5049), 0);
	assert_int_equal(calls(t, KEY, 20, 5050), 1);
	assert_int_equal(calls(t, KEY, 20, 6050), 20);
	assert_int_equal(calls(t, KEY, 20, 5000), 0); /* a clock gone back */
	assert_int_equal(calls(t, KEY, 20, INT64_MAX / 2), 40);
	assert_int_equal(calls(t, "OTHER", 20, 6050), 40);
	assert_int_equal(calls(t, "SLOW", 1, 6050), 2);
}

static void
test_looks(void **state)
{
	struct api_throttle *t = *state;

	assert_true(api_throttle_look(t, 1, 5000));
	assert_false(api_throttle_look(t, 1, 9999));
	assert_true(api_throttle_look(t, 2, 9999));
	assert_true(api_throttle_look(t, 1, 10000));
	assert_false(api_throttle_look(t, 1, 10001));
}

/* The option changed: what is there is never more than the new burst. */
static void
test_other_rate(void **state)
{
	struct api_throttle *t = *state;

	assert_true(api_throttle_call(t, KEY, 100, 0));
	assert_int_equal(calls(t, KEY, 1, 0), 2);
}

static int
failures(struct api_throttle *throttle, const char *client, const char *key,
    int64_t now_msec)
{
	int count = 0;

	while (count < 10000 &&
	       api_throttle_may_try(throttle, client, key, now_msec)) {
		api_throttle_tried(throttle, client, key, false, now_msec);
		count++;
	}
	return count;
}

static void
test_failures_of_a_key(void **state)
{
	struct api_throttle *t = *state;

	assert_int_equal(failures(t, CLIENT, KEY, 0), 30);
	assert_int_equal(failures(t, CLIENT, KEY, 1000), 3);
	/* another key from there, and this key from elsewhere */
	assert_int_equal(failures(t, CLIENT, "OTHER", 1000), 30);
	assert_int_equal(failures(t, "192.0.2.2", KEY, 1000), 30);
}

static void
test_failures_of_a_client(void **state)
{
	struct api_throttle *t = *state;
	char key[32];
	int count = 0, last = 1;

	api_throttle_tried(t, CLIENT, "GOOD", true, 0);
	for (int i = 0; i < 100 && last > 0; i++) {
		(void)snprintf(key, sizeof(key), "KEY%d", i);
		last = failures(t, CLIENT, key, 0);
		count += last;
	}
	assert_int_equal(count, 300);
	assert_false(api_throttle_may_try(t, CLIENT, "NEW", 0));
	/* who was right is not held up by its neighbours */
	assert_true(api_throttle_may_try(t, CLIENT, "GOOD", 0));
	assert_true(api_throttle_may_try(t, CLIENT, "NEW", 1000));
	assert_true(api_throttle_may_try(t, "192.0.2.2", "NEW", 0));
}

static void
test_trust_ends(void **state)
{
	struct api_throttle *t = *state;

	api_throttle_tried(t, CLIENT, KEY, true, 0);
	assert_int_equal(failures(t, CLIENT, KEY, 1), 10000);
	assert_true(api_throttle_may_try(t, CLIENT, KEY, HOUR_MSEC - 1));
	assert_int_equal(failures(t, CLIENT, KEY, HOUR_MSEC), 30);
}

/* An IPv6 client has a /64 to choose from. */
static void
test_addresses(void **state)
{
	struct api_throttle *t = *state;

	assert_int_equal(failures(t, "2001:db8::1", KEY, 0), 30);
	assert_int_equal(failures(t, "2001:db8::2:2", KEY, 0), 0);
	assert_int_equal(failures(t, "2001:db8:0:1::1", KEY, 0), 30);
}

/* Many keys: the table does not grow, and each of the last ones is still told. */
static void
test_many(void **state)
{
	struct api_throttle *t = *state;
	char key[32];

	for (int i = 0; i < 200000; i++) {
		(void)snprintf(key, sizeof(key), "KEY%d", i);
		assert_true(api_throttle_call(t, key, 1, 0));
		assert_true(api_throttle_call(t, key, 1, 0));
		assert_false(api_throttle_call(t, key, 1, 0));
	}
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_calls),
	    TEST(test_looks),
	    TEST(test_other_rate),
	    TEST(test_failures_of_a_key),
	    TEST(test_failures_of_a_client),
	    TEST(test_trust_ends),
	    TEST(test_addresses),
	    TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
