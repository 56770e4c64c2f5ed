/* For tests: one message through milter/message.c: see test-run.h. */
#include "config.h"

#include "milter/test-run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "dkim/sign.h"

/* clang-format off */
static const struct rules_account accounts[] = {
	{.id = 1, .name = "shop",  .production = true,  .daily_quota = -1, .rate = 10,
	    .suppressed_reasons = RULES_REASONS_BOUNCE},
	{.id = 2, .name = "young", .production = false, .daily_quota = 200, .rate = 1},
	{.id = 3, .name = "still", .production = true,  .daily_quota = -1, .rate = 10,
	    .paused = true, .pause_reason = "bounces"},
	{.id = 4, .name = "agency", .production = true, .daily_quota = -1, .rate = 10},
};
static const struct fake_login logins[] = {
	{"shop", "shop"}, {"young", "young"}, {"still", "still"},
	{"agency", "agency"}, {"AKIASHOP", "shop"},
};
static const struct fake_identity identities[] = {
	{1, {.id = 1, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 2}, .name = "shop.example"}},
	{1, {.id = 2, .type = RULES_IDENTITY_EMAIL, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "me@other.example", .notify_headers = 1}},
	{1, {.id = 3, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = false, .key_id = {1, 0}, .name = "off.example"}},
	{1, {.id = 4, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {99, 0}, .name = "lost.example"}},
	{1, {.id = 5, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "bare.example"}},
	{2, {.id = 6, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "young.example"}},
	{3, {.id = 7, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "still.example"}},
	{1, {.id = 8, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "waits.example",
	    .dkim_status = RULES_IDENTITY_PENDING}},
	{1, {.id = 9, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "path.example",
	    .default_set_id = 2,
	    .mail_from_use = RULES_MAIL_FROM_VERIFIED, .mail_from = "b.path.example"}},
	{1, {.id = 10, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "unset.example",
	    .mail_from_use = RULES_MAIL_FROM_DEFAULT, .mail_from = "b.unset.example"}},
	{1, {.id = 11, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "strict.example",
	    .mail_from_use = RULES_MAIL_FROM_REJECT, .mail_from = "b.strict.example"}},
	{1, {.id = 12, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "keyless.example",
	    .dkim_status = RULES_IDENTITY_SUCCESS}},
	{1, {.id = 13, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "failed.example",
	    .dkim_status = RULES_IDENTITY_FAILED}},
};
static const struct fake_grant grants[] = {
	{4, 1, "path.example", "*"},
};
static const struct fake_suppression suppressions[] = {
	{1, "gone@reader.example", {RULES_SUPPRESSED_BOUNCE, 1700000000}},
	{1, "spam@reader.example", {RULES_SUPPRESSED_COMPLAINT, 1700000000}},
	{1, "never@reader.example", {RULES_SUPPRESSED_MANUAL, 1700000000}},
	{1, "bounce@simulator.example", {RULES_SUPPRESSED_BOUNCE, 1700000000}},
};
static const struct rules_set sets[] = {
	{.id = 1, .account_id = 1, .name = "plain", .suppressed_reasons = -1},
	{.id = 2, .account_id = 1, .name = "default", .suppressed_reasons = -1},
	{.id = 3, .account_id = 1, .name = "none", .suppressed_reasons = 0},
	{.id = 4, .account_id = 1, .name = "complaints",
	    .suppressed_reasons = RULES_REASONS_COMPLAINT, .listens_kinds = 2},
	{.id = 5, .account_id = 1, .name = "stopped", .suppressed_reasons = -1,
	    .paused = true, .pause_reason = "bounces"},
	{.id = 6, .account_id = 4, .name = "agency", .suppressed_reasons = -1},
};
/* clang-format on */

const struct snapshot test_facts = {
    .accounts = accounts,
    .account_count = COUNT(accounts),
    .logins = logins,
    .login_count = COUNT(logins),
    .credential = "AKIASHOP",
    .identities = identities,
    .identity_count = COUNT(identities),
    .suppressions = suppressions,
    .suppression_count = COUNT(suppressions),
    .grants = grants,
    .grant_count = COUNT(grants),
    .sets = sets,
    .set_count = COUNT(sets),
    .is_fresh = true,
};

struct dkim_key *test_keys[2];

static enum sg_err
get_key(void *ctx, int64_t key_id, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	(void)ctx;
	if (key_id == 98)
		return err_set(err_r, SG_MISSING, "deleted");
	if (key_id != 1 && key_id != 2)
		return err_set(err_r, SG_CRYPTO, "damaged");
	entry_r->key = dkim_key_ref(test_keys[key_id - 1]);
	(void)snprintf(
	    entry_r->selector, sizeof(entry_r->selector), "s%d", (int)key_id);
	return SG_OK;
}

bool test_is_mac_broken;

bool
test_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx;
	(void)data;
	memset(mac_r, (int)len, RETURN_PATH_MAC_BYTES);
	return !test_is_mac_broken;
}

void
test_begin(struct run *r, const char *login, const char *path)
{
	memset(r, 0, sizeof(*r));
	r->conf = conf_new_defaults();
	assert_non_null(r->conf);
	r->env = (struct message_env){.admit = {r->conf, &test_facts},
	    .get_key = get_key,
	    .mac = test_mac};
	r->mail = (struct message_mail){.path = path,
	    .client = {login, "", "smtpd", NULL},
	    .session = "192.0.2.1:40000",
	    .source_ip = "192.0.2.1",
	    .is_fresh = true};
	r->arena = arena_new(message_arena_max(r->conf));
	assert_non_null(r->arena);
}

enum message_step
test_mail(struct run *r)
{
	return message_mail(&r->env, r->arena, &r->mail, &r->m, &r->v);
}

void
test_finish(struct run *r)
{
	message_fini(r->m);
	arena_free(&r->arena);
	conf_unref(&r->conf);
}

void
test_send_body(struct run *r, const char *from)
{
	message_header(r->m, "From", from);
	message_header(r->m, "Subject", "hello");
	message_end_of_headers(r->m, true, NOW_SEC);
	message_body(r->m, "hello\r\n", 7);
}

enum message_step
test_end(struct run *r)
{
	enum message_step step = message_end(r->m, NOW_SEC, &r->edits, &r->v);

	return step == MESSAGE_GOES_ON ? message_sign(r->m, &r->edits, &r->v)
				       : step;
}

static bool
is_token(const struct edit *e)
{
	return e->kind == EDIT_INSERT_HEADER &&
	       strcmp(e->name, "X-Sendward-Token") == 0;
}

size_t
test_count_edits(const struct run *r, enum edit_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->edits.count; i++)
		n += r->edits.list[i].kind == kind &&
		     !is_token(&r->edits.list[i]);
	return n;
}

const struct edit *
test_find_edit(const struct run *r, enum edit_kind kind, size_t nth)
{
	for (size_t i = 0; i < r->edits.count; i++) {
		if (r->edits.list[i].kind == kind &&
		    !is_token(&r->edits.list[i]) && nth-- == 0)
			return &r->edits.list[i];
	}
	fail_msg("no such edit");
	return NULL;
}

const char *
test_find_token(const struct run *r)
{
	const char *value = NULL;

	for (size_t i = 0; i < r->edits.count; i++) {
		if (!is_token(&r->edits.list[i]))
			continue;
		assert_null(value);
		assert_int_equal(r->edits.list[i].index, 0);
		value = r->edits.list[i].value;
	}
	return value;
}

int
test_make_keys(void **state)
{
	struct err err;

	(void)state;
	if (dkim_sign_init(&err) != SG_OK ||
	    dkim_key_generate(DKIM_RSA_SHA256, 1024, &test_keys[0], &err) !=
		SG_OK ||
	    dkim_key_generate(DKIM_ED25519_SHA256, 0, &test_keys[1], &err) !=
		SG_OK)
		return -1;
	return 0;
}

int
test_free_keys(void **state)
{
	(void)state;
	dkim_key_unref(&test_keys[0]);
	dkim_key_unref(&test_keys[1]);
	dkim_sign_fini();
	return 0;
}
