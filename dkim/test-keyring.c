/* dkim/keyring.c: loads once, keeps the most recently used, shares safely. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <cmocka.h>

#include "dkim/keyring.h"

static atomic_int loads;
static struct dkim_key *shared;

static enum sg_err
load(void *ctx, int64_t key_id, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	(void)ctx;
	if (key_id < 0)
		return err_set(err_r, SG_MISSING, "no such key");
	atomic_fetch_add(&loads, 1);
	entry_r->key = dkim_key_ref(shared);
	(void)snprintf(entry_r->selector, sizeof(entry_r->selector), "s%lld",
	    (long long)key_id);
	return SG_OK;
}

static void
get(struct dkim_keyring *ring, int64_t id)
{
	struct dkim_keyring_entry entry = {NULL, ""};
	char want[64];

	assert_int_equal(
	    dkim_keyring_get(ring, id, load, NULL, &entry, NULL), SG_OK);
	(void)snprintf(want, sizeof(want), "s%lld", (long long)id);
	assert_string_equal(entry.selector, want);
	dkim_key_unref(&entry.key);
}

static void
test_order(void **state)
{
	struct dkim_keyring *ring = dkim_keyring_new(3);
	struct dkim_keyring_entry entry = {NULL, ""};

	(void)state;
	atomic_store(&loads, 0);
	get(ring, 1);
	get(ring, 2);
	get(ring, 3);
	get(ring, 1); /* 2 is the oldest now */
	assert_int_equal(atomic_load(&loads), 3);
	get(ring, 4);
	get(ring, 1);
	get(ring, 3);
	assert_int_equal(atomic_load(&loads), 4);
	get(ring, 2);
	assert_int_equal(atomic_load(&loads), 5);
	dkim_keyring_forget(ring, 2);
	dkim_keyring_forget(ring, 77);
	get(ring, 2);
	assert_int_equal(atomic_load(&loads), 6);
	assert_int_equal(
	    dkim_keyring_get(ring, -1, load, NULL, &entry, NULL), SG_MISSING);
	dkim_keyring_free(&ring);
	assert_null(ring);
}

static void *
hammer(void *arg)
{
	struct dkim_keyring *ring = arg;
	struct dkim_keyring_entry entry = {NULL, ""};
	int64_t i = 0;

	for (i = 0; i < 5000; i++) {
		if (dkim_keyring_get(ring, i % 20, load, NULL, &entry, NULL) !=
		    SG_OK)
			return arg;
		dkim_key_unref(&entry.key);
		if (i % 97 == 0)
			dkim_keyring_forget(ring, i % 20);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	struct dkim_keyring *ring = dkim_keyring_new(8);
	pthread_t threads[4];
	void *failed = NULL;
	size_t i = 0;

	(void)state;
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, hammer, ring), 0);
	for (i = 0; i < 4; i++) {
		(void)pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	dkim_keyring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order), cmocka_unit_test(test_threads)};
	int failed = 0;

	if (dkim_key_generate(DKIM_ED25519_SHA256, 0, &shared, NULL) != SG_OK)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	dkim_key_unref(&shared);
	return failed;
}
