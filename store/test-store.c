/* Tests of the rows of store.h, and that no statement goes untested. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/query.h"
#include "store/store.h"
#include "store/test-database.h"

/* ---- every statement is run by some test here ---- */

static bool query_seen[QUERY_COUNT];

void __real_query_open(
    struct query *q, struct store *store, enum query_id id, struct err *err_r);
void __wrap_query_open(
    struct query *q, struct store *store, enum query_id id, struct err *err_r);

void
__wrap_query_open(
    struct query *q, struct store *store, enum query_id id, struct err *err_r)
{
	query_seen[id] = true;
	__real_query_open(q, store, id, err_r);
}

/* Rows that PostgreSQL writes by a statement for many. */
static bool
is_of_sqlite(enum query_id id)
{
	return id == QUERY_LEASE_SPENT || id == QUERY_LEASE_END_QUOTA ||
	       id == QUERY_LEASE_END_USAGE || id == QUERY_LEASE_END;
}

static void
test_every_query_was_run(void **state)
{
	static const char *const names[] = {
#define X(id, text) #id,
	    STORE_QUERIES(X)
#undef X
	};
	int missing = 0;

	(void)state;
	for (size_t i = 0; i < QUERY_COUNT; i++)
		if (!query_seen[i] && !(test_database_is_postgresql() &&
					  is_of_sqlite((enum query_id)i))) {
			print_error("no test runs %s\n", names[i]);
			missing++;
		}
	assert_int_equal(missing, 0);
}

/* ---- lists: names joined by blanks ---- */

static bool
add_account(void *ctx, const struct store_account *row)
{
	return names_add(ctx, row->facts.name);
}

static bool
add_login(void *ctx, const struct store_login *row)
{
	return names_add(ctx, row->name);
}

static bool
add_credential(void *ctx, const struct store_credential *row)
{
	return names_add(ctx, row->access_key_id);
}

static bool
add_identity(void *ctx, const struct store_identity *row)
{
	return names_add(ctx, row->facts.name);
}

static bool
add_key(void *ctx, const struct store_key *row)
{
	return names_add(ctx, row->selector);
}

static bool
add_suppression(void *ctx, const struct store_suppression *row)
{
	return names_add(ctx, row->address);
}

static bool
add_notice(void *ctx, const struct store_notice *row)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%s=%s,%lld-%lld,%lld", row->key,
	    row->text, (long long)row->first_sec, (long long)row->last_sec,
	    (long long)row->count);
	return names_add(ctx, line);
}

/* ---- accounts ---- */

static void
test_account(void **state)
{
	struct fixture *f = *state;
	struct store_account row = {
	    .facts = {.name = "acme",
		.paused = true,
		.pause_reason = "bounce rate",
		.daily_quota = -1,
		.rate = 0.5},
	    .policy = "strict",
	    .pool = "shared",
	    .contact = "ops@acme.example",
	    .created_sec = 1700000000,
	};
	struct store_account got;

	assert_ok(f, store_account_create(f->store, &row, &f->err));
	assert_true(row.facts.id > f->account);
	assert_ok(f, store_account_get(f->store, "acme", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(row));
	assert_ok(
	    f, store_account_get_by_id(f->store, row.facts.id, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(row));

	row.facts = (struct rules_account){.id = row.facts.id,
	    .name = "acme",
	    .production = true,
	    .daily_quota = 1000,
	    .rate = 14};
	assert_ok(f, store_account_update(f->store, &row, &f->err));
	assert_ok(f, store_account_get(f->store, "acme", &got, &f->err));
	assert_memory_equal(&got.facts, &row.facts, sizeof(row.facts));
}

static void
test_account_refusals(void **state)
{
	struct fixture *f = *state;
	struct store_account row;

	assert_ok(f, store_account_get(f->store, "demo", &row, &f->err));
	assert_code(
	    f, SG_EXISTS, store_account_create(f->store, &row, &f->err));
	row.facts.rate = 0;
	assert_code(
	    f, SG_INVALID, store_account_update(f->store, &row, &f->err));
	assert_code(
	    f, SG_MISSING, store_account_get(f->store, "none", &row, &f->err));
	assert_string_equal(f->err.text, "no account none");
	assert_code(f, SG_MISSING,
	    store_account_get_by_id(f->store, 77, &row, &f->err));
	assert_code(f, SG_MISSING, store_account_delete(f->store, 77, &f->err));
	row.facts.id = 77;
	row.facts.rate = 1;
	assert_code(
	    f, SG_MISSING, store_account_update(f->store, &row, &f->err));
}

/* An id in an old return path must never mean a new account. */
static void
test_account_ids_are_not_used_twice(void **state)
{
	struct fixture *f = *state;
	int64_t first = fixture_account(f, "first");

	assert_ok(f, store_account_delete(f->store, first, &f->err));
	assert_true(fixture_account(f, "second") > first);
}

static bool
list_inside(void *ctx, const struct store_account *row)
{
	struct fixture *f = ctx;
	struct names names = {0};

	(void)row;
	assert_ok(
	    f, store_account_list(f->store, add_account, &names, &f->err));
	assert_string_equal(names.text, "demo zoo");
	return true;
}

static void
test_lists(void **state)
{
	struct fixture *f = *state;
	struct names names = {.most = 2};

	fixture_account(f, "zoo");
	/* a list inside a list, with the same statement */
	assert_ok(f, store_account_list(f->store, list_inside, f, &f->err));
	fixture_account(f, "acme");
	assert_ok(
	    f, store_account_list(f->store, add_account, &names, &f->err));
	assert_string_equal(names.text, "acme demo");
}

/* ---- logins, credentials ---- */

static struct store_credential
credential(struct fixture *f, const char *id, bool enabled)
{
	struct store_credential row = {
	    .account_id = f->account,
	    .enabled = enabled,
	    .permission = STORE_MAY_SEND,
	    .created_sec = 5,
	    .smtp_hash = "{SSHA256}abc",
	    .sealed_secret = (const unsigned char *)"s\0t",
	    .sealed_len = 3,
	};

	(void)snprintf(row.access_key_id, sizeof(row.access_key_id), "%s", id);
	return row;
}

static void
test_login(void **state)
{
	struct fixture *f = *state;
	struct store_login row = {"app@demo.example", f->account, 9};
	struct store_login other = {"other", fixture_account(f, "other"), 9};
	struct store_login got;
	struct names names = {0}, all = {0};

	assert_ok(f, store_login_add(f->store, &row, &f->err));
	assert_ok(f, store_login_add(f->store, &other, &f->err));
	assert_ok(f, store_login_get(f->store, row.name, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(row));
	assert_ok(f,
	    store_login_list(f->store, f->account, add_login, &names, &f->err));
	assert_string_equal(names.text, "app@demo.example");
	assert_ok(f, store_login_list(f->store, 0, add_login, &all, &f->err));
	assert_string_equal(all.text, "app@demo.example other");

	other.account_id = f->account;
	assert_code(f, SG_EXISTS, store_login_add(f->store, &other, &f->err));
	assert_code(f, SG_MISSING,
	    store_login_remove(f->store, f->account, "other", &f->err));
	assert_ok(
	    f, store_login_remove(f->store, f->account, row.name, &f->err));
	assert_code(
	    f, SG_MISSING, store_login_get(f->store, row.name, &got, &f->err));
	row.account_id = 77;
	assert_code(f, SG_MISSING, store_login_add(f->store, &row, &f->err));
}

static bool
check_credential(void *ctx, const struct store_credential *row)
{
	const struct store_credential *want = ctx;

	assert_string_equal(row->access_key_id, want->access_key_id);
	assert_int_equal(row->account_id, want->account_id);
	assert_int_equal(row->enabled, want->enabled);
	assert_int_equal(row->permission, want->permission);
	assert_int_equal(row->created_sec, want->created_sec);
	assert_string_equal(row->smtp_hash, want->smtp_hash);
	assert_int_equal(row->sealed_len, want->sealed_len);
	assert_memory_equal(
	    row->sealed_secret, want->sealed_secret, want->sealed_len);
	return true;
}

static void
test_credential(void **state)
{
	struct fixture *f = *state;
	struct store_credential row = credential(f, "AKIAB", true);
	struct store_credential second = credential(f, "AKIAA", false);
	struct names names = {0}, all = {0};

	assert_ok(f, store_credential_add(f->store, &row, &f->err));
	assert_ok(f, store_credential_add(f->store, &second, &f->err));
	assert_ok(f, store_credential_get(
			 f->store, "AKIAB", check_credential, &row, &f->err));
	assert_ok(f, store_credential_list(f->store, f->account, add_credential,
			 &names, &f->err));
	assert_string_equal(names.text, "AKIAA AKIAB");
	assert_ok(f,
	    store_credential_list(f->store, 0, add_credential, &all, &f->err));
	assert_string_equal(all.text, "AKIAA AKIAB");

	row.enabled = false;
	assert_ok(f, store_credential_set_enabled(
			 f->store, f->account, "AKIAB", false, &f->err));
	assert_ok(f, store_credential_get(
			 f->store, "AKIAB", check_credential, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_credential_set_enabled(
		f->store, f->account + 1, "AKIAB", true, &f->err));
	row.permission = STORE_MAY_READ;
	assert_ok(f, store_credential_set_permission(f->store, f->account,
			 "AKIAB", STORE_MAY_READ, &f->err));
	assert_ok(f, store_credential_get(
			 f->store, "AKIAB", check_credential, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_credential_set_permission(
		f->store, f->account + 1, "AKIAB", STORE_MAY_ALL, &f->err));
	assert_ok(
	    f, store_credential_delete(f->store, f->account, "AKIAB", &f->err));
	assert_code(f, SG_MISSING,
	    store_credential_get(
		f->store, "AKIAB", check_credential, &row, &f->err));
}

static void
test_sasl_names_are_one_space(void **state)
{
	struct fixture *f = *state;
	struct store_credential key = credential(f, "AKIAA", false);
	struct store_login login = {"AKIAA", f->account, 9};

	assert_ok(f, store_credential_add(f->store, &key, &f->err));
	assert_code(f, SG_EXISTS, store_login_add(f->store, &login, &f->err));
	(void)snprintf(login.name, sizeof(login.name), "AKIAB");
	assert_ok(f, store_login_add(f->store, &login, &f->err));
	key = credential(f, "AKIAB", true);
	assert_code(
	    f, SG_EXISTS, store_credential_add(f->store, &key, &f->err));
}

static void
test_dovecot_sees_enabled_credentials(void **state)
{
	struct fixture *f = *state;
	struct store_credential on = credential(f, "AKIAON", true);
	struct store_credential off = credential(f, "AKIAOFF", false);
	const char *ask = "SELECT count(*) FROM dovecot_passdb WHERE "
			  "username = 'AKIAON' AND password = '{SSHA256}abc'";

	assert_ok(f, store_credential_add(f->store, &on, &f->err));
	assert_ok(f, store_credential_add(f->store, &off, &f->err));
	assert_int_equal(fixture_sql(f, ask), 1);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM dovecot_passdb"), 1);
	assert_ok(f, store_credential_set_enabled(
			 f->store, f->account, "AKIAON", false, &f->err));
	assert_int_equal(fixture_sql(f, ask), 0);
}

/* ---- identities, keys ---- */

static struct store_identity
identity(struct fixture *f, const char *name)
{
	struct store_identity row = {
	    .facts = {.type = RULES_IDENTITY_DOMAIN,
		.status = RULES_IDENTITY_PENDING,
		.signing_enabled = true},
	    .account_id = f->account,
	    .created_sec = 11,
	};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	return row;
}

static void
test_identity(void **state)
{
	struct fixture *f = *state;
	struct store_identity row = identity(f, "demo.example");
	struct store_identity second = identity(f, "a@demo.example");
	struct store_identity got;
	struct names names = {0}, all = {0};

	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	assert_code(
	    f, SG_EXISTS, store_identity_create(f->store, &row, &f->err));
	second.account_id = fixture_account(f, "other");
	assert_ok(f, store_identity_create(f->store, &second, &f->err));

	row.facts.status = RULES_IDENTITY_SUCCESS;
	row.facts.signing_enabled = false;
	row.verified_sec = 12;
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
	assert_ok(f, store_identity_get(
			 f->store, f->account, "demo.example", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(row));
	assert_ok(f,
	    store_identity_get_by_id(f->store, second.facts.id, &got, &f->err));
	assert_memory_equal(&got, &second, sizeof(second));

	assert_ok(f, store_identity_list(
			 f->store, f->account, add_identity, &names, &f->err));
	assert_string_equal(names.text, "demo.example");
	assert_ok(
	    f, store_identity_list(f->store, 0, add_identity, &all, &f->err));
	assert_string_equal(all.text, "demo.example a@demo.example");
}

static void
test_identity_of_another_account(void **state)
{
	struct fixture *f = *state;
	struct store_identity row = identity(f, "demo.example");
	struct store_identity got;

	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	row.account_id = fixture_account(f, "other");
	assert_code(
	    f, SG_MISSING, store_identity_update(f->store, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_identity_delete(
		f->store, row.account_id, row.facts.id, &f->err));
	assert_code(f, SG_MISSING,
	    store_identity_get(
		f->store, row.account_id, "demo.example", &got, &f->err));
	assert_ok(f,
	    store_identity_delete(f->store, f->account, row.facts.id, &f->err));
	assert_code(f, SG_MISSING,
	    store_identity_get_by_id(f->store, row.facts.id, &got, &f->err));
}

static int64_t
key_add(struct fixture *f, int64_t identity_id, const char *selector,
    const char *algorithm, bool active, enum sg_err want)
{
	struct store_key row = {
	    .identity_id = identity_id,
	    .bits = 2048,
	    .active = active,
	    .created_sec = 7,
	    .public_base64 = "MIIB",
	    .sealed = (const unsigned char *)"k\0y",
	    .sealed_len = 3,
	};

	(void)snprintf(row.selector, sizeof(row.selector), "%s", selector);
	(void)snprintf(row.algorithm, sizeof(row.algorithm), "%s", algorithm);
	assert_code(f, want, store_key_add(f->store, &row, &f->err));
	return row.id;
}

static bool
check_key(void *ctx, const struct store_key *row)
{
	assert_string_equal(row->selector, ctx);
	assert_string_equal(row->algorithm, "rsa");
	assert_int_equal(row->bits, 2048);
	assert_int_equal(row->created_sec, 7);
	assert_string_equal(row->public_base64, "MIIB");
	assert_int_equal(row->sealed_len, 3);
	assert_memory_equal(row->sealed, "k\0y", 3);
	return true;
}

/* The ids of the active keys, as they stand beside the identity. */
static void
assert_keys(struct fixture *f, int64_t identity_id, int64_t a, int64_t b)
{
	struct store_identity got;

	assert_ok(
	    f, store_identity_get_by_id(f->store, identity_id, &got, &f->err));
	assert_int_equal(got.facts.key_id[0], a);
	assert_int_equal(got.facts.key_id[1], b);
}

static void
test_key(void **state)
{
	struct fixture *f = *state;
	struct store_identity row = identity(f, "demo.example");
	struct names names = {0};
	int64_t id, ed, first, second;
	char selector[] = "s2";

	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	id = row.facts.id;
	assert_keys(f, id, 0, 0);
	ed = key_add(f, id, "e1", "ed25519", true, SG_OK);
	assert_keys(f, id, ed, 0);
	first = key_add(f, id, "s1", "rsa", true, SG_OK);
	assert_keys(f, id, first, ed);
	key_add(f, id, "s1", "rsa", false, SG_EXISTS);
	key_add(f, id, "s2", "rsa", true, SG_EXISTS);
	key_add(f, id, "s2", "dsa", false, SG_INVALID);
	key_add(f, 77, "s2", "rsa", false, SG_MISSING);
	second = key_add(f, id, "s2", "rsa", false, SG_OK);
	assert_ok(
	    f, store_key_get(f->store, second, check_key, selector, &f->err));
	assert_ok(f, store_key_set_active(f->store, second, true, 70, &f->err));
	assert_keys(f, id, second, ed);
	assert_ok(f, store_key_list(f->store, id, add_key, &names, &f->err));
	assert_string_equal(names.text, "e1 s1 s2");
	assert_ok(
	    f, store_key_set_active(f->store, second, false, 80, &f->err));
	assert_keys(f, id, ed, 0);
	assert_ok(f, store_key_delete(f->store, ed, &f->err));
	assert_keys(f, id, 0, 0);
}

static void
test_key_missing(void **state)
{
	struct fixture *f = *state;

	assert_code(f, SG_MISSING,
	    store_key_get(f->store, 77, check_key, NULL, &f->err));
	assert_code(f, SG_MISSING,
	    store_key_set_active(f->store, 77, true, 70, &f->err));
	assert_code(f, SG_MISSING, store_key_delete(f->store, 77, &f->err));
}

/* ---- suppressions ---- */

static void
put_suppression(
    struct fixture *f, int64_t account, const char *address, int64_t since)
{
	struct store_suppression row = {.account_id = account,
	    .facts = {RULES_SUPPRESSED_COMPLAINT, since}};

	(void)snprintf(row.address, sizeof(row.address), "%s", address);
	assert_ok(f, store_suppression_put(f->store, &row, &f->err));
}

static void
test_suppression(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");
	struct store_suppression got;
	struct names names = {0}, all = {0};

	put_suppression(f, f->account, "z@b.example", 1);
	put_suppression(f, f->account, "a@b.example", 1);
	put_suppression(f, f->account, "a@b.example", 2);
	put_suppression(f, other, "a@b.example", 3);
	assert_ok(f, store_suppression_get(
			 f->store, f->account, "a@b.example", &got, &f->err));
	assert_int_equal(got.facts.since_sec, 2);
	assert_int_equal(got.facts.reason, RULES_SUPPRESSED_COMPLAINT);
	assert_ok(f, store_suppression_list(f->store, f->account,
			 add_suppression, &names, &f->err));
	assert_string_equal(names.text, "a@b.example z@b.example");
	assert_ok(f, store_suppression_list(
			 f->store, 0, add_suppression, &all, &f->err));
	assert_string_equal(all.text, "a@b.example z@b.example a@b.example");
	assert_ok(f, store_suppression_delete(
			 f->store, f->account, "a@b.example", &f->err));
	assert_code(f, SG_MISSING,
	    store_suppression_delete(
		f->store, f->account, "a@b.example", &f->err));
	assert_code(f, SG_MISSING,
	    store_suppression_get(
		f->store, f->account, "a@b.example", &got, &f->err));
	assert_ok(f, store_suppression_get(
			 f->store, other, "a@b.example", &got, &f->err));
}

/* ---- notices ---- */

static void
test_notice(void **state)
{
	struct fixture *f = *state;
	struct names names = {0}, after = {0};

	assert_ok(f, store_notice_add(f->store, "b", "one", 5, &f->err));
	assert_ok(f, store_notice_add(f->store, "a", "x", 6, &f->err));
	assert_ok(f, store_notice_add(f->store, "b", "two", 7, &f->err));
	assert_ok(f, store_notice_list(f->store, add_notice, &names, &f->err));
	assert_string_equal(names.text, "a=x,6-6,1 b=two,5-7,2");
	assert_ok(f, store_notice_clear(f->store, "b", &f->err));
	assert_ok(f, store_notice_clear(f->store, "b", &f->err));
	assert_ok(f, store_notice_list(f->store, add_notice, &after, &f->err));
	assert_string_equal(after.text, "a=x,6-6,1");
}

/* ---- transactions, odd data ---- */

static void
test_transaction(void **state)
{
	struct fixture *f = *state;
	struct store_account got;
	struct store_login login = {"app", f->account, 9};

	assert_code(f, SG_BUG, store_commit(f->store, &f->err));
	assert_ok(f, store_begin(f->store, &f->err));
	assert_code(f, SG_BUG, store_begin(f->store, &f->err));
	fixture_account(f, "gone");
	store_rollback(f->store);
	assert_code(
	    f, SG_MISSING, store_account_get(f->store, "gone", &got, &f->err));
	/* a refused row does not end the transaction */
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_login_add(f->store, &login, &f->err));
	assert_code(f, SG_EXISTS, store_login_add(f->store, &login, &f->err));
	fixture_account(f, "kept");
	assert_ok(f, store_commit(f->store, &f->err));
	assert_ok(f, store_account_get(f->store, "kept", &got, &f->err));
}

/* Text that does not fit is never cut: half a name may be another's. */
static void
test_text_too_long(void **state)
{
	struct fixture *f = *state;
	struct names names = {0};

	fixture_sql(f, "INSERT INTO login VALUES (replace(replace("
		       "'1234567890', '1', '12345678901234567890'), '2', "
		       "'123456789012345678901234567890123456789012345678901"
		       "23456789012345678901234567890123456789012345678901')"
		       ", 1, 1)");
	assert_code(f, SG_IO,
	    store_login_list(f->store, 0, add_login, &names, &f->err));
	assert_int_equal(names.count, 0);
}

static void
test_reader_cannot_write(void **state)
{
	struct fixture *f = *state;
	struct store_login login = {"app", f->account, 9};
	struct store *reader;

	assert_ok(f, store_open(f->url, STORE_OPEN_READ, 0, &reader, &f->err));
	assert_code(f, SG_IO, store_login_add(reader, &login, &f->err));
	store_close(&reader);
}

int test_identities(void);
int test_letters(void);
int test_upgrade(void);
int test_events(void);
int test_retention(void);
int test_topics(void);
int test_notifications(void);
int test_duties(void);
int test_observed(void);
int test_onces(void);
int test_templates(void);
int test_brakes(void);
int test_tenants(void);
int test_pool_ways(void);
int test_figures(void);
int test_users(void);
int test_policies(void);
int test_message_search(void);
int test_counter(void);
int test_leases(void);
int test_exports(void);
int test_imports(void);
int test_runs(void);
int test_change(void);
int test_many_rows(void);

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_account),
	    TEST(test_account_refusals),
	    TEST(test_account_ids_are_not_used_twice),
	    TEST(test_lists),
	    TEST(test_login),
	    TEST(test_credential),
	    TEST(test_sasl_names_are_one_space),
	    TEST(test_dovecot_sees_enabled_credentials),
	    TEST(test_identity),
	    TEST(test_identity_of_another_account),
	    TEST(test_key),
	    TEST(test_key_missing),
	    TEST(test_suppression),
	    TEST(test_notice),
	    TEST(test_transaction),
	    TEST(test_text_too_long),
	    TEST(test_reader_cannot_write),
	};
	const struct CMUnitTest last[] = {
	    cmocka_unit_test(test_every_query_was_run),
	};
	int failed = cmocka_run_group_tests_name("rows", tests, NULL, NULL);

	failed += test_identities();
	failed += test_letters();
	failed += test_upgrade();
	failed += test_events();
	failed += test_retention();
	failed += test_topics();
	failed += test_notifications();
	failed += test_duties();
	failed += test_observed();
	failed += test_onces();
	failed += test_templates();
	failed += test_brakes();
	failed += test_tenants();
	failed += test_pool_ways();
	failed += test_figures();
	failed += test_users();
	failed += test_policies();
	failed += test_message_search();
	failed += test_counter();
	failed += test_leases();
	failed += test_change();
	failed += test_exports();
	failed += test_imports();
	failed += test_runs();
	failed += test_many_rows();
	failed += cmocka_run_group_tests_name("queries", last, NULL, NULL);
	return failed;
}
