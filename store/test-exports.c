/* Tests of exports, the newest imports, and searches of the suppression list. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/exports.h"
#include "store/store.h"

static struct store_export
add_export(struct fixture *f, int64_t account, const char *uuid)
{
	struct store_export row = {.account_id = account,
	    .kind = STORE_EXPORT_MESSAGES,
	    .filter = "{\"Status\": \"BOUNCED\"}",
	    .created_sec = 7,
	    .expires_sec = 70};

	(void)snprintf(row.uuid, sizeof(row.uuid), "%s", uuid);
	assert_ok(f, store_export_add(f->store, &row, &f->err));
	assert_true(row.id > 0);
	return row;
}

static bool
add_uuid(void *ctx, const struct store_export *row)
{
	return names_add(ctx, row->uuid);
}

static void
test_is_kept(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");
	struct store_export row = add_export(f, f->account, "e1"), got;

	row.state = STORE_EXPORT_FAILED;
	row.expires_sec = 71;
	row.records = 3;
	row.bytes = 99;
	row.percent = 40;
	(void)snprintf(row.error, sizeof(row.error), "no room");
	assert_ok(f, store_export_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_export_get(f->store, f->account, "e1", &got, &f->err));
	assert_int_equal(got.kind, STORE_EXPORT_MESSAGES);
	assert_string_equal(got.filter, "{\"Status\": \"BOUNCED\"}");
	assert_int_equal(got.state, STORE_EXPORT_FAILED);
	assert_int_equal(got.created_sec, 7);
	assert_int_equal(got.expires_sec, 71);
	assert_int_equal(got.records, 3);
	assert_int_equal(got.bytes, 99);
	assert_int_equal(got.percent, 40);
	assert_string_equal(got.error, "no room");
	assert_code(f, SG_MISSING,
	    store_export_get(f->store, other, "e1", &got, &f->err));
	assert_code(
	    f, SG_MISSING, store_export_delete(f->store, other, "e1", &f->err));
	assert_ok(f, store_export_delete(f->store, f->account, "e1", &f->err));
	assert_code(
	    f, SG_MISSING, store_export_update(f->store, &row, &f->err));
}

static void
test_takes_turns_and_expires(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other"), all, open;
	struct names names = {.text = ""};
	struct store_export row, e1;

	assert_code(
	    f, SG_MISSING, store_export_next(f->store, 0, &row, &f->err));
	e1 = add_export(f, f->account, "e1");
	(void)add_export(f, f->account, "e2");
	(void)add_export(f, other, "e3");
	assert_ok(f, store_export_next(f->store, f->account, &row, &f->err));
	assert_string_equal(row.uuid, "e3");
	assert_int_equal(row.percent, -1);
	assert_ok(f, store_export_next(f->store, other, &row, &f->err));
	assert_string_equal(row.uuid, "e1");
	assert_ok(f, store_export_page(f->store, f->account, 0, 9, add_uuid,
			 &names, &f->err));
	assert_string_equal(names.text, "e2 e1");
	names = (struct names){.text = ""};
	assert_ok(f, store_export_page(f->store, f->account, e1.id + 1, 9,
			 add_uuid, &names, &f->err));
	assert_string_equal(names.text, "e1");
	e1.state = STORE_EXPORT_DONE;
	assert_ok(f, store_export_update(f->store, &e1, &f->err));
	assert_ok(
	    f, store_export_count(f->store, f->account, &all, &open, &f->err));
	assert_int_equal(all, 2);
	assert_int_equal(open, 1);
	assert_ok(f, store_export_expire(f->store, 69, &f->err));
	assert_ok(
	    f, store_export_get(f->store, f->account, "e1", &row, &f->err));
	assert_ok(f, store_export_expire(f->store, 70, &f->err));
	assert_code(f, SG_MISSING,
	    store_export_get(f->store, f->account, "e1", &row, &f->err));
	assert_ok(
	    f, store_export_get(f->store, f->account, "e2", &row, &f->err));
}

static bool
add_import_uuid(void *ctx, const struct store_import *row)
{
	return names_add(ctx, row->uuid);
}

static void
test_imports_and_files(void **state)
{
	static const char *const uuids[] = {"i1", "i2", "i3"};
	struct fixture *f = *state;
	struct names names = {.text = ""};
	struct store_import row = {.account_id = f->account};
	bool is_wanted;

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(row.uuid, sizeof(row.uuid), "%s", uuids[i]);
		(void)snprintf(
		    row.source, sizeof(row.source), "upload:%s", uuids[i]);
		assert_ok(f, store_import_add(f->store, &row, &f->err));
	}
	assert_ok(f, store_import_newest(f->store, f->account, 0, 2,
			 add_import_uuid, &names, &f->err));
	assert_ok(f, store_import_newest(f->store, f->account, row.id - 1, 2,
			 add_import_uuid, &names, &f->err));
	assert_string_equal(names.text, "i3 i2 i1");
	assert_ok(f, store_file_is_wanted(
			 f->store, "i3", "upload:i3", &is_wanted, &f->err));
	assert_true(is_wanted);
	row.state = STORE_IMPORT_COMPLETED;
	row.percent = 100;
	assert_ok(f, store_import_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_import_get(f->store, f->account, "i3", &row, &f->err));
	assert_int_equal(row.percent, 100);
	assert_ok(f, store_file_is_wanted(
			 f->store, "i3", "upload:i3", &is_wanted, &f->err));
	assert_false(is_wanted);
	(void)add_export(f, f->account, "e1");
	assert_ok(f, store_file_is_wanted(
			 f->store, "e1", "upload:e1", &is_wanted, &f->err));
	assert_true(is_wanted);
}

/* ---- searches -------------------------------------------------------------------- */

static void
suppress(struct fixture *f, int64_t account, const char *address,
    enum rules_suppression_reason reason)
{
	struct store_suppression row = {.account_id = account,
	    .facts = {.reason = reason, .since_sec = 5},
	    .expires_sec = 9,
	    .queue_id = "Q1"};

	(void)snprintf(row.address, sizeof(row.address), "%s", address);
	assert_ok(f, store_suppression_put(f->store, &row, &f->err));
}

static bool
add_address(void *ctx, const struct store_suppression *row)
{
	assert_int_equal(row->expires_sec, 9);
	assert_string_equal(row->queue_id, "Q1");
	return names_add(ctx, row->address);
}

static void
test_search(void **state)
{
	static const struct {
		const char *what;
		int reason;
		const char *prefix, *after;
		int64_t most;
		const char *found;
	} rows[] = {
	    {"all", -1, "", "", 9,
		"a@x.example ab@x.example abc@x.example b@x.example"},
	    {"a page", -1, "", "", 2, "a@x.example ab@x.example"},
	    {"the next", -1, "", "ab@x.example", 2,
		"abc@x.example b@x.example"},
	    {"prefix", -1, "ab", "", 9, "ab@x.example abc@x.example"},
	    {"prefix, next page", -1, "ab", "ab@x.example", 9, "abc@x.example"},
	    {"a whole address", -1, "ab@x.example", "", 9, "ab@x.example"},
	    {"no pattern", -1, "%", "", 9, ""},
	    {"reason", RULES_SUPPRESSED_COMPLAINT, "", "", 9, "ab@x.example"},
	    {"reason and prefix", RULES_SUPPRESSED_BOUNCE, "ab", "", 9,
		"abc@x.example"},
	    {"reason, next page", RULES_SUPPRESSED_BOUNCE, "", "a@x.example", 9,
		"abc@x.example b@x.example"},
	};
	struct fixture *f = *state;
	int64_t count;

	suppress(f, f->account, "abc@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(f, f->account, "a@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(f, f->account, "ab@x.example", RULES_SUPPRESSED_COMPLAINT);
	suppress(f, f->account, "b@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(f, fixture_account(f, "other"), "ab@o.example",
	    RULES_SUPPRESSED_BOUNCE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct store_suppression_search search = {
		    .account_id = f->account,
		    .reason = rows[i].reason,
		    .prefix = rows[i].prefix,
		    .after = rows[i].after,
		    .most = rows[i].most};
		struct names names = {.text = ""};

		assert_ok(f, store_suppression_search(f->store, &search,
				 add_address, &names, &f->err));
		if (strcmp(names.text, rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].what, names.text);
	}
	assert_ok(f, store_suppression_count(
			 f->store, f->account, "ab", &count, &f->err));
	assert_int_equal(count, 2);
}

/* Without it a page of the rarer reason would be a walk through the list. */
static void
test_search_by_index(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
	    fixture_sql(
		f, fixture_is_sqlite()
		       ? "SELECT count(*) FROM "
			 "pragma_index_info('suppression_by_reason')"
		       : "SELECT indnatts FROM pg_index WHERE indexrelid = "
			 "'suppression_by_reason'::regclass"),
	    3);
}

static void
test_oldest_message(void **state)
{
	struct fixture *f = *state;
	struct store_message row = {.account_id = f->account,
	    .queue_id = "Q1",
	    .sent_msec = 7000,
	    .login = "",
	    .sender = "",
	    .source_ip = "",
	    .recipients = "",
	    .facts = "{}"};
	int64_t sent_msec;
	bool is_new;

	assert_ok(
	    f, store_message_oldest(f->store, f->account, &sent_msec, &f->err));
	assert_int_equal(sent_msec, 0);
	assert_ok(f, store_message_add(f->store, &row, &is_new, &f->err));
	assert_ok(
	    f, store_message_oldest(f->store, f->account, &sent_msec, &f->err));
	assert_int_equal(sent_msec, 7000);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_exports(void);

int
test_exports(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_is_kept),
	    TEST(test_takes_turns_and_expires),
	    TEST(test_imports_and_files),
	    TEST(test_search),
	    TEST(test_search_by_index),
	    TEST(test_oldest_message),
	};

	return cmocka_run_group_tests_name("exports", tests, NULL, NULL);
}
