/* Tests of the built-in schema files over a database with data in it, as an older
 * program left it. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "store/events.h"
#include "store/figures.h"
#include "store/messages.h"
#include "store/migrate.h"
#include "store/store.h"

/* What the gate kept: an account with a verified domain that signs, a pending one
 * with a key, an address, and all that counts. */
static const char gate_data[] =
    "INSERT INTO account VALUES (3, 'shop', 1, 0, '', 500, 10.5, 'none', '', "
    "'ops@shop.example', 5);"
    "INSERT INTO login VALUES ('app', 3, 0);"
    "INSERT INTO credential VALUES ('AKIA', 3, 1, 0, 'h', x'00');"
    "INSERT INTO identity VALUES (4, 3, 'shop.example', 1, 2, 1, 6, 7);"
    "INSERT INTO identity VALUES (5, 3, 'new.example', 1, 1, 1, 6, 0);"
    "INSERT INTO identity VALUES (6, 3, 'a@b.example', 0, 2, 1, 6, 7);"
    "INSERT INTO dkim_key VALUES (8, 4, 's1', 'rsa', 2048, 1, 9, 'p', x'01');"
    "INSERT INTO dkim_key VALUES (9, 4, 's0', 'rsa', 2048, 0, 8, 'p', x'02');"
    "INSERT INTO dkim_key VALUES (7, 5, 's1', 'rsa', 2048, 1, 9, 'p', x'03');"
    "INSERT INTO suppression VALUES (3, 'x@y.example', 1, 1700000000);"
    "INSERT INTO quota VALUES (3, 4, 0, 0);"
    "INSERT INTO usage VALUES (3, 60, 4);"
    "INSERT INTO reservation VALUES (1, 'i', 3, 60, 4, 'Q', '', 0, 0, x'');"
    "INSERT INTO notice VALUES ('k', 't', 1, 2, 3);"
    "UPDATE schema_version SET version = 1";

/* What came with proofs: a link that was sent, a letter, a grant, a MAIL FROM
 * domain. */
static const char proofs_data[] =
    "INSERT INTO account VALUES (9, 'other', 0, 1, 'by hand', 200, 1, "
    "'strict', 'p', '', 5);"
    "UPDATE identity SET mail_from = 'b.shop.example', mail_from_status = 2 "
    "WHERE id = 4;"
    "INSERT INTO link VALUES (zeroblob(32), 6, 5, 9);"
    "INSERT INTO link_sent VALUES (1, 'a@b.example', 5);"
    "INSERT INTO letter VALUES (1, 3, 3, 4, 'ops@shop.example', '{}', x'', 5, "
    "6, 1, '451');"
    "INSERT INTO identity_grant VALUES (4, 9, '*', 5);"
    "INSERT INTO access_request VALUES (1, 9, 'MARKETING', '', '', "
    "'PENDING', '', 5, 0);"
    "UPDATE schema_version SET version = 2";

/* Mail of three accounts before there were keys to find it by: delivered, bounced for
 * one of two, and held back by the suppression list. Account 3 has it twice. */
#define MESSAGE_OF(account, queue_id)                                           \
	"INSERT INTO message (account_id, queue_id, sent_msec, login, sender, " \
	"source_ip, identity_id, set_id, size, recipients, facts) VALUES "      \
	"(" account ", '" queue_id "', 1790000000000, '', 's@shop.example', "   \
	"'192.0.2.1', 4, 0, 9, 'E Ann@Y.example\nE bob@z.example\n"             \
	"S c\"d\\@y.example\n', '{\"commonHeaders\":{},\"tags\":{\"a\":"        \
	"[\"1\",\"2\"]}}');"
#define EVENTS_OF(account, queue_id)                                           \
	"INSERT INTO event (account_id, set_id, kind, queue_id, at_msec, "     \
	"recipients, detail) VALUES (" account ", 0, 0, '" queue_id "', "      \
	"1790000000000, 'Ann@Y.example\nbob@z.example', '{}'), "               \
	"(" account ", 0, 1, '" queue_id "', 1790000001000, "                  \
	"'Ann@Y.example\nbob@z.example', '{}'), "                              \
	"(" account ", 0, 2, '" queue_id "', 1790003600000, 'bob@z.example', " \
	"'{\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\"}'), "    \
	"(" account ", 0, 2, '" queue_id "', 1790003600000, 'bob@z.example', " \
	"'{\"bounceType\":\"Transient\",\"bounceSubType\":\"General\"}'), "    \
	"(" account ", 0, 2, '" queue_id "', 1790000000000, 'c@y.example', "   \
	"'{\"bounceType\":\"Permanent\",\"bounceSubType\":"                    \
	"\"OnAccountSuppressionList\"}');"

/* clang-format off */
static const char mail_data[] =
    "INSERT INTO account (id, name, created_sec, daily_quota, rate, policy, "
    "pool, contact, production, paused, pause_reason) VALUES (4, 'fourth', 0, "
    "200, 1, 'none', '', '', 0, 0, '');"
    "INSERT INTO message (account_id, queue_id, sent_msec, login, sender, "
    "source_ip, identity_id, set_id, size, recipients, facts) VALUES "
    "(9, 'PLAIN', 1790000000000, '', '', '', 0, 0, 1, 'E x@y.example\n', "
    "'{}');"
    MESSAGE_OF("3", "OLD1") EVENTS_OF("3", "OLD1")
    MESSAGE_OF("3", "OLD2") EVENTS_OF("3", "OLD2")
    "INSERT INTO tally (account_id, set_id, bucket_sec, sent, eligible, "
    "bounces, complaints, rejected) VALUES "
    "(3, 0, 1790000100, 4, 4, 2, 0, 1), "
    "(3, 0, 1790000100 - 20 * 86400, 7, 7, 0, 0, 0);"
    "UPDATE schema_version SET version = 10";
/* clang-format on */

static void
apply_schema(struct fixture *f, size_t file)
{
	struct buf sql;

	assert_int_equal(schema_sqlite.files[file].version, file + 1);
	buf_init(&sql, 256 * 1024);
	for (size_t i = 0; schema_sqlite.files[file].lines[i] != NULL; i++)
		buf_puts(&sql, schema_sqlite.files[file].lines[i]);
	fixture_sql(f, buf_str(&sql));
	buf_fini(&sql);
}

/* A database of version 1 in the place of the fixture's. */
static void
make_gate(struct fixture *f)
{
	store_close(&f->store);
	(void)snprintf(f->path, sizeof(f->path), "%s/gate.db", f->dir);
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);
	apply_schema(f, 0);
	fixture_sql(f, gate_data);
}

/* One of version 2. */
static void
make_proofs(struct fixture *f)
{
	make_gate(f);
	apply_schema(f, 1);
	fixture_sql(f, proofs_data);
}

/* One of version 10, the last before the console. */
static void
make_mail(struct fixture *f)
{
	make_proofs(f);
	for (size_t file = 2; file < 10; file++)
		apply_schema(f, file);
	fixture_sql(f, mail_data);
}

static void
upgrade(struct fixture *f, int want_from)
{
	int from, to;

	assert_ok(f, store_migrate(f->url, &from, &to, &f->err));
	assert_int_equal(from, want_from);
	assert_int_equal(to, store_schema_version());
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_WRITE, 5000, &f->store, &f->err));
}

static void
test_refused_before(void **state)
{
	struct fixture *f = *state;

	make_gate(f);
	assert_code(f, SG_SCHEMA,
	    store_open(f->url, STORE_OPEN_WRITE, 0, &f->store, &f->err));
	assert_non_null(strstr(f->err.text, "sendwardctl db migrate"));
	upgrade(f, 1);
}

static void
test_identities_kept(void **state)
{
	static const struct {
		int64_t id;
		enum rules_identity_status status, dkim_status;
		int proofs;
		int64_t key_id;
	} rows[] = {
	    {4, RULES_IDENTITY_SUCCESS, RULES_IDENTITY_SUCCESS,
		STORE_PROOF_WORD, 8},
	    {5, RULES_IDENTITY_PENDING, RULES_IDENTITY_PENDING, 0, 7},
	    {6, RULES_IDENTITY_SUCCESS, RULES_IDENTITY_NOT_STARTED,
		STORE_PROOF_WORD, 0},
	};
	struct fixture *f = *state;

	make_gate(f);
	upgrade(f, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store_identity got;

		assert_ok(f, store_identity_get_by_id(
				 f->store, rows[i].id, &got, &f->err));
		assert_int_equal(got.facts.status, rows[i].status);
		assert_int_equal(got.facts.dkim_status, rows[i].dkim_status);
		assert_int_equal(got.proofs, rows[i].proofs);
		assert_int_equal(got.facts.key_id[0], rows[i].key_id);
		assert_int_equal(got.facts.mail_from_use, RULES_MAIL_FROM_NONE);
		assert_string_equal(got.txt_token, "");
		assert_string_equal(got.easy_tokens[0], "");
	}
}

static bool
count_due(void *ctx, int64_t identity_id, int64_t due_sec)
{
	(void)identity_id;
	(void)due_sec;
	(*(int *)ctx)++;
	return true;
}

/* Domains are looked for in DNS from now on, the address is not. */
static void
test_looks_due(void **state)
{
	struct fixture *f = *state;
	struct verification v = {.status = RULES_IDENTITY_PENDING};
	int due = 0;

	make_gate(f);
	upgrade(f, 1);
	assert_ok(f, store_verification_due(
			 f->store, 4000000000, 10, count_due, &due, &f->err));
	assert_int_equal(due, 2);
	assert_ok(f, store_verification_get(
			 f->store, 4, VERIFICATION_DKIM, &v, &f->err));
	assert_ok(f, store_verification_get(
			 f->store, 5, VERIFICATION_IDENTITY, &v, &f->err));
	assert_true(v.started_sec > 1700000000);
	assert_int_equal(v.next_sec, v.started_sec);
}

static bool
take_key(void *ctx, const struct store_key *row)
{
	*(struct store_key *)ctx = *row;
	return true;
}

static void
test_keys_kept(void **state)
{
	struct fixture *f = *state;
	struct store_key key;

	make_gate(f);
	upgrade(f, 1);
	assert_ok(f, store_key_get(f->store, 8, take_key, &key, &f->err));
	assert_true(key.active);
	assert_int_equal(key.origin, KEY_TXT);
	assert_int_equal(key.active_sec, 9);
	assert_int_equal(key.retired_sec, 0);
	assert_ok(f, store_key_get(f->store, 9, take_key, &key, &f->err));
	assert_false(key.active);
	assert_int_equal(key.active_sec, 0);
}

static void
test_rest_kept(void **state)
{
	struct fixture *f = *state;
	struct store_account account;
	struct store_login login;
	struct store_suppression suppression;
	int64_t used;

	make_gate(f);
	upgrade(f, 1);
	assert_ok(f, store_account_get(f->store, "shop", &account, &f->err));
	assert_string_equal(account.contact, "ops@shop.example");
	assert_ok(f, store_login_get(f->store, "app", &login, &f->err));
	assert_ok(f, store_suppression_get(
			 f->store, 3, "x@y.example", &suppression, &f->err));
	assert_ok(f, store_quota_used(f->store, 3, 60, &used, &f->err));
	assert_int_equal(used, 4);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM dovecot_passdb"), 1);
	assert_ok(f, store_account_delete(f->store, 3, &f->err));
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM identity"), 0);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM sqlite_master "
					"WHERE name LIKE 'reservation%'"),
	    0);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* ---- from version 2 ---- */

/* Accounts and addresses go on as before; what bounces is taken to the list from
 * now on, and the sender is told, as with new ones. */
static void
test_feedback_begins(void **state)
{
	struct fixture *f = *state;
	struct store_account account;
	struct store_identity identity;
	struct store_suppression suppression;

	make_proofs(f);
	upgrade(f, 2);
	assert_ok(f, store_account_get(f->store, "other", &account, &f->err));
	assert_true(account.facts.paused);
	assert_int_equal(account.standing, RULES_HEALTHY);
	assert_int_equal(account.paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_int_equal(account.paused_sec, 0);
	assert_int_equal(account.fresh_start_sec, 0);
	assert_int_equal(account.facts.suppressed_reasons,
	    RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT);
	assert_ok(f, store_identity_get_by_id(f->store, 4, &identity, &f->err));
	assert_true(identity.forwarding);
	assert_int_equal(identity.facts.default_set_id, 0);
	assert_int_equal(identity.facts.notify_headers, 0);
	assert_int_equal(identity.bounce_topic_id, 0);
	assert_int_equal(
	    identity.facts.mail_from_use, RULES_MAIL_FROM_VERIFIED);
	assert_ok(f, store_suppression_get(
			 f->store, 3, "x@y.example", &suppression, &f->err));
	assert_int_equal(suppression.facts.reason, RULES_SUPPRESSED_COMPLAINT);
	assert_int_equal(suppression.expires_sec, 0);
	assert_string_equal(suppression.queue_id, "");
}

static bool
check_letter(void *ctx, const struct store_letter *row)
{
	assert_int_equal(row->identity_id, 4);
	assert_int_equal(row->attempts, 1);
	assert_int_equal(row->report_id, 0);
	++*(int *)ctx;
	return true;
}

static void
test_proofs_kept(void **state)
{
	struct fixture *f = *state;
	int64_t sent, last, by;
	int letters = 0;

	make_proofs(f);
	upgrade(f, 2);
	assert_ok(
	    f, store_letter_list(f->store, check_letter, &letters, &f->err));
	assert_int_equal(letters, 1);
	assert_ok(f,
	    store_link_sent(f->store, "a@b.example", 0, &sent, &last, &f->err));
	assert_int_equal(sent, 1);
	assert_ok(f, store_link_sent_by(f->store, 3, 0, &by, &f->err));
	assert_int_equal(by, 0);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM link"), 1);
	/* what hangs on the new columns works for old rows, too */
	fixture_sql(f, "PRAGMA foreign_keys = 1;"
		       "INSERT INTO topic VALUES (1, 3, 't', '', 2, 0);"
		       "UPDATE identity SET bounce_topic_id = 1 WHERE id = 4;"
		       "DELETE FROM topic");
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM identity WHERE id = 4 "
			   "AND bounce_topic_id IS NULL"),
	    1);
	assert_ok(f, store_account_delete(f->store, 3, &f->err));
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM letter"), 0);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

/* ---- from version 10 ---- */

static bool
add_twin(void *ctx, const struct store_message *row)
{
	struct fixture *f = ctx;
	struct store_message twin = *row;
	bool is_new;

	twin.account_id = 4;
	(void)snprintf(twin.queue_id, sizeof(twin.queue_id), "NEW");
	assert_ok(f, store_message_add(f->store, &twin, &is_new, &f->err));
	assert_true(is_new);
	return true;
}

/* How many messages of the account have the key. */
static int
found_by(struct fixture *f, int64_t account, const char *key)
{
	int64_t id = INT64_MAX;

	for (int n = 0;; n++) {
		assert_ok(f, store_message_seek(
				 f->store, account, key, id, &id, &f->err));
		if (id == 0)
			return n;
	}
}

/* Mail of before is found by the keys that it would be given now. */
static void
test_mail_found(void **state)
{
	/* three recipients, two domains, two tags, two outcomes */
	static const char *const keys[] = {"r:ann@y.example", "r:bob@z.example",
	    "r:c\"d\\@y.example", "d:y.example", "d:z.example", "t:a=1",
	    "t:a=2", "s:1", "s:2"};
	struct fixture *f = *state;
	int64_t gone;

	make_mail(f);
	upgrade(f, 10);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM message_key"), 2 * 9 + 3);
	assert_int_equal(found_by(f, 9, STORE_MESSAGE_PENDING), 1);
	fixture_sql(f, EVENTS_OF("4", "NEW"));
	assert_ok(
	    f, store_message_get(f->store, 3, "OLD1", add_twin, f, &f->err));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_int_equal(found_by(f, 3, keys[i]), 2);
		assert_int_equal(found_by(f, 4, keys[i]), 1);
	}
	assert_int_equal(found_by(f, 4, STORE_MESSAGE_PENDING), 0);
	/* both kinds of keys go with their messages */
	assert_ok(f, store_purge(f->store, INT64_C(1790009000000), 0, 9, 99,
			 &gone, &f->err));
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM message_key"), 0);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM message_run"), 0);
}

static bool
take_flow(void *ctx, const struct store_flow *row)
{
	struct store_flow **next = ctx;

	*(*next)++ = *row;
	return true;
}

static void
test_hours_known(void **state)
{
	static const int64_t first[STORE_FLOW_KINDS] = {4, 4, 0, 0, 3, 0};
	static const int64_t second[STORE_FLOW_KINDS] = {0, 0, 2, 0, 0, 0};
	struct fixture *f = *state;
	struct store_flow rows[4], *next = rows;

	make_mail(f);
	upgrade(f, 10);
	assert_ok(f, store_flow_list(f->store, 3, STORE_FLOW_HOUR_SEC, 0,
			 INT64_MAX, take_flow, &next, &f->err));
	assert_int_equal(next - rows, 2);
	assert_int_equal(rows[0].start_sec, 1789999200);
	assert_memory_equal(rows[0].recipients, first, sizeof(first));
	assert_int_equal(rows[1].start_sec, 1789999200 + 3600);
	assert_memory_equal(rows[1].recipients, second, sizeof(second));
}

static void
test_accounts_have_figures(void **state)
{
	struct fixture *f = *state;
	struct store_figure figure;

	make_mail(f);
	upgrade(f, 10);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM account_figure"), 3);
	assert_ok(f, store_figure_get(f->store, 9, &figure, &f->err));
	assert_int_equal(figure.weight, STORE_WEIGHT_PAUSED);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_upgrade(void);

int
test_upgrade(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_refused_before),
	    TEST(test_identities_kept),
	    TEST(test_looks_due),
	    TEST(test_keys_kept),
	    TEST(test_rest_kept),
	    TEST(test_feedback_begins),
	    TEST(test_proofs_kept),
	    TEST(test_mail_found),
	    TEST(test_hours_known),
	    TEST(test_accounts_have_figures),
	};

	/* PostgreSQL begins with a later version */
	if (!fixture_is_sqlite())
		return 0;
	return cmocka_run_group_tests_name("upgrade", tests, NULL, NULL);
}
