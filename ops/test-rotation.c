/* Keys through the years: successors by command and by calendar, letters, places
 * in the operator's zone, the zone itself. No DNS: the test says what was seen. */
#include "config.h"
#include "ops/rotation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "dkim/key.h"
#include "ops/account.h"
#include "ops/identity.h"
#include "ops/identity_keys.h"
#include "ops/test-admin.h"

#define SHOP "shop.example"
#define DAY INT64_C(86400)

/* A domain whose keys sign (by the operator's word) since TEST_NOW. */
static void
make_domain(struct admin_fixture *f, const char *name, enum identity_keys keys,
    bool easy_only)
{
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", name, keys,
		easy_only, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_verify(f->store, "shop", name, TEST_NOW, NULL, &f->err));
}

static struct store_identity
get(struct admin_fixture *f, const char *name)
{
	struct store_identity row;

	assert_code(
	    f, SG_OK, identity_get(f->store, "shop", name, &row, &f->err));
	return row;
}

static void
load(struct admin_fixture *f, const char *name, struct identity_key_set *set_r)
{
	struct store_identity row = get(f, name);

	assert_code(f, SG_OK,
	    identity_key_set_load(f->store, row.facts.id, set_r, &f->err));
}

/* "easy0/active easy1/retired" and so on, in the order of slots and ids. */
static void
assert_keys(struct admin_fixture *f, const char *name, const char *want)
{
	static const char *const origins[] = {"txt", "easy", "own"};
	struct identity_key_set set;
	char text[512] = "";
	size_t len = 0;

	load(f, name, &set);
	for (size_t i = 0; i < set.count; i++) {
		const struct store_key *key = &set.list[i];
		char slot[8] = "";

		if (key->origin == KEY_EASY)
			(void)snprintf(slot, sizeof(slot), "%d", key->slot);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s%s%s%s", i > 0 ? " " : "", origins[key->origin], slot,
		    key->active             ? "/active"
		    : key->retired_sec != 0 ? "/retired"
					    : "");
	}
	assert_string_equal(text, want);
}

/* DNS has them: what waits takes over. */
static void
take_over(struct admin_fixture *f, const char *name, int64_t now_sec)
{
	struct identity_key_set set;

	load(f, name, &set);
	for (size_t i = 0; i < set.count; i++)
		if (identity_key_waits(&set.list[i]))
			assert_code(f, SG_OK,
			    store_key_set_active(f->store, set.list[i].id, true,
				now_sec, &f->err));
}

static enum sg_err
rotate(struct admin_fixture *f, const char *name, bool give_up_old,
    int64_t now_sec, struct rotation *list_r, size_t *count_r)
{
	struct rotation list[2];
	size_t count;
	enum sg_err rc = rotation_start(f->store, f->seal, f->conf, "shop",
	    name, give_up_old, now_sec, list_r != NULL ? list_r : list,
	    count_r != NULL ? count_r : &count, &f->err);

	return rc;
}

/* As sendward-jobd does; how many steps it took. */
static int
calendar(struct admin_fixture *f, int64_t now_sec)
{
	int total = 0, done = 1;

	while (done > 0) {
		assert_code(f, SG_OK,
		    rotation_calendar(f->store, f->seal, f->conf, 2, now_sec,
			&done, &f->err));
		total += done;
		assert_true(total < 1000);
	}
	return total;
}

static bool
note_letter(void *ctx, const struct store_letter *row)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 4096 - strlen(text), "%s%s",
	    row->kind == STORE_LETTER_KEY_READY ? "READY "
	    : row->kind == STORE_LETTER_KEY_OLD ? "OLD "
						: "? ",
	    row->facts);
	return true;
}

/* The letters that wait, which are then sent. */
static void
take_letters(struct admin_fixture *f, char text_r[4096])
{
	struct store_identity row = get(f, SHOP);

	text_r[0] = '\0';
	assert_code(f, SG_OK,
	    store_letter_list(f->store, note_letter, text_r, &f->err));
	assert_code(f, SG_OK,
	    store_letter_delete_kind(
		f->store, row.facts.id, STORE_LETTER_KEY_READY, &f->err));
	assert_code(f, SG_OK,
	    store_letter_delete_kind(
		f->store, row.facts.id, STORE_LETTER_KEY_OLD, &f->err));
}

static void
set_letters(struct admin_fixture *f)
{
	admin_fixture_set(&f->conf->mail_from, "no-reply@mail.test");
	admin_fixture_set(&f->conf->mail_operator, "postmaster@mail.test");
}

static void
import_own(struct admin_fixture *f, const char *selector, int64_t now_sec)
{
	struct dkim_key *key;
	unsigned char *pem;
	size_t len;

	assert_code(
	    f, SG_OK, dkim_key_generate(DKIM_ED25519_SHA256, 0, &key, &f->err));
	assert_code(f, SG_OK, dkim_key_to_pem(key, &pem, &len, &f->err));
	assert_code(f, SG_OK,
	    identity_import_key(f->store, f->seal, "shop", SHOP, selector,
		(char *)pem, len, true, now_sec, &f->err));
	seal_wipe_free(&pem, len);
	dkim_key_unref(&key);
}

/* ---- by command ------------------------------------------------------------- */

static void
test_txt(void **state)
{
	struct admin_fixture *f = *state;
	struct identity_key_set set;
	struct store_identity row;
	struct verification v;
	struct rotation list[2];
	size_t count;

	make_domain(f, SHOP, IDENTITY_KEYS_RSA1024, false);
	assert_code(
	    f, SG_OK, rotate(f, SHOP, false, TEST_NOW + DAY, list, &count));
	assert_int_equal(count, 1);
	assert_int_equal(list[0].origin, KEY_TXT);
	assert_true(list[0].waits_for_customer);
	assert_keys(f, SHOP, "txt/active txt");
	load(f, SHOP, &set);
	assert_int_equal(set.list[1].id, list[0].key_id);
	assert_string_equal(set.list[1].selector, list[0].selector);
	assert_string_not_equal(set.list[0].selector, list[0].selector);
	assert_int_equal(set.list[1].bits, 1024);
	row = get(f, SHOP);
	assert_code(f, SG_OK,
	    store_verification_get(
		f->store, row.facts.id, VERIFICATION_DKIM, &v, &f->err));
	assert_int_equal(v.next_sec, TEST_NOW + DAY);
	/* Once more: one waits. */
	assert_code(f, SG_EXISTS,
	    rotate(f, SHOP, true, TEST_NOW + 2 * DAY, NULL, NULL));
	assert_non_null(strstr(f->err.text, list[0].selector));
	assert_non_null(strstr(f->err.text, "made 2026-"));
	take_over(f, SHOP, TEST_NOW + 3 * DAY);
	assert_keys(f, SHOP, "txt/retired txt/active");
	assert_code(f, SG_OK,
	    rotate(f, SHOP, false, TEST_NOW + 10 * DAY - 1, NULL, NULL));
	assert_keys(f, SHOP, "txt/retired txt/active txt");
	/* Seven days after, the old one goes. */
	assert_int_equal(calendar(f, TEST_NOW + 10 * DAY - 1), 0);
	assert_int_equal(calendar(f, TEST_NOW + 10 * DAY), 1);
	assert_keys(f, SHOP, "txt/active txt");
}

static void
test_both_algorithms(void **state)
{
	struct admin_fixture *f = *state;
	struct rotation list[2];
	struct identity_key_set set;
	size_t count;

	make_domain(f, SHOP, IDENTITY_KEYS_BOTH, false);
	assert_code(f, SG_OK, rotate(f, SHOP, false, TEST_NOW, list, &count));
	assert_int_equal(count, 2);
	assert_keys(f, SHOP, "txt/active txt/active txt txt");
	load(f, SHOP, &set);
	assert_string_equal(set.list[2].algorithm, "rsa");
	assert_int_equal(set.list[2].bits, 2048);
	assert_string_equal(set.list[3].algorithm, "ed25519");
	/* Only one was published: the other still waits. */
	assert_code(f, SG_OK,
	    store_key_set_active(
		f->store, list[1].key_id, true, TEST_NOW, &f->err));
	assert_code(f, SG_OK, rotate(f, SHOP, false, TEST_NOW, list, &count));
	assert_int_equal(count, 1);
	assert_keys(f, SHOP, "txt/active txt/retired txt txt/active txt");
}

static void
test_refusals(void **state)
{
	struct admin_fixture *f = *state;

	assert_code(
	    f, SG_MISSING, rotate(f, SHOP, false, TEST_NOW, NULL, NULL));
	make_domain(f, SHOP, IDENTITY_KEYS_NONE, false);
	assert_code(
	    f, SG_INVALID, rotate(f, SHOP, false, TEST_NOW, NULL, NULL));
	import_own(f, "own", TEST_NOW);
	assert_code(
	    f, SG_INVALID, rotate(f, SHOP, false, TEST_NOW, NULL, NULL));
	assert_non_null(strstr(f->err.text, "dkim import"));
	/* Nothing signs yet, but the first key is on its way. */
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "new.example",
		IDENTITY_KEYS_ED25519, false, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_EXISTS,
	    rotate(f, "new.example", false, TEST_NOW, NULL, NULL));
	/* The zone went. */
	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	make_domain(f, "easy.example", IDENTITY_KEYS_NONE, true);
	admin_fixture_set(&f->conf->dkim_zone, "");
	assert_code(f, SG_INVALID,
	    rotate(f, "easy.example", false, TEST_NOW, NULL, NULL));
	assert_non_null(strstr(f->err.text, "dkim.zone"));
}

/* DKIM that failed is looked for anew with the new key. */
static void
test_failed_begins_anew(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;

	make_domain(f, SHOP, IDENTITY_KEYS_ED25519, false);
	row = get(f, SHOP);
	row.facts.dkim_status = RULES_IDENTITY_FAILED;
	assert_code(f, SG_OK, store_identity_update(f->store, &row, &f->err));
	assert_code(f, SG_OK, rotate(f, SHOP, false, TEST_NOW, NULL, NULL));
	assert_int_equal(
	    get(f, SHOP).facts.dkim_status, RULES_IDENTITY_PENDING);
}

static void
test_easy_places(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;
	struct identity_key_set set;
	struct rotation list[2];
	size_t count;

	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	make_domain(f, SHOP, IDENTITY_KEYS_NONE, true);
	row = get(f, SHOP);
	assert_code(f, SG_OK, rotate(f, SHOP, false, TEST_NOW, list, &count));
	assert_int_equal(count, 1);
	assert_false(list[0].waits_for_customer);
	assert_string_equal(list[0].selector, row.easy_tokens[1]);
	assert_code(f, SG_EXISTS, rotate(f, SHOP, true, TEST_NOW, NULL, NULL));
	take_over(f, SHOP, TEST_NOW + 100);
	assert_code(
	    f, SG_OK, rotate(f, SHOP, false, TEST_NOW + 200, NULL, NULL));
	assert_keys(f, SHOP, "easy0/retired easy1/active easy2");
	take_over(f, SHOP, TEST_NOW + 300);
	/* TEST_NOW is 2026-09-21T13:34:00Z. */
	assert_code(
	    f, SG_BUSY, rotate(f, SHOP, false, TEST_NOW + 400, NULL, NULL));
	assert_non_null(strstr(f->err.text, "2026-09-28T"));
	assert_non_null(strstr(f->err.text, "--give-up-old"));
	assert_keys(f, SHOP, "easy0/retired easy1/retired easy2/active");
	assert_code(
	    f, SG_OK, rotate(f, SHOP, true, TEST_NOW + 500, list, &count));
	assert_string_equal(list[0].selector, row.easy_tokens[0]);
	assert_keys(f, SHOP, "easy1/retired easy2/active easy0");
	take_over(f, SHOP, TEST_NOW + 600);
	/* Eight days later there is room, also before the calendar came. */
	assert_code(
	    f, SG_OK, rotate(f, SHOP, false, TEST_NOW + 8 * DAY, NULL, NULL));
	assert_keys(f, SHOP, "easy0/active easy1");
	load(f, SHOP, &set);
	assert_string_equal(set.list[1].selector, row.easy_tokens[1]);
}

/* ---- by calendar -------------------------------------------------------------- */

static void
test_schedule_txt(void **state)
{
	struct admin_fixture *f = *state;
	struct identity_key_set set;
	char text[4096];

	set_letters(f);
	make_domain(f, SHOP, IDENTITY_KEYS_ED25519, false);
	assert_int_equal(calendar(f, TEST_NOW + 180 * DAY - 1), 0);
	assert_keys(f, SHOP, "txt/active");
	assert_int_equal(calendar(f, TEST_NOW + 180 * DAY), 1);
	assert_keys(f, SHOP, "txt/active txt");
	take_letters(f, text);
	load(f, SHOP, &set);
	assert_memory_equal(text, "READY ", 6);
	assert_non_null(strstr(text, set.list[1].selector));
	assert_non_null(strstr(text, "v=DKIM1; k=ed25519; p="));
	/* One letter; the customer takes his time, and the old key signs. */
	for (int hour = 1; hour < 24 * 40; hour += 7)
		(void)calendar(f, TEST_NOW + 180 * DAY + hour * 3600);
	take_letters(f, text);
	assert_string_equal(text, "");
	assert_keys(f, SHOP, "txt/active txt");
	take_over(f, SHOP, TEST_NOW + 220 * DAY);
	assert_int_equal(calendar(f, TEST_NOW + 227 * DAY), 1);
	assert_keys(f, SHOP, "txt/active");
	assert_int_equal(calendar(f, TEST_NOW + 400 * DAY - 1), 0);
	assert_int_equal(calendar(f, TEST_NOW + 400 * DAY), 1);
	assert_keys(f, SHOP, "txt/active txt");
}

static void
test_schedule_own(void **state)
{
	struct admin_fixture *f = *state;
	int letters = 0;
	char text[4096];

	set_letters(f);
	make_domain(f, SHOP, IDENTITY_KEYS_NONE, false);
	import_own(f, "mine", TEST_NOW);
	for (int day = 0; day < 180 + 90; day++) {
		(void)calendar(f, TEST_NOW + day * DAY);
		take_letters(f, text);
		if (text[0] == '\0')
			continue;
		assert_memory_equal(text, "OLD ", 4);
		assert_non_null(
		    strstr(text, "selector mine signs since 2026-"));
		assert_int_equal(day, 180 + 30 * letters);
		letters++;
	}
	assert_int_equal(letters, 3);
	/* A new one is there: silence for another 180 days. */
	import_own(f, "next", TEST_NOW + 270 * DAY);
	for (int day = 270; day < 270 + 180; day += 3)
		(void)calendar(f, TEST_NOW + day * DAY);
	take_letters(f, text);
	assert_string_equal(text, "");
	assert_keys(f, SHOP, "own/active");
}

/* Easy DKIM by itself: a place is empty again long before it is needed, so the
 * third is for those who rotate by hand. */
static void
test_schedule_easy(void **state)
{
	struct admin_fixture *f = *state;
	int turns = 0;

	set_letters(f);
	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	make_domain(f, SHOP, IDENTITY_KEYS_NONE, true);
	for (int day = 0; day < 365 * 2 + 9; day++) {
		struct identity_key_set set;
		int active = 0;

		(void)calendar(f, TEST_NOW + day * DAY);
		load(f, SHOP, &set);
		assert_true(set.count <= 2);
		for (size_t i = 0; i < set.count; i++) {
			active += set.list[i].active;
			if (!identity_key_waits(&set.list[i]))
				continue;
			turns++;
			assert_int_equal(set.list[i].slot, turns % 2);
		}
		assert_int_equal(active, 1);
		take_over(f, SHOP, TEST_NOW + day * DAY + 3600);
	}
	assert_int_equal(turns, 4);
}

static void
test_left_alone(void **state)
{
	static const struct {
		const char *name;
		enum rules_identity_status status, dkim_status;
		bool signing;
		int keys;
	} rows[] = {
	    {"failed.example", RULES_IDENTITY_FAILED, RULES_IDENTITY_SUCCESS,
		true, 1},
	    {"pending.example", RULES_IDENTITY_PENDING, RULES_IDENTITY_SUCCESS,
		true, 1},
	    {"nodkim.example", RULES_IDENTITY_SUCCESS, RULES_IDENTITY_FAILED,
		true, 1},
	    {"off.example", RULES_IDENTITY_SUCCESS, RULES_IDENTITY_SUCCESS,
		false, 1},
	    {"grace.example", RULES_IDENTITY_TEMPORARY_FAILURE,
		RULES_IDENTITY_TEMPORARY_FAILURE, true, 2},
	};
	struct admin_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_identity row;

		make_domain(f, rows[i].name, IDENTITY_KEYS_ED25519, false);
		row = get(f, rows[i].name);
		row.facts.status = rows[i].status;
		row.facts.dkim_status = rows[i].dkim_status;
		row.facts.signing_enabled = rows[i].signing;
		assert_code(
		    f, SG_OK, store_identity_update(f->store, &row, &f->err));
	}
	(void)calendar(f, TEST_NOW + 181 * DAY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct identity_key_set set;

		load(f, rows[i].name, &set);
		if ((int)set.count != rows[i].keys)
			fail_msg("%s: %zu", rows[i].name, set.count);
	}
	/* Switched off. */
	f->conf->dkim_rotate_days = 0;
	make_domain(f, SHOP, IDENTITY_KEYS_ED25519, false);
	assert_int_equal(calendar(f, TEST_NOW + 1000 * DAY), 0);
	assert_keys(f, SHOP, "txt/active");
}

/* ---- the zone ------------------------------------------------------------------ */

static bool
add_line(void *ctx, const char *line)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 8192 - strlen(text), "%s\n", line);
	return true;
}

static void
test_zone(void **state)
{
	struct admin_fixture *f = *state;
	char text[8192] = "", wanted[128];
	struct store_identity row;
	int strings = 0;

	assert_code(f, SG_INVALID,
	    rotation_zone(f->store, f->conf, add_line, text, &f->err));
	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	f->conf->dkim_ttl_sec = 77;
	make_domain(f, SHOP, IDENTITY_KEYS_ED25519, false);
	make_domain(f, "easy.example", IDENTITY_KEYS_NONE, true);
	assert_code(
	    f, SG_OK, rotate(f, "easy.example", false, TEST_NOW, NULL, NULL));
	assert_code(f, SG_OK,
	    rotation_zone(f->store, f->conf, add_line, text, &f->err));
	assert_memory_equal(text, "$ORIGIN dkim.test.\n", 19);
	/* Waiting and active ones; none of TXT. */
	row = get(f, SHOP);
	(void)snprintf(wanted, sizeof(wanted),
	    "\n%s 77 IN TXT ( \"v=DKIM1; k=rsa; p=", row.easy_tokens[0]);
	assert_non_null(strstr(text, wanted));
	row = get(f, "easy.example");
	(void)snprintf(
	    wanted, sizeof(wanted), "\n%s 77 IN TXT ( ", row.easy_tokens[0]);
	assert_non_null(strstr(text, wanted));
	(void)snprintf(
	    wanted, sizeof(wanted), "\n%s 77 IN TXT ( ", row.easy_tokens[1]);
	assert_non_null(strstr(text, wanted));
	assert_null(strstr(text, "ed25519"));
	for (const char *p = text; (p = strstr(p, " \"")) != NULL; p++) {
		assert_true(strcspn(p + 2, "\"") <= 255);
		strings++;
	}
	assert_int_equal(strings, 6); /* two a key */
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_txt),
	    WITH_STORE(test_both_algorithms),
	    WITH_STORE(test_refusals),
	    WITH_STORE(test_failed_begins_anew),
	    WITH_STORE(test_easy_places),
	    WITH_STORE(test_schedule_txt),
	    WITH_STORE(test_schedule_own),
	    WITH_STORE(test_schedule_easy),
	    WITH_STORE(test_left_alone),
	    WITH_STORE(test_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
