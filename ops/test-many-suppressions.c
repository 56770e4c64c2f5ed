/* What many identities and a long suppression list cost the milter: time until it can
 * answer, and until all is in memory, memory, time of a look-up, an import. 300,000
 * suppressions and 30,000 identities, or as many as the environment says:
 *   SENDWARD_TEST_SUPPRESSIONS=10000000 SENDWARD_TEST_IDENTITIES=1000000 \
 *   SENDWARD_TEST_IMPORT=1000000 TMPDIR=/var/tmp ops/test-many-suppressions
 * prints the figures that are to be reached with so many. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "ops/snapshot.h"
#include "store/store.h"
#include "store/test-database.h"

#define LOOKUPS 100000
#define ASKS 2000
/* Of this process: in memory; from the store, which may be at the other end of a
 * socket. */
#define LOOKUP_MOST_NSEC 2000
#define ASK_MOST_NSEC 200000
/* What can be many; what the process takes by itself, too. */
#define BYTES_PER_SUPPRESSION 8
#define BYTES_PER_IDENTITY 200
#define BASE_MIB 40

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

struct fixture {
	char url[TEST_DATABASE_URL_SIZE];
	int64_t suppressions, identities, imports;
	bool is_child; /* fills, imports */
	struct store *reader;
	struct snapshot *snapshot;
	struct err err;
};

#define assert_ok(f, call)                                                     \
	do {                                                                   \
		if ((call) != SG_OK)                                           \
			fail_msg("%s: %s", #call, (f)->err.text);              \
	} while (0)

/* Of this process alone: others may be at work. */
static double
cpu_sec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
status_mib(const char *key)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	double kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kib = strtod(line + strlen(key), NULL);
	if (file != NULL)
		(void)fclose(file);
	return kib / 1024;
}

static double
wall_sec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
sql(struct fixture *f, const char *text)
{
	int64_t value;

	if (test_database_sql(f->url, text, &value))
		return;
	print_error("%.300s\n", text);
	if (f->is_child)
		_exit(1);
	fail();
}

/* ---- rows ---- */

#define CHUNK INT64_C(500000)

/* text: of rows i of n. */
static void
in_chunks(struct fixture *f, const char *text, int64_t from, int64_t rows)
{
	char chunk[1200];
	int64_t last;

	for (int64_t at = from; at < from + rows; at = last + 1) {
		last = at + CHUNK - 1;
		if (last >= from + rows)
			last = from + rows - 1;
		(void)snprintf(chunk, sizeof(chunk),
		    "WITH RECURSIVE n (i) AS (SELECT %lld UNION ALL SELECT "
		    "i + 1 FROM n WHERE i < %lld) %s",
		    (long long)at, (long long)last, text);
		sql(f, chunk);
	}
}

/* In the order of the primary key. */
static const char suppressions[] =
    "INSERT INTO suppression (account_id, address, reason, since_sec) "
    "SELECT 1, (100000000 + i) || '.reader@customer-' || (i % 1000) || "
    "'.example', i % 2, 1700000000 + i FROM n";
static const char identities[] =
    "INSERT INTO identity (id, account_id, name, type, status, "
    "signing_enabled, created_sec, verified_sec) SELECT i, 1, 'shop-' || i || "
    "'.example', 1, 2, 1, 0, 0 FROM n";
static const char keys[] =
    "INSERT INTO dkim_key (id, identity_id, selector, algorithm, bits, "
    "active, created_sec, public_base64, sealed) SELECT i, i, 's', 'rsa', "
    "2048, 1, 0, 'p', '' FROM n";

/* Nobody follows yet: without noting each change. */
static const char triggers_off_sqlite[] =
    "DROP TRIGGER suppression_insert; DROP TRIGGER identity_insert; "
    "DROP TRIGGER dkim_key_insert";
static const char triggers_on_sqlite[] =
    "CREATE TRIGGER suppression_insert AFTER INSERT ON suppression BEGIN "
    "INSERT INTO change (kind, id, owner_id, name) VALUES (5, "
    "NEW.account_id, NEW.account_id, NEW.address); END";
#define EACH_TABLE(what)                                                       \
	"ALTER TABLE suppression " what " TRIGGER USER; "                      \
	"ALTER TABLE identity " what " TRIGGER USER; "                         \
	"ALTER TABLE dkim_key " what " TRIGGER USER"

static void
fill(struct fixture *f)
{
	bool is_server = test_database_is_postgresql();

	sql(f, "INSERT INTO account (id, name, production, paused, "
	       "pause_reason, daily_quota, rate, policy, pool, contact, "
	       "created_sec) VALUES (1, 'demo', 1, 0, '', -1, 10, 'none', "
	       "'', '', 0)");
	sql(f, is_server ? EACH_TABLE("DISABLE") : triggers_off_sqlite);
	in_chunks(f, suppressions, 1, f->suppressions);
	in_chunks(f, identities, 1, f->identities);
	in_chunks(f, keys, 1, f->identities);
	sql(f,
	    is_server ? EACH_TABLE("ENABLE") "; ANALYZE" : triggers_on_sqlite);
}

static int64_t
number_of(const char *name, int64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoll(text, NULL, 10) : otherwise;
}

/* In a process of its own, so that its memory does not count here. */
static void
in_child(struct fixture *f, void (*run)(struct fixture *))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		f->is_child = true;
		run(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->suppressions = number_of("SENDWARD_TEST_SUPPRESSIONS", 300000);
	f->identities = number_of("SENDWARD_TEST_IDENTITIES", 30000);
	f->imports = number_of("SENDWARD_TEST_IMPORT", 40000);
	assert_true(test_database_make(f->url, sizeof(f->url)));
	in_child(f, fill);
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_READ, 1000, &f->reader, &f->err));
	assert_ok(f, snapshot_new(SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES |
				      SNAPSHOT_SUPPRESSIONS,
			 &f->snapshot, &f->err));
	assert_ok(f, snapshot_set_store(f->snapshot, f->url, &f->err));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	snapshot_free(&f->snapshot);
	store_close(&f->reader);
	test_database_drop(f->url);
	free(f);
	return 0;
}

/* ---- look-ups ---- */

static int64_t
any_of(uint64_t *at, int64_t rows)
{
	*at = *at * UINT64_C(6364136223846793005) + 1;
	return (int64_t)((*at >> 33) % (uint64_t)rows) + 1;
}

/* Nanoseconds of CPU each. */
static double
look_up_addresses(struct fixture *f, const char *who, int64_t rows, int times)
{
	double start = cpu_sec();
	uint64_t at = 1;
	int found = 0;

	for (int i = 0; i < times; i++) {
		struct rules_suppression s;
		int64_t row = any_of(&at, rows);
		char address[80];

		(void)snprintf(address, sizeof(address),
		    "%d.%s@Customer-%d.example", 100000000 + (int)row, who,
		    (int)(row % 1000));
		if (snapshot_suppression(f->snapshot, 1, address, &s) ==
		    SNAPSHOT_NO)
			continue;
		found++;
		assert_int_equal(s.since_sec, 1700000000 + row);
	}
	assert_int_equal(found, who[0] == 'r' ? times : 0);
	return (cpu_sec() - start) / times * 1e9;
}

static double
look_up_identities(struct fixture *f, int times)
{
	double start = cpu_sec();
	uint64_t at = 1;

	for (int i = 0; i < times; i++) {
		struct rules_identity identity;
		int64_t row = any_of(&at, f->identities);
		char name[80];

		(void)snprintf(name, sizeof(name), "shop-%d.example", (int)row);
		assert_int_equal(
		    snapshot_identity(f->snapshot, 1, name, &identity),
		    SNAPSHOT_YES);
		assert_int_equal(identity.key_id[0], row);
	}
	return (cpu_sec() - start) / times * 1e9;
}

static void
report_asks(struct fixture *f, const char *when)
{
	double listed = look_up_addresses(f, "reader", f->suppressions, ASKS);
	double stranger =
	    look_up_addresses(f, "stranger", f->suppressions, ASKS);
	double identity = look_up_identities(f, ASKS);

	print_message("%s: %.0f ns for an address on the list, %.0f ns for "
		      "another, %.0f ns for an identity\n",
	    when, listed, stranger, identity);
	assert_true(listed < ASK_MOST_NSEC * (IS_SANITIZED ? 10 : 1));
}

static void
report_lookups(struct fixture *f)
{
	double stranger =
	    look_up_addresses(f, "stranger", f->suppressions, LOOKUPS);
	double identity = look_up_identities(f, LOOKUPS);

	print_message("in memory: %.0f ns for an address not on the list, "
		      "%.0f ns for an identity\n",
	    stranger, identity);
	assert_true(stranger < LOOKUP_MOST_NSEC * (IS_SANITIZED ? 20 : 1));
	assert_true(identity < LOOKUP_MOST_NSEC * (IS_SANITIZED ? 20 : 1));
}

/* ---- loading ---- */

static void
report_size(struct fixture *f)
{
	struct snapshot_size size;
	double most_mib =
	    BASE_MIB + (double)(f->suppressions * BYTES_PER_SUPPRESSION +
				f->identities * BYTES_PER_IDENTITY) /
			   1048576;

	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.identities, f->identities);
	assert_in_range(size.suppressions,
	    f->suppressions - 20 - f->suppressions / 1000000, f->suppressions);
	print_message("%zu identities, %zu suppressions: tables %.1f MiB, "
		      "process %.0f MiB now, %.0f MiB at most\n",
	    size.identities, size.suppressions, (double)size.bytes / 1048576,
	    status_mib("VmRSS:"), status_mib("VmHWM:"));
	if (!IS_SANITIZED)
		assert_true(status_mib("VmHWM:") < most_mib);
}

/* The longest turn, in seconds. */
static double
load_all(struct fixture *f)
{
	double longest = 0;

	while (snapshot_is_loading(f->snapshot)) {
		double start = wall_sec(), took;

		assert_ok(
		    f, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
		took = wall_sec() - start;
		longest = took > longest ? took : longest;
	}
	return longest;
}

static void
load(struct fixture *f, const char *what)
{
	double cpu = cpu_sec(), wall = wall_sec(), ready, longest;

	assert_ok(f, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
	ready = wall_sec() - wall;
	report_asks(f, what);
	cpu = cpu_sec();
	wall = wall_sec();
	longest = load_all(f);
	print_message("%s: answers after %.3f s; all in memory after %.2f s "
		      "(%.2f s of CPU), the longest turn %.0f ms\n",
	    what, ready, wall_sec() - wall, cpu_sec() - cpu, longest * 1e3);
	report_size(f);
}

/* ---- an import by another process ---- */

static void
import(struct fixture *f)
{
	for (int64_t done = 0; done < f->imports; done += 10000)
		in_chunks(f, suppressions, f->suppressions + 1 + done, 10000);
}

static void
follow_import(struct fixture *f)
{
	double longest = 0, cpu = cpu_sec(), wall = wall_sec();
	pid_t pid = fork(), ended = 0;
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		f->is_child = true;
		import(f);
		_exit(0);
	}
	while (ended == 0) {
		const struct timespec nap = {
		    0, SNAPSHOT_REFRESH_MSEC * 1000000L};
		double start;

		ended = waitpid(pid, &status, WNOHANG);
		(void)nanosleep(&nap, NULL);
		start = wall_sec();
		assert_ok(
		    f, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
		if (wall_sec() - start > longest)
			longest = wall_sec() - start;
	}
	assert_int_equal(status, 0);
	print_message("%lld imported in %.1f s: followed by %.2f s of CPU, "
		      "the longest turn %.0f ms\n",
	    (long long)f->imports, wall_sec() - wall, cpu_sec() - cpu,
	    longest * 1e3);
	(void)look_up_addresses(
	    f, "reader", f->suppressions + f->imports, ASKS);
}

static void
test_many(void **state)
{
	struct fixture *f = *state;

	load(f, "start");
	report_lookups(f);
	report_asks(f, "loaded");
	/* The list of changes does not go back so far. */
	sql(f, "UPDATE account SET rate = 5");
	sql(f, "DELETE FROM change");
	load(f, "anew");
	follow_import(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
