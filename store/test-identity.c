/* Tests of what identities rest on: proofs, keys and their turns, the operator's
 * zone, looks in DNS. */
#include "config.h"

#include "store/test-store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/store.h"

/* 70 characters. */
#define LONG "replace(replace('123456', '1', '2222222222'), '2', '000000')"

static int64_t
identity_add(struct fixture *f, const char *name)
{
	struct store_identity row = {
	    .facts = {.type = RULES_IDENTITY_DOMAIN,
		.status = RULES_IDENTITY_PENDING,
		.signing_enabled = true},
	    .account_id = f->account,
	    .created_sec = 11,
	};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	return row.facts.id;
}

static void
identity_status(
    struct fixture *f, int64_t id, enum rules_identity_status status)
{
	struct store_identity row;

	assert_ok(f, store_identity_get_by_id(f->store, id, &row, &f->err));
	row.facts.status = status;
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
}

static int64_t
changes(struct fixture *f)
{
	return fixture_sql(f, "SELECT count(*) FROM change");
}

/* ---- the identity's own columns ---- */

static void
test_identity_columns(void **state)
{
	struct fixture *f = *state;
	struct store_identity got,
	    row = {
		.facts = {.type = RULES_IDENTITY_DOMAIN,
		    .status = RULES_IDENTITY_SUCCESS,
		    .signing_enabled = true,
		    .dkim_status = RULES_IDENTITY_TEMPORARY_FAILURE,
		    .mail_from_use = RULES_MAIL_FROM_VERIFIED,
		    .mail_from = "bounce.demo.example",
		    .name = "demo.example"},
		.account_id = f->account,
		.created_sec = 11,
		.verified_sec = 12,
		.mail_from_status = RULES_IDENTITY_SUCCESS,
		.mail_from_reject = true,
		.proofs = STORE_PROOF_EASY_DKIM | STORE_PROOF_WORD,
		.txt_token = "dG9rZW4=",
		.easy_tokens = {"aaaa", "bbbb", "cccc"},
	    };

	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	assert_ok(
	    f, store_identity_get_by_id(f->store, row.facts.id, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(row));

	row.facts.dkim_status = RULES_IDENTITY_FAILED;
	row.facts.mail_from[0] = '\0';
	row.facts.mail_from_use = RULES_MAIL_FROM_NONE;
	memset(row.facts.mail_from, 0, sizeof(row.facts.mail_from));
	row.mail_from_status = RULES_IDENTITY_NOT_STARTED;
	row.mail_from_reject = false;
	row.proofs = STORE_PROOF_TXT;
	memset(row.easy_tokens, 0, sizeof(row.easy_tokens));
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
	assert_ok(f, store_identity_get(
			 f->store, f->account, "demo.example", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(row));
}

static void
test_mail_from_use(void **state)
{
	static const struct {
		const char *domain;
		enum rules_identity_status status;
		bool reject;
		enum rules_mail_from want;
	} rows[] = {
	    {"", RULES_IDENTITY_NOT_STARTED, true, RULES_MAIL_FROM_NONE},
	    {"", RULES_IDENTITY_SUCCESS, false, RULES_MAIL_FROM_NONE},
	    {"b.example", RULES_IDENTITY_SUCCESS, true,
		RULES_MAIL_FROM_VERIFIED},
	    {"b.example", RULES_IDENTITY_SUCCESS, false,
		RULES_MAIL_FROM_VERIFIED},
	    {"b.example", RULES_IDENTITY_PENDING, true, RULES_MAIL_FROM_REJECT},
	    {"b.example", RULES_IDENTITY_PENDING, false,
		RULES_MAIL_FROM_DEFAULT},
	    {"b.example", RULES_IDENTITY_FAILED, true, RULES_MAIL_FROM_REJECT},
	    {"b.example", RULES_IDENTITY_TEMPORARY_FAILURE, true,
		RULES_MAIL_FROM_REJECT},
	    {"b.example", RULES_IDENTITY_TEMPORARY_FAILURE, false,
		RULES_MAIL_FROM_DEFAULT},
	};
	struct fixture *f = *state;
	int64_t id = identity_add(f, "demo.example");
	struct store_identity row;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ok(
		    f, store_identity_get_by_id(f->store, id, &row, &f->err));
		(void)snprintf(row.facts.mail_from, sizeof(row.facts.mail_from),
		    "%s", rows[i].domain);
		row.mail_from_status = rows[i].status;
		row.mail_from_reject = rows[i].reject;
		assert_ok(f, store_identity_update(f->store, &row, &f->err));
		assert_ok(
		    f, store_identity_get_by_id(f->store, id, &row, &f->err));
		if (row.facts.mail_from_use != rows[i].want)
			fail_msg("row %zu: %d", i, row.facts.mail_from_use);
	}
}

static void
test_identity_count(void **state)
{
	struct fixture *f = *state;
	int64_t count = 7;

	assert_ok(
	    f, store_identity_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 0);
	(void)identity_add(f, "demo.example");
	(void)identity_add(f, "shop.example");
	assert_ok(
	    f, store_identity_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 2);
	assert_ok(
	    f, store_identity_count(f->store, f->account + 1, &count, &f->err));
	assert_int_equal(count, 0);
}

/* Damage is told, not read as other tokens. */
static void
test_damaged_tokens(void **state)
{
	static const char *const rows[] = {
	    "'a b c d'", LONG, "'a b ' || " LONG};
	struct fixture *f = *state;
	int64_t id = identity_add(f, "demo.example");
	struct store_identity got;
	char sql[128];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(sql, sizeof(sql),
		    "UPDATE identity SET easy_tokens = %s", rows[i]);
		fixture_sql(f, sql);
		assert_code(f, SG_IO,
		    store_identity_get_by_id(f->store, id, &got, &f->err));
	}
}

/* ---- keys ---- */

static int64_t
key_add(struct fixture *f, struct store_key row, enum sg_err want)
{
	if (row.algorithm[0] == '\0')
		memcpy(row.algorithm, "rsa", sizeof("rsa"));
	row.bits = 2048;
	row.public_base64 = "MIIB";
	row.sealed = (const unsigned char *)"k\0y";
	row.sealed_len = 3;
	assert_code(f, want, store_key_add(f->store, &row, &f->err));
	return row.id;
}

static bool
take_key(void *ctx, const struct store_key *row)
{
	struct store_key *key_r = ctx;

	*key_r = *row;
	key_r->public_base64 = NULL; /* ends with the call */
	key_r->sealed = NULL;
	return true;
}

static struct store_key
key_get(struct fixture *f, int64_t id)
{
	struct store_key key;

	assert_ok(f, store_key_get(f->store, id, take_key, &key, &f->err));
	return key;
}

/* active, active_sec, retired_sec */
static void
assert_turn(struct fixture *f, int64_t id, bool active, int64_t active_sec,
    int64_t retired_sec)
{
	struct store_key key = key_get(f, id);

	assert_int_equal(key.active, active);
	assert_int_equal(key.active_sec, active_sec);
	assert_int_equal(key.retired_sec, retired_sec);
}

static void
test_key_columns(void **state)
{
	struct fixture *f = *state;
	int64_t identity = identity_add(f, "demo.example"), id;
	struct store_key got, row = {
				  .identity_id = identity,
				  .selector = "tok1",
				  .created_sec = 7,
				  .origin = KEY_EASY,
				  .slot = 2,
				  .published_sec = 8,
				  .seen_sec = 9,
				  .last_seen_sec = 10,
				  .active_sec = 11,
				  .retired_sec = 12,
			      };

	id = key_add(f, row, SG_OK);
	got = key_get(f, id);
	assert_int_equal(got.origin, KEY_EASY);
	assert_int_equal(got.slot, 2);
	assert_int_equal(got.published_sec, 8);
	assert_int_equal(got.seen_sec, 9);
	assert_int_equal(got.last_seen_sec, 10);
	assert_int_equal(got.active_sec, 11);
	assert_int_equal(got.retired_sec, 12);
	row.slot = 3;
	memcpy(row.selector, "tok2", sizeof("tok2"));
	key_add(f, row, SG_INVALID);
	/* a name in the operator's zone is one key's, whoever's */
	row.slot = 0;
	row.identity_id = identity_add(f, "other.example");
	memcpy(row.selector, "tok1", sizeof("tok1"));
	key_add(f, row, SG_EXISTS);
	row.origin = KEY_TXT;
	key_add(f, row, SG_OK);
}

static void
test_key_turns(void **state)
{
	struct fixture *f = *state;
	int64_t identity = identity_add(f, "demo.example");
	int64_t first = key_add(f,
	    (struct store_key){.identity_id = identity,
		.selector = "s1",
		.active = true,
		.created_sec = 7},
	    SG_OK);
	int64_t second = key_add(f,
	    (struct store_key){
		.identity_id = identity, .selector = "s2", .created_sec = 20},
	    SG_OK);
	int64_t ed = key_add(f,
	    (struct store_key){.identity_id = identity,
		.selector = "e1",
		.algorithm = "ed25519",
		.active = true,
		.created_sec = 7},
	    SG_OK);

	assert_turn(f, first, true, 7, 0); /* active from the start */
	assert_ok(f, store_key_set_active(f->store, second, true, 30, &f->err));
	assert_turn(f, first, false, 7, 30);
	assert_turn(f, second, true, 30, 0);
	assert_turn(f, ed, true, 7, 0);
	assert_ok(f, store_key_set_active(f->store, second, true, 40, &f->err));
	assert_turn(f, first, false, 7, 30);
	assert_turn(f, second, true, 30, 0);
	/* back again */
	assert_ok(f, store_key_set_active(f->store, first, true, 50, &f->err));
	assert_turn(f, first, true, 7, 0);
	assert_turn(f, second, false, 30, 50);
	assert_ok(f, store_key_set_active(f->store, first, false, 60, &f->err));
	assert_turn(f, first, false, 7, 60);
	assert_ok(f, store_key_set_active(f->store, first, false, 70, &f->err));
	assert_turn(f, first, false, 7, 60);
}

static void
test_key_seen(void **state)
{
	struct fixture *f = *state;
	int64_t id = key_add(f,
	    (struct store_key){.identity_id = identity_add(f, "demo.example"),
		.selector = "s1"},
	    SG_OK);

	assert_ok(f, store_key_seen(f->store, id, 30, &f->err));
	assert_ok(f, store_key_seen(f->store, id, 40, &f->err));
	assert_int_equal(key_get(f, id).seen_sec, 30);
	assert_int_equal(key_get(f, id).last_seen_sec, 40);
	assert_code(f, SG_MISSING, store_key_seen(f->store, 77, 1, &f->err));
	assert_code(
	    f, SG_MISSING, store_key_published(f->store, 77, 1, &f->err));
}

/* "selector selector …"; no private key is in these lists. */
static bool
add_key(void *ctx, const struct store_key *row)
{
	assert_null(row->sealed);
	assert_string_equal(row->public_base64, "MIIB");
	return names_add(ctx, row->selector);
}

static void
assert_keys(struct fixture *f, const char *want,
    enum sg_err (*list)(
	struct store *, int64_t, int, store_key_fn *, void *, struct err *),
    int64_t before_sec, int most)
{
	struct names names = {0};

	assert_ok(
	    f, list(f->store, before_sec, most, add_key, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_key_lists(void **state)
{
	static const struct {
		const char *identity;
		enum rules_identity_status status;
		int64_t active_sec;
	} rows[] = {
	    {"c.example", RULES_IDENTITY_SUCCESS, 300},
	    {"a.example", RULES_IDENTITY_TEMPORARY_FAILURE, 100},
	    {"p.example", RULES_IDENTITY_PENDING, 50},
	    {"f.example", RULES_IDENTITY_FAILED, 50},
	    {"b.example", RULES_IDENTITY_SUCCESS, 200},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store_key key = {
		    .active = true, .active_sec = rows[i].active_sec};

		key.identity_id = identity_add(f, rows[i].identity);
		identity_status(f, key.identity_id, rows[i].status);
		(void)snprintf(key.selector, sizeof(key.selector), "s%zu", i);
		key_add(f, key, SG_OK);
		key.active = false;
		key.retired_sec = rows[i].active_sec;
		(void)snprintf(key.selector, sizeof(key.selector), "r%zu", i);
		key_add(f, key, SG_OK);
	}
	assert_keys(f, "s1 s4 s0", store_key_list_aged, 300, 9);
	assert_keys(f, "s1 s4", store_key_list_aged, 299, 9);
	assert_keys(f, "s1", store_key_list_aged, 300, 1);
	assert_keys(f, "", store_key_list_aged, 99, 9);
	/* s1 is the third key. */
	assert_ok(f, store_key_put_off(f->store, 3, 250, &f->err));
	assert_keys(f, "s1 s4", store_key_list_aged, 250, 9);
	assert_keys(f, "s4", store_key_list_aged, 249, 9);
	assert_code(
	    f, SG_MISSING, store_key_put_off(f->store, 99, 250, &f->err));
	assert_keys(f, "r2 r3 r1 r4", store_key_list_retired, 299, 9);
	assert_keys(f, "r2 r3", store_key_list_retired, 299, 2);
	assert_keys(f, "", store_key_list_retired, 49, 2);
}

/* ---- the operator's zone ---- */

static bool
add_removal(void *ctx, const char *name, bool is_taken)
{
	char text[80];

	(void)snprintf(text, sizeof(text), "%s%s", name, is_taken ? "!" : "");
	return names_add(ctx, text);
}

static void
assert_removals(struct fixture *f, const char *want, int most)
{
	struct names names = {0};

	assert_ok(f, store_zone_removal_list(
			 f->store, most, add_removal, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_zone(void **state)
{
	struct fixture *f = *state;
	struct store_key key = {.origin = KEY_EASY, .created_sec = 5};
	int64_t ids[3];

	key.identity_id = identity_add(f, "demo.example");
	for (int i = 0; i < 3; i++) {
		(void)snprintf(key.selector, sizeof(key.selector), "tok%d", i);
		key.slot = i;
		ids[i] = key_add(f, key, SG_OK);
	}
	key.origin = KEY_TXT;
	memcpy(key.selector, "own", sizeof("own"));
	key_add(f, key, SG_OK);

	assert_keys(f, "tok0 tok1 tok2", store_zone_list, 1, 9);
	assert_ok(f, store_key_published(f->store, ids[0], 50, &f->err));
	assert_ok(f, store_key_published(f->store, ids[1], 40, &f->err));
	assert_keys(f, "tok2", store_zone_list, 1, 9);
	assert_keys(f, "tok2 tok1", store_zone_list, 50, 9);
	assert_keys(f, "tok2 tok1 tok0", store_zone_list, INT64_MAX, 9);
	assert_keys(f, "tok2 tok1", store_zone_list, INT64_MAX, 2);

	assert_removals(f, "", 9);
	assert_ok(f, store_key_delete(f->store, ids[1], &f->err));
	assert_ok(f, store_key_delete(f->store, ids[0], &f->err));
	assert_removals(f, "tok0 tok1", 9);
	assert_removals(f, "tok0", 1);
	/* a slot's name is used again */
	key.origin = KEY_EASY;
	memcpy(key.selector, "tok1", sizeof("tok1"));
	key_add(f, key, SG_OK);
	assert_removals(f, "tok0 tok1!", 9);
	assert_ok(f, store_zone_removal_done(f->store, "tok1", &f->err));
	assert_ok(f, store_zone_removal_done(f->store, "tok1", &f->err));
	assert_removals(f, "tok0", 9);
	/* what goes with its account leaves the zone, too */
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_removals(f, "tok0 tok1 tok2", 9);
}

/* ---- looks ---- */

static void
test_verification(void **state)
{
	struct fixture *f = *state;
	int64_t id = identity_add(f, "demo.example");
	struct verification got, v = {.status = RULES_IDENTITY_PENDING,
				     .started_sec = 1,
				     .checked_sec = 2,
				     .success_sec = 3,
				     .failing_sec = 4,
				     .next_sec = 5,
				     .error = VERIFICATION_INVALID_VALUE};

	assert_code(f, SG_MISSING,
	    store_verification_get(
		f->store, id, VERIFICATION_DKIM, &got, &f->err));
	assert_code(f, SG_MISSING,
	    store_verification_put(
		f->store, 77, VERIFICATION_DKIM, &v, &f->err));
	assert_ok(f, store_verification_put(
			 f->store, id, VERIFICATION_IDENTITY, &v, &f->err));
	v.next_sec = 6;
	v.error = VERIFICATION_HOST_NOT_FOUND;
	assert_ok(f, store_verification_put(
			 f->store, id, VERIFICATION_DKIM, &v, &f->err));
	v.next_sec = 7;
	assert_ok(f, store_verification_put(
			 f->store, id, VERIFICATION_DKIM, &v, &f->err));
	memset(&got, 0, sizeof(got));
	got.status = RULES_IDENTITY_PENDING; /* left alone */
	assert_ok(f, store_verification_get(
			 f->store, id, VERIFICATION_DKIM, &got, &f->err));
	assert_int_equal(got.started_sec, v.started_sec);
	assert_int_equal(got.checked_sec, v.checked_sec);
	assert_int_equal(got.success_sec, v.success_sec);
	assert_int_equal(got.failing_sec, v.failing_sec);
	assert_int_equal(got.next_sec, v.next_sec);
	assert_int_equal(got.error, v.error);
	assert_ok(f, store_verification_delete(
			 f->store, id, VERIFICATION_DKIM, &f->err));
	assert_ok(f, store_verification_delete(
			 f->store, id, VERIFICATION_DKIM, &f->err));
	assert_code(f, SG_MISSING,
	    store_verification_get(
		f->store, id, VERIFICATION_DKIM, &got, &f->err));
	assert_ok(f, store_verification_get(
			 f->store, id, VERIFICATION_IDENTITY, &got, &f->err));
}

static bool
add_due(void *ctx, int64_t identity_id, int64_t due_sec)
{
	char text[64];

	(void)snprintf(
	    text, sizeof(text), "%" PRId64 ":%" PRId64, identity_id, due_sec);
	return names_add(ctx, text);
}

static void
assert_due(struct fixture *f, int64_t now_sec, int most, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_verification_due(
			 f->store, now_sec, most, add_due, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_due(void **state)
{
	static const struct {
		int identity;
		enum verification_subject subject;
		int64_t next_sec;
	} rows[] = {
	    {1, VERIFICATION_IDENTITY, 50},
	    {1, VERIFICATION_DKIM, 20},
	    {1, VERIFICATION_MAIL_FROM, 0},
	    {2, VERIFICATION_IDENTITY, 10},
	    {3, VERIFICATION_IDENTITY, 0}, /* never again */
	    {4, VERIFICATION_DKIM, 60},
	};
	struct fixture *f = *state;
	struct verification v = {.started_sec = 1};

	for (int i = 1; i <= 4; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "d%d.example", i);
		assert_int_equal(identity_add(f, name), i);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v.next_sec = rows[i].next_sec;
		assert_ok(f, store_verification_put(f->store, rows[i].identity,
				 rows[i].subject, &v, &f->err));
	}
	assert_due(f, 9, 9, "");
	assert_due(f, 20, 9, "2:10 1:20");
	assert_due(f, 60, 9, "2:10 1:20 4:60");
	assert_due(f, 60, 2, "2:10 1:20");
	/* The clock went back by more than any look is put off. */
	assert_due(f, 60 - STORE_DUE_ABSURD_SEC, 9, "");
	assert_due(f, 59 - STORE_DUE_ABSURD_SEC, 9, "4:60");
	assert_due(f, -STORE_DUE_ABSURD_SEC, 9, "2:10 1:20 4:60");
}

/* ---- changes: only what readers keep ---- */

static void
test_looks_wake_nobody(void **state)
{
	struct fixture *f = *state;
	int64_t identity = identity_add(f, "demo.example"), key, before;
	struct verification v = {.started_sec = 1, .next_sec = 2};
	struct store_identity row;

	key = key_add(f,
	    (struct store_key){
		.identity_id = identity, .selector = "tok", .origin = KEY_EASY},
	    SG_OK);
	before = changes(f);
	assert_ok(f, store_verification_put(
			 f->store, identity, VERIFICATION_DKIM, &v, &f->err));
	assert_ok(f, store_key_seen(f->store, key, 30, &f->err));
	assert_ok(f, store_key_published(f->store, key, 30, &f->err));
	assert_ok(
	    f, store_identity_get_by_id(f->store, identity, &row, &f->err));
	row.proofs = STORE_PROOF_TXT;
	row.verified_sec = 99;
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
	assert_int_equal(changes(f), before);

	assert_ok(f, store_key_set_active(f->store, key, true, 40, &f->err));
	assert_int_equal(changes(f), before + 2);
	row.facts.dkim_status = RULES_IDENTITY_SUCCESS;
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
	assert_int_equal(changes(f), before + 4);
	row.mail_from_reject = true;
	assert_ok(f, store_identity_update(f->store, &row, &f->err));
	assert_int_equal(changes(f), before + 6);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_identities(void);

int
test_identities(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_identity_columns),
	    TEST(test_mail_from_use),
	    TEST(test_identity_count),
	    TEST(test_damaged_tokens),
	    TEST(test_key_columns),
	    TEST(test_key_turns),
	    TEST(test_key_seen),
	    TEST(test_key_lists),
	    TEST(test_zone),
	    TEST(test_verification),
	    TEST(test_due),
	    TEST(test_looks_wake_nobody),
	};

	return cmocka_run_group_tests_name("identities", tests, NULL, NULL);
}
