/* Looks at identities with answers made by hand: what follows in the store. */
#include "config.h"
#include "ops/test-check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/advice.h"

/* ---- what follows ---------------------------------------------------------------- */

static struct identity_file *
apply(struct admin_fixture *f, int64_t id, const char *const *lines, bool asked,
    int64_t now_sec)
{
	struct identity_file *file = NULL;
	struct check *check = NULL;

	assert_code(
	    f, SG_OK, check_new(f->store, f->conf, id, false, &check, &f->err));
	house_answer(check, lines);
	assert_code(
	    f, SG_OK, check_apply(check, f->store, asked, now_sec, &f->err));
	assert_int_equal(check_file(check)->row.facts.id, id);
	check_free(&check);
	assert_code(f, SG_OK,
	    identity_file_load(f->store, f->conf, id, &file, &f->err));
	return file;
}

#define N RULES_IDENTITY_NOT_STARTED
#define P RULES_IDENTITY_PENDING
#define S RULES_IDENTITY_SUCCESS
#define F RULES_IDENTITY_FAILED
#define T RULES_IDENTITY_TEMPORARY_FAILURE

struct follow_row {
	const char *name;
	int setup;
	zone_lines lines;
	int64_t after_sec;
	enum rules_identity_status identity, dkim, mail_from;
	int proofs;
	enum verification_error error; /* of the identity */
	const char *signs;             /* selector; "" none */
};

/* clang-format off */
static const struct follow_row follows[] = {
	{ "nothing there",   ALL, {NULL}, 0, P, P, P, 0, E_HOST, "" },
	{ "DKIM record",     ALL, {S1 DKIM(KEY1)}, 0, S, S, P, STORE_PROOF_DKIM_TXT, E_NONE, "s1" },
	{ "three CNAMEs",    ALL, {EASY_ALL, EASY_KEY}, 0, S, S, P, STORE_PROOF_EASY_DKIM, E_NONE, "e0" },
	{ "three CNAMEs, key not in our zone", ALL, {EASY_ALL}, 0, S, P, P, STORE_PROOF_EASY_DKIM, E_NONE, "" },
	{ "two CNAMEs",      ALL, {EASY("0"), EASY("1"), EASY_KEY}, 0, P, S, P, 0, E_HOST, "e0" },
	{ "token",           ALL, {"_sendward.a.example TXT " TOKEN}, 0, S, P, P, STORE_PROOF_TXT, E_NONE, "" },
	{ "token of SES",    ALL, {"_amazonses.a.example TXT " TOKEN}, 0, S, P, P, STORE_PROOF_TXT, E_NONE, "" },
	{ "all",             ALL, {S1 DKIM(KEY1), EASY_ALL, EASY_KEY, "_sendward.a.example TXT " TOKEN, MX_OK, SPF_OK}, 0, S, S, S, STORE_PROOF_DKIM_TXT | STORE_PROOF_EASY_DKIM | STORE_PROOF_TXT, E_NONE, "e0" },
	{ "own key",         WITH_OWN | WITH_KEY, {S2 DKIM(KEY2)}, 0, S, S, N, STORE_PROOF_DKIM_TXT, E_NONE, "s2" },
	{ "own key before TXT", WITH_OWN | WITH_KEY, {S1 DKIM(KEY1), S2 DKIM(KEY2)}, 0, S, S, N, STORE_PROOF_DKIM_TXT, E_NONE, "s2" },
	{ "wrong value tells most", ALL, {S1 DKIM(KEY2)}, 0, P, P, P, 0, E_VALUE, "" },
	{ "one unanswered may have proved it", ALL, {S1 DKIM(KEY2), "_sendward.a.example FAILS"}, 0, P, P, P, 0, E_DNS, "" },
	{ "wrong CNAME, others unanswered", WITH_EASY, {"e0._domainkey.a.example CNAME x.example", "e1._domainkey.a.example FAILS", "e2._domainkey.a.example FAILS"}, 0, P, P, N, 0, E_VALUE, "" },
	{ "MX and SPF",      ALL, {MX_OK, SPF_OK}, 0, P, P, S, 0, E_HOST, "" },
	{ "MX alone",        ALL, {MX_OK}, 0, P, P, P, 0, E_HOST, "" },
	{ "72 hours less a second", ALL, {NULL}, 72 * HOUR - 1, P, P, P, 0, E_HOST, "" },
	{ "72 hours",        ALL, {NULL}, 72 * HOUR, F, F, F, 0, E_HOST, "" },
	{ "72 hours, no answer", ALL, {"* FAILS"}, 72 * HOUR, P, P, P, 0, E_DNS, "" },
	{ "144 hours, no answer", ALL, {"* FAILS"}, 144 * HOUR, F, F, F, 0, E_DNS, "" },
};
/* clang-format on */

static const char *
signing(const struct identity_file *file)
{
	for (size_t i = 0; i < file->key_count; i++)
		if (file->keys[i].active)
			return file->keys[i].selector;
	return "";
}

static void
check_follow(struct admin_fixture *f, const struct follow_row *row)
{
	int64_t id = house_identity(f, "shop", "a.example", row->setup);
	struct identity_file *file =
	    apply(f, id, row->lines, false, TEST_NOW + row->after_sec);
	const struct verification *v = &file->looks[VERIFICATION_IDENTITY];

	if (file->row.facts.status != row->identity ||
	    file->row.facts.dkim_status != row->dkim ||
	    file->row.mail_from_status != row->mail_from)
		fail_msg("%s: %d %d %d", row->name, (int)file->row.facts.status,
		    (int)file->row.facts.dkim_status,
		    (int)file->row.mail_from_status);
	if (file->row.proofs != row->proofs || v->error != row->error)
		fail_msg("%s: proofs %d, %s", row->name, file->row.proofs,
		    verification_error_name(v->error));
	if (strcmp(signing(file), row->signs) != 0)
		fail_msg("%s: %s signs", row->name, signing(file));
	if ((file->row.verified_sec != 0) != (row->identity == S))
		fail_msg("%s: verified_sec", row->name);
	for (int i = 0; i < VERIFICATION_SUBJECTS; i++)
		if (file->looks[i].next_sec <= TEST_NOW + row->after_sec &&
		    file->looks[i].next_sec != 0)
			fail_msg("%s: subject %d stays due", row->name, i);
	assert_code(f, SG_OK,
	    store_identity_delete(f->store, file->row.account_id, id, &f->err));
	identity_file_free(&file);
}

static void
test_follows(void **state)
{
	struct admin_fixture *f = *state;

	for (size_t i = 0; i < sizeof(follows) / sizeof(*follows); i++)
		check_follow(f, &follows[i]);
}

/* ---- letters ----------------------------------------------------------------------- */

struct letters {
	char text[2048];
};

static bool
note_letter(void *ctx, const struct store_letter *row)
{
	static const char *const names[STORE_LETTER_KINDS] = {
	    [STORE_LETTER_VERIFIED] = "VERIFIED",
	    [STORE_LETTER_FAILED] = "FAILED",
	    [STORE_LETTER_WARNING] = "WARNING",
	    [STORE_LETTER_RESTORED] = "RESTORED",
	    [STORE_LETTER_REVOKED] = "REVOKED"};
	struct letters *letters = ctx;
	size_t len = strlen(letters->text);
	const char *subject = strstr(row->facts, "\"subject\":\"");

	assert_non_null(names[row->kind]);
	assert_non_null(subject);
	subject += strlen("\"subject\":\"");
	(void)snprintf(letters->text + len, sizeof(letters->text) - len,
	    "%s%s %.*s", len > 0 ? ", " : "", names[row->kind],
	    (int)strcspn(subject, "\""), subject);
	return true;
}

static bool
forget_letter(void *ctx, const struct store_letter *row)
{
	int64_t *id = ctx;

	*id = row->id;
	return false;
}

/* What was written since the last call. */
static void
assert_letters(struct admin_fixture *f, const char *wanted)
{
	struct letters letters = {""};
	int64_t id;

	assert_code(f, SG_OK,
	    store_letter_list(f->store, note_letter, &letters, &f->err));
	assert_string_equal(letters.text, wanted);
	for (;;) {
		id = 0;
		assert_code(f, SG_OK,
		    store_letter_list(f->store, forget_letter, &id, &f->err));
		if (id == 0)
			return;
		assert_code(
		    f, SG_OK, store_letter_delete(f->store, id, &f->err));
	}
}

struct life_row {
	const char *name;
	int64_t wait_sec;
	zone_lines lines;
	bool asked;
	enum rules_identity_status identity, dkim, mail_from;
	const char *letters;
};

static void
live(struct admin_fixture *f, int64_t id, const struct life_row *rows,
    size_t count)
{
	int64_t now = TEST_NOW;

	for (size_t i = 0; i < count; i++) {
		const struct life_row *row = &rows[i];
		struct identity_file *file;

		now += row->wait_sec;
		file = apply(f, id, row->lines, row->asked, now);
		if (file->row.facts.status != row->identity ||
		    file->row.facts.dkim_status != row->dkim ||
		    file->row.mail_from_status != row->mail_from)
			fail_msg("%s: %d %d %d", row->name,
			    (int)file->row.facts.status,
			    (int)file->row.facts.dkim_status,
			    (int)file->row.mail_from_status);
		assert_letters(f, row->letters);
		identity_file_free(&file);
	}
}

#define LIVE(f, id, rows) live(f, id, rows, sizeof(rows) / sizeof(*(rows)))

static void
test_life(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	/* clang-format off */
	static const struct life_row rows[] = {
		{ "not yet", 5, {NULL}, false, P, P, P, "" },
		{ "there", 5, {S1 DKIM(KEY1), MX_OK, SPF_OK}, false, S, S, S, "VERIFIED identity and MAIL FROM domain mail.a.example" },
		{ "still", DAY, {S1 DKIM(KEY1), MX_OK, SPF_OK}, false, S, S, S, "" },
		{ "no answer", DAY, {"* FAILS"}, false, S, S, S, "" },
		{ "gone", DAY, {MX_OK, SPF_OK}, false, T, T, S, "WARNING identity" },
		{ "gone still", 72 * HOUR - 1, {MX_OK, SPF_OK}, false, T, T, S, "" },
		{ "no answer for a year", 365 * DAY, {"* FAILS"}, false, T, T, S, "" },
		{ "back", 1, {S1 DKIM(KEY1), MX_OK, SPF_OK}, false, S, S, S, "RESTORED identity" },
		{ "gone again", DAY, {MX_OK, SPF_OK}, false, T, T, S, "WARNING identity" },
		{ "revoked", 72 * HOUR, {MX_OK, SPF_OK}, false, F, F, S, "REVOKED identity" },
		{ "back too late", DAY, {S1 DKIM(KEY1), MX_OK, SPF_OK}, false, F, F, S, "" },
		{ "asked", 1, {S1 DKIM(KEY1), MX_OK, SPF_OK}, true, S, S, S, "VERIFIED identity" },
		{ "MX gone", DAY, {S1 DKIM(KEY1), SPF_OK}, false, S, S, T, "WARNING MAIL FROM domain mail.a.example" },
		{ "MX gone for good", 72 * HOUR, {S1 DKIM(KEY1), SPF_OK}, false, S, S, F, "REVOKED MAIL FROM domain mail.a.example" },
		{ "by token", DAY, {"_sendward.a.example TXT " TOKEN}, false, S, T, F, "WARNING DKIM" },
		{ "DKIM back", DAY, {S1 DKIM(KEY1), "_sendward.a.example TXT " TOKEN}, false, S, S, F, "RESTORED DKIM" },
	};
	/* clang-format on */

	LIVE(f, id, rows);
}

/* Every end of the 72 hours is one letter. */
static void
test_never_there(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	/* clang-format off */
	static const struct life_row rows[] = {
		{ "failed", 72 * HOUR, {NULL}, false, F, F, F, "FAILED identity" },
		{ "and stays", DAY, {NULL}, false, F, F, F, "" },
		{ "asked, nothing", 1, {NULL}, true, F, F, F, "" },
		{ "asked, the token", 1, {"_sendward.a.example TXT " TOKEN}, true, S, F, F, "VERIFIED identity" },
		{ "asked, the key", 1, {"_sendward.a.example TXT " TOKEN, S1 DKIM(KEY1)}, true, S, S, F, "VERIFIED DKIM" },
	};
	/* clang-format on */

	LIVE(f, id, rows);
}

/* ---- the operator's word -------------------------------------------------------------- */

static int64_t
make_word(struct admin_fixture *f, int setup)
{
	int64_t id = house_identity(f, "shop", "a.example", setup);
	struct identity_file *file = NULL;

	assert_code(f, SG_OK,
	    identity_file_load(f->store, f->conf, id, &file, &f->err));
	file->row.facts.status = S;
	file->row.facts.dkim_status = S;
	file->row.proofs = STORE_PROOF_WORD;
	file->row.verified_sec = TEST_NOW;
	assert_code(
	    f, SG_OK, store_identity_update(f->store, &file->row, &f->err));
	for (size_t i = 0; i < file->key_count; i++)
		if (strcmp(file->keys[i].selector, "s1") == 0)
			assert_code(f, SG_OK,
			    store_key_set_active(f->store, file->keys[i].id,
				true, TEST_NOW, &f->err));
	identity_file_free(&file);
	return id;
}

static void
test_word(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_word(f, WITH_KEY | WITH_TOKEN);
	/* clang-format off */
	static const struct life_row rows[] = {
		{ "no DNS at all", 5, {NULL}, false, S, S, N, "" },
		{ "for months", 90 * DAY, {NULL}, false, S, S, N, "" },
		{ "seen once", DAY, {S1 DKIM(KEY1)}, false, S, S, N, "" },
		{ "then gone", DAY, {NULL}, false, S, T, N, "WARNING DKIM" },
		{ "for 72 hours", 72 * HOUR, {NULL}, false, S, F, N, "REVOKED DKIM" },
		{ "back, asked", DAY, {S1 DKIM(KEY1)}, true, S, S, N, "VERIFIED DKIM" },
	};
	/* clang-format on */

	LIVE(f, id, rows);
}

/* A key that signs by the operator's word, of an identity that does not: its
 * absence counts. */
static void
test_key_by_word(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", WITH_TOKEN);
	int64_t key = house_key(f, id, "s1", KEY1, (struct store_key){0});
	/* clang-format off */
	static const struct life_row rows[] = {
		{ "both there", 5, {"_sendward.a.example TXT " TOKEN, S1 DKIM(KEY1)}, false, S, S, N, "VERIFIED identity" },
		{ "another signs by word", 5, {"_sendward.a.example TXT " TOKEN}, false, S, T, N, "WARNING DKIM" },
	};
	/* clang-format on */

	live(f, id, rows, 1);
	assert_code(f, SG_OK,
	    store_key_set_active(f->store, key, false, TEST_NOW, &f->err));
	(void)house_key(f, id, "s9", KEY2, (struct store_key){.active = true});
	live(f, id, rows + 1, 1);
}

static void
assert_proofs(
    struct admin_fixture *f, int64_t id, const char *const *lines, int proofs)
{
	struct identity_file *file = apply(f, id, lines, false, TEST_NOW);

	assert_int_equal(file->row.proofs, proofs);
	identity_file_free(&file);
}

/* Proofs come and go; one that nobody answered for stays. */
static void
test_proofs(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	zone_lines both = {"_sendward.a.example TXT " TOKEN, S1 DKIM(KEY1)};
	zone_lines one = {
	    "_sendward.a.example TXT " TOKEN, "s1._domainkey.a.example FAILS"};
	zone_lines token = {"_sendward.a.example TXT " TOKEN};
	zone_lines easy = {EASY_ALL, EASY_KEY};

	assert_proofs(f, id, both, STORE_PROOF_TXT | STORE_PROOF_DKIM_TXT);
	assert_proofs(f, id, one, STORE_PROOF_TXT | STORE_PROOF_DKIM_TXT);
	assert_proofs(f, id, token, STORE_PROOF_TXT);
	assert_proofs(f, id, easy, STORE_PROOF_EASY_DKIM);
}

/* The word stands, and daily looks are daily. */
static void
test_word_times(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_word(f, WITH_KEY);
	zone_lines nothing = {NULL};
	struct identity_file *file = apply(f, id, nothing, false, TEST_NOW + 5);

	for (int i = 0; i < 2; i++) {
		assert_in_range(
		    file->looks[i].next_sec - TEST_NOW, DAY - DAY / 8, DAY + 5);
		assert_int_equal(file->looks[i].success_sec, 0);
		assert_int_equal(file->looks[i].error, E_HOST);
	}
	assert_string_equal(signing(file), "s1");
	identity_file_free(&file);
}

/* ---- rotation -------------------------------------------------------------------------- */

static void
test_rotation_txt(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", WITH_KEY);
	zone_lines first = {S1 DKIM(KEY1)};
	zone_lines both = {S1 DKIM(KEY1), S2 DKIM(KEY2)};
	int64_t now = TEST_NOW;
	struct identity_file *file = apply(f, id, first, false, now);

	assert_string_equal(signing(file), "s1");
	identity_file_free(&file);
	(void)house_key(
	    f, id, "s2", KEY2, (struct store_key){.created_sec = ++now});
	file = apply(f, id, first, false, now);
	assert_string_equal(signing(file), "s1");
	assert_in_range(
	    file->looks[VERIFICATION_DKIM].next_sec, now + 1, now + 5);
	identity_file_free(&file);
	file = apply(f, id, both, false, now += 5);
	assert_string_equal(signing(file), "s2");
	assert_int_equal(file->key_count, 2);
	assert_int_equal(file->keys[0].retired_sec, now);
	identity_file_free(&file);
	file = apply(f, id, both, false, now += KEY_PLAN_KEEP_SEC);
	assert_int_equal(file->key_count, 1);
	assert_int_equal(file->row.facts.dkim_status, S);
	identity_file_free(&file);
}

/* A new key of Easy DKIM waits until it has been in our zone for the TTL. */
static void
test_rotation_easy(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", WITH_EASY);
	zone_lines lines = {EASY_ALL, EASY_KEY, "e1." ZONE " TXT " DKIM(KEY2)};
	int64_t now = TEST_NOW, key;
	struct identity_file *file = apply(f, id, lines, false, now);

	assert_string_equal(signing(file), "e0");
	identity_file_free(&file);
	key = house_key(f, id, "e1", KEY2,
	    (struct store_key){
		.created_sec = ++now, .origin = KEY_EASY, .slot = 1});
	file = apply(f, id, lines, false, now);
	assert_string_equal(signing(file), "e0");
	identity_file_free(&file);
	assert_code(f, SG_OK, store_key_published(f->store, key, now, &f->err));
	file = apply(f, id, lines, false, now + TTL - 1);
	assert_string_equal(signing(file), "e0");
	assert_int_equal(file->looks[VERIFICATION_DKIM].next_sec, now + TTL);
	identity_file_free(&file);
	file = apply(f, id, lines, false, now + TTL);
	assert_string_equal(signing(file), "e1");
	assert_int_equal(file->row.facts.dkim_status, S);
	identity_file_free(&file);
}

/* The zone is included by hand: nobody tells when a key came into it. */
static void
test_easy_by_hand(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", WITH_EASY);
	zone_lines lines = {EASY_ALL, EASY_KEY};
	struct identity_file *file;

	admin_fixture_set(&f->conf->dkim_update_server, "");
	file = apply(f, id, lines, false, TEST_NOW);
	assert_int_equal(file->row.facts.status, S);
	assert_int_equal(file->row.facts.dkim_status, P);
	assert_string_equal(signing(file), "");
	assert_in_range(file->looks[VERIFICATION_DKIM].next_sec, TEST_NOW + 5,
	    TEST_NOW + TTL);
	identity_file_free(&file);
	file = apply(f, id, lines, false, TEST_NOW + TTL);
	assert_string_equal(signing(file), "e0");
	assert_int_equal(file->row.facts.dkim_status, S);
	identity_file_free(&file);
}

/* Our own zone is lost: no customer is to blame, nothing is taken back. */
static void
test_own_zone_lost(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", WITH_EASY);
	/* clang-format off */
	static const struct life_row rows[] = {
		{ "there", 0, {EASY_ALL, EASY_KEY}, false, S, S, N, "VERIFIED identity" },
		{ "zone lost", DAY, {EASY_ALL}, false, S, S, N, "" },
		{ "for long", 30 * DAY, {EASY_ALL}, false, S, S, N, "" },
		{ "CNAMEs gone", DAY, {NULL}, false, T, T, N, "WARNING identity" },
	};
	/* clang-format on */

	LIVE(f, id, rows);
}

/* A key of Easy DKIM that was in our zone and is not seen is published anew. */
static void
test_key_lost(void **state)
{
	struct admin_fixture *f = *state;
	/* clang-format off */
	static const struct {
		const char *name;
		const char *lines[LINES];
		int64_t published_sec; /* before now */
		const char *server; /* of updates; NULL as it is */
		bool is_again;
	} rows[] = {
		{ "there", {EASY_ALL, EASY_KEY}, DAY, NULL, false },
		{ "lost", {EASY_ALL}, DAY, NULL, true },
		{ "another one there", {EASY_ALL, "e0." ZONE " TXT " DKIM(KEY2)}, DAY, NULL, true },
		{ "on its way", {EASY_ALL}, TTL - 1, NULL, false },
		{ "of another clock", {EASY_ALL}, -DAY, NULL, true },
		{ "no answer", {EASY_ALL, "e0." ZONE " FAILS"}, DAY, NULL, false },
		{ "no CNAMEs", {NULL}, DAY, NULL, false },
		{ "zone included by hand", {EASY_ALL}, DAY, "", false },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int64_t id = house_identity(f, "shop", "a.example", WITH_EASY);
		struct identity_file *file =
		    apply(f, id, rows[0].lines, false, TEST_NOW + DAY);
		int64_t at = TEST_NOW + 2 * DAY - rows[i].published_sec;

		assert_string_equal(signing(file), "e0");
		assert_code(f, SG_OK,
		    store_key_published(
			f->store, file->keys[0].id, at, &f->err));
		identity_file_free(&file);
		if (rows[i].server != NULL)
			admin_fixture_set(
			    &f->conf->dkim_update_server, rows[i].server);
		file = apply(f, id, rows[i].lines, false, TEST_NOW + 2 * DAY);
		if ((file->keys[0].published_sec == 0) != rows[i].is_again)
			fail_msg("%s: published at %lld", rows[i].name,
			    (long long)file->keys[0].published_sec);
		assert_string_equal(signing(file), "e0");
		assert_code(f, SG_OK,
		    store_identity_delete(
			f->store, file->row.account_id, id, &f->err));
		identity_file_free(&file);
	}
}

/* ---- others ---------------------------------------------------------------------------- */

static void
test_two_accounts(void **state)
{
	struct admin_fixture *f = *state;
	int64_t ours = house_identity(f, "shop", "a.example", WITH_TOKEN);
	int64_t rivals = house_identity(f, "rival", "a.example", WITH_TOKEN);
	zone_lines lines = {"_sendward.a.example TXT " TOKEN};
	zone_lines both = {"_sendward.a.example TXT " TOKEN,
	    "_sendward.a.example TXT other token"};
	struct identity_file *file;

	(void)house_key(f, ours, "s1", KEY1, (struct store_key){0});
	(void)house_key(f, rivals, "r1", KEY2, (struct store_key){0});
	file = apply(f, ours, lines, true, TEST_NOW);
	assert_int_equal(file->row.facts.status, S);
	identity_file_free(&file);
	file = apply(f, rivals, lines, true, TEST_NOW);
	assert_int_equal(file->row.facts.status, P);
	assert_int_equal(file->looks[VERIFICATION_IDENTITY].error, E_VALUE);
	identity_file_free(&file);
	file = apply(f, rivals, both, true, TEST_NOW);
	assert_int_equal(file->row.facts.status, S);
	identity_file_free(&file);
	file = apply(f, ours, both, true, TEST_NOW);
	assert_int_equal(file->row.facts.status, S);
	identity_file_free(&file);
}

/* An address: DNS proves nothing about it, but its MAIL FROM domain. */
static void
test_address(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "me@a.example", WITH_MAIL_FROM);
	zone_lines lines = {MX_OK, SPF_OK};
	struct identity_file *file =
	    apply(f, id, lines, false, TEST_NOW + 100 * HOUR);

	assert_int_equal(file->row.facts.status, P);
	assert_int_equal(file->row.mail_from_status, S);
	assert_int_equal(file->looks[VERIFICATION_IDENTITY].next_sec, 0);
	identity_file_free(&file);
	assert_letters(f, "VERIFIED MAIL FROM domain mail.a.example");
}

/* Nobody told which records are wanted: no fault of the customer's. */
static void
test_no_bounce_domain(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	zone_lines nothing = {NULL};
	struct identity_file *file;

	admin_fixture_set(&f->conf->bounce_domain, "");
	file = apply(f, id, nothing, false, TEST_NOW + 73 * HOUR);
	assert_int_equal(file->row.mail_from_status, P);
	assert_int_equal(file->looks[VERIFICATION_MAIL_FROM].error,
	    VERIFICATION_SERVICE_ERROR);
	identity_file_free(&file);
}

/* What changed since the questions were asked is respected. */
static void
test_changed_meanwhile(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	zone_lines lines = {S1 DKIM(KEY1), MX_OK, SPF_OK};
	struct identity_file *file = NULL;
	struct check *check = house_look(f, id, lines);

	assert_code(f, SG_OK,
	    identity_file_load(f->store, f->conf, id, &file, &f->err));
	(void)snprintf(file->row.facts.mail_from,
	    sizeof(file->row.facts.mail_from), "new.a.example");
	assert_code(
	    f, SG_OK, store_identity_update(f->store, &file->row, &f->err));
	for (size_t i = 0; i < file->key_count; i++)
		if (strcmp(file->keys[i].selector, "s1") == 0)
			assert_code(f, SG_OK,
			    store_key_delete(
				f->store, file->keys[i].id, &f->err));
	(void)house_key(f, id, "s3", KEY2, (struct store_key){0});
	identity_file_free(&file);
	assert_code(
	    f, SG_OK, check_apply(check, f->store, false, TEST_NOW, &f->err));
	assert_int_equal(check_file(check)->row.mail_from_status, P);
	assert_int_equal(check_file(check)->row.facts.status, P);
	assert_string_equal(signing(check_file(check)), "");
	assert_string_equal(
	    check_file(check)->row.facts.mail_from, "new.a.example");
	check_free(&check);
}

static void
test_gone_meanwhile(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	zone_lines lines = {S1 DKIM(KEY1)};
	struct check *check = house_look(f, id, lines);

	assert_code(f, SG_OK,
	    store_identity_delete(
		f->store, admin_fixture_account(f, "shop"), id, &f->err));
	(void)house_identity(f, "shop", "a.example", ALL);
	assert_code(f, SG_MISSING,
	    check_apply(check, f->store, true, TEST_NOW, &f->err));
	assert_letters(f, "");
	check_free(&check);
	assert_code(f, SG_MISSING,
	    check_new(f->store, f->conf, id, false, &check, &f->err));
	assert_null(check);
}

/* Identities of before have no row of looks: their time begins now. */
static void
test_no_rows(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	zone_lines nothing = {NULL};
	struct identity_file *file;

	for (int i = 0; i < VERIFICATION_SUBJECTS; i++)
		assert_code(f, SG_OK,
		    store_verification_delete(
			f->store, id, (enum verification_subject)i, &f->err));
	file = apply(f, id, nothing, false, TEST_NOW + 365 * DAY);
	assert_int_equal(file->row.facts.status, P);
	assert_int_equal(file->looks[VERIFICATION_IDENTITY].started_sec,
	    TEST_NOW + 365 * DAY);
	identity_file_free(&file);
}

static void
test_questions(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	const struct check_question *list;
	struct check *check = NULL;
	zone_lines nobody = {"* FAILS"}, nothing = {NULL};
	struct advice spf, dmarc;
	size_t count;

	assert_code(
	    f, SG_OK, check_new(f->store, f->conf, id, false, &check, &f->err));
	count = check_questions(check, &list);
	/* s1, 3 CNAMEs, the key of e0, 2 tokens, MX, SPF */
	assert_int_equal(count, 1 + 3 + 1 + 2 + 2);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(list[i].type == list[k].type &&
				     strcmp(list[i].name, list[k].name) == 0);
	assert_true(check_is_unanswered(check));
	assert_false(check_advice(check, &spf, &dmarc));
	house_answer(check, nobody);
	assert_true(check_is_unanswered(check));
	house_answer(check, nothing);
	assert_false(check_is_unanswered(check));
	check_free(&check);
}

/* A record as long as DNS allows, and more of them than are kept. */
static void
test_large_answers(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "a.example", ALL);
	static struct dns_record records[DNS_RECORDS_MAX];
	struct dns_answer answer = {
	    .outcome = DNS_FOUND, .records = records, .count = DNS_RECORDS_MAX};
	const struct check_question *list;
	struct check *check = NULL;
	char *text = malloc(DNS_RECORD_BYTES_MAX + 1);
	size_t count;

	assert_non_null(text);
	memset(text, 'A', DNS_RECORD_BYTES_MAX);
	text[DNS_RECORD_BYTES_MAX] = '\0';
	memcpy(text, "v=DKIM1; p=", 11);
	for (size_t i = 0; i < DNS_RECORDS_MAX; i++)
		records[i] = (struct dns_record){
		    .text = text, .len = DNS_RECORD_BYTES_MAX, .strings = 257};
	assert_code(
	    f, SG_OK, check_new(f->store, f->conf, id, true, &check, &f->err));
	count = check_questions(check, &list);
	for (size_t i = 0; i < count; i++)
		check_answer(check, i, &answer);
	assert_int_equal(
	    house_find(check, RECORD_DKIM_TXT, 0)->state, FINDING_SEVERAL);
	assert_code(
	    f, SG_OK, check_apply(check, f->store, true, TEST_NOW, &f->err));
	assert_int_equal(check_file(check)->row.facts.status, P);
	check_free(&check);
	free(text);
}

static void
test_advice(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = house_identity(f, "shop", "sub.a.example", WITH_KEY);
	zone_lines lines = {"s1._domainkey.sub.a.example TXT " DKIM(KEY1),
	    "_dmarc.a.example TXT v=DMARC1; p=reject; sp=quarantine"};
	struct check *check = house_look(f, id, lines);
	struct advice spf, dmarc;

	assert_true(check_advice(check, &spf, &dmarc));
	assert_true(dmarc.is_known);
	assert_false(dmarc.will_align);
	assert_non_null(strstr(dmarc.text, "p=quarantine"));
	assert_code(
	    f, SG_OK, check_apply(check, f->store, true, TEST_NOW, &f->err));
	assert_true(check_advice(check, &spf, &dmarc));
	assert_true(dmarc.will_align);
	assert_false(spf.will_align);
	check_free(&check);
}

int
main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup(test, house_setup)
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_follows),
	    WITH_STORE(test_life),
	    WITH_STORE(test_never_there),
	    WITH_STORE(test_word),
	    WITH_STORE(test_key_by_word),
	    WITH_STORE(test_proofs),
	    WITH_STORE(test_word_times),
	    WITH_STORE(test_rotation_txt),
	    WITH_STORE(test_rotation_easy),
	    WITH_STORE(test_easy_by_hand),
	    WITH_STORE(test_own_zone_lost),
	    WITH_STORE(test_key_lost),
	    WITH_STORE(test_two_accounts),
	    WITH_STORE(test_address),
	    WITH_STORE(test_no_bounce_domain),
	    WITH_STORE(test_changed_meanwhile),
	    WITH_STORE(test_gone_meanwhile),
	    WITH_STORE(test_no_rows),
	    WITH_STORE(test_questions),
	    WITH_STORE(test_large_answers),
	    WITH_STORE(test_advice),
	};

	(void)log_open("test-check", "/dev/null", LOG_LEVEL_INFO); /* or so */
	return cmocka_run_group_tests(
	    tests, house_setup_store, admin_fixture_teardown);
}
