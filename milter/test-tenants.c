/* Messages that name a tenant: whole messages through milter/message.c. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "milter/test-run.h"
#include "rules/verdict.h"

/* clang-format off */
static const struct rules_tenant tenants[] = {
	{.id = 1, .account_id = 1, .name = "one"},
	{.id = 2, .account_id = 1, .name = "stopped", .paused = true,
	    .pause_reason = "complaints"},
	{.id = 3, .account_id = 4, .name = "agencys"},
};
static const struct fake_resource resources[] = {
	{1, "identity/shop.example"}, {1, "configuration-set/plain"},
	{2, "identity/shop.example"}, {3, "identity/path.example"},
	{1, "identity/path.example"},
};

struct row {
	const char *name, *login, *from;
	struct rules_header fields[3];
	const char *tenant; /* "" none; NULL: refused */
	enum rules_reason reason;
	const char *text;
};

static const struct row rows[] = {
	{"none", "shop", "a@shop.example", {{NULL, NULL}}, "", 0, NULL},
	{"named", "shop", "a@shop.example", {{"X-SES-TENANT", " one"}}, "one", 0, NULL},
	{"in another case", "shop", "a@shop.example", {{"x-ses-Tenant", "one "}}, "one", 0, NULL},
	{"by the other name", "shop", "a@shop.example", {{"X-Sendward-Tenant", "one"}}, "one", 0, NULL},
	{"the first of two", "shop", "a@shop.example",
	    {{"X-SES-TENANT", "one"}, {"X-SES-TENANT", "nobody"}}, "one", 0, NULL},
	{"with its set", "shop", "a@shop.example",
	    {{"X-SES-TENANT", "one"}, {"X-SES-CONFIGURATION-SET", "plain"}}, "one", 0, NULL},
	{"unknown", "shop", "a@shop.example", {{"X-SES-TENANT", "nobody"}},
	    NULL, RULES_REASON_TENANT, "Tenant nobody does not exist"},
	{"another account's", "shop", "a@shop.example", {{"X-SES-TENANT", "agencys"}},
	    NULL, RULES_REASON_TENANT, "Tenant agencys does not exist"},
	{"paused", "shop", "a@shop.example", {{"X-SES-TENANT", "stopped"}},
	    NULL, RULES_REASON_TENANT_PAUSED, "paused for this tenant: complaints"},
	{"not its identity", "shop", "a@off.example", {{"X-SES-TENANT", "one"}},
	    NULL, RULES_REASON_TENANT_RESOURCE, "identity off.example is not associated with the tenant one"},
	{"not its set", "shop", "a@shop.example",
	    {{"X-SES-TENANT", "one"}, {"X-SES-CONFIGURATION-SET", "none"}},
	    NULL, RULES_REASON_TENANT_RESOURCE, "configuration set none is not associated"},
	{"a set by default that is not its own", "shop", "a@path.example", {{"X-SES-TENANT", "one"}},
	    NULL, RULES_REASON_TENANT_RESOURCE, "configuration set default is not"},
	{"an identity that was granted", "agency", "a@path.example", {{"X-SES-TENANT", "agencys"}},
	    NULL, RULES_REASON_TENANT_RESOURCE, "identity path.example is not"},
	{"the set comes first", "shop", "a@shop.example",
	    {{"X-SES-TENANT", "nobody"}, {"X-SES-CONFIGURATION-SET", "nowhere"}},
	    NULL, RULES_REASON_SET, "nowhere"},
};
/* clang-format on */

static struct snapshot
facts(void)
{
	struct snapshot snapshot = test_facts;

	snapshot.tenants = tenants;
	snapshot.tenant_count = COUNT(tenants);
	snapshot.resources = resources;
	snapshot.resource_count = COUNT(resources);
	return snapshot;
}

/* Up to the last byte; fields end with an empty name. */
static void
send_all(struct run *r, const char *from, const struct rules_header *fields)
{
	assert_int_equal(test_mail(r), MESSAGE_GOES_ON);
	assert_int_equal(
	    message_rcpt(r->m, "<x@reader.example>", &r->v), MESSAGE_GOES_ON);
	message_queue_id(r->m, QUEUE_ID);
	for (size_t i = 0; i < 2 && fields[i].name != NULL; i++)
		message_header(r->m, fields[i].name, fields[i].value);
	test_send_body(r, from);
}

static void
test_tenants(void **state)
{
	struct snapshot snapshot = facts();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct run r;

		print_message("  %s\n", row->name);
		test_begin(&r, row->login, "<>");
		r.env.admit.snapshot = &snapshot;
		send_all(&r, row->from, row->fields);
		assert_int_equal(test_end(&r),
		    row->tenant != NULL ? MESSAGE_GOES_ON : MESSAGE_ANSWERED);
		if (row->tenant != NULL) {
			assert_string_equal(
			    r.m->content.tenant.name, row->tenant);
		} else {
			assert_int_equal(r.v.reason, row->reason);
			assert_int_equal(r.v.code, 554);
			assert_string_equal(r.v.status, "5.7.1");
			assert_non_null(strstr(r.v.text, row->text));
		}
		test_finish(&r);
	}
}

/* The field leaves, and the tenant is noted. */
static void
test_note(void **state)
{
	static const struct rules_header fields[] = {
	    {"X-SES-TENANT", "one"}, {NULL, NULL}};
	struct snapshot snapshot = facts();
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<>");
	r.env.admit.snapshot = &snapshot;
	send_all(&r, "a@shop.example", fields);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_HEADER), 1);
	assert_string_equal(
	    test_find_edit(&r, EDIT_DELETE_HEADER, 0)->name, "X-SES-TENANT");
	assert_true(message_note(r.m, 1, NULL, &note));
	assert_int_equal(note.tenant_id, 1);
	assert_string_equal(note.tenant_name, "one");
	test_finish(&r);
}

/* Paused, deleted, or without its identity between the header and the last byte. */
static void
test_changes(void **state)
{
	static const struct rules_header fields[] = {
	    {"X-SES-TENANT", "one"}, {NULL, NULL}};
	struct rules_tenant stopped = tenants[0];
	struct snapshot before = facts(), after;
	struct run r;

	(void)state;
	stopped.paused = true;
	for (int i = 0; i < 3; i++) {
		after = before;
		after.tenants = i == 0 ? &stopped : tenants;
		after.tenant_count = i == 1 ? 0 : 1;
		after.resource_count = i == 2 ? 0 : COUNT(resources);
		test_begin(&r, "shop", "<>");
		r.env.admit.snapshot = &before;
		send_all(&r, "a@shop.example", fields);
		r.env.admit.snapshot = &after;
		assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
		assert_int_equal(
		    r.v.reason, i == 0   ? RULES_REASON_TENANT_PAUSED
				: i == 1 ? RULES_REASON_TENANT
					 : RULES_REASON_TENANT_RESOURCE);
		test_finish(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tenants),
	    cmocka_unit_test(test_note),
	    cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, test_make_keys, test_free_keys);
}
