/* Confirmation links: sent, opened, used up, run out. */
#include "config.h"

#include "ops/link.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"

#define ADDRESS "jane@customer.example"

/* The fixture with a sender for letters and a second account. */
static int
setup(void **state)
{
	struct admin_fixture *f;

	if (admin_fixture_setup(state) != 0)
		return -1;
	f = *state;
	free(f->conf->mail_from);
	f->conf->mail_from = strdup("noreply@mail.example");
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "other", "", TEST_NOW, NULL, &f->err));
	return 0;
}

static struct store_identity
add_identity(struct admin_fixture *f, const char *account, const char *name,
    enum rules_identity_type type)
{
	struct store_identity row = {.created_sec = TEST_NOW};
	struct store_account owner;

	assert_code(
	    f, SG_OK, store_account_get(f->store, account, &owner, &f->err));
	row.account_id = owner.facts.id;
	row.facts.type = type;
	row.facts.status = RULES_IDENTITY_PENDING;
	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_code(f, SG_OK, store_identity_create(f->store, &row, &f->err));
	return row;
}

static struct store_identity
add_address(struct admin_fixture *f, const char *account, const char *name)
{
	return add_identity(f, account, name, RULES_IDENTITY_EMAIL);
}

static struct store_identity
now_of(struct admin_fixture *f, const struct store_identity *identity)
{
	struct store_identity row;

	assert_code(f, SG_OK,
	    store_identity_get_by_id(
		f->store, identity->facts.id, &row, &f->err));
	return row;
}

static enum sg_err
send_at(struct admin_fixture *f, const struct store_identity *identity,
    int64_t now_sec)
{
	return link_send(
	    f->store, f->seal, f->conf, identity, now_sec, &f->err);
}

/* The token in the letter that waits, as sendward-jobd reads it. */
struct waiting {
	struct admin_fixture *f;
	int64_t identity_id;
	int count;
	char token[LINK_TOKEN_MAX + 1];
	char facts[512];
};

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct waiting *waiting = ctx;
	struct admin_fixture *f = waiting->f;
	unsigned char *data = NULL;
	size_t len = 0;

	if (row->identity_id != waiting->identity_id)
		return true;
	assert_int_equal(row->kind, STORE_LETTER_CONFIRM);
	assert_string_equal(row->recipient, ADDRESS);
	assert_code(f, SG_OK,
	    seal_unwrap(f->seal, "link", row->sealed, row->sealed_len, &data,
		&len, &f->err));
	assert_int_equal(len, LINK_TOKEN_MAX);
	assert_int_equal(strlen((char *)data), LINK_TOKEN_MAX);
	memcpy(waiting->token, data, LINK_TOKEN_MAX + 1);
	(void)snprintf(
	    waiting->facts, sizeof(waiting->facts), "%s", row->facts);
	seal_wipe_free(&data, len);
	waiting->count++;
	return true;
}

static struct waiting
letter_of(struct admin_fixture *f, const struct store_identity *identity)
{
	struct waiting waiting = {.f = f, .identity_id = identity->facts.id};

	assert_code(f, SG_OK,
	    store_letter_list(f->store, see_letter, &waiting, &f->err));
	return waiting;
}

static enum link_state
look_at(struct admin_fixture *f, const char *token, int64_t now_sec)
{
	struct link_facts facts;
	enum link_state state;

	assert_code(f, SG_OK,
	    link_look(f->store, token, now_sec, &state, &facts, &f->err));
	if (state == LINK_VOID) {
		assert_string_equal(facts.account, "");
		assert_string_equal(facts.address, "");
		return state;
	}
	assert_string_equal(facts.address, ADDRESS);
	return state;
}

static enum link_state
confirm_at(struct admin_fixture *f, const char *token, int64_t now_sec)
{
	struct link_facts facts;
	enum link_state state;

	assert_code(f, SG_OK,
	    link_confirm(f->store, token, now_sec, &state, &facts, &f->err));
	if (state == LINK_VOID) {
		assert_string_equal(facts.address, "");
		return state;
	}
	assert_string_equal(facts.address, ADDRESS);
	return state;
}

static void
test_confirms(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct waiting letter;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	letter = letter_of(f, &row);
	assert_int_equal(letter.count, 1);
	assert_non_null(strstr(letter.facts, "\"expires\""));
	assert_null(strstr(letter.facts, letter.token));
	/* Looking changes nothing, however often. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    look_at(f, letter.token, TEST_NOW + i), LINK_VALID);
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_PENDING);
	assert_int_equal(confirm_at(f, letter.token, TEST_NOW + 5), LINK_VALID);
	row = now_of(f, &row);
	assert_int_equal(row.facts.status, RULES_IDENTITY_SUCCESS);
	assert_int_equal(row.proofs, STORE_PROOF_LINK);
	assert_int_equal(row.verified_sec, TEST_NOW + 5);
	/* Single use; and no letter goes out that leads nowhere. */
	assert_int_equal(confirm_at(f, letter.token, TEST_NOW + 6), LINK_VOID);
	assert_int_equal(look_at(f, letter.token, TEST_NOW + 6), LINK_VOID);
	assert_int_equal(letter_of(f, &row).count, 0);
}

static void
test_valid_for_a_day(void **state)
{
	static const struct {
		const char *name;
		int64_t after;
		enum link_state want;
	} rows[] = {
	    {"at once", 0, LINK_VALID},
	    {"before it was sent", -100, LINK_VALID},
	    {"the last second", LINK_VALID_SEC - 1, LINK_VALID},
	    {"a day later", LINK_VALID_SEC, LINK_VOID},
	    {"a year later", INT64_C(365) * 86400, LINK_VOID},
	};
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct waiting letter;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	letter = letter_of(f, &row);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (look_at(f, letter.token, TEST_NOW + rows[i].after) !=
		    rows[i].want)
			fail_msg("%s", rows[i].name);
	assert_int_equal(
	    confirm_at(f, letter.token, TEST_NOW + LINK_VALID_SEC), LINK_VOID);
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_PENDING);
	assert_int_equal(
	    confirm_at(f, letter.token, TEST_NOW + LINK_VALID_SEC - 1),
	    LINK_VALID);
}

static void
test_resend_voids(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct waiting first, second;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	first = letter_of(f, &row);
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW + LINK_RESEND_SEC));
	second = letter_of(f, &row);
	assert_int_equal(second.count, 1); /* took the place of the first */
	assert_string_not_equal(first.token, second.token);
	assert_int_equal(confirm_at(f, first.token, TEST_NOW + 61), LINK_VOID);
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_PENDING);
	assert_int_equal(
	    confirm_at(f, second.token, TEST_NOW + 61), LINK_VALID);
}

static void
test_caps(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct store_identity same = add_address(f, "other", ADDRESS);
	int64_t now = TEST_NOW;

	assert_code(f, SG_OK, send_at(f, &row, now));
	assert_code(f, SG_BUSY, send_at(f, &row, now));
	assert_non_null(strstr(f->err.text, "0 seconds ago"));
	assert_code(f, SG_BUSY, send_at(f, &row, now + LINK_RESEND_SEC - 1));
	/* The clock went back: no lock for ever. */
	assert_code(f, SG_OK, send_at(f, &row, now - 500));
	/* Every account's letters count. */
	for (int i = 2; i < LINK_PER_DAY; i++)
		assert_code(f, SG_OK,
		    send_at(f, i % 2 == 0 ? &row : &same, now + i * 100));
	now += LINK_PER_DAY * 100;
	assert_code(f, SG_BUSY, send_at(f, &row, now));
	assert_non_null(strstr(f->err.text, "10 letters"));
	assert_non_null(strstr(f->err.text, ADDRESS));
	assert_code(f, SG_BUSY, send_at(f, &same, now));
	/* A refused attempt leaves everything as it was. */
	assert_int_equal(letter_of(f, &row).count, 1);
	assert_int_equal(look_at(f, letter_of(f, &row).token, now), LINK_VALID);
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW + 86400 + 1000));
}

/* An account's letters to whomever are counted, too; another account's are not. */
static void
test_account_cap(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct store_identity other = add_address(f, "other", ADDRESS);
	struct store_link link = {.identity_id = row.facts.id,
	    .created_sec = TEST_NOW,
	    .expires_sec = TEST_NOW + LINK_VALID_SEC};
	char address[64];

	for (int i = 0; i < LINK_PER_ACCOUNT_DAY - 1; i++) {
		(void)snprintf(
		    address, sizeof(address), "someone-%d@else.example", i);
		assert_code(f, SG_OK,
		    store_link_put(
			f->store, &link, row.account_id, address, &f->err));
	}
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW + 1));
	assert_code(f, SG_BUSY, send_at(f, &row, TEST_NOW + 100));
	assert_non_null(strstr(f->err.text, "200 letters"));
	assert_code(f, SG_OK, send_at(f, &other, TEST_NOW + 100));
	/* those of the first second are older than a day */
	assert_code(f, SG_BUSY, send_at(f, &row, TEST_NOW + 86399));
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW + 86400));
}

/* Labels make no second mailbox. */
static void
test_labels(void **state)
{
	/* clang-format off */
	static const struct {
		const char *address;
		enum sg_err code; /* after a letter to jane@customer.example */
	} rows[] = {
		{ "jane+1@customer.example", SG_BUSY },
		{ "JANE+a+b@customer.example", SG_BUSY },
		{ "jane@other.example", SG_OK },
		{ "jan@customer.example", SG_OK },
		{ "+jane@customer.example", SG_OK },
		{ "\"jane+1\"@customer.example", SG_OK },
	};
	/* clang-format on */
	struct admin_fixture *f = *state;
	struct store_identity jane =
	    add_address(f, "other", "jane@customer.example");

	assert_code(f, SG_OK, send_at(f, &jane, TEST_NOW));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_identity row =
		    add_address(f, "shop", rows[i].address);

		assert_code(f, rows[i].code, send_at(f, &row, TEST_NOW));
	}
	assert_code(f, SG_BUSY, send_at(f, &jane, TEST_NOW + 1));
}

static void
test_refuses_to_send(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity domain =
	    add_identity(f, "shop", "customer.example", RULES_IDENTITY_DOMAIN);
	struct store_identity row = add_address(f, "shop", ADDRESS);

	assert_code(f, SG_INVALID, send_at(f, &domain, TEST_NOW));
	assert_non_null(strstr(f->err.text, "domain"));
	row.facts.status = RULES_IDENTITY_SUCCESS;
	assert_code(f, SG_OK, store_identity_update(f->store, &row, &f->err));
	assert_code(f, SG_INVALID, send_at(f, &row, TEST_NOW));
	assert_non_null(strstr(f->err.text, "verified already"));
	row.facts.status = RULES_IDENTITY_FAILED;
	assert_code(f, SG_OK, store_identity_update(f->store, &row, &f->err));
	f->conf->mail_from[0] = '\0';
	assert_code(f, SG_INVALID, send_at(f, &row, TEST_NOW));
	assert_non_null(strstr(f->err.text, "mail.from"));
	free(f->conf->mail_from);
	f->conf->mail_from = strdup("noreply@mail.example");
	/* One that failed begins anew. */
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_PENDING);
	assert_code(f, SG_OK,
	    store_identity_delete(
		f->store, row.account_id, row.facts.id, &f->err));
	assert_code(f, SG_MISSING, send_at(f, &row, TEST_NOW + 100));
}

static void
test_joins_a_transaction(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;

	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	row = add_address(f, "shop", ADDRESS);
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	assert_int_equal(letter_of(f, &row).count, 1);
	store_rollback(f->store);
	assert_int_equal(letter_of(f, &row).count, 0);
	row = add_address(f, "shop", ADDRESS);
	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
}

static void
test_malformed_tokens(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	char token[LINK_TOKEN_MAX + 1], *longer = malloc(100001);
	struct waiting letter;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	letter = letter_of(f, &row);
	assert_int_equal(look_at(f, "", TEST_NOW), LINK_VOID);
	/* Each byte in each place, but for the one that is right. */
	for (size_t at = 0; at < LINK_TOKEN_MAX; at += 7)
		for (int byte = 1; byte < 256; byte++) {
			memcpy(token, letter.token, sizeof(token));
			if ((char)byte == token[at])
				continue;
			token[at] = (char)byte;
			assert_int_equal(
			    confirm_at(f, token, TEST_NOW), LINK_VOID);
		}
	/* Cut short, and with more behind. */
	for (size_t len = 0; len < LINK_TOKEN_MAX; len++) {
		memcpy(token, letter.token, sizeof(token));
		token[len] = '\0';
		assert_int_equal(confirm_at(f, token, TEST_NOW), LINK_VOID);
	}
	assert_non_null(longer);
	memset(longer, 'A', 100000);
	longer[100000] = '\0';
	memcpy(longer, letter.token, LINK_TOKEN_MAX);
	assert_int_equal(confirm_at(f, longer, TEST_NOW), LINK_VOID);
	longer[LINK_TOKEN_MAX] = '=';
	longer[LINK_TOKEN_MAX + 1] = '\0';
	assert_int_equal(confirm_at(f, longer, TEST_NOW), LINK_VOID);
	free(longer);
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_PENDING);
	assert_int_equal(confirm_at(f, letter.token, TEST_NOW), LINK_VALID);
}

static void
test_identity_deleted(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct waiting letter;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	letter = letter_of(f, &row);
	assert_code(f, SG_OK,
	    store_identity_delete(
		f->store, row.account_id, row.facts.id, &f->err));
	assert_int_equal(confirm_at(f, letter.token, TEST_NOW + 1), LINK_VOID);
	/* Made again, it does not take the old link. */
	row = add_address(f, "shop", ADDRESS);
	assert_int_equal(confirm_at(f, letter.token, TEST_NOW + 2), LINK_VOID);
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_PENDING);
}

static void
test_accounts_apart(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity mine = add_address(f, "shop", ADDRESS);
	struct store_identity theirs = add_address(f, "other", ADDRESS);
	struct link_facts facts;
	enum link_state seen;
	struct waiting letter;

	assert_code(f, SG_OK, send_at(f, &mine, TEST_NOW));
	letter = letter_of(f, &mine);
	assert_code(f, SG_OK, send_at(f, &theirs, TEST_NOW + 60));
	assert_string_not_equal(letter.token, letter_of(f, &theirs).token);
	/* The other's letter does not void mine. */
	assert_code(f, SG_OK,
	    link_confirm(
		f->store, letter.token, TEST_NOW + 70, &seen, &facts, &f->err));
	assert_int_equal(seen, LINK_VALID);
	assert_string_equal(facts.account, "shop");
	assert_int_equal(now_of(f, &mine).facts.status, RULES_IDENTITY_SUCCESS);
	assert_int_equal(
	    now_of(f, &theirs).facts.status, RULES_IDENTITY_PENDING);
}

struct racer {
	pthread_t thread;
	const char *store, *token;
	enum link_state seen;
	enum sg_err code;
};

static void *
race(void *ctx)
{
	struct racer *racer = ctx;
	struct store *store = NULL;
	struct link_facts facts;

	racer->code =
	    store_open(racer->store, STORE_OPEN_WRITE, 5000, &store, NULL);
	if (racer->code == SG_OK)
		racer->code = link_confirm(
		    store, racer->token, TEST_NOW, &racer->seen, &facts, NULL);
	store_close(&store);
	return NULL;
}

static void
test_one_of_several_wins(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct racer racers[4];
	struct waiting letter;
	int winners = 0;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	letter = letter_of(f, &row);
	for (int i = 0; i < 4; i++) {
		racers[i] = (struct racer){
		    .store = f->conf->store, .token = letter.token};
		assert_int_equal(
		    pthread_create(&racers[i].thread, NULL, race, &racers[i]),
		    0);
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
		assert_int_equal(racers[i].code, SG_OK);
		winners += racers[i].seen == LINK_VALID;
	}
	assert_int_equal(winners, 1);
	assert_int_equal(now_of(f, &row).facts.status, RULES_IDENTITY_SUCCESS);
}

static void
test_locked(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row = add_address(f, "shop", ADDRESS);
	struct store *second = NULL;
	struct link_facts facts;
	enum link_state seen;
	struct waiting letter;

	assert_code(f, SG_OK, send_at(f, &row, TEST_NOW));
	letter = letter_of(f, &row);
	assert_code(f, SG_OK,
	    store_open(f->conf->store, STORE_OPEN_WRITE, 0, &second, &f->err));
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	assert_code(f, SG_BUSY,
	    link_confirm(
		second, letter.token, TEST_NOW, &seen, &facts, &f->err));
	assert_int_equal(seen, LINK_VOID);
	assert_string_equal(facts.address, "");
	/* A void link asks for no lock. */
	assert_code(f, SG_OK,
	    link_confirm(second, "void", TEST_NOW, &seen, &facts, &f->err));
	assert_int_equal(seen, LINK_VOID);
	store_rollback(f->store);
	store_close(&second);
	assert_int_equal(confirm_at(f, letter.token, TEST_NOW), LINK_VALID);
}

static void
test_expire(void **state)
{
	static const char *const names[] = {
	    "a@x.example", "b@x.example", "c@x.example", "d@x.example"};
	struct admin_fixture *f = *state;
	struct store_identity rows[4];
	int done;

	for (int i = 0; i < 4; i++) {
		rows[i] = add_address(f, "shop", names[i]);
		assert_code(f, SG_OK, send_at(f, &rows[i], TEST_NOW + i));
	}
	assert_code(f, SG_OK,
	    link_expire(
		f->store, 10, TEST_NOW + LINK_VALID_SEC - 1, &done, &f->err));
	assert_int_equal(done, 0);
	/* The last one got a new link, the one before is verified. */
	assert_code(f, SG_OK, send_at(f, &rows[3], TEST_NOW + 100));
	rows[2].facts.status = RULES_IDENTITY_SUCCESS;
	assert_code(
	    f, SG_OK, store_identity_update(f->store, &rows[2], &f->err));
	assert_code(f, SG_OK,
	    link_expire(
		f->store, 1, TEST_NOW + LINK_VALID_SEC + 3, &done, &f->err));
	assert_int_equal(done, 1);
	assert_int_equal(
	    now_of(f, &rows[0]).facts.status, RULES_IDENTITY_FAILED);
	assert_int_equal(
	    now_of(f, &rows[1]).facts.status, RULES_IDENTITY_PENDING);
	assert_code(f, SG_OK,
	    link_expire(
		f->store, 10, TEST_NOW + LINK_VALID_SEC + 3, &done, &f->err));
	assert_int_equal(done, 1);
	assert_int_equal(
	    now_of(f, &rows[2]).facts.status, RULES_IDENTITY_SUCCESS);
	assert_int_equal(
	    now_of(f, &rows[3]).facts.status, RULES_IDENTITY_PENDING);
	assert_code(f, SG_OK,
	    link_expire(
		f->store, 10, TEST_NOW + LINK_VALID_SEC + 3, &done, &f->err));
	assert_int_equal(done, 0);
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, setup, admin_fixture_teardown)
	const struct CMUnitTest tests[] = {
	    T(test_confirms),
	    T(test_valid_for_a_day),
	    T(test_resend_voids),
	    T(test_caps),
	    T(test_account_cap),
	    T(test_labels),
	    T(test_refuses_to_send),
	    T(test_joins_a_transaction),
	    T(test_malformed_tokens),
	    T(test_identity_deleted),
	    T(test_accounts_apart),
	    T(test_one_of_several_wins),
	    T(test_locked),
	    T(test_expire),
	};
#undef T

	return cmocka_run_group_tests(tests, NULL, NULL);
}
