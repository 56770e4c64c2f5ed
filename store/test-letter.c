/* Tests of links, letters, grants, requests for production access, numbers. */
#include "config.h"

#include "store/test-store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/store.h"

static int64_t
identity_add(struct fixture *f, int64_t account, const char *name)
{
	struct store_identity row = {
	    .facts = {.type = strchr(name, '@') != NULL ? RULES_IDENTITY_EMAIL
							: RULES_IDENTITY_DOMAIN,
		.status = RULES_IDENTITY_PENDING},
	    .account_id = account,
	};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	return row.facts.id;
}

static int64_t
count(struct fixture *f, const char *table)
{
	char sql[80];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return fixture_sql(f, sql);
}

/* ---- links ---- */

static struct store_link
link_put(struct fixture *f, int64_t identity, char hash, int64_t now,
    const char *address)
{
	struct store_link row = {.identity_id = identity,
	    .created_sec = now,
	    .expires_sec = now + 100};

	memset(row.hash, hash, sizeof(row.hash));
	assert_ok(
	    f, store_link_put(f->store, &row, f->account, address, &f->err));
	return row;
}

static void
assert_sent(struct fixture *f, const char *address, int64_t since, int64_t want,
    int64_t want_last)
{
	int64_t n, last;

	assert_ok(
	    f, store_link_sent(f->store, address, since, &n, &last, &f->err));
	assert_int_equal(n, want);
	assert_int_equal(last, want_last);
}

static void
test_link(void **state)
{
	struct fixture *f = *state;
	int64_t id = identity_add(f, f->account, "Jane@demo.example");
	struct store_link first = link_put(f, id, 'a', 10, "Jane@demo.example");
	struct store_link second, got;

	assert_ok(f, store_link_get(f->store, first.hash, &got, &f->err));
	assert_memory_equal(&got, &first, sizeof(got));
	/* a new one: the old one is void */
	second = link_put(f, id, 'b', 20, "jane@demo.example");
	assert_code(
	    f, SG_MISSING, store_link_get(f->store, first.hash, &got, &f->err));
	assert_ok(f, store_link_get(f->store, second.hash, &got, &f->err));
	assert_memory_equal(&got, &second, sizeof(got));
	assert_ok(f, store_link_of(f->store, id, &got, &f->err));
	assert_memory_equal(&got, &second, sizeof(got));
	assert_code(
	    f, SG_MISSING, store_link_of(f->store, id + 1, &got, &f->err));
	assert_ok(f, store_link_delete(f->store, id, &f->err));
	assert_ok(f, store_link_delete(f->store, id, &f->err));
	assert_code(f, SG_MISSING,
	    store_link_get(f->store, second.hash, &got, &f->err));

	second.identity_id = 77;
	assert_code(f, SG_MISSING,
	    store_link_put(
		f->store, &second, f->account, "x@y.example", &f->err));
	assert_sent(f, "x@y.example", 0, 0, 0); /* nothing was noted */
}

static void
test_link_sent(void **state)
{
	struct fixture *f = *state;
	int64_t id = identity_add(f, f->account, "jane@demo.example");
	int64_t other =
	    identity_add(f, fixture_account(f, "other"), "JANE@demo.example");

	link_put(f, id, 'a', 10, "jane@demo.example");
	link_put(f, id, 'b', 20, "jane@demo.example");
	link_put(f, other, 'c', 30, "JANE@demo.example");
	assert_sent(f, "jane@Demo.example", 0, 3, 30);
	assert_sent(f, "jane@demo.example", 20, 2, 30);
	assert_sent(f, "jane@demo.example", 31, 0, 30);
	assert_sent(f, "joe@demo.example", 0, 0, 0);
	/* deleting the identity does not make it forgotten */
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_sent(f, "jane@demo.example", 0, 3, 30);
	assert_ok(f, store_link_sent_purge(f->store, 20, &f->err));
	assert_sent(f, "jane@demo.example", 0, 2, 30);
}

/* By account, whomever it wrote to. */
static void
test_link_sent_by(void **state)
{
	struct fixture *f = *state;
	int64_t id = identity_add(f, f->account, "jane@demo.example");
	int64_t n;

	link_put(f, id, 'a', 10, "jane@demo.example");
	link_put(f, id, 'b', 20, "joe@demo.example");
	/* those of before the account was noted are nobody's */
	fixture_sql(f, "INSERT INTO link_sent (address, sent_sec) "
		       "VALUES ('old@demo.example', 15)");
	assert_ok(f, store_link_sent_by(f->store, f->account, 0, &n, &f->err));
	assert_int_equal(n, 2);
	assert_ok(f, store_link_sent_by(f->store, f->account, 11, &n, &f->err));
	assert_int_equal(n, 1);
	assert_ok(f, store_link_sent_by(f->store, 77, 0, &n, &f->err));
	assert_int_equal(n, 0);
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
assert_expired(struct fixture *f, int64_t now, int most, const char *want)
{
	struct names names = {0};

	assert_ok(f,
	    store_link_expired(f->store, now, most, add_due, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_link_expired(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 4; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "a%d@demo.example", i);
		assert_int_equal(identity_add(f, f->account, name), i);
		link_put(f, i, (char)i, 50 - i, name);
	}
	fixture_sql(f, "UPDATE identity SET status = 2 WHERE id = 2");
	assert_expired(f, 145, 9, "");
	assert_expired(f, 147, 9, "4:146 3:147");
	assert_expired(f, 500, 9, "4:146 3:147 1:149");
	assert_expired(f, 500, 1, "4:146");
}

/* ---- letters ---- */

static int64_t
letter_put(struct fixture *f, enum store_letter_kind kind, int64_t identity,
    const char *recipient, int64_t next_sec, enum sg_err want)
{
	struct store_letter row = {
	    .kind = kind,
	    .account_id = f->account,
	    .identity_id = identity,
	    .facts = "{\"account\":\"demo\"}",
	    .sealed = (const unsigned char *)"s\0l",
	    .sealed_len = kind == STORE_LETTER_CONFIRM ? 3 : 0,
	    .created_sec = 7,
	    .next_sec = next_sec,
	};

	(void)snprintf(row.recipient, sizeof(row.recipient), "%s", recipient);
	assert_code(f, want, store_letter_put(f->store, &row, &f->err));
	return row.id;
}

/* "id.kind.identity recipient,facts length,sealed length,created-next,attempts,
 * error" */
static bool
add_letter(void *ctx, const struct store_letter *row)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
	    "%" PRId64 ".%d.%" PRId64 ".%" PRId64 ":%s,%zu,%zu,%" PRId64
	    "-%" PRId64 ",%" PRId64 ",%s",
	    row->id, (int)row->kind, row->account_id, row->identity_id,
	    row->recipient, strlen(row->facts), row->sealed_len,
	    row->created_sec, row->next_sec, row->attempts, row->error);
	assert_int_equal(
	    row->sealed_len == 3 && memcmp(row->sealed, "s\0l", 3) == 0,
	    row->sealed_len != 0);
	return names_add(ctx, text);
}

static bool
add_letter_to(void *ctx, const struct store_letter *row)
{
	return names_add(ctx, row->recipient);
}

static void
assert_letters_due(struct fixture *f, int64_t now, int most, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_letter_due(
			 f->store, now, most, add_letter_to, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
assert_letters(struct fixture *f, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_letter_list(f->store, add_letter, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_letter(void **state)
{
	struct fixture *f = *state;
	int64_t id = identity_add(f, f->account, "a@demo.example");
	int64_t confirm = letter_put(
	    f, STORE_LETTER_CONFIRM, id, "a@demo.example", 30, SG_OK);
	int64_t request =
	    letter_put(f, STORE_LETTER_REQUEST, 0, "op@x.example", 20, SG_OK);
	char long_text[600];

	letter_put(f, STORE_LETTER_WARNING, 77, "x@y.example", 1, SG_MISSING);
	letter_put(f, STORE_LETTER_WARNING, id, "", 1, SG_INVALID);
	assert_letters(f, "1.0.1.1:a@demo.example,18,3,7-30,0, "
			  "2.8.1.0:op@x.example,18,0,7-20,0,");
	assert_letters_due(f, 19, 9, "");
	assert_letters_due(f, 30, 9, "op@x.example a@demo.example");
	assert_letters_due(f, 30, 1, "op@x.example");

	assert_ok(f,
	    store_letter_retry(f->store, request, 0, 90, "451 later", &f->err));
	/* another host tried it before */
	assert_code(f, SG_MISSING,
	    store_letter_retry(f->store, request, 0, 99, "", &f->err));
	assert_ok(f, store_letter_delete(f->store, confirm, &f->err));
	assert_ok(f, store_letter_delete(f->store, confirm, &f->err));
	assert_letters(f, "2.8.1.0:op@x.example,18,0,7-90,1,451 later");
	assert_letters_due(f, 89, 9, "");
	assert_code(f, SG_MISSING,
	    store_letter_retry(f->store, confirm, 0, 1, "", &f->err));
	/* a peer may answer at any length; what was kept can be read */
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_ok(f,
	    store_letter_retry(f->store, request, 1, 95, long_text, &f->err));
	assert_letters_due(f, 95, 9, "op@x.example");
	assert_ok(f,
	    store_letter_error(f->store, request, "452 later still", &f->err));
	assert_ok(f, store_letter_error(f->store, confirm, "x", &f->err));
	assert_letters(f, "2.8.1.0:op@x.example,18,0,7-95,2,452 later still");
}

static bool
check_forward(void *ctx, const struct store_letter *row)
{
	assert_int_equal(row->kind, STORE_LETTER_FORWARD);
	assert_int_equal(row->report_id, 31);
	*(bool *)ctx = true;
	return true;
}

static void
test_letter_with_report(void **state)
{
	struct fixture *f = *state;
	struct store_letter row = {.kind = STORE_LETTER_FORWARD,
	    .account_id = f->account,
	    .recipient = "a@x.example",
	    .facts = "{}",
	    .report_id = 31};
	bool seen = false;

	assert_ok(f, store_letter_put(f->store, &row, &f->err));
	assert_ok(
	    f, store_letter_due(f->store, 0, 9, check_forward, &seen, &f->err));
	assert_true(seen);
}

static void
test_letter_delete_kind(void **state)
{
	struct fixture *f = *state;
	int64_t a = identity_add(f, f->account, "a.example");
	int64_t b = identity_add(f, f->account, "b.example");

	letter_put(f, STORE_LETTER_WARNING, a, "1@x.example", 1, SG_OK);
	letter_put(f, STORE_LETTER_WARNING, a, "2@x.example", 1, SG_OK);
	letter_put(f, STORE_LETTER_RESTORED, a, "3@x.example", 1, SG_OK);
	letter_put(f, STORE_LETTER_WARNING, b, "4@x.example", 1, SG_OK);
	assert_ok(f, store_letter_delete_kind(
			 f->store, a, STORE_LETTER_WARNING, &f->err));
	assert_ok(f, store_letter_delete_kind(
			 f->store, a, STORE_LETTER_WARNING, &f->err));
	assert_letters_due(f, 9, 9, "3@x.example 4@x.example");
}

/* ---- grants ---- */

static void
grant_add(struct fixture *f, int64_t identity, int64_t account,
    const char *pattern, enum sg_err want)
{
	struct store_grant row = {
	    .identity_id = identity, .account_id = account, .created_sec = 9};

	(void)snprintf(
	    row.from_pattern, sizeof(row.from_pattern), "%s", pattern);
	assert_code(f, want, store_grant_add(f->store, &row, &f->err));
}

/* "owner/identity>delegate:pattern" */
static bool
add_grant(void *ctx, const struct store_grant *row)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%" PRId64 "/%s>%" PRId64 ":%s",
	    row->owner_id, row->identity, row->account_id, row->from_pattern);
	assert_int_equal(row->created_sec, 9);
	assert_true(row->identity_id > 0);
	return names_add(ctx, text);
}

static void
assert_grants(
    struct fixture *f, int64_t identity, int64_t account, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_grant_list(f->store, identity, account, add_grant,
			 &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_grant(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	int64_t news = fixture_account(f, "news");
	int64_t a = identity_add(f, f->account, "a.example");
	int64_t b = identity_add(f, shop, "b.example");

	grant_add(f, a, shop, "*", SG_OK);
	grant_add(f, a, news, "x@a.example", SG_OK);
	grant_add(f, a, news, "*@a.example", SG_OK);
	grant_add(f, b, news, "*", SG_OK);
	grant_add(f, a, shop, "*", SG_EXISTS);
	grant_add(f, 77, shop, "*", SG_MISSING);
	grant_add(f, a, 77, "*", SG_MISSING);
	grant_add(f, a, shop, "", SG_INVALID);
	assert_grants(f, 0, 0,
	    "1/a.example>2:* 1/a.example>3:*@a.example "
	    "1/a.example>3:x@a.example 2/b.example>3:*");
	assert_grants(f, a, 0,
	    "1/a.example>2:* 1/a.example>3:*@a.example "
	    "1/a.example>3:x@a.example");
	assert_grants(f, a, shop, "1/a.example>2:*");
	assert_grants(f, b, shop, "");
	assert_grants(f, 0, news,
	    "1/a.example>3:*@a.example 1/a.example>3:x@a.example "
	    "2/b.example>3:*");

	assert_ok(
	    f, store_grant_remove(f->store, a, news, "x@a.example", &f->err));
	assert_code(f, SG_MISSING,
	    store_grant_remove(f->store, a, news, "x@a.example", &f->err));
	grant_add(f, a, news, "y@a.example", SG_OK);
	assert_ok(f, store_grant_remove(f->store, a, news, NULL, &f->err));
	assert_code(f, SG_MISSING,
	    store_grant_remove(f->store, a, news, NULL, &f->err));
	assert_grants(f, 0, 0, "1/a.example>2:* 2/b.example>3:*");
}

static bool
add_change(void *ctx, const struct store_change *change)
{
	char text[64];

	if (change->kind != STORE_CHANGE_GRANT)
		return true;
	(void)snprintf(text, sizeof(text), "%" PRId64 ">%" PRId64, change->id,
	    change->owner_id);
	return names_add(ctx, text);
}

static void
test_grants_are_told(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};
	struct names names = {0};
	int64_t shop = fixture_account(f, "shop");
	int64_t a = identity_add(f, f->account, "a.example");
	bool gap;

	grant_add(f, a, shop, "*", SG_OK);
	assert_ok(f, store_grant_remove(f->store, a, shop, "*", &f->err));
	grant_add(f, a, shop, "b*", SG_OK);
	/* taken along by its identity, and by the account that it was given to */
	assert_ok(f, store_identity_delete(f->store, f->account, a, &f->err));
	a = identity_add(f, f->account, "a.example");
	grant_add(f, a, shop, "c*", SG_OK);
	assert_ok(f, store_account_delete(f->store, shop, &f->err));
	assert_ok(f, store_changes(f->store, &position, add_change, &names,
			 &gap, &f->err));
	assert_string_equal(names.text, "1>2 1>2 1>2 1>2 2>2 2>2");
}

/* ---- requests ---- */

static struct store_request
request_add(struct fixture *f, int64_t account, enum sg_err want)
{
	struct store_request row = {
	    .account_id = account,
	    .mail_type = "TRANSACTIONAL",
	    .website = "https://demo.example",
	    .status = "PENDING",
	    .created_sec = 5,
	};

	memset(row.use_case, 'u', sizeof(row.use_case) - 1);
	assert_code(f, want, store_request_add(f->store, &row, &f->err));
	return row;
}

static bool
add_request(void *ctx, const struct store_request *row)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%" PRId64 ":%" PRId64 ",%s",
	    row->id, row->account_id, row->status);
	return names_add(ctx, text);
}

static void
assert_requests(struct fixture *f, int64_t account, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_request_list(
			 f->store, account, add_request, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_request(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop"), first, second, third;
	struct store_request row, got;
	char want[128];

	assert_code(f, SG_MISSING,
	    store_request_get(f->store, f->account, &got, &f->err));
	request_add(f, 77, SG_MISSING);
	row = request_add(f, f->account, SG_OK);
	first = row.id;
	request_add(f, f->account, SG_EXISTS);
	assert_ok(f, store_request_get(f->store, f->account, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));

	memcpy(row.status, "DENIED", sizeof("DENIED"));
	(void)snprintf(row.reason, sizeof(row.reason), "no web site");
	row.decided_sec = 6;
	assert_ok(f, store_request_decide(f->store, &row, &f->err));
	assert_ok(f, store_request_get(f->store, f->account, &got, &f->err));
	assert_memory_equal(&got.reason, &row.reason, sizeof(got.reason));
	assert_int_equal(got.decided_sec, 6);
	assert_code(f, SG_MISSING,
	    store_request_decide(f->store, &row, &f->err)); /* once */
	second = request_add(f, shop, SG_OK).id;
	third = request_add(f, f->account, SG_OK).id;
	(void)snprintf(want, sizeof(want),
	    "%" PRId64 ":1,PENDING %" PRId64 ":1,DENIED", third, first);
	assert_requests(f, f->account, want);
	row.id = third;
	assert_ok(f, store_request_decide(f->store, &row, &f->err));
	(void)snprintf(want, sizeof(want),
	    "%" PRId64 ":2,PENDING %" PRId64 ":1,DENIED %" PRId64 ":1,DENIED",
	    second, third, first);
	assert_requests(f, 0, want);
}

/* ---- what goes with an account, an identity ---- */

/* Everything about an identity of the account, and its letters and requests. */
static int64_t
fill(struct fixture *f, int64_t delegate)
{
	int64_t id = identity_add(f, f->account, "a.example");
	struct verification v = {.started_sec = 1, .next_sec = 2};

	assert_ok(f, store_verification_put(
			 f->store, id, VERIFICATION_DKIM, &v, &f->err));
	link_put(f, id, 'a', 10, "a@a.example");
	letter_put(f, STORE_LETTER_WARNING, id, "a@x.example", 1, SG_OK);
	letter_put(f, STORE_LETTER_REQUEST, 0, "b@x.example", 1, SG_OK);
	grant_add(f, id, delegate, "*", SG_OK);
	request_add(f, f->account, SG_OK);
	fixture_sql(f,
	    "INSERT INTO dkim_key (id, identity_id, selector, "
	    "algorithm, bits, active, created_sec, public_base64, "
	    "sealed, origin) VALUES "
	    "(9, 1, 'tok', 'rsa', 2048, 1, 0, 'p', CAST('k' AS BLOB), 1)");
	return id;
}

static void
test_cascade_of_identity(void **state)
{
	struct fixture *f = *state;
	int64_t id = fill(f, fixture_account(f, "shop"));

	assert_ok(f, store_identity_delete(f->store, f->account, id, &f->err));
	assert_int_equal(count(f, "verification"), 0);
	assert_int_equal(count(f, "link"), 0);
	assert_int_equal(count(f, "identity_grant"), 0);
	assert_int_equal(count(f, "dkim_key"), 0);
	assert_int_equal(count(f, "letter"), 1);
	assert_int_equal(count(f, "access_request"), 1);
	assert_int_equal(count(f, "zone_removal WHERE name = 'tok'"), 1);
}

static void
test_cascade_of_account(void **state)
{
	struct fixture *f = *state;

	fill(f, fixture_account(f, "shop"));
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_int_equal(count(f, "verification"), 0);
	assert_int_equal(count(f, "link"), 0);
	assert_int_equal(count(f, "identity_grant"), 0);
	assert_int_equal(count(f, "dkim_key"), 0);
	assert_int_equal(count(f, "letter"), 0);
	assert_int_equal(count(f, "access_request"), 0);
	assert_int_equal(count(f, "zone_removal WHERE name = 'tok'"), 1);
}

/* ---- numbers ---- */

static void
test_numbers(void **state)
{
	struct fixture *f = *state;
	struct store_numbers n;

	assert_ok(f, store_numbers(f->store, 2, &n, &f->err));
	assert_int_equal(n.accounts, 1);
	assert_int_equal(n.identities[RULES_IDENTITY_PENDING], 0);
	fill(f, fixture_account(f, "shop"));
	(void)fixture_account(f, "watched");
	identity_add(f, f->account, "b@a.example");
	fixture_sql(f, "UPDATE account SET paused = 1, production = 0 "
		       "WHERE name = 'shop';"
		       "UPDATE identity SET status = 2, dkim_status = 4, "
		       "mail_from = 'b.a.example', mail_from_status = 3 "
		       "WHERE id = 1;"
		       "INSERT INTO zone_removal VALUES ('old');"
		       "INSERT INTO suppression (account_id, address, reason, "
		       "since_sec) VALUES (1, 'x@y.example', 0, 0);"
		       "UPDATE account SET standing = 1 WHERE name = 'watched';"
		       "INSERT INTO throttle (account_id, scope, subject, why, "
		       "since_sec, released_sec, released_by, note) VALUES "
		       "(1, 0, 'app', '', 1, 0, '', ''), "
		       "(1, 0, 'old', '', 1, 2, 'root', '');"
		       "INSERT INTO holder (id, host, program, mark, made_sec, "
		       "renewed_sec) VALUES (1, 'a', 'p', 1, 0, 1), "
		       "(2, 'b', 'p', 2, 0, -40);"
		       "INSERT INTO lease (holder_id, account_id, bucket_sec, "
		       "serial, granted, spent, until_usec, recalled) VALUES "
		       "(1, 1, 0, 1, 10, 3, 0, 0), (2, 1, 0, 1, 50, 8, 0, 0)");
	assert_ok(f, store_numbers(f->store, 2, &n, &f->err));
	assert_int_equal(n.accounts, 3);
	assert_int_equal(n.accounts_review, 1);
	assert_int_equal(n.throttled, 1);
	assert_int_equal(n.leased, 7);
	assert_int_equal(n.leased_lost, 42);
	assert_int_equal(n.accounts_production, 2);
	assert_int_equal(n.accounts_paused, 1);
	assert_int_equal(n.identities[RULES_IDENTITY_PENDING], 1);
	assert_int_equal(n.identities[RULES_IDENTITY_SUCCESS], 1);
	assert_int_equal(n.dkim[RULES_IDENTITY_TEMPORARY_FAILURE], 1);
	assert_int_equal(n.dkim[RULES_IDENTITY_NOT_STARTED], 0);
	assert_int_equal(n.mail_from[RULES_IDENTITY_FAILED], 1);
	assert_int_equal(n.mail_from[RULES_IDENTITY_NOT_STARTED], 0);
	assert_int_equal(n.looks_due, 1);
	assert_int_equal(n.letters, 2);
	assert_int_equal(n.letters_due, 2);
	assert_int_equal(n.requests_open, 1);
	assert_int_equal(n.zone_waiting, 2);
	assert_int_equal(n.suppressions, 1);
	assert_ok(f, store_numbers(f->store, 0, &n, &f->err));
	assert_int_equal(n.looks_due, 0);
	assert_int_equal(n.letters_due, 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_letters(void);

int
test_letters(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_link),
	    TEST(test_link_sent),
	    TEST(test_link_sent_by),
	    TEST(test_link_expired),
	    TEST(test_letter),
	    TEST(test_letter_with_report),
	    TEST(test_letter_delete_kind),
	    TEST(test_grant),
	    TEST(test_grants_are_told),
	    TEST(test_request),
	    TEST(test_cascade_of_identity),
	    TEST(test_cascade_of_account),
	    TEST(test_numbers),
	};

	return cmocka_run_group_tests_name("letters", tests, NULL, NULL);
}
