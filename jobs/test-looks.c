/* Looks at what is due, by a script instead of name servers: order, bounds, the
 * outage of all, the silence of one. */
#include "config.h"
#include "jobs/looks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "ops/test-admin.h"
#include "store/store.h"

#define ASKED_MAX 4096
#define TOKEN "token"

struct asked {
	char name[DNS_NAME_MAX + 1];
	dns_answer_fn *fn;
	void *ctx;
};

/* Name servers: all silent, or but one domain silent. */
struct script {
	struct asked asked[ASKED_MAX];
	size_t count, total, most;
	bool is_down;
	const char *silent; /* domain; NULL none */
	char first[DNS_NAME_MAX + 1];
};

struct bench {
	struct admin_fixture *f;
	struct looks *looks;
	struct script *script;
	int64_t account_id;
	int64_t now_sec, now_msec;
};

static enum sg_err
ask(void *asker, const char *name, enum dns_type type, dns_answer_fn *fn,
    void *ctx, struct err *err_r)
{
	struct script *script = asker;
	struct asked *asked;

	(void)type;
	(void)err_r;
	assert_true(script->count < ASKED_MAX);
	asked = &script->asked[script->count++];
	(void)snprintf(asked->name, sizeof(asked->name), "%s", name);
	asked->fn = fn;
	asked->ctx = ctx;
	if (script->total++ == 0)
		(void)snprintf(
		    script->first, sizeof(script->first), "%s", name);
	if (script->count > script->most)
		script->most = script->count;
	return SG_OK;
}

/* Answers what was asked so far. */
static void
answer_all(struct script *script)
{
	static const struct dns_record token = {
	    .text = TOKEN, .len = sizeof(TOKEN) - 1, .strings = 1};
	struct asked *asked = script->asked;
	size_t count = script->count;
	struct asked *copy = calloc(count + 1, sizeof(*copy));

	assert_non_null(copy);
	(void)memcpy(copy, asked, count * sizeof(*copy));
	script->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct dns_answer answer = {
		    .outcome = DNS_FOUND, .records = &token, .count = 1};

		if (script->is_down ||
		    (script->silent != NULL &&
			strstr(copy[i].name, script->silent) != NULL))
			answer = (struct dns_answer){
			    .outcome = DNS_TIMED_OUT, .why = "script"};
		copy[i].fn(copy[i].ctx, &answer);
	}
	free(copy);
}

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct store_account account;

	assert_non_null(b);
	assert_int_equal(admin_fixture_setup(state), 0);
	b->f = *state;
	b->script = calloc(1, sizeof(*b->script));
	assert_non_null(b->script);
	assert_code(b->f, SG_OK,
	    store_account_get(b->f->store, "shop", &account, &b->f->err));
	b->account_id = account.facts.id;
	b->now_sec = TEST_NOW;
	b->now_msec = 1000;
	assert_code(
	    b->f, SG_OK, looks_new(b->f->conf->store, &b->looks, &b->f->err));
	looks_use(b->looks, b->f->conf, ask, b->script);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	looks_free(&b->looks);
	free(b->script);
	*state = b->f;
	free(b);
	return admin_fixture_teardown(state);
}

static int64_t
add_domain(struct bench *b, const char *name, int64_t due_sec)
{
	struct store_identity row = {.account_id = b->account_id,
	    .facts = {.type = RULES_IDENTITY_DOMAIN,
		.status = RULES_IDENTITY_PENDING},
	    .created_sec = TEST_NOW,
	    .txt_token = TOKEN};
	struct verification v = {0};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_code(
	    b->f, SG_OK, store_identity_create(b->f->store, &row, &b->f->err));
	verification_start(&v, TEST_NOW);
	v.next_sec = due_sec;
	assert_code(b->f, SG_OK,
	    store_verification_put(b->f->store, row.facts.id,
		VERIFICATION_IDENTITY, &v, &b->f->err));
	return row.facts.id;
}

static void
add_many(struct bench *b, int count)
{
	assert_code(b->f, SG_OK, store_begin(b->f->store, &b->f->err));
	for (int i = 0; i < count; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "shop%d.example", i);
		(void)add_domain(b, name, TEST_NOW - 10 + i % 3);
	}
	assert_code(b->f, SG_OK, store_commit(b->f->store, &b->f->err));
}

static enum rules_identity_status
status_of(struct bench *b, int64_t id)
{
	struct store_identity row;

	assert_code(b->f, SG_OK,
	    store_identity_get_by_id(b->f->store, id, &row, &b->f->err));
	return row.facts.status;
}

static struct verification
look_of(struct bench *b, int64_t id)
{
	struct verification v;

	assert_code(b->f, SG_OK,
	    store_verification_get(
		b->f->store, id, VERIFICATION_IDENTITY, &v, &b->f->err));
	return v;
}

static int64_t
due_count(struct bench *b)
{
	struct store_numbers numbers;

	assert_code(b->f, SG_OK,
	    store_numbers(b->f->store, b->now_sec, &numbers, &b->f->err));
	return numbers.looks_due;
}

/* Turns until it would wait. */
static void
settle(struct bench *b)
{
	for (int i = 0; i < 1000; i++) {
		looks_turn(b->looks, b->now_sec, b->now_msec);
		assert_in_range(looks_count(b->looks), 0, JOBS_LOOKS_MAX);
		if (looks_wait_msec(b->looks, b->now_msec) > 0)
			return;
	}
	fail_msg("it never waits");
}

/* Asks, is answered, applies; `msec` go by meanwhile. */
static void
round_of(struct bench *b, int64_t msec)
{
	settle(b);
	b->now_msec += msec;
	b->now_sec = TEST_NOW + b->now_msec / 1000;
	/* The first question of a look, then its others. */
	answer_all(b->script);
	answer_all(b->script);
	settle(b);
}

static void
test_found(void **state)
{
	struct bench *b = *state;
	int64_t due = add_domain(b, "shop.example", TEST_NOW);
	int64_t later = add_domain(b, "later.example", TEST_NOW + 500);

	round_of(b, 10);
	assert_int_equal(status_of(b, due), RULES_IDENTITY_SUCCESS);
	assert_true(look_of(b, due).next_sec > TEST_NOW + 3600);
	assert_int_equal(status_of(b, later), RULES_IDENTITY_PENDING);
	assert_int_equal(look_of(b, later).next_sec, TEST_NOW + 500);
	assert_int_equal(looks_count(b->looks), 0);
}

static void
test_longest_due_first(void **state)
{
	struct bench *b = *state;

	(void)add_domain(b, "new.example", TEST_NOW - 1);
	(void)add_domain(b, "old.example", TEST_NOW - 1000);
	settle(b);
	assert_non_null(strstr(b->script->first, "old.example"));
}

static void
test_not_twice(void **state)
{
	struct bench *b = *state;

	(void)add_domain(b, "shop.example", TEST_NOW);
	settle(b);
	assert_int_equal(b->script->total, 1);
	for (int i = 0; i < 5; i++) {
		settle(b);
	}
	assert_int_equal(b->script->total, 1);
	assert_int_equal(looks_count(b->looks), 1);
}

static void
test_bounded(void **state)
{
	struct bench *b = *state;

	add_many(b, 700);
	settle(b);
	assert_int_equal(looks_count(b->looks), JOBS_LOOKS_MAX);
	for (int i = 0; i < 5 && due_count(b) > 0; i++)
		round_of(b, 20);
	assert_int_equal(due_count(b), 0);
	assert_true(b->script->most <= 2 * JOBS_LOOKS_MAX);
	/* each domain has two names, each of them was asked once */
	assert_int_equal(b->script->total, 1400);
}

static void
test_outage(void **state)
{
	struct bench *b = *state;

	add_many(b, 300);
	b->script->is_down = true;
	round_of(b, 5000); /* looks */
	round_of(b, 5000); /* witnesses */
	for (int i = 0; i < 10; i++)
		round_of(b, 3100);
	assert_int_equal(looks_count(b->looks), 0);
	assert_int_equal(due_count(b), 300);
	assert_in_range(b->script->total, 200, 300);
	b->script->is_down = false;
	for (int i = 0; i < 5; i++)
		round_of(b, 3100);
	assert_int_equal(due_count(b), 0);
}

static void
test_one_silent(void **state)
{
	struct bench *b = *state;
	int64_t silent = add_domain(b, "silent.test", TEST_NOW - 50);

	add_many(b, 20);
	b->script->silent = "silent.test";
	round_of(b, 5000);
	assert_int_equal(status_of(b, silent), RULES_IDENTITY_PENDING);
	assert_int_equal(
	    look_of(b, silent).error, VERIFICATION_DNS_SERVER_ERROR);
	assert_int_equal(due_count(b), 0);
	/* one question, not two: nobody answered the first */
	assert_int_equal(b->script->total, 41);
}

static void
test_alone_silent(void **state)
{
	struct bench *b = *state;
	int64_t silent = add_domain(b, "silent.test", TEST_NOW);

	b->script->silent = "silent.test";
	round_of(b, 5000);
	assert_int_equal(
	    look_of(b, silent).error, VERIFICATION_DNS_SERVER_ERROR);
}

/* More silent domains than a row that raises doubt: the witnesses answer. */
static void
test_many_silent(void **state)
{
	struct bench *b = *state;

	add_many(b, 100);
	b->script->silent = ".example";
	round_of(b, 5000); /* looks */
	assert_int_equal(due_count(b), 100);
	round_of(b, 10); /* witnesses */
	assert_int_equal(due_count(b), 0);
}

static void
test_deleted_meanwhile(void **state)
{
	struct bench *b = *state;
	int64_t id = add_domain(b, "shop.example", TEST_NOW);

	settle(b);
	assert_code(b->f, SG_OK,
	    store_identity_delete(b->f->store, b->account_id, id, &b->f->err));
	round_of(b, 10);
	assert_int_equal(looks_count(b->looks), 0);
	assert_true(looks_wait_msec(b->looks, b->now_msec) > 0);
}

/* Another resolver: what was under way is asked anew. */
static void
test_reload(void **state)
{
	struct bench *b = *state;
	int64_t id = add_domain(b, "shop.example", TEST_NOW);

	settle(b);
	b->script->count = 0; /* is never answered */
	looks_use(b->looks, b->f->conf, ask, b->script);
	assert_int_equal(looks_count(b->looks), 0);
	round_of(b, 10);
	assert_int_equal(status_of(b, id), RULES_IDENTITY_SUCCESS);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(test_found),
	    T(test_longest_due_first),
	    T(test_not_twice),
	    T(test_bounded),
	    T(test_outage),
	    T(test_one_silent),
	    T(test_alone_silent),
	    T(test_many_silent),
	    T(test_deleted_meanwhile),
	    T(test_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
