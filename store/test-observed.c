/* Tests of programs that run and senders that were observed. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/observed.h"
#include "store/pools.h"

#define NOW INT64_C(1700000000)

static void
put_heartbeat(
    struct fixture *f, const char *program, int64_t pid, int64_t seen_sec)
{
	struct store_heartbeat row = {.host = "mail1",
	    .pid = pid,
	    .started_sec = NOW,
	    .seen_sec = seen_sec,
	    .version = "1.0",
	    .detail = "unix:/x"};

	(void)snprintf(row.program, sizeof(row.program), "%s", program);
	assert_ok(f, store_heartbeat_put(f->store, &row, &f->err));
}

static bool
add_heartbeat(void *ctx, const struct store_heartbeat *row)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "%s/%lld@%lld", row->program,
	    (long long)row->pid, (long long)(row->seen_sec - NOW));
	return names_add(ctx, text);
}

static void
assert_heartbeats(struct fixture *f, int64_t most, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_heartbeat_list(
			 f->store, most, add_heartbeat, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_heartbeats(void **state)
{
	struct fixture *f = *state;
	int64_t gone, waiting;

	put_heartbeat(f, "policyd", 2, NOW + 1);
	put_heartbeat(f, "milter", 1, NOW);
	put_heartbeat(f, "milter", 7, NOW + 5);
	put_heartbeat(f, "milter", 1, NOW + 2);
	assert_heartbeats(f, 9, "milter/7@5 milter/1@2 policyd/2@1");
	assert_heartbeats(f, 1, "milter/7@5");
	assert_ok(
	    f, store_heartbeat_delete(f->store, "milter", "mail1", 7, &f->err));
	assert_ok(
	    f, store_heartbeat_delete(f->store, "milter", "mail2", 1, &f->err));
	assert_heartbeats(f, 9, "milter/1@2 policyd/2@1");
	assert_ok(
	    f, store_heartbeat_purge(f->store, NOW + 2, 9, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_heartbeats(f, 9, "milter/1@2");
	assert_ok(f, store_imports_waiting(f->store, &waiting, &f->err));
	assert_int_equal(waiting, 0);
}

static struct store_observed
sender(const char *login, const char *domain, int64_t messages)
{
	struct store_observed row = {.messages = messages,
	    .first_sec = NOW,
	    .last_sec = NOW,
	    .verdict = STORE_OBSERVED_REFUSE,
	    .reason = "not_verified"};

	(void)snprintf(row.login, sizeof(row.login), "%s", login);
	(void)snprintf(row.domain, sizeof(row.domain), "%s", domain);
	return row;
}

static void
observe(struct fixture *f, const char *login, const char *domain,
    int64_t messages, int64_t last_sec)
{
	struct store_observed row = sender(login, domain, messages);

	row.last_sec = last_sec;
	assert_ok(f, store_observed_add(f->store, &row, &f->err));
}

static bool
add_sender(void *ctx, const struct store_observed *row)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s%s:%s=%lld%s%s", row->login,
	    row->network, row->domain, (long long)row->messages,
	    row->account[0] != '\0' ? "/" : "", row->account);
	return names_add(ctx, text);
}

static void
assert_senders(
    struct fixture *f, enum store_observed_state state, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_observed_page(f->store, state, INT64_MAX, INT64_MAX,
			 9, add_sender, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_senders(void **state)
{
	struct fixture *f = *state;
	struct store_login login = {
	    .name = "info", .account_id = f->account, .created_sec = NOW};
	struct store_observed row = sender("", "c.example", 2);
	struct store_observed none = sender("info", "other.example", 1);
	struct store_identity identity = {
	    .account_id = f->account, .facts.name = "a.example"};
	struct names names = {0};
	int64_t count;
	bool has;

	identity.facts.type = RULES_IDENTITY_DOMAIN;
	observe(f, "info", "a.example", 3, NOW);
	observe(f, "info", "a.example", 4, NOW + 9);
	observe(f, "info", "b.example", 7, NOW);
	observe(f, "nobody", "a.example", 1, NOW);
	(void)snprintf(row.network, sizeof(row.network), "192.0.2.0/24");
	row.account_id = f->account;
	row.verdict = STORE_OBSERVED_PASS;
	assert_ok(f, store_observed_add(f->store, &row, &f->err));
	assert_senders(f, STORE_OBSERVED_ALL,
	    "info:b.example=7 info:a.example=7 "
	    "192.0.2.0/24:c.example=2/demo nobody:a.example=1");
	assert_senders(
	    f, STORE_OBSERVED_ADOPTED, "192.0.2.0/24:c.example=2/demo");
	assert_ok(f, store_login_add(f->store, &login, &f->err));
	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	assert_senders(
	    f, STORE_OBSERVED_OPEN, "info:b.example=7/demo nobody:a.example=1");
	assert_senders(f, STORE_OBSERVED_ADOPTED,
	    "info:a.example=7/demo 192.0.2.0/24:c.example=2/demo");
	assert_ok(f, store_observed_count_open(f->store, 9, &count, &f->err));
	assert_int_equal(count, 2);
	assert_ok(f, store_observed_count_open(f->store, 1, &count, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_observed_count(f->store, &count, &f->err));
	assert_int_equal(count, 4);
	assert_ok(f, store_observed_has(f->store, &row, &has, &f->err));
	assert_true(has);
	assert_ok(f, store_observed_has(f->store, &none, &has, &f->err));
	assert_false(has);
	assert_ok(f, store_observed_of_login(f->store, "info", "a.example", 9,
			 add_sender, &names, &f->err));
	assert_string_equal(names.text, "info:b.example=7/demo");
}

struct place {
	int64_t messages, id;
	struct names names;
};

static bool
keep_place(void *ctx, const struct store_observed *row)
{
	struct place *place = ctx;

	place->messages = row->messages;
	place->id = row->id;
	return names_add(&place->names, row->domain);
}

static void
test_pages_and_end(void **state)
{
	struct fixture *f = *state;
	struct place place = {.messages = INT64_MAX, .id = INT64_MAX};
	int64_t gone;

	observe(f, "x", "a.example", 2, NOW);
	observe(f, "x", "b.example", 2, NOW + 1);
	observe(f, "x", "c.example", 5, NOW + 2);
	for (int i = 0; i < 3; i++)
		assert_ok(f, store_observed_page(f->store, STORE_OBSERVED_ALL,
				 place.messages, place.id, 1, keep_place,
				 &place, &f->err));
	assert_string_equal(place.names.text, "c.example b.example a.example");
	assert_ok(
	    f, store_observed_purge(f->store, NOW + 2, 1, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_ok(
	    f, store_observed_purge(f->store, NOW + 2, 9, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_senders(f, STORE_OBSERVED_ALL, "x:c.example=5");
}

static bool
add_pool(
    void *ctx, const struct store_pool *row, const char *account, int64_t users)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s/%s=%lld", account, row->name,
	    (long long)users);
	return names_add(ctx, text);
}

static void
test_pools(void **state)
{
	struct fixture *f = *state;
	struct store_pool shared = {.name = "one"}, other = {.name = "two"};
	struct store_pool own = {.account_id = f->account, .name = "one"};
	int64_t rival = fixture_account(f, "rival");
	struct store_account row;
	struct names names = {0};

	assert_ok(f, store_pool_create(f->store, &shared, &f->err));
	assert_ok(f, store_pool_create(f->store, &own, &f->err));
	assert_ok(f, store_pool_create(f->store, &other, &f->err));
	for (int64_t id = f->account; id != 0; id = id == rival ? 0 : rival) {
		assert_ok(
		    f, store_account_get_by_id(f->store, id, &row, &f->err));
		(void)snprintf(row.pool, sizeof(row.pool), "one");
		assert_ok(f, store_account_update(f->store, &row, &f->err));
	}
	assert_ok(
	    f, store_pool_page(f->store, 0, 9, add_pool, &names, &f->err));
	assert_string_equal(names.text, "/one=1 demo/one=1 /two=0");
	names = (struct names){0};
	assert_ok(f,
	    store_pool_page(f->store, shared.id, 1, add_pool, &names, &f->err));
	assert_string_equal(names.text, "demo/one=1");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_observed(void);

int
test_observed(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_heartbeats),
	    TEST(test_senders),
	    TEST(test_pages_and_end),
	    TEST(test_pools),
	};

	return cmocka_run_group_tests_name("observed", tests, NULL, NULL);
}
