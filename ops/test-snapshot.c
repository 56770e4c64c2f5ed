/* What the snapshot says after each change of the store. */
#include "config.h"
#include "ops/test-snapshot.h"

#include <stdio.h>
#include <string.h>

static void
test_each_change_is_seen(void **state)
{
	static const struct {
		const char *sql, *view;
	} rows[] = {
	    {fixture_fill, "app1 akia1 " ACCOUNT IDENTITY SUPPRESSED},
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
	    {"UPDATE credential SET permission = 2",
		"app0 akia0 " ACCOUNT IDENTITY SUPPRESSED},
	    {"UPDATE credential SET permission = 1",
		"app0 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    /* a name that changes its kind */
	    {"DELETE FROM credential; INSERT INTO login VALUES ('AKIA', 1, 0)",
		"app0 akia1 " ACCOUNT IDENTITY SUPPRESSED},
	    {"DELETE FROM login; INSERT INTO credential VALUES "
	     "('app', 1, 1, 0, 'h', CAST('0' AS BLOB), 0)",
		"app1 akia0 " ACCOUNT IDENTITY SUPPRESSED},
	    {"UPDATE dkim_key SET active = 0",
		"app1 akia0 " ACCOUNT
		"identity1:1,demo.example,12100,0,0 " SUPPRESSED},
	    {INSERT_KEY
		"(2, 1, 'e', 'ed25519', 256, 1, 0, 'p', CAST('0' AS BLOB))",
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

	fixture_refresh(f); /* nothing is there yet */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fixture_sql(f, rows[i].sql);
		fixture_refresh(f);
		if (strcmp(fixture_view(f, text), rows[i].view) != 0)
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

	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	assert_string_equal(granted(f, "demo.example", &g), "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct snapshot *kept = f->snapshot;

		fixture_sql(f, rows[i].sql);
		fixture_refresh(f);
		if (strcmp(granted(f, "demo.example", &g), rows[i].granted) !=
		    0)
			fail_msg("%s\nis   %s\nwant %s", rows[i].sql, g.text,
			    rows[i].granted);
		/* and when it is loaded as a whole */
		assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &anew, &f->err));
		f->snapshot = anew;
		fixture_refresh(f);
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
	fixture_sql(f, fixture_fill);
	fixture_sql(f, fill_grants);
	fixture_refresh(f);
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
	    {fixture_fill, "news0:0,0,,0,0,0 one0 brakes00"},
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
		fixture_sql(f, rows[i].sql);
		fixture_refresh(f);
		if (strcmp(view_set(f, text), rows[i].view) != 0)
			fail_msg("%s\nis   %s\nwant %s", rows[i].sql, text,
			    rows[i].view);
		/* and when it is loaded as a whole */
		assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &anew, &f->err));
		f->snapshot = anew;
		fixture_refresh(f);
		assert_string_equal(view_set(f, text), rows[i].view);
		f->snapshot = kept;
		snapshot_free(&anew);
	}
	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.sets, 0);
}

/* ---- tenants ---- */

#define INSERT_TENANT                                                          \
	"INSERT INTO tenant (id, account_id, uuid, name, created_sec) VALUES "
#define INSERT_RESOURCE "INSERT INTO tenant_resource VALUES "

static const char *
view_tenant(const struct fixture *f, char text[256])
{
	struct rules_tenant tenant = {0};
	bool has = snapshot_tenant(f->snapshot, 1, "one", &tenant);

	(void)snprintf(text, 256, "one%d:%lld,%lld,%d%s own%d%d", has,
	    (long long)tenant.id, (long long)tenant.account_id, tenant.paused,
	    tenant.pause_reason,
	    snapshot_tenant_has(f->snapshot, 1, "identity/demo.example"),
	    snapshot_tenant_has(f->snapshot, 1, "configuration-set/s"));
	return text;
}

static void
test_tenants(void **state)
{
	/* in the order in which they happen */
	static const struct {
		const char *sql, *view;
	} rows[] = {
	    {fixture_fill, "one0:0,0,0 own00"},
	    {INSERT_TENANT "(1, 1, 'u', 'one', 0)", "one1:1,1,0 own00"},
	    {INSERT_RESOURCE "(1, 'identity/demo.example', 0), "
			     "(1, 'configuration-set/s', 0)",
		"one1:1,1,0 own11"},
	    {"DELETE FROM tenant_resource WHERE resource LIKE 'c%'",
		"one1:1,1,0 own10"},
	    {"UPDATE tenant SET status = 1, status_cause = 'why'",
		"one1:1,1,1why own10"},
	    {"UPDATE tenant SET stopped = 1, stop_reason = 'spam'",
		"one1:1,1,1spam own10"},
	    {"UPDATE tenant SET status = 2, stopped = 0", "one1:1,1,0 own10"},
	    /* the name goes to another tenant, which has nothing */
	    {"UPDATE tenant SET name = 'old'; " INSERT_TENANT
	     "(2, 1, 'v', 'one', 0)",
		"one1:2,1,0 own10"},
	    /* what is gone is nobody's */
	    {"DELETE FROM identity", "one1:2,1,0 own00"},
	    {INSERT_RESOURCE "(1, 'configuration-set/s', 0)",
		"one1:2,1,0 own01"},
	    {"DELETE FROM account", "one0:0,0,0 own00"},
	};
	struct fixture *f = *state;
	struct snapshot *anew = NULL, *kept = f->snapshot;
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fixture_sql(f, rows[i].sql);
		fixture_refresh(f);
		if (strcmp(view_tenant(f, text), rows[i].view) != 0)
			fail_msg("%s\nis   %s\nwant %s", rows[i].sql, text,
			    rows[i].view);
		/* and when it is loaded as a whole */
		assert_code(f, SG_OK, snapshot_new(ALL_PARTS, &anew, &f->err));
		f->snapshot = anew;
		fixture_refresh(f);
		assert_string_equal(view_tenant(f, text), rows[i].view);
		f->snapshot = kept;
		snapshot_free(&anew);
	}
}

/* What comes with the rows of accounts, names and identities. */
static void
test_facts_of_rows(void **state)
{
	struct fixture *f = *state;
	struct rules_account a;
	struct rules_identity i;
	bool is_credential = true;

	fixture_sql(f, fixture_fill);
	fixture_sql(f, INSERT_SET "(1, 1, 'news', 0, '', -1, 1, 0, 0, 0)");
	fixture_refresh(f);
	assert_true(
	    snapshot_account_of_login(f->snapshot, "app", &a, &is_credential));
	assert_false(is_credential);
	assert_true(
	    snapshot_account_of_login(f->snapshot, "AKIA", &a, &is_credential));
	assert_true(is_credential);
	assert_int_equal(a.suppressed_reasons, 3);
	fixture_sql(f,
	    "UPDATE account SET suppressed_reasons = 2; UPDATE identity "
	    "SET default_set_id = 1, notify_headers = 5");
	fixture_refresh(f);
	assert_true(snapshot_account_by_name(f->snapshot, "demo", &a));
	assert_int_equal(a.suppressed_reasons, 2);
	assert_true(snapshot_identity(f->snapshot, 1, "demo.example", &i));
	assert_int_equal(i.default_set_id, 1);
	assert_int_equal(i.notify_headers, 5);
	fixture_sql(f, "DELETE FROM configuration_set");
	fixture_refresh(f);
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

	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.accounts, 1);
	assert_int_equal(size.logins, 2);
	assert_int_equal(size.identities, 1);
	assert_int_equal(size.suppressions, 1);
	fixture_sql(f, "DELETE FROM account");
	fixture_refresh(f);
	assert_string_equal(fixture_view(f, text),
	    "app0 akia0 " NO_ACCOUNT NO_IDENTITY NOT_SUPPRESSED);
	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.accounts + size.logins + size.identities, 0);
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
	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	fixture_sql(f,
	    INSERT_SET "(1, 1, 'news', 0, '', -1, 1, 0, 0, 0);" INSERT_BRAKE
		       "(1, 0, '', 0, 60, 10, 0)");
	fixture_sql(f, "UPDATE identity SET status = 1; UPDATE suppression SET "
		       "reason = 0; DELETE FROM dkim_key; DELETE FROM login");
	fixture_refresh(f);
	assert_false(snapshot_set_by_id(f->snapshot, 1, &set));
	assert_false(snapshot_has_brakes(f->snapshot, 1));
	assert_string_equal(fixture_view(f, text),
	    "app0 akia1 " ACCOUNT NO_IDENTITY NOT_SUPPRESSED);
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
	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	assert_false(snapshot_account_of_login(f->snapshot, "App", &a, NULL));
	assert_false(snapshot_account_of_login(f->snapshot, "", &a, NULL));
	assert_false(snapshot_account_of_login(f->snapshot, longest, &a, NULL));
	assert_false(snapshot_account_by_name(f->snapshot, "Demo", &a));
	assert_false(snapshot_identity(f->snapshot, 2, "demo.example", &i));
	assert_false(snapshot_identity(f->snapshot, 1, longest, &i));
	assert_false(snapshot_suppression(f->snapshot, 2, "x@y.example", &p));
	assert_false(snapshot_suppression(f->snapshot, 1, longest, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_each_change_is_seen),
	    TEST(test_grants),
	    TEST(test_grants_are_exact),
	    TEST(test_sets_and_brakes),
	    TEST(test_tenants),
	    TEST(test_facts_of_rows),
	    TEST(test_account_delete_cascades),
	    TEST(test_parts),
	    TEST(test_names_are_exact),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
