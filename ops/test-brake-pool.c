/* Brakes asked by many threads at once, with a few store handles. */
#include "config.h"

#include "ops/brake_pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/brake.h"
#include "ops/test-admin.h"
#include "rules/verdict.h"

#define THREADS 12
#define EACH 5
#define MOST 20

struct crowd {
	struct brake_pool *pool;
	const struct conf *conf;
	struct brake_message message;
	atomic_int accepted, throttled, failed;
};

static void *
ask(void *ctx)
{
	struct crowd *c = ctx;

	for (int i = 0; i < EACH; i++) {
		struct rules_verdict v;
		struct err err = {0};

		if (brake_pool_decide(
			c->pool, c->conf, &c->message, &v, &err) != SG_OK)
			atomic_fetch_add(&c->failed, 1);
		else if (v.action == RULES_ACCEPT)
			atomic_fetch_add(&c->accepted, 1);
		else
			atomic_fetch_add(&c->throttled, 1);
	}
	return NULL;
}

static void
make_brake(struct admin_fixture *f, struct crowd *c)
{
	struct store_brake brake = {.scope = RULES_BRAKE_LOGIN,
	    .measure = RULES_BRAKE_MESSAGES,
	    .window_sec = 3600,
	    .most = MOST};
	struct store_account account;
	int64_t id;

	assert_code(f, SG_OK, account_get(f->store, "shop", &account, &f->err));
	assert_code(f, SG_OK,
	    brake_add(f->store, "shop", &brake, TEST_NOW, &id, &f->err));
	assert_code(
	    f, SG_OK, brake_pool_new(f->conf->store, &c->pool, &f->err));
	c->conf = f->conf;
	c->message = (struct brake_message){.account_id = account.facts.id,
	    .login = "app",
	    .identity = "shop.example",
	    .domain = "shop.example",
	    .bytes = 1000,
	    .recipients = "E x@reader.example\n",
	    .now_sec = TEST_NOW};
}

static void
test_many_threads(void **state)
{
	struct admin_fixture *f = *state;
	struct crowd c = {.pool = NULL};
	pthread_t threads[THREADS];

	make_brake(f, &c);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, &c), 0);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	assert_int_equal(c.failed, 0);
	assert_int_equal(c.accepted, MOST);
	assert_int_equal(c.throttled, THREADS * EACH - MOST);
	brake_pool_free(&c.pool);
	brake_pool_free(&c.pool);
}

/* A store that went away is an error; one that is back is opened anew. */
static void
test_store_gone(void **state)
{
	struct admin_fixture *f = *state;
	struct crowd c = {.pool = NULL};
	struct rules_verdict v;
	const char *path = strchr(f->conf->store, ':') + 1;
	char away[200];

	if (!admin_fixture_is_sqlite())
		skip();
	make_brake(f, &c);
	(void)snprintf(away, sizeof(away), "%s.away", path);
	/* a handle is open */
	assert_code(f, SG_OK,
	    brake_pool_decide(c.pool, c.conf, &c.message, &v, &f->err));
	assert_int_equal(rename(path, away), 0);
	for (int i = 0; i < 2 * BRAKE_POOL_HANDLES; i++)
		assert_int_not_equal(
		    brake_pool_decide(c.pool, c.conf, &c.message, &v, &f->err),
		    SG_OK);
	assert_int_equal(rename(away, path), 0);
	assert_code(f, SG_OK,
	    brake_pool_decide(c.pool, c.conf, &c.message, &v, &f->err));
	assert_int_equal(v.action, RULES_ACCEPT);
	brake_pool_free(&c.pool);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_many_threads),
	    TEST(test_store_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
