/* The records of identities: which, in what order, with what values. */
#include "config.h"
#include "ops/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"

static int64_t
make_identity(
    struct admin_fixture *f, const char *name, bool easy, const char *mail_from)
{
	struct store_account shop;
	struct store_identity row = {.created_sec = TEST_NOW};

	assert_code(
	    f, SG_OK, store_account_get(f->store, "shop", &shop, &f->err));
	row.account_id = shop.facts.id;
	row.facts.type = strchr(name, '@') == NULL ? RULES_IDENTITY_DOMAIN
						   : RULES_IDENTITY_EMAIL;
	row.facts.status = RULES_IDENTITY_PENDING;
	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	(void)snprintf(
	    row.facts.mail_from, sizeof(row.facts.mail_from), "%s", mail_from);
	if (row.facts.type == RULES_IDENTITY_DOMAIN)
		(void)snprintf(
		    row.txt_token, sizeof(row.txt_token), "TOKEN/abc=");
	for (int i = 0; easy && i < KEY_PLAN_EASY_SLOTS; i++)
		(void)snprintf(row.easy_tokens[i], sizeof(row.easy_tokens[i]),
		    "easy%d", i);
	assert_code(f, SG_OK, store_identity_create(f->store, &row, &f->err));
	return row.facts.id;
}

static void
add_key(struct admin_fixture *f, int64_t identity_id, struct store_key key)
{
	key.identity_id = identity_id;
	key.sealed = (const unsigned char *)"sealed";
	key.sealed_len = 6;
	key.created_sec = TEST_NOW;
	key.bits = 2048;
	if (key.algorithm[0] == '\0')
		(void)snprintf(key.algorithm, sizeof(key.algorithm), "rsa");
	assert_code(f, SG_OK, store_key_add(f->store, &key, &f->err));
}

/* One line a record. */
static void
assert_records(struct admin_fixture *f, int64_t identity_id, const char *wanted)
{
	struct identity_file *file = NULL;
	struct buf text;

	assert_code(f, SG_OK,
	    identity_file_load(f->store, f->conf, identity_id, &file, &f->err));
	buf_init(&text, 65536);
	for (size_t i = 0; i < file->record_count; i++) {
		const struct wanted_record *r = &file->records[i];

		assert_true(buf_printf(&text, "%s %s %s %s%s",
		    records_purpose_name(r->purpose), r->name,
		    dns_type_name(r->type), r->value,
		    r->key_active ? " signs" : ""));
		if (r->key_retired)
			assert_true(buf_printf(&text, " until +%lld",
			    (long long)(r->key_remove_sec - TEST_NOW)));
		assert_true(buf_puts(&text, "\n"));
	}
	assert_string_equal(buf_str(&text), wanted);
	buf_fini(&text);
	identity_file_free(&file);
}

static void
test_domain(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_identity(f, "a.example", false, "");

	assert_records(f, id, "txt-token _sendward.a.example TXT TOKEN/abc=\n");
	add_key(f, id,
	    (struct store_key){.selector = "old",
		.public_base64 = "AAAA",
		.active_sec = 1,
		.retired_sec = TEST_NOW});
	add_key(f, id,
	    (struct store_key){
		.selector = "sw1", .public_base64 = "BBBB", .active = true});
	add_key(f, id,
	    (struct store_key){.selector = "sw2",
		.public_base64 = "CCCC",
		.algorithm = "ed25519"});
	add_key(f, id,
	    (struct store_key){.selector = "mine",
		.public_base64 = "DDDD",
		.origin = KEY_EXTERNAL});
	assert_records(f, id,
	    "dkim-txt sw1._domainkey.a.example TXT v=DKIM1; k=rsa; p=BBBB "
	    "signs\n"
	    "dkim-txt sw2._domainkey.a.example TXT v=DKIM1; k=ed25519; "
	    "p=CCCC\n"
	    "dkim-own mine._domainkey.a.example TXT v=DKIM1; k=rsa; p=DDDD\n"
	    "txt-token _sendward.a.example TXT TOKEN/abc=\n"
	    "dkim-txt old._domainkey.a.example TXT v=DKIM1; k=rsa; p=AAAA "
	    "until +604800\n");
}

static void
test_easy(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_identity(f, "b.example", true, "");

	assert_records(f, id, "txt-token _sendward.b.example TXT TOKEN/abc=\n");
	admin_fixture_set(&f->conf->dkim_zone, "dkim.op.example");
	add_key(f, id,
	    (struct store_key){.selector = "easy1",
		.slot = 1,
		.origin = KEY_EASY,
		.public_base64 = "AAAA",
		.active = true});
	assert_records(f, id,
	    "easy-cname easy0._domainkey.b.example CNAME "
	    "easy0.dkim.op.example\n"
	    "easy-cname easy1._domainkey.b.example CNAME "
	    "easy1.dkim.op.example signs\n"
	    "easy-cname easy2._domainkey.b.example CNAME "
	    "easy2.dkim.op.example\n"
	    "txt-token _sendward.b.example TXT TOKEN/abc=\n");
}

static void
test_mail_from(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_identity(f, "me@c.example", false, "mail.c.example");

	admin_fixture_set(&f->conf->bounce_domain, "");
	assert_records(f, id, "");
	admin_fixture_set(&f->conf->bounce_domain, "bounce.op.example");
	assert_records(f, id,
	    "mail-from-mx mail.c.example MX 10 bounce.op.example\n"
	    "mail-from-spf mail.c.example TXT v=spf1 "
	    "include:bounce.op.example ~all\n");
	admin_fixture_set(&f->conf->mail_from_mx, "mx.op.example");
	admin_fixture_set(&f->conf->spf_include, "spf.op.example");
	assert_records(f, id,
	    "mail-from-mx mail.c.example MX 10 mx.op.example\n"
	    "mail-from-spf mail.c.example TXT v=spf1 include:spf.op.example "
	    "~all\n");
}

/* An address with a key of its own signs with its domain's name. */
static void
test_address(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_identity(f, "me@c.example", false, "");

	add_key(f, id,
	    (struct store_key){.selector = "mine",
		.public_base64 = "DDDD",
		.origin = KEY_EXTERNAL});
	assert_records(f, id,
	    "dkim-own mine._domainkey.c.example TXT v=DKIM1; k=rsa; p=DDDD\n");
}

static void
test_file(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_identity(f, "d.example", false, "");
	struct verification look = {.started_sec = 5, .next_sec = 7};
	struct identity_file *file = NULL;

	assert_code(f, SG_OK,
	    store_verification_put(
		f->store, id, VERIFICATION_DKIM, &look, &f->err));
	assert_code(f, SG_OK,
	    identity_file_load(f->store, f->conf, id, &file, &f->err));
	assert_string_equal(file->account, "shop");
	assert_string_equal(file->row.facts.name, "d.example");
	assert_false(file->has_look[VERIFICATION_IDENTITY]);
	assert_true(file->has_look[VERIFICATION_DKIM]);
	assert_int_equal(file->looks[VERIFICATION_DKIM].next_sec, 7);
	assert_int_equal(
	    file->looks[VERIFICATION_IDENTITY].status, RULES_IDENTITY_PENDING);
	identity_file_free(&file);
	identity_file_free(&file);
	assert_code(f, SG_MISSING,
	    identity_file_load(f->store, f->conf, id + 1, &file, &f->err));
	assert_null(file);
}

/* More keys than a file holds: the retired ones are left out first. */
static void
test_many_keys(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = make_identity(f, "e.example", false, "");
	struct identity_file *file = NULL;

	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < KEY_PLAN_MAX_KEYS + 8; i++) {
		struct store_key key = {.public_base64 = "AAAA"};

		(void)snprintf(key.selector, sizeof(key.selector), "k%d", i);
		key.active = i == KEY_PLAN_MAX_KEYS + 7;
		key.retired_sec = i < 20 ? TEST_NOW : 0;
		add_key(f, id, key);
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	assert_code(f, SG_OK,
	    identity_file_load(f->store, f->conf, id, &file, &f->err));
	assert_int_equal(file->key_count, KEY_PLAN_MAX_KEYS);
	assert_string_equal(file->keys[0].selector, "k8");
	assert_true(file->keys[KEY_PLAN_MAX_KEYS - 1].active);
	assert_int_equal(file->record_count, KEY_PLAN_MAX_KEYS + 1);
	identity_file_free(&file);
}

/* A name that DNS cannot hold is no record. */
static void
test_long_name(void **state)
{
	struct admin_fixture *f = *state;
	char name[260] = "";
	int64_t id;

	for (int i = 0; i < 31; i++)
		memcpy(name + (size_t)i * 8, "label77.", 9);
	memcpy(name + 248, "ex", 3);
	id = make_identity(f, name, false, "");
	assert_records(f, id, "");
}

int
main(void)
{
#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_domain),
	    WITH_STORE(test_easy),
	    WITH_STORE(test_mail_from),
	    WITH_STORE(test_address),
	    WITH_STORE(test_file),
	    WITH_STORE(test_many_keys),
	    WITH_STORE(test_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
