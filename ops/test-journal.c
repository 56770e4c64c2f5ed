/* What leaves is noted: lines, their limits, files and their order, many threads. */
#include "config.h"

#include "ops/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#define NAMES_MAX 64

struct fixture {
	char dir[64];
	struct journal *journal;
	char names[NAMES_MAX][256];
	size_t count;
	struct err err;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/test-journal.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(journal_open(f->dir, &f->journal, &f->err), SG_OK);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	DIR *dir = opendir(f->dir);
	const struct dirent *entry;

	journal_close(&f->journal);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0); /* not "." */
	if (dir != NULL)
		(void)closedir(dir);
	assert_int_equal(rmdir(f->dir), 0);
	free(f);
	return 0;
}

static bool
note_name(void *ctx, const char *name)
{
	struct fixture *f = ctx;

	assert_true(f->count < NAMES_MAX);
	(void)snprintf(f->names[f->count++], sizeof(f->names[0]), "%s", name);
	return true;
}

static size_t
files(struct fixture *f)
{
	f->count = 0;
	assert_int_equal(journal_list(f->dir, note_name, f, &f->err), SG_OK);
	return f->count;
}

/* The whole of a file; malloc'ed. */
static char *
file_dup(const struct fixture *f, size_t index)
{
	char path[512];
	struct stat st;
	char *text;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, f->names[index]);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
	text[st.st_size] = '\0';
	(void)close(fd);
	return text;
}

/* The only line of the only file. */
static json_t *
only_line(struct fixture *f)
{
	json_t *line;
	char *text;

	assert_int_equal(files(f), 1);
	text = file_dup(f, 0);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	line = json_loads(text, 0, NULL);
	assert_non_null(line);
	free(text);
	return line;
}

static const char *
text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text != NULL ? text : "";
}

static const struct journal_entry plain = {
    .kind = JOURNAL_SENT,
    .account_id = 7,
    .queue_id = "4abcDEF",
    .at_msec = 1790000040123,
    .login = "shop",
    .sender = "a@shop.example",
    .source_ip = "192.0.2.1",
    .identity_id = 3,
    .identity = "shop.example",
    .set_id = 0,
    .set_name = "",
    .size = 1234,
    .recipients = "E x@y.example\n",
    .reason = "",
    .reply = "",
};

static void
append(struct fixture *f, const struct journal_entry *entry)
{
	if (journal_append(f->journal, entry, &f->err) != SG_OK)
		fail_msg("%s", f->err.text);
}

static void
test_line(void **state)
{
	static const struct rules_header headers[] = {
	    {"From", "A <a@shop.example>"}, {"Bcc", "secret@y.example"},
	    {"Subject", "caf\xe9 \xc3\xa9\n x"}, {"X-Mine", "1"}};
	static const struct journal_tag tags[] = {{"campaign", "spring"}};
	struct fixture *f = *state;
	struct journal_entry entry = plain;
	json_t *line, *list;

	assert_int_equal(files(f), 0);
	entry.headers = headers;
	entry.header_count = 4;
	entry.keeps_headers = true;
	entry.tags = tags;
	entry.tag_count = 1;
	append(f, &entry);
	line = only_line(f);
	assert_string_equal(text_of(line, "kind"), "sent");
	assert_string_equal(text_of(line, "id"), "4abcDEF");
	assert_string_equal(text_of(line, "recipients"), "E x@y.example\n");
	assert_int_equal(
	    json_integer_value(json_object_get(line, "account")), 7);
	assert_int_equal(json_integer_value(json_object_get(line, "at")),
	    INT64_C(1790000040123));
	assert_null(json_object_get(line, "set"));
	assert_null(json_object_get(line, "reason"));
	assert_null(json_object_get(line, "common"));
	assert_null(json_object_get(line, "truncated"));
	list = json_object_get(line, "headers");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(
	    json_string_value(json_array_get(json_array_get(list, 1), 1)),
	    "caf\xef\xbf\xbd \xc3\xa9\n x");
	list = json_array_get(json_object_get(line, "tags"), 0);
	assert_string_equal(
	    json_string_value(json_array_get(list, 1)), "spring");
	json_decref(line);
}

/* Without the header only From, To, … are noted; of a rejected one why. */
static void
test_common(void **state)
{
	static const struct rules_header headers[] = {
	    {"from", "a@shop.example"}, {"X-Mine", "1"}, {"DATE", "now"}};
	struct fixture *f = *state;
	struct journal_entry entry = plain;
	json_t *line;

	entry.kind = JOURNAL_REJECTED;
	entry.headers = headers;
	entry.header_count = 3;
	entry.reason = "BAD_HEADER";
	entry.reply = "554 5.6.0 no";
	append(f, &entry);
	line = only_line(f);
	assert_string_equal(text_of(line, "kind"), "rejected");
	assert_string_equal(text_of(line, "reason"), "BAD_HEADER");
	assert_string_equal(text_of(line, "reply"), "554 5.6.0 no");
	assert_null(json_object_get(line, "headers"));
	assert_null(json_object_get(line, "truncated"));
	assert_int_equal(json_array_size(json_object_get(line, "common")), 2);
	json_decref(line);
}

static char *
repeated(char c, size_t len)
{
	char *text = malloc(len + 1);

	assert_non_null(text);
	memset(text, c, len);
	text[len] = '\0';
	return text;
}

static void
test_limits(void **state)
{
	struct fixture *f = *state;
	char *large = repeated('x', JOURNAL_HEADERS_MAX_BYTES);
	char *huge = repeated('\x01', JOURNAL_LINE_MAX);
	struct rules_header headers[] = {{"From", "a@shop.example"},
	    {"X-Large", large}, {"X-Small", "1"}, {"To", "b@c.example"},
	    {"Subject", large}};
	struct journal_entry entry = plain;
	json_t *line;

	entry.headers = headers;
	entry.header_count = 5;
	entry.keeps_headers = true;
	append(f, &entry);
	line = only_line(f);
	assert_true(json_is_true(json_object_get(line, "truncated")));
	assert_int_equal(json_array_size(json_object_get(line, "headers")), 1);
	assert_int_equal(json_array_size(json_object_get(line, "common")), 1);
	json_decref(line);
	entry.recipients = huge;
	assert_int_equal(
	    journal_append(f->journal, &entry, &f->err), SG_INVALID);
	json_decref(only_line(f));
	free(large);
	free(huge);
}

/* A limit on the file's size stands for a full disk: nothing half is left. */
static void
test_full_disk(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, low;
	char *text;

	append(f, &plain);
	assert_int_equal(files(f), 1);
	text = file_dup(f, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	low = before;
	low.rlim_cur = strlen(text) + 50;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	assert_int_equal(journal_append(f->journal, &plain, &f->err), SG_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	(void)signal(SIGXFSZ, SIG_DFL);
	free(text);
	json_decref(only_line(f));
	append(f, &plain);
	assert_int_equal(files(f), 1);
	text = file_dup(f, 0);
	assert_non_null(strchr(strchr(text, '\n') + 1, '\n'));
	free(text);
}

/* Readers see by its lock whether a file has a writer. */
static void
test_lock(void **state)
{
	struct fixture *f = *state;
	char path[512];
	int fd;

	append(f, &plain);
	assert_int_equal(files(f), 1);
	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, f->names[0]);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	journal_close(&f->journal);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	(void)close(fd);
}

/* A file that somebody removed is not written to any more. */
static void
test_removed(void **state)
{
	struct fixture *f = *state;
	char path[512];

	append(f, &plain);
	assert_int_equal(files(f), 1);
	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, f->names[0]);
	assert_int_equal(unlink(path), 0);
	append(f, &plain);
	json_decref(only_line(f));
}

/* The next file is begun when one is full, and comes later in the order. */
static void
test_next_file(void **state)
{
	struct fixture *f = *state;
	char *sender = repeated('s', JOURNAL_LINE_MAX / 2);
	struct journal_entry entry = plain;
	char first[256];

	entry.sender = sender;
	for (int i = 0; i < 20; i++)
		append(f, &entry);
	assert_int_equal(files(f), 2);
	(void)snprintf(first, sizeof(first), "%s", f->names[0]);
	journal_close(&f->journal);
	assert_int_equal(journal_open(f->dir, &f->journal, &f->err), SG_OK);
	append(f, &plain);
	assert_int_equal(files(f), 3);
	assert_string_equal(f->names[0], first);
	assert_true(strcmp(f->names[1], f->names[2]) < 0);
	free(sender);
}

/* A file whose name may not be on the disk is not continued when that is wanted. */
static void
test_synced_from_now_on(void **state)
{
	struct fixture *f = *state;

	append(f, &plain);
	journal_sync(f->journal, false);
	append(f, &plain);
	assert_int_equal(files(f), 1);
	journal_sync(f->journal, true);
	append(f, &plain);
	assert_int_equal(files(f), 2);
	journal_sync(f->journal, true);
	append(f, &plain);
	assert_int_equal(files(f), 2);
}

/* The first byte of a file's only line. */
static char
mark_of(struct fixture *f, size_t index)
{
	char *text = file_dup(f, index), mark = text[0];

	free(text);
	return mark;
}

/* Open until it is known whether the message leaves. */
static void
test_open_line(void **state)
{
	struct fixture *f = *state;
	struct journal_ticket ticket;

	for (int is_synced = 0; is_synced < 2; is_synced++) {
		for (int leaves = 0; leaves < 2; leaves++) {
			size_t at = (size_t)(is_synced * 2 + leaves);

			journal_close(&f->journal);
			assert_int_equal(
			    journal_open(f->dir, &f->journal, &f->err), SG_OK);
			journal_sync(f->journal, is_synced != 0);
			assert_int_equal(
			    journal_begin(f->journal, &plain, &ticket, &f->err),
			    SG_OK);
			assert_int_equal(files(f), at + 1);
			assert_int_equal(mark_of(f, at), JOURNAL_OPEN);
			assert_int_equal(journal_end(f->journal, &ticket,
					     leaves != 0, &f->err),
			    SG_OK);
			assert_int_equal(
			    mark_of(f, at), leaves ? '{' : JOURNAL_WITHDRAWN);
		}
	}
}

/* Its file says that the writer lives until the line is ended, though the next file
 * was begun. */
static void
test_open_in_an_old_file(void **state)
{
	struct fixture *f = *state;
	struct journal_ticket ticket;
	char path[512];
	int fd;

	assert_int_equal(
	    journal_begin(f->journal, &plain, &ticket, &f->err), SG_OK);
	assert_int_equal(files(f), 1);
	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, f->names[0]);
	journal_sync(f->journal, true); /* closes it */
	append(f, &plain);
	assert_int_equal(files(f), 2);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(
	    journal_end(f->journal, &ticket, true, &f->err), SG_OK);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(mark_of(f, 0), '{');
	(void)close(fd);
}

/* ---- disks ------------------------------------------------------------------ */

/* In place of the C library's, for what is linked with this. */
static struct {
	_Atomic bool is_held; /* the next sync waits */
	_Atomic ino_t held;   /* of the file whose sync waits */
	_Atomic ino_t last;   /* of the file that was synced last */
	_Atomic bool is_broken;
} disk;

int
fdatasync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if (atomic_exchange(&disk.is_held, false)) {
		disk.held = st.st_ino;
		while (disk.held != 0)
			(void)usleep(1000);
	} else {
		disk.last = st.st_ino;
	}
	return 0;
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t at)
{
	if (!disk.is_broken)
		return syscall(SYS_pwrite64, fd, data, size, at);
	errno = EIO;
	return -1;
}

/* Who waits for the disk is told of the file that the record is in, whatever is
 * reloaded meanwhile. */
static void
test_synced_off_and_on(void **state)
{
	struct fixture *f = *state;
	struct journal_ticket tickets[3];
	ino_t old, synced;

	journal_sync(f->journal, true);
	disk.is_held = true;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    journal_begin(f->journal, &plain, &tickets[i], &f->err),
		    SG_OK);
		if (i == 0)
			while (disk.held == 0)
				(void)usleep(1000);
		if (i == 1) {
			disk.last = 0;
			journal_sync(f->journal, false);
			journal_sync(f->journal, true); /* another file */
		}
	}
	old = disk.held;
	synced = disk.last;
	disk.held = 0;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    journal_end(f->journal, &tickets[i], true, &f->err), SG_OK);
	assert_int_equal(synced, old);
}

/* Nobody reads on behind a line that stays open, so nothing is written there. */
static void
test_mark_fails(void **state)
{
	struct fixture *f = *state;
	struct journal_ticket ticket;

	assert_int_equal(
	    journal_begin(f->journal, &plain, &ticket, &f->err), SG_OK);
	disk.is_broken = true;
	assert_int_equal(
	    journal_end(f->journal, &ticket, true, &f->err), SG_IO);
	disk.is_broken = false;
	assert_int_equal(files(f), 1);
	assert_int_equal(mark_of(f, 0), JOURNAL_OPEN);
	append(f, &plain);
	assert_int_equal(files(f), 2);
}

#define THREADS 4
#define EACH 500

static void *
write_many(void *ctx)
{
	struct journal *journal = ctx;

	for (int i = 0; i < EACH; i++)
		if (journal_append(journal, &plain, NULL) != SG_OK)
			return journal;
	return NULL;
}

static void
test_threads(void **state)
{
	struct fixture *f = *state;
	pthread_t threads[THREADS];
	int count = 0;
	char *text;

	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_many, f->journal),
		    0);
	for (int i = 0; i < THREADS; i++) {
		void *failed;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	assert_int_equal(files(f), 1);
	text = file_dup(f, 0);
	for (char *line = text; *line != '\0'; count++) {
		char *end = strchr(line, '\n');
		json_t *object;

		assert_non_null(end);
		*end = '\0';
		object = json_loads(line, 0, NULL);
		assert_non_null(object);
		json_decref(object);
		line = end + 1;
	}
	assert_int_equal(count, THREADS * EACH);
	free(text);
}

static void
test_open(void **state)
{
	struct fixture *f = *state;
	struct journal *journal;
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/missing/journal", f->dir);
	assert_int_equal(journal_open(path, &journal, &f->err), SG_IO);
	assert_null(journal);
	assert_int_equal(journal_open("/dev/null", &journal, &f->err), SG_IO);
	(void)snprintf(path, sizeof(path), "%s/new", f->dir);
	assert_int_equal(journal_list(path, note_name, f, &f->err), SG_OK);
	assert_int_equal(journal_open(path, &journal, &f->err), SG_OK);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0750);
	journal_close(&journal);
	assert_null(journal);
	journal_close(&journal);
	assert_int_equal(rmdir(path), 0);
}

#define WITH_JOURNAL(test)                                                     \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_JOURNAL(test_line),
	    WITH_JOURNAL(test_common),
	    WITH_JOURNAL(test_limits),
	    WITH_JOURNAL(test_full_disk),
	    WITH_JOURNAL(test_lock),
	    WITH_JOURNAL(test_removed),
	    WITH_JOURNAL(test_next_file),
	    WITH_JOURNAL(test_synced_from_now_on),
	    WITH_JOURNAL(test_open_line),
	    WITH_JOURNAL(test_open_in_an_old_file),
	    WITH_JOURNAL(test_synced_off_and_on),
	    WITH_JOURNAL(test_mark_fails),
	    WITH_JOURNAL(test_threads),
	    WITH_JOURNAL(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
