/* Import jobs: files below a folder, what is read of them, how they end. */
#include "config.h"

#include "ops/test-admin.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/import.h"
#include "ops/suppression.h"

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

static struct store_import
create(struct admin_fixture *f, enum store_import_action action)
{
	struct store_import row;

	assert_code(f, SG_OK,
	    import_create(f->store, f->conf, "shop", STORE_IMPORT_CSV, action,
		"https://files.example/list", TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK, import_begin(f->store, &row, &f->err));
	return row;
}

static enum sg_err
run(struct admin_fixture *f, struct store_import *row, const char *text,
    bool (*stops)(void *))
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	enum sg_err rc;

	assert_non_null(in);
	rc = import_run(f->store, row, in, stops, NULL, TEST_NOW + 5, &f->err);
	(void)fclose(in);
	return rc;
}

static bool
is_suppressed(struct admin_fixture *f, const char *address)
{
	struct store_suppression row;
	enum sg_err rc =
	    suppression_get(f->store, "shop", address, &row, &f->err);

	assert_true(rc == SG_OK || rc == SG_MISSING);
	return rc == SG_OK;
}

static void
test_puts_and_deletes(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import row = create(f, STORE_IMPORT_PUT), got;

	assert_code(f, SG_OK,
	    run(f, &row,
		"emailAddress,reason\nA@a.example,BOUNCE\nb@a.example\n"
		"{\"emailAddress\": \"c@a.example\", \"reason\": "
		"\"COMPLAINT\"}\nnonsense,BOUNCE\n",
		NULL));
	assert_code(f, SG_OK,
	    import_get(f->store, row.account_id, row.uuid, &got, &f->err));
	assert_int_equal(got.state, STORE_IMPORT_COMPLETED);
	assert_int_equal(got.completed_sec, TEST_NOW + 5);
	assert_int_equal(got.processed, 4);
	assert_int_equal(got.failed, 2);
	assert_non_null(strstr(got.error, "line 3: "));
	assert_non_null(strstr(got.error, "line 5: "));
	assert_true(is_suppressed(f, "a@a.example"));
	assert_false(is_suppressed(f, "b@a.example"));
	assert_true(is_suppressed(f, "c@a.example"));
	row = create(f, STORE_IMPORT_DELETE);
	assert_code(
	    f, SG_OK, run(f, &row, "a@A.example\nnobody@a.example\n", NULL));
	assert_int_equal(row.state, STORE_IMPORT_COMPLETED);
	assert_int_equal(row.failed, 0);
	assert_false(is_suppressed(f, "a@a.example"));
	assert_true(is_suppressed(f, "c@a.example"));
}

static void
test_nothing_taken_is_a_failure(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import row = create(f, STORE_IMPORT_PUT);

	assert_code(f, SG_OK, run(f, &row, "<html>\n<body>\n", NULL));
	assert_int_equal(row.state, STORE_IMPORT_FAILED);
	assert_int_equal(row.failed, 2);
}

/* Many lines that are wrong: the text has an end. */
static void
test_first_failures_are_told(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import row = create(f, STORE_IMPORT_PUT);
	char text[4001];

	for (size_t i = 0; i < 4000; i += 2)
		memcpy(text + i, "x\n", 3);
	assert_code(f, SG_OK, run(f, &row, text, NULL));
	assert_int_equal(row.failed, 2000);
	assert_non_null(strstr(row.error, "line 1: "));
	assert_true(strlen(row.error) < sizeof(row.error));
	assert_null(strstr(row.error, "line 2000: "));
}

static void
test_too_many_records(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import row = create(f, STORE_IMPORT_PUT);
	size_t size = (IMPORT_RECORDS_MAX + 2) * 2;
	char *text = malloc(size + 32);

	assert_non_null(text);
	memcpy(text, "a@a.example,BOUNCE\n", 19);
	for (size_t i = 0; i < size; i += 2)
		memcpy(text + 19 + i, "x\n", 3);
	assert_code(f, SG_OK, run(f, &row, text, NULL));
	assert_int_equal(row.state, STORE_IMPORT_FAILED);
	assert_non_null(strstr(row.error, "more than 100000"));
	assert_false(is_suppressed(f, "a@a.example"));
	free(text);
}

static bool
stops_now(void *ctx)
{
	(void)ctx;
	return true;
}

/* A job that was broken off is open still, and begins anew. */
static void
test_broken_off(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import row = create(f, STORE_IMPORT_PUT), next;
	char text[40001] = "";

	for (int i = 0; i < 1500; i++)
		(void)snprintf(
		    text + strlen(text), 32, "a%d@a.example,BOUNCE\n", i);
	assert_code(f, SG_BUSY, run(f, &row, text, stops_now));
	assert_code(f, SG_OK, store_import_next(f->store, 0, &next, &f->err));
	assert_string_equal(next.uuid, row.uuid);
	assert_int_equal(next.state, STORE_IMPORT_PROCESSING);
	assert_true(is_suppressed(f, "a0@a.example"));
	assert_false(is_suppressed(f, "a1400@a.example"));
	assert_code(f, SG_OK, run(f, &next, text, NULL));
	assert_int_equal(next.processed, 1500);
	assert_true(is_suppressed(f, "a1400@a.example"));
	assert_code(
	    f, SG_MISSING, store_import_next(f->store, 0, &next, &f->err));
}

/* ---- files -------------------------------------------------------------------------- */

static void
put_file(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void
make_dir(const char *dir, const char *name)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void
make_link(const char *dir, const char *name, const char *to)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(symlink(to, path), 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static void
test_files(void **state)
{
	static const char *const gone[] = {"s3://bucket/missing",
	    "s3://bucket/deep", "s3://bucket/link", "s3://bucket/up/key",
	    "s3://bucket/pipe", "s3://bucket/key/more", "s3://bucket/../key",
	    "s3://other/key", "s3://bucket"};
	struct admin_fixture *f = *state;
	char dir[] = "/tmp/test-import.XXXXXX", path[256];
	FILE *file;

	assert_non_null(mkdtemp(dir));
	make_dir(dir, "shop");
	make_dir(dir, "rival");
	make_dir(dir, "rival/bucket");
	make_dir(dir, "shop/bucket");
	make_dir(dir, "shop/bucket/deep");
	put_file(dir, "shop/bucket/key", "a");
	put_file(dir, "shop/bucket/deep/key", "b");
	put_file(dir, "shop/key", "c");
	make_link(dir, "shop/bucket/link", "key");
	make_link(dir, "shop/bucket/up", "deep");
	(void)snprintf(path, sizeof(path), "%s/shop/bucket/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_code(f, SG_INVALID,
	    import_open(f->conf, "shop", "s3://bucket/key", &file, &f->err));
	admin_fixture_set(&f->conf->api_import_dir, dir);
	assert_code(f, SG_OK,
	    import_open(f->conf, "shop", "s3://bucket/key", &file, &f->err));
	assert_int_equal(getc(file), 'a');
	(void)fclose(file);
	assert_code(f, SG_OK,
	    import_open(
		f->conf, "shop", "s3://bucket/deep/key", &file, &f->err));
	assert_int_equal(getc(file), 'b');
	(void)fclose(file);
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
		if (import_open(f->conf, "shop", gone[i], &file, &f->err) !=
		    SG_INVALID)
			fail_msg("%s is there", gone[i]);
		assert_null(file);
		assert_null(strstr(f->err.text, dir));
	}
	assert_code(f, SG_INVALID,
	    import_open(f->conf, "rival", "s3://bucket/key", &file, &f->err));
	assert_code(f, SG_INVALID,
	    import_open(f->conf, "../shop", "s3://bucket/key", &file, &f->err));
	(void)snprintf(path, sizeof(path), "%s/shop/bucket/key", dir);
	assert_int_equal(truncate(path, IMPORT_BYTES_MAX + 1L), 0);
	assert_code(f, SG_INVALID,
	    import_open(f->conf, "shop", "s3://bucket/key", &file, &f->err));
	assert_int_equal(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Old jobs that ended go; how many may be open at once has an end. */
static void
test_old_jobs_go(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import row = create(f, STORE_IMPORT_PUT), other;

	assert_code(f, SG_OK,
	    import_fail(f->store, &row, "HTTP 404", TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    import_create(f->store, f->conf, "shop", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, "https://files.example/list",
		TEST_NOW + IMPORT_KEPT_DAYS * 86400, &other, &f->err));
	assert_code(f, SG_OK,
	    import_get(f->store, row.account_id, row.uuid, &row, &f->err));
	assert_int_equal(row.state, STORE_IMPORT_FAILED);
	assert_code(f, SG_OK,
	    import_create(f->store, f->conf, "shop", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, "https://files.example/list",
		TEST_NOW + IMPORT_KEPT_DAYS * 86400 + 1, &other, &f->err));
	assert_code(f, SG_MISSING,
	    import_get(f->store, row.account_id, row.uuid, &row, &f->err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_puts_and_deletes),
	    WITH_STORE(test_nothing_taken_is_a_failure),
	    WITH_STORE(test_first_failures_are_told),
	    WITH_STORE(test_too_many_records),
	    WITH_STORE(test_broken_off),
	    WITH_STORE(test_files),
	    WITH_STORE(test_old_jobs_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
