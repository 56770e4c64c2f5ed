/* Requests for production access: asked, answered, asked again. */
#include "config.h"

#include "ops/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"

#define SITE "https://shop.example"

static enum sg_err
ask(struct admin_fixture *f, const char *type, const char *site,
    const char *use_case)
{
	struct store_request row;

	return request_create(f->store, f->conf, "shop", type, site, use_case,
	    TEST_NOW, &row, &f->err);
}

static struct store_account
shop(struct admin_fixture *f)
{
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	return row;
}

static void
test_values(void **state)
{
	static const struct {
		const char *name, *type, *site, *use_case;
		enum sg_err code;
	} rows[] = {
	    {"type", "NEWS", SITE, "x", SG_INVALID},
	    {"no type", "", SITE, "x", SG_INVALID},
	    {"no scheme", "MARKETING", "shop.example", "x", SG_INVALID},
	    {"other scheme", "MARKETING", "ftp://shop.example", "x",
		SG_INVALID},
	    {"no host", "MARKETING", "https://", "x", SG_INVALID},
	    {"only a path", "MARKETING", "https:///x", "x", SG_INVALID},
	    {"blank in site", "MARKETING", "https://a b", "x", SG_INVALID},
	    {"line in site", "MARKETING", "https://a\nb", "x", SG_INVALID},
	    {"no use case", "MARKETING", SITE, "", SG_INVALID},
	    {"blank use case", "MARKETING", SITE, " \n\t", SG_INVALID},
	    {"escape in use case", "MARKETING", SITE, "a\x1b[31m", SG_INVALID},
	    {"good", "marketing", "HTTP://shop.example/a?b",
		"line 1\r\nline 2 \xc3\xbc", SG_OK},
	};
	struct admin_fixture *f = *state;
	struct store_request row;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (ask(f, rows[i].type, rows[i].site, rows[i].use_case) !=
		    rows[i].code)
			fail_msg("%s: %s", rows[i].name, f->err.text);
	assert_code(f, SG_OK, request_get(f->store, "shop", &row, &f->err));
	assert_string_equal(row.mail_type, "MARKETING");
	assert_string_equal(row.status, "PENDING");
}

static void
test_lengths(void **state)
{
	static const char site[] = SITE "/";
	struct admin_fixture *f = *state;
	char text[6000];

	memset(text, 'x', sizeof(text));
	text[5001] = '\0';
	assert_code(f, SG_INVALID, ask(f, "MARKETING", SITE, text));
	memcpy(text, site, sizeof(site) - 1);
	text[1001] = '\0';
	assert_code(f, SG_INVALID, ask(f, "MARKETING", text, "x"));
	text[1000] = '\0';
	assert_code(f, SG_OK, ask(f, "MARKETING", text, "x"));
	text[1000] = 'x';
	text[5000] = '\0';
	assert_code(f, SG_EXISTS, ask(f, "MARKETING", SITE, text));
	assert_non_null(strstr(f->err.text, "request show shop"));
}

static void
test_approve(void **state)
{
	struct admin_fixture *f = *state;
	struct store_request row;

	assert_code(f, SG_MISSING,
	    request_approve(
		f->store, f->conf, "shop", 0, 0, TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "x"));
	/* a bad figure changes nothing */
	assert_code(f, SG_INVALID,
	    request_approve(
		f->store, f->conf, "shop", -2, 0, TEST_NOW, &row, &f->err));
	assert_code(f, SG_INVALID,
	    request_approve(
		f->store, f->conf, "shop", 0, 1e9, TEST_NOW, &row, &f->err));
	assert_false(shop(f).facts.production);
	assert_code(f, SG_OK,
	    request_approve(
		f->store, f->conf, "shop", 0, 0, TEST_NOW + 5, &row, &f->err));
	assert_string_equal(row.status, "GRANTED");
	assert_int_equal(row.decided_sec, TEST_NOW + 5);
	assert_true(shop(f).facts.production);
	assert_int_equal(shop(f).facts.daily_quota, f->conf->production_daily);
	assert_code(f, SG_MISSING,
	    request_approve(
		f->store, f->conf, "shop", 0, 0, TEST_NOW, &row, &f->err));
	assert_code(f, SG_INVALID, ask(f, "TRANSACTIONAL", SITE, "x"));
	assert_non_null(strstr(f->err.text, "out of the sandbox already"));
}

static void
test_approve_with_figures(void **state)
{
	struct admin_fixture *f = *state;
	struct store_request row;

	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "x"));
	assert_code(f, SG_OK,
	    request_approve(
		f->store, f->conf, "shop", -1, 2.5, TEST_NOW, &row, &f->err));
	assert_int_equal(shop(f).facts.daily_quota, -1);
	assert_true(shop(f).facts.rate == 2.5);
}

static void
test_deny_and_ask_again(void **state)
{
	struct admin_fixture *f = *state;
	struct store_request row;
	char reason[1002];

	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "x"));
	assert_code(f, SG_INVALID,
	    request_deny(
		f->store, f->conf, "shop", "", TEST_NOW, &row, &f->err));
	memset(reason, 'x', sizeof(reason));
	reason[1001] = '\0';
	assert_code(f, SG_INVALID,
	    request_deny(
		f->store, f->conf, "shop", reason, TEST_NOW, &row, &f->err));
	reason[1000] = '\0';
	assert_code(f, SG_OK,
	    request_deny(f->store, f->conf, "shop", reason, TEST_NOW + 1, &row,
		&f->err));
	assert_false(shop(f).facts.production);
	assert_code(f, SG_OK, request_get(f->store, "shop", &row, &f->err));
	assert_string_equal(row.status, "DENIED");
	assert_string_equal(row.reason, reason);
	assert_code(f, SG_MISSING,
	    request_deny(
		f->store, f->conf, "shop", "x", TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "better"));
}

struct letters {
	char text[256]; /* "kind:recipient " for each */
	char facts[2048];
};

static bool
add_letter(void *ctx, const struct store_letter *row)
{
	struct letters *l = ctx;
	size_t len = strlen(l->text);

	(void)snprintf(l->text + len, sizeof(l->text) - len, "%d:%s ",
	    (int)row->kind, row->recipient);
	len = strlen(l->facts);
	(void)snprintf(
	    l->facts + len, sizeof(l->facts) - len, "%s\n", row->facts);
	return true;
}

static void
test_letters(void **state)
{
	static const struct account_change contact = {
	    .contact = "boss@shop.example"};
	struct admin_fixture *f = *state;
	struct letters l = {.text = ""};
	struct store_request row;

	admin_fixture_set(&f->conf->mail_from, "s@x.example");
	admin_fixture_set(&f->conf->mail_operator, "op@x.example");
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &contact, NULL, &f->err));
	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "order mails"));
	assert_code(f, SG_OK,
	    request_deny(f->store, f->conf, "shop", "no web site", TEST_NOW,
		&row, &f->err));
	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "x"));
	assert_code(f, SG_OK,
	    request_approve(
		f->store, f->conf, "shop", -1, 2.5, TEST_NOW, &row, &f->err));
	assert_code(
	    f, SG_OK, store_letter_list(f->store, add_letter, &l, &f->err));
	assert_string_equal(l.text,
	    "8:op@x.example 10:boss@shop.example 8:op@x.example "
	    "9:boss@shop.example ");
	assert_non_null(strstr(l.facts, "\"use_case\":\"order mails\""));
	assert_non_null(strstr(l.facts, "\"website\":\"" SITE "\""));
	assert_non_null(strstr(l.facts, "\"mail_type\":\"TRANSACTIONAL\""));
	assert_non_null(strstr(l.facts, "\"reason\":\"no web site\""));
	assert_non_null(strstr(l.facts, "\"daily\":\"unlimited\""));
	assert_non_null(strstr(l.facts, "\"rate\":\"2.5\""));
	assert_non_null(strstr(l.facts, "\"account\":\"shop\""));
}

static bool
add_request(void *ctx, const char *account, const struct store_request *row)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)snprintf(text + len, 256 - len, "%s:%s ", account, row->status);
	return true;
}

static void
test_list(void **state)
{
	struct admin_fixture *f = *state;
	struct store_request row;
	char all[256] = "", one[256] = "";

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	assert_code(
	    f, SG_MISSING, request_get(f->store, "blog", &row, &f->err));
	assert_non_null(strstr(f->err.text, "request create blog"));
	assert_code(f, SG_OK, ask(f, "TRANSACTIONAL", SITE, "x"));
	assert_code(f, SG_OK,
	    request_deny(
		f->store, f->conf, "shop", "no", TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK,
	    request_create(f->store, f->conf, "blog", "MARKETING", SITE, "x",
		TEST_NOW, &row, &f->err));
	assert_code(
	    f, SG_OK, request_list(f->store, NULL, add_request, all, &f->err));
	assert_string_equal(all, "blog:PENDING shop:DENIED ");
	assert_code(f, SG_OK,
	    request_list(f->store, "shop", add_request, one, &f->err));
	assert_string_equal(one, "shop:DENIED ");
	assert_code(f, SG_MISSING,
	    request_list(f->store, "nobody", add_request, one, &f->err));
	assert_code(f, SG_MISSING,
	    request_create(f->store, f->conf, "nobody", "MARKETING", SITE, "x",
		TEST_NOW, &row, &f->err));
}

static enum sg_err
tell(struct admin_fixture *f, const char *language, const char *contact,
    bool asks)
{
	const struct request_details details = {.mail_type = "marketing",
	    .website = SITE,
	    .use_case = "",
	    .language = language,
	    .contacts = &contact,
	    .contact_count = contact != NULL};

	return request_tell(
	    f->store, f->conf, "shop", &details, asks, TEST_NOW, &f->err);
}

static void
test_details(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = shop(f).facts.id;
	struct store_details row;
	struct store_request request;

	assert_code(
	    f, SG_MISSING, request_details_get(f->store, id, &row, &f->err));
	assert_code(f, SG_INVALID, tell(f, "XX", NULL, true));
	assert_code(f, SG_INVALID, tell(f, "EN", "a.example", true));
	assert_code(f, SG_OK, tell(f, "EN", "a@A.example", false));
	assert_code(f, SG_OK, request_details_get(f->store, id, &row, &f->err));
	assert_string_equal(row.mail_type, "MARKETING");
	assert_string_equal(row.contacts, "a@a.example");
	assert_string_equal(row.language, "EN");
	assert_code(
	    f, SG_MISSING, request_get(f->store, "shop", &request, &f->err));
	assert_code(f, SG_OK, tell(f, "", NULL, true));
	assert_code(f, SG_OK, request_get(f->store, "shop", &request, &f->err));
	assert_string_equal(request.use_case, "not described");
	assert_code(f, SG_EXISTS, tell(f, "JA", NULL, false));
	assert_code(f, SG_OK, request_details_get(f->store, id, &row, &f->err));
	assert_string_equal(row.language, "");
	assert_string_equal(row.contacts, "");
}

/* What was said by a request alone is told, too. */
static void
test_details_of_a_request(void **state)
{
	struct admin_fixture *f = *state;
	struct store_details row;

	assert_code(f, SG_OK, ask(f, "MARKETING", SITE, "news"));
	assert_code(f, SG_OK,
	    request_details_get(f->store, shop(f).facts.id, &row, &f->err));
	assert_string_equal(row.website, SITE);
	assert_string_equal(row.use_case, "news");
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_values),
	    WITH_STORE(test_lengths),
	    WITH_STORE(test_approve),
	    WITH_STORE(test_approve_with_figures),
	    WITH_STORE(test_deny_and_ask_again),
	    WITH_STORE(test_letters),
	    WITH_STORE(test_list),
	    WITH_STORE(test_details),
	    WITH_STORE(test_details_of_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
