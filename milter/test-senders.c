/* What an identity makes of a message: return path, keys, grants, the operator's
 * signature; and facts that are newer than the snapshot. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "milter/operator.h"
#include "milter/test-run.h"

/* Sends one message that leaves; queue id and recipient are given. */
static void
send_accepted(struct run *r, const char *login, const char *from)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "<%s>", from);
	r->mail.path = path;
	r->mail.client.login = login;
	assert_int_equal(test_mail(r), MESSAGE_GOES_ON);
	(void)message_rcpt(r->m, "<x@reader.example>", &r->v);
	test_send_body(r, from);
	message_queue_id(r->m, QUEUE_ID);
	assert_int_equal(test_end(r), MESSAGE_GOES_ON);
	message_log_accepted(r->m);
}

static void
test_return_path(void **state)
{
	static const struct {
		const char *name, *login, *from, *domain;
	} rows[] = {
	    {"no MAIL FROM domain", "shop", "a@shop.example", "@bounce.test>"},
	    {"verified", "shop", "a@path.example", "@b.path.example>"},
	    {"verified, subdomain", "shop", "a@x.path.example",
		"@b.path.example>"},
	    {"not verified", "shop", "a@unset.example", "@bounce.test>"},
	    {"verified, granted", "agency", "a@path.example",
		"@b.path.example>"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run r;
		const char *path;

		print_message("  %s\n", rows[i].name);
		test_begin(&r, rows[i].login, "");
		send_accepted(&r, rows[i].login, rows[i].from);
		path = test_find_edit(&r, EDIT_SENDER, 0)->value;
		assert_memory_equal(path, "<b-", 3);
		assert_non_null(strstr(path, rows[i].domain));
		test_finish(&r);
	}
}

/* The token is the sender's, also when he sends as another's identity. */
static void
test_granted_token(void **state)
{
	struct return_path parsed;
	struct run r;
	char local[RETURN_PATH_LOCAL_MAX + 1];
	const char *path;

	(void)state;
	test_begin(&r, "agency", "");
	send_accepted(&r, "agency", "a@path.example");
	assert_string_equal(r.m->content.cover.owner, "shop");
	assert_non_null(strstr(test_find_edit(&r, EDIT_INSERT_HEADER, 0)->value,
	    "d=path.example"));
	path = test_find_edit(&r, EDIT_SENDER, 0)->value + 1;
	(void)snprintf(
	    local, sizeof(local), "%.*s", (int)strcspn(path, "@"), path);
	assert_int_equal(
	    return_path_decode(local, strlen(local), test_mac, NULL, &parsed),
	    RETURN_PATH_OK);
	assert_int_equal(parsed.account_id, 4);
	test_finish(&r);
}

static struct operator test_operator = {.refs = 1,
    .domain = "operator.example",
    .selector = "op",
    .sender_id = "operator.exampl"};

struct operator_row {
	const char *name, *login, *from;
	const char *feedback_id[2]; /* the client's */
	const char *added;          /* "" none */
	size_t removed, signatures;
};

/* clang-format off */
static const struct operator_row operator_rows[] = {
	{"signed by both", "shop", "a@shop.example", {NULL, NULL},
	    "shop:shop.example:sendward:operator.exampl", 0, 3},
	{"signing off", "shop", "a@off.example", {NULL, NULL},
	    "shop:off.example:sendward:operator.exampl", 0, 1},
	{"DKIM pending", "shop", "a@waits.example", {NULL, NULL},
	    "shop:waits.example:sendward:operator.exampl", 0, 1},
	{"address", "shop", "me@other.example", {NULL, NULL},
	    "shop:other.example:sendward:operator.exampl", 0, 1},
	{"granted", "agency", "a@path.example", {NULL, NULL},
	    "agency:path.example:sendward:operator.exampl", 0, 2},
	{"the client has one", "shop", "a@shop.example", {"spring:news:mine", NULL}, "", 0, 3},
	{"the client claims to be the operator", "shop", "a@shop.example",
	    {"x:rival:y:Operator.Exampl ", NULL},
	    "shop:shop.example:sendward:operator.exampl", 1, 3},
	{"one of two does", "shop", "a@shop.example", {"spring:news:mine", "\n operator.exampl"},
	    "shop:shop.example:sendward:operator.exampl", 2, 3},
};
/* clang-format on */

static void
run_operator_row(struct run *r, const struct operator_row *row)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "<%s>", row->from);
	test_begin(r, row->login, path);
	test_operator.key = test_keys[0];
	r->env.operator= & test_operator;
	assert_int_equal(test_mail(r), MESSAGE_GOES_ON);
	(void)message_rcpt(r->m, "<x@reader.example>", &r->v);
	for (size_t i = 0; i < 2 && row->feedback_id[i] != NULL; i++)
		message_header(r->m, "feedback-id", row->feedback_id[i]);
	test_send_body(r, row->from);
	message_queue_id(r->m, QUEUE_ID);
	assert_int_equal(test_end(r), MESSAGE_GOES_ON);
	message_log_accepted(r->m);
}

static void
test_operator_signature(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(operator_rows); i++) {
		const struct operator_row *row = &operator_rows[i];
		size_t added = row->added[0] != '\0';
		struct run r;

		print_message("  %s\n", row->name);
		run_operator_row(&r, row);
		assert_int_equal(test_count_edits(&r, EDIT_INSERT_HEADER),
		    row->signatures + added);
		assert_int_equal(
		    test_count_edits(&r, EDIT_DELETE_HEADER), row->removed);
		/* below the signatures: it is inserted first */
		if (added) {
			const struct edit *e =
			    test_find_edit(&r, EDIT_INSERT_HEADER, 0);

			assert_string_equal(e->name, "Feedback-ID");
			assert_string_equal(e->value, row->added);
		}
		/* the operator's is the lowest of them */
		assert_non_null(
		    strstr(test_find_edit(&r, EDIT_INSERT_HEADER, added)->value,
			"d=operator.example;"));
		for (size_t k = added; k < row->signatures + added; k++)
			assert_non_null(strcasestr(
			    test_find_edit(&r, EDIT_INSERT_HEADER, k)->value,
			    "Feedback-ID"));
		test_finish(&r);
	}
}

/* Who owns what, as it is after the message's last byte. */
static void
test_lost_before_the_end(void **state)
{
	static const struct rules_account accounts[] = {
	    {.id = 1, .name = "shop", .production = true, .paused = true},
	    {.id = 4, .name = "agency", .production = true}};
	struct snapshot no_identity = test_facts, no_grant = test_facts,
			owner_paused = test_facts;
	const struct {
		const char *name, *login, *from;
		const struct snapshot *after;
		const char *text;
	} rows[] = {
	    {"nothing changed", "agency", "a@path.example", &test_facts, ""},
	    {"identity", "shop", "a@shop.example", &no_identity,
		"a@shop.example"},
	    {"grant", "agency", "a@path.example", &no_grant, "a@path.example"},
	    {"its owner may not send", "agency", "a@path.example",
		&owner_paused, "account shop is paused"},
	};

	(void)state;
	no_identity.identity_count = 0;
	no_grant.grant_count = 0;
	owner_paused.accounts = accounts;
	owner_paused.account_count = COUNT(accounts);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run r;

		print_message("  %s\n", rows[i].name);
		test_begin(&r, rows[i].login, "<>");
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		test_send_body(&r, rows[i].from);
		message_queue_id(r.m, QUEUE_ID);
		r.env.admit.snapshot = rows[i].after;
		assert_int_equal(test_end(&r), rows[i].text[0] != '\0'
						   ? MESSAGE_ANSWERED
						   : MESSAGE_GOES_ON);
		if (rows[i].text[0] != '\0') {
			assert_int_equal(r.v.code, 554);
			assert_non_null(strstr(r.v.text, rows[i].text));
		}
		test_finish(&r);
	}
}

/* ---- facts that were changed a moment ago ---- */

struct look {
	struct run *run;
	const struct snapshot *after;
	int looks;
};

static bool
look(void *ctx)
{
	struct look *l = ctx;

	l->looks++;
	l->run->env.admit.snapshot = l->after;
	return true;
}

static void
test_second_look(void **state)
{
	static const struct rules_account sandboxed = {
	    .id = 1, .name = "shop", .daily_quota = -1, .rate = 10};
	static const struct fake_identity moment_before[] = {
	    {1, {.id = 1,
		    .type = RULES_IDENTITY_DOMAIN,
		    .status = RULES_IDENTITY_SUCCESS,
		    .signing_enabled = true,
		    .key_id = {98, 0},
		    .name = "shop.example"}},
	};
	struct snapshot no_login = test_facts, no_identity = test_facts,
			old_key = test_facts, in_sandbox = test_facts;
	const struct {
		const char *name;
		const struct snapshot *before;
	} rows[] = {{"login", &no_login}, {"identity", &no_identity},
	    {"key that was deleted", &old_key}};

	(void)state;
	no_login.login_count = 0;
	no_identity.identity_count = 0;
	old_key.identities = moment_before;
	old_key.identity_count = 1;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run r;
		struct look l = {.run = &r, .after = &test_facts};

		print_message("  %s\n", rows[i].name);
		test_begin(&r, "shop", "");
		r.env.admit.snapshot = rows[i].before;
		r.env.look_again = look;
		r.env.look_ctx = &l;
		send_accepted(&r, "shop", "a@shop.example");
		assert_int_equal(l.looks, 1);
		test_finish(&r);
		/* Nothing new is found: refused after one look. */
		test_begin(&r, "shop", "<a@shop.example>");
		l = (struct look){.run = &r, .after = rows[i].before};
		r.env.admit.snapshot = rows[i].before;
		r.env.look_again = look;
		r.env.look_ctx = &l;
		if (test_mail(&r) == MESSAGE_GOES_ON) {
			test_send_body(&r, "a@shop.example");
			message_queue_id(r.m, QUEUE_ID);
			assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
		}
		assert_int_equal(l.looks, 1);
		test_finish(&r);
	}
	/* However many recipients are refused, one look. */
	in_sandbox.accounts = &sandboxed;
	in_sandbox.account_count = 1;
	{
		struct run r;
		struct look l = {.run = &r, .after = &in_sandbox};

		test_begin(&r, "shop", "<a@shop.example>");
		r.env.admit.snapshot = &in_sandbox;
		r.env.look_again = look;
		r.env.look_ctx = &l;
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		for (int i = 0; i < 5; i++)
			assert_int_equal(
			    message_rcpt(r.m, "<x@reader.example>", &r.v),
			    MESSAGE_ANSWERED);
		assert_int_equal(l.looks, 1);
		test_finish(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_return_path),
	    cmocka_unit_test(test_granted_token),
	    cmocka_unit_test(test_operator_signature),
	    cmocka_unit_test(test_lost_before_the_end),
	    cmocka_unit_test(test_second_look),
	};

	return cmocka_run_group_tests(tests, test_make_keys, test_free_keys);
}
