/* Tests of ops/snapshot.h with a real SQLite database. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ops/snapshot.h"
#include "store/store.h"

#define ALL_PARTS                                                              \
	(SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES | SNAPSHOT_SUPPRESSIONS |     \
	    SNAPSHOT_SETS)

struct fixture {
	char dir[128];
	char path[160];
	char url[176];
	struct store *reader;
	struct snapshot *snapshot;
	struct err err;
};

#define assert_code(f, want, call)                                             \
	do {                                                                   \
		enum sg_err code_ = (call);                                    \
		if (code_ != (want))                                           \
			fail_msg("%s: %s: %s", #call, err_name(code_),         \
			    (f)->err.text);                                    \
	} while (0)

/* Changes come as SQL from another connection, as from another program. */
static void
sql(struct fixture *f, const char *text)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, "PRAGMA foreign_keys = 1", NULL, NULL, NULL) !=
		SQLITE_OK ||
	    sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", text, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
refresh(struct fixture *f)
{
	assert_code(
	    f, SG_OK, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
}

static void
fixture_open(struct fixture *f)
{
	int from, to;

	assert_code(f, SG_OK, store_migrate(f->url, &from, &to, &f->err));
	assert_code(f, SG_OK,
	    store_open(f->url, STORE_OPEN_READ, 1000, &f->reader, &f->err));
}

#define INSERT_ACCOUNT                                                         \
	"INSERT INTO account (id, name, production, paused, pause_reason, "    \
	"daily_quota, rate, policy, pool, contact, created_sec) "
#define INSERT_SUPPRESSION                                                     \
	"INSERT INTO suppression (account_id, address, reason, since_sec) "
#define INSERT_IDENTITY                                                        \
	"INSERT INTO identity (id, account_id, name, type, status, "           \
	"signing_enabled, created_sec, verified_sec) VALUES "
#define INSERT_KEY                                                             \
	"INSERT INTO dkim_key (id, identity_id, selector, algorithm, bits, "   \
	"active, created_sec, public_base64, sealed) VALUES "

/* demo (1): login app, credential AKIA, identity demo.example (1) with key 1,
 * suppressed x@y.example. */
static const char fill[] = INSERT_ACCOUNT
    "VALUES (1, 'demo', 1, 0, '', 500, 10.5, 'none', '', '', 0);"
    "INSERT INTO login VALUES ('app', 1, 0);"
    "INSERT INTO credential VALUES ('AKIA', 1, 1, 0, 'h', x'00');" INSERT_IDENTITY
    "(1, 1, 'demo.example', 1, 2, 1, 0, 0);" INSERT_KEY
    "(1, 1, 's', 'rsa', 2048, 1, 0, 'p', x'00');" INSERT_SUPPRESSION
    "VALUES (1, 'x@y.example', 1, 1700000000);";

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");

	assert_non_null(f);
	if (tmp == NULL)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	(void)snprintf(f->dir, sizeof(f->dir), "%s/snapshot-XXXXXX", tmp);
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/a.db", f->dir);
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);
	fixture_open(f);
	assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &f->snapshot, &f->err));
	*state = f;
	return 0;
}

static void
remove_database(struct fixture *f)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char name[200];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		(void)unlink(name);
	}
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	snapshot_free(&f->snapshot);
	snapshot_free(&f->snapshot);
	store_close(&f->reader);
	remove_database(f);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

/* What the snapshot says, in one line. */
static const char *
view(const struct fixture *f, char text[1024])
{
	const struct snapshot *s = f->snapshot;
	struct rules_account a = {0};
	struct rules_identity i = {0};
	struct rules_suppression p = {0};
	bool app = snapshot_account_of_login(s, "app", &a, NULL);
	bool akia = snapshot_account_of_login(s, "AKIA", &a, NULL);
	bool demo = snapshot_account_by_name(s, "demo", &a);
	bool identity = snapshot_identity(s, 1, "demo.example", &i);
	bool suppressed = snapshot_suppression(s, 1, "X@Y.Example", &p);

	(void)snprintf(text, 1024,
	    "app%d akia%d demo%d:%lld,%s,%d%d%s,%lld,%.1f "
	    "identity%d:%lld,%s,%d%d%d%d%d%s,%lld,%lld x%d:%d,%lld",
	    app, akia, demo, (long long)a.id, a.name, a.production, a.paused,
	    a.pause_reason, (long long)a.daily_quota, a.rate, identity,
	    (long long)i.id, i.name, (int)i.type, (int)i.status,
	    i.signing_enabled, (int)i.dkim_status, (int)i.mail_from_use,
	    i.mail_from, (long long)i.key_id[0], (long long)i.key_id[1],
	    suppressed, (int)p.reason, (long long)p.since_sec);
	return text;
}

#define ACCOUNT "demo1:1,demo,10,500,10.5 "
#define IDENTITY "identity1:1,demo.example,12100,1,0 "
#define SUPPRESSED "x1:1,1700000000"
#define NO_ACCOUNT "demo0:0,,00,0,0.0 "
#define NO_IDENTITY "identity0:0,,00000,0,0 "
#define NOT_SUPPRESSED "x0:0,0"

static void
test_each_change_is_seen(void **state)
{
	static const struct {
		const char *sql, *view;
	} rows[] = {
	    {fill, "app1 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    {"UPDATE account SET paused = 1, pause_reason = 'why', "
	     "daily_quota = -1, production = 0, rate = 2",
		"app1 akia1 demo1:1,demo,01why,-1,2.0 " IDENTITY SUPPRESSED},
	    {"UPDATE account SET paused = 0, pause_reason = '', "
	     "daily_quota = 500, production = 1, rate = 10.5",
		"app1 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    {"DELETE FROM login", "app0 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    {"UPDATE credential SET enabled = 0",
		"app0 akia0 " ACCOUNT IDENTITY SUPPRESSED},
	    {"UPDATE credential SET enabled = 1",
		"app0 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    /* a name that changes its kind */
	    {"DELETE FROM credential; INSERT INTO login VALUES ('AKIA', 1, 0)",
		"app0 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    {"DELETE FROM login; INSERT INTO credential VALUES "
	     "('app', 1, 1, 0, 'h', x'00')",
		"app1 akia0 " ACCOUNT IDENTITY SUPPRESSED},
	    {"UPDATE dkim_key SET active = 0",
		"app1 akia0 " ACCOUNT
		"identity1:1,demo.example,12100,0,0 " SUPPRESSED},
	    {INSERT_KEY "(2, 1, 'e', 'ed25519', 256, 1, 0, 'p', x'00')",
		"app1 akia0 " ACCOUNT
		"identity1:1,demo.example,12100,2,0 " SUPPRESSED},
	    {"UPDATE dkim_key SET active = 1",
		"app1 akia0 " ACCOUNT
		"identity1:1,demo.example,12100,1,2 " SUPPRESSED},
	    {"DELETE FROM dkim_key WHERE id = 2; "
	     "UPDATE identity SET status = 3, signing_enabled = 0",
		"app1 akia0 " ACCOUNT
		"identity1:1,demo.example,13000,1,0 " SUPPRESSED},
	    /* states of its DKIM and its MAIL FROM domain */
	    {"UPDATE identity SET status = 2, signing_enabled = 1, "
	     "dkim_status = 1, mail_from = 'b.demo.example', "
	     "mail_from_status = 1, mail_from_reject = 1",
		"app1 akia0 " ACCOUNT "identity1:1,demo.example,12113"
		"b.demo.example,1,0 " SUPPRESSED},
	    {"UPDATE identity SET dkim_status = 2, mail_from_status = 2",
		"app1 akia0 " ACCOUNT "identity1:1,demo.example,12121"
		"b.demo.example,1,0 " SUPPRESSED},
	    {"UPDATE identity SET mail_from = 'bounces.demo.example', "
	     "mail_from_status = 4, mail_from_reject = 0",
		"app1 akia0 " ACCOUNT "identity1:1,demo.example,12122"
		"bounces.demo.example,1,0 " SUPPRESSED},
	    {"UPDATE identity SET mail_from = '', mail_from_status = 0",
		"app1 akia0 " ACCOUNT
		"identity1:1,demo.example,12120,1,0 " SUPPRESSED},
	    /* the same name anew */
	    {"DELETE FROM identity; " INSERT_IDENTITY
	     "(7, 1, 'demo.example', 1, 2, 1, 0, 0)",
		"app1 akia0 " ACCOUNT
		"identity1:7,demo.example,12100,0,0 " SUPPRESSED},
	    {"DELETE FROM identity",
		"app1 akia0 " ACCOUNT NO_IDENTITY SUPPRESSED},
	    {"UPDATE suppression SET reason = 2, since_sec = 5",
		"app1 akia0 " ACCOUNT NO_IDENTITY "x1:2,5"},
	    {"DELETE FROM suppression",
		"app1 akia0 " ACCOUNT NO_IDENTITY NOT_SUPPRESSED},
	    {"DELETE FROM account",
		"app0 akia0 " NO_ACCOUNT NO_IDENTITY NOT_SUPPRESSED},
	    /* the name again, for another account */
	    {INSERT_ACCOUNT "VALUES (9, 'demo', 1, 0, '', 1, 1, 'none', "
			    "'', '', 0)",
		"app0 akia0 demo1:9,demo,10,1,1.0 " NO_IDENTITY NOT_SUPPRESSED},
	};
	struct fixture *f = *state;
	char text[1024];

	refresh(f); /* nothing is there yet */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sql(f, rows[i].sql);
		refresh(f);
		if (strcmp(view(f, text), rows[i].view) != 0)
			fail_msg("%s\nis   %s\nwant %s", rows[i].sql, text,
			    rows[i].view);
	}
}

/* ---- grants ---- */

struct grants {
	char text[512];
	int left; /* false when it has been asked for so many */
};

static bool
show_grant(void *ctx, const struct rules_account *owner,
    const struct rules_identity *identity, const char *from_pattern)
{
	struct grants *g = ctx;
	size_t used = strlen(g->text);

	(void)snprintf(g->text + used, sizeof(g->text) - used, "%s:%lld:%d:%s ",
	    owner->name, (long long)identity->id, (int)identity->status,
	    from_pattern);
	return --g->left > 0;
}

/* What `other` (2) may send as. */
static const char *
granted(const struct fixture *f, const char *name, struct grants *g)
{
	g->text[0] = '\0';
	g->left = 100;
	snapshot_granted(f->snapshot, 2, name, show_grant, g);
	return g->text;
}

static const char fill_grants[] = INSERT_ACCOUNT
    "VALUES (2, 'other', 1, 0, '', 1, 1, 'none', '', '', "
    "0), (3, 'third', 0, 0, '', 1, 1, 'none', '', '', 0);" INSERT_IDENTITY
    "(3, 3, 'demo.example', 1, 2, 1, 0, 0);"
    "INSERT INTO identity_grant VALUES (1, 2, 'a@*', 0);"
    "INSERT INTO identity_grant VALUES (1, 2, 'b@*', 0);"
    "INSERT INTO identity_grant VALUES (1, 3, '*', 0);";

static void
test_grants(void **state)
{
	/* in the order in which they happen; the list of demo.example */
	static const struct {
		const char *sql, *granted;
	} rows[] = {
	    {fill_grants, "demo:1:2:a@* demo:1:2:b@* "},
	    {"INSERT INTO identity_grant VALUES (3, 2, '*', 0)",
		"demo:1:2:a@* demo:1:2:b@* third:3:2:* "},
	    {"UPDATE identity SET status = 3 WHERE id = 1",
		"demo:1:3:a@* demo:1:3:b@* third:3:2:* "},
	    {"UPDATE account SET name = 'was-third' WHERE id = 3",
		"demo:1:3:a@* demo:1:3:b@* was-third:3:2:* "},
	    {"DELETE FROM identity_grant WHERE from_pattern = 'a@*'",
		"demo:1:3:b@* was-third:3:2:* "},
	    {"DELETE FROM account WHERE id = 3", "demo:1:3:b@* "},
	    /* the same name anew: another identity, which granted nothing */
	    {"DELETE FROM identity WHERE id = 1; " INSERT_IDENTITY
	     "(9, 1, 'demo.example', 1, 2, 1, 0, 0)",
		""},
	    {"INSERT INTO identity_grant VALUES (9, 2, '*', 0)", "demo:9:2:* "},
	    {"DELETE FROM account WHERE id = 2", ""},
	};
	struct fixture *f = *state;
	struct snapshot *anew = NULL;
	struct grants g;

	sql(f, fill);
	refresh(f);
	assert_string_equal(granted(f, "demo.example", &g), "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct snapshot *kept = f->snapshot;

		sql(f, rows[i].sql);
		refresh(f);
		if (strcmp(granted(f, "demo.example", &g), rows[i].granted) !=
		    0)
			fail_msg("%s\nis   %s\nwant %s", rows[i].sql, g.text,
			    rows[i].granted);
		/* and when it is loaded as a whole */
		assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &anew, &f->err));
		f->snapshot = anew;
		refresh(f);
		(void)granted(f, "demo.example", &g);
		f->snapshot = kept;
		snapshot_free(&anew);
		assert_int_equal(strlen(g.text), strlen(rows[i].granted));
	}
}

static void
test_grants_are_exact(void **state)
{
	struct fixture *f = *state;
	struct grants g = {.left = 1};
	char longest[1000];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	sql(f, fill);
	sql(f, fill_grants);
	refresh(f);
	assert_string_equal(granted(f, "x.demo.example", &g), "");
	assert_string_equal(granted(f, longest, &g), "");
	g = (struct grants){.left = 1};
	snapshot_granted(f->snapshot, 1, "demo.example", show_grant, &g);
	assert_string_equal(g.text, ""); /* the owner needs none */
	snapshot_granted(f->snapshot, 2, "demo.example", show_grant, &g);
	assert_int_equal(g.left, 0); /* and no more were shown */
}

/* ---- configuration sets, brakes ---- */

#define INSERT_SET                                                             \
	"INSERT INTO configuration_set (id, account_id, name, paused, "        \
	"pause_reason, suppressed_reasons, reputation, standing, "             \
	"fresh_start_sec, created_sec) VALUES "
#define INSERT_BRAKE                                                           \
	"INSERT INTO brake (account_id, scope, subject, measure, window_sec, " \
	"most, created_sec) VALUES "

/* By name, and by id (1): both say the same, or one has nothing to say. */
static const char *
view_set(const struct fixture *f, char text[256])
{
	struct rules_set by_name = {0}, by_id = {0};
	bool has_name = snapshot_set(f->snapshot, 1, "news", &by_name);
	bool has_id = snapshot_set_by_id(f->snapshot, 1, &by_id);

	if (has_name && has_id && by_name.id == 1)
		assert_memory_equal(&by_name, &by_id, sizeof(by_id));
	(void)snprintf(text, 256,
	    "news%d:%lld,%lld,%s,%d%s,%d,%d one%d brakes%d%d", has_name,
	    (long long)by_name.id, (long long)by_name.account_id, by_name.name,
	    by_name.paused, by_name.pause_reason, by_name.suppressed_reasons,
	    by_name.listens_kinds, has_id, snapshot_has_brakes(f->snapshot, 1),
	    snapshot_has_brakes(f->snapshot, 2));
	return text;
}

static void
test_sets_and_brakes(void **state)
{
	/* in the order in which they happen */
	static const struct {
		const char *sql, *view;
	} rows[] = {
	    {fill, "news0:0,0,,0,0,0 one0 brakes00"},
	    {INSERT_SET "(1, 1, 'news', 0, '', -1, 1, 0, 0, 0)",
		"news1:1,1,news,0,-1,0 one1 brakes00"},
	    {"UPDATE configuration_set SET paused = 1, pause_reason = 'why', "
	     "suppressed_reasons = 2",
		"news1:1,1,news,1why,2,0 one1 brakes00"},
	    {"INSERT INTO topic VALUES (1, 1, 't', '', 1, 0); "
	     "INSERT INTO event_destination VALUES (1, 1, 'd', 1, 6, 1)",
		"news1:1,1,news,1why,2,6 one1 brakes00"},
	    {"INSERT INTO event_destination VALUES (2, 1, 'e', 1, 1, 1)",
		"news1:1,1,news,1why,2,7 one1 brakes00"},
	    {"UPDATE event_destination SET enabled = 0 WHERE id = 1",
		"news1:1,1,news,1why,2,1 one1 brakes00"},
	    {"DELETE FROM topic", "news1:1,1,news,1why,2,0 one1 brakes00"},
	    /* the name goes to another set */
	    {"UPDATE configuration_set SET name = 'old'; " INSERT_SET
	     "(2, 1, 'news', 0, '', 0, 1, 0, 0, 0)",
		"news1:2,1,news,0,0,0 one1 brakes00"},
	    {"DELETE FROM configuration_set WHERE id = 2; "
	     "UPDATE configuration_set SET name = 'news'",
		"news1:1,1,news,1why,2,0 one1 brakes00"},
	    {INSERT_BRAKE "(1, 0, '', 0, 60, 10, 0)",
		"news1:1,1,news,1why,2,0 one1 brakes10"},
	    {INSERT_BRAKE "(NULL, 0, '', 0, 60, 10, 0)",
		"news1:1,1,news,1why,2,0 one1 brakes11"},
	    {"DELETE FROM brake WHERE account_id = 1",
		"news1:1,1,news,1why,2,0 one1 brakes11"},
	    {"DELETE FROM brake", "news1:1,1,news,1why,2,0 one1 brakes00"},
	    {INSERT_BRAKE "(1, 0, '', 0, 60, 10, 0); DELETE FROM account",
		"news0:0,0,,0,0,0 one0 brakes00"},
	};
	struct fixture *f = *state;
	struct snapshot *anew = NULL, *kept = f->snapshot;
	struct snapshot_size size;
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sql(f, rows[i].sql);
		refresh(f);
		if (strcmp(view_set(f, text), rows[i].view) != 0)
			fail_msg("%s\nis   %s\nwant %s", rows[i].sql, text,
			    rows[i].view);
		/* and when it is loaded as a whole */
		assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &anew, &f->err));
		f->snapshot = anew;
		refresh(f);
		assert_string_equal(view_set(f, text), rows[i].view);
		f->snapshot = kept;
		snapshot_free(&anew);
	}
	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.sets, 0);
}

/* What comes with the rows of accounts, names and identities. */
static void
test_facts_of_rows(void **state)
{
	struct fixture *f = *state;
	struct rules_account a;
	struct rules_identity i;
	bool is_credential = true;

	sql(f, fill);
	sql(f, INSERT_SET "(1, 1, 'news', 0, '', -1, 1, 0, 0, 0)");
	refresh(f);
	assert_true(
	    snapshot_account_of_login(f->snapshot, "app", &a, &is_credential));
	assert_false(is_credential);
	assert_true(
	    snapshot_account_of_login(f->snapshot, "AKIA", &a, &is_credential));
	assert_true(is_credential);
	assert_int_equal(a.suppressed_reasons, 3);
	sql(f, "UPDATE account SET suppressed_reasons = 2; UPDATE identity "
	       "SET default_set_id = 1, notify_headers = 5");
	refresh(f);
	assert_true(snapshot_account_by_name(f->snapshot, "demo", &a));
	assert_int_equal(a.suppressed_reasons, 2);
	assert_true(snapshot_identity(f->snapshot, 1, "demo.example", &i));
	assert_int_equal(i.default_set_id, 1);
	assert_int_equal(i.notify_headers, 5);
	sql(f, "DELETE FROM configuration_set");
	refresh(f);
	assert_true(snapshot_identity(f->snapshot, 1, "demo.example", &i));
	assert_int_equal(i.default_set_id, 0);
}

/* All that an account owned goes with it, in one refresh. */
static void
test_account_delete_cascades(void **state)
{
	struct fixture *f = *state;
	struct snapshot_size size;
	char text[1024];

	sql(f, fill);
	refresh(f);
	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.accounts, 1);
	assert_int_equal(size.logins, 2);
	assert_int_equal(size.identities, 1);
	assert_int_equal(size.suppressions, 1);
	sql(f, "DELETE FROM account");
	refresh(f);
	assert_string_equal(
	    view(f, text), "app0 akia0 " NO_ACCOUNT NO_IDENTITY NOT_SUPPRESSED);
	snapshot_size(f->snapshot, &size);
	assert_int_equal(
	    size.accounts + size.logins + size.identities + size.suppressions,
	    0);
}

static void
test_parts(void **state)
{
	struct fixture *f = *state;
	struct rules_set set;
	char text[1024];

	snapshot_free(&f->snapshot);
	assert_code(
	    f, SG_OK, snapshot_new(SNAPSHOT_ACCOUNTS, &f->snapshot, &f->err));
	sql(f, fill);
	refresh(f);
	sql(f, INSERT_SET "(1, 1, 'news', 0, '', -1, 1, 0, 0, 0);" INSERT_BRAKE
			  "(1, 0, '', 0, 60, 10, 0)");
	sql(f, "UPDATE identity SET status = 1; UPDATE suppression SET "
	       "reason = 0; DELETE FROM dkim_key; DELETE FROM login");
	refresh(f);
	assert_false(snapshot_set_by_id(f->snapshot, 1, &set));
	assert_false(snapshot_has_brakes(f->snapshot, 1));
	assert_string_equal(
	    view(f, text), "app0 akia1 " ACCOUNT NO_IDENTITY NOT_SUPPRESSED);
}

static void
test_names_are_exact(void **state)
{
	struct fixture *f = *state;
	struct rules_account a;
	struct rules_identity i;
	struct rules_suppression p;
	char longest[1000];

	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	sql(f, fill);
	refresh(f);
	assert_false(snapshot_account_of_login(f->snapshot, "App", &a, NULL));
	assert_false(snapshot_account_of_login(f->snapshot, "", &a, NULL));
	assert_false(snapshot_account_of_login(f->snapshot, longest, &a, NULL));
	assert_false(snapshot_account_by_name(f->snapshot, "Demo", &a));
	assert_false(snapshot_identity(f->snapshot, 2, "demo.example", &i));
	assert_false(snapshot_identity(f->snapshot, 1, longest, &i));
	assert_false(snapshot_suppression(f->snapshot, 2, "x@y.example", &p));
	assert_false(snapshot_suppression(f->snapshot, 1, longest, &p));
}

static void
test_freshness(void **state)
{
	struct fixture *f = *state;

	assert_false(snapshot_is_fresh(f->snapshot, 1000));
	refresh(f);
	assert_true(snapshot_is_fresh(f->snapshot, 1000));
	assert_true(snapshot_is_fresh(f->snapshot, 1000 + SNAPSHOT_STALE_MSEC));
	assert_false(
	    snapshot_is_fresh(f->snapshot, 1001 + SNAPSHOT_STALE_MSEC));
	/* nothing has changed: it was looked at all the same */
	assert_code(
	    f, SG_OK, snapshot_refresh(f->snapshot, f->reader, 9000, &f->err));
	assert_true(snapshot_is_fresh(f->snapshot, 9000));
}

static void
test_database_gone(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	sql(f, fill);
	refresh(f);
	remove_database(f);
	assert_code(
	    f, SG_IO, snapshot_refresh(f->snapshot, f->reader, 7000, &f->err));
	assert_string_equal(
	    view(f, text), "app1 akia1 " ACCOUNT IDENTITY SUPPRESSED);
	assert_false(snapshot_is_fresh(f->snapshot, 7000));
}

/* A row that cannot be read: nothing is forgotten, and once it is mended all that
 * changed meanwhile is seen. */
static void
test_failed_half_way(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	sql(f, fill);
	refresh(f);
	sql(f, "UPDATE account SET pause_reason = printf('%200d', 1); "
	       "DELETE FROM login");
	assert_code(
	    f, SG_IO, snapshot_refresh(f->snapshot, f->reader, 7000, &f->err));
	assert_code(
	    f, SG_IO, snapshot_refresh(f->snapshot, f->reader, 7000, &f->err));
	assert_false(snapshot_is_fresh(f->snapshot, 7000));
	sql(f, "UPDATE account SET pause_reason = ''");
	refresh(f);
	assert_string_equal(
	    view(f, text), "app0 akia1 " ACCOUNT IDENTITY SUPPRESSED);
}

static void
test_gap(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	sql(f, fill);
	refresh(f);
	sql(f, "UPDATE account SET paused = 1; DELETE FROM suppression;"
	       "DELETE FROM login; DELETE FROM change");
	refresh(f);
	assert_string_equal(view(f, text),
	    "app0 akia1 demo1:1,demo,11,500,10.5 " IDENTITY NOT_SUPPRESSED);
	sql(f, "UPDATE account SET paused = 0");
	refresh(f);
	assert_string_equal(
	    view(f, text), "app0 akia1 " ACCOUNT IDENTITY NOT_SUPPRESSED);
}

/* Another database at the same path, with as many changes. */
static void
test_database_replaced(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	sql(f, fill);
	refresh(f);
	store_close(&f->reader);
	remove_database(f);
	fixture_open(f);
	sql(f, INSERT_ACCOUNT
	    "VALUES (5, 'a', 1, 0, '', 1, 1, 'none', "
	    "'', '', 0), (6, 'b', 1, 0, '', 1, 1, 'none', '', '', 0);"
	    "UPDATE account SET rate = 2; UPDATE account SET rate = 3;");
	refresh(f);
	assert_string_equal(
	    view(f, text), "app0 akia0 " NO_ACCOUNT NO_IDENTITY NOT_SUPPRESSED);
}

/* ---- size ---- */

#define MANY 100000

static double
now_sec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Peak memory of this process, in MiB. */
static double
peak_mib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	double kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (file != NULL)
		(void)fclose(file);
	return kib / 1024;
}

/* In a process of its own, so that its memory does not count here. */
static void
fill_many(struct fixture *f)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		sql(f,
		    "BEGIN; DROP TRIGGER account_insert; DROP TRIGGER login_insert;"
		    "DROP TRIGGER suppression_insert;"
		    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
		    "WHERE i < 100000) " INSERT_ACCOUNT "SELECT i, "
		    "'customer-' || i, 1, 0, '', 50000, 14, 'standard', '', '', 0 "
		    "FROM n;"
		    "INSERT INTO login SELECT 'user-' || id || '@customer.example', "
		    "id, 0 FROM account;" INSERT_SUPPRESSION
		    "SELECT id, id || '@gone.example', 0, 5 "
		    "FROM account; COMMIT;");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
test_many_accounts(void **state)
{
	struct fixture *f = *state;
	struct snapshot_size size;
	struct rules_account a;
	double before, start;

	fill_many(f);
	before = peak_mib();
	start = now_sec();
	refresh(f);
	snapshot_size(f->snapshot, &size);
	print_message("%d accounts, logins, suppressions: %.2f s, %.1f MiB in "
		      "tables, peak of the process %.1f -> %.1f MiB\n",
	    MANY, now_sec() - start, (double)size.bytes / 1048576, before,
	    peak_mib());
	assert_int_equal(size.accounts, MANY);
	assert_int_equal(size.logins, MANY);
	assert_int_equal(size.suppressions, MANY);
	assert_true(size.bytes < 24 * 1048576);
	assert_true(snapshot_account_of_login(
	    f->snapshot, "user-77777@customer.example", &a, NULL));
	assert_string_equal(a.name, "customer-77777");
}

/* ---- threads ---- */

#define READERS 8
#define CHANGES 40

struct race {
	const struct snapshot *snapshot;
	atomic_bool is_over;
};

/* The pause and its reason change together; a reader never sees a mixture, and
 * the login never vanishes. */
static void *
read_on(void *ctx)
{
	struct race *race = ctx;
	uintptr_t wrong = 0;

	while (!atomic_load(&race->is_over)) {
		struct rules_account a;
		struct rules_identity i;
		struct rules_suppression p;

		if (!snapshot_account_of_login(
			race->snapshot, "app", &a, NULL) ||
		    a.paused != (a.pause_reason[0] != '\0') ||
		    !snapshot_identity(race->snapshot, 1, "demo.example", &i) ||
		    !snapshot_suppression(
			race->snapshot, 1, "x@y.example", &p) ||
		    !snapshot_is_fresh(race->snapshot, 1000))
			wrong++;
	}
	return (void *)wrong;
}

static void
test_readers_and_refresher(void **state)
{
	struct fixture *f = *state;
	struct race race = {.snapshot = f->snapshot};
	pthread_t threads[READERS];
	uintptr_t wrong = 0;

	sql(f, fill);
	refresh(f);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, read_on, &race), 0);
	for (int i = 0; i < CHANGES; i++) {
		sql(f,
		    i % 2 == 0
			? "UPDATE account SET paused = 1, pause_reason = 'x'; "
			  "UPDATE identity SET status = 1"
			: "UPDATE account SET paused = 0, pause_reason = ''; "
			  "INSERT INTO login VALUES (random(), 1, 0)");
		if (i % 10 == 9)
			sql(f, "DELETE FROM change"); /* a whole reload */
		refresh(f);
	}
	atomic_store(&race.is_over, true);
	for (int i = 0; i < READERS; i++) {
		void *result;

		(void)pthread_join(threads[i], &result);
		wrong += (uintptr_t)result;
	}
	assert_int_equal(wrong, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_each_change_is_seen),
	    TEST(test_grants),
	    TEST(test_grants_are_exact),
	    TEST(test_sets_and_brakes),
	    TEST(test_facts_of_rows),
	    TEST(test_account_delete_cascades),
	    TEST(test_parts),
	    TEST(test_names_are_exact),
	    TEST(test_freshness),
	    TEST(test_database_gone),
	    TEST(test_failed_half_way),
	    TEST(test_gap),
	    TEST(test_database_replaced),
	    TEST(test_many_accounts),
	    TEST(test_readers_and_refresher),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
