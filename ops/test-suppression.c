/* Suppression lists: lines of a file, whole files, single addresses. */
#include "config.h"
#include "ops/suppression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/suppression_line.h"
#include "ops/test-admin.h"

static void
test_lines(void **state)
{
	static const struct {
		const char *line, *address, *reason; /* address NULL: refused */
	} rows[] = {
	    {"a@b.example,BOUNCE", "a@b.example", "BOUNCE"},
	    {"a@b.example , bounce ", "a@b.example", "bounce"},
	    {"a@b.example", "a@b.example", ""},
	    {"a@b.example,", "a@b.example", ""},
	    {"\"a@b.example\",\"COMPLAINT\"", "a@b.example", "COMPLAINT"},
	    {"\"a,\"\"b\"\"@c.example\",BOUNCE", "a,\"b\"@c.example", "BOUNCE"},
	    {"\"a@b.example", NULL, NULL},
	    {"\"a\"@b.example,BOUNCE", NULL, NULL},
	    {"a@b.example,\"BOUNCE", NULL, NULL},
	    {"a@b.example,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL,
		NULL},
	    {"{\"emailAddress\":\"a@b.example\",\"reason\":\"BOUNCE\"}",
		"a@b.example", "BOUNCE"},
	    {"{\"EmailAddress\":\"a@b.example\",\"Reason\":\"BOUNCE\"}",
		"a@b.example", "BOUNCE"},
	    {"{\"emailAddress\":\"a@b.example\"}", "a@b.example", ""},
	    {"{\"reason\":\"BOUNCE\"}", NULL, NULL},
	    {"{\"emailAddress\":7}", NULL, NULL},
	    {"{\"emailAddress\":\"a@b.example\",\"reason\":7}", NULL, NULL},
	    {"{\"emailAddress\":\"a@b.example\"", NULL, NULL},
	    {"{}", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct suppression_line line;
		const char *wrong = suppression_line_parse(rows[i].line, &line);

		if ((wrong == NULL) != (rows[i].address != NULL))
			fail_msg("%s: %s", rows[i].line,
			    wrong == NULL ? "taken" : wrong);
		if (wrong != NULL)
			continue;
		assert_string_equal(line.address, rows[i].address);
		assert_string_equal(line.reason, rows[i].reason);
	}
	assert_true(suppression_line_is_heading("emailAddress,reason"));
	assert_true(suppression_line_is_heading("\"Email\",\"Reason\""));
	assert_false(suppression_line_is_heading("a@b.example,reason"));
	assert_false(suppression_line_is_heading("{\"reason\":\"reason\"}"));
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *address, *kept; /* NULL: refused */
	} rows[] = {
	    {"A@B.Example", "a@b.example"},
	    {"<a@b.example>", "a@b.example"},
	    {"a+b/c@d.example", "a+b/c@d.example"},
	    {"", NULL},
	    {"<>", NULL},
	    {"a", NULL},
	    {"a b@c.example", NULL},
	    {"a@b.example\n", NULL},
	};
	char kept[RULES_ADDRESS_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if ((suppression_normalise(rows[i].address, kept) == NULL) !=
		    (rows[i].kept != NULL))
			fail_msg("%s", rows[i].address);
		if (rows[i].kept != NULL)
			assert_string_equal(kept, rows[i].kept);
	}
}

struct rejected {
	char numbers[128];
};

static void
reject(void *ctx, int64_t number, const char *why)
{
	struct rejected *rejected = ctx;
	size_t len = strlen(rejected->numbers);

	assert_true(why[0] != '\0');
	(void)snprintf(rejected->numbers + len, sizeof(rejected->numbers) - len,
	    " %d", (int)number);
}

static bool
count_row(void *ctx, const struct store_suppression *row)
{
	(void)row;
	++*(int *)ctx;
	return true;
}

static int
count_list(struct admin_fixture *f)
{
	int count = 0;

	assert_code(f, SG_OK,
	    suppression_list(f->store, "shop", count_row, &count, &f->err));
	return count;
}

static void
test_import(void **state)
{
	static const char text[] =
	    "\xef\xbb\xbf"
	    "emailAddress,reason\r\n"
	    "a@x.example,BOUNCE\r\n"
	    "\n"
	    "A@X.example,COMPLAINT\n"
	    "b@x.example\n"
	    "c@x.example,NONSENSE\n"
	    "nul\0@x.example,BOUNCE\n"
	    "{\"emailAddress\":\"d@x.example\",\"reason\":\"MANUAL\"}\n"
	    "e@x.example,BOUNCE";
	struct admin_fixture *f = *state;
	struct rejected rejected = {""};
	struct suppression_import counts;
	struct store_suppression row;
	FILE *in = fmemopen((void *)text, sizeof(text) - 1, "r");

	assert_non_null(in);
	assert_code(f, SG_OK,
	    suppression_import(f->store, "shop", in, -1, TEST_NOW, reject,
		&rejected, &counts, &f->err));
	(void)fclose(in);
	assert_int_equal(counts.lines, 7);
	assert_int_equal(counts.taken, 4);
	assert_int_equal(counts.rejected, 3);
	assert_string_equal(rejected.numbers, " 5 6 7");
	assert_int_equal(count_list(f), 3);
	assert_code(f, SG_OK,
	    suppression_remove(f->store, "shop", "A@x.example", &f->err));
	assert_code(f, SG_MISSING,
	    suppression_remove(f->store, "shop", "A@x.example", &f->err));
	assert_code(f, SG_OK,
	    suppression_add(f->store, "shop", "Z@x.example",
		RULES_SUPPRESSED_MANUAL, TEST_NOW, &row, &f->err));
	assert_string_equal(row.address, "z@x.example");
}

/* Several batches, and lines that are too long, in little memory. */
static void
test_import_many(void **state)
{
	struct admin_fixture *f = *state;
	struct suppression_import counts;
	struct rejected rejected = {""};
	FILE *in = tmpfile();

	assert_non_null(in);
	for (int i = 0; i < 2500; i++)
		(void)fprintf(in, "user%d@x.example\n", i);
	for (int i = 0; i < 100000; i++)
		(void)fputc('x', in);
	(void)fprintf(in, "\nlast@x.example,COMPLAINT\n");
	rewind(in);
	assert_code(f, SG_OK,
	    suppression_import(f->store, "shop", in, RULES_SUPPRESSED_BOUNCE,
		TEST_NOW, reject, &rejected, &counts, &f->err));
	(void)fclose(in);
	assert_int_equal(counts.taken, 2501);
	assert_string_equal(rejected.numbers, " 2501");
	assert_int_equal(count_list(f), 2501);
}

static void
test_import_nowhere(void **state)
{
	struct admin_fixture *f = *state;
	struct suppression_import counts;
	FILE *in = tmpfile();

	assert_non_null(in);
	assert_code(f, SG_MISSING,
	    suppression_import(f->store, "nobody", in, -1, TEST_NOW, NULL, NULL,
		&counts, &f->err));
	assert_int_equal(counts.taken, 0);
	(void)fclose(in);
}

/* For some days; looked up in any case of letters, with its label or not at all. */
static void
test_expiry(void **state)
{
	struct admin_fixture *f = *state;
	struct store_suppression row;

	assert_code(f, SG_OK,
	    suppression_add_for(f->store, "shop", "A+x@B.example",
		RULES_SUPPRESSED_BOUNCE, 30, TEST_NOW, &row, &f->err));
	assert_int_equal(row.expires_sec, TEST_NOW + 30 * 86400);
	assert_code(f, SG_OK,
	    suppression_get(f->store, "shop", "a+X@b.example", &row, &f->err));
	assert_string_equal(row.address, "a+x@b.example");
	assert_int_equal(row.expires_sec, TEST_NOW + 30 * 86400);
	assert_code(f, SG_MISSING,
	    suppression_get(f->store, "shop", "a@b.example", &row, &f->err));
	assert_code(f, SG_MISSING,
	    suppression_get(f->store, "shop", "no address", &row, &f->err));
	assert_code(f, SG_MISSING,
	    suppression_get(f->store, "none", "a@b.example", &row, &f->err));
	for (int64_t days = -1; days <= SUPPRESSION_DAYS_MAX + 1;
	     days += SUPPRESSION_DAYS_MAX + 2)
		assert_code(f, SG_INVALID,
		    suppression_add_for(f->store, "shop", "a@b.example",
			RULES_SUPPRESSED_BOUNCE, days, TEST_NOW, &row,
			&f->err));
	/* Added anew by hand it stays. */
	assert_code(f, SG_OK,
	    suppression_add(f->store, "shop", "a+x@b.example",
		RULES_SUPPRESSED_MANUAL, TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK,
	    suppression_get(f->store, "shop", "a+x@b.example", &row, &f->err));
	assert_int_equal(row.expires_sec, 0);
}

static bool
note_key(void *ctx, const char *key, const struct store_suppression *row)
{
	(void)row;
	(void)snprintf(ctx, SUPPRESSION_KEY_MAX + 1, "%s", key);
	return true;
}

/* Keys come back from outside. */
static void
test_page_keys(void **state)
{
	static const char *const bad[] = {"x", "0", "0 ", "0 5", "0 5 ",
	    "3 5 a@a.example", "0 x a@a.example", "-1 5 a@a.example"};
	const struct suppression_filter all = {
	    .reasons = ~0, .since_sec = INT64_MIN, .before_sec = INT64_MAX};
	struct admin_fixture *f = *state;
	int64_t id = admin_fixture_account(f, "shop");
	char key[SUPPRESSION_KEY_MAX + 1] = "";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (suppression_page(f->store, id, &all, bad[i], 9, note_key,
			key, &f->err) != SG_INVALID)
			fail_msg("%s is taken", bad[i]);
	assert_code(f, SG_OK,
	    suppression_add(f->store, "shop", "a@a.example",
		RULES_SUPPRESSED_MANUAL, 5, NULL, &f->err));
	assert_code(f, SG_OK,
	    suppression_page(
		f->store, id, &all, "", 0, note_key, key, &f->err));
	assert_string_equal(key, "");
	assert_code(f, SG_OK,
	    suppression_page(
		f->store, id, &all, "", 9, note_key, key, &f->err));
	assert_string_equal(key, "2 5 a@a.example");
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_addresses),
	    WITH_STORE(test_import),
	    WITH_STORE(test_import_many),
	    WITH_STORE(test_import_nowhere),
	    WITH_STORE(test_expiry),
	    WITH_STORE(test_page_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
