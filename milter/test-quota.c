/* What the milter counts, on leases of the test's own: which recipients, when they
 * are given back, and what the client hears. */
#include "config.h"

#include "milter/quota.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "milter/test-run.h"
#include "ops/lease.h"

/* ---- leases: what is spent, and the answer that the test wants ------------- */

struct leases {
	pthread_mutex_t lock;
	int64_t spent, most;
	int64_t wait_usec;
	enum lease_answer next;
	bool is_closed;
};

static struct leases the_leases;

enum sg_err
leases_open(const struct conf *conf, const char *name, struct leases **leases_r,
    struct err *err_r)
{
	(void)conf;
	(void)err_r;
	assert_string_equal(name, "milter");
	*leases_r = &the_leases;
	return SG_OK;
}

void
leases_close(struct leases **leases)
{
	(*leases)->is_closed = true;
	*leases = NULL;
}

enum lease_answer
lease_spend(struct leases *l, const struct lease_order *order,
    struct lease_spent *spent_r)
{
	enum lease_answer answer = l->next;

	(void)pthread_mutex_lock(&l->lock);
	assert_false(l->is_closed);
	if (answer == LEASE_SPENT && !order->is_unlimited &&
	    l->spent + order->recipients > l->most)
		answer = LEASE_QUOTA_FULL;
	if (answer == LEASE_SPENT)
		l->spent += order->recipients;
	(void)pthread_mutex_unlock(&l->lock);
	*spent_r = (struct lease_spent){.account_id = order->account_id,
	    .recipients = order->recipients,
	    .bucket_sec = INT64_MAX,
	    .wait_usec = l->wait_usec};
	return answer;
}

void
lease_give_back(
    struct leases *l, const struct lease_spent *spent, int64_t recipients)
{
	(void)spent;
	assert_false(l->is_closed);
	(void)pthread_mutex_lock(&l->lock);
	l->spent -= recipients;
	(void)pthread_mutex_unlock(&l->lock);
}

void
leases_wait(struct leases *l, int64_t max_msec)
{
	const struct timespec nap = {.tv_nsec = 2000000};

	assert_false(l->is_closed);
	assert_in_range(max_msec, 1, 1000);
	(void)nanosleep(&nap, NULL);
}

/* ---- fixture ----------------------------------------------------------------- */

static struct quota *quota; /* of all tests; the last one stops it */

static int
set_up(void **state)
{
	struct conf *conf;

	(void)state;
	the_leases = (struct leases){.most = 10, .next = LEASE_SPENT};
	(void)pthread_mutex_init(&the_leases.lock, NULL);
	if (quota != NULL)
		return 0;
	conf = conf_new_defaults();
	assert_non_null(conf);
	assert_int_equal(quota_open(conf, &quota, NULL), SG_OK);
	conf_unref(&conf);
	return 0;
}

static void
begin(struct run *r, const char *login)
{
	test_begin(r, login, "<a@shop.example>");
	r->env.quota = quota;
}

static void
mail(struct run *r, const char *login)
{
	begin(r, login);
	assert_int_equal(test_mail(r), MESSAGE_GOES_ON);
	message_queue_id(r->m, QUEUE_ID);
}

static enum message_step
rcpt(struct run *r, const char *path)
{
	return message_rcpt(r->m, path, &r->v);
}

static enum message_step
end(struct run *r)
{
	test_send_body(r, "a@shop.example");
	return test_end(r);
}

/* As the session does. */
static void
settle(struct run *r, bool has_left)
{
	quota_settle(r->m, has_left);
	test_finish(r);
}

/* ---- tests ------------------------------------------------------------------- */

static void
test_counts_each_recipient(void **state)
{
	struct run r;

	(void)state;
	mail(&r, "shop");
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(the_leases.spent, 1);
	/* dropped at the end, and counted, as by the policy server */
	assert_int_equal(rcpt(&r, "<gone@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(the_leases.spent, 3);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	assert_int_equal(the_leases.spent, 3);
	settle(&r, true);
	assert_int_equal(the_leases.spent, 3);
}

static void
test_gives_back_what_does_not_leave(void **state)
{
	struct run r;

	(void)state;
	mail(&r, "shop");
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(the_leases.spent, 4);
	test_send_body(&r, "boss@bank.example");
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	quota_settle(r.m, false);
	assert_int_equal(the_leases.spent, 0);
	settle(&r, false); /* once */
	assert_int_equal(the_leases.spent, 0);
}

static void
test_refused_recipients_cost_nothing(void **state)
{
	struct run r;

	(void)state;
	mail(&r, "shop");
	r.conf->max_recipients = 2;
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<not an address>"), MESSAGE_ANSWERED);
	assert_int_equal(rcpt(&r, "<y@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<z@reader.example>"), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 452);
	assert_int_equal(the_leases.spent, 2);
	settle(&r, false);
}

static void
test_full_quota_refuses_the_recipient_alone(void **state)
{
	struct run r;

	(void)state;
	the_leases.most = 2;
	mail(&r, "shop");
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<y@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<z@reader.example>"), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 454);
	assert_string_equal(
	    r.v.text, "Throttling failure: Daily message quota exceeded");
	assert_int_equal(r.m->recipient_count, 2);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	settle(&r, true);
	assert_int_equal(the_leases.spent, 2);
}

static void
test_rate(void **state)
{
	struct run r;
	int64_t before;

	(void)state;
	mail(&r, "shop");
	the_leases.wait_usec = 30000;
	before = clock_mono_msec();
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_in_range(clock_mono_msec() - before, 29, 5000);
	the_leases.next = LEASE_RATE_FULL;
	assert_int_equal(rcpt(&r, "<y@reader.example>"), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 454);
	assert_string_equal(
	    r.v.text, "Throttling failure: Maximum sending rate exceeded");
	settle(&r, false);
}

static void
test_without_leases_nothing_passes(void **state)
{
	struct run r;

	(void)state;
	mail(&r, "shop");
	the_leases.next = LEASE_UNAVAILABLE;
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	the_leases.next = LEASE_SPENT;
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	settle(&r, false);
	/* nobody's mail is not counted */
	begin(&r, "");
	assert_int_equal(test_mail(&r), MESSAGE_PASSES);
	test_finish(&r);
	assert_int_equal(the_leases.spent, 0);
}

/* Mail of sendmail(1) hears it at the end, for good. */
static void
test_sendmail_command(void **state)
{
	struct run r;

	(void)state;
	the_leases.most = 0;
	begin(&r, "shop");
	r.mail.path = "a@shop.example";
	r.mail.session = "";
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "x@reader.example"), MESSAGE_GOES_ON);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	settle(&r, false);
}

static void
test_monitor_counts_beyond(void **state)
{
	struct run r;

	(void)state;
	the_leases.most = 1;
	begin(&r, "shop");
	r.conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<y@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<not an address>"), MESSAGE_GOES_ON);
	assert_int_equal(the_leases.spent, 3);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	settle(&r, true);
	assert_int_equal(the_leases.spent, 3);

	/* one whose sender would be refused leaves, too */
	test_begin(&r, "shop", "<a@bank.example>");
	r.env.quota = quota;
	r.conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	assert_int_equal(the_leases.spent, 4);
	settle(&r, true);
}

static void *
stop(void *arg)
{
	const struct timespec nap = {.tv_nsec = 50000000};

	(void)arg;
	(void)nanosleep(&nap, NULL);
	quota_stop(quota);
	return NULL;
}

static void
test_the_end_waits_for_nobody(void **state)
{
	struct run r;
	pthread_t thread;
	int64_t before = clock_mono_msec();

	(void)state;
	mail(&r, "shop");
	assert_int_equal(rcpt(&r, "<x@reader.example>"), MESSAGE_GOES_ON);
	the_leases.next = LEASE_PENDING;
	assert_int_equal(pthread_create(&thread, NULL, stop, NULL), 0);
	assert_int_equal(rcpt(&r, "<y@reader.example>"), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	assert_in_range(clock_mono_msec() - before, 40, 2900);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(the_leases.is_closed);
	assert_int_equal(rcpt(&r, "<z@reader.example>"), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	settle(&r, false);
	quota_stop(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
	    TEST(test_counts_each_recipient),
	    TEST(test_gives_back_what_does_not_leave),
	    TEST(test_refused_recipients_cost_nothing),
	    TEST(test_full_quota_refuses_the_recipient_alone),
	    TEST(test_rate),
	    TEST(test_without_leases_nothing_passes),
	    TEST(test_sendmail_command),
	    TEST(test_monitor_counts_beyond),
	    TEST(test_the_end_waits_for_nobody),
	};

	return cmocka_run_group_tests(tests, test_make_keys, test_free_keys);
}
