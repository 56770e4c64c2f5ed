/* Tests of figures for people. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/figures.h"
#include "store/store.h"

#define NOW INT64_C(1700000000)

/* ---- what left ------------------------------------------------------------------ */

struct flows {
	struct store_flow rows[8];
	int count;
};

static bool
add_flow(void *ctx, const struct store_flow *row)
{
	struct flows *flows = ctx;

	flows->rows[flows->count++] = *row;
	return flows->count < 8;
}

static struct flows
list_flow(struct fixture *f, int64_t step_sec)
{
	struct flows flows = {.count = 0};

	assert_ok(f, store_flow_list(f->store, f->account, step_sec, 0,
			 INT64_MAX, add_flow, &flows, &f->err));
	return flows;
}

static void
test_flow(void **state)
{
	struct fixture *f = *state;
	const int64_t one[STORE_FLOW_KINDS] = {1, 2, 3, 4, 5, 6};
	int64_t other = fixture_account(f, "other");
	struct flows flows;

	/* 20 seconds after a minute, 1,600 after an hour */
	assert_ok(f, store_flow_add(f->store, f->account, NOW, one, &f->err));
	assert_ok(
	    f, store_flow_add(f->store, f->account, NOW + 39, one, &f->err));
	assert_ok(
	    f, store_flow_add(f->store, f->account, NOW + 40, one, &f->err));
	assert_ok(f, store_flow_add(f->store, other, NOW, one, &f->err));
	flows = list_flow(f, STORE_FLOW_MINUTE_SEC);
	assert_int_equal(flows.count, 2);
	assert_int_equal(flows.rows[0].start_sec, NOW - 20);
	assert_int_equal(flows.rows[1].start_sec, NOW + 40);
	for (int i = 0; i < STORE_FLOW_KINDS; i++)
		assert_int_equal(
		    flows.rows[0].recipients[i], 2 * (int64_t)(i + 1));
	flows = list_flow(f, STORE_FLOW_HOUR_SEC);
	assert_int_equal(flows.count, 1);
	assert_int_equal(flows.rows[0].start_sec, NOW - 800);
	assert_int_equal(flows.rows[0].recipients[STORE_FLOW_DELAYED], 18);
}

static void
test_flow_purge(void **state)
{
	struct fixture *f = *state;
	const int64_t one[STORE_FLOW_KINDS] = {1};
	int64_t gone;

	for (int i = 0; i < 4; i++)
		assert_ok(f, store_flow_add(f->store, f->account,
				 NOW - i * 5 * 86400, one, &f->err));
	assert_ok(f, store_flow_purge(f->store, NOW, 2, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_ok(f, store_flow_purge(f->store, NOW, 9, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_int_equal(list_flow(f, STORE_FLOW_MINUTE_SEC).count, 1);
	assert_int_equal(list_flow(f, STORE_FLOW_HOUR_SEC).count, 4);
	assert_ok(f, store_flow_purge(f->store, NOW + 2000, 9, &gone, &f->err));
	assert_int_equal(gone, 0);
	assert_ok(f, store_flow_purge(f->store, NOW + 3600, 9, &gone, &f->err));
	assert_int_equal(gone, 1); /* the hour of 15 days ago */
}

/* ---- accounts ------------------------------------------------------------------- */

static void
put(struct fixture *f, int64_t id, double risk, int64_t bounces)
{
	const struct store_figure row = {.account_id = id,
	    .risk = risk,
	    .volume = 1000,
	    .bounces = bounces,
	    .judged_sec = NOW};

	assert_ok(f, store_figure_put(f->store, &row, 0, &f->err));
}

static void
test_figure(void **state)
{
	struct fixture *f = *state;
	struct store_figure row, next = {.account_id = f->account,
				     .volume = 7,
				     .bounces = 2,
				     .judged_sec = NOW + 5};

	assert_ok(f, store_figure_get(f->store, f->account, &row, &f->err));
	assert_int_equal(row.judged_sec, 0);
	put(f, f->account, 0.5, 2);
	/* nothing new, and just judged; later; then with news */
	assert_ok(f, store_figure_put(f->store, &next, 10, &f->err));
	assert_ok(f, store_figure_get(f->store, f->account, &row, &f->err));
	assert_int_equal(row.volume, 1000);
	assert_true(row.risk > 0.4 && row.risk < 0.6);
	next.judged_sec = NOW + 10;
	assert_ok(f, store_figure_put(f->store, &next, 10, &f->err));
	assert_ok(f, store_figure_get(f->store, f->account, &row, &f->err));
	assert_int_equal(row.volume, 7);
	next.complaints = 1;
	assert_ok(f, store_figure_put(f->store, &next, 10, &f->err));
	assert_ok(f, store_figure_get(f->store, f->account, &row, &f->err));
	assert_int_equal(row.complaints, 1);
	assert_code(
	    f, SG_MISSING, store_figure_get(f->store, 99, &row, &f->err));
}

/* What was sent a day ago does not count, also when nothing was sent since. */
static void
test_used(void **state)
{
	struct fixture *f = *state;
	struct store_figure row;
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO quota VALUES (%lld, 30, 0, 0);"
	    "INSERT INTO usage VALUES (%lld, %lld, 10), (%lld, %lld, 20)",
	    (long long)f->account, (long long)f->account,
	    (long long)(NOW - 2 * 86400), (long long)f->account,
	    (long long)(NOW - 60));
	fixture_sql(f, sql);
	put(f, f->account, 0, 0);
	assert_ok(f, store_figure_get(f->store, f->account, &row, &f->err));
	assert_int_equal(row.used, 20);
}

struct paging {
	struct fixture *f;
	struct store_account_page page;
	struct names names;
	char last[65];
};

static bool
add_figure(void *ctx, const struct store_figure *row)
{
	struct paging *p = ctx;
	struct store_account account;

	assert_ok(p->f, store_account_get_by_id(p->f->store, row->account_id,
			    &account, &p->f->err));
	(void)snprintf(p->last, sizeof(p->last), "%s", account.facts.name);
	p->page.after = *row;
	p->page.after_name = p->last;
	return names_add(&p->names, account.facts.name);
}

/* All of them, two a page. */
static void
assert_order(struct fixture *f, enum store_account_order order,
    enum store_account_state state, const char *prefix, const char *want)
{
	struct paging p = {.f = f,
	    .page = {.order = order,
		.state = state,
		.prefix = prefix,
		.after_name = "",
		.most = 2}};
	int before;

	do {
		before = p.names.count;
		assert_ok(f, store_figure_page(
				 f->store, &p.page, add_figure, &p, &f->err));
	} while (p.names.count > before);
	assert_string_equal(p.names.text, want);
}

static void
test_pages(void **state)
{
	struct fixture *f = *state;
	int64_t a = fixture_account(f, "a"), b = fixture_account(f, "b");
	int64_t c = fixture_account(f, "c"), c2 = fixture_account(f, "c2");
	struct store_totals totals;
	char sql[256];

	put(f, a, 0.1, 1);
	put(f, b, 0.9, 1);
	put(f, c2, 0.9, 1);
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE account SET production = 0;"
	    "UPDATE account SET paused = 1 WHERE id = %lld;"
	    "UPDATE account SET standing = 1 WHERE id = %lld;"
	    "UPDATE account SET production = 1 WHERE id = %lld;"
	    "UPDATE account_figure SET used = 5 WHERE account_id = %lld",
	    (long long)c, (long long)a, (long long)b, (long long)c2);
	fixture_sql(f, sql);
	assert_order(f, STORE_ORDER_RISK, STORE_STATE_ANY, "", "c a c2 b demo");
	assert_order(f, STORE_ORDER_USED, STORE_STATE_ANY, "", "c2 c b a demo");
	assert_order(f, STORE_ORDER_NAME, STORE_STATE_ANY, "", "a b c c2 demo");
	assert_order(
	    f, STORE_ORDER_CREATED, STORE_STATE_ANY, "", "c2 c b a demo");
	assert_order(f, STORE_ORDER_NAME, STORE_STATE_ANY, "c", "c c2");
	assert_order(f, STORE_ORDER_RISK, STORE_STATE_ANY, "c", "c c2");
	assert_order(f, STORE_ORDER_RISK, STORE_STATE_PAUSED, "", "c");
	assert_order(f, STORE_ORDER_USED, STORE_STATE_REVIEW, "", "a");
	assert_order(f, STORE_ORDER_NAME, STORE_STATE_PRODUCTION, "", "b");
	assert_order(
	    f, STORE_ORDER_RISK, STORE_STATE_SANDBOX, "", "c a c2 demo");
	assert_ok(f, store_totals(f->store, &totals, &f->err));
	assert_int_equal(totals.accounts, 5);
	assert_int_equal(totals.production, 1);
	assert_int_equal(totals.paused, 1);
	assert_int_equal(totals.under_review, 1);
	assert_ok(f, store_account_delete(f->store, c, &f->err));
	assert_order(f, STORE_ORDER_RISK, STORE_STATE_ANY, "", "a c2 b demo");
}

/* ---- requests --------------------------------------------------------------------- */

static bool
add_request(void *ctx, const struct store_request *row)
{
	return names_add(ctx, row->website);
}

static void
assert_requests(
    struct fixture *f, const char *status, int64_t before, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_request_page(f->store, status, before, 2,
			 add_request, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_requests(void **state)
{
	static const char *const statuses[] = {
	    "PENDING", "DENIED", "GRANTED", "DENIED", "PENDING"};
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) {
		char name[16];
		struct store_request row = {.mail_type = "MARKETING"};

		(void)snprintf(name, sizeof(name), "r%d", i + 1);
		row.account_id = fixture_account(f, name);
		(void)snprintf(row.website, sizeof(row.website), "%s", name);
		(void)snprintf(
		    row.status, sizeof(row.status), "%s", statuses[i]);
		assert_ok(f, store_request_add(f->store, &row, &f->err));
	}
	assert_requests(f, "PENDING", INT64_MAX, "r5 r1");
	assert_requests(f, "PENDING", 5, "r1");
	assert_requests(f, "", INT64_MAX, "r4 r3");
	assert_requests(f, "", 3, "r2");
	assert_requests(f, "DENIED", INT64_MAX, "r4 r2");
}

/* ---- counts ------------------------------------------------------------------------ */

static void
test_counts(void **state)
{
	struct fixture *f = *state;
	struct store_account_counts counts;
	struct store_summary summary;
	char sql[1024];

	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO suppression (account_id, address, reason, since_sec) "
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 10005) SELECT %lld, 'x' || i, 0, 0 FROM n;"
	    "INSERT INTO identity (account_id, name, type, status, "
	    "signing_enabled, created_sec, verified_sec) VALUES "
	    "(%lld, 'a.example', 1, 2, 1, 0, 0), "
	    "(%lld, 'b.example', 1, 1, 1, 0, 0);"
	    "INSERT INTO report (hash, account_id, queue_id, recipient, "
	    "received_msec, state, why, format, content) VALUES "
	    "('1', NULL, '', '', 5000, 1, '', '', ''), "
	    "('2', NULL, '', '', 4999, 1, '', '', ''), "
	    "('3', NULL, '', '', 5000, 2, '', '', '');"
	    "UPDATE account_figure SET used = 12",
	    (long long)f->account, (long long)f->account,
	    (long long)f->account);
	fixture_sql(f, sql);
	assert_ok(
	    f, store_account_counts(f->store, f->account, &counts, &f->err));
	assert_int_equal(counts.identities, 2);
	assert_int_equal(counts.verified_identities, 1);
	assert_int_equal(counts.credentials, 0);
	assert_int_equal(counts.suppressed, STORE_COUNT_MOST + 1);
	assert_ok(f, store_summary(f->store, 5, &summary, &f->err));
	assert_int_equal(summary.reports_unmatched, 1);
	assert_int_equal(summary.requests_open, 0);
	assert_int_equal(summary.dead_letters, 0);
	assert_int_equal(summary.used, 12);
}

int test_figures(void);

int
test_figures(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	    TEST(test_flow),
	    TEST(test_flow_purge),
	    TEST(test_figure),
	    TEST(test_used),
	    TEST(test_pages),
	    TEST(test_requests),
	    TEST(test_counts),
#undef TEST
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
