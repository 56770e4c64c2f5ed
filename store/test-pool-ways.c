/* Tests of what goes out by dedicated addresses: labels, who is assigned, budgets of
 * warm-up, figures. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/pools.h"

#define DAY STORE_WARMUP_DAY_SEC
#define TODAY (20000 * (int64_t)DAY)

static struct store_ip
ip_add(struct fixture *f, const char *address, const char *label)
{
	struct store_ip row = {.account_id = f->account,
	    .warmup = STORE_WARMUP_IN_PROGRESS,
	    .percentage = 7,
	    .created_sec = 5,
	    .helo = "out.example.org",
	    .host = "a",
	    .weight = 3,
	    .warmup_since_sec = 6};

	(void)snprintf(row.address, sizeof(row.address), "%s", address);
	(void)snprintf(row.label, sizeof(row.label), "%s", label);
	assert_ok(f, store_ip_add(f->store, &row, &f->err));
	return row;
}

static bool
add_address(void *ctx, const struct store_ip *row)
{
	return names_add(ctx, row->address);
}

static void
test_way_of_an_address(void **state)
{
	struct fixture *f = *state;
	struct store_ip row = ip_add(f, "192.0.2.1", "abcde"), read;
	struct names names = {0};
	bool has;

	assert_ok(f, store_ip_get(f->store, row.address, &read, &f->err));
	assert_string_equal(read.label, "abcde");
	assert_string_equal(read.helo, "out.example.org");
	assert_string_equal(read.host, "a");
	assert_int_equal(read.weight, 3);
	assert_int_equal(read.warmup_since_sec, 6);
	memcpy(row.address, "192.0.2.9", 10);
	assert_code(f, SG_EXISTS, store_ip_add(f->store, &row, &f->err));
	memcpy(row.address, "192.0.2.1", 10);
	row.helo[0] = row.host[0] = '\0';
	row.weight = 0;
	row.warmup_since_sec = 9;
	memcpy(row.label, "other", 6);
	assert_ok(f, store_ip_update(f->store, &row, &f->err));
	assert_ok(f, store_ip_get(f->store, row.address, &read, &f->err));
	assert_string_equal(read.label, "abcde");
	assert_string_equal(read.helo, "");
	assert_int_equal(read.weight + read.warmup_since_sec, 9);
	assert_ok(f, store_ip_has_label(f->store, "abcde", &has, &f->err));
	assert_true(has);
	assert_ok(f, store_ip_has_label(f->store, "other", &has, &f->err));
	assert_false(has);
	row = ip_add(f, "192.0.2.2", "b");
	row.warmup = STORE_WARMUP_DONE;
	assert_ok(f, store_ip_update(f->store, &row, &f->err));
	assert_ok(f, store_ip_list_warming(
			 f->store, f->account, add_address, &names, &f->err));
	assert_string_equal(names.text, "192.0.2.1");
}

static bool
add_assigned(void *ctx, const struct store_assigned *row)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "%lld/%lld:%s",
	    (long long)row->account_id, (long long)row->set_id, row->pool);
	return names_add(ctx, text);
}

static void
test_assigned(void **state)
{
	struct fixture *f = *state;
	struct names names = {0};

	assert_ok(
	    f, store_pool_assigned(f->store, add_assigned, &names, &f->err));
	assert_string_equal(names.text, "");
	fixture_sql(f, "UPDATE account SET pool = 'p'");
	fixture_sql(f, "INSERT INTO configuration_set (id, account_id, name, "
		       "paused, pause_reason, suppressed_reasons, reputation, "
		       "standing, fresh_start_sec, created_sec, pool) VALUES "
		       "(7, 1, 's', 0, '', -1, 0, 0, 0, 0, 'q')");
	assert_ok(
	    f, store_pool_assigned(f->store, add_assigned, &names, &f->err));
	assert_string_equal(names.text, "1/0:p 1/7:q");
}

static int64_t
take(struct fixture *f, int64_t day_sec, int64_t cap, int64_t most)
{
	int64_t granted;

	assert_ok(f, store_warmup_take(f->store, "192.0.2.1", day_sec, cap,
			 most, &granted, &f->err));
	return granted;
}

static void
test_warmup(void **state)
{
	struct fixture *f = *state;
	int64_t taken;

	assert_int_equal(take(f, TODAY, 50, 20), 20);
	assert_int_equal(take(f, TODAY, 50, 20), 20);
	assert_int_equal(take(f, TODAY, 50, 20), 10);
	assert_int_equal(take(f, TODAY, 50, 20), 0);
	assert_int_equal(take(f, TODAY + DAY, 58, 20), 20);
	assert_ok(
	    f, store_warmup_return(f->store, "192.0.2.1", TODAY, 6, &f->err));
	assert_int_equal(take(f, TODAY, 50, 20), 6);
	/* the plan was cut: what was taken is taken */
	assert_int_equal(take(f, TODAY, 30, 20), 0);
	assert_ok(f,
	    store_warmup_taken(f->store, "192.0.2.1", TODAY, &taken, &f->err));
	assert_int_equal(taken, 50);
	assert_ok(f, store_warmup_purge(f->store, TODAY + 1, &f->err));
	assert_ok(f,
	    store_warmup_taken(f->store, "192.0.2.1", TODAY, &taken, &f->err));
	assert_int_equal(taken, 0);
	assert_ok(f, store_pool_clock(f->store, &taken, &f->err));
	assert_true(taken == 0 || taken > TODAY);
}

static bool
add_metric(void *ctx, const struct store_pool_metric *row)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "%lld:%s:%d:%lld",
	    (long long)(row->day_sec / DAY), row->address, row->kind,
	    (long long)row->recipients);
	return names_add(ctx, text);
}

static void
assert_metrics(struct fixture *f, int64_t first, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_pool_metric_list(
			 f->store, 3, first, add_metric, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_pool_metric(void **state)
{
	struct fixture *f = *state;
	struct store_pool_metric row = {.pool_id = 3,
	    .address = "192.0.2.1",
	    .day_sec = DAY,
	    .kind = 1,
	    .recipients = 4};
	int64_t gone;

	assert_ok(f, store_pool_metric_add(f->store, &row, &f->err));
	assert_ok(f, store_pool_metric_add(f->store, &row, &f->err));
	row.kind = 0;
	assert_ok(f, store_pool_metric_add(f->store, &row, &f->err));
	row.pool_id = 4;
	assert_ok(f, store_pool_metric_add(f->store, &row, &f->err));
	row.pool_id = 3;
	row.day_sec = 2 * DAY;
	assert_ok(f, store_pool_metric_add(f->store, &row, &f->err));
	assert_metrics(f, 0, "1:192.0.2.1:0:4 1:192.0.2.1:1:8 2:192.0.2.1:0:4");
	assert_metrics(f, 2 * DAY, "2:192.0.2.1:0:4");
	assert_ok(f, store_purge(f->store, 0, 2 * DAY, 100, 9, &gone, &f->err));
	assert_metrics(f, 0, "2:192.0.2.1:0:4");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_pool_ways(void);

int
test_pool_ways(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_way_of_an_address),
	    TEST(test_assigned),
	    TEST(test_warmup),
	    TEST(test_pool_metric),
	};

	return cmocka_run_group_tests_name("pool ways", tests, NULL, NULL);
}
