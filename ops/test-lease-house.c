/* A store, a folder and an account for the tests of leases. */
#include "config.h"

#include "ops/test-lease.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "store/store.h"
#include "store/test-database.h"

static struct store *
open_store(const struct house *h)
{
	struct store *store;
	struct err err;

	if (store_open(h->url, STORE_OPEN_COUNT, 5000, &store, &err) != SG_OK)
		fail_msg("%s", err.text);
	return store;
}

static void
make_account(struct house *h)
{
	struct store_account row = {
	    .facts = {.name = "demo",
		.production = true,
		.daily_quota = 500,
		.rate = 10},
	    .policy = "standard",
	    .created_sec = 1000,
	};
	struct store *store = open_store(h);
	struct err err;

	if (store_account_create(store, &row, &err) != SG_OK)
		fail_msg("%s", err.text);
	h->account_id = row.facts.id;
	store_close(&store);
}

static void
set(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
	assert_non_null(*option);
}

int
house_setup(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	const char *tmp = getenv("TMPDIR");
	char journal[240];

	assert_non_null(h);
	if (tmp == NULL)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(h->dir, sizeof(h->dir), "%s/lease-XXXXXX", tmp);
	assert_non_null(mkdtemp(h->dir));
	assert_true(test_database_make(h->url, sizeof(h->url)));
	h->conf = conf_new_defaults();
	assert_non_null(h->conf);
	(void)snprintf(journal, sizeof(journal), "%s/journal", h->dir);
	set(&h->conf->store, h->url);
	set(&h->conf->journal, journal);
	set(&h->conf->host, "here");
	h->times = lease_times_usual;
	h->times.idle_usec = LEASE_USEC / 2;
	h->times.sweep_usec = LEASE_USEC / 4;
	h->daily_quota = 1000000;
	h->rate = 1000000;
	h->pacing_usec = 5 * LEASE_USEC;
	make_account(h);
	*state = h;
	return 0;
}

int
house_teardown(void **state)
{
	static const char *const names[] = {"one", "two", "three", "four"};
	struct house *h = *state;
	char path[300];

	test_database_drop(h->url);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/leases/%s", h->dir, names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/leases", h->dir);
	(void)rmdir(path);
	(void)rmdir(h->dir);
	conf_unref(&h->conf);
	free(h);
	return 0;
}

struct leases *
house_open(struct house *h, const char *name)
{
	struct leases *l;
	struct err err;

	if (lease_open_with(h->conf, name, &h->times, &l, &err) != SG_OK)
		fail_msg("%s", err.text);
	return l;
}

struct lease_order
house_order(const struct house *h, int64_t recipients)
{
	return (struct lease_order){.account_id = h->account_id,
	    .recipients = recipients,
	    .daily_quota = h->daily_quota,
	    .rate = h->rate,
	    .pacing_usec = h->pacing_usec,
	    .max_recipients = h->conf->max_recipients};
}

enum lease_answer
house_spend_order(struct leases *l, const struct lease_order *order,
    struct lease_spent *spent_r)
{
	struct lease_spent spent;
	enum lease_answer answer;
	int64_t until = clock_mono_msec() + 20000;

	while ((answer = lease_spend(l, order, &spent)) == LEASE_PENDING &&
	       clock_mono_msec() < until)
		leases_wait(l, 1000);
	if (spent_r != NULL)
		*spent_r = spent;
	return answer;
}

enum lease_answer
house_spend(const struct house *h, struct leases *l, int64_t recipients)
{
	struct lease_order order = house_order(h, recipients);

	return house_spend_order(l, &order, NULL);
}

void
house_warm(struct house *h, struct leases *l)
{
	for (int i = 0; i < 10000; i++) {
		assert_int_equal(house_spend(h, l, 1), LEASE_SPENT);
		h->spent++;
		if (i % 16 == 0 && house_debited(h) > h->spent + 10)
			return;
	}
	fail_msg("nothing is taken ahead");
}

int64_t
house_used(const struct house *h)
{
	struct store *store = open_store(h);
	struct err err;
	int64_t used;

	if (store_quota_used(
		store, h->account_id, clock_now_sec(), &used, &err) != SG_OK)
		fail_msg("%s", err.text);
	store_close(&store);
	return used;
}

int64_t
house_sql(const struct house *h, const char *sql)
{
	int64_t value;

	assert_true(test_database_sql(h->url, sql, &value));
	return value;
}

int64_t
house_debited(const struct house *h)
{
	/* of one moment */
	int64_t used = house_sql(h,
	    "SELECT CASE WHEN q.n = u.n THEN q.n ELSE -1 END FROM (SELECT "
	    "COALESCE(SUM(used), 0) AS n FROM quota) q, (SELECT "
	    "COALESCE(SUM(recipients), 0) AS n FROM usage) u");

	assert_true(used >= 0);
	return used;
}

void
house_sleep(int64_t msec)
{
	const struct timespec t = {
	    .tv_sec = msec / 1000, .tv_nsec = msec % 1000 * 1000000};

	(void)nanosleep(&t, NULL);
}

bool
house_is_readable(int fd, int msec)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, msec) == 1;
}

int
house_compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}
