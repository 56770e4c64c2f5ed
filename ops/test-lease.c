/* Tests of leases: what is promised of them, one by one. test-lease-model.c has
 * many holders at once. */
#include "config.h"

#include "ops/test-lease.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "store/test-database.h"

static void
test_first_is_asked_for(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 5);
	struct lease_spent spent;

	assert_int_equal(lease_spend(l, &order, &spent), LEASE_PENDING);
	leases_wait(l, 5000);
	assert_int_equal(lease_spend(l, &order, &spent), LEASE_SPENT);
	assert_int_equal(spent.account_id, h->account_id);
	assert_int_equal(spent.recipients, 5);
	assert_int_equal(spent.used, 5);
	assert_int_equal(spent.wait_usec, 0);
	leases_close(&l);
	assert_int_equal(house_used(h), 5);
}

static void
test_fd(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 1);
	struct lease_spent spent;

	assert_false(house_is_readable(leases_fd(l), 0));
	assert_int_equal(lease_spend(l, &order, &spent), LEASE_PENDING);
	assert_true(house_is_readable(leases_fd(l), 5000));
	leases_heard(l);
	assert_false(house_is_readable(leases_fd(l), 0));
	assert_int_equal(lease_spend(l, &order, &spent), LEASE_SPENT);
	leases_close(&l);
}

static void
test_exactly_the_quota(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	int64_t sum = 0;

	h->daily_quota = 1000;
	for (int i = 0; i < 5000; i++)
		if (house_spend(h, l, 1) == LEASE_SPENT)
			sum++;
	assert_int_equal(sum, 1000);
	assert_int_equal(house_spend(h, l, 1), LEASE_QUOTA_FULL);
	leases_close(&l);
	assert_int_equal(house_used(h), 1000);
}

static void
test_all_or_nothing(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");

	h->daily_quota = 10;
	assert_int_equal(house_spend(h, l, 11), LEASE_QUOTA_FULL);
	assert_int_equal(house_spend(h, l, 8), LEASE_SPENT);
	assert_int_equal(house_spend(h, l, 3), LEASE_QUOTA_FULL);
	assert_int_equal(house_spend(h, l, 2), LEASE_SPENT);
	assert_int_equal(house_spend(h, l, 1), LEASE_QUOTA_FULL);
	leases_close(&l);
	assert_int_equal(house_used(h), 10);
}

static void
test_ahead(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 1);
	struct lease_spent spent;
	int pending = 0;

	h->daily_quota = order.daily_quota = 10000000;
	for (int i = 0; i < 2000; i++) {
		while (lease_spend(l, &order, &spent) != LEASE_SPENT) {
			pending += i > 1000 ? 1 : 0;
			leases_wait(l, 5000);
		}
		house_sleep(1);
	}
	assert_in_range(pending, 0, 20); /* none on a machine of its own */
	leases_close(&l);
	assert_int_equal(house_used(h), 2000);
}

static void
test_unlimited(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 3);

	h->daily_quota = order.daily_quota = 5;
	order.is_unlimited = true;
	order.rate = 0.001;
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    house_spend_order(l, &order, NULL), LEASE_SPENT);
	assert_int_equal(house_spend(h, l, 1), LEASE_QUOTA_FULL);
	leases_close(&l);
	assert_int_equal(house_used(h), 12);
}

static void
test_give_back(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 10);
	struct lease_spent spent;

	h->daily_quota = order.daily_quota = 10;
	assert_int_equal(house_spend_order(l, &order, &spent), LEASE_SPENT);
	lease_give_back(l, &spent, 4);
	assert_int_equal(house_spend(h, l, 5), LEASE_QUOTA_FULL);
	assert_int_equal(house_spend(h, l, 4), LEASE_SPENT);
	/* after the lease has gone, too */
	house_sleep(1500);
	lease_give_back(l, &spent, 6);
	house_sleep(500);
	assert_int_equal(house_spend(h, l, 7), LEASE_QUOTA_FULL);
	assert_int_equal(house_spend(h, l, 6), LEASE_SPENT);
	leases_close(&l);
	assert_int_equal(house_used(h), 10);
}

/* What a take has written of what was spent is told anew when it is less again. */
static void
test_given_back_is_told(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 1);
	struct lease_spent spent[4];

	h->daily_quota = order.daily_quota = 100;
	assert_int_equal(house_spend_order(l, &order, &spent[0]), LEASE_SPENT);
	house_sleep(300);
	for (int i = 1; i < 4; i++)
		assert_int_equal(
		    house_spend_order(l, &order, &spent[i]), LEASE_SPENT);
	for (int i = 1; i < 4; i++)
		lease_give_back(l, &spent[i], 1);
	house_sleep(300);
	assert_int_not_equal(house_sql(h, "SELECT COUNT(*) FROM lease"), 0);
	assert_int_equal(house_used(h), 1);
	leases_close(&l);
	assert_int_equal(house_used(h), 1);
}

static void
test_idle_goes_back(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");

	house_warm(h, l);
	assert_true(house_debited(h) > house_used(h));
	house_sleep(2000);
	assert_int_equal(house_debited(h), h->spent);
	assert_int_equal(house_used(h), h->spent);
	assert_int_equal(house_sql(h, "SELECT COUNT(*) FROM lease"), 0);
	leases_close(&l);
}

static void
test_only_one_of_a_name(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one"), *other;
	struct err err;

	assert_int_equal(
	    lease_open_with(h->conf, "one", &h->times, &other, &err), SG_BUSY);
	assert_null(other);
	leases_close(&l);
	l = house_open(h, "one");
	leases_close(&l);
}

struct killed {
	int64_t spent, unspent;
};

/* A process that spends one by one until it has more than it needs, and is killed. */
static struct killed
killed(struct house *h)
{
	struct killed k = {0, 0};
	int ends[2], status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int64_t before = house_debited(h);
		struct leases *l = house_open(h, "one");

		while (k.unspent < 10) {
			(void)house_spend(h, l, 1);
			k.spent++;
			if (k.spent % 64 == 0)
				k.unspent = house_debited(h) - before - k.spent;
		}
		if (write(ends[1], &k, sizeof(k)) < 0)
			_exit(1);
		(void)raise(SIGKILL);
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &k, sizeof(k)), sizeof(k));
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return k;
}

static void
test_kill(void **state)
{
	struct house *h = *state;
	struct killed k = killed(h);
	struct leases *l;

	assert_true(house_debited(h) > k.spent);
	l = house_open(h, "one");
	assert_int_equal(house_debited(h), k.spent);
	assert_int_equal(house_used(h), k.spent);
	assert_int_equal(house_sql(h, "SELECT COUNT(*) FROM holder"), 1);
	leases_close(&l);
}

/* The file is of another boot, cut, or something else. */
static void
spoil(const struct house *h, off_t at, const char *text, off_t cut)
{
	char path[300];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/leases/one", h->dir);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	if (text != NULL)
		assert_int_equal(
		    pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	if (cut >= 0)
		assert_int_equal(ftruncate(fd, cut), 0);
	assert_int_equal(close(fd), 0);
}

static void
test_another_boot(void **state)
{
	static const struct {
		const char *name, *text;
		off_t at, cut;
	} rows[] = {
	    {"another boot", "0000", 24, -1},
	    {"another magic", "x", 0, -1},
	    {"another holder", "\x7f", 8, -1},
	    {"a record of another account", "\x7f\x7f", 4096 + 8, -1},
	    {"cut", NULL, 0, 5000},
	    {"empty", NULL, 0, 0},
	};
	struct house *h = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t before = house_debited(h);
		struct killed k = killed(h);
		struct leases *l;

		spoil(h, rows[i].at, rows[i].text, rows[i].cut);
		l = house_open(h, "one");
		if (house_debited(h) < before + k.spent + k.unspent)
			fail_msg("%s", rows[i].name);
		leases_close(&l);
	}
}

/* What was copied while its process ran knows nothing of what was spent since. */
static void
test_copied_file(void **state)
{
	struct house *h = *state;
	struct killed k = killed(h);
	struct leases *l;
	char path[300], copy[300], block[4096];
	ssize_t len;
	int from, to;

	(void)snprintf(path, sizeof(path), "%s/leases/one", h->dir);
	(void)snprintf(copy, sizeof(copy), "%s/leases/two", h->dir);
	from = open(path, O_RDONLY);
	to = open(copy, O_WRONLY | O_CREAT, 0600);
	assert_true(from >= 0 && to >= 0);
	while ((len = read(from, block, sizeof(block))) > 0)
		assert_int_equal(write(to, block, (size_t)len), len);
	assert_int_equal(close(from) | close(to), 0);
	assert_int_equal(rename(copy, path), 0);
	l = house_open(h, "one");
	assert_int_equal(house_debited(h), k.spent + k.unspent);
	leases_close(&l);
}

static void
test_recall(void **state)
{
	struct house *h = *state;
	struct leases *a = house_open(h, "one"), *b = house_open(h, "two");
	int64_t sum;

	h->daily_quota = 2000;
	house_warm(h, a);
	assert_true(house_debited(h) > h->spent);
	/* the other may have all the rest */
	for (sum = h->spent; sum < 2000; sum++)
		assert_int_equal(house_spend(h, b, 1), LEASE_SPENT);
	assert_int_equal(house_spend(h, b, 1), LEASE_QUOTA_FULL);
	assert_int_equal(house_spend(h, a, 1), LEASE_QUOTA_FULL);
	leases_close(&a);
	leases_close(&b);
	assert_int_equal(house_used(h), 2000);
}

static void
test_limits_change(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");

	house_warm(h, l);
	h->daily_quota = h->spent + 3;
	for (int i = 0; i < 3; i++)
		assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
	assert_int_equal(house_spend(h, l, 1), LEASE_QUOTA_FULL);
	h->daily_quota += 5;
	for (int i = 0; i < 5; i++)
		assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
	assert_int_equal(house_spend(h, l, 1), LEASE_QUOTA_FULL);
	h->daily_quota = -1;
	assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
	h->rate = 0.1;
	h->pacing_usec = 0;
	house_sleep(1100); /* what was taken at the old rate */
	assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
	assert_int_equal(house_spend(h, l, 1), LEASE_RATE_FULL);
	h->daily_quota = 1;
	assert_int_equal(house_spend(h, l, 1), LEASE_QUOTA_FULL);
	h->daily_quota = -1;
	h->rate = 100000;
	assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
	leases_close(&l);
}

static void
test_account_is_gone(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	int64_t id = h->account_id;

	house_warm(h, l);
	h->account_id = 4711;
	assert_int_equal(house_spend(h, l, 1), LEASE_UNAVAILABLE);
	h->account_id = id;
	house_sql(h, "DELETE FROM account");
	house_sleep(2500);
	assert_int_equal(house_spend(h, l, 1), LEASE_UNAVAILABLE);
	leases_close(&l);
}

/* The store goes away: what is here is spent to its end, the rest is refused at
 * once. */
static void
test_store_is_gone(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order;
	struct lease_spent spent;
	int64_t before;

	house_warm(h, l);
	house_sql(h, "ALTER TABLE lease RENAME TO away");
	order = house_order(h, 1);
	order.is_unlimited = true; /* slots do not live as long */
	assert_int_equal(lease_spend(l, &order, &spent), LEASE_SPENT);
	order.recipients = 100000;
	while (lease_spend(l, &order, &spent) == LEASE_PENDING)
		leases_wait(l, 5000);
	before = clock_mono_msec();
	assert_int_equal(lease_spend(l, &order, &spent), LEASE_UNAVAILABLE);
	assert_true(clock_mono_msec() - before < 100);
	house_sql(h, "ALTER TABLE away RENAME TO lease");
	house_sleep(3000);
	assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
	leases_close(&l);
	assert_int_equal(house_used(h), house_debited(h));
}

static void
test_nothing_after_the_end(void **state)
{
	struct house *h = *state;
	struct leases *l;
	struct lease_order order;
	struct lease_spent spent;

	h->times.valid_usec = LEASE_USEC / 2;
	h->times.sweep_usec = h->times.idle_usec = 3600 * LEASE_USEC;
	h->times.report_usec = 3600 * LEASE_USEC;
	l = house_open(h, "one");
	house_warm(h, l);
	house_sleep(600);
	order = house_order(h, 1);
	assert_int_equal(lease_spend(l, &order, &spent), LEASE_PENDING);
	leases_close(&l);
	assert_int_equal(house_debited(h), h->spent);
}

/* Of very many accounts: all goes back in the time that a close has. */
static void
test_very_many(void **state)
{
	enum { ACCOUNTS = 4000 };
	struct house *h = *state;
	struct leases *l;
	int64_t first;

	h->times.idle_usec = h->times.valid_usec = 50 * LEASE_USEC;
	house_sql(h,
	    "INSERT INTO account (name, production, paused, pause_reason, "
	    "daily_quota, rate, policy, pool, contact, created_sec) "
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 4000) SELECT 'a' || i, 1, 0, '', 100, 10, 'standard', "
	    "'', '', 1 FROM n");
	first =
	    house_sql(h, "SELECT MIN(id) FROM account WHERE name LIKE 'a%'");
	l = house_open(h, "one");
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < ACCOUNTS; i++) {
			struct lease_order order = house_order(h, 1);
			struct lease_spent spent;

			order.account_id = first + i;
			order.is_unlimited = true; /* slots end sooner */
			if (round == 0)
				(void)lease_spend(l, &order, &spent);
			else
				assert_int_equal(
				    house_spend_order(l, &order, NULL),
				    LEASE_SPENT);
		}
	/* who had to wait long has more than one by now */
	assert_true(house_sql(h, "SELECT COUNT(*) FROM lease") >= ACCOUNTS);
	assert_true(house_debited(h) >= ACCOUNTS);
	leases_close(&l);
	assert_int_equal(house_sql(h, "SELECT COUNT(*) FROM lease"), 0);
	assert_int_equal(house_debited(h), ACCOUNTS);
}

/* Debited where it ends: it comes free no sooner than 24 h after it was sent. */
static void
test_bucket(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order = house_order(h, 1);
	struct lease_spent spent;
	int64_t now = clock_now_sec();

	assert_int_equal(house_spend_order(l, &order, &spent), LEASE_SPENT);
	assert_true(spent.bucket_sec + 60 > now + 20);
	assert_true(spent.bucket_sec <= now + 21);
	leases_close(&l);
}

/* No window has more than rate * T + burst. */
static void
test_rate(void **state)
{
	enum { COUNT = 120 };
	struct house *h = *state;
	struct leases *l[2] = {house_open(h, "one"), house_open(h, "two")};
	static int64_t at[COUNT];
	struct lease_spent spent;

	h->rate = 40;
	for (int i = 0; i < COUNT; i++) {
		struct lease_order order = house_order(h, 1);

		assert_int_equal(
		    house_spend_order(l[i % 2], &order, &spent), LEASE_SPENT);
		at[i] = clock_boot_usec() + spent.wait_usec;
	}
	qsort(at, COUNT, sizeof(at[0]), house_compare);
	for (int i = 0; i < COUNT; i++)
		for (int j = i; j < COUNT; j++) {
			double most = 40 + 40e-6 * (double)(at[j] - at[i]);

			if (j - i + 1 > most + 1e-3)
				fail_msg("%d in %lld us", j - i + 1,
				    (long long)(at[j] - at[i]));
		}
	/* and they are not much slower */
	assert_true(at[COUNT - 1] - at[0] < 8 * LEASE_USEC);
	leases_close(&l[0]);
	leases_close(&l[1]);
}

static void
test_slow_rate(void **state)
{
	struct house *h = *state;
	struct leases *l[2] = {house_open(h, "one"), house_open(h, "two")};
	struct lease_spent spent;
	int64_t last = 0;

	h->rate = 1.5;
	for (int i = 0; i < 5; i++) {
		struct lease_order order = house_order(h, 1);
		int64_t at;

		assert_int_equal(
		    house_spend_order(l[i % 2], &order, &spent), LEASE_SPENT);
		at = clock_boot_usec() + spent.wait_usec;
		assert_true(at - last >= 666666);
		last = at;
	}
	h->pacing_usec = 0;
	assert_int_equal(house_spend(h, l[0], 1), LEASE_RATE_FULL);
	leases_close(&l[0]);
	leases_close(&l[1]);
}

/* A token takes as long as an answer may be held back: the second message waits for
 * the first one's, and the third does not come in time. */
static void
test_rate_of_the_pacing(void **state)
{
	struct house *h = *state;
	struct leases *l = house_open(h, "one");
	struct lease_order order;
	struct lease_spent spent;
	int64_t first;

	h->rate = 0.2;
	order = house_order(h, 1);
	assert_int_equal(house_spend_order(l, &order, &spent), LEASE_SPENT);
	first = clock_boot_usec() + spent.wait_usec;
	assert_int_equal(house_spend_order(l, &order, &spent), LEASE_SPENT);
	assert_true(clock_boot_usec() + spent.wait_usec - first >=
		    5 * LEASE_USEC - 20000); /* until this clock was read */
	assert_true(spent.wait_usec <= 6 * LEASE_USEC);
	assert_int_equal(house_spend(h, l, 1), LEASE_RATE_FULL);
	leases_close(&l);
	assert_int_equal(house_used(h), 2);
}

/* What messages of 1000 have put ahead is no mistake of a clock, though 50 were the
 * most when leases were opened. */
static void
test_larger_messages(void **state)
{
	struct house *h = *state;
	struct leases *l;
	struct lease_order order;

	h->conf->max_recipients = 50;
	h->conf->pacing_sec = 0;
	h->pacing_usec = 0;
	h->rate = 1;
	l = house_open(h, "one");
	h->conf->max_recipients = 1000;
	order = house_order(h, 1000);
	assert_int_equal(house_spend_order(l, &order, NULL), LEASE_SPENT);
	for (int i = 0; i < 3; i++) {
		house_sleep(1200);
		assert_int_equal(house_spend(h, l, 1), LEASE_RATE_FULL);
	}
	leases_close(&l);
	assert_int_equal(house_used(h), 1000);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_first_is_asked_for),
	    TEST(test_fd),
	    TEST(test_exactly_the_quota),
	    TEST(test_all_or_nothing),
	    TEST(test_ahead),
	    TEST(test_unlimited),
	    TEST(test_give_back),
	    TEST(test_given_back_is_told),
	    TEST(test_idle_goes_back),
	    TEST(test_only_one_of_a_name),
	    TEST(test_kill),
	    TEST(test_another_boot),
	    TEST(test_copied_file),
	    TEST(test_recall),
	    TEST(test_limits_change),
	    TEST(test_account_is_gone),
	    TEST(test_store_is_gone),
	    TEST(test_nothing_after_the_end),
	    TEST(test_very_many),
	    TEST(test_bucket),
	    TEST(test_rate),
	    TEST(test_slow_rate),
	    TEST(test_rate_of_the_pacing),
	    TEST(test_larger_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
