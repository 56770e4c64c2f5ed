/* Tests of templates, of letters that confirm addresses, and of where links lead. */
#include "config.h"

#include "store/test-store.h"

#include <string.h>

#include "store/store.h"
#include "store/templates.h"

/* ---- templates ------------------------------------------------------------------------ */

static void
create(struct fixture *f, int64_t account, const char *name)
{
	struct store_template row = {.account_id = account,
	    .name = name,
	    .subject = "Hi {{name}}",
	    .text = "text",
	    .html = "",
	    .created_sec = 7};

	assert_ok(f, store_template_create(f->store, &row, &f->err));
	assert_true(row.id > 0);
}

static bool
note_texts(void *ctx, const struct store_template *row)
{
	struct names *names = ctx;

	return names_add(names, row->name) & names_add(names, row->subject) &
	       names_add(names, row->text) & names_add(names, row->html);
}

static bool
note_template(void *ctx, const struct store_template *row)
{
	return names_add(ctx, row->name);
}

static const char *
texts_of(struct fixture *f, int64_t account, struct names *names)
{
	*names = (struct names){.text = ""};
	if (store_template_get(f->store, account, "a", note_texts, names,
		&f->err) == SG_MISSING)
		return "none";
	return names->text;
}

static void
test_template(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");
	struct store_template row = {.account_id = f->account,
	    .name = "a",
	    .subject = "s",
	    .text = "",
	    .html = "h"};
	struct names names;
	int64_t count;

	create(f, f->account, "a");
	assert_int_equal(
	    store_template_create(f->store, &row, &f->err), SG_EXISTS);
	assert_string_equal(texts_of(f, other, &names), "none");
	create(f, other, "a");
	assert_ok(f, store_template_update(f->store, &row, &f->err));
	assert_string_equal(texts_of(f, f->account, &names), "a s  h");
	assert_string_equal(texts_of(f, other, &names), "a Hi {{name}} text ");
	assert_ok(f, store_template_delete(f->store, f->account, "a", &f->err));
	assert_int_equal(
	    store_template_update(f->store, &row, &f->err), SG_MISSING);
	assert_int_equal(
	    store_template_delete(f->store, f->account, "a", &f->err),
	    SG_MISSING);
	assert_ok(
	    f, store_template_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 0);
	assert_ok(f, store_template_count(f->store, other, &count, &f->err));
	assert_int_equal(count, 1);
}

static void
test_template_page(void **state)
{
	struct fixture *f = *state;
	struct names names = {.text = ""};

	create(f, f->account, "c");
	create(f, f->account, "a");
	create(f, f->account, "b");
	create(f, fixture_account(f, "other"), "aa");
	assert_ok(f, store_template_page(f->store, f->account, "", 2,
			 note_template, &names, &f->err));
	assert_string_equal(names.text, "a b");
	names = (struct names){.text = ""};
	assert_ok(f, store_template_page(f->store, f->account, "b", 2,
			 note_template, &names, &f->err));
	assert_string_equal(names.text, "c");
}

/* ---- verification ---------------------------------------------------------------------- */

static bool
note_wording(void *ctx, const struct store_wording *row)
{
	struct names *names = ctx;

	return names_add(names, row->name) & names_add(names, row->from) &
	       names_add(names, row->subject) & names_add(names, row->content) &
	       names_add(names, row->success_url) &
	       names_add(names, row->failure_url);
}

static void
test_verification(void **state)
{
	struct fixture *f = *state;
	struct store_wording row = {.account_id = f->account,
	    .name = "v",
	    .from = "from",
	    .subject = "subject",
	    .content = "content",
	    .success_url = "yes",
	    .failure_url = "no",
	    .created_sec = 7};
	struct names names = {.text = ""};
	int64_t other = fixture_account(f, "other"), count;

	assert_ok(f, store_wording_create(f->store, &row, &f->err));
	assert_int_equal(
	    store_wording_create(f->store, &row, &f->err), SG_EXISTS);
	row.content = "changed";
	assert_ok(f, store_wording_update(f->store, &row, &f->err));
	assert_ok(f, store_wording_get(f->store, f->account, "v", note_wording,
			 &names, &f->err));
	assert_string_equal(names.text, "v from subject changed yes no");
	names = (struct names){.text = ""};
	assert_ok(f, store_wording_page(f->store, f->account, "", 9,
			 note_wording, &names, &f->err));
	assert_string_equal(names.text, "v from subject  yes no");
	assert_int_equal(store_wording_get(f->store, other, "v", note_wording,
			     &names, &f->err),
	    SG_MISSING);
	assert_int_equal(
	    store_wording_delete(f->store, other, "v", &f->err), SG_MISSING);
	assert_ok(
	    f, store_wording_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_wording_delete(f->store, f->account, "v", &f->err));
	assert_int_equal(
	    store_wording_update(f->store, &row, &f->err), SG_MISSING);
}

static void
test_redirection(void **state)
{
	struct fixture *f = *state;
	struct store_identity identity = {.account_id = f->account,
	    .facts = {.name = "a@example.org", .type = RULES_IDENTITY_EMAIL}};
	struct store_redirection row = {.hash = {7},
	    .success_url = "https://yes",
	    .failure_url = "https://no"};
	struct store_redirection found;

	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	row.identity_id = identity.facts.id;
	assert_ok(
	    f, store_redirection_get(f->store, row.hash, &found, &f->err));
	assert_int_equal(found.identity_id, 0);
	assert_ok(f, store_redirection_put(f->store, &row, &f->err));
	row.hash[0] = 8;
	row.failure_url[8] = '\0';
	assert_ok(f, store_redirection_put(f->store, &row, &f->err));
	assert_ok(
	    f, store_redirection_get(f->store, row.hash, &found, &f->err));
	assert_int_equal(found.identity_id, identity.facts.id);
	assert_string_equal(found.success_url, "https://yes");
	assert_string_equal(found.failure_url, "https://");
	assert_ok(
	    f, store_redirection_delete(f->store, identity.facts.id, &f->err));
	assert_ok(
	    f, store_redirection_get(f->store, row.hash, &found, &f->err));
	assert_int_equal(found.identity_id, 0);
}

static void
test_sent_undo(void **state)
{
	struct fixture *f = *state;
	struct store_identity identity = {.account_id = f->account,
	    .facts = {.name = "a@example.org", .type = RULES_IDENTITY_EMAIL}};
	struct store_link link = {.created_sec = 10, .expires_sec = 20};
	int64_t count, last_sec;

	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	link.identity_id = identity.facts.id;
	assert_ok(f, store_link_put(f->store, &link, f->account,
			 "a@example.org", &f->err));
	assert_ok(f, store_link_sent_undo(
			 f->store, f->account, "a@example.org", 9, &f->err));
	assert_ok(f, store_link_sent(f->store, "a@example.org", 0, &count,
			 &last_sec, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_link_sent_undo(
			 f->store, f->account, "a@example.org", 10, &f->err));
	assert_ok(f, store_link_sent(f->store, "a@example.org", 0, &count,
			 &last_sec, &f->err));
	assert_int_equal(count, 0);
}

int test_templates(void);

int
test_templates(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_template, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_template_page, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_verification, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_redirection, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_sent_undo, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
