/* Exports: what is written, how they end, what stays when a process is killed; files
 * that nobody wants. */
#include "config.h"

#include "ops/test-admin.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/export.h"
#include "ops/files.h"
#include "ops/import.h"
#include "ops/suppression.h"
#include "store/events.h"
#include "store/exports.h"

static int
setup(void **state)
{
	struct admin_fixture *f;
	char dir[128];

	if (admin_fixture_setup(state) != 0)
		return -1;
	f = *state;
	(void)snprintf(dir, sizeof(dir), "%s/files", f->dir);
	admin_fixture_set(&f->conf->console_files_dir, dir);
	return 0;
}

static int
teardown(void **state)
{
	const struct admin_fixture *f = *state;
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/files", f->dir);
	if (access(dir, F_OK) == 0)
		admin_fixture_remove(dir);
	return admin_fixture_teardown(state);
}

static int64_t
shop(struct admin_fixture *f)
{
	struct store_account row;

	assert_code(
	    f, SG_OK, store_account_get(f->store, "shop", &row, &f->err));
	return row.facts.id;
}

static struct store_export
create(struct admin_fixture *f, enum store_export_kind kind, const char *filter)
{
	json_t *members = json_loads(filter, 0, NULL);
	struct store_export row;

	assert_non_null(members);
	assert_code(f, SG_OK,
	    export_create(
		f->store, shop(f), kind, members, TEST_NOW, &row, &f->err));
	json_decref(members);
	return row;
}

static void
run(struct admin_fixture *f, struct store_export *row)
{
	assert_code(f, SG_OK,
	    export_run(
		f->store, f->conf, row, NULL, NULL, TEST_NOW + 9, &f->err));
}

/* The file's text, until the next one. */
static const char *
text_of(struct admin_fixture *f, const char *uuid)
{
	static char text[8192];
	struct store_export row;
	int64_t bytes;
	ssize_t n;
	int fd;

	assert_code(f, SG_OK,
	    export_open(f->store, f->conf, shop(f), uuid, TEST_NOW + 10, &row,
		&fd, &bytes, &f->err));
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	assert_int_equal(n, bytes);
	text[n] = '\0';
	return text;
}

static bool
has_file(struct admin_fixture *f, const char *uuid, const char *end)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/files/%s%s", f->dir, uuid, end);
	return access(path, F_OK) == 0;
}

static void
suppress(struct admin_fixture *f, const char *address,
    enum rules_suppression_reason reason)
{
	assert_code(f, SG_OK,
	    suppression_add(
		f->store, "shop", address, reason, TEST_NOW, NULL, &f->err));
}

static void
writes_the_list(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row;
	struct stat st;
	char dir[128];

	suppress(f, "b@x.example", RULES_SUPPRESSED_COMPLAINT);
	suppress(f, "=cmd@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(f, "a@x.example", RULES_SUPPRESSED_MANUAL);
	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	assert_int_equal(row.state, STORE_EXPORT_WAITING);
	run(f, &row);
	assert_string_equal(text_of(f, row.uuid),
	    "emailAddress,reason,timestamp,expires,messageId\r\n"
	    "'=cmd@x.example,BOUNCE,2026-09-21T14:14:00Z,,\r\n"
	    "a@x.example,MANUAL,2026-09-21T14:14:00Z,,\r\n"
	    "b@x.example,COMPLAINT,2026-09-21T14:14:00Z,,\r\n");
	assert_int_equal(row.state, STORE_EXPORT_DONE);
	assert_int_equal(row.records, 3);
	assert_int_equal(row.percent, 100);
	assert_int_equal(row.bytes, strlen(text_of(f, row.uuid)));
	assert_int_equal(row.expires_sec, TEST_NOW + 9 + 7 * 86400);
	assert_false(has_file(f, row.uuid, ".part"));
	(void)snprintf(dir, sizeof(dir), "%s/files", f->dir);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{\"Reason\": \"MANUAL\"}");
	run(f, &row);
	assert_int_equal(row.records, 1);
	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{\"Address\": \"B\"}");
	run(f, &row);
	assert_int_equal(row.records, 1);
}

/* What was written goes back into the list as it was. */
static void
an_import_takes_it(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row;
	struct store_import job;
	struct store_suppression entry;
	const char *text;
	FILE *in;

	suppress(f, "+tag@x.example", RULES_SUPPRESSED_COMPLAINT);
	suppress(f, "a@x.example", RULES_SUPPRESSED_BOUNCE);
	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	run(f, &row);
	text = text_of(f, row.uuid);
	assert_code(f, SG_OK,
	    suppression_remove(f->store, "shop", "+tag@x.example", &f->err));
	assert_code(f, SG_OK,
	    import_upload(f->store, f->conf, "shop", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, text, strlen(text), TEST_NOW, &job, &f->err));
	assert_code(
	    f, SG_OK, import_open(f->conf, "shop", job.source, &in, &f->err));
	assert_code(f, SG_OK,
	    import_run(f->store, &job, in, NULL, NULL, TEST_NOW, &f->err));
	(void)fclose(in);
	assert_string_equal(job.error, "");
	assert_int_equal(job.processed, 2);
	assert_int_equal(job.failed, 0);
	assert_code(f, SG_OK,
	    suppression_get(
		f->store, "shop", "+tag@x.example", &entry, &f->err));
	assert_int_equal(entry.facts.reason, RULES_SUPPRESSED_COMPLAINT);
	assert_true(has_file(f, job.uuid, ".upload"));
	import_tidy(f->conf, &job);
	assert_false(has_file(f, job.uuid, ".upload"));
}

static void
note_sent(struct admin_fixture *f, const char *id, int64_t sent_sec,
    const char *recipients, const char *facts)
{
	struct store_message row = {.account_id = shop(f),
	    .sent_msec = sent_sec * 1000,
	    .login = "",
	    .sender = "a@example.com",
	    .source_ip = "",
	    .recipients = recipients,
	    .facts = facts,
	    .size = 77};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", id);
	assert_code(
	    f, SG_OK, store_message_add(f->store, &row, &is_new, &f->err));
}

static void
writes_messages(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row;

	note_sent(f, "Q1", TEST_NOW - 60, "E b@x.example\nE c@x.example\n",
	    "{\"commonHeaders\": {\"subject\": \"@SUM(\\\"A1\\\")\"}}");
	note_sent(f, "Q2", TEST_NOW, "E d@x.example\n", "{}");
	row = create(f, STORE_EXPORT_MESSAGES, "{}");
	run(f, &row);
	assert_int_equal(row.records, 2);
	assert_non_null(strstr(text_of(f, row.uuid), "\r\n2026-09-21T14:14:00Z,"
						     "Q2,a@example.com,"
						     "d@x.example,"));
	assert_non_null(strstr(text_of(f, row.uuid),
	    ",Q1,a@example.com,b@x.example c@x.example,"
	    "\"'@SUM(\"\"A1\"\")\",PENDING,77\r\n"));
	row = create(f, STORE_EXPORT_MESSAGES, "{\"Status\": \"BOUNCED\"}");
	run(f, &row);
	assert_int_equal(row.records, 0);
	row = create(
	    f, STORE_EXPORT_MESSAGES, "{\"Recipient\": \"c@x.example\"}");
	run(f, &row);
	assert_int_equal(row.records, 1);
	row = create(f, STORE_EXPORT_MESSAGES, "{\"Since\": 1790000030}");
	run(f, &row);
	assert_int_equal(row.records, 1);
	assert_non_null(strstr(text_of(f, row.uuid), "Q2"));
}

static bool
stops(void *ctx)
{
	(void)ctx;
	return true;
}

/* What was killed begins anew, and the file of another try is not in the way. */
static void
begins_anew(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row, got;
	FILE *left;

	suppress(f, "a@x.example", RULES_SUPPRESSED_BOUNCE);
	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	assert_code(f, SG_OK,
	    files_create(f->conf, row.uuid, FILES_PART, &left, &f->err));
	(void)fputs("half", left);
	(void)fclose(left);
	assert_code(f, SG_BUSY,
	    export_run(
		f->store, f->conf, &row, stops, NULL, TEST_NOW, &f->err));
	assert_code(f, SG_OK, store_export_next(f->store, 0, &got, &f->err));
	assert_int_equal(got.state, STORE_EXPORT_RUNNING);
	run(f, &got);
	assert_null(strstr(text_of(f, row.uuid), "half"));
	assert_int_equal(got.records, 1);
}

static void
is_deleted(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	struct store_account rival;
	struct store_export got;
	int64_t other, bytes;
	int fd;

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "rival", "", TEST_NOW, &rival, &f->err));
	other = rival.facts.id;

	/* not done */
	assert_code(f, SG_MISSING,
	    export_open(f->store, f->conf, shop(f), row.uuid, TEST_NOW, &got,
		&fd, &bytes, &f->err));
	run(f, &row);
	assert_code(f, SG_MISSING,
	    export_open(f->store, f->conf, other, row.uuid, TEST_NOW, &got, &fd,
		&bytes, &f->err));
	assert_code(f, SG_MISSING,
	    export_delete(f->store, f->conf, other, row.uuid, &f->err));
	assert_true(has_file(f, row.uuid, ".csv"));
	assert_code(f, SG_OK,
	    export_delete(f->store, f->conf, shop(f), row.uuid, &f->err));
	assert_false(has_file(f, row.uuid, ".csv"));
	/* while it is written */
	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	got = row;
	assert_code(f, SG_OK,
	    export_delete(f->store, f->conf, shop(f), row.uuid, &f->err));
	assert_code(f, SG_MISSING,
	    export_run(f->store, f->conf, &got, NULL, NULL, TEST_NOW, &f->err));
	assert_false(has_file(f, row.uuid, ".csv"));
	assert_false(has_file(f, row.uuid, ".part"));
}

static void
has_limits(void **state)
{
	struct admin_fixture *f = *state;
	json_t *wrong = json_pack("{s:s}", "Status", "BOUNCED");
	struct store_export row;

	assert_code(f, SG_INVALID,
	    export_create(f->store, shop(f), STORE_EXPORT_SUPPRESSIONS, wrong,
		TEST_NOW, &row, &f->err));
	assert_non_null(strstr(f->err.text, "Status"));
	json_decref(wrong);
	for (int i = 0; i < EXPORT_OPEN_MAX; i++)
		(void)create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	assert_code(f, SG_EXISTS,
	    export_create(f->store, shop(f), STORE_EXPORT_SUPPRESSIONS, NULL,
		TEST_NOW, &row, &f->err));
	assert_non_null(strstr(f->err.text, "under way"));
	while (store_export_next(f->store, 0, &row, &f->err) == SG_OK)
		run(f, &row);
	for (int i = EXPORT_OPEN_MAX; i < EXPORT_KEPT_MAX; i++) {
		row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
		run(f, &row);
	}
	assert_code(f, SG_EXISTS,
	    export_create(f->store, shop(f), STORE_EXPORT_SUPPRESSIONS, NULL,
		TEST_NOW, &row, &f->err));
	assert_non_null(strstr(f->err.text, "delete one"));
}

/* Old enough for a sweep. */
static void
age(struct admin_fixture *f, const char *name)
{
	struct utimbuf old = {TEST_NOW - 9000, TEST_NOW - 9000};
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/files/%s", f->dir, name);
	assert_int_equal(utime(path, &old), 0);
}

static void
goes_in_time(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row, got;
	char name[64];
	FILE *left;

	row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");
	run(f, &row);
	(void)snprintf(name, sizeof(name), "%s.csv", row.uuid);
	age(f, name);
	assert_code(f, SG_OK,
	    files_create(f->conf, "nobody", FILES_UPLOAD, &left, &f->err));
	(void)fclose(left);
	age(f, "nobody.upload");
	assert_code(
	    f, SG_OK, export_purge(f->store, f->conf, TEST_NOW + 10, &f->err));
	assert_true(has_file(f, row.uuid, ".csv"));
	assert_false(has_file(f, "nobody", ".upload"));
	assert_code(f, SG_OK,
	    export_purge(f->store, f->conf, TEST_NOW + 9 + 7 * 86400, &f->err));
	assert_code(f, SG_MISSING,
	    store_export_get(f->store, shop(f), row.uuid, &got, &f->err));
	assert_false(has_file(f, row.uuid, ".csv"));
}

static void
tells_what_is_wrong(void **state)
{
	struct admin_fixture *f = *state;
	struct store_export row = create(f, STORE_EXPORT_SUPPRESSIONS, "{}");

	admin_fixture_set(
	    &f->conf->console_files_dir, "/nonexistent/sendward/files");
	assert_code(f, SG_IO,
	    export_run(f->store, f->conf, &row, NULL, NULL, TEST_NOW, &f->err));
	assert_non_null(strstr(f->err.text, "console.files_dir"));
}

static void
refuses_uploads(void **state)
{
	struct admin_fixture *f = *state;
	struct store_import job;
	size_t len = 2 * (IMPORT_RECORDS_MAX + 2);
	char *many = test_malloc(len);

	assert_code(f, SG_INVALID,
	    import_upload(f->store, f->conf, "shop", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, "", 0, TEST_NOW, &job, &f->err));
	for (size_t i = 0; i < len; i += 2)
		memcpy(many + i, "a\n", 2);
	assert_code(f, SG_INVALID,
	    import_upload(f->store, f->conf, "shop", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, many, len, TEST_NOW, &job, &f->err));
	assert_non_null(strstr(f->err.text, "100002 records"));
	assert_non_null(strstr(f->err.text, "split"));
	test_free(many);
	assert_code(f, SG_INVALID,
	    import_create(f->store, f->conf, "shop", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, "upload:x", TEST_NOW, &job, &f->err));
	assert_code(f, SG_MISSING,
	    import_upload(f->store, f->conf, "nobody", STORE_IMPORT_CSV,
		STORE_IMPORT_PUT, "a", 1, TEST_NOW, &job, &f->err));
	assert_false(has_file(f, job.uuid, ".upload"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(writes_the_list),
	    TEST(an_import_takes_it),
	    TEST(writes_messages),
	    TEST(begins_anew),
	    TEST(is_deleted),
	    TEST(has_limits),
	    TEST(goes_in_time),
	    TEST(tells_what_is_wrong),
	    TEST(refuses_uploads),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
