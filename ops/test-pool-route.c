/* Which address a message leaves from: who is assigned, hosts, weights, and budgets
 * of warm-up that several processes share. */
#include "config.h"

#include "ops/pool_route.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/pool.h"
#include "ops/pool_figure.h"
#include "ops/set.h"
#include "ops/test-admin.h"
#include "ops/transport.h"
#include "store/topics.h"

struct house {
	struct admin_fixture *f;
	struct pool_route *route;
	struct pool_order order;
	int64_t mono_msec;
};

static struct store_pool
make_pool(struct admin_fixture *f, int64_t account_id, const char *name)
{
	struct store_pool pool;
	bool is_full;

	assert_code(f, SG_OK,
	    pool_create(f->store, account_id, name, clock_now_sec(), &pool,
		&is_full, &f->err));
	return pool;
}

static void
add_ip(struct admin_fixture *f, const struct store_pool *pool,
    const char *address, int percentage)
{
	assert_code(f, SG_OK,
	    pool_ip_add(
		f->store, pool, address, percentage, clock_now_sec(), &f->err));
}

static void
assign(struct admin_fixture *f, const char *pool)
{
	const struct account_change change = {.pool = pool};

	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
}

static struct house
open_house(struct admin_fixture *f)
{
	struct house house = {.f = f,
	    .order = {.account_id = admin_fixture_account(f, "shop"),
		.queue_id = "4abc",
		.recipients = 1},
	    .mono_msec = clock_mono_msec()};

	assert_code(f, SG_OK, pool_route_new(f->conf, &house.route, &f->err));
	return house;
}

static void
refresh(struct house *house)
{
	assert_code(house->f, SG_OK,
	    pool_route_refresh(house->route, house->mono_msec, &house->f->err));
}

static void
assert_way(struct house *house, const char *want)
{
	struct pool_way way;

	refresh(house);
	pool_route_choose(house->route, &house->order, house->mono_msec, &way);
	assert_string_equal(way.address, want);
	assert_int_equal(way.label[0] != '\0', want[0] != '\0');
}

/* How many of so many messages, each for so many recipients, have the address. */
static int
count(struct house *house, const char *address, int messages)
{
	int found = 0;

	for (int i = 0; i < messages; i++) {
		char id[32];
		struct pool_way way;

		(void)snprintf(id, sizeof(id), "4abc%d", i);
		house->order.queue_id = id;
		pool_route_choose(
		    house->route, &house->order, house->mono_msec, &way);
		found += strcmp(way.address, address) == 0;
		refresh(house);
	}
	house->order.queue_id = "4abc";
	return found;
}

static void
test_who(void **state)
{
	struct admin_fixture *f = *state;
	struct house house = open_house(f);
	struct store_pool shared = make_pool(f, 0, "one");
	struct store_pool own, other = make_pool(f, 0, "two");
	struct set_change change = {.pool = "two"};
	struct store_set set;
	bool is_full;

	assert_way(&house, "");
	add_ip(f, &shared, "192.0.2.1", 100);
	add_ip(f, &other, "2001:db8::2", 100);
	assert_way(&house, "");
	assign(f, "one");
	assert_way(&house, "192.0.2.1");
	assert_code(f, SG_OK,
	    set_create_as(f->store, "shop", "news", &change, clock_now_sec(),
		&is_full, &f->err));
	assert_code(f, SG_OK, set_get(f->store, "shop", "news", &set, &f->err));
	assert_way(&house, "192.0.2.1");
	house.order.set_id = set.facts.id;
	assert_way(&house, "2001:db8::2");
	change.pool = POOL_SHARED;
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "news", &change, &set, &f->err));
	assert_way(&house, "");
	house.order.set_id = 0;
	/* its own of that name is meant */
	own = make_pool(f, house.order.account_id, "one");
	assert_way(&house, "");
	add_ip(f, &own, "192.0.2.3", 100);
	assert_way(&house, "192.0.2.3");
	/* of another account, and of what is gone */
	house.order.account_id += 1000;
	assert_way(&house, "");
	house.order.account_id -= 1000;
	assign(f, "");
	assert_way(&house, "");
	assert_code(f, SG_OK,
	    pool_delete(f->store, house.order.account_id, "one", &f->err));
	assert_way(&house, "192.0.2.3"); /* POOL_DEFAULT */
	pool_route_free(&house.route);
}

static void
test_host_and_weight(void **state)
{
	struct admin_fixture *f = *state;
	struct pool_ip_change elsewhere = {.host = "elsewhere", .weight = -1};
	struct pool_ip_change drained = {.weight = 0}, bad = {.weight = -1};
	struct house house = open_house(f);
	struct store_pool pool = make_pool(f, 0, "one");

	add_ip(f, &pool, "192.0.2.1", 100);
	add_ip(f, &pool, "192.0.2.2", 100);
	assign(f, "one");
	refresh(&house);
	assert_in_range(count(&house, "192.0.2.1", 200), 60, 140);
	assert_code(
	    f, SG_OK, pool_ip_set(f->store, "192.0.2.1", &elsewhere, &f->err));
	refresh(&house);
	assert_int_equal(count(&house, "192.0.2.2", 50), 50);
	assert_code(
	    f, SG_OK, pool_ip_set(f->store, "192.0.2.2", &drained, &f->err));
	assert_way(&house, "");
	bad.helo = "a b";
	assert_code(
	    f, SG_INVALID, pool_ip_set(f->store, "192.0.2.2", &bad, &f->err));
	bad.helo = "x.example\nsmtp";
	assert_code(
	    f, SG_INVALID, pool_ip_set(f->store, "192.0.2.2", &bad, &f->err));
	assert_code(f, SG_MISSING,
	    pool_ip_set(f->store, "192.0.2.9", &drained, &f->err));
	pool_route_free(&house.route);
}

static int64_t
taken(struct admin_fixture *f, const char *address)
{
	int64_t now_sec = clock_now_sec(), sum;

	assert_code(f, SG_OK,
	    store_warmup_taken(f->store, address,
		now_sec - now_sec % STORE_WARMUP_DAY_SEC, &sum, &f->err));
	return sum;
}

static void
test_warm_up(void **state)
{
	struct admin_fixture *f = *state;
	struct house first = open_house(f), second = open_house(f);
	struct store_pool pool = make_pool(f, 0, "one");
	struct store_ip row;
	struct pool_plan plan;
	int sum;

	add_ip(f, &pool, "192.0.2.1", 0);
	assign(f, "one");
	refresh(&first);
	refresh(&second);
	assert_true(taken(f, "192.0.2.1") > 0);
	sum = count(&first, "192.0.2.1", 20);
	assert_int_equal(sum, 20);
	sum += count(&second, "192.0.2.1", 100);
	sum += count(&first, "192.0.2.1", 100);
	assert_int_equal(sum, 50); /* all of the first day's */
	assert_int_equal(taken(f, "192.0.2.1"), 50);
	/* what is not spent by its end comes back */
	assert_code(f, SG_OK,
	    pool_ip_warm_up(
		f->store, 0, "192.0.2.1", 50, clock_now_sec(), &f->err));
	refresh(&second);
	assert_true(taken(f, "192.0.2.1") > 50);
	pool_route_stop(second.route);
	assert_int_equal(taken(f, "192.0.2.1"), 50);
	assert_code(
	    f, SG_OK, store_ip_get(f->store, "192.0.2.1", &row, &f->err));
	assert_code(f, SG_OK,
	    pool_plan_get(
		f->store, &row, clock_now_sec() + 86400, &plan, &f->err));
	assert_int_equal(row.percentage, 52);
	assert_true(plan.cap > 1000);
	/* a part ends with the day, whatever it has */
	refresh(&first);
	first.mono_msec += INT64_C(86400) * 1000;
	assert_int_equal(taken(f, "192.0.2.1") > 50, 1);
	assert_code(f, SG_OK,
	    pool_ip_warm_up(
		f->store, 0, "192.0.2.1", 100, clock_now_sec(), &f->err));
	assert_way(&first, "192.0.2.1");
	pool_route_free(&second.route);
	pool_route_free(&first.route);
}

/* A warmed one takes what a warming one may not have. */
static void
test_overflow(void **state)
{
	struct admin_fixture *f = *state;
	struct house house = open_house(f);
	struct store_pool pool = make_pool(f, 0, "one");

	add_ip(f, &pool, "192.0.2.1", 0);
	add_ip(f, &pool, "192.0.2.2", 100);
	assign(f, "one");
	refresh(&house);
	house.order.recipients = 51;
	assert_int_equal(count(&house, "192.0.2.2", 20), 20);
	pool_route_free(&house.route);
}

static void
test_settle(void **state)
{
	struct admin_fixture *f = *state;
	int64_t now_sec = clock_now_sec();
	int64_t shop = admin_fixture_account(f, "shop");
	struct store_pool pool = make_pool(f, shop, "own");
	struct store_ip row;

	add_ip(f, &pool, "192.0.2.1", 10);
	assert_code(f, SG_OK,
	    pool_ip_settle(f->store, shop, true, now_sec + 9 * 86400, &f->err));
	assert_code(
	    f, SG_OK, pool_ip_get(f->store, shop, "192.0.2.1", &row, &f->err));
	assert_int_equal(row.percentage, 30);
	pool_ip_at(&row, false, now_sec + 90 * 86400);
	assert_int_equal(row.percentage, 30);
	pool_ip_at(&row, true, now_sec + 90 * 86400);
	assert_int_equal(row.warmup, STORE_WARMUP_DONE);
}

static void
test_transport(void **state)
{
	static const struct {
		struct store_ip row;
		const char *service, *line;
	} rows[] = {
	    {{.address = "192.0.2.1", .label = "abcde", .helo = "a.example"},
		"sw-192-0-2-1 unix - - n - - smtp "
		"-o syslog_name=postfix/sw-192-0-2-1 "
		"-o smtp_bind_address=192.0.2.1 "
		"-o smtp_address_preference=ipv4 "
		"-o smtp_helo_name=a.example",
		"/^b-[a-z2-7]{26,56}-abcde@/ sw-192-0-2-1:\n"},
	    {{.address = "2001:db8::1"},
		"sw-2001-db8--1 unix - - n - - smtp "
		"-o syslog_name=postfix/sw-2001-db8--1 "
		"-o smtp_bind_address6=2001:db8::1 "
		"-o smtp_address_preference=ipv6",
		""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text;

		buf_init(&text, 1024);
		assert_true(transport_service(&rows[i].row, &text));
		assert_string_equal(buf_str(&text), rows[i].service);
		buf_clear(&text);
		assert_true(transport_table_line(&rows[i].row, &text));
		assert_string_equal(buf_str(&text), rows[i].line);
		buf_fini(&text);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_who),
	    TEST(test_host_and_weight),
	    TEST(test_warm_up),
	    TEST(test_overflow),
	    TEST(test_settle),
	    cmocka_unit_test(test_transport),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
