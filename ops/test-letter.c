/* Letters into the store: to whom, what they know, what they replace. */
#include "config.h"

#include "ops/letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"

static struct store_identity
identity(struct admin_fixture *f, const char *name)
{
	struct store_identity row = {
	    .account_id = admin_fixture_account(f, "shop")};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_code(f, SG_OK, store_identity_create(f->store, &row, &f->err));
	return row;
}

struct seen {
	int count;
	char recipient[RULES_ADDRESS_MAX + 1];
	char facts[1024];
	char sealed[64];
	size_t sealed_len;
	int64_t next_sec;
};

static bool
see(void *ctx, const struct store_letter *row)
{
	struct seen *seen = ctx;

	seen->count++;
	memcpy(seen->recipient, row->recipient, sizeof(seen->recipient));
	(void)snprintf(seen->facts, sizeof(seen->facts), "%s", row->facts);
	assert_true(row->sealed_len <= sizeof(seen->sealed));
	memcpy(seen->sealed, row->sealed, row->sealed_len);
	seen->sealed_len = row->sealed_len;
	seen->next_sec = row->next_sec;
	return true;
}

static struct seen
letters(struct admin_fixture *f)
{
	struct seen seen = {0};

	assert_code(f, SG_OK, store_letter_list(f->store, see, &seen, &f->err));
	return seen;
}

static void
put(struct admin_fixture *f, enum store_letter_kind kind,
    const struct store_identity *about, const struct letter_fact *facts)
{
	assert_code(f, SG_OK,
	    letter_put(f->store, f->conf, kind,
		admin_fixture_account(f, "shop"), about, facts,
		(const unsigned char *)"s\0l", 3, TEST_NOW, &f->err));
}

static void
test_recipient(void **state)
{
	static const struct {
		const char *name;
		enum store_letter_kind kind;
		const char *from, *operator, * contact;
		const char *recipient; /* NULL: no letter */
	} rows[] = {
	    {"contact", STORE_LETTER_WARNING, "s@x.example", "op@x.example",
		"boss@shop.example", "boss@shop.example"},
	    {"no contact", STORE_LETTER_WARNING, "s@x.example", "op@x.example",
		"", "op@x.example"},
	    {"nobody", STORE_LETTER_WARNING, "s@x.example", "", "", NULL},
	    {"no sender", STORE_LETTER_WARNING, "", "op@x.example",
		"boss@shop.example", NULL},
	    {"request", STORE_LETTER_REQUEST, "s@x.example", "op@x.example",
		"boss@shop.example", "op@x.example"},
	    {"request to nobody", STORE_LETTER_REQUEST, "s@x.example", "",
		"boss@shop.example", NULL},
	    {"paused", STORE_LETTER_PAUSED, "s@x.example", "op@x.example",
		"boss@shop.example", "boss@shop.example"},
	    {"ours", STORE_LETTER_OURS, "s@x.example", "op@x.example",
		"boss@shop.example", "op@x.example"},
	    {"confirm", STORE_LETTER_CONFIRM, "s@x.example", "op@x.example",
		"boss@shop.example", "jane@shop.example"},
	};
	struct admin_fixture *f = *state;
	struct store_identity about = identity(f, "jane@shop.example");
	struct account_change change = {0};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *want = rows[i].recipient;
		struct seen seen;

		admin_fixture_set(&f->conf->mail_from, rows[i].from);
		admin_fixture_set(&f->conf->mail_operator, rows[i].operator);
		change.contact = rows[i].contact;
		assert_code(f, SG_OK,
		    account_change(
			f->store, f->conf, "shop", &change, NULL, &f->err));
		put(f, rows[i].kind, &about, NULL);
		seen = letters(f);
		if (seen.count != (want != NULL) ||
		    strcmp(seen.recipient, want != NULL ? want : "") != 0)
			fail_msg("%s: %s", rows[i].name, seen.recipient);
		assert_code(f, SG_OK,
		    store_letter_delete_kind(
			f->store, about.facts.id, rows[i].kind, &f->err));
	}
}

static void
test_facts(void **state)
{
	static const struct letter_fact facts[] = {
	    {"why", "line 1\nline 2 \"quoted\" \xc3\xbc"},
	    {"broken", "\xff\xfe text"},
	    {NULL, NULL},
	};
	struct admin_fixture *f = *state;
	struct store_identity about = identity(f, "shop.example");
	struct seen seen;
	json_t *object;

	admin_fixture_set(&f->conf->mail_from, "s@x.example");
	admin_fixture_set(&f->conf->mail_operator, "op@x.example");
	put(f, STORE_LETTER_WARNING, &about, facts);
	seen = letters(f);
	object = json_loads(seen.facts, 0, NULL);
	assert_non_null(object);
	assert_string_equal(
	    json_string_value(json_object_get(object, "account")), "shop");
	assert_string_equal(
	    json_string_value(json_object_get(object, "identity")),
	    "shop.example");
	assert_string_equal(
	    json_string_value(json_object_get(object, "why")), facts[0].value);
	assert_string_equal(
	    json_string_value(json_object_get(object, "broken")), "?? text");
	json_decref(object);
	assert_int_equal(seen.sealed_len, 3);
	assert_memory_equal(seen.sealed, "s\0l", 3);
	assert_int_equal(seen.next_sec, TEST_NOW);
}

static void
test_replaced(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity a = identity(f, "a.example");
	struct store_identity b = identity(f, "b.example");

	admin_fixture_set(&f->conf->mail_from, "s@x.example");
	admin_fixture_set(&f->conf->mail_operator, "op@x.example");
	put(f, STORE_LETTER_WARNING, &a, NULL);
	put(f, STORE_LETTER_WARNING, &a, NULL);
	assert_int_equal(letters(f).count, 1);
	put(f, STORE_LETTER_WARNING, &b, NULL);
	put(f, STORE_LETTER_RESTORED, &a, NULL);
	put(f, STORE_LETTER_REQUEST, NULL, NULL);
	put(f, STORE_LETTER_REQUEST, NULL, NULL);
	assert_int_equal(letters(f).count, 5);
	/* within a transaction that is undone */
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	put(f, STORE_LETTER_WARNING, &a, NULL);
	put(f, STORE_LETTER_REVOKED, &a, NULL);
	store_rollback(f->store);
	assert_int_equal(letters(f).count, 5);
	assert_code(f, SG_MISSING,
	    letter_put(f->store, f->conf, STORE_LETTER_WARNING, 77, &a, NULL,
		NULL, 0, TEST_NOW, &f->err));
}

static bool
see_report(void *ctx, const struct store_letter *row)
{
	*(int64_t *)ctx = row->report_id;
	assert_string_equal(row->recipient, "jane@shop.example");
	return true;
}

static void
put_to(struct admin_fixture *f, const char *recipient)
{
	static const struct letter_fact facts[] = {{"what", "bounce"}, {0}};

	assert_code(f, SG_OK,
	    letter_put_to(f->store, f->conf, STORE_LETTER_FORWARD,
		admin_fixture_account(f, "shop"), recipient, facts, 42,
		TEST_NOW, &f->err));
}

static void
test_put_to(void **state)
{
	struct admin_fixture *f = *state;
	int64_t report_id = 0;

	admin_fixture_set(&f->conf->mail_from, "");
	put_to(f, "jane@shop.example");
	assert_int_equal(letters(f).count, 0);
	admin_fixture_set(&f->conf->mail_from, "s@x.example");
	put_to(f, "");
	assert_int_equal(letters(f).count, 0);
	put_to(f, "jane@shop.example");
	put_to(f, "jane@shop.example");
	assert_int_equal(letters(f).count, 2);
	assert_code(f, SG_OK,
	    store_letter_list(f->store, see_report, &report_id, &f->err));
	assert_int_equal(report_id, 42);
}

/* Every kind has a name of its own. */
static void
test_names(void **state)
{
	(void)state;
	for (int i = 0; i < STORE_LETTER_KINDS; i++) {
		const char *name = letter_kind_name((enum store_letter_kind)i);

		assert_string_not_equal(name, "unknown");
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
			    name, letter_kind_name((enum store_letter_kind)j));
	}
	assert_string_equal(letter_kind_name(STORE_LETTER_KINDS), "unknown");
}

struct listed {
	int count;
	enum store_letter_kind first;
};

static bool
list_one(void *ctx, const char *account, const struct store_letter *row)
{
	struct listed *listed = ctx;

	assert_string_equal(account, "shop");
	if (listed->count++ == 0)
		listed->first = row->kind;
	return true;
}

static void
test_list(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity a = identity(f, "a.example");
	struct listed listed = {0};

	admin_fixture_set(&f->conf->mail_from, "s@x.example");
	admin_fixture_set(&f->conf->mail_operator, "op@x.example");
	put(f, STORE_LETTER_REVOKED, &a, NULL);
	put(f, STORE_LETTER_REQUEST, NULL, NULL);
	assert_code(
	    f, SG_OK, letter_list(f->store, list_one, &listed, &f->err));
	assert_int_equal(listed.count, 2);
	assert_int_equal(listed.first, STORE_LETTER_REVOKED);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_recipient),
	    WITH_STORE(test_facts),
	    WITH_STORE(test_replaced),
	    WITH_STORE(test_list),
	    WITH_STORE(test_put_to),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
