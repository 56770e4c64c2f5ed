/* Tests of what the API needs: pages of long lists, import jobs, details. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/imports.h"
#include "store/store.h"

static void
suppress(struct fixture *f, int64_t account, const char *address,
    enum rules_suppression_reason reason, int64_t since_sec)
{
	struct store_suppression row = {.account_id = account,
	    .facts = {.reason = reason, .since_sec = since_sec}};

	(void)snprintf(row.address, sizeof(row.address), "%s", address);
	assert_ok(f, store_suppression_put(f->store, &row, &f->err));
}

static bool
add_suppression(void *ctx, const struct store_suppression *row)
{
	return names_add(ctx, row->address);
}

static void
test_suppression_page(void **state)
{
	struct fixture *f = *state;
	struct store_suppression_page page = {.account_id = f->account,
	    .reason = RULES_SUPPRESSED_BOUNCE,
	    .after_sec = 10,
	    .before_sec = 30,
	    .after = "",
	    .most = 2};
	struct names names = {.text = ""};

	suppress(f, f->account, "z@a.example", RULES_SUPPRESSED_BOUNCE, 10);
	suppress(f, f->account, "a@a.example", RULES_SUPPRESSED_BOUNCE, 20);
	suppress(f, f->account, "b@a.example", RULES_SUPPRESSED_BOUNCE, 20);
	suppress(f, f->account, "old@a.example", RULES_SUPPRESSED_BOUNCE, 9);
	suppress(f, f->account, "new@a.example", RULES_SUPPRESSED_BOUNCE, 30);
	suppress(f, f->account, "c@a.example", RULES_SUPPRESSED_COMPLAINT, 20);
	suppress(f, fixture_account(f, "other"), "o@a.example",
	    RULES_SUPPRESSED_BOUNCE, 20);
	assert_ok(f, store_suppression_page(
			 f->store, &page, add_suppression, &names, &f->err));
	assert_string_equal(names.text, "z@a.example a@a.example");
	page.after_sec = 20;
	page.after = "a@a.example";
	names = (struct names){.text = ""};
	assert_ok(f, store_suppression_page(
			 f->store, &page, add_suppression, &names, &f->err));
	assert_string_equal(names.text, "b@a.example");
}

/* Without its index a page of a long list would be a walk through all of it. */
static void
test_suppression_page_by_index(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    fixture_sql(
		f, fixture_is_sqlite()
		       ? "SELECT count(*) FROM "
			 "pragma_index_info('suppression_by_time')"
		       : "SELECT indnatts FROM pg_index WHERE indexrelid = "
			 "'suppression_by_time'::regclass"),
	    4);
}

static bool
add_set(void *ctx, const struct store_set *row)
{
	return names_add(ctx, row->facts.name);
}

static void
test_set_page(void **state)
{
	static const char *const sets[] = {"c", "a", "b", "d"};
	struct fixture *f = *state;
	struct names names = {.text = ""};
	struct store_set row;
	int64_t count;

	for (size_t i = 0; i < 4; i++) {
		row = (struct store_set){
		    .paused_by = STORE_PAUSED_BY_ACCOUNT, .pool = "own"};
		row.facts.account_id = f->account;
		row.facts.suppressed_reasons = -1;
		(void)snprintf(
		    row.facts.name, sizeof(row.facts.name), "%s", sets[i]);
		assert_ok(f, store_set_create(f->store, &row, &f->err));
	}
	assert_ok(f, store_set_page(f->store, f->account, "a", 2, add_set,
			 &names, &f->err));
	assert_string_equal(names.text, "b c");
	assert_ok(f, store_set_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 4);
	names = (struct names){.text = ""};
	assert_ok(f, store_set_page(f->store, fixture_account(f, "other"), "",
			 9, add_set, &names, &f->err));
	assert_string_equal(names.text, "");
	assert_ok(f, store_set_get(f->store, f->account, "a", &row, &f->err));
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_ACCOUNT);
	assert_string_equal(row.pool, "own");
	row.pool[0] = '\0';
	row.paused_by = STORE_PAUSED_BY_REPUTATION;
	assert_ok(f, store_set_update(f->store, &row, &f->err));
	assert_ok(f, store_set_get(f->store, f->account, "a", &row, &f->err));
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_REPUTATION);
	assert_string_equal(row.pool, "");
}

static void
test_details(void **state)
{
	struct fixture *f = *state;
	struct store_details row = {.mail_type = "MARKETING",
	    .website = "https://a.example",
	    .language = "EN",
	    .use_case = "news",
	    .contacts = "a@a.example\nb@a.example"};
	struct store_details got;

	assert_code(f, SG_MISSING,
	    store_details_get(f->store, f->account, &got, &f->err));
	assert_ok(f, store_details_put(f->store, f->account, &row, &f->err));
	(void)snprintf(row.language, sizeof(row.language), "JA");
	assert_ok(f, store_details_put(f->store, f->account, &row, &f->err));
	assert_ok(f, store_details_get(f->store, f->account, &got, &f->err));
	assert_string_equal(got.mail_type, "MARKETING");
	assert_string_equal(got.website, "https://a.example");
	assert_string_equal(got.language, "JA");
	assert_string_equal(got.use_case, "news");
	assert_string_equal(got.contacts, "a@a.example\nb@a.example");
	assert_code(f, SG_MISSING,
	    store_details_get(
		f->store, fixture_account(f, "other"), &got, &f->err));
	assert_code(
	    f, SG_MISSING, store_details_put(f->store, 999, &row, &f->err));
}

static void
add_import(struct fixture *f, int64_t account, const char *uuid)
{
	struct store_import row = {.account_id = account,
	    .format = STORE_IMPORT_JSON,
	    .action = STORE_IMPORT_DELETE,
	    .source = "s3://b/k",
	    .created_sec = 7};

	(void)snprintf(row.uuid, sizeof(row.uuid), "%s", uuid);
	assert_ok(f, store_import_add(f->store, &row, &f->err));
	assert_true(row.id > 0);
}

static bool
add_uuid(void *ctx, const struct store_import *row)
{
	return names_add(ctx, row->uuid);
}

static void
test_import_jobs(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other"), count;
	struct names names = {.text = ""};
	struct store_import row;

	assert_code(
	    f, SG_MISSING, store_import_next(f->store, 0, &row, &f->err));
	add_import(f, f->account, "u1");
	add_import(f, other, "u2");
	add_import(f, f->account, "u3");
	assert_ok(
	    f, store_import_get(f->store, f->account, "u1", &row, &f->err));
	assert_int_equal(row.format, STORE_IMPORT_JSON);
	assert_int_equal(row.action, STORE_IMPORT_DELETE);
	assert_string_equal(row.source, "s3://b/k");
	assert_int_equal(row.state, STORE_IMPORT_CREATED);
	assert_int_equal(row.created_sec, 7);
	assert_code(f, SG_MISSING,
	    store_import_get(f->store, f->account, "u2", &row, &f->err));
	assert_ok(f, store_import_page(f->store, f->account, 0, 1, add_uuid,
			 &names, &f->err));
	assert_ok(f, store_import_page(f->store, f->account, row.id, 9,
			 add_uuid, &names, &f->err));
	assert_string_equal(names.text, "u1 u3");
	row.state = STORE_IMPORT_COMPLETED;
	row.completed_sec = 9;
	row.processed = 3;
	row.failed = 1;
	(void)snprintf(row.error, sizeof(row.error), "line 2: no address");
	assert_ok(f, store_import_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_import_get(f->store, f->account, "u1", &row, &f->err));
	assert_int_equal(row.state, STORE_IMPORT_COMPLETED);
	assert_int_equal(row.completed_sec, 9);
	assert_int_equal(row.processed, 3);
	assert_int_equal(row.failed, 1);
	assert_string_equal(row.error, "line 2: no address");
	assert_ok(
	    f, store_import_count_open(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_import_next(f->store, 0, &row, &f->err));
	assert_string_equal(row.uuid, "u3");
	assert_ok(f, store_import_next(f->store, f->account, &row, &f->err));
	assert_string_equal(row.uuid, "u2");
	assert_ok(f, store_import_next(f->store, other, &row, &f->err));
	assert_string_equal(row.uuid, "u3");
	assert_ok(f, store_import_purge(f->store, f->account, 7, &f->err));
	assert_ok(
	    f, store_import_get(f->store, f->account, "u1", &row, &f->err));
	assert_ok(f, store_import_purge(f->store, f->account, 8, &f->err));
	assert_code(f, SG_MISSING,
	    store_import_get(f->store, f->account, "u1", &row, &f->err));
	assert_ok(
	    f, store_import_get(f->store, f->account, "u3", &row, &f->err));
	row.id = 999;
	assert_code(
	    f, SG_MISSING, store_import_update(f->store, &row, &f->err));
}

static bool
first_tally(void *ctx, const struct store_tally *row)
{
	*(struct store_tally *)ctx = *row;
	return false;
}

static void
test_rejected(void **state)
{
	struct fixture *f = *state;
	struct store_tally row = {
	    .account_id = f->account, .bucket_sec = 900, .rejected = 2};

	assert_ok(f, store_tally_add(f->store, &row, &f->err));
	assert_ok(f, store_tally_add(f->store, &row, &f->err));
	row = (struct store_tally){0};
	assert_ok(f, store_tally_list(f->store, f->account, 0, 0, first_tally,
			 &row, &f->err));
	assert_int_equal(row.rejected, 4);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_imports(void);

int
test_imports(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_suppression_page),
	    TEST(test_suppression_page_by_index),
	    TEST(test_set_page),
	    TEST(test_details),
	    TEST(test_import_jobs),
	    TEST(test_rejected),
	};

	return cmocka_run_group_tests_name("imports", tests, NULL, NULL);
}
